import { connect } from "node:net";
import { homedir } from "node:os";
import { join } from "node:path";
import { Problem } from "../problem.ts";
import type { Progress } from "../progress.ts";
import { type ConfiguredEngine, configuredEngine } from "./configured.ts";
import { permissionRemedy } from "./remedies.ts";
import { probeSocket, type SocketState } from "./socket.ts";

const CONNECT_TIMEOUT_MS = 5_000;

/** How long an engine that takes a question and does not answer is waited for: it may have just been started. */
const STARTING_MS = 20_000;

/** A socket that an engine may listen at. */
interface Candidate {
  readonly socket: string;
  /** Testcontainers tries it without being told. */
  readonly known?: boolean;
}

/**
 * Finds an engine that runs already, for Testcontainers to find it as well: sets DOCKER_HOST in `env` where
 * Testcontainers would not look by itself, and what TLS needs. Testcontainers must not be asked before: it remembers
 * for good that DOCKER_HOST was not set.
 * @returns its DOCKER_HOST, or undefined when there is none
 * @throws {Problem} when the user named an engine that does not answer, or may not open the one that is there
 */
export async function discoverEngine(
  env: NodeJS.ProcessEnv,
  progress?: Progress,
): Promise<string | undefined> {
  const configured = configuredEngine(env);
  if (configured) {
    await checkConfigured(configured, progress);
    if (configured.isContext) env.DOCKER_HOST = configured.dockerHost;
    Object.assign(env, configured.tls);
    tellSocketInside(configured.dockerHost, env);
    return configured.dockerHost;
  }
  const denied: string[] = [];
  let shadowed = false;
  for (const { socket, known } of candidates(env)) {
    const state = await probePatiently(socket, progress);
    if (state === "answers") {
      if (!known || shadowed) env.DOCKER_HOST = dockerHostOf(socket);
      tellSocketInside(dockerHostOf(socket), env);
      return dockerHostOf(socket);
    }
    if (state === "denied") denied.push(socket);
    // Testcontainers takes the first of the user's sockets that exists, dead or alive.
    if (state !== "absent") shadowed = true;
  }
  const [socket] = denied;
  if (socket === undefined) return undefined;
  throw new Problem(
    `a container engine is there, but its socket ${socket} may not be opened by this user`,
    permissionRemedy(socket),
  );
}

/** One that is just being started takes questions already, through systemd say, and answers once it is up. */
async function probePatiently(socket: string, progress?: Progress): Promise<SocketState> {
  const state = await probeSocket(socket);
  if (state !== "slow") return state;
  const wait = () => probeSocket(socket, STARTING_MS);
  return await (progress?.step(`Waiting for the container engine at ${socket} to answer`, wait) ?? wait());
}

function candidates(env: NodeJS.ProcessEnv): Candidate[] {
  if (process.platform === "win32") return [{ socket: "//./pipe/docker_engine", known: true }];
  const home = homedir();
  const uid = process.getuid?.() ?? 0;
  const ownRuntime = env.XDG_RUNTIME_DIR || `/run/user/${uid}`;
  const known = [
    "/var/run/docker.sock",
    join(ownRuntime, "docker.sock"),
    join(home, ".docker/run/docker.sock"),
    join(home, ".docker/desktop/docker.sock"),
    `/run/user/${uid}/docker.sock`,
  ].map((socket) => ({ socket, known: true }));
  const virtual = Object.entries(IN_VIRTUAL_MACHINES).map(([folder, socket]) => ({
    socket: join(home, folder, socket),
  }));
  const podman = [join(ownRuntime, "podman/podman.sock"), ...(uid === 0 ? ["/run/podman/podman.sock"] : [])];
  const all: readonly Candidate[] = [...known, ...virtual, ...podman.map((socket) => ({ socket }))];
  // The user's own may be the usual one.
  return all.filter(({ socket }, index) => all.findIndex((other) => other.socket === socket) === index);
}

/** Where Colima, Rancher Desktop, OrbStack and Lima have their sockets: the folder at home, and the usual one in it. */
const IN_VIRTUAL_MACHINES = {
  ".colima": "default/docker.sock",
  ".config/colima": "default/docker.sock",
  ".rd": "docker.sock",
  ".orbstack": "run/docker.sock",
  ".lima": "docker/sock/docker.sock",
};

/**
 * An engine in a virtual machine has its socket at Docker's usual place there: a container that needs it, as Ryuk does, can't
 * be given the path on this side (https://node.testcontainers.org/supported-container-runtimes/).
 */
function tellSocketInside(dockerHost: string, env: NodeJS.ProcessEnv): void {
  if (!dockerHost.startsWith("unix:")) return;
  const folders = Object.keys(IN_VIRTUAL_MACHINES);
  const virtual =
    process.platform === "darwin" || folders.some((folder) => dockerHost.includes(`/${folder}/`));
  if (virtual) env.TESTCONTAINERS_DOCKER_SOCKET_OVERRIDE ??= "/var/run/docker.sock";
}

async function checkConfigured(
  { dockerHost, origin, undo }: ConfiguredEngine,
  progress?: Progress,
): Promise<void> {
  const where = `${origin} is ${dockerHost}`;
  const url = URL.canParse(dockerHost) ? new URL(dockerHost) : undefined;
  switch (url?.protocol) {
    case "unix:":
    case "npipe:":
      return await checkSocket(dockerHost.slice(`${url.protocol}//`.length), where, undo, progress);
    case "tcp:":
    case "http:":
    case "https:":
      return await checkAddress(url, where, undo);
    case "ssh:":
      throw new Problem(
        `${where}, and Testcontainers does not speak ssh`,
        `forward the socket: ssh -NL /tmp/engine.sock:/var/run/docker.sock ${url.username ? `${url.username}@` : ""}${url.hostname}, then DOCKER_HOST=unix:///tmp/engine.sock TESTCONTAINERS_HOST_OVERRIDE=${url.hostname}; or ${undo}`,
      );
    default:
      throw new Problem(
        `${where}, which is no address of an engine`,
        `use unix:///path or tcp://host:port, or ${undo}`,
      );
  }
}

async function checkSocket(socket: string, where: string, undo: string, progress?: Progress): Promise<void> {
  const state = await probePatiently(socket, progress);
  if (state === "answers") return;
  if (state === "denied") {
    throw new Problem(
      `${where}, and this user may not open it`,
      `${permissionRemedy(socket)}; or ${undo} to have an engine found or started`,
    );
  }
  throw new Problem(
    `${where}, but ${state === "absent" ? "there is no such socket" : "no container engine answers there"}`,
    `start that engine or correct the path, or ${undo} to have another one found or started`,
  );
}

async function checkAddress(url: URL, where: string, undo: string): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<string | undefined>();
  const port = Number(url.port || (url.protocol === "http:" ? 80 : url.protocol === "https:" ? 443 : 2375));
  const socket = connect({ host: addressOf(url), port, timeout: CONNECT_TIMEOUT_MS });
  socket.on("connect", () => resolve(undefined));
  socket.on("timeout", () => resolve("no answer"));
  socket.on("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
  const reason = await promise;
  socket.destroy();
  if (reason === undefined) return;
  throw new Problem(
    `${where}, but no container engine answers there (${reason})`,
    `start that engine or correct the address, or ${undo} to have another one found or started`,
  );
}

/** The host of a URL for `connect`: it keeps the brackets around an IPv6 address. */
function addressOf({ hostname }: URL): string {
  return hostname.replace(/^\[(.*)\]$/, "$1");
}

function dockerHostOf(socket: string): string {
  return process.platform === "win32" ? `npipe://${socket}` : `unix://${socket}`;
}
