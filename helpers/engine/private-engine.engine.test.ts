import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import Dockerode from "dockerode";
import { test as base, describe, expect } from "vitest";
import { type Run, runLabels, thisRun } from "../run.ts";
import { processesIn } from "./cgroups.ts";
import { findProgram } from "./install.ts";
import { findAbandoned, markKept, removeOwned } from "./leftovers.ts";
import { joinPrivateEngine, stopPrivateEngine } from "./private-engine.ts";
import { canRunPrivately, type PrivateFolders, privateFolders } from "./private-folders.ts";
import { bridgeOf } from "./private-network.ts";
import { mountPoints, unmountBelow } from "./private-remains.ts";
import { findProcesses, isRunning } from "./processes.ts";

const HOLDER = join(import.meta.dirname, "hold-engine.ts");
const IMAGE = "proven-tutorial/empty:test";

/** A cache folder of the test's own, so that its engine is nobody else's. */
const test = base.extend<{ cache: string; folders: PrivateFolders }>({
  // eslint-disable-next-line no-empty-pattern -- Vitest reads the fixtures from the pattern.
  cache: async ({}, use) => {
    const cache = mkdtempSync(join(tmpdir(), "engine test é "));
    await use(cache);
    rmSync(cache, { recursive: true, force: true });
  },
  folders: async ({ cache }, use) => {
    const home = join(cache, "proven-tutorial", "engine");
    mkdirSync(home, { recursive: true });
    const folders = privateFolders(home);
    await use(folders);
    await stopPrivateEngine(folders);
    await unmountBelow([folders.data]);
  },
});

