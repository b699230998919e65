import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { createServer as createHttpServer } from "node:http";
import { type AddressInfo, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { discoverEngine } from "./discover.ts";
import { probeSocket } from "./socket.ts";

let folder: string;
let servers: Server[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "discover-"));
  servers = [];
});
afterEach(async () => {
  for (const server of servers) await new Promise((closed) => server.close(closed));
  rmSync(folder, { recursive: true });
});

/** Somebody who listens at a socket and answers every request with `status`. */
async function listen(name: string, status: number): Promise<string> {
  const server = createHttpServer((_, response) => response.writeHead(status).end());
  servers.push(server);
  const socket = join(folder, name);
  await new Promise<void>((listening) => server.listen(socket, listening));
  return socket;
}

test("tells an engine from a socket that nobody listens at, and from one that isn't an engine's", async () => {
  expect(await probeSocket(await listen("engine.sock", 200))).toBe("answers");
  expect(await probeSocket(await listen("other.sock", 404))).toBe("silent");
  expect(await probeSocket(join(folder, "none.sock"))).toBe("absent");
});

test("an engine that takes what it is asked and does not answer is slow: it may be just being started", async () => {
  const server = createServer((socket) => socket.resume());
  servers.push(server);
  const socket = join(folder, "hangs.sock");
  await new Promise<void>((listening) => server.listen(socket, listening));
  expect(await probeSocket(socket, 50)).toBe("slow");
});

test("an engine that is slow at first is waited for", async () => {
  const server = createHttpServer((_, response) => setTimeout(() => response.end(), 3_500));
  servers.push(server);
  const socket = join(folder, "starting.sock");
  await new Promise<void>((listening) => server.listen(socket, listening));
  const DOCKER_HOST = `unix://${socket}`;
  expect(await discoverEngine({ DOCKER_HOST })).toBe(DOCKER_HOST);
}, 20_000);

test("an engine that the user named is used", async () => {
  const DOCKER_HOST = `unix://${await listen("engine.sock", 200)}`;
  expect(await discoverEngine({ DOCKER_HOST })).toBe(DOCKER_HOST);
});

test("a container in the virtual machine of an engine that was named finds its socket where it is there", async () => {
  mkdirSync(join(folder, ".colima/default"), { recursive: true });
  const env: NodeJS.ProcessEnv = {
    DOCKER_HOST: `unix://${await listen(".colima/default/docker.sock", 200)}`,
  };
  await discoverEngine(env);
  expect(env.TESTCONTAINERS_DOCKER_SOCKET_OVERRIDE).toBe("/var/run/docker.sock");
});

test("an IPv6 address is reached", async ({ skip }) => {
  const server = createServer();
  const listening = new Promise((resolve, reject) =>
    server.on("error", reject).listen(0, "::1", () => resolve(0)),
  );
  await listening.catch(() => skip("this machine has no IPv6"));
  servers.push(server);
  const { port } = server.address() as AddressInfo;
  expect(await discoverEngine({ DOCKER_HOST: `tcp://[::1]:${port}` })).toBe(`tcp://[::1]:${port}`);
});

test.each([
  ["unix:///nowhere/docker.sock", /^DOCKER_HOST is unix:.* there is no such socket$/],
  ["tcp://127.0.0.1:1", /^DOCKER_HOST is tcp:.* no container engine answers there \(ECONNREFUSED\)$/],
  ["ssh://me@there", /Testcontainers does not speak ssh$/],
  ["nonsense", /which is no address of an engine$/],
])("%s, named by the user, is an error that says so", async (DOCKER_HOST, message) => {
  const problem = await discoverEngine({ DOCKER_HOST }).catch((error) => error);
  expect(problem).toMatchObject({ name: "Problem", message: expect.stringMatching(message) });
  expect(problem.remedy).toContain("unset DOCKER_HOST");
});
