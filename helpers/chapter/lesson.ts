import { type Api, connect } from "../cluster/api.ts";
import { apply, removeNamespace, untilSchedulable } from "../cluster/apply.ts";
import type { ClusterDescription } from "../cluster/description.ts";
import type { ClusterPlan } from "../cluster/plan.ts";
import { type Workplace, workplaceFor } from "../cluster/workplace.ts";
import { untilReady, untilSettled } from "../cluster/ready.ts";
import { untilNextLook } from "../clock.ts";
import { type ContainerRuntime, containerRuntime } from "../container-runtime.ts";
import { diagnose } from "../diagnose.ts";
import { type Step, Transcript } from "../evidence/transcript.ts";
import { createKubectl, createNodeCommand, type Kubectl } from "../kubectl.ts";
import { MANIFESTS, type Manifest, manifestText } from "../manifest.ts";
import { Recording, type Recordable } from "../recording.ts";
import { type Bound, livesOf, Timeline } from "../timeline.ts";
import { drawTimeline } from "../timeline-drawing.ts";
import { lessAndLess, waitFor } from "../wait.ts";
import { ByHand, type EngineLook } from "./by-hand.ts";
import type { Chapter } from "./claim.ts";
import { Heartbeat } from "./heartbeat.ts";
import { NotObservable } from "./outcome.ts";
import {
  type ContainerProcess,
  inodesOf,
  listingOf,
  type NamespaceKind,
  type NodeCommand,
  processesOf,
} from "../namespaces.ts";

/** How long a cluster may take to answer before it counts as lost, in milliseconds. */
const ALIVE_MS = 15_000;

/** There is no use in asking the node again. */
class NodeEnded extends Error {}

/** What a claim can observe with. Whatever is looked at goes into the claim's transcript. */
export interface Look extends EngineLook {
  /** Runs the very command that the reader is shown. */
  readonly kubectl: Kubectl;
  /** Runs a command on the node, beside the kubelet and the container runtime. */
  readonly node: NodeCommand;
  /** Puts something that was made of what was seen, a table say, into the transcript. */
  show(title: string, text: string): void;
  /** The chapter's namespace, as it is called in this cluster. */
  readonly namespace: string;
  /** Its other namespaces, in the chapter's order, as they are called in this cluster. */
  readonly otherNamespaces: readonly string[];
  /**
   * Looks again and again until a condition holds, and gives what was seen then; the transcript keeps the last look.
   * Nothing else of the claim may look meanwhile.
   * @throws {TimeoutError} naming what was waited for and the last state seen
   */
  until<T>(wait: Until<T>): Promise<T>;
  /** Records every change of some objects from now on: see {@link Recorded}. */
  record<Kind extends keyof Recordable>(kind: Kind, selector: string): Promise<Recorded>;
  /** Lets the next claim of a chapter begin that asks them in turn, while this one only waits for something of its own. */
  meanwhile<T>(wait: () => Promise<T>): Promise<T>;
  /**
   * Starts a node that joins the cluster, waits until it is Ready, and gives its name, one that no node had before:
   * `agent-3` say. It can come with a taint, `key=value:NoSchedule`.
   */
  addAgent(taint?: string): Promise<string>;
  /** Takes a node out of the cluster: its machine goes, then its Node object. */
  removeAgent(name: string): Promise<void>;
  /** The first process of a Pod's sandbox (called `pause`) and of each of its containers. */
  processes(pod: string): Promise<ContainerProcess[]>;
  /** The name of the image that a Pod's sandbox was made from. */
  sandboxImage(pod: string): Promise<string>;
  /** The inode of one kind of namespace by container, with `pause` for the sandbox and `node` for the node itself. */
  namespaces(pod: string, kind: NamespaceKind): Promise<Record<string, string>>;
  /** The same for all kinds at once, by kind and container: the article's listing. */
  listing(pod: string): Promise<Record<NamespaceKind, Record<string, string>>>;
}