describe.runIf(canRunPrivately() && findProgram("dockerd"))("private engine", { timeout: 60_000 }, () => {
  test("starts, serves and leaves the host as it was", async ({ folders }) => {
    const forwarding = readFileSync("/proc/sys/net/ipv4/ip_forward", "utf8");
    const run = thisRun();
    const engine = await joinPrivateEngine(run, folders);
    expect(await new Dockerode({ socketPath: folders.socket }).ping()).toEqual(Buffer.from("OK"));
    expect(statSync(folders.socket).mode & 0o777).toBe(0o600);
    expect(statSync(folders.runtime).mode & 0o777).toBe(0o700);
    await engine.leave();
    expect(traces(folders)).toEqual([]);
    expect(readFileSync("/proc/sys/net/ipv4/ip_forward", "utf8")).toBe(forwarding);
  });

  test("privileged containers start and can be entered; ports are published on loopback only", async ({
    folders,
  }) => {
    const run = thisRun();
    const engine = await joinPrivateEngine(run, folders);
    const docker = new Dockerode({ socketPath: folders.socket });
    await docker.createNetwork({ Name: "test", Labels: runLabels(run) });
    const container = await startContainer(docker, run, {
      NetworkMode: "test",
      PortBindings: { "80/tcp": [{ HostPort: "0" }] },
    });
    expect(await execIn(container, ["grep", "-c", "CapBnd", "/proc/self/status"])).toBe("1");
    const { Ports } = (await container.inspect()).NetworkSettings;
    const ports = Object.values(Ports)
      .flat()
      .map((binding) => binding?.HostPort);
    expect(ports.length).toBeGreaterThan(0);
    for (const address of listeningAddresses(ports)) expect(address).toMatch(/^(127\.0\.0\.1|\[::1\])$/);
    expect(await removeOwned(docker, ({ id }) => id === run.id)).toEqual({
      containers: 1,
      networks: 1,
      volumes: 0,
    });
    await engine.leave();
    expect(traces(folders)).toEqual([]);
  });

  test("is shared by runs at the same time, and stops with the last", async ({ cache, folders }) => {
    await using first = await hold(cache);
    await using second = await hold(cache);
    expect(await second.opened).toEqual(await first.opened);
    expect(await first.end()).toBe(0);
    expect(await ping(folders)).toBe(true);
    expect(await second.end()).toBe(0);
    expect(traces(folders)).toEqual([]);
  });

  test("runs that start at the same moment do not fight", async ({ cache, folders }) => {
    const runs = await Promise.all([hold(cache), hold(cache), hold(cache)]);
    await Promise.all(runs.map((run) => run.opened));
    expect(await Promise.all(runs.map((run) => run.end()))).toEqual([0, 0, 0]);
    expect(traces(folders)).toEqual([]);
  });

  test.for(["SIGINT", "SIGTERM", "SIGHUP"] as const)("%s stops it", async (name, { cache, folders }) => {
    await using run = await hold(cache);
    await run.opened;
    expect(await run.end(name)).toBe({ SIGINT: 130, SIGTERM: 143, SIGHUP: 129 }[name]);
    expect(traces(folders)).toEqual([]);
  });

  test("Ctrl-C while it starts stops it", async ({ cache, folders }) => {
    await using run = await hold(cache);
    await run.joining;
    await sleep(150);
    expect(await run.end("SIGINT")).toBe(130);
    expect(traces(folders)).toEqual([]);
  });

  test("a run that was killed leaves an engine that the next one uses and stops", async ({
    cache,
    folders,
  }) => {
    await using killed = await hold(cache);
    await killed.opened;
    const docker = new Dockerode({ socketPath: folders.socket });
    const before = readFileSync(folders.state, "utf8");
    await killed.end("SIGKILL");
    expect(await ping(folders)).toBe(true);
    const run = thisRun();
    const engine = await joinPrivateEngine(run, folders);
    expect(readFileSync(folders.state, "utf8")).toBe(before);
    await docker.ping();
    await engine.leave();
    expect(traces(folders)).toEqual([]);
  });

  test("a dockerd that was killed, with a container in it, does not stop the next run", async ({
    folders,
  }) => {
    const dead = thisRun();
    const engine = await joinPrivateEngine(dead, folders);
    const docker = new Dockerode({ socketPath: folders.socket });
    await docker.createNetwork({ Name: "test", Labels: runLabels(dead) });
    await startContainer(docker, dead, {
      NetworkMode: "test",
      PortBindings: { "80/tcp": [{ HostPort: "0" }] },
    });
    process.kill(JSON.parse(readFileSync(folders.state, "utf8")).pid, "SIGKILL");
    await expect.poll(() => ping(folders)).toBe(false);
    const run = thisRun();
    const next = await joinPrivateEngine(run, folders);
    expect(processesIn(folders.cgroup)).toEqual([]);
    expect(await removeOwned(docker, ({ id }) => id === dead.id)).toMatchObject({
      containers: 1,
      networks: 1,
    });
    await engine.leave();
    expect(await ping(folders)).toBe(true);
    await next.leave();
    expect(traces(folders)).toEqual([]);
  });

  test("a dockerd that was killed and that nobody needs any more is cleared away", async ({ folders }) => {
    const run = thisRun();
    const engine = await joinPrivateEngine(run, folders);
    await startContainer(new Dockerode({ socketPath: folders.socket }), run, {});
    process.kill(JSON.parse(readFileSync(folders.state, "utf8")).pid, "SIGKILL");
    await engine.leave();
    expect(traces(folders)).toEqual([]);
  });

  test("a stale pid file with somebody else's pid and a stale socket do no harm", async ({ folders }) => {
    mkdirSync(folders.runtime, { recursive: true, mode: 0o700 });
    writeFileSync(folders.pidFile, String(process.pid));
    writeFileSync(folders.state, JSON.stringify({ pid: process.pid, startTime: "1" }));
    leaveSocket(folders.socket);
    const engine = await joinPrivateEngine(thisRun(), folders);
    expect(await ping(folders)).toBe(true);
    await engine.leave();
    expect(traces(folders)).toEqual([]);
  });

  test("what is kept keeps the engine up, until it is removed", async ({ folders }) => {
    const kept = deadRun();
    const engine = await joinPrivateEngine(kept, folders);
    const container = await startContainer(new Dockerode({ socketPath: folders.socket }), kept, {});
    engine.keep();
    await (await joinPrivateEngine(thisRun(), folders)).leave();
    expect(await ping(folders)).toBe(true);
    const next = await joinPrivateEngine(thisRun(), folders);
    await container.remove({ force: true });
    await next.leave();
    expect(traces(folders)).toEqual([]);
  });

  test("what was kept in an engine that was killed is forgotten", async ({ folders }) => {
    const kept = deadRun();
    const engine = await joinPrivateEngine(kept, folders);
    await startContainer(new Dockerode({ socketPath: folders.socket }), kept, {});
    engine.keep();
    process.kill(JSON.parse(readFileSync(folders.state, "utf8")).pid, "SIGKILL");
    await expect.poll(() => ping(folders)).toBe(false);
    await (await joinPrivateEngine(thisRun(), folders)).leave();
    expect(traces(folders)).toEqual([]);
  });

  test("a container that ignores SIGTERM does not delay the stop", async ({ folders }) => {
    const run = thisRun();
    const engine = await joinPrivateEngine(run, folders);
    await startContainer(new Dockerode({ socketPath: folders.socket }), run, {});
    const started = performance.now();
    await engine.leave();
    expect(performance.now() - started).toBeLessThan(8_000);
    expect(traces(folders)).toEqual([]);
  });

  test("what dead runs left is removed; what living runs have, and what was kept, stays", async ({
    folders,
  }) => {
    const [living, dead, kept] = [thisRun(), deadRun(), deadRun()];
    const engine = await joinPrivateEngine(living, folders);
    const docker = new Dockerode({ socketPath: folders.socket });
    for (const run of [living, dead, kept]) {
      await docker.createVolume({ Name: run.id, Labels: runLabels(run) });
      await docker.createNetwork({ Name: run.id, Labels: runLabels(run) });
    }
    await docker.createVolume({ Name: "somebody-else" });
    // A mark counts while what it marks is running.
    const container = await startContainer(docker, kept, {});
    await markKept(docker, kept);
    const removed = await removeOwned(docker, await findAbandoned(docker));
    expect(removed).toEqual({ containers: 0, networks: 1, volumes: 1 });
    const { Volumes } = await docker.listVolumes();
    expect(Volumes.map(({ Name }) => Name).sort()).toEqual(
      [living.id, kept.id, `proven-tutorial-kept-${kept.id}`, "somebody-else"].sort(),
    );
    // As after a reboot: what was kept no longer runs, and nobody can use it.
    await container.kill();
    expect(await removeOwned(docker, await findAbandoned(docker))).toEqual({
      containers: 1,
      networks: 1,
      volumes: 2,
    });
    await engine.leave();
    expect(traces(folders)).toEqual([]);
  });

  test("says what dockerd said when it cannot start", async ({ folders }) => {
    mkdirSync(folders.data, { recursive: true });
    writeFileSync(join(folders.data, "volumes"), "a file where a folder should be");
    const problem = await joinPrivateEngine(thisRun(), folders).catch((error) => error);
    expect(problem).toMatchObject({
      name: "Problem",
      message: "the private container engine (dockerd) ended while it was starting",
    });
    expect(problem.details.join("\n")).toContain("volumes");
    expect(traces(folders)).toEqual([]);
  });
});

