import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { isPrivateEngine, privateFolders } from "./private-folders.ts";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "f-"));
  for (const name of ["home", "run", "tmp"]) mkdirSync(join(root, name));
});
afterEach(() => rmSync(root, { recursive: true }));

function folders(home = "home", system = "run", temporary = ["tmp"]) {
  mkdirSync(join(root, home), { recursive: true });
  return privateFolders(join(root, home), {
    system: join(root, system),
    temporary: temporary.map((name) => join(root, name)),
  });
}

describe("private folders", () => {
  test("are the same each time, and others for another cache folder", () => {
    expect(folders()).toEqual(folders());
    expect(folders("other").id).not.toBe(folders().id);
  });

  test("the socket's path is short and ours alone, however long and odd the cache folder's is", () => {
    const home = `${"ein langer Weg é/".repeat(9)}engine`;
    const { socket, data, runtime } = folders(home);
    expect(data).toContain(home);
    expect(socket).toMatch(/run\/proven-tutorial-[0-9a-f]{8}\/docker\.sock$/);
    expect(statSync(runtime).mode & 0o777).toBe(0o700);
  });

  test("where the system's folder cannot be used, a temporary one is made once and recorded", () => {
    symlinkSync("/nowhere", join(root, "dangling"));
    const first = folders("home", "dangling");
    expect(first.runtime).toMatch(/tmp\/proven-tutorial-/);
    expect(folders("home", "dangling").runtime).toBe(first.runtime);
    rmSync(first.runtime, { recursive: true });
    expect(existsSync(folders("home", "dangling").runtime)).toBe(true);
  });

  test("a folder that others may enter is not used", () => {
    const { runtime } = folders();
    rmSync(runtime, { recursive: true });
    mkdirSync(runtime, { mode: 0o755 });
    expect(folders().runtime).not.toBe(runtime);
  });

  test("a temporary folder with a long path is passed over", () => {
    const long = "x".repeat(90);
    mkdirSync(join(root, long));
    expect(folders("home", "nowhere/\0", [long, "tmp"]).runtime).toContain("/tmp/proven-tutorial-");
    expect(() => folders("other", "nowhere/\0", [long])).toThrow(/too long/);
  });

  test("the engines of others are not ours", () => {
    const home = join(root, "home");
    expect(isPrivateEngine("unix:///var/run/docker.sock", home)).toBe(false);
    expect(isPrivateEngine("unix:///run/proven-tutorial-00000000/docker.sock", home)).toBe(false);
    expect(isPrivateEngine("tcp://127.0.0.1:2375", home)).toBe(false);
  });
});
