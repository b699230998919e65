import { expect, test } from "vitest";
import { rowsOfTwo, toldClaim } from "../ledger/testing/run.ts";
import { upgradeMarkdown } from "./upgrade-markdown.ts";

const TITLES = ["v1", "v2"];

/** The summary of two versions that told these claims. */
function summaryOf(before: Parameters<typeof toldClaim>[1], after: Parameters<typeof toldClaim>[1]): string {
  const same = toldClaim("pod.same");
  const rows = rowsOfTwo([toldClaim("pod.ready", before), same], [toldClaim("pod.ready", after), same]);
  return upgradeMarkdown(TITLES, rows, "en");
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
