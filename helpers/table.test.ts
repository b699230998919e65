import { expect, test } from "vitest";
import { parseTable } from "./table.ts";

test("a wide table of Pods, with a heading of two words and an empty cell", () => {
  const text = [
    "NAME     READY   STATUS    RESTARTS   AGE   IP            NODE       NOMINATED NODE   READINESS GATES",
    "whoami   2/2     Running   0          92s   10.42.0.221   ctrlnode   <none>           <none>",
    "other    0/1     Pending   0          1s                  ctrlnode   <none>           <none>",
  ].join("\n");
  const rows = parseTable(text);
  expect(rows[0]).toMatchObject({
    NAME: "whoami",
    READY: "2/2",
    IP: "10.42.0.221",
    "NOMINATED NODE": "<none>",
  });
  expect(rows[1]).toMatchObject({ NAME: "other", IP: "", NODE: "ctrlnode" });
});

test("no output is no row", () => {
  expect(parseTable("")).toEqual([]);
});
