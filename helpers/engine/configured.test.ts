import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { configuredEngine } from "./configured.ts";

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "home-"));
});
afterEach(() => rmSync(home, { recursive: true }));

function write(file: string, content: string): void {
  mkdirSync(dirname(join(home, file)), { recursive: true });
  writeFileSync(join(home, file), content);
}

function writeContext(name: string, host: string): void {
  const id = createHash("sha256").update(name).digest("hex");
  const meta = { Name: name, Endpoints: { docker: { Host: host } } };
  write(`.docker/contexts/meta/${id}/meta.json`, JSON.stringify(meta));
}

test("nothing is configured", () => {
  expect(configuredEngine({}, home)).toBeUndefined();
  expect(configuredEngine({ DOCKER_HOST: "" }, home)).toBeUndefined();
});

test("DOCKER_HOST goes before docker.host, and tc.host before both", () => {
  write(".testcontainers.properties", "ryuk.disabled=true\ndocker.host = tcp://file:2375\n");
  expect(configuredEngine({}, home)?.dockerHost).toBe("tcp://file:2375");
  expect(configuredEngine({ DOCKER_HOST: "tcp://env:2375" }, home)).toEqual({
    dockerHost: "tcp://env:2375",
    origin: "DOCKER_HOST",
    undo: "unset DOCKER_HOST",
  });
  write(".testcontainers.properties", "tc.host=tcp://tc:2375\n");
  expect(configuredEngine({ DOCKER_HOST: "tcp://env:2375" }, home)?.dockerHost).toBe("tcp://tc:2375");
});

test("Docker's current context", () => {
  writeContext("colima", "unix:///colima.sock");
  writeContext("other", "unix:///other.sock");
  write(".docker/config.json", JSON.stringify({ currentContext: "colima" }));
  expect(configuredEngine({}, home)).toEqual({
    dockerHost: "unix:///colima.sock",
    origin: 'the Docker context "colima"',
    undo: "docker context use default",
  });
  expect(configuredEngine({ DOCKER_CONTEXT: "other" }, home)?.dockerHost).toBe("unix:///other.sock");
  expect(configuredEngine({ DOCKER_CONTEXT: "default" }, home)).toBeUndefined();
});

test("a broken configuration is none", () => {
  write(".docker/config.json", "{");
  expect(configuredEngine({}, home)).toBeUndefined();
});
