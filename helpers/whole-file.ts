import { renameSync, rmSync, writeFileSync } from "node:fs";

/** Writes a file in place of the one before: whoever reads it finds the old text or the new one, never half of it. */
export function writeWhole(file: string, text: string, options: { readonly mode?: number } = {}): void {
  // Of this process alone: two runs may end together.
  const unfinished = `${file}.${process.pid}.new`;
  try {
    writeFileSync(unfinished, text, options);
    renameSync(unfinished, file);
  } catch (error) {
    rmSync(unfinished, { force: true });
    throw error;
  }
}