/** What is left on the host of this engine: nothing, once it has stopped. */
function traces(folders: PrivateFolders): string[] {
  const processes = findProcesses((command) => command.some((word) => word.startsWith(folders.runtime)));
  const mounts = mountPoints(readFileSync("/proc/self/mountinfo", "utf8"));
  return [
    ...processes.filter(isRunning).map(({ pid }) => `process ${pid}`),
    ...processesIn(folders.cgroup).map(({ pid }) => `process ${pid} in ${folders.cgroup}`),
    ...mounts.filter((point) => point.startsWith(folders.home) || point.startsWith(folders.runtime)),
    ...readdirSync("/sys/class/net").filter((name) => name === bridgeOf(folders.id)),
    ...lines("iptables-save").filter((line) => line.includes(folders.id)),
    ...lines("find", "/sys/fs/cgroup", "-path", `*${folders.cgroup}*`),
    ...[folders.runtime, folders.state].filter((file) => existsSync(file)),
    ...readdirSync(folders.users),
  ];
}

function lines(program: string, ...words: string[]): string[] {
  return execFileSync(program, words, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] })
    .split("\n")
    .filter(Boolean);
}

/** A run whose process has ended. */
function deadRun(): Run {
  return { ...thisRun(), pid: spawnSync(process.execPath, ["--version"]).pid };
}

