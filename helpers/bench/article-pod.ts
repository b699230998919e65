import { type Api, apiStatus, connect } from "../cluster/api.ts";
import { removeNamespace } from "../cluster/apply.ts";
import type { OwnCluster } from "../cluster/description.ts";
import { nodeExec } from "../cluster/node-exec.ts";
import { waitFor } from "../wait.ts";
import { ARTICLE_POD } from "./article.ts";

/** What lists whatever still runs of Pods on the node. */
const RUNNING = [
  ["crictl", "ps", "-q"],
  ["crictl", "pods", "-q", "--state", "ready"],
];

/** Removes the article's Pod, and waits until nothing of it is left, on the node too: the next run begins as this one did. */
export async function removeArticlePod(cluster: OwnCluster): Promise<void> {
  const api = connect(cluster.kubeconfig);
  const node = nodeExec(cluster.nodeContainer);
  await removeNamespace(api, ARTICLE_POD.namespace);
  await waitFor({
    what: "the article's Pod to be gone",
    look: async () => ({
      namespace: await hasNamespace(api, ARTICLE_POD.namespace),
      running: (await Promise.all(RUNNING.map((command) => node(command)))).map(({ stdout }) => stdout),
    }),
    until: ({ namespace, running }) => !namespace && running.every((ids) => ids.trim() === ""),
    interval: 200,
    timeout: 60_000,
  });
}

async function hasNamespace(api: Api, name: string): Promise<boolean> {
  try {
    await api.core.readNamespace({ name });
    return true;
  } catch (error) {
    if (apiStatus(error) === 404) return false;
    throw error;
  }
}
