import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { runtimeWrapper } from "./runtime-wrapper.ts";

const CAPS = ["CAP_CHOWN", "CAP_SYS_RESOURCE", "CAP_NET_RAW", "CAP_SYS_MODULE"];
const LISTS = ["bounding", "effective", "inheritable", "permitted", "ambient"];
const MISSING = ["CAP_SYS_RESOURCE", "CAP_SYS_MODULE"];

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "wrapper é "));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** The process of an OCI bundle; also the shape of the file that `exec` is given. */
function processWith(caps: readonly string[]) {
  return {
    terminal: false,
    user: { uid: 0, gid: 0 },
    args: ["capsh", "--drop", "CAP_SYS_RESOURCE", 'say "rlimits":[1] and "oomScoreAdj":5', "a, ]b", "é\n"],
    env: ['JSON={"capabilities":{"bounding":["CAP_SYS_RESOURCE"]}}', "CAP_SYS_RESOURCE=1"],
    cwd: "/",
    capabilities: Object.fromEntries(LISTS.map((list) => [list, caps])),
    rlimits: [
      { type: "RLIMIT_NOFILE", hard: 1048576, soft: 1048576 },
      { type: "RLIMIT_CORE", hard: 0, soft: 0 },
    ],
    oomScoreAdj: -998,
    noNewPrivileges: false,
  };
}

function expectedProcess(caps: readonly string[]) {
  const { rlimits: _, oomScoreAdj: __, ...rest } = processWith(caps);
  return rest;
}

/** Runs the wrapper with a runc that prints its arguments. */
function wrap(words: readonly string[], missing: readonly string[] = MISSING): string[] {
  const runc = join(folder, "runc it's");
  writeFileSync(runc, `#!/bin/sh\nprintf '%s\\n' "$@"\n`);
  const wrapper = join(folder, "wrapper");
  writeFileSync(wrapper, runtimeWrapper(missing, runc));
  for (const file of [runc, wrapper]) chmodSync(file, 0o755);
  return execFileSync(wrapper, words, { cwd: folder, encoding: "utf8" }).trimEnd().split("\n");
}

function bundle(content: unknown, indent?: number): string {
  const path = join(folder, "a bundle");
  mkdirSync(path, { recursive: true });
  writeFileSync(join(path, "config.json"), JSON.stringify(content, null, indent));
  return path;
}

function read(...parts: string[]): unknown {
  return JSON.parse(readFileSync(join(...parts), "utf8"));
}

describe("create", () => {
  const config = { ociVersion: "1.0.2", process: processWith(CAPS), linux: { resources: { devices: [] } } };
  const expected = { ...config, process: expectedProcess(["CAP_CHOWN", "CAP_NET_RAW"]) };

  test.each([0, 2])("removes what is missing from config.json, indented by %d", (indent) => {
    const path = bundle(config, indent);
    const words = ["--root", "create", "--log-format", "json", "create", "--bundle", path, "id"];
    expect(wrap(words)).toEqual(words);
    expect(read(path, "config.json")).toEqual(expected);
  });

  test.each([
    ["--bundle=PATH", (path: string) => [`--bundle=${path}`]],
    ["-b PATH", (path: string) => ["-b", path]],
  ])("takes %s", (_, option) => {
    const path = bundle(config);
    wrap(["create", ...option(path), "id"]);
    expect(read(path, "config.json")).toEqual(expected);
  });

  test("takes the folder it is run in when no bundle is named", () => {
    writeFileSync(join(folder, "config.json"), JSON.stringify(config));
    wrap(["run", "id"]);
    expect(read(folder, "config.json")).toEqual(expected);
  });

  test.each([
    { caps: ["CAP_SYS_RESOURCE"], left: [] },
    { caps: ["CAP_SYS_RESOURCE", "CAP_SYS_MODULE"], left: [] },
    { caps: ["CAP_CHOWN", "CAP_SYS_RESOURCE"], left: ["CAP_CHOWN"] },
    { caps: ["CAP_SYS_MODULE", "CAP_CHOWN"], left: ["CAP_CHOWN"] },
    { caps: [], left: [] },
  ])("leaves valid lists: $caps", ({ caps, left }) => {
    const path = bundle({ process: processWith(caps) });
    wrap(["create", "-b", path, "id"]);
    expect(read(path, "config.json")).toEqual({ process: expectedProcess(left) });
  });

  test("keeps limits and oom_score_adj where CAP_SYS_RESOURCE is there", () => {
    const path = bundle({ process: processWith(CAPS) });
    wrap(["create", "-b", path, "id"], ["CAP_SYS_MODULE"]);
    const kept = ["CAP_CHOWN", "CAP_SYS_RESOURCE", "CAP_NET_RAW"];
    expect(read(path, "config.json")).toEqual({ process: processWith(kept) });
  });
});

test.each([["--process"], ["-p"]])("exec removes it from the file of %s", (option) => {
  const file = join(folder, "process.json");
  writeFileSync(file, JSON.stringify(processWith(CAPS)));
  wrap(["--root", "/r", "exec", option, file, "--detach", "id"]);
  expect(read(file)).toEqual(expectedProcess(["CAP_CHOWN", "CAP_NET_RAW"]));
});

test("exec without a process file, and other commands, are passed on as they are", () => {
  const path = bundle({ process: processWith(CAPS) });
  for (const words of [
    ["exec", "id", "create"],
    ["delete", "--force", "id"],
    ["state", "id"],
    ["--version"],
  ]) {
    expect(wrap(words)).toEqual(words);
  }
  expect(read(path, "config.json")).toEqual({ process: processWith(CAPS) });
});
