/** The environment variables that every command which needs a cluster reads, as `--help` tells them. */
export const ENVIRONMENT = `
Environment:
  K3S_IMAGE=<image>      the node's image: any that keeps the contract of rancher/k3s, local or to be pulled
  KUBERNETES_VERSION=<v> another version of Kubernetes, v1.35.4 say, in place of the pinned one
  CLUSTER=fresh          a cluster of its own for every chapter
  CLUSTER=existing       the cluster that your kubeconfig names (npm run article, npm test); see the README
  IMAGES=pull|build      only pull images, or only build them; by default: present, else pulled, else built
  REGISTRY_MIRROR=<host> pull images from there in place of their own registries
  ENGINE_INSTALL=never   do not install a container engine
  DOCKER_HOST=<address>  the container engine to use`;
