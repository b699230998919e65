import { spawn } from "node:child_process";
import {
  accessSync,
  chmodSync,
  closeSync,
  constants,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmdirSync,
  rmSync,
  statfsSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import { z } from "zod";
import { Problem } from "../problem.ts";
import type { Run } from "../run.ts";
import { missingCapabilities } from "./capabilities.ts";
import { killProcessesIn, makeRoomForCgroups, processesIn } from "./cgroups.ts";
import { findProgram, systemPath } from "./install.ts";
import { withLock } from "./lock.ts";
import { portProxy } from "./port-proxy.ts";
import { type PrivateFolders, privateFolders } from "./private-folders.ts";
import { addressPool, type PrivateNetwork, setUpNetwork } from "./private-network.ts";
import { removeRemains } from "./private-remains.ts";
import { findProcesses, identify, isRunning, type ProcessId, signal, waitUntilGone } from "./processes.ts";
import { runtimeWrapper } from "./runtime-wrapper.ts";
import { probeSocket } from "./socket.ts";
import { usersIn } from "./users.ts";

const START_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 15_000;
const ANSWER_TIMEOUT_MS = 20_000;
const POLL_MS = 20;
/** A node with its images needs about this much, in bytes. */
const LEAST_DISK = 2 * 1024 ** 3;
const LOG_TAIL = 12;

const State = z.object({ pid: z.number(), startTime: z.string() });

/** A `dockerd` of ours that lives as long as somebody uses it. */
export interface PrivateEngine {
  readonly dockerHost: string;
  /**
   * Kills what runs in a container without asking the engine, which then sees that it has ended. Of a container that stands
   * still while something is executed in it, Docker neither removes it nor lets it go on.
   */
  killContainer(id: string): void;
  /** Takes `run` off the users, and stops the engine when it was the last. */
  leave(): Promise<void>;
  /** Keeps the engine up although the run ends. */
  keep(): void;
}

/** Makes `run` a user of this user's private engine, which is started unless it runs already. */
export async function joinPrivateEngine(run: Run, folders = privateFolders()): Promise<PrivateEngine> {
  try {
    return await startOrJoin(run, folders);
  } catch (error) {
    // It may have come to nothing before there was anything in it: on a full disk, say.
    removeIfEmpty(folders.runtime);
    throw error;
  }
}

async function startOrJoin(run: Run, folders: PrivateFolders): Promise<PrivateEngine> {
  const users = usersIn(folders.users);
  await withLock(folders.home, async () => {
    users.add(run);
    try {
      if (!(await isUp(folders))) await start(folders);
    } catch (error) {
      users.remove(run);
      throw error;
    }
  });
  return {
    dockerHost: folders.dockerHost,
    killContainer: (id) => void killProcessesIn(join(folders.cgroup, id)),
    leave: () => leavePrivateEngine(run, folders),
    keep: () => users.add(run, { kept: true }),
  };
}

/** Takes `run` off the users of the private engine, and stops it when nobody is left. */
export async function leavePrivateEngine(run: Run, folders = privateFolders()): Promise<void> {
  const users = usersIn(folders.users);
  await withLock(folders.home, async () => {
    users.remove(run);
    // What was kept may have been removed by hand.
    if (processesIn(folders.cgroup).length === 0) users.forgetKept();
    if (users.living().length === 0) await stop(folders);
  });
}

/** Stops the private engine, whoever uses it, and does something else before anybody can start it again. */
export async function stopPrivateEngine(
  folders = privateFolders(),
  then: () => Promise<void> = async () => undefined,
): Promise<void> {
  await withLock(folders.home, async () => {
    await stop(folders);
    await then();
  });
}

function removeIfEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch {
    // Somebody's engine is in it, or it is gone.
  }
}

/** A daemon that runs gets some time to answer: a machine under load must not cost other runs their engine. */
async function isUp(folders: PrivateFolders): Promise<boolean> {
  const daemon = runningDaemon(folders);
  const deadline = performance.now() + ANSWER_TIMEOUT_MS;
  while (daemon && isRunning(daemon) && performance.now() < deadline) {
    // Its socket is not there yet where another run has only just started it.
    if ((await probeSocket(folders.socket)) === "answers") return true;
    await sleep(POLL_MS);
  }
  return false;
}

function runningDaemon(folders: PrivateFolders): ProcessId | undefined {
  try {
    const state = State.parse(JSON.parse(readFileSync(folders.state, "utf8")));
    return isRunning(state) ? state : undefined;
  } catch {
    return undefined;
  }
}

async function start(folders: PrivateFolders): Promise<void> {
  // What somebody kept has ended with the engine that it was kept in.
  usersIn(folders.users).forgetKept();
  await removeRemains(folders);
  checkDisk(folders);
  makeRoomForCgroups();
  try {
    mkdirSync(folders.data, { recursive: true, mode: 0o711 });
    mkdirSync(folders.runtime, { recursive: true, mode: 0o700 });
    const network = await setUpNetwork(folders.id);
    writeFileSync(folders.config, JSON.stringify(await configuration(folders, network), null, 2));
    await waitUntilUp(folders, spawnDaemon(folders));
  } catch (error) {
    await removeRemains(folders);
    throw error;
  }
}

async function stop(folders: PrivateFolders): Promise<void> {
  const daemon = runningDaemon(folders);
  if (daemon) {
    // What still runs is unwanted: dockerd would give each container ten seconds to end by itself.
    killProcessesIn(folders.cgroup);
    const containerdConfig = join(folders.execRoot, "containerd/containerd.toml");
    const containerd = findProcesses((command) => command.includes(containerdConfig));
    signal(daemon, "SIGTERM");
    await waitUntilGone(containerd, STOP_TIMEOUT_MS);
    // To stop its containerd is the last that dockerd does, and then it sleeps for a second before it looks again.
    if (containerd.length > 0) signal(daemon, "SIGKILL");
    await waitUntilGone([daemon], STOP_TIMEOUT_MS);
  }
  await removeRemains(folders);
}

