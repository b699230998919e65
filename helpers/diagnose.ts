import type { V1PodList } from "@kubernetes/client-node";
import type { Workplace } from "./cluster/workplace.ts";
import { quoteArguments } from "./command-line.ts";
import { type Step, Transcript } from "./evidence/transcript.ts";
import type { NodeExec } from "./kubectl.ts";

/** How many lines of each log are kept. */
const LOG_LINES = 20;

/**
 * Gathers what somebody would look at first after a failure, before anything is cleaned up: the objects with their
 * owners, events, descriptions, current and previous logs, and the node's last lines. Never throws: a part that can't
 * be had is left out, for the failure itself must be told.
 */
export async function diagnose(workplace: Workplace, namespace: string): Promise<readonly Step[]> {
  const exec = workplace.kubectl;
  const transcript = new Transcript();
  const run = async (args: string[]) => {
    const started = performance.now();
    const result = await exec(args).catch(() => undefined);
    const output = result && [result.stdout, result.stderr].join("\n").trim();
    if (!result || !output) return;
    const duration = performance.now() - started;
    transcript.add({
      command: quoteArguments(args),
      where: "kubectl",
      output,
      exitCode: result.exitCode,
      duration,
    });
  };
  await run(["kubectl", "get", "pods", "-n", namespace, "-o", OWNERS]);
  await run(["kubectl", "get", "events", "-n", namespace, "--sort-by=.metadata.creationTimestamp"]);
  await run(["kubectl", "describe", "pods", "-n", namespace]);
  for (const { pod, container, restarts } of await containersIn(exec, namespace)) {
    const logs = ["kubectl", "logs", "-n", namespace, pod, "-c", container, `--tail=${LOG_LINES}`];
    await run(logs);
    if (restarts > 0) await run([...logs, "--previous"]);
  }
  const started = performance.now();
  const output = await workplace.nodeLog(LOG_LINES).catch(() => "");
  if (output) {
    const duration = performance.now() - started;
    transcript.add({
      command: `last ${LOG_LINES} lines of the node`,
      where: "api",
      output,
      exitCode: 0,
      duration,
    });
  }
  return transcript.steps;
}

/** Each Pod with its owner, or none. */
const OWNERS =
  "custom-columns=NAME:.metadata.name,PHASE:.status.phase,OWNER:.metadata.ownerReferences[*].kind,OWNED-BY:.metadata.ownerReferences[*].name";

async function containersIn(exec: NodeExec, namespace: string) {
  const listed = await exec(["kubectl", "get", "pods", "-n", namespace, "-o", "json"]).catch(() => undefined);
  if (listed?.exitCode !== 0) return [];
  const { items } = JSON.parse(listed.stdout) as V1PodList;
  return items.flatMap(({ metadata, status }) =>
    (status?.containerStatuses ?? []).map(({ name, restartCount }) => ({
      pod: metadata?.name ?? "",
      container: name,
      restarts: restartCount,
    })),
  );
}
