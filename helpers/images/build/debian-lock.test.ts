import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { PROJECT_ROOT } from "../../paths.ts";
import { readLock } from "../lock.ts";
import { testContext, testFolder } from "../testing/context.ts";
import { comparePackages, lockedPackages } from "./debian-lock.ts";
import { readRecipe } from "./recipe.ts";
import { writeDebianLock } from "./write-debian-lock.ts";

const ONE = "a".repeat(64);
const TWO = "b".repeat(64);

// No test: how the lock is written anew.
if (process.env.WRITE_DEBIAN_LOCK) {
  test("Debian's packages are pinned as the mirror has them now", { timeout: 300_000 }, async () => {
    await using folder = await testFolder();
    await writeDebianLock(testContext(folder.path));
  });
}

test("what is pinned is told from a newer version, from what is new, and from what only calls itself so", () => {
  const locked = new Map([
    ["bash", { version: "5.2-1", sha256: ONE }],
    ["curl", { version: "1:7-1", sha256: ONE }],
    ["grep", { version: "3-1", sha256: ONE }],
  ]);
  const packages = [
    { name: "bash", version: "5.2-1", sha256: ONE },
    { name: "curl", version: "1:7-2", sha256: TWO },
    { name: "grep", version: "3-1", sha256: TWO },
    { name: "sed", version: "4-1", sha256: TWO },
  ];
  expect(comparePackages(locked, packages)).toEqual({
    forged: ["grep 3-1"],
    different: ["curl 1:7-2 (1:7-1)", "sed 4-1 (not pinned)"],
  });
});

test.each(["amd64", "arm64"])("every package that a recipe names is pinned for %s", (architecture) => {
  const { kubernetes, node, images } = readLock();
  for (const folder of [node.build, ...images.flatMap(({ build }) => build ?? [])]) {
    const { debian } = readRecipe(join(PROJECT_ROOT, folder), kubernetes);
    if (!debian) continue;
    expect([...lockedPackages(debian.suite, architecture).keys()]).toEqual(
      expect.arrayContaining(debian.packages),
    );
  }
});

test("a lock that is not as expected is a problem, one that lacks a suite is not", async () => {
  await using folder = await testFolder();
  const file = join(folder.path, "lock.yaml");
  await writeFile(file, "bookworm:\n  amd64:\n    bash: 5.2\n");
  expect(() => lockedPackages("bookworm", "amd64", file)).toThrow("is not as expected");
  await writeFile(file, `bookworm:\n  amd64:\n    bash: { version: "5.2", sha256: ${ONE} }\n`);
  expect(lockedPackages("bookworm", "amd64", file).get("bash")).toEqual({ version: "5.2", sha256: ONE });
  expect(lockedPackages("trixie", "amd64", file).size).toBe(0);
});
