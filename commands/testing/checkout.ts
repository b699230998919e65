import { cpSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { PROJECT_ROOT } from "../../helpers/paths.ts";

/** What a run needs of a checkout. */
const PARTS = ["chapters", "commands", "fixtures", "helpers", "package.json", "vitest.config.ts"];

/** A copy of the checkout, in which a test can change files. */
export interface Checkout extends Disposable {
  readonly folder: string;
  /** Runs one of its commands, `article` say, as in a CI; gives what it printed and how it ended. */
  run(
    command: string,
    args: readonly string[],
    env?: Record<string, string>,
  ): Promise<{ readonly output: string; readonly exitCode: number | undefined }>;
}

/** The name has a space and a letter that is not ASCII, as users' folders do. */
export function copyCheckout(): Checkout {
  const folder = mkdtempSync(join(tmpdir(), "a checkout é "));
  for (const part of PARTS) cpSync(join(PROJECT_ROOT, part), join(folder, part), { recursive: true });
  symlinkSync(join(PROJECT_ROOT, "node_modules"), join(folder, "node_modules"));
  return {
    folder,
    async run(command, args, env = {}) {
      const { all, exitCode } = await execa("node", [`commands/${command}.ts`, ...args], {
        cwd: folder,
        all: true,
        reject: false,
        env: { CI: "true", ...env },
      });
      return { output: all, exitCode };
    },
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}