/**
 * In a session of its own, so that Ctrl-C reaches us alone, who then stop it in order; and in a mount namespace of
 * its own where there is `unshare`, so that no mount of it ever stays on the host.
 */
function spawnDaemon(folders: PrivateFolders): ProcessId {
  const command = ["dockerd", "--config-file", folders.config];
  if (findProgram("unshare")) command.unshift("unshare", "--mount", "--propagation", "slave", "--");
  const [program = "", ...words] = command;
  const log = openSync(folders.log, "w", 0o600);
  const env = { ...process.env, PATH: systemPath() };
  const child = spawn(findProgram(program) ?? program, words, {
    detached: true,
    stdio: ["ignore", log, log],
    cwd: "/",
    env,
  });
  closeSync(log);
  child.unref();
  // A program that cannot be run has no pid; the log stays empty then.
  child.on("error", () => {});
  const daemon = child.pid === undefined ? undefined : identify(child.pid);
  if (!daemon) throw startProblem(folders, "could not be run");
  writeFileSync(folders.state, JSON.stringify(daemon), { mode: 0o600 });
  return daemon;
}

async function waitUntilUp(folders: PrivateFolders, daemon: ProcessId): Promise<void> {
  const deadline = performance.now() + START_TIMEOUT_MS;
  for (;;) {
    if (existsSync(folders.socket) && (await probeSocket(folders.socket)) === "answers") break;
    if (!isRunning(daemon)) throw startProblem(folders, "ended while it was starting");
    if (performance.now() > deadline) throw startProblem(folders, "does not answer after a minute");
    await sleep(POLL_MS);
  }
  chmodSync(folders.socket, 0o600);
}

function startProblem(folders: PrivateFolders, what: string): Problem {
  const lines = existsSync(folders.log) ? readFileSync(folders.log, "utf8").trim().split("\n") : [];
  return new Problem(
    `the private container engine (dockerd) ${what}`,
    `its log is ${folders.log}; npm run clean removes its data; or set DOCKER_HOST to an engine that runs`,
    { details: lines.slice(-LOG_TAIL) },
  );
}

function checkDisk(folders: PrivateFolders): void {
  const { bavail, bsize } = statfsSync(folders.home);
  const free = bavail * bsize;
  if (free >= LEAST_DISK) return;
  const gigabytes = (bytes: number) => (bytes / 1024 ** 3).toFixed(1);
  throw new Problem(
    `only ${gigabytes(free)} GiB are free for the private container engine's data in ${folders.home}, ${gigabytes(LEAST_DISK)} GiB are needed`,
    "free some space (npm run clean removes what earlier runs left), or set XDG_CACHE_HOME to a larger disk",
  );
}

async function configuration(folders: PrivateFolders, network: PrivateNetwork): Promise<object> {
  // What a daemon does not know in its configuration makes it refuse to start.
  const { stdout: help } = await execa("dockerd", ["--help"], { env: { PATH: systemPath() } });
  return {
    "data-root": folders.data,
    "exec-root": folders.execRoot,
    pidfile: folders.pidFile,
    hosts: [folders.dockerHost],
    group: "0",
    "log-level": "warn",
    bridge: network.bridge,
    "default-address-pools": [{ base: addressPool(network), size: 24 }],
    // The rules are ours, and forwarding is nobody's: see setUpNetwork.
    iptables: false,
    ...(help.includes("--ip6tables") && { ip6tables: false }),
    "ip-masq": false,
    "ip-forward": false,
    ip: "127.0.0.1",
    "cgroup-parent": folders.cgroup,
    "exec-opts": ["native.cgroupdriver=cgroupfs"],
    ...(help.includes("--oom-score-adjust") && { "oom-score-adjust": 0 }),
    "shutdown-timeout": 2,
    ...loopbackOnly(folders, help),
    ...boundedRuntime(folders),
  };
}

/** `ip` holds for the default network alone: other networks need a setting that came with Docker 24, or our proxy. */
function loopbackOnly(folders: PrivateFolders, help: string): object {
  if (help.includes("--default-network-opt")) {
    const options = { "com.docker.network.bridge.host_binding_ipv4": "127.0.0.1" };
    return { "default-network-opts": { bridge: options } };
  }
  const proxy = findProgram("docker-proxy") ?? findProgram("docker-proxy", "/usr/libexec/docker");
  if (!proxy) return {};
  return { "userland-proxy-path": script(folders, "port-proxy", portProxy(proxy)) };
}

function boundedRuntime(folders: PrivateFolders): object {
  const missing = missingCapabilities();
  rmSync(join(folders.home, "runtime"), { force: true });
  if (missing.length === 0) return {};
  const path = script(folders, "runtime", runtimeWrapper(missing, findProgram("runc") ?? "runc"));
  return { runtimes: { bounded: { path } }, "default-runtime": "bounded" };
}

/**
 * Below the user's cache folder, since `/run` may forbid executing.
 * @throws {Problem} when that folder does so as well
 */
function script(folders: PrivateFolders, name: string, text: string): string {
  const file = join(folders.home, name);
  writeFileSync(file, text);
  chmodSync(file, 0o755);
  try {
    accessSync(file, constants.X_OK);
  } catch (cause) {
    throw new Problem(
      `nothing can be executed in the cache folder ${folders.home}: its file system is mounted noexec`,
      "set XDG_CACHE_HOME to a folder on another file system",
      { cause },
    );
  }
  return file;
}
