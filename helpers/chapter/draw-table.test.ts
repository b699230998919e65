import { expect, test } from "vitest";
import { drawTable } from "./draw-table.ts";

test("columns are as wide as what is shown in them, in Chinese too, and long cells are broken", () => {
  const rows = [
    ["Pod", "原地重启"],
    ["Job", "refused by the API server"],
  ];
  expect(drawTable(["model", "更换镜像"], rows)).toMatchInlineSnapshot(`
    "┌───────┬────────────────┐
    │ model │ 更换镜像       │
    ├───────┼────────────────┤
    │ Pod   │ 原地重启       │
    ├───────┼────────────────┤
    │ Job   │ refused by the │
    │       │ API server     │
    └───────┴────────────────┘"
  `);
});
