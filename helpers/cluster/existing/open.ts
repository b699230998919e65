import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { V1Node, V1StorageClass } from "@kubernetes/client-node";
import { execa } from "execa";
import type { NodeExec } from "../../kubectl.ts";
import { manifestNames, type ManifestObject, parseObjects, readManifestText } from "../../manifest.ts";
import { Problem } from "../../problem.ts";
import type { Progress } from "../../progress.ts";
import { isDead, LABEL, type Run, runOfLabels } from "../../run.ts";
import { runFolder } from "../../run-folder.ts";
import { answerBefore, lessAndLess, waitFor } from "../../wait.ts";
import { type Api, connect } from "../api.ts";
import { removeNamespace } from "../apply.ts";
import { isTrue } from "../conditions.ts";
import type { ClusterDescription } from "../description.ts";
import { needsOf, whyNotOnExisting } from "../needs.ts";
import { type Ask, describeContext, describeCluster } from "./confirm.ts";
import { chooseContext, type ChosenContext } from "./kubeconfig.ts";
import { kubectlWith } from "./kubectl-here.ts";
import { describePermissions, missingPermissions, permissionsFor } from "./permissions.ts";
import { namespacesWith, reasonOf, viewNode } from "./view.ts";

/** How long the cluster may take for its first answer, in milliseconds. */
const ANSWER_MS = 15_000;
/** How long a login may take that asks the user something, in milliseconds. */
const LOGIN_MS = 180_000;
/** How long its namespaces may take to go away again, in milliseconds. */
const REMOVAL_MS = 180_000;

/** How many looks in a row must find nothing. */
const QUIET_ROUNDS = 4;

/** Minor versions that kubectl may be away from the API server (https://kubernetes.io/releases/version-skew-policy/#kubectl). */
const SKEW = 1;

/** What {@link openExisting} needs. */
export interface ExistingOptions {
  readonly run: Run;
  readonly progress: Progress;
  readonly chapters: readonly string[];
  /** The kubeconfig's current one unless given. */
  readonly context: string | undefined;
  readonly ask: Ask;
}

/** A cluster that is not ours, ready for chapters. */
export interface OpenedExisting {
  readonly cluster: ClusterDescription;
  /** Those chapters that can be told there. */
  readonly chapters: readonly string[];
  /** Why others can't, a line each. */
  readonly notRun: readonly string[];
}

/**
 * Opens the cluster that the user's kubeconfig names. Tells first what it is and what will be done there, and asks; until
 * then the cluster is only looked at. What has to be undone is put on `stack` before it is done, so that a signal at any
 * moment leaves nothing behind.
 * @throws {Problem} when it can't be reached, does not permit what is needed, or the user does not agree
 */
export async function openExisting(
  options: ExistingOptions,
  stack: AsyncDisposableStack,
): Promise<OpenedExisting> {
  // Told before anything is asked of the cluster; what it lacks is known only then.
  sortOut(options.chapters);
  const chosen = await chooseContext(options.context);
  describeContext(chosen).forEach((line) => options.progress.note(line));
  if (chosen.loginCommand !== undefined) {
    await options.ask("Run that program to log in, and look at the cluster?");
  }
  try {
    return await prepare(chosen, options, stack);
  } catch (cause) {
    if (cause instanceof Problem) throw cause;
    throw new Problem(
      `context ${chosen.context}: ${reasonOf(cause)}`,
      "Check with kubectl that the cluster works, and run it again.",
      { cause },
    );
  }
}

