import { renameSync, rmSync, writeFileSync } from "node:fs";

/** Writes a file in place of the one before: whoever reads it finds the old text or the new one, never half of it. */
export function writeWhole(file: string, text: string, options: { readonly mode?: number } = {}): void {
  try {
    writeFileSync(`${file}.new`, text, options);
    renameSync(`${file}.new`, file);
  } catch (error) {
    rmSync(`${file}.new`, { force: true });
    throw error;
  }
}
