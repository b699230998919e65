import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Engine, openEngine } from "../engine/engine.ts";
import { createKubectl, type ExecResult, type Kubectl } from "../kubectl.ts";
import { Transcript } from "../evidence/transcript.ts";
import { Manifest, parseManifest } from "../manifest.ts";
import { describeError } from "../problem.ts";
import { lineProgress } from "../progress.ts";
import { thisRun } from "../run.ts";
import { waitFor } from "../wait.ts";
import { addAgents, removeAgent } from "./agents.ts";
import { type Api, connect } from "./api.ts";
import { apply } from "./apply.ts";
import { untilReady } from "./ready.ts";
import { bootCluster } from "./boot.ts";
import { Changes } from "./changes.ts";
import type { OwnCluster } from "./description.ts";
import { nodeExec } from "./node-exec.ts";
import { NodeShells } from "./node-shells.ts";
import { type ClusterPlan, planClusters } from "./plan.ts";

/**
 * What every node image must give, rancher/k3s as well as the offline node: the chapters rely on it. K3S_IMAGE names
 * another image to be held to it.
 */

const NAMESPACE = "contract";

/** A server and a client on each node, and one that keeps a file on a volume. */
const OBJECTS = `
apiVersion: v1
kind: Namespace
metadata: { name: contract }
---
apiVersion: apps/v1
kind: DaemonSet
metadata: { name: whoami, namespace: contract }
spec:
  selector: { matchLabels: { app: whoami } }
  template:
    metadata: { labels: { app: whoami } }
    spec:
      containers:
        - { name: whoami, image: traefik/whoami, imagePullPolicy: IfNotPresent }
---
apiVersion: apps/v1
kind: DaemonSet
metadata: { name: client, namespace: contract }
spec:
  selector: { matchLabels: { app: client } }
  template:
    metadata: { labels: { app: client } }
    spec:
      terminationGracePeriodSeconds: 1
      containers:
        - { name: nettool, image: praqma/network-multitool, imagePullPolicy: IfNotPresent, command: [sleep, infinity] }
---
apiVersion: v1
kind: Service
metadata: { name: whoami, namespace: contract }
spec:
  selector: { app: whoami }
  ports: [{ port: 80 }]
---
apiVersion: v1
kind: Service
metadata: { name: headless, namespace: contract }
spec:
  clusterIP: None
  selector: { app: whoami }
  ports: [{ port: 80 }]
---
apiVersion: apps/v1
kind: StatefulSet
metadata: { name: store, namespace: contract }
spec:
  serviceName: headless
  selector: { matchLabels: { app: store } }
  template:
    metadata: { labels: { app: store } }
    spec:
      terminationGracePeriodSeconds: 1
      containers:
        - name: nettool
          image: praqma/network-multitool
          imagePullPolicy: IfNotPresent
          command: [sleep, infinity]
          volumeMounts: [{ name: data, mountPath: /data }]
  volumeClaimTemplates:
    - metadata: { name: data }
      spec: { accessModes: [ReadWriteOnce], resources: { requests: { storage: 1Mi } } }
`;

let engine: Engine;
let plan: ClusterPlan;
let cluster: OwnCluster;
let api: Api;
let kubectl: Kubectl;
let node: (...args: string[]) => Promise<ExecResult>;

beforeAll(async () => {
  const run = thisRun();
  const progress = lineProgress();
  engine = await openEngine({ run, progress });
  plan = await planClusters({ engine, run, progress }, ["coredns", "local-storage"]);
  // A node's last lines are in the details, which Vitest does not print.
  cluster = await bootCluster(plan, "contract", { agents: 1, addOns: ["coredns", "local-storage"] }).catch(
    (error: unknown) => {
      throw new Error(describeError(error), { cause: error });
    },
  );
  api = connect(cluster.kubeconfig);
  const exec = nodeExec(cluster.nodeContainer);
  kubectl = createKubectl(exec, new Transcript());
  node = (...args) => exec(args);
  const manifest = new Manifest([
    { name: "contract.yaml", objects: parseManifest(OBJECTS, "contract.yaml", [NAMESPACE]) },
  ]);
  await apply(api, manifest);
  await untilReady(api, manifest);
}, 900_000);

