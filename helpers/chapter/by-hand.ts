import { readFileSync, rmSync } from "node:fs";
import Dockerode from "dockerode";
import { execa } from "execa";
import type { ClusterDescription } from "../cluster/description.ts";
import { nodeExec } from "../cluster/node-exec.ts";
import { templateArguments } from "../command-line.ts";
import { createDocker, type Docker } from "../docker.ts";
import { runClient } from "../engine/client.ts";
import { systemPath } from "../engine/install.ts";
import { removeContainers } from "../engine/leftovers.ts";
import { type Step, Transcript } from "../evidence/transcript.ts";
import { sameReference } from "../images/reference.ts";
import { createNodeCommand, type NodeExec } from "../kubectl.ts";
import {
  type ContainerProcess,
  inodesOf,
  listingOf,
  type NamespaceKind,
  type NodeCommand,
} from "../namespaces.ts";
import { cacheFolder } from "../paths.ts";
import { TimeoutError, waitFor } from "../wait.ts";
import { LABEL_FILE, labelFolder } from "./label-folder.ts";
import { NotObservable } from "./outcome.ts";

/** A container that a chapter makes with the engine alone, without Kubernetes. */
export interface HandmadeContainer {
  /** As manifests name it, or `pause` for the image of every Pod's sandbox. */
  image: string;
  /** Options of `docker run` by their long names; `container:NAME` means another container of the chapter. */
  options: Record<string, string>;
  /** Takes the place of the image's own command. */
  command?: readonly string[];
  /** A command that succeeds in this container as soon as all of them are up. */
  ready?: readonly string[];
}

/** A chapter's containers by name, in the order in which they are started. A mutant changes them in place. */
export type Handmade = Record<string, HandmadeContainer>;

/** The options of one container, for a mutant to change in place. @throws {Error} when there is no such container */
export function optionsOf(containers: Handmade, name: string): Record<string, string> {
  const found = containers[name];
  if (!found) throw new Error(`the chapter makes no container named ${name}`);
  return found.options;
}

/** What a claim can learn of the chapter's containers. */
export interface HandmadeLook {
  /** What they have in common in their names, as the containers of a Pod have the Pod's. */
  readonly pod: string;
  /** What a container is called in the engine: nobody else's can have that name. */
  name(container: string): string;
  /** What an image is called in the engine. */
  image(reference: string): string;
  /** The inode of one kind of namespace by container, with `host` for the engine's host. */
  namespaces(kind: NamespaceKind): Promise<Record<string, string>>;
  /** The same for all kinds at once, by kind and container: the article's listing. */
  listing(): Promise<Record<NamespaceKind, Record<string, string>>>;
}

/** The means to look at containers in the engine; they write into the claim's transcript. */
export interface EngineLook {
  /** Runs the very command that the reader is shown, with the engine's own command line. */
  readonly docker: Docker;
  /** Runs a command on the engine's host, which may be a virtual machine. */
  readonly host: NodeCommand;
  /** The chapter's containers. */
  readonly containers: HandmadeLook;
}

/** A process of the engine's host, in whose namespaces the engine runs. */
const THE_HOST = { container: "host", pid: "self" } as const;
/** Has the tools to look at the engine's host with, where that is not this machine. */
const TOOLS = "praqma/network-multitool";
/** How long the containers may take until they answer, in milliseconds. */
const READY_MS = 20_000;
/** The same where a mutant may keep them from ever doing so. */
const SETTLE_MS = 3_000;
const LOG_LINES = 20;

/** The containers of one chapter in the engine: started, looked at, and removed. */
export class ByHand {
  readonly #cluster: ClusterDescription;
  readonly #containers: Handmade;
  readonly #pod: string;
  #folder: string | undefined;
  #isThisMachine: Promise<boolean> | undefined;

  /** `namespace` tells apart what one run makes several times. */
  constructor(cluster: ClusterDescription, containers: Handmade, namespace: string) {
    this.#cluster = cluster;
    this.#containers = containers;
    this.#pod = `${namespace}-${cluster.run.id}`;
  }

