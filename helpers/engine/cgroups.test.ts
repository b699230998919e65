import { expect, test } from "vitest";
import { removeCgroups } from "./cgroups.ts";

test("removing what is not there is no error", async () => {
  expect(await removeCgroups("/proven-tutorial-run-nobody")).toEqual([]);
});
