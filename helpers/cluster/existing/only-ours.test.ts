import { expect, test } from "vitest";
import { whatIsNotOurs } from "./only-ours.ts";

const foreign = (command: string) => whatIsNotOurs(command.split(" "), ["pod-1a2b", "other-1a2b"]);

test.each([
  "get nodes",
  "get pods -A",
  "rollout status deployment/web -n elsewhere",
  "delete pod web -n pod-1a2b",
  "delete pod web --namespace=other-1a2b",
  "apply -f fixtures/manifests/01-pod.yaml",
  "exec whoami -n pod-1a2b -- kubectl delete node agent-1",
  "run nodes -n pod-1a2b --image=whoami",
  "create deployment web --image=whoami --dry-run=server",
])("%s only looks, or stays with us", (command) => {
  expect(foreign(command)).toBeUndefined();
});

test.each([
  ["delete pod web", "the namespace that the kubeconfig names"],
  ["delete pod web -n default", "namespace default"],
  ["delete pods -A --field-selector spec.nodeName=agent-1", "all namespaces"],
  ["label node agent-1 disk=ssd", "node, which belong to no namespace"],
  ["label nodes/agent-1 disk=ssd -n pod-1a2b", "nodes/agent-1, which belong to no namespace"],
  ["delete namespace pod-1a2b", "namespace, which belong to no namespace"],
  [
    "create clusterrolebinding me --clusterrole=admin -n pod-1a2b",
    "clusterrolebinding, which belong to no namespace",
  ],
  ["cordon agent-1", "a node"],
  ["drain agent-1 --ignore-daemonsets", "a node"],
  ["taint node agent-2 maintenance-", "a node"],
  ["apply -f https://example.org/all.yaml", "the namespace that the kubeconfig names"],
  ["rollout undo deployment/web -n elsewhere", "namespace elsewhere"],
  ["delete pod web -n pod-1a2b -n default", "namespace default"],
  ["exec web -n default -- sh --dry-run=server", "namespace default"],
  ["delete Node agent-1 -n pod-1a2b", "Node, which belong to no namespace"],
  ["something-new", "the namespace that the kubeconfig names"],
])("%s changes %s", (command, what) => {
  expect(foreign(command)).toBe(what);
});