/** What {@link Look.until} waits for. */
export interface Until<T> {
  /** As the end of the sentence "waited 60 s for …". */
  readonly what: string;
  readonly look: () => Promise<T>;
  readonly until: (seen: T) => boolean;
  /** 60 unless given. */
  readonly seconds?: number;
  /**
   * The clock brings it about, at a full minute: looks are rarer, and how long it took is told, and counted as time spent
   * waiting for the clock. 150 seconds unless given: two ticks, and some time for what they begin.
   */
  readonly clock?: boolean;
}

/** A recording that runs. */
export interface Recorded {
  /** Ends it; what was seen is drawn in the transcript, with the bounds that were promised, and kept as evidence. */
  stop(title: string, bounds?: readonly Bound[]): Promise<Timeline>;
}

/** A chapter's place in a cluster: its manifests applied in its own namespaces. */
export class Lesson {
  readonly cluster: ClusterDescription;
  /** How the manifests got into the cluster, and how the containers were made that are made by hand. */
  readonly prelude: Step[] = [];
  readonly #byHand: ByHand;
  readonly #plan: ClusterPlan | undefined;
  readonly #manifest: Manifest;
  readonly #applied: readonly string[];
  readonly #namespaces: readonly string[];
  readonly #api: Api;
  /** Where the reader's commands run: the manifests lie there as in the checkout. */
  readonly #workplace: Workplace;
  /** Processes by Pod: they don't change while its containers live, and asking takes several commands. */
  readonly #processes = new Map<string, ContainerProcess[]>();
  /** Those that no claim has stopped: it failed meanwhile. */
  readonly #recordings = new Set<Pick<Recording<keyof Recordable>, "abandon">>();

  /**
   * `namespaces` are the chapter's, as they are called in this cluster, its own first. Without a plan no node can be
   * added.
   */
  constructor(
    cluster: ClusterDescription,
    plan: ClusterPlan | undefined,
    { manifests, containers = {} }: Pick<Chapter, "manifests" | "containers">,
    manifest: Manifest,
    namespaces: readonly string[],
  ) {
    this.cluster = cluster;
    this.#plan = plan;
    this.#namespaces = namespaces;
    this.#manifest = manifest;
    this.#applied = manifests;
    this.#api = connect(cluster.kubeconfig);
    this.#workplace = workplaceFor(cluster, namespaces);
    this.#byHand = new ByHand(cluster, containers, this.namespace);
  }

  /** The chapter's own namespace. */
  get namespace(): string {
    return this.#namespaces[0] ?? "";
  }

