import { connect as connectSocket, createServer, type Server, type Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Api, connect } from "./cluster/api.ts";
import { apply } from "./cluster/apply.ts";
import { bootCluster } from "./cluster/boot.ts";
import { planClusters } from "./cluster/plan.ts";
import { type Engine, openEngine } from "./engine/engine.ts";
import { Manifest, parseManifest } from "./manifest.ts";
import { lineProgress } from "./progress.ts";
import { Recording } from "./recording.ts";
import { thisRun } from "./run.ts";
import { waitFor } from "./wait.ts";

/** What a record is worth when the network between us and the API server is not. */

const NAMESPACE = "recording";

const JOBS = { kind: "jobs", namespace: NAMESPACE, selector: "record=jobs" } as const;

let engine: Engine;
let api: Api;
let line: Line;
beforeAll(async () => {
  const run = thisRun();
  const progress = lineProgress();
  engine = await openEngine({ run, progress });
  const plan = await planClusters({ engine, run, progress });
  const { kubeconfig } = await bootCluster(plan, "recording", {});
  api = connect(kubeconfig);
  line = await Line.to(kubeconfig);
  await apply(api, objects(`{ apiVersion: v1, kind: Namespace, metadata: { name: ${NAMESPACE} } }`));
}, 300_000);
afterAll(async () => {
  line?.close();
  await engine?.[Symbol.asyncDispose]();
});

test("nothing is missed where the connection is cut while something changes", async () => {
  await apply(api, job("before"));
  const recording = await Recording.start(connect(line.kubeconfig), JOBS);
  line.cut();
  await apply(api, job("while-nobody-looks"));
  await api.batch.deleteNamespacedJob({ name: "before", namespace: NAMESPACE });
  await line.isTried();
  line.mend();
  await apply(api, job("after"));
  expect(await comingsAndGoings(recording)).toEqual([
    "ADDED before",
    "ADDED while-nobody-looks",
    "DELETED before",
    "ADDED after",
  ]);
});

test("nothing is missed where the API server ends the watch", async () => {
  const recording = await Recording.start(api, { ...JOBS, selector: "record=ended", watchSeconds: 1 });
  for (const name of ["one", "two", "three"]) {
    await apply(api, job(name, "ended"));
    // Longer than a watch may last here.
    await delay(1_500);
  }
  expect(await comingsAndGoings(recording)).toEqual(["ADDED one", "ADDED two", "ADDED three"]);
});

/** What came and what went, in this order; what was changed in between is left out. */
async function comingsAndGoings(recording: Recording<"jobs">): Promise<string[]> {
  const sightings = await recording.stop();
  return sightings
    .filter(({ type }) => type !== "MODIFIED")
    .map(({ type, object }) => `${type} ${object.metadata?.name}`);
}

function job(name: string, record = "jobs"): Manifest {
  return objects(
    `{ apiVersion: batch/v1, kind: Job, metadata: { name: ${name}, namespace: ${NAMESPACE}, labels: { record: ${record} } }, spec: { suspend: true, template: { spec: { restartPolicy: Never, containers: [{ name: whoami, image: traefik/whoami }] } } } }`,
  );
}

function objects(yaml: string): Manifest {
  const name = "recording.yaml";
  return new Manifest([{ name, objects: parseManifest(yaml, name, [NAMESPACE]) }]);
}

/** A way to the API server that can be cut. */
class Line {
  readonly kubeconfig: string;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #isCut = false;
  #refused = 0;

  private constructor(kubeconfig: string, server: Server) {
    this.kubeconfig = kubeconfig;
    this.#server = server;
  }

  static async to(kubeconfig: string): Promise<Line> {
    const address = /https:\/\/([\d.]+):(\d+)/.exec(kubeconfig);
    if (!address) throw new Error(`no address in the kubeconfig:\n${kubeconfig}`);
    const [whole, host, port] = address;
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port: ours } = server.address() as { port: number };
    const line = new Line(kubeconfig.replace(whole, `https://127.0.0.1:${ours}`), server);
    server.on("connection", (near) => line.#lead(near, connectSocket(Number(port), host)));
    return line;
  }

  #lead(near: Socket, far: Socket): void {
    if (this.#isCut) {
      this.#refused += 1;
      near.destroy();
      far.destroy();
      return;
    }
    near.pipe(far).pipe(near);
    for (const socket of [near, far]) {
      this.#sockets.add(socket);
      socket.on("error", () => socket.destroy());
      socket.on("close", () => {
        this.#sockets.delete(socket);
        near.destroy();
        far.destroy();
      });
    }
  }

  cut(): void {
    this.#isCut = true;
    for (const socket of this.#sockets) socket.destroy();
  }

  /** Waits until somebody has tried it again while it was cut. */
  async isTried(): Promise<void> {
    await waitFor({
      what: "another connection",
      look: () => Promise.resolve(this.#refused),
      until: (refused) => refused > 0,
    });
  }

  mend(): void {
    this.#isCut = false;
  }

  close(): void {
    this.cut();
    this.#server.close();
  }
}
