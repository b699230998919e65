import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { withLock } from "./engine/lock.ts";
import { tryLock } from "./lock.ts";

const STALE_MS = 10_000;

function folder() {
  const path = mkdtempSync(join(tmpdir(), "lock-"));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true }) };
}

test("what one has another does not get, until it is given back", async () => {
  using place = folder();
  const path = join(place.path, "thing");
  const release = await tryLock(path, STALE_MS);
  expect(await tryLock(path, STALE_MS)).toBeUndefined();
  await release?.();
  const again = await tryLock(path, STALE_MS);
  expect(again).toBeDefined();
  await again?.();
});

test("where no lock can be made that is told at once, and not taken for somebody else's", async () => {
  using place = folder();
  const file = join(place.path, "file");
  writeFileSync(file, "");
  await expect(withLock(join(file, "engine"), async () => {})).rejects.toMatchObject({ code: "ENOTDIR" });
});