async function ping(folders: PrivateFolders): Promise<boolean> {
  return await new Dockerode({ socketPath: folders.socket }).ping().then(
    () => true,
    () => false,
  );
}

/** A container of an image without a file; its programs are the host's. */
async function startContainer(docker: Dockerode, run: Run, host: Dockerode.HostConfig) {
  const image = await docker.importImage(Readable.from([Buffer.alloc(1024)]) as never, {
    repo: IMAGE.split(":")[0],
    tag: "test",
  });
  await text(image as Readable);
  const folders = ["/bin", "/lib", "/lib64", "/usr"].filter((folder) => existsSync(folder));
  const container = await docker.createContainer({
    Image: IMAGE,
    Cmd: ["/bin/sleep", "1000"],
    Labels: runLabels(run),
    ExposedPorts: { "80/tcp": {} },
    HostConfig: { Privileged: true, Binds: folders.map((folder) => `${folder}:${folder}:ro`), ...host },
  });
  await container.start();
  return container;
}

async function execIn(container: Dockerode.Container, command: string[]): Promise<string> {
  const exec = await container.exec({
    Cmd: command,
    AttachStdout: true,
    AttachStderr: true,
    Tty: true,
    Privileged: true,
  });
  return (await text(await exec.start({ Tty: true }))).trim();
}

/** Local addresses at which somebody listens on one of the ports. */
function listeningAddresses(ports: readonly (string | undefined)[]): string[] {
  return lines("ss", "-Hltn")
    .map((line) => line.trim().split(/\s+/)[3] ?? "")
    .map((local) => [local.slice(0, local.lastIndexOf(":")), local.slice(local.lastIndexOf(":") + 1)])
    .flatMap(([address, port]) => (address && ports.includes(port) ? [address] : []));
}

/** A socket whose listener was killed. */
function leaveSocket(path: string): void {
  const program = `require("net").createServer().listen(process.argv[1], () => process.kill(process.pid, "SIGKILL"))`;
  try {
    execFileSync(process.execPath, ["-e", program, path]);
  } catch {
    // Killed, as it should be.
  }
  expect(statSync(path).isSocket()).toBe(true);
}

/** A run in a process of its own that uses the engine of `cache` until it is told to end. */
async function hold(cache: string) {
  const child: ChildProcess = spawn(process.execPath, [HOLDER], {
    stdio: ["pipe", "pipe", "inherit"],
    env: { ...process.env, XDG_CACHE_HOME: cache },
  });
  const output = createInterface({ input: child.stdout as Readable })[Symbol.asyncIterator]();
  const nextLine = async () => (await output.next()).value as string;
  const joining = nextLine();
  const exited = once(child, "exit");
  const end = async (name?: NodeJS.Signals): Promise<number | null> => {
    if (name) child.kill(name);
    else child.stdin?.end();
    return (await exited)[0];
  };
  return {
    joining,
    /** DOCKER_HOST of the engine, once it is open. */
    opened: joining.then(nextLine).then((line) => line && JSON.parse(line).dockerHost),
    end,
    async [Symbol.asyncDispose]() {
      if (child.exitCode === null && child.signalCode === null) await end("SIGTERM");
    },
  };
}