afterAll(() => engine[Symbol.asyncDispose]());

/** The Pod of a DaemonSet on a node. */
async function podOn(nodeName: string, app: string): Promise<{ name: string; ip: string }> {
  const { items } = await api.core.listNamespacedPod({
    namespace: NAMESPACE,
    labelSelector: `app=${app}`,
    fieldSelector: `spec.nodeName=${nodeName}`,
  });
  return { name: items[0]?.metadata?.name ?? "", ip: items[0]?.status?.podIP ?? "" };
}

describe("the server", () => {
  test("has the tools of k3s, its kubeconfig and its token where k3s has them", async () => {
    // By their own names: "k3s kubectl" works on a machine, not in the image (https://github.com/k3s-io/k3s/issues/8696).
    expect((await node("kubectl", "get", "nodes")).stdout).toContain("Ready");
    expect((await node("crictl", "pods", "--quiet")).stdout).toMatch(/^[0-9a-f]{64}$/m);
    expect((await node("ctr", "images", "ls", "-q")).stdout).toContain("docker.io/traefik/whoami:latest");
    expect((await node("cat", "/etc/rancher/k3s/k3s.yaml")).stdout).toContain("https://127.0.0.1:6443");
    const token = await node("cat", "/var/lib/rancher/k3s/server/node-token");
    expect(token.stdout.trim()).toMatch(/^K10[0-9a-f]{64}::server:\S+$/);
  });

  test("gives Pods and Services addresses out of k3s' ranges", async () => {
    const { ip } = await podOn("server", "whoami");
    expect(ip).toMatch(/^10\.42\.0\.\d+$/);
    const services = await kubectl`get service kubernetes -o jsonpath={.spec.clusterIP}`;
    expect(services.text).toBe("10.43.0.1");
  });
});

describe("who waits for objects", () => {
  test("is woken by a change of one, or of a Pod of theirs, and by nothing else", async () => {
    const workload = parseManifest(OBJECTS, "contract.yaml", [NAMESPACE]).filter(
      ({ kind }) => kind === "DaemonSet",
    );
    using changes = new Changes(api, workload);
    const wakes = async () => {
      const asked = performance.now();
      await changes.next(5_000);
      return performance.now() - asked < 5_000;
    };
    await waitFor({
      what: "the watches to begin, and to tell what is there",
      look: wakes,
      until: (woken) => !woken && changes.isComplete,
      timeout: 60_000,
    });
    const { name } = await podOn("server", "client");
    const woken = wakes();
    await kubectl`label pod ${name} -n ${NAMESPACE} seen=yes`;
    expect(await woken).toBe(true);
  });
});

describe("a shell that stays open on the node", () => {
  const inShell = async (...commands: string[][]) => {
    const shells = new NodeShells(cluster.nodeContainer);
    const exec = shells.in("/tmp");
    try {
      return await Promise.all(commands.map((args) => exec(args)));
    } finally {
      shells.close();
    }
  };

  test("gives what each command prints, on both of its streams, and how it ends", async () => {
    const [loud, quiet, many] = await inShell(
      ["sh", "-c", "printf out; printf err >&2; exit 3"],
      ["true"],
      ["seq", "20000"],
    );
    expect(loud).toEqual({ stdout: "out", stderr: "err", exitCode: 3 });
    expect(quiet).toEqual({ stdout: "", stderr: "", exitCode: 0 });
    expect(many?.stdout.split("\n")).toHaveLength(20_001);
  });

  test("takes arguments as they are, runs them in its folder, and gives them no input", async () => {
    const hostile = `a 'b' "c" $HOME \`id\` \\ \n* ; exit`;
    const [echoed, folder, input] = await inShell(["printf", "%s", hostile], ["pwd"], ["cat"]);
    expect(echoed?.stdout).toBe(hostile);
    expect(folder?.stdout).toBe("/tmp\n");
    expect(input).toEqual({ stdout: "", stderr: "", exitCode: 0 });
  });

  test("says so when there is no such command, and goes on", async () => {
    const shells = new NodeShells(cluster.nodeContainer);
    const exec = shells.in("/");
    expect(await exec(["no-such-command"])).toMatchObject({ exitCode: 127 });
    expect(await exec(["exit", "7"])).toMatchObject({ exitCode: 127 });
    expect(await exec(["echo", "still here"])).toMatchObject({ stdout: "still here\n" });
    shells.close();
  });
});

