import Table from "cli-table3";
import type { ChapterDefinition, ClaimDefinition } from "../helpers/chapter/definitions.ts";
import type { Expectation } from "../helpers/chapter/expectation.ts";
import { ledgerFile, readLedgers, readTranscript } from "../helpers/ledger/files.ts";
import { groundName, type Ledger, type LedgerClaim, type LedgerHead } from "../helpers/ledger/ledger.ts";
import { Problem } from "../helpers/problem.ts";
import { lineProgress } from "../helpers/progress.ts";
import { tellSteps } from "../helpers/report/steps.ts";
import { type Language, nameOfOutcome, outcomeWithReason, paint, WORDS } from "../helpers/report/text.ts";
import { inColumn, STATEMENT_WIDTH } from "../helpers/report/wrap.ts";
import { commandLine, languageOption, main } from "./command.ts";
import { readDefinitions } from "./definitions.ts";

await main(async () => {
  const command = commandLine("claims", "Lists all claims, or shows the history of some.")
    .argument("[ids...]", "claims whose history to show, such as ns.uts")
    .addOption(languageOption())
    .parse();
  const { lang } = command.opts<{ lang: Language }>();
  const ledgers = readLedgers();
  const definitions = (await lineProgress().step("Reading the chapters", readDefinitions)).flatMap(claimsOf);
  const chosen = command.args.map(
    (id) => definitions.find((claim) => claim.id === id) ?? unknown(id, definitions),
  );
  const lines =
    chosen.length > 0
      ? chosen.flatMap((claim) => history(claim, ledgers, lang))
      : [overview(definitions, ledgers, lang)];
  process.stdout.write(`${lines.join("\n")}\n`);
});

/** A claim, and the chapter that states it. */
interface ToldClaim extends ClaimDefinition {
  readonly chapter: string;
}

function claimsOf({ id, claims }: ChapterDefinition): ToldClaim[] {
  return claims.map((claim) => ({ ...claim, chapter: id }));
}

function unknown(id: string, definitions: readonly ToldClaim[]): never {
  const prefix = id.split(".")[0];
  const near = definitions.filter((claim) => claim.id.startsWith(`${prefix}.`) || claim.id.includes(id));
  const known = (near.length > 0 ? near : definitions).map((claim) => claim.id).join(", ");
  throw new Problem(`there is no claim "${id}"`, `There are: ${known}.`);
}

/** A line a claim: what it says, and its outcome in each recording. */
function overview(definitions: readonly ToldClaim[], ledgers: readonly Ledger[], lang: Language): string {
  const words = WORDS[lang];
  const table = new Table({
    head: [words.claim, words.statement, ...ledgers.map(({ head }) => columnTitle(head))],
    style: { head: [], border: [], compact: true },
    colWidths: [Math.max(...definitions.map(({ id }) => id.length)) + 2, STATEMENT_WIDTH],
    wordWrap: true,
  });
  for (const { id, statement } of definitions) {
    table.push([
      id,
      inColumn(statement[lang], lang),
      ...ledgers.map((ledger) => outcomeIn(ledger, id, lang)),
    ]);
  }
  return `${table.toString()}\n${definitions.length} ${words.claims}`;
}

/** Everything that is known of a claim. */
function history(claim: ToldClaim, ledgers: readonly Ledger[], lang: Language): string[] {
  const words = WORDS[lang];
  const recorded = ledgers.flatMap((ledger) => {
    const found = claimIn(ledger, claim.id);
    return found ? [{ ledger, found, date: ledger.head.recordedAt[claim.chapter] ?? "" }] : [];
  });
  const table = new Table({
    head: [words.ground, words.outcome, words.recorded],
    style: { head: [], border: [], compact: true },
  });
  for (const { ledger, found, date } of recorded) {
    table.push([groundName(ledger.head), outcomeWithReason(found, lang), date.slice(0, 10)]);
  }
  const last = recorded.toSorted((a, b) => (a.date < b.date ? -1 : 1)).at(-1);
  return [
    "",
    `${paint("cyan", claim.id)}  ${paint("bold", claim.statement[lang])}`,
    `${words.source}${claim.source} · ${claim.chapter}`,
    ...(claim.because ? [`${words.because}${claim.because[lang]}`] : []),
    ...(claim.references.length > 0 ? [`${words.sources}${claim.references.join(" ")}`] : []),
    `${words.expectation}${describeExpectation(claim.expect)}${claim.since === undefined ? "" : `; ${words.since(claim.since)}`}`,
    `${words.mutants}${claim.mutants.join("; ")}`,
    ...(last ? [table.toString(), ...evidence(claim, last.ledger, lang)] : [words.neverRecorded]),
  ];
}

function evidence({ id, chapter }: ToldClaim, { head }: Ledger, lang: Language): string[] {
  const told = readTranscript(ledgerFile(head))
    ?.chapters.find((entry) => entry.id === chapter)
    ?.claims.find((entry) => entry.id === id);
  if (!told) return [];
  return [
    `${WORDS[lang].lastSeen}${groundName(head)}`,
    ...tellSteps(told.steps, lang).map((line) => `    ${line}`),
    ...(told.observed === undefined ? [] : [`    → ${JSON.stringify(told.observed)}`]),
  ];
}

function describeExpectation(expectation: Expectation): string {
  if (typeof expectation === "string") return expectation;
  const rules = expectation.map(({ outcome, ...conditions }) => {
    const when = Object.entries(conditions).map(([key, value]) => `${key} ${value}`);
    return when.length > 0 ? `${outcome} (${when.join(", ")})` : outcome;
  });
  // Where no rule fits, a claim is expected to hold.
  const last = expectation.at(-1);
  return [...rules, ...(last && Object.keys(last).length > 1 ? ["holds"] : [])].join(", ");
}

function claimIn({ chapters }: Ledger, id: string): LedgerClaim | undefined {
  return chapters.flatMap(({ claims }) => claims).find((claim) => claim.id === id);
}

function outcomeIn(ledger: Ledger, id: string, lang: Language): string {
  const found = claimIn(ledger, id);
  return found ? nameOfOutcome(found.outcome, lang) : "";
}

function columnTitle({ distribution, kubernetes, runtime, cgroup }: LedgerHead): string {
  return `${distribution === "k3s" ? "k3s " : ""}${kubernetes}\n${runtime}\ncgroup v${cgroup}`;
}
