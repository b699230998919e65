import { execFileSync } from "node:child_process";
import {
  chmodSync,
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  rmSync,
  statfsSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "vitest";
import { unmountBelow } from "../../helpers/engine/private-remains.ts";
import { cacheFolder } from "../../helpers/paths.ts";
import { expectOneError, faultCheckout } from "../testing/fault.ts";

/** A cache folder on a disk that is full, or gets so, or that can't be written to. */

const MIB = 1 << 20;
/** What a file system of this size takes is memory, in bytes. */
const ROOM = 2300 * MIB;

const checkout = faultCheckout();
let disk: string;
beforeEach(() => {
  disk = mkdtempSync(join(tmpdir(), "faults-"));
});
afterEach(async () => {
  await unmountBelow([disk]);
  rmSync(disk, { recursive: true, force: true });
});

/** A disk in memory; the cache on it is to be its only content. */
function mountDisk(bytes: number): { XDG_CACHE_HOME: string; DOCKER_HOST: undefined } {
  execFileSync("mount", ["-t", "tmpfs", "-o", `size=${bytes}`, "faults", disk]);
  return { XDG_CACHE_HOME: disk, DOCKER_HOST: undefined };
}

/** Writes a file that takes all of the disk but so many bytes; less when others write as well. */
function fill(left: number): void {
  const { bavail, bsize } = statfsSync(disk);
  const block = Buffer.alloc(MIB);
  const filler = openSync(join(disk, "filler"), "w");
  try {
    for (let rest = bavail * bsize - left; rest > 0;)
      rest -= writeSync(filler, block, 0, Math.min(rest, MIB));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOSPC") throw error;
  } finally {
    closeSync(filler);
  }
}

test("that is a file", { timeout: 60_000 }, async () => {
  const file = join(disk, "file");
  writeFileSync(file, "");
  const ended = await checkout.run("article", ["pod"], { XDG_CACHE_HOME: join(file, "below") });
  expectOneError(ended, /^✗ the cache folder .* can't be made: ENOTDIR/m);
});

test("that is somebody else's", { timeout: 60_000 }, async () => {
  const XDG_CACHE_HOME = join(disk, "theirs");
  mkdirSync(XDG_CACHE_HOME);
  chmodSync(XDG_CACHE_HOME, 0o500);
  const bound = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"];
  const ended = await checkout.run("article", ["pod"], { XDG_CACHE_HOME, DOCKER_HOST: undefined }, bound);
  expectOneError(ended, /^✗ the cache folder .* can't be made: EACCES/m);
});

test("that is too small from the beginning", { timeout: 60_000 }, async () => {
  const ended = await checkout.run("article", ["pod"], mountDisk(8 * MIB));
  expectOneError(ended, /^✗ only 0\.0 GiB are free for the private container engine's data in /m);
});

test("that has not a byte left", { timeout: 60_000 }, async () => {
  const env = mountDisk(8 * MIB);
  fill(0);
  expectOneError(await checkout.run("article", ["pod"], env), /^✗ the disk of \S+ is full: ENOSPC/m);
});

test("that fills up while the engine is given its images", { timeout: 180_000 }, async () => {
  const env = mountDisk(ROOM);
  mkdirSync(join(disk, "proven-tutorial"));
  // What was built lies elsewhere: the engine has its images still to get.
  symlinkSync(cacheFolder("images"), join(disk, "proven-tutorial", "images"));
  const run = checkout.start("article", ["pod"], env);
  await run.prints(/^… putting node together/m);
  fill(50 * MIB);
  const exitCode = Number(await run.end);
  expectOneError({ output: run.output(), exitCode }, /^✗ .*(is full|no space left on device)/m);
  rmSync(join(disk, "filler"));
});
