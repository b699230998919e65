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
    isContext: false,
    undo: "unset DOCKER_HOST",
    tls: {},
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
    isContext: true,
    undo: "docker context use default",
    tls: {},
  });
  expect(configuredEngine({ DOCKER_CONTEXT: "other" }, home)?.dockerHost).toBe("unix:///other.sock");
  expect(configuredEngine({ DOCKER_CONTEXT: "default" }, home)).toBeUndefined();
  expect(() => configuredEngine({ DOCKER_CONTEXT: "nowhere" }, home)).toThrow("no Docker context");
});

test("a context's certificates", () => {
  writeContext("far", "tcp://far:2376");
  const folder = `.docker/contexts/tls/${createHash("sha256").update("far").digest("hex")}/docker`;
  write(`${folder}/ca.pem`, "");
  expect(configuredEngine({ DOCKER_CONTEXT: "far" }, home)?.tls).toEqual({
    DOCKER_TLS_VERIFY: "1",
    DOCKER_CERT_PATH: join(home, folder),
  });
});

test("the file's certificates go with whatever address is used, except tc.host; the environment's go first", () => {
  const file = "docker.tls.verify=1\ndocker.cert.path=/certificates\n";
  write(".testcontainers.properties", file);
  const tls = { DOCKER_TLS_VERIFY: "1", DOCKER_CERT_PATH: "/certificates" };
  const DOCKER_HOST = "tcp://env:2376";
  expect(configuredEngine({ DOCKER_HOST }, home)?.tls).toEqual(tls);
  expect(configuredEngine({ DOCKER_HOST, DOCKER_CERT_PATH: "/mine" }, home)?.tls).toEqual({
    ...tls,
    DOCKER_CERT_PATH: "/mine",
  });
  expect(configuredEngine({ DOCKER_HOST, DOCKER_TLS_VERIFY: "0" }, home)?.tls).toEqual({});
  write(".testcontainers.properties", `${file}docker.host=tcp://file:2376\n`);
  expect(configuredEngine({}, home)?.tls).toEqual(tls);
  write(".testcontainers.properties", `${file}tc.host=tcp://tc:2376\n`);
  expect(configuredEngine({}, home)?.tls).toEqual({});
});

test("where TLS is wanted and no certificates are named, the docker command line's own folder has them", () => {
  const wanted = { DOCKER_HOST: "tcp://far:2376", DOCKER_TLS_VERIFY: "1" };
  expect(configuredEngine(wanted, home)?.tls).toEqual({});
  write(".docker/ca.pem", "");
  const folder = join(home, ".docker");
  expect(configuredEngine(wanted, home)?.tls).toEqual({ DOCKER_TLS_VERIFY: "1", DOCKER_CERT_PATH: folder });
  expect(configuredEngine({ ...wanted, DOCKER_HOST: "unix:///run/docker.sock" }, home)?.tls).toEqual({});
});

test("a broken configuration is none", () => {
  write(".docker/config.json", "{");
  expect(configuredEngine({}, home)).toBeUndefined();
});
