import { expect, test } from "vitest";
import { columnOfRun, rowsOf } from "../ledger/matrix.ts";
import { runOf, toldClaim } from "../ledger/testing/run.ts";
import { upgradeMarkdown } from "./upgrade-markdown.ts";

const TITLES = ["v1", "v2"];

/** The summary of two versions that told these claims. */
function summaryOf(before: Parameters<typeof toldClaim>[1], after: Parameters<typeof toldClaim>[1]): string {
  const old = runOf({ "01-pod": [toldClaim("pod.ready", before), toldClaim("pod.same")] }).chapters;
  const young = runOf({ "01-pod": [toldClaim("pod.ready", after), toldClaim("pod.same")] }).chapters;
  return upgradeMarkdown(
    TITLES,
    rowsOf([...old, ...young], [columnOfRun("v1", old), columnOfRun("v2", young)]),
    "en",
  );
}

test("only claims that changed are in the table, with what was seen on each version below", () => {
  const summary = summaryOf({}, { outcome: "refuted", observed: { phase: "Failed" } });
  expect(summary).toContain("2 claims, 1 with another outcome");
  expect(summary).toMatch(/\| ❗ `pod\.ready` \|.*\| ✔ holds *\| ✘ refuted *\|/);
  expect(summary).toContain('- v2: ✘ refuted `{"phase":"Failed"}`');
  expect(summary).not.toContain("pod.same");
});

test("without a change there is no table", () => {
  const summary = summaryOf({}, {});
  expect(summary).toContain("2 claims, none with another outcome");
  expect(summary).not.toContain("|");
});

test("what a cluster printed ends neither a cell nor the code", () => {
  const statement = { en: "a | b", zh: "a | b" };
  const summary = summaryOf({ statement }, { statement, outcome: "refuted", observed: "`</code>\n| x" });
  expect(summary).toContain(String.raw`a \| b`);
  expect(summary).toContain(String.raw`\`"'</code>\n| x"\``.replaceAll("\\`", "`"));
});
