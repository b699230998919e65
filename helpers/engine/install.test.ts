import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { mayInstall } from "./install.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "install-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

test("ENGINE_INSTALL forbids installing, and anything else that it says is an error", () => {
  expect(mayInstall({})).toBe(true);
  expect(mayInstall({ ENGINE_INSTALL: "never" })).toBe(false);
  expect(() => mayInstall({ ENGINE_INSTALL: "no" })).toThrow("ENGINE_INSTALL=no means nothing");
});

test("Ctrl-C waits for apt and does not reach it", async () => {
  const log = join(folder, "log");
  const goOn = join(folder, "go-on");
  writeFileSync(
    join(folder, "apt-get"),
    `#!/bin/sh
trap 'echo interrupted >>"${log}"; exit 1' INT TERM HUP
echo started; until [ -e "${goOn}" ]; do sleep 0.05 & wait $!; done; echo finished >>"${log}"
`,
  );
  chmodSync(join(folder, "apt-get"), 0o755);
  const program = `
    import { installPackages } from ${JSON.stringify(join(import.meta.dirname, "install.ts"))};
    import { withCleanup } from ${JSON.stringify(join(import.meta.dirname, "signals.ts"))};
    await withCleanup(async () => {
      const installing = installPackages(["some-package"], { note: console.error });
      setTimeout(() => console.log("ready"), 100);
      await installing;
      await new Promise((done) => setTimeout(done, 20_000));
    });
  `;
  const child = spawn(process.execPath, ["--input-type=module-typescript", "-e", program], {
    // A process group of its own, as a shell gives to each command.
    detached: true,
    env: { ...process.env, PATH: `${folder}:${process.env.PATH}` },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  child.stderr.on("data", (text: Buffer) => (said += text.toString()));
  const exited = once(child, "exit");
  await once(child.stdout, "data");
  process.kill(-Number(child.pid), "SIGINT");
  await expect.poll(() => said, { timeout: 30_000 }).toContain("Waiting for apt");
  writeFileSync(goOn, "");
  expect((await exited)[0]).toBe(130);
  expect(readFileSync(log, "utf8")).toBe("finished\n");
});
