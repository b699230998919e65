import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:https";
import { type AddressInfo, createServer as createTcpServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { KubeConfig } from "@kubernetes/client-node";
import Dockerode from "dockerode";
import { execa } from "execa";
import { extract } from "tar-stream";
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { buffer } from "node:stream/consumers";
import { type Engine, openEngine } from "../../engine/engine.ts";
import { parseObjects } from "../../manifest.ts";
import { PROJECT_ROOT } from "../../paths.ts";
import { lineProgress } from "../../progress.ts";
import { LABEL, thisRun } from "../../run.ts";
import { waitFor } from "../../wait.ts";
import { type Api, connect } from "../api.ts";
import { bootCluster } from "../boot.ts";
import type { OwnCluster } from "../description.ts";
import { planClusters } from "../plan.ts";

/**
 * Chapters on a cluster that is not ours: a node that was started apart from the run, seen through nothing but its
 * kubeconfig. The command is run as a user runs it.
 */

/** Each runs a command or two to their end, and the machine may be busy. */
vi.setConfig({ testTimeout: 400_000 });

let engine: Engine;
let cluster: OwnCluster;
let api: Api;
/** Holds kubectl, kubeconfigs and certificates. */
let folder: string;
let kubeconfig: string;

beforeAll(async () => {
  const run = thisRun();
  const progress = lineProgress();
  engine = await openEngine({ run, progress });
  const plan = await planClusters({ engine, run, progress });
  cluster = await bootCluster(plan, "existing", {});
  api = connect(cluster.kubeconfig);
  folder = mkdtempSync(join(tmpdir(), "existing test é "));
  kubeconfig = kubeconfigFile("admin", cluster.kubeconfig);
  await takeKubectl(cluster.nodeContainer, join(folder, "kubectl"));
}, 900_000);

afterAll(async () => {
  if (folder) rmSync(folder, { recursive: true });
  await engine[Symbol.asyncDispose]();
});

let before: string[];
beforeEach(async () => {
  before = await allObjects();
});

test("afterwards every object is as before, and nothing of ours is left", async () => {
  const { exitCode, stdout, stderr } = await article(["pod", "pause", "pod-by-hand", "--yes"]);
  expect(stderr).toContain("  context     default\n");
  expect(stderr).toContain(`  server      ${serverOf(cluster.kubeconfig)}\n`);
  expect(stderr).toContain(`  Kubernetes  ${cluster.kubernetes}`);
  expect(stdout).toContain("existing cluster");
  expect(stdout).toContain("NOT RUN: 03-pod-by-hand: it is about the container engine, without a cluster");
  expect(stdout).toMatch(/^\d+ passed, 0 failed, 0 skipped$/m);
  expect(exitCode).toBe(0);
  expect(await allObjects()).toEqual(before);
});

test("without --yes, where nobody can be asked, it tells what it would do, and does nothing", async () => {
  const { exitCode, stderr } = await article(["pod"]);
  expect(stderr).toContain(`  Kubernetes  ${cluster.kubernetes}`);
  expect(stderr).toContain("run it again with --yes");
  expect(exitCode).toBe(1);
  expect(await allObjects()).toEqual(before);
});

test("what the user may not do is named before anything is done", async () => {
  const token = await tokenOf("visitor", ["nodes", "namespaces"]);
  const { exitCode, stderr } = await article(["pod", "--yes"], {
    KUBECONFIG: withUser("visitor", { token }),
  });
  expect(stderr).toContain("user visitor of context default may not do there what the chapters need");
  expect(stderr).toContain("namespaces: create, patch, delete\n");
  expect(stderr).toContain("pods/exec: create\n");
  expect(stderr).not.toContain("nodes:");
  expect(exitCode).toBe(1);
  expect(await namespacesOfOurs()).toEqual([]);
});

test("a program that logs in is named, and not run before the user agrees", async () => {
  const marker = join(folder, "was-run");
  const program = join(folder, "login");
  const token = await tokenOf("robot", ["*"]);
  const credential = {
    apiVersion: "client.authentication.k8s.io/v1",
    kind: "ExecCredential",
    status: { token },
  };
  writeFileSync(program, `#!/bin/sh\ntouch '${marker}'\necho '${JSON.stringify(credential)}'\n`);
  chmodSync(program, 0o755);
  const exec = {
    apiVersion: credential.apiVersion,
    command: program,
    args: ["--cluster=dev"],
    interactiveMode: "Never",
  };
  const KUBECONFIG = withUser("robot", { exec });

  const refused = await article(["pod", "-t", "pod.ready"], { KUBECONFIG });
  expect(refused.stderr).toContain(`logs in by  running: '${program}' --cluster=dev`);
  expect(refused.stderr).toContain("run it again with --yes");
  expect(refused.exitCode).toBe(1);
  expect(existsSync(marker)).toBe(false);

  const agreed = await article(["pod", "-t", "pod.ready", "--yes"], { KUBECONFIG });
  expect(agreed.stdout).toMatch(/^1 passed, 0 failed, \d+ skipped$/m);
  expect(agreed.exitCode).toBe(0);
  expect(existsSync(marker)).toBe(true);
});

test("where a Pod may not see its node, claims that need it are not observable, and no others", async () => {
  const policy = parseObjects(NO_HOST_PID, "policy");
  for (const object of policy) await api.objects.create(object);
  try {
    await waitFor({
      what: "the policy to be in force",
      look: () =>
        api.core.createNamespacedPod({ namespace: "default", body: hostPidPod(), dryRun: "All" }).then(
          () => false,
          () => true,
        ),
      until: (refused) => refused,
    });
    const { exitCode, stdout, stderr } = await article(["pause", "--yes"]);
    expect(stderr).toContain("a Pod that sees its node's processes is not allowed here");
    expect(stderr).toContain("no hostPID here");
    expect(stdout).toMatch(/ns\.net[^┌]*not observable/);
    const passed = /^(\d+) passed, 0 failed, (\d+) skipped$/m.exec(stdout);
    expect(Number(passed?.[1])).toBeGreaterThan(0);
    expect(Number(passed?.[2])).toBeGreaterThan(0);
    expect(exitCode).toBe(0);
  } finally {
    for (const object of policy) await api.objects.delete(object);
  }
});

test.each(["tutorial-view-", "whoami-"])(
  "Ctrl-C leaves nothing behind, once there is %s…",
  async (prefix) => {
    const child = spawnArticle(["pod", "--yes"]);
    await untilNamespace(prefix);
    child.kill("SIGINT");
    expect(await once(child, "exit")).toEqual([130, null]);
    expect(await allObjects()).toEqual(before);
  },
);

test("what a run left that was killed is named by the next one, and removed", async () => {
  const child = spawnArticle(["pod", "--yes"]);
  const left = await untilNamespace("whoami-");
  child.kill("SIGKILL");
  await once(child, "exit");
  const { stderr, exitCode } = await article(["pod", "-t", "pod.ready", "--yes"]);
  for (const name of left) expect(stderr).toContain(`removes     namespace ${name}, left by a run`);
  expect(exitCode).toBe(0);
  await waitFor({
    what: "the namespaces to be gone",
    look: namespacesOfOurs,
    until: (names) => names.length === 0,
  });
  expect(await allObjects()).toEqual(before);
});

test("a server that is not there, and a context that is not there, are told", async () => {
  const server = `https://127.0.0.1:${await closedPort()}`;
  const dead = kubeconfigFile("dead", cluster.kubeconfig.replace(serverOf(cluster.kubeconfig), server));
  const unreachable = await article(["pod", "--yes"], { KUBECONFIG: dead });
  expect(unreachable.stderr).toContain(
    `context default: ${server} gives no usable answer: connect ECONNREFUSED`,
  );
  expect(unreachable.stderr).toContain("kubectl --context=default version");
  expect(unreachable.exitCode).toBe(1);

  const unknown = await article(["pod", "--yes", "--context", "production"]);
  expect(unknown.stderr).toContain('no usable context "production"');
  expect(unknown.stderr).toContain("Name one with --context: default.");
  expect(unknown.exitCode).toBe(1);
});

test("an expired certificate is told: the client's, and the server's", async () => {
  const { cert, key } = expiredCertificate();
  const data = (file: string) => readFileSync(file).toString("base64");
  const KUBECONFIG = withUser("late", {
    "client-certificate-data": data(cert),
    "client-key-data": data(key),
  });
  const client = await article(["pod", "--yes"], { KUBECONFIG });
  expect(client.stderr).toMatch(/client certificate of context default has expired, on \d{4}-/);
  expect(client.exitCode).toBe(1);

  const server = createServer({ cert: readFileSync(cert), key: readFileSync(key) }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const config = JSON.parse(JSON.stringify(configOf(cluster.kubeconfig)));
  config.clusters[0].cluster = {
    server: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    "certificate-authority-data": data(cert),
  };
  const late = await article(["pod", "--yes"], {
    KUBECONFIG: kubeconfigFile("late", JSON.stringify(config)),
  });
  server.close();
  expect(late.stderr).toContain("certificate has expired");
  expect(late.exitCode).toBe(1);
});

test("a user whom only kubectl would understand is refused", async () => {
  const { exitCode, stderr } = await article(["pod", "--yes"], {
    KUBECONFIG: withUser("filed", { tokenFile: "/var/run/token" }),
  });
  expect(stderr).toContain("is given by tokenFile, which is not supported here");
  expect(exitCode).toBe(1);
  const relative = await article(["pod", "--yes"], {
    KUBECONFIG: withUser("near", {
      exec: { apiVersion: "client.authentication.k8s.io/v1", command: "./login", interactiveMode: "Never" },
    }),
  });
  expect(relative.stderr).toContain("./login, is named by a path that is not absolute");
  expect(relative.exitCode).toBe(1);
});

test("commands that need clusters of their own say so", async () => {
  const { exitCode, stderr } = await run("commands/mutants.ts", []);
  expect(stderr).toContain("this command uses clusters of its own only");
  expect(exitCode).toBe(1);
});

/** Nobody may see other processes than his own. */
const NO_HOST_PID = `
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: { name: no-host-pid }
spec:
  matchConstraints:
    resourceRules: [{ apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [pods] }]
  validations: [{ expression: "!has(object.spec.hostPID) || !object.spec.hostPID", message: no hostPID here }]
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: { name: no-host-pid }
spec: { policyName: no-host-pid, validationActions: [Deny] }
`;

function hostPidPod() {
  return {
    metadata: { name: "probe" },
    spec: { hostPID: true, containers: [{ name: "probe", image: "traefik/whoami" }] },
  };
}

function environment(env: Record<string, string>): Record<string, string> {
  return {
    CLUSTER: "existing",
    KUBECONFIG: kubeconfig,
    PATH: `${folder}:${process.env.PATH}`,
    // No engine is needed.
    DOCKER_HOST: "unix:///nowhere",
    ...env,
  };
}

function run(command: string, args: readonly string[], env: Record<string, string> = {}) {
  return execa(process.execPath, [command, ...args], {
    cwd: PROJECT_ROOT,
    env: environment(env),
    stdin: "ignore",
    reject: false,
  });
}

function article(args: readonly string[], env: Record<string, string> = {}) {
  return run("commands/article.ts", args, env);
}

function spawnArticle(args: readonly string[]): ChildProcess {
  return spawn(process.execPath, ["commands/article.ts", ...args], {
    cwd: PROJECT_ROOT,
    env: { ...process.env, ...environment({}) },
    stdio: "ignore",
  });
}

/** Kind, namespace, name, uid and spec of every object that there is, but for those by which the cluster says it lives. */
async function allObjects(): Promise<string[]> {
  const kubectl = (args: readonly string[]) =>
    execa(join(folder, "kubectl"), args, { env: { KUBECONFIG: kubeconfig } });
  const { stdout } = await kubectl(["api-resources", "--verbs=list", "--output=name"]);
  const kinds = stdout.split("\n").filter((kind) => !/^(events|leases|componentstatuses)\b/.test(kind));
  const lists = await Promise.all(kinds.map((kind) => kubectl(["get", kind, "-A", "-o", "json"])));
  return lists
    .flatMap((list) => (JSON.parse(list.stdout) as { items: AnyObject[] }).items)
    .map(({ kind, metadata: { namespace, name, uid }, spec, data }) =>
      JSON.stringify({ kind, namespace, name, uid, spec, data }),
    )
    .sort();
}

interface AnyObject {
  kind: string;
  metadata: { namespace?: string; name: string; uid?: string };
  spec?: unknown;
  data?: unknown;
}

/** Waits until a run has made such a namespace; gives all that runs have made. */
function untilNamespace(prefix: string): Promise<string[]> {
  return waitFor({
    what: `a namespace ${prefix}…`,
    look: namespacesOfOurs,
    until: (names) => names.some((name) => name.startsWith(prefix)),
    timeout: 60_000,
  });
}

async function namespacesOfOurs(): Promise<string[]> {
  const { items } = await api.core.listNamespace({ labelSelector: `${LABEL}.run` });
  return items.map(({ metadata }) => metadata?.name ?? "");
}

/** A port of this machine on which nobody listens. */
async function closedPort(): Promise<number> {
  const server = createTcpServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

/** The token of a new account that may get and list these resources, or do anything. */
async function tokenOf(name: string, resources: readonly string[]): Promise<string> {
  const namespace = "default";
  await api.core.createNamespacedServiceAccount({ namespace, body: { metadata: { name } } });
  const verbs = resources.includes("*") ? ["*"] : ["get", "list"];
  const objects = [
    {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "ClusterRole",
      metadata: { name },
      rules: [{ apiGroups: verbs.includes("*") ? ["*"] : [""], resources, verbs }],
    },
    {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "ClusterRoleBinding",
      metadata: { name },
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name },
      subjects: [{ kind: "ServiceAccount", name, namespace }],
    },
  ];
  for (const object of objects) await api.objects.create(object);
  const { status } = await api.core.createNamespacedServiceAccountToken({
    namespace,
    name,
    body: { spec: { audiences: [] } },
  });
  return status?.token ?? "";
}

function configOf(text: string) {
  const config = new KubeConfig();
  config.loadFromString(text);
  return JSON.parse(config.exportConfig()) as { clusters: { cluster: object }[] };
}

function serverOf(text: string): string {
  const config = new KubeConfig();
  config.loadFromString(text);
  return config.getCurrentCluster()?.server ?? "";
}

/** A kubeconfig for the same cluster, but with another user. */
function withUser(name: string, user: object): string {
  const config = JSON.parse(JSON.stringify(configOf(cluster.kubeconfig)));
  config.users = [{ name, user }];
  config.contexts = [{ name: "default", context: { cluster: config.clusters[0].name, user: name } }];
  config["current-context"] = "default";
  return kubeconfigFile(name, JSON.stringify(config));
}

function kubeconfigFile(name: string, text: string): string {
  const file = join(folder, `${name}.kubeconfig.yaml`);
  writeFileSync(file, text, { mode: 0o600 });
  return file;
}

/** A certificate for this machine that expired yesterday, with its key. */
function expiredCertificate(): { cert: string; key: string } {
  const [key, request, cert] = ["key.pem", "request.pem", "cert.pem"].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  const openssl = (...args: string[]) => execFileSync("openssl", args, { stdio: "pipe" });
  openssl(
    "req",
    "-new",
    "-newkey",
    "rsa:2048",
    "-nodes",
    "-subj",
    "/CN=127.0.0.1",
    "-keyout",
    key,
    "-out",
    request,
  );
  openssl("x509", "-req", "-in", request, "-signkey", key, "-days", "-1", "-out", cert);
  return { cert, key };
}

/** Copies the node's own kubectl to this machine. */
async function takeKubectl(container: string, file: string): Promise<void> {
  const archive = await new Dockerode().getContainer(container).getArchive({ path: "/bin/aux/kubectl" });
  const unpack = extract();
  unpack.on("entry", (_, stream, next) => {
    void buffer(stream).then((bytes) => {
      writeFileSync(file, bytes, { mode: 0o755 });
      next();
    });
  });
  await pipeline(archive, unpack);
}
