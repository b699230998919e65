import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type RequestListener } from "node:http";
import { type AddressInfo, createServer as createTcpServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { findProgram } from "../../engine/install.ts";
import { Problem } from "../../problem.ts";

const PROGRAM = "docker-registry";
const START_MS = 10_000;

/** Something on loopback that engines take for a registry. */
export interface TestRegistry extends AsyncDisposable {
  /** `127.0.0.1:5000`, say. */
  readonly address: string;
}

/** A real registry, Debian's, with nothing in it. */
export async function realRegistry(): Promise<TestRegistry> {
  const program = findProgram(PROGRAM);
  if (!program) {
    throw new Problem(
      `the tests of pulling need ${PROGRAM}, which is not installed: pulling is NOT tested here`,
      `apt-get install ${PROGRAM}`,
    );
  }
  const folder = await mkdtemp(join(tmpdir(), "registry-"));
  const address = `127.0.0.1:${await freePort()}`;
  const config = {
    version: 0.1,
    log: { level: "warn" },
    storage: { filesystem: { rootdirectory: folder } },
    http: { addr: address },
  };
  await writeFile(join(folder, "config.yml"), JSON.stringify(config));
  const child = spawn(program, ["serve", join(folder, "config.yml")], { stdio: "ignore" });
  const ended = once(child, "exit");
  const registry: TestRegistry = {
    address,
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
  const deadline = performance.now() + START_MS;
  while (!(await answers(address))) {
    if (child.exitCode === null && performance.now() < deadline) await sleep(50);
    else {
      await registry[Symbol.asyncDispose]();
      throw new Error(`${PROGRAM} doesn't start`);
    }
  }
  return registry;
}

/** A registry that answers everything as `listener` does, or never when it does nothing. */
export async function fakeRegistry(listener: RequestListener): Promise<TestRegistry & { asked(): number }> {
  let asked = 0;
  const server = createServer((request, response) => {
    asked += 1;
    listener(request, response);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked: () => asked,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A port of loopback that nothing listens on. */
export async function freePort(): Promise<number> {
  const server = createTcpServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function answers(address: string): Promise<boolean> {
  return fetch(`http://${address}/v2/`).then(
    (response) => response.ok,
    () => false,
  );
}
