import { expect, test } from "vitest";
import { describeRemoved } from "./leftovers.ts";

test("tells what was removed", () => {
  expect(describeRemoved({ containers: 2, networks: 1, volumes: 0 })).toBe("2 containers, 1 network");
  expect(describeRemoved({ containers: 0, networks: 0, volumes: 0 })).toBeUndefined();
});
