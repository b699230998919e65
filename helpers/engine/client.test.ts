import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { clientVersion, findClient, runClient } from "./client.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "client-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A program of ours: how a client is run is tested here, not what an engine says. */
function program(lines: string, name = "client"): string {
  const file = join(folder, name);
  writeFileSync(file, `#!/bin/sh\n${lines}\n`);
  chmodSync(file, 0o755);
  return file;
}

test("the version is read as Docker and Podman print it", () => {
  expect(clientVersion("Docker version 20.10.24+dfsg1, build 297e128")).toBe("20.10.24+dfsg1");
  expect(clientVersion("podman version 5.4.2")).toBe("5.4.2");
  expect(clientVersion("")).toBe("unknown");
});

test("Podman under Docker's name is no client of Docker's engine", async () => {
  program("echo Docker version 28.2.2, build e6534b4", "docker");
  expect(await findClient("docker", folder)).toEqual({ program: "docker", version: "28.2.2" });
  program("echo podman version 5.4.2", "docker");
  expect(await findClient("docker", folder)).toBeUndefined();
});

test("a client that the engine refuses as too old is none", async () => {
  program(
    `[ "$1" = version ] || exec echo Docker version 20.10.24
echo "Error response from daemon: client version 1.41 is too old. Minimum supported API version is 1.44" >&2; exit 1`,
    "docker",
  );
  expect(await findClient("docker", folder)).toBeUndefined();
});

test("output and exit code of a command that fails are what it gives", async () => {
  const client = program('echo "$1"; echo refused >&2; exit 125');
  expect(await runClient([client, "two words"], folder)).toMatchObject({
    stdout: "two words",
    stderr: "refused",
    exitCode: 125,
  });
});

test("it runs in its folder, on the run's engine, and without the user's configuration", async () => {
  const before = { ...process.env };
  process.env.DOCKER_HOST = "unix:///run/some.sock";
  process.env.DOCKER_CONTEXT = "another";
  try {
    const client = program('pwd -P; echo "$DOCKER_HOST $CONTAINER_HOST [$DOCKER_CONTEXT] $DOCKER_CONFIG"');
    const { stdout } = await runClient([client], folder);
    expect(stdout.split("\n")[1]).toBe(`unix:///run/some.sock unix:///run/some.sock [] ${folder}`);
  } finally {
    process.env = before;
  }
});

test("a program that is not there is an error, not an exit code", async () => {
  await expect(runClient([join(folder, "none")], folder)).rejects.toThrow("ENOENT");
});
