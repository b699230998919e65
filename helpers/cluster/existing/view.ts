import type { V1Pod } from "@kubernetes/client-node";
import { runLabels, type Run } from "../../run.ts";
import { Problem } from "../../problem.ts";
import type { NodeExec } from "../../kubectl.ts";
import { type Api, apiMessage, apiStatus, isOverloaded } from "../api.ts";
import { apply } from "../apply.ts";
import { untilReady } from "../ready.ts";
import { Manifest, type ManifestObject } from "../../manifest.ts";
import type { NodeView } from "./kubectl-here.ts";

/** An image that the chapters use anyway, with the tools that it takes. */
const IMAGE = "praqma/network-multitool";

const POD = "view";

/** What was found out about a node from a Pod on it. */
export interface NodeFacts {
  readonly view: NodeView | { readonly refused: string };
  readonly cgroup: 1 | 2;
}

/**
 * Makes a Pod on a node that sees the node's processes, as `kubectl debug node/…` does; where the cluster refuses that
 * (Pod Security admission, say), a plain one, which can at least tell the cgroup version.
 * @throws {Problem} when not even that can run
 */
export async function viewNode(
  api: Api,
  run: Run,
  namespace: string,
  nodeLabels: Readonly<Record<string, string>>,
  kubectl: NodeExec,
): Promise<NodeFacts> {
  const labels = runLabels(run);
  await apply(
    api,
    manifestOf({ apiVersion: "v1", kind: "Namespace", metadata: { name: namespace, labels } }),
  );
  let view: NodeFacts["view"] = { namespace, pod: POD };
  let pod = viewPod(namespace, nodeLabels, true);
  try {
    await apply(api, manifestOf(pod));
  } catch (error) {
    // Refused by the API server; what comes later, an image that can't be pulled say, would be the same for any Pod.
    if (!(error instanceof Problem) || isOverloaded(apiStatus(error.cause))) throw error;
    view = { refused: `a Pod that sees its node's processes is not allowed here: ${error.message}` };
    pod = viewPod(namespace, nodeLabels, false);
    await apply(api, manifestOf(pod));
  }
  await untilReady(api, manifestOf(pod));
  return { view, cgroup: await cgroupVersion(kubectl, namespace) };
}

/** As a container sees it: only the unified hierarchy has this file (https://docs.kernel.org/admin-guide/cgroup-v2.html). */
async function cgroupVersion(kubectl: NodeExec, namespace: string): Promise<1 | 2> {
  const script = "test -e /sys/fs/cgroup/cgroup.controllers && echo 2 || echo 1";
  const { stdout, stderr } = await kubectl(["exec", "-n", namespace, POD, "--", "sh", "-c", script]);
  const version = stdout.trim();
  if (version === "1" || version === "2") return version === "2" ? 2 : 1;
  throw new Problem(
    `no command can be run in a Pod of this cluster: ${stderr.trim()}`,
    "Make sure that kubectl exec works there: the chapters need it.",
  );
}

function manifestOf(object: ManifestObject): Manifest {
  return new Manifest([{ name: "view", objects: [object] }]);
}

function viewPod(
  namespace: string,
  nodeSelector: Readonly<Record<string, string>>,
  privileged: boolean,
): ManifestObject {
  // What the Pod Security Standards call restricted.
  const plain = {
    allowPrivilegeEscalation: false,
    capabilities: { drop: ["ALL"] },
    runAsNonRoot: true,
    runAsUser: 65534,
    seccompProfile: { type: "RuntimeDefault" },
  };
  const spec: V1Pod["spec"] = {
    ...(privileged && { hostPID: true }),
    nodeSelector: { ...nodeSelector },
    automountServiceAccountToken: false,
    terminationGracePeriodSeconds: 0,
    containers: [
      {
        name: POD,
        image: IMAGE,
        imagePullPolicy: "IfNotPresent",
        command: ["sleep", "infinity"],
        securityContext: privileged ? { privileged: true } : plain,
      },
    ],
  };
  return { apiVersion: "v1", kind: "Pod", metadata: { name: POD, namespace }, spec };
}

/** The names of the namespaces with a label, such as that of a run. */
export async function namespacesWith(api: Api, labelSelector: string) {
  const { items } = await api.core.listNamespace({ labelSelector });
  return items.map(({ metadata }) => ({ name: metadata?.name ?? "", labels: metadata?.labels ?? {} }));
}

/** The API server's own reason for an error, with its status where it gave one. */
export function reasonOf(error: unknown): string {
  const status = apiStatus(error);
  if (status !== undefined) return `${apiMessage(error)} (HTTP ${status})`;
  let cause = error;
  while (cause instanceof Error && cause.cause instanceof Error) cause = cause.cause;
  // Of a host with several addresses each has failed in its own way.
  if (cause instanceof AggregateError && cause.errors.length > 0) return reasonOf(cause.errors[0]);
  return cause instanceof Error ? cause.message || cause.name : String(cause);
}
