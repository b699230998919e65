import { mkdtempSync, rmdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Problem } from "../problem.ts";

/**
 * Sees whether something can be made in the folder for temporary files. Testcontainers keeps a lock there, and tries for
 * ever where it can't be made.
 * @throws {Problem} when nothing can
 */
export function requireTemporaryFolder(): void {
  const folder = tmpdir();
  try {
    rmdirSync(mkdtempSync(join(folder, "proven-tutorial-")));
  } catch (cause) {
    throw new Problem(
      `nothing can be made in the folder for temporary files, ${folder}: ${(cause as Error).message}`,
      "make room there, or set TMPDIR to a folder that you may write to",
      { cause },
    );
  }
}