  /** Whether the chapter has such containers at all. */
  get isEmpty(): boolean {
    return Object.keys(this.#containers).length === 0;
  }

  /**
   * Starts the containers with the commands that are shown, and waits until they answer; `settled` is enough for a
   * mutant. Does nothing where the engine has no command line here: then no claim can be observed.
   */
  async open(wait: "ready" | "settled"): Promise<readonly Step[]> {
    if (!this.#cluster.engine?.client) return [];
    const transcript = new Transcript();
    const { docker } = this.look(transcript);
    for (const [name, container] of Object.entries(this.#containers)) {
      await docker`run -d --label-file ${LABEL_FILE} ${this.#runArguments(name, container)}`;
    }
    for (const [name, { ready }] of Object.entries(this.#containers)) {
      if (ready) await this.#untilReady(name, ready, wait);
    }
    return transcript.steps;
  }

  /** Removes the containers, and what claims made beside them. */
  async close(): Promise<void> {
    if (!this.#cluster.engine?.client) return;
    const engine = new Dockerode();
    const filters = { name: [`_${this.#pod}$`] };
    const left = await engine.listContainers({ all: true, filters });
    await removeContainers(
      engine,
      left.map(({ Id }) => Id),
    );
    if (this.#folder) rmSync(this.#folder, { recursive: true, force: true });
  }

  /** The means to observe, which write into `transcript`. */
  look(transcript: Transcript): EngineLook {
    const { client, name: engine = "docker" } = this.#cluster.engine ?? {};
    const docker = client ? createDocker(client.program, this.#client, transcript) : withoutClient(engine);
    const here = createNodeCommand(onThisMachine, transcript, "host");
    const host: NodeCommand = async (strings, ...values) => {
      if (await this.#hostIsThisMachine()) return here(strings, ...values);
      // The image's own entrypoint would tell of itself first.
      const [program = "", ...words] = templateArguments(strings, values);
      return docker`run --rm --privileged --pid host --cgroupns host --entrypoint ${program} ${this.#image(TOOLS)} ${words}`;
    };
    const names = Object.keys(this.#containers);
    const processes = async () => {
      const inspection =
        await docker`inspect --format ${"{{.State.Pid}}"} ${names.map((name) => this.#name(name))}`;
      return names.map((name, index) => processOf(name, inspection.lines[index]));
    };
    return {
      docker,
      host,
      containers: {
        pod: this.#pod,
        name: (container) => this.#name(container),
        image: (reference) => this.#image(reference),
        namespaces: async (kind) => inodesOf(host, await processes(), kind, THE_HOST),
        listing: async () => listingOf(host, await processes(), THE_HOST),
      },
    };
  }

  /** What somebody would look at first after a failure. Never throws: the failure itself must be told. */
  async diagnose(): Promise<readonly Step[]> {
    const transcript = new Transcript();
    const { docker } = this.look(transcript);
    const tell = (step: Promise<unknown>) => step.catch(() => {});
    await tell(docker.orRefusal`ps -a --filter name=_${this.#pod}`);
    for (const name of Object.keys(this.#containers)) {
      await tell(docker.orRefusal`logs --tail ${LOG_LINES} ${this.#name(name)}`);
    }
    return transcript.steps;
  }

  readonly #client: NodeExec = (args) => {
    // Made when it is first needed: most chapters run nothing in the engine.
    this.#folder ??= labelFolder(cacheFolder("by-hand"), this.#pod, this.#cluster.run);
    return runClient(args, this.#folder);
  };

  #name(container: string): string {
    return `${container}_${this.#pod}`;
  }

  #image(reference: string): string {
    const { images, pauseImage } = this.#cluster;
    const wanted = reference === "pause" ? pauseImage : reference;
    const found = images.find((image) => wanted !== undefined && sameReference(image.reference, wanted));
    if (!found) throw new Error(`no image ${reference} was provided: no manifest of the chapters names it`);
    return found.engineName;
  }

  /** What stands after `docker run -d` for a container. */
  #runArguments(name: string, { image, options, command = [] }: HandmadeContainer): string[] {
    const flags = Object.entries(options).flatMap(([option, value]) => [
      `--${option}`,
      value.replace(/^container:(.+)/, (_, other: string) => `container:${this.#name(other)}`),
    ]);
    return ["--name", this.#name(name), ...flags, this.#image(image), ...command];
  }

  async #untilReady(name: string, command: readonly string[], wait: "ready" | "settled"): Promise<void> {
    const run = nodeExec(this.#name(name));
    try {
      await waitFor({
        what: `"${command.join(" ")}" to succeed in ${this.#name(name)}`,
        look: () => run(command),
        until: ({ exitCode }) => exitCode === 0,
        timeout: wait === "ready" ? READY_MS : SETTLE_MS,
      });
    } catch (error) {
      // What a mutant has broken is tried as it is.
      if (wait === "ready" || !(error instanceof TimeoutError)) throw error;
    }
  }

  /** Whether /proc here is that of the engine's host, and all of it may be read. */
  #hostIsThisMachine(): Promise<boolean> {
    this.#isThisMachine ??= this.#seesContainers();
    return this.#isThisMachine;
  }

  async #seesContainers(): Promise<boolean> {
    if (process.platform !== "linux" || process.getuid?.() !== 0) return false;
    const [first = ""] = Object.keys(this.#containers);
    const { Id, State } = await new Dockerode().getContainer(this.#name(first)).inspect();
    try {
      // A process that happens to have the same number, elsewhere, is in no cgroup of that name.
      return readFileSync(`/proc/${State.Pid}/cgroup`, "utf8").includes(Id);
    } catch {
      return false;
    }
  }
}

async function onThisMachine([program = "", ...args]: readonly string[]) {
  const env = { PATH: systemPath(), LC_ALL: "C" };
  const {
    stdout,
    stderr,
    exitCode = -1,
  } = await execa(program, args, { env, stdin: "ignore", reject: false });
  return { stdout, stderr, exitCode };
}

/** Stands in for a command line that is not there: nothing can be observed with it. */
function withoutClient(engine: "docker" | "podman"): Docker {
  const packages = { docker: "docker-cli, or docker.io", podman: "podman" }[engine];
  const refuse = async () => {
    throw new NotObservable(
      `the engine's command line, ${engine}, is not installed here (Debian: apt-get install ${packages}), or is older than the engine accepts`,
    );
  };
  return Object.assign(refuse, { orRefusal: refuse });
}

function processOf(container: string, text = ""): ContainerProcess {
  const pid = Number(text);
  if (!Number.isInteger(pid) || pid <= 0) throw new Error(`container ${container} is not running`);
  return { container, pid, id: container };
}
