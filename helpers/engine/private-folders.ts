import { createHash } from "node:crypto";
import { lstatSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { cacheFolder } from "../paths.ts";
import { Problem } from "../problem.ts";

/** Longest path of a Unix socket. */
const SOCKET_PATH_BYTES = 107;

/** Where a private engine keeps its things. */
export interface PrivateFolders {
  /** Short name of this engine, in all names that it needs on the host. */
  readonly id: string;
  /** In the user's cache folder. */
  readonly home: string;
  /** Images, volumes and containers. */
  readonly data: string;
  readonly log: string;
  readonly config: string;
  /** The process that runs and how it can be reached. */
  readonly state: string;
  readonly users: string;
  /** Sockets and what the engine needs while it runs: a short path, since a socket's has 107 bytes at most. */
  readonly runtime: string;
  readonly execRoot: string;
  readonly pidFile: string;
  readonly socket: string;
  readonly dockerHost: string;
  /** The cgroup above those of all containers. */
  readonly cgroup: string;
}

/** Where the runtime folder may be. */
interface RuntimePlaces {
  readonly system: string;
  readonly temporary: readonly string[];
}

/** The folders of this user's private engine. */
export function privateFolders(
  home = cacheFolder("engine"),
  places: RuntimePlaces = { system: "/run", temporary: [tmpdir(), "/tmp"] },
): PrivateFolders {
  const id = engineId(home);
  const runtime = runtimeFolder(id, recordIn(home), places);
  const socket = join(runtime, "docker.sock");
  return {
    id,
    home,
    data: join(home, "data"),
    log: join(home, "dockerd.log"),
    config: join(home, "daemon.json"),
    state: join(home, "state.json"),
    users: join(home, "users"),
    runtime,
    execRoot: join(runtime, "exec"),
    pidFile: join(runtime, "dockerd.pid"),
    socket,
    dockerHost: `unix://${socket}`,
    cgroup: `/proven-tutorial-${id}`,
  };
}

function engineId(home: string): string {
  return createHash("sha256").update(realpathSync(home)).digest("hex").slice(0, 8);
}

function recordIn(home: string): string {
  return join(home, "runtime-folder");
}

function runtimeFolderIn(system: string, id: string): string {
  return join(system, `proven-tutorial-${id}`);
}

/** A folder that only we can enter: below /run where that is possible, else where `record` says, else a new one. */
function runtimeFolder(id: string, record: string, places: RuntimePlaces): string {
  for (const folder of [recorded(record), runtimeFolderIn(places.system, id)]) {
    if (folder && isShort(folder) && makePrivate(folder)) return folder;
  }
  const place = places.temporary.find((candidate) => isShort(join(candidate, "proven-tutorial-XXXXXX")));
  if (place === undefined) {
    throw new Problem(
      "every folder for the private container engine's socket has a path that is too long",
      "set TMPDIR to a short one, /tmp say",
    );
  }
  const folder = mkdtempSync(join(place, "proven-tutorial-"));
  writeFileSync(record, folder, { mode: 0o600 });
  return folder;
}

/** Whether the sockets in it keep to the kernel's limit for their paths; containerd's is the longest. */
function isShort(folder: string): boolean {
  return Buffer.byteLength(join(folder, "exec/containerd/containerd-debug.sock")) <= SOCKET_PATH_BYTES;
}

function recorded(record: string): string | undefined {
  try {
    return readFileSync(record, "utf8").trim();
  } catch {
    return undefined;
  }
}

function makePrivate(folder: string): boolean {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const { uid, mode } = lstatSync(folder);
    return uid === process.getuid?.() && (mode & 0o077) === 0;
  } catch {
    return false;
  }
}

/** Whether this DOCKER_HOST is that of our private engine, running or not. */
export function isPrivateEngine(dockerHost: string, home = cacheFolder("engine")): boolean {
  if (!canRunPrivately() || !dockerHost.startsWith("unix://")) return false;
  const runtime = dirname(dockerHost.slice("unix://".length));
  return runtime === runtimeFolderIn("/run", engineId(home)) || runtime === recorded(recordIn(home));
}

/** Whether this process could start a private engine if it was installed. */
export function canRunPrivately(): boolean {
  return process.platform === "linux" && process.getuid?.() === 0;
}
