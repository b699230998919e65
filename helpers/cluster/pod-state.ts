import type { V1Pod } from "@kubernetes/client-node";
import { isTrue } from "./conditions.ts";

/**
 * Waiting reasons that the kubelet does not get out of by itself. ErrImagePull, RunContainerError and
 * CreateContainerError are not among them: it tries again within seconds, and then backs off.
 */
const DEAD_ENDS = new Set([
  "CrashLoopBackOff",
  "CreateContainerConfigError",
  "ErrImageNeverPull",
  "ImagePullBackOff",
  "InvalidImageName",
]);

/** Whether its containers are ready. */
export function isReady(pod: V1Pod): boolean {
  return isTrue(pod.status?.conditions, "Ready");
}

/** Why a Pod can't become ready, or undefined while it still may. */
export function deadEnd(pod: V1Pod): string | undefined {
  if (pod.status?.phase === "Failed" || pod.status?.phase === "Succeeded")
    return `it has ended (${pod.status.phase})`;
  const { initContainerStatuses = [], containerStatuses = [] } = pod.status ?? {};
  for (const { name, state } of [...initContainerStatuses, ...containerStatuses]) {
    const { reason, message } = state?.waiting ?? {};
    if (reason && DEAD_ENDS.has(reason))
      return `container ${name}: ${reason}${message ? ` (${message})` : ""}`;
  }
  return undefined;
}

/** A Pod with what it is waiting for, in a line. */
export function stateOf(pod: V1Pod): string {
  const { initContainerStatuses = [], containerStatuses = [] } = pod.status ?? {};
  const containers = [...initContainerStatuses, ...containerStatuses].map(({ name, state, ready }) => {
    const what =
      state?.waiting?.reason ?? (state?.terminated ? "terminated" : ready ? "ready" : "running, not ready");
    return `${name}: ${what}`;
  });
  const scheduled = scheduling(pod);
  const homeless = scheduled?.status === "False" ? [scheduled.message ?? scheduled.reason ?? ""] : [];
  const details = [...homeless, ...containers].join(", ");
  return `${pod.metadata?.name} is ${pod.status?.phase}${details ? ` (${details})` : ""}`;
}

/** The scheduler has not looked at the Pod yet, or found a node for it, and some container of it was not started yet. */
export function isBeingMade(pod: V1Pod): boolean {
  const { spec, status } = pod;
  if (status?.phase !== "Pending") return false;
  if (!spec?.nodeName) return scheduling(pod) === undefined;
  return !(status.containerStatuses ?? []).some(({ state }) => DEAD_ENDS.has(state?.waiting?.reason ?? ""));
}

/** The scheduler found the nodes full: it will look again when a Pod has gone. */
export function isWaitingForRoom(pod: V1Pod): boolean {
  const scheduled = scheduling(pod);
  return scheduled?.status === "False" && /Too many pods/.test(scheduled.message ?? "");
}

/** What the scheduler says of a Pod, once it has looked at it. */
function scheduling({ status }: V1Pod) {
  return status?.conditions?.find(({ type }) => type === "PodScheduled");
}
