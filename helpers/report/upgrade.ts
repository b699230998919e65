import Table from "cli-table3";
import { isUnexpected } from "../chapter/outcome.ts";
import { formatStepsBriefly } from "../evidence/transcript.ts";
import { type Cell, isNoteworthy, type Row } from "../ledger/matrix.ts";
import { type Language, MARKS, nameOfOutcome, outcomeWithReason, paint, WORDS } from "./text.ts";

/** All claims × versions; an outcome that nobody expected is named, with a `!`. */
export function upgradeTable(titles: readonly string[], rows: readonly Row[], language: Language): string {
  const words = WORDS[language];
  const table = new Table({
    head: [words.claim, ...titles],
    style: { head: [], border: [], compact: true },
  });
  for (const { id, cells } of rows)
    table.push([id, ...cells.map((cell) => (cell ? cellText(cell, language) : ""))]);
  return table.toString();
}

/** What differs between the versions: both outcomes with what was seen, and the chapter's explanation. */
export function upgradeChanges(
  titles: readonly string[],
  rows: readonly Row[],
  language: Language,
): string[] {
  const words = WORDS[language];
  const shown = rows.filter(isNoteworthy);
  const otherwise = rows.filter(({ change, unknown }) => change === "observation" && !unknown);
  return [
    ...shown.flatMap((row) => changeText(row, titles, language)),
    "",
    ...(otherwise.length > 0
      ? [`${words.seenOtherwise}${otherwise.map(({ id }) => id).join(words.and)}`]
      : []),
    words.changed(rows.length, rows.filter(({ change }) => change === "outcome").length),
  ];
}

function changeText(row: Row, titles: readonly string[], language: Language): string[] {
  const words = WORDS[language];
  return [
    "",
    `${paint("cyan", row.id)}  ${paint("bold", row.statement[language])}`,
    ...distinct(row.cells).flatMap(({ cell, columns }) => [
      `  ${columns.map((column) => titles[column]).join(words.and)}${words.colon}${seenOutcome(cell, language)}`,
      ...formatStepsBriefly(cell.steps).map((line) => `      ${line}`),
      ...(cell.observed === undefined ? [] : [`      → ${JSON.stringify(cell.observed)}`]),
    ]),
    ...(row.because ? [`  ${words.because}${row.because[language]}`] : []),
    ...(row.references.length > 0 ? [paint("dim", `  ${words.sources}${row.references.join(" ")}`)] : []),
  ];
}

/** Columns that saw the same are told together. */
function distinct(cells: Row["cells"]): { cell: Cell; columns: number[] }[] {
  const groups: { cell: Cell; columns: number[] }[] = [];
  cells.forEach((cell, column) => {
    if (!cell) return;
    const known = groups.find(
      (group) => group.cell.outcome === cell.outcome && isUnexpected(group.cell) === isUnexpected(cell),
    );
    if (known) known.columns.push(column);
    else groups.push({ cell, columns: [column] });
  });
  return groups;
}

/** A cell of the table. */
function cellText(cell: Cell, language: Language): string {
  return isUnexpected(cell)
    ? paint("red", `${nameOfOutcome(cell.outcome, language)} !`)
    : MARKS[cell.outcome];
}

/** The same told at length: what was expected instead, or why there is no verdict. */
function seenOutcome(cell: Cell, language: Language): string {
  const { expected } = cell;
  if (!isUnexpected(cell) || !expected) return outcomeWithReason(cell, language);
  const instead = WORDS[language].unexpected(nameOfOutcome(expected, language));
  return paint("red", `${nameOfOutcome(cell.outcome, language)}${instead}`);
}