async function prepare(
  chosen: ChosenContext,
  options: ExistingOptions,
  stack: AsyncDisposableStack,
): Promise<OpenedExisting> {
  const { run, progress, ask } = options;
  const tell = (lines: readonly string[]) => lines.forEach((line) => progress.note(line));
  const { chapters: possible } = sortOut(options.chapters);

  const suffix = `-${run.id}`;
  const folder = runFolder("existing", run);
  stack.defer(() => rmSync(folder, { recursive: true, force: true }));
  const kubeconfigFile = join(folder, "kubeconfig.yaml");
  writeFileSync(kubeconfigFile, chosen.kubeconfig, { mode: 0o600 });
  const kubectl = kubectlWith(kubeconfigFile, folder);
  const api = connect(chosen.kubeconfig);
  if (chosen.loginCommand !== undefined) await logIn(kubeconfigFile, chosen);
  const kubernetes = await firstAnswer(api, chosen);
  await checkPermissions(api, chosen, possible, suffix);
  const { items: nodes } = await api.core.listNode();
  const node = nodes.find(canRunPods);
  if (!node) {
    throw new Problem(
      `context ${chosen.context} has no Linux node that is Ready and takes Pods`,
      "Look at kubectl get nodes.",
    );
  }
  const hasStorage = !needStorage(possible) || (await hasDefaultStorage(api));
  const { chapters, notRun } = sortOut(options.chapters, hasStorage);
  const leftovers = await leftoversOf(api);
  const client = await kubectlVersion(kubectl);
  tell(
    describeCluster(
      { kubernetes, kubectl: client, nodes: nodes.map(describeNode) },
      { chapters, node: nameOf(node), suffix, notRun, leftovers },
    ),
  );
  if (isSkewed(kubernetes, client)) {
    progress.note(`  NOTE        kubectl supports only clusters within one minor version of its own`);
  }
  await ask("Go on?");

  stack.defer(() =>
    progress.step("Removing what was made in the cluster", () => removeAll(api, run, needStorage(chapters))),
  );
  for (const name of leftovers) await removeNamespace(api, name);
  const nodeLabels = { "kubernetes.io/hostname": node.metadata?.labels?.["kubernetes.io/hostname"] ?? "" };
  const { view, cgroup } = await progress.step(`Making a Pod that looks at node ${nameOf(node)}`, () =>
    viewNode(api, run, `tutorial-view${suffix}`, nodeLabels, kubectl),
  );
  if ("refused" in view) progress.note(view.refused);
  return {
    chapters,
    notRun,
    cluster: {
      ...describeGround(node),
      distribution: "existing",
      kubernetes,
      cgroup,
      images: [],
      run,
      boot: {},
      kubeconfig: chosen.kubeconfig,
      existing: { context: chosen.context, folder, kubeconfigFile, suffix, nodeLabels, view },
    },
  };
}

/** Has kubectl log in first: a plugin that asks something, or shows a code, can do so on the terminal. */
async function logIn(kubeconfigFile: string, { context, loginCommand }: ChosenContext): Promise<void> {
  const { exitCode } = await execa("kubectl", ["get", "--raw=/version"], {
    env: { KUBECONFIG: kubeconfigFile },
    stdin: "inherit",
    stdout: "ignore",
    stderr: "inherit",
    timeout: LOGIN_MS,
    reject: false,
  });
  if (exitCode === 0) return;
  throw new Problem(
    `context ${context}: "${loginCommand}" does not log in, or the cluster does not answer`,
    `See that this works: kubectl --context=${context} version`,
  );
}

/** The version of the cluster, as it tells it. */
async function firstAnswer(api: Api, { context, server, loginCommand }: ChosenContext): Promise<string> {
  try {
    const { gitVersion } = await answerBefore(api.version.getCode(), performance.now() + ANSWER_MS);
    return gitVersion;
  } catch (cause) {
    const login = loginCommand === undefined ? "" : `, that "${loginCommand}" logs you in,`;
    throw new Problem(
      `context ${context}: ${server} gives no usable answer: ${reasonOf(cause)}`,
      `See that the cluster is up${login} and that this works: kubectl --context=${context} version`,
      { cause },
    );
  }
}

async function checkPermissions(
  api: Api,
  { context, user }: ChosenContext,
  chapters: readonly string[],
  suffix: string,
): Promise<void> {
  const objects = chapters.flatMap((id) => chapterObjects(id));
  const missing = await missingPermissions(
    api,
    `tutorial-view${suffix}`,
    permissionsFor(chapters, objects, needStorage(chapters)),
  );
  if (missing.length === 0) return;
  throw new Problem(
    `user ${user} of context ${context} may not do there what the chapters need`,
    "Use a user who may, or a cluster of your own (kind, k3d, minikube), or leave CLUSTER unset: then one is booted.",
    { details: describePermissions(missing) },
  );
}

/** Which chapters can be told there, and why others can't. @throws {Problem} when none can */
function sortOut(wanted: readonly string[], hasStorage = true) {
  const reasons = wanted.map((id) => ({ id, why: whyNotOnExisting(id, { hasStorage }) }));
  const chapters = reasons.filter(({ why }) => why === undefined).map(({ id }) => id);
  const notRun = reasons.flatMap(({ id, why }) => (why === undefined ? [] : [`${id}: ${why}`]));
  if (chapters.length > 0) return { chapters, notRun };
  throw new Problem(
    `none of these chapters can run on this cluster: ${notRun.join("; ")}`,
    "Name others, or leave CLUSTER unset: then a cluster of our own is booted.",
  );
}

function needStorage(chapters: readonly string[]): boolean {
  return chapters.some((id) => needsOf(id).addOns?.includes("local-storage"));
}

