import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
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

test("a lock of an owner that is gone, from before the clock was set back, is taken over", async () => {
  using place = folder();
  const path = join(place.path, "thing");
  const stale = 2_000;
  mkdirSync(`${path}.lock`);
  const inAnHour = Date.now() / 1000 + 3600;
  utimesSync(`${path}.lock`, inAnHour, inAnHour);
  const release = await vi.waitUntil(() => tryLock(path, stale), { timeout: 15_000, interval: 100 });
  await release();
}, 20_000);

test("where no lock can be made that is told at once, and not taken for somebody else's", async () => {
  using place = folder();
  const file = join(place.path, "file");
  writeFileSync(file, "");
  await expect(withLock(join(file, "engine"), async () => {})).rejects.toMatchObject({ code: "ENOTDIR" });
});
