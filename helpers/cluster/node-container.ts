import { basename } from "node:path";
import { K3sContainer } from "@testcontainers/k3s";
import { isAtLeast } from "../chapter/expectation.ts";

/** What a node's container is made from. */
export interface NodeOptions {
  /** The image's name in the engine. */
  readonly image: string;
  /** Such as `v1.36.3` or `v1.21.2+k3s1`. */
  readonly kubernetesVersion: string;
  readonly cgroupVersion: 1 | 2;
  /** The address at which the engine publishes ports: the API server's certificate must name it. */
  readonly host: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Image archives by their path here; the node imports them before it is ready. */
  readonly archives: readonly string[];
}

/** k3s add-ons that no chapter needs yet. A real k3s would wait for their images from a registry. */
const DISABLED = ["coredns", "local-storage", "metrics-server", "servicelb", "traefik"];

/** Where k3s and everything that keeps its contract looks for image archives at start. */
const IMAGES_FOLDER = "/var/lib/rancher/k3s/agent/images";

/** A node may be slow in an emulated machine; on an idle one it takes seconds. */
const STARTUP_TIMEOUT_MS = 300_000;

/** The node's host name, and so its name in the cluster: the same in every run, and in every recording. */
const HOSTNAME = "node";

/**
 * On cgroup v1 the node sees the host's cgroups. Left alone it would put its Pods under /kubepods there, and k3s itself
 * under /k3s, shared with every other node on the host and left behind by each. So all of it goes below the cgroup of
 * its own container, which the engine removes with it. The shell only finds out that cgroup's name; `exec` makes k3s
 * the first process.
 */
const IN_OWN_CGROUP = `
while IFS=: read -r id controllers path; do
  case ",$controllers," in *,memory,*) own=$path ;; esac
done < /proc/self/cgroup
[ -n "$own" ] || { echo "this host has no memory cgroup" >&2; exit 1; }
exec /bin/k3s "$@" "--kubelet-arg=cgroup-root=$own" \\
  "--kubelet-arg=kubelet-cgroups=$own" "--kubelet-arg=runtime-cgroups=$own"
`;

/** `K3sContainer` with the images that the chapters need, and with a cgroup root of its own. */
export class NodeContainer extends K3sContainer {
  constructor(options: NodeOptions) {
    super(options.image);
    const command = [
      "server",
      `--disable=${DISABLED.join(",")}`,
      `--tls-san=${options.host}`,
      ...legacyCgroupArguments(options),
    ];
    this.withLabels({ ...options.labels })
      .withHostname(HOSTNAME)
      .withCommand(command)
      .withStartupTimeout(STARTUP_TIMEOUT_MS)
      .withCopyFilesToContainer(
        options.archives.map((source) => ({ source, target: `${IMAGES_FOLDER}/${basename(source)}` })),
      );
    if (options.cgroupVersion === 1) {
      this.withEntrypoint(["/bin/sh", "-c", IN_OWN_CGROUP, "k3s"]);
    } else {
      // On cgroup v2 a private namespace does the same, and k3s itself makes room in it for its Pods.
      Object.assign(this.hostConfig, { CgroupnsMode: "private" });
      this.withBindMounts([]);
    }
  }
}

/** From 1.35 on the kubelet refuses to start on cgroup v1 unless it is told otherwise. */
function legacyCgroupArguments({ cgroupVersion, kubernetesVersion }: NodeOptions): string[] {
  const refuses = cgroupVersion === 1 && isAtLeast(kubernetesVersion, "1.35");
  return refuses ? ["--kubelet-arg=fail-cgroupv1=false"] : [];
}
