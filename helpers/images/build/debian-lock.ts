import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { PROJECT_ROOT } from "../../paths.ts";
import { Problem } from "../../problem.ts";

/** Where Debian's packages are pinned, from the top folder. */
export const DEBIAN_LOCK_FILE = "fixtures/debian.lock.yaml";

const packagesSchema = z.record(
  z.string(),
  z.strictObject({ version: z.string(), sha256: z.string().regex(/^[0-9a-f]{64}$/) }),
);
/** By suite, architecture and name. */
const lockSchema = z.record(z.string(), z.record(z.string(), packagesSchema));

/** What is pinned of packages, by their names. */
export type LockedPackages = ReadonlyMap<string, { readonly version: string; readonly sha256: string }>;

/** A package that was laid out. */
export interface DebianPackage {
  readonly name: string;
  readonly version: string;
  /** Of the file that it came in. */
  readonly sha256: string;
}

/** What is pinned for a suite and an architecture; nothing where nothing is. */
export function lockedPackages(
  suite: string,
  architecture: string,
  file = join(PROJECT_ROOT, DEBIAN_LOCK_FILE),
): LockedPackages {
  const { data, error } = lockSchema.safeParse(parse(readFileSync(file, "utf8")));
  if (data) return new Map(Object.entries(data[suite]?.[architecture] ?? {}));
  throw new Problem(`${DEBIAN_LOCK_FILE} is not as expected`, "restore it with git", {
    details: z.prettifyError(error).split("\n"),
  });
}

/** Compares what came with what is pinned: packages of the pinned version with another content, and all others. */
export function comparePackages(
  locked: LockedPackages,
  packages: readonly DebianPackage[],
): { forged: string[]; different: string[] } {
  const forged: string[] = [];
  const different: string[] = [];
  for (const { name, version, sha256 } of packages) {
    const pinned = locked.get(name);
    if (pinned?.version !== version)
      different.push(`${name} ${version} (${pinned?.version ?? "not pinned"})`);
    else if (pinned.sha256 !== sha256) forged.push(`${name} ${version}`);
  }
  return { forged, different };
}
