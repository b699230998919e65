/** The environment variables that some commands read, and what `--help` says of them. */
const VARIABLES = {
  K3S_IMAGE:
    "K3S_IMAGE=<image>      the node's image: any that keeps the contract of rancher/k3s, local or to be pulled",
  KUBERNETES_VERSION:
    "KUBERNETES_VERSION=<v> another version of Kubernetes than the pinned one, such as v1.35.4",
  "CLUSTER=fresh": "CLUSTER=fresh          a cluster of its own for every chapter",
  "CLUSTER=existing": "CLUSTER=existing       the cluster that your kubeconfig names; see the README",
} as const;

/** Those that every command reads which needs a cluster. */
const COMMON = [
  "IMAGES=pull|build      only pull images, or only build them; by default, one that is missing is pulled, else built",
  "REGISTRY_MIRROR=<host> pull images from there in place of their own registries",
  "ENGINE_INSTALL=never   install no container engine and no build tools",
  "DOCKER_HOST=<address>  the container engine to use",
];

/** What `--help` says of the environment variables that a command reads: these, and those of all commands. */
export function environmentHelp(...names: readonly (keyof typeof VARIABLES)[]): string {
  const lines = [...names.map((name) => VARIABLES[name]), ...COMMON];
  return ["", "Environment:", ...lines.map((line) => `  ${line}`)].join("\n");
}
