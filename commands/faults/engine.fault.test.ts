import { type AddressInfo, createServer, type Server } from "node:net";
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, test } from "vitest";
import { findProgram } from "../../helpers/engine/install.ts";
import { joinPrivateEngine } from "../../helpers/engine/private-engine.ts";
import { privateFolders } from "../../helpers/engine/private-folders.ts";
import { unmountBelow } from "../../helpers/engine/private-remains.ts";
import { thisRun } from "../../helpers/run.ts";
import { expectOneError, faultCheckout, killEngine } from "../testing/fault.ts";

/** An engine that is absent, out of reach, or goes away. */

const checkout = faultCheckout();
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "faults-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A mount namespace in which no engine's socket is at its usual place; `mounts` are shell commands. */
function elsewhere(...mounts: readonly string[]): string[] {
  const script = ["mount -t tmpfs tmpfs /run", ...mounts, 'exec "$@"'].join(" && ");
  return ["unshare", "--mount", "sh", "-c", script, "sh"];
}

const ENGINE_LOST = /^✗ the container engine at \S+ does not answer any more: /m;

/** Root, but bound to the permissions of files as everybody else is. */
const BOUND = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"];

test("no engine, and none may be installed", { timeout: 60_000 }, async () => {
  const dockerd = findProgram("dockerd");
  const ended = await checkout.run(
    "article",
    ["pod"],
    { DOCKER_HOST: undefined, ENGINE_INSTALL: "never" },
    elsewhere(...(dockerd === undefined ? [] : [`mount --bind /dev/null ${dockerd}`])),
  );
  expectOneError(
    ended,
    /^✗ no container engine answers, and ENGINE_INSTALL=never forbids installing docker\.io/m,
  );
});

test("an engine that the user named and that is not there", { timeout: 60_000 }, async () => {
  const DOCKER_HOST = `unix://${folder}/nothing.sock`;
  expectOneError(
    await checkout.run("article", ["pod"], { DOCKER_HOST }),
    /^✗ DOCKER_HOST is .*no such socket/m,
  );
});

test("a socket that is not an engine's", { timeout: 60_000 }, async () => {
  const { socket, server } = await listening("other.sock");
  const ended = await checkout.run("article", ["pod"], { DOCKER_HOST: `unix://${socket}` });
  server.close();
  expectOneError(ended, /^✗ DOCKER_HOST is .*no container engine answers there/m);
});

test(
  "an engine that takes what it is asked and never answers, when all is to be removed",
  { timeout: 120_000 },
  async () => {
    const server = createServer();
    await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
    const { port } = server.address() as AddressInfo;
    const ended = await checkout.run("clean", [], {
      DOCKER_HOST: `tcp://127.0.0.1:${port}`,
      XDG_CACHE_HOME: join(folder, "cache"),
    });
    server.close();
    expectOneError(ended, /^✗ the container engine at tcp:\S+ does not answer$/m);
  },
);

test("a socket that this user may not open", { timeout: 60_000 }, async () => {
  const { socket, server } = await listening("denied.sock");
  chmodSync(socket, 0o000);
  const named = await checkout.run("article", ["pod"], { DOCKER_HOST: `unix://${socket}` }, BOUND);
  const usual = await checkout.run("article", ["pod"], { DOCKER_HOST: undefined }, [
    ...elsewhere("touch /run/docker.sock", `mount --bind ${socket} /run/docker.sock`),
    ...BOUND,
  ]);
  server.close();
  expectOneError(named, /^✗ DOCKER_HOST is .*this user may not open it/m);
  expectOneError(usual, /^✗ a container engine is there, but its socket \S+ may not be opened by this user/m);
});

test("an engine that dies while the node boots", { timeout: 180_000 }, async () => {
  const run = checkout.start("article", ["pod"]);
  await run.prints(/… Booting/);
  killEngine();
  const exitCode = await run.end;
  expectOneError({ output: run.output(), exitCode: Number(exitCode) }, ENGINE_LOST);
});

test("an engine that dies in the middle of a chapter", { timeout: 180_000 }, async () => {
  const run = checkout.start("article", ["pod"]);
  await run.prints(/^pod\.names/m);
  killEngine();
  const exitCode = await run.end;
  expectOneError(
    { output: run.output(), exitCode: Number(exitCode) },
    /^✗ the cluster was lost in the middle of the run: /m,
  );
});

test("a user's own engine that dies while it gets images", { timeout: 120_000 }, async () => {
  const home = join(folder, "engine");
  mkdirSync(home);
  const folders = privateFolders(home);
  const engine = await joinPrivateEngine(thisRun(), folders);
  const run = checkout.start("article", ["pod"], { DOCKER_HOST: engine.dockerHost });
  try {
    await run.prints(/^… putting node together/m);
    killEngine(folders);
    const exitCode = Number(await run.end);
    expectOneError({ output: run.output(), exitCode }, ENGINE_LOST);
  } finally {
    await engine.leave();
    await unmountBelow([folders.data]);
  }
});

async function listening(name: string): Promise<{ socket: string; server: Server }> {
  const socket = join(folder, name);
  const server = createServer((connection) => connection.end("this is no engine\r\n"));
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  return { socket, server };
}