describe("an agent", () => {
  test("joins with the server's token under its host name", async () => {
    const nodes = await kubectl`get nodes`;
    expect(nodes.row("server")).toMatchObject({ STATUS: "Ready" });
    expect(nodes.row("agent-1")).toMatchObject({ STATUS: "Ready" });
  });

  test("joins with the token that names the authority's hash, and is refused with a wrong hash", async () => {
    const token = (await node("cat", "/var/lib/rancher/k3s/server/node-token")).stdout.trim();
    await addAgents(plan, joiningWith(token), ["agent-2"]);
    expect((await kubectl`get nodes`).row("agent-2")).toMatchObject({ STATUS: "Ready" });
    await removeAgent(cluster, "agent-2");

    const wrong = token.replace(/^K10[0-9a-f]{64}/, `K10${"0".repeat(64)}`);
    const joining = addAgents(plan, joiningWith(wrong), ["agent-3"], { timeout: 10_000 });
    await expect(joining).rejects.toThrow("agent-3 does not come up");
    await removeAgent(cluster, "agent-3");
  });

  test("leaves, and joins again under the same name", async () => {
    await addAgents(plan, cluster, ["agent-2"]);
    await removeAgent(cluster, "agent-2");
    expect((await kubectl`get nodes`).row("agent-2")).toEqual({});
    await addAgents(plan, cluster, ["agent-2"]);
    expect((await kubectl`get nodes`).row("agent-2")).toMatchObject({ STATUS: "Ready" });
    await removeAgent(cluster, "agent-2");
  });

  test("runs Pods whose logs can be read and in which commands can be run", async () => {
    const client = await podOn("agent-1", "client");
    const hostname = await kubectl`exec ${client.name} -n ${NAMESPACE} -- hostname`;
    expect(hostname.text).toBe(client.name);
    const whoami = await podOn("agent-1", "whoami");
    expect((await kubectl`logs ${whoami.name} -n ${NAMESPACE}`).exitCode).toBe(0);
  });
});

describe("Pods reach each other", () => {
  test.each([
    ["server", "agent-1"],
    ["agent-1", "server"],
  ])("from %s to %s, with their own addresses", async (from, to) => {
    const client = await podOn(from, "client");
    const server = await podOn(to, "whoami");
    const reply = await kubectl`exec ${client.name} -n ${NAMESPACE} -- curl -s --max-time 5 ${server.ip}`;
    expect(reply.lines).toContain(`Hostname: ${server.name}`);
    // Not masqueraded: the other side sees the Pod, not its node.
    expect(reply.text).toMatch(new RegExp(`^RemoteAddr: ${client.ip.replaceAll(".", "\\.")}:`, "m"));
  });

  test.each(["server", "agent-1"])("through a Service, from %s to all of them", async (from) => {
    const client = await podOn(from, "client");
    const names = [await podOn("server", "whoami"), await podOn("agent-1", "whoami")].map(({ name }) => name);
    const ask = "for i in $(seq 30); do curl -s --max-time 5 whoami | grep Hostname; done";
    const replies = await kubectl`exec ${client.name} -n ${NAMESPACE} -- bash -c ${ask}`;
    expect([...new Set(replies.lines)].sort()).toEqual(names.map((name) => `Hostname: ${name}`).sort());
  });
});

