import { statfsSync } from "node:fs";
import { tmpdir } from "node:os";
import { cacheRoot, PROJECT_ROOT } from "./paths.ts";
import { Problem } from "./problem.ts";

/** A disk with less than this is full, in bytes: some file systems keep the last blocks to themselves. */
const FULL = 1 << 20;

/** What the operating system refuses to whoever writes a file, by the codes of its errors. */
const NOT_WRITABLE = ["EACCES", "EPERM", "EROFS"];

/**
 * A full disk, or a file that may not be written, as somebody can mend it: such an error may come from any line that
 * writes. Any other error is given back as it is.
 */
export function asProblem(error: unknown): unknown {
  if (error instanceof Problem || !(error instanceof Error)) return error;
  const { code = "", path, message } = error as NodeJS.ErrnoException;
  if (code === "ENOSPC" || code === "EDQUOT") {
    return diskProblem(`${fullDisk(path)}: ${message}`, { cause: error });
  }
  // An engine, or a program that was run, says so of its own disk.
  if (/no space left on device/i.test(message)) {
    return diskProblem(`a disk is full: ${message}`, { cause: error });
  }
  if (NOT_WRITABLE.includes(code) && path !== undefined) {
    return new Problem(
      `a file can't be used: ${message}`,
      `See who owns ${path}, and make it belong to the user that runs this; or set XDG_CACHE_HOME to a folder of your own.`,
      { cause: error },
    );
  }
  return error;
}

/** A full disk, with what can be done about it. */
export function diskProblem(message: string, options: ConstructorParameters<typeof Problem>[2]): Problem {
  return new Problem(
    message,
    "Free some space there (npm run clean removes what earlier runs left), or set XDG_CACHE_HOME to a larger disk.",
    options,
  );
}

/** Node.js does not tell which file could not be written; meanwhile what was unfinished may have been removed again. */
function fullDisk(path: string | undefined): string {
  if (path !== undefined) return `the disk of ${path} is full`;
  const [first, ...others] = [cacheRoot(), PROJECT_ROOT, tmpdir()].filter((folder) => isFull(folder));
  if (first === undefined) return `a disk is full, probably that of ${cacheRoot()}`;
  return `the disk of ${[first, ...others].join(" and ")} is full`;
}

/** Whether the disk of a folder has less than so many bytes left; a folder that is not there has no disk. */
export function isFull(folder: string, least = FULL): boolean {
  try {
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize < least;
  } catch {
    return false;
  }
}
