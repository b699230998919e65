import { mkdirSync, mkdtempSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
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

test("a lock of an owner that is gone, from before the clock was set back, is taken over soon", async () => {
  using place = folder();
  const path = join(place.path, "thing");
  mkdirSync(`${path}.lock`);
  const inAnHour = Date.now() / 1000 + 3600;
  utimesSync(`${path}.lock`, inAnHour, inAnHour);
  expect(await tryLock(path, STALE_MS)).toBeUndefined();
  // As if so much time had passed.
  const then = statSync(`${path}.lock`).mtimeMs / 1000 - STALE_MS / 1000 - 1;
  expect(then).toBeLessThan(Date.now() / 1000);
  utimesSync(`${path}.lock`, then, then);
  const release = await tryLock(path, STALE_MS);
  expect(release).toBeDefined();
  await release?.();
});

test("where no lock can be made that is told at once, and not taken for somebody else's", async () => {
  using place = folder();
  const file = join(place.path, "file");
  writeFileSync(file, "");
  await expect(withLock(join(file, "engine"), async () => {})).rejects.toMatchObject({ code: "ENOTDIR" });
});
