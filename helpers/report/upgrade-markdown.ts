import { markdownTable } from "markdown-table";
import { isNoteworthy, type Row } from "../ledger/matrix.ts";
import { type Language, nameOfOutcome, WORDS } from "./text.ts";

/** A summary for the page of a job: what changed as a table, and why. */
export function upgradeMarkdown(titles: readonly string[], rows: readonly Row[], language: Language): string {
  const words = WORDS[language];
  const shown = rows.filter(isNoteworthy);
  const table = markdownTable([
    [words.claim, words.statement, ...titles],
    ...shown.map(({ id, statement, cells, unknown }) => [
      `${unknown ? "❗ " : ""}\`${id}\``,
      inCell(statement[language]),
      ...cells.map((cell) => (cell ? nameOfOutcome(cell.outcome, language) : "")),
    ]),
  ]);
  const why = shown.flatMap(({ id, because, cells }) => [
    "",
    `**${id}** ${because?.[language] ?? ""}`,
    ...cells.map((cell, column) =>
      cell
        ? `- ${titles[column]}${words.colon}${nameOfOutcome(cell.outcome, language)} \`${asCode(cell.observed)}\``
        : "",
    ),
  ]);
  return [
    `## ${words.upgradeTitle} ${titles.join(" → ")}`,
    "",
    words.changed(rows.length, rows.filter(({ change }) => change === "outcome").length),
    ...(shown.length > 0 ? ["", table, ...why] : []),
    "",
  ].join("\n");
}

/** A pipe would end the cell. */
function inCell(text: string): string {
  return text.replaceAll("|", String.raw`\|`);
}

/** What a cluster printed may hold anything: on one line, and nothing that ends the code. */
function asCode(value: unknown): string {
  return (JSON.stringify(value) ?? "").replaceAll("`", "'").slice(0, 500);
}
