import { expect, test } from "vitest";
import { reportLines } from "./report.ts";
import { figureOf } from "./statistics.ts";
import { ground } from "./testing/ground.ts";

test("ratios come first, with what was promised of them; what was not run is named at the end", () => {
  const lines = reportLines({
    schema: 1,
    memory: { ground, total: figureOf([400.4]), programs: { kubernetes: figureOf([300]) } },
    checks: {
      ground,
      processes: { ours: figureOf([1, 1.2]), shell: figureOf([2, 2]) },
      lesson: figureOf([0.5, 0.7]),
      ratios: { process: { shell: figureOf([0.5, 0.6]) }, lesson: { shell: figureOf([1.25, 1.35]) } },
      notRun: { chainsaw: "compiling chainsaw failed" },
    },
  });
  expect(lines.join("\n")).toMatchInlineSnapshot(`
    "Ratios, run by run: median (least to most)
     five checks ÷ shell, whole processes                     0.55 (0.50 to 0.60)   ✔ target ≤ 1
     five checks, without Node's and Vitest's start ÷ shell   1.30 (1.25 to 1.35)   ✘ target ≤ 1

    Five checks, in seconds
     ours, the whole process                       1.10 (1.00 to 1.20)
     shell, the whole process                      2.00 (2.00 to 2.00)
     ours, from the manifest to the last verdict   0.60 (0.50 to 0.70)
      Every kubectl command that the chapter shows was run.

    Memory of a node at rest, in MiB
     all            400
       kubernetes   300
      Memory that processes share is counted once (PSS).

    NOT RUN: chainsaw: compiling chainsaw failed"
  `);
});

test("nothing measured, nothing told", () => {
  expect(reportLines({ schema: 1 })).toEqual([]);
});