describe("CoreDNS", () => {
  test.each(["server", "agent-1"])("tells a Service's address in a Pod on %s", async (from) => {
    const client = await podOn(from, "client");
    const address = await kubectl`exec ${client.name} -n ${NAMESPACE} -- getent hosts kubernetes.default`;
    expect(address.text).toMatch(/^10\.43\.0\.1\s+kubernetes\.default/);
  });

  test("tells the addresses of all Pods behind a headless Service, and a StatefulSet's Pod by name", async () => {
    const client = await podOn("server", "client");
    const all = await kubectl`exec ${client.name} -n ${NAMESPACE} -- getent ahostsv4 headless`;
    const addresses = [await podOn("server", "whoami"), await podOn("agent-1", "whoami")].map(({ ip }) => ip);
    const told = new Set(all.lines.map((line) => line.split(/\s+/)[0]));
    expect([...told].sort()).toEqual(addresses.sort());
  });

  test("says at once that there is no such name", async () => {
    const client = await podOn("server", "client");
    const none =
      await kubectl`exec ${client.name} -n ${NAMESPACE} -- getent hosts nobody.contract.svc.cluster.local`;
    expect(none.exitCode).toBe(2);
    expect(none.seconds).toBeLessThan(5);
  });
});

describe("local-path", () => {
  test("is the default StorageClass, and waits for a Pod before it makes a volume", async () => {
    const classes = await kubectl`get storageclass`;
    expect(classes.rows[0]).toMatchObject({
      NAME: expect.stringContaining("local-path"),
      PROVISIONER: "rancher.io/local-path",
      VOLUMEBINDINGMODE: "WaitForFirstConsumer",
    });
    expect(classes.text).toContain("local-path (default)");
  });

  test("keeps what is written when the Pod goes, and removes it with the claim", async () => {
    await kubectl`exec store-0 -n ${NAMESPACE} -- bash -c ${"echo kept > /data/note"}`;
    await kubectl`delete pod store-0 -n ${NAMESPACE}`;
    await kubectl`rollout status statefulset store -n ${NAMESPACE} --timeout=60s`;
    expect((await kubectl`exec store-0 -n ${NAMESPACE} -- cat /data/note`).text).toBe("kept");

    const volume = await kubectl`get pvc data-store-0 -n ${NAMESPACE} -o jsonpath={.spec.volumeName}`;
    await kubectl`delete statefulset store -n ${NAMESPACE}`;
    await kubectl`delete pvc data-store-0 -n ${NAMESPACE}`;
    await waitFor({
      what: "the volume to go with its claim",
      look: () => kubectl.orRefusal`get pv ${volume.text}`,
      until: ({ stderr }) => stderr.includes("not found"),
      describe: ({ stdout }) => stdout,
      timeout: 60_000,
    });
  });
});

describe("two clusters on one engine", () => {
  test("do not disturb each other, and leave no cgroup of Pods on the host", async () => {
    const other = await bootCluster(plan, "other", {});
    const restarts = async () =>
      (
        await kubectl`get pods -n ${NAMESPACE} -o jsonpath={.items[*].status.containerStatuses[*].restartCount}`
      ).text;
    expect((await connect(other.kubeconfig).core.listNode()).items).toHaveLength(1);
    expect(await restarts()).toMatch(/^0( 0)*$/);
    await engine.docker.getContainer(other.nodeContainer).remove({ force: true, v: true });
    expect(await restarts()).toMatch(/^0( 0)*$/);
    // The node sees the host's cgroups on cgroup v1: its Pods must lie below its own.
    if (cluster.cgroup === 1) {
      const hostPods = await node("sh", "-c", "ls -d /sys/fs/cgroup/*/kubepods /sys/fs/cgroup/*/k3s");
      expect(hostPods.stdout).toBe("");
    }
  });
});

/** The cluster, but with another token for those who join. */
function joiningWith(token: string): OwnCluster {
  if (!cluster.join) throw new Error("the cluster has no agents");
  return { ...cluster, join: { ...cluster.join, token } };
}