/** Whether a volume is made for a claim that names no StorageClass, and goes away with it. */
async function hasDefaultStorage(api: Api): Promise<boolean> {
  const { items } = await api.objects.list<V1StorageClass>("storage.k8s.io/v1", "StorageClass");
  return items.some(
    ({ metadata, reclaimPolicy }) =>
      metadata?.annotations?.["storageclass.kubernetes.io/is-default-class"] === "true" &&
      reclaimPolicy !== "Retain",
  );
}

/** The namespaces of runs of this machine that are no more. */
async function leftoversOf(api: Api): Promise<string[]> {
  const ours = await namespacesWith(api, `${LABEL}.run`);
  return ours.flatMap(({ name, labels }) => {
    const run = runOfLabels(labels);
    return run && isDead(run) ? [name] : [];
  });
}

/**
 * Removes every namespace of the run, with the volumes that were made for it, and waits until they are gone. After a
 * signal some part of the run may still be making one: so it looks again until there has been none for a while.
 */
async function removeAll(api: Api, run: Run, withVolumes: boolean): Promise<void> {
  const selector = `${LABEL}.run=${run.id}`;
  const removed = new Set<string>();
  let quietRounds = 0;
  try {
    await waitFor({
      what: `the namespaces of the run and their volumes to be gone (${selector})`,
      look: async () => {
        const names = (await namespacesWith(api, selector)).map(({ name }) => name);
        for (const name of names.filter((found) => !removed.has(found))) {
          await removeNamespace(api, name);
          removed.add(name);
        }
        const volumes = withVolumes ? await volumesOf(api, [...removed]) : [];
        return [...names.map((name) => `namespace ${name}`), ...volumes];
      },
      until: (left) => {
        quietRounds = left.length === 0 ? quietRounds + 1 : 0;
        return quietRounds >= QUIET_ROUNDS;
      },
      interval: lessAndLess(250, 1000),
      timeout: REMOVAL_MS,
    });
  } catch (cause) {
    throw new Problem(
      `not everything could be removed from the cluster: ${(cause as Error).message}`,
      `Remove the rest yourself: kubectl delete namespaces -l ${selector}`,
      { cause },
    );
  }
}

async function volumesOf(api: Api, namespaces: readonly string[]): Promise<string[]> {
  const { items } = await api.core.listPersistentVolume();
  return items
    .filter(({ spec }) => namespaces.includes(spec?.claimRef?.namespace ?? ""))
    .map(({ metadata }) => `PersistentVolume ${metadata?.name}`);
}

/** Everything that a chapter's manifests name. What is no object is told by the chapter, when it is opened. */
function chapterObjects(id: string): ManifestObject[] {
  return manifestNames()
    .filter((name) => name.startsWith(id.split("-")[0] ?? id))
    .flatMap((name) => parseObjects(readManifestText(name), name))
    .filter((object) => typeof object?.apiVersion === "string" && typeof object.kind === "string");
}

function canRunPods({ spec, status, metadata }: V1Node): boolean {
  return (
    isTrue(status?.conditions, "Ready") &&
    !spec?.unschedulable &&
    (spec?.taints ?? []).every(({ effect }) => effect === "PreferNoSchedule") &&
    metadata?.labels?.["kubernetes.io/os"] === "linux"
  );
}

function nameOf({ metadata }: V1Node): string {
  return metadata?.name ?? "";
}

function describeNode(node: V1Node): string {
  const { osImage, containerRuntimeVersion } = node.status?.nodeInfo ?? {};
  return `${nameOf(node)}: ${canRunPods(node) ? "takes Pods" : "takes none of ours"}, ${containerRuntimeVersion}, ${osImage}`;
}

/** What a node says of itself. */
function describeGround(node: V1Node) {
  const { containerRuntimeVersion = "", architecture, kernelVersion, osImage } = node.status?.nodeInfo ?? {};
  const [runtime = "", runtimeVersion = ""] = containerRuntimeVersion.split("://");
  return {
    runtime,
    runtimeVersion,
    architecture: architecture ?? "",
    kernel: kernelVersion ?? "",
    os: osImage ?? "",
    nodeName: nameOf(node),
  };
}

async function kubectlVersion(kubectl: NodeExec): Promise<string> {
  const { stdout } = await kubectl(["version", "--client", "--output=json"]);
  return (JSON.parse(stdout) as { clientVersion: { gitVersion: string } }).clientVersion.gitVersion;
}

function isSkewed(server: string, client: string): boolean {
  const minor = (version: string) => Number(/^v?1\.(\d+)/.exec(version)?.[1]);
  return Math.abs(minor(server) - minor(client)) > SKEW;
}
