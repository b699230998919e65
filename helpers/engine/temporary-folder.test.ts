import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { requireTemporaryFolder } from "./temporary-folder.ts";

afterEach(() => vi.unstubAllEnvs());

test("a folder in which something can be made is good enough", () => {
  expect(requireTemporaryFolder).not.toThrow();
});

test("one that is not there is told, with what to set", () => {
  const folder = join(tmpdir(), "not there");
  expect(existsSync(folder)).toBe(false);
  vi.stubEnv("TMPDIR", folder);
  expect(requireTemporaryFolder).toThrow(`nothing can be made in the folder for temporary files, ${folder}`);
});
