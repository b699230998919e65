import { expect, test } from "vitest";
import { sharesTable, whoShares } from "./shares.ts";

test("equal letters are one namespace", () => {
  expect(whoShares({ pause: "net:[1]", whoami: "net:[1]", nettool: "net:[1]", node: "net:[2]" })).toBe("AAA");
  expect(whoShares({ pause: "net:[1]", whoami: "net:[2]", nettool: "net:[1]" })).toBe("ABA");
  expect(whoShares({ pause: "net:[1]", whoami: "net:[2]", nettool: "net:[3]" })).toBe("ABC");
});

test("the table has a row for each kind", () => {
  expect(
    sharesTable({ net: "AAA", mnt: "ABC" })
      .split("\n")
      .map((line) => line.split(/\s+/)),
  ).toEqual([
    ["", "pause", "whoami", "nettool"],
    ["net", "A", "A", "A"],
    ["mnt", "A", "B", "C"],
  ]);
});