  /** Has everything ready that the chapter's claims look at; `settled` is enough for a mutant. */
  async open(wait: "ready" | "settled" = "ready"): Promise<void> {
    if (this.#applied.length > 0) await this.#applyManifests(wait);
    if (!this.#byHand.isEmpty) this.prelude.push(...(await this.#byHand.open(wait)));
  }

  /** Removes what {@link open} made. */
  async close(): Promise<void> {
    // On a machine with far too much to do a connection may not come about at once.
    const removals = this.#namespaces.map((namespace) =>
      waitFor({
        what: `namespace ${namespace} to be removed`,
        look: () => removeNamespace(this.#api, namespace),
        until: () => true,
        timeout: 60_000,
      }),
    );
    await Promise.all([...removals, this.leave()]);
  }

  /** Ends what does not go with the cluster: the shells on its node, and what the chapter made in the engine. */
  async leave(): Promise<void> {
    for (const recording of this.#recordings) recording.abandon();
    this.#workplace.close();
    if (!this.#byHand.isEmpty) await this.#byHand.close();
  }

  /** Applies the manifests and waits until their Pods are ready. */
  async #applyManifests(wait: "ready" | "settled"): Promise<void> {
    const started = performance.now();
    const files = this.#manifest.files.map((file) => [`${MANIFESTS}/${file.name}`, manifestText(file)]);
    const manifest = this.#manifest.only(this.#applied);
    // What the first command needs is made ready while the cluster is at work.
    const reader = this.#workplace.putFiles(Object.fromEntries(files)).then(() => this.#workplace.prepare());
    if (this.cluster.join) await reader.then(() => this.#tellNodes());
    // Of a cluster that is not ours some node may have been away for long.
    const schedulable = this.cluster.existing ? Promise.resolve() : untilSchedulable(this.#api);
    const pods = apply(this.#api, manifest, { schedulable }).then(async () => {
      if (wait === "ready") await untilReady(this.#api, manifest);
      // A mutant's Pods may never become ready, with nothing that says so: then it is tried as it is.
      else await untilSettled(this.#api, manifest);
    });
    await Promise.all([pods, reader]);
    this.prelude.push({
      command: `Applied through the API (a reader would: kubectl apply ${this.#applied.map((file) => `-f ${MANIFESTS}/${file}`).join(" ")})`,
      where: "api",
      output: manifest.objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`).join("\n"),
      exitCode: 0,
      duration: performance.now() - started,
    });
  }

  /** The means to observe for one claim, and the transcript that they write. `pass` lets the next claim begin. */
  look(pass: () => void = () => {}): { look: Look; transcript: Transcript } {
    const transcript = new Transcript();
    const node = createNodeCommand(this.#workplace.node, transcript);
    const kubectl = createKubectl(this.#workplace.kubectl, transcript);
    const runtime = containerRuntime(this.cluster.runtime, node);
    const processes = (pod: string) => this.#processesOf(pod, runtime, transcript);
    return {
      transcript,
      look: {
        ...this.#byHand.look(transcript),
        kubectl,
        node,
        show: (title, text) => show(title, text, transcript),
        namespace: this.namespace,
        otherNamespaces: this.#namespaces.slice(1),
        until: (wait) => lookUntil(wait, transcript),
        record: (kind, selector) => this.#record(kind, selector, transcript),
        meanwhile: (wait) => {
          pass();
          return wait();
        },
        addAgent: (taint) => this.#addAgent(transcript, taint),
        removeAgent: (name) => this.#removeAgent(name, transcript),
        processes,
        sandboxImage: async (pod) => runtime.sandboxImage((await processes(pod))[0]?.id ?? ""),
        listing: async (pod) => listingOf(node, await processes(pod)),
        namespaces: async (pod, kind) => inodesOf(node, await processes(pod), kind),
      },
    };
  }

  /** What somebody would look at first after a failure. */
  async diagnose(): Promise<readonly Step[]> {
    if (!this.#byHand.isEmpty) return this.#byHand.diagnose();
    return diagnose(this.#workplace, this.namespace);
  }

  /** Knows from now on for how long the cluster does not answer, until it is disposed. */
  heartbeat(): Heartbeat {
    return new Heartbeat(() => this.#api.version.getCode());
  }

  /** Whether node and API still answer: what fails after they are gone says nothing about a claim. */
  async isAlive(): Promise<boolean> {
    try {
      await waitFor({
        what: "the cluster",
        look: async () => {
          if (await this.#workplace.hasEnded()) throw new NodeEnded();
          await Promise.all([this.#api.version.getCode(), this.#workplace.kubectl(["kubectl", "version"])]);
        },
        until: () => true,
        isFinal: (error) => error instanceof NodeEnded,
        timeout: ALIVE_MS,
      });
      return true;
    } catch {
      return false;
    }
  }

  /** A chapter about nodes begins with those there are. */
  async #tellNodes(): Promise<void> {
    const transcript = new Transcript();
    await createKubectl(this.#workplace.kubectl, transcript)`get nodes`;
    this.prelude.push(...transcript.steps);
  }

  async #addAgent(transcript: Transcript, taint?: string): Promise<string> {
    if (!this.#plan) throw new NotObservable("this is an existing cluster: no node can be added to it");
    const { addAgents, newAgentName } = await nodes();
    const started = performance.now();
    const name = await newAgentName(this.cluster);
    await addAgents(this.#plan, this.cluster, [name], taint === undefined ? {} : { taints: [taint] });
    const duration = performance.now() - started;
    const command = `k3s agent${taint === undefined ? "" : ` --node-taint=${taint}`}`;
    transcript.add({
      command: `A node joins: a container of the node's image is started with the host name ${name}, as "${command}"`,
      where: "api",
      output: `node ${name} is Ready`,
      exitCode: 0,
      duration,
    });
    return name;
  }

  async #removeAgent(name: string, transcript: Transcript): Promise<void> {
    const { removeAgent } = await nodes();
    const started = performance.now();
    await removeAgent(this.cluster, name);
    const duration = performance.now() - started;
    transcript.add({
      command: `A node leaves: the container of ${name} is removed, then its Node (a reader would: kubectl delete node ${name})`,
      where: "api",
      output: "",
      exitCode: 0,
      duration,
    });
  }

  async #record(kind: keyof Recordable, selector: string, transcript: Transcript): Promise<Recorded> {
    const recording = await Recording.start(this.#api, { kind, namespace: this.namespace, selector });
    this.#recordings.add(recording);
    return {
      stop: async (title, bounds = []) => {
        const sightings = await recording.stop();
        this.#recordings.delete(recording);
        const duration = recording.elapsed;
        const timeline = new Timeline({
          title,
          kind,
          duration,
          lives: livesOf(kind, sightings, duration),
          bounds,
        });
        transcript.timelines.push({ ...timeline });
        transcript.add({
          command: title,
          where: "api",
          output: drawTimeline(timeline),
          exitCode: 0,
          duration,
        });
        return timeline;
      },
    };
  }

  async #processesOf(
    pod: string,
    runtime: ContainerRuntime,
    transcript: Transcript,
  ): Promise<ContainerProcess[]> {
    const known = this.#processes.get(pod);
    if (!known) {
      const processes = await processesOf(this.#api, runtime, this.namespace, pod);
      this.#processes.set(pod, processes);
      return processes;
    }
    // A reader of this claim alone wants to know whose numbers these are.
    const title = `The first processes of Pod ${pod}, as an earlier claim has found them`;
    if (!transcript.steps.some(({ command }) => command === title)) {
      show(title, known.map(({ container, pid }) => `${container} ${pid}`).join("\n"), transcript);
    }
    return known;
  }
}

/** What it takes to start and remove nodes: only a chapter about nodes loads it. */
function nodes() {
  return import("../cluster/agents.ts");
}

/** Puts something that no command printed into a transcript. */
function show(title: string, text: string, transcript: Transcript): void {
  transcript.add({ command: title, where: "api", output: text, exitCode: 0, duration: 0 });
}

/** How long {@link Look.until} waits unless told otherwise, in seconds. */
const UNTIL_SECONDS = 60;

/** The same when it is the clock that is waited for. */
const UNTIL_CLOCK_SECONDS = 150;

async function lookUntil<T>(
  { what, look, until, clock = false, seconds = clock ? UNTIL_CLOCK_SECONDS : UNTIL_SECONDS }: Until<T>,
  transcript: Transcript,
): Promise<T> {
  const before = transcript.steps.length;
  const started = performance.now();
  const seen = await waitFor({
    what,
    look: () => {
      transcript.keep(before);
      return look();
    },
    until,
    isFinal: (error) => error instanceof NotObservable,
    interval: clock ? () => untilNextLook(Date.now()) : lessAndLess(250, 2000),
    timeout: seconds * 1000,
  });
  if (clock) transcript.waitedForClock += waited(what, started, before, transcript);
  return seen;
}

/** Tells, before the look that ended a wait, how long it took; gives it in milliseconds. */
function waited(what: string, started: number, before: number, transcript: Transcript): number {
  const duration = performance.now() - started;
  transcript.insert(before, {
    command: `Waited ${(duration / 1000).toFixed(0)} s for the clock: ${what}`,
    where: "api",
    output: "",
    exitCode: 0,
    duration,
  });
  return duration;
}
