/** The environment variables that a command which needs a cluster reads, and what they say. */
const VARIABLES = {
  K3S_IMAGE: [
    "K3S_IMAGE=<image>      the node's image: any that keeps the contract of rancher/k3s, local or to be pulled",
  ],
  KUBERNETES_VERSION: [
    "KUBERNETES_VERSION=<v> another version of Kubernetes, v1.35.4 say, in place of the pinned one",
  ],
  "CLUSTER=fresh": ["CLUSTER=fresh          a cluster of its own for every chapter"],
  "CLUSTER=existing": ["CLUSTER=existing       the cluster that your kubeconfig names; see the README"],
  others: [
    "IMAGES=pull|build      only pull images, or only build them; by default: present, else pulled, else built",
    "REGISTRY_MIRROR=<host> pull images from there in place of their own registries",
    "ENGINE_INSTALL=never   install no container engine and no build tools",
    "DOCKER_HOST=<address>  the container engine to use",
  ],
} as const;

/** What `--help` says of the environment variables that a command reads: those of all commands, and these. */
export function environmentHelp(...names: readonly Exclude<keyof typeof VARIABLES, "others">[]): string {
  const lines = [...names, "others" as const].flatMap((name) => VARIABLES[name]);
  return ["", "Environment:", ...lines.map((line) => `  ${line}`)].join("\n");
}
