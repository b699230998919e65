import { join } from "node:path";
import { execa } from "execa";
import { beforeAll, expect, test } from "vitest";
import type { ClusterDescription } from "../cluster/description.ts";
import { PROJECT_ROOT } from "../paths.ts";
import { ALLOWANCES, mayLackVerdict } from "./allowances.ts";
import type { ChapterDefinition, ClaimDefinition } from "./definitions.ts";

const FILE = JSON.stringify(join(PROJECT_ROOT, "commands/definitions.ts"));

let claims: readonly ClaimDefinition[];

beforeAll(async () => {
  const script = `import { readDefinitions } from ${FILE}; console.log(JSON.stringify(await readDefinitions()));`;
  const { stdout } = await execa(process.execPath, ["--input-type=module", "--eval", script], {
    cwd: PROJECT_ROOT,
  });
  const chapters = JSON.parse(stdout) as ChapterDefinition[];
  claims = chapters.flatMap((chapter) => chapter.claims);
  // A process that reads all chapters: a busy machine may take longer than usual hooks get.
}, 60_000);

/** A cluster of which only this is known. */
function clusterWith(known: Partial<ClusterDescription>): ClusterDescription {
  return {
    distribution: "offline node",
    runtime: "containerd",
    kubernetes: "v1.36.3",
    ...known,
  } as ClusterDescription;
}

test("every claim that an allowance names is one that a chapter states", () => {
  const named = ALLOWANCES.flatMap(({ notAsked, notObservable }) => [...notAsked, ...notObservable]);
  const known = claims.map(({ id }) => id);
  expect(named.filter((id) => !known.includes(id))).toEqual([]);
});

test("a claim may go unasked on the version before it came, and no longer on the one with which it came", () => {
  const young = claims.flatMap(({ id, since }) => (since === undefined ? [] : [{ id, since }]));
  expect(young).not.toEqual([]);
  for (const { id, since } of young) {
    const [major, minor] = since.split(".").map(Number);
    const before = clusterWith({ kubernetes: `v${major}.${(minor ?? 0) - 1}.9` });
    expect(mayLackVerdict(id, "not asked", before), `${id} before ${since}`).toBe(true);
    expect(mayLackVerdict(id, "not asked", clusterWith({ kubernetes: `v${since}.0` })), id).toBe(false);
  }
});

test("a claim of every version is asked on every version", () => {
  for (const { id, since } of claims) {
    if (since !== undefined) continue;
    expect(mayLackVerdict(id, "not asked", clusterWith({ kubernetes: "v1.20.15" })), id).toBe(false);
  }
});

test("on the node that CI has every claim can be observed; on somebody else's cluster its owner decides", () => {
  const existing = clusterWith({ existing: {} as NonNullable<ClusterDescription["existing"]> });
  for (const { id } of claims) {
    expect(mayLackVerdict(id, "not observable", clusterWith({})), id).toBe(false);
    expect(mayLackVerdict(id, "not observable", existing), id).toBe(true);
  }
});
