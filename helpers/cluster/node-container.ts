import { basename } from "node:path";
import { K3sContainer, type StartedK3sContainer } from "@testcontainers/k3s";
import { GenericContainer } from "testcontainers";
import { isAtLeast } from "../chapter/expectation.ts";
import type { AddOn } from "./needs.ts";
import { whileNodeRuns } from "./node-exec.ts";

/** What a node's container is made from. */
interface NodeOptions {
  /** The image's name in the engine. */
  readonly image: string;
  /** Such as `v1.36.3` or `v1.21.2+k3s1`. */
  readonly kubernetesVersion: string;
  readonly cgroupVersion: 1 | 2;
  readonly labels: Readonly<Record<string, string>>;
  /** Image archives by their path here; the node imports them before it is ready. */
  readonly archives: readonly string[];
  /** The engine sees the files of this machine: they need not be copied to it. */
  readonly sharesFiles: boolean;
}

/** What a server's container is made from. */
export interface ServerOptions extends NodeOptions {
  /** The address at which the engine publishes ports: the API server's certificate must name it. */
  readonly host: string;
  readonly addOns: readonly AddOn[];
  /** The network on which agents reach it, if there are to be any. */
  readonly network?: string;
  /** What they show when they join. */
  readonly token?: string;
}

/** What an agent's container is made from. */
export interface AgentOptions extends NodeOptions {
  /** Its host name, and so its name in the cluster. */
  readonly name: string;
  /** What it is tainted with from the beginning, `key=value:effect` each. */
  readonly taints: readonly string[];
  readonly network: string;
  /** Where it joins, and with which token. */
  readonly url: string;
  readonly token: string;
}

/** k3s' add-ons: what no chapter needs is left out, since a real k3s would wait for their images from a registry. */
const ADD_ONS = ["coredns", "local-storage", "metrics-server", "servicelb", "traefik"];

/** Where k3s and everything that keeps its contract looks for image archives at start. */
const IMAGES_FOLDER = "/var/lib/rancher/k3s/agent/images";

const CGROUPS = "/sys/fs/cgroup";

/** A node may be slow in an emulated machine; on an idle one it takes seconds. */
const STARTUP_TIMEOUT_MS = 300_000;

/** The server's host name, and so its name in the cluster: the same in every run, and in every recording. */
const SERVER = "server";

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

/**
 * On cgroup v2 Pods can't get controllers as long as there are processes beside them in the node's cgroup. k3s moves its own
 * away since 1.21.6 and 1.22.3 (https://github.com/k3s-io/k3s/pull/4086); before, somebody has to do that for it.
 */
const WITH_ROOM_IN_CGROUP = `
mkdir -p /sys/fs/cgroup/init
for pid in $(cat /sys/fs/cgroup/cgroup.procs); do echo "$pid" > /sys/fs/cgroup/init/cgroup.procs; done
for name in $(cat /sys/fs/cgroup/cgroup.controllers); do echo "+$name" > /sys/fs/cgroup/cgroup.subtree_control; done
exec /bin/k3s "$@"
`;

/** `K3sContainer` with the images that the chapters need, and with a cgroup root of its own. */
export class NodeContainer extends K3sContainer {
  /** Its id in the engine, once it was made there: also when it does not come up. */
  id: string | undefined;

  constructor(options: ServerOptions) {
    super(options.image);
    const { network, token } = options;
    const disabled = ADD_ONS.filter((addOn) => !options.addOns.some((wanted) => wanted === addOn));
    prepare(this, options)
      .withHostname(SERVER)
      .withCommand([
        "server",
        `--disable=${disabled.join(",")}`,
        `--tls-san=${options.host}`,
        // Nodes are on one network: plain routes between them do, and need no VXLAN from the kernel.
        ...(network === undefined ? [] : ["--flannel-backend=host-gw"]),
        MAX_PODS,
        ...HOST_DISK,
        ...legacyCgroupArguments(options),
      ]);
    if (network !== undefined) this.withNetworkMode(network);
    if (token !== undefined) this.withEnvironment({ K3S_TOKEN: token });
    if (options.cgroupVersion === 2) {
      // On cgroup v2 a private namespace does the same, and k3s itself makes room in it for its Pods.
      Object.assign(this.hostConfig, { CgroupnsMode: "private" });
    }
  }

  override start(): Promise<StartedK3sContainer> {
    return whileNodeRuns(() => this.id, super.start());
  }

  protected override async containerCreated(id: string): Promise<void> {
    this.id = id;
  }
}

/** A node that joins a server, as `k3s agent` does: set up like `K3sContainer`, but without an API server of its own. */
export class AgentContainer extends GenericContainer {
  constructor(options: AgentOptions) {
    super(options.image);
    prepare(this, options)
      .withPrivilegedMode()
      .withTmpFs({ "/run": "rw" })
      .withTmpFs({ "/var/run": "rw" })
      .withHostname(options.name)
      .withNetworkMode(options.network)
      .withEnvironment({ K3S_URL: options.url, K3S_TOKEN: options.token })
      .withCommand([
        "agent",
        ...options.taints.map((taint) => `--node-taint=${taint}`),
        ...HOST_DISK,
        ...legacyCgroupArguments(options),
      ]);
    Object.assign(this.hostConfig, { CgroupnsMode: options.cgroupVersion === 1 ? "host" : "private" });
  }
}

/** What server and agents have in common. */
function prepare<T extends GenericContainer>(container: T, options: NodeOptions): T {
  const { archives, sharesFiles, cgroupVersion, kubernetesVersion } = options;
  const files = archives.map((source) => ({ source, target: `${IMAGES_FOLDER}/${basename(source)}` }));
  // Dozens of megabytes, which would be written once more for every node. A colon would end the path.
  const mounted = sharesFiles ? files.filter(({ source }) => !source.includes(":")) : [];
  container
    .withLabels({ ...options.labels })
    .withStartupTimeout(STARTUP_TIMEOUT_MS)
    .withCopyFilesToContainer(files.filter((file) => !mounted.includes(file)))
    .withBindMounts([
      ...(cgroupVersion === 1 ? [{ source: CGROUPS, target: CGROUPS }] : []),
      ...mounted.map((file) => ({ ...file, mode: "ro" as const })),
    ]);
  if (cgroupVersion === 1) container.withEntrypoint(["/bin/sh", "-c", IN_OWN_CGROUP, "k3s"]);
  else if (!makesRoom(kubernetesVersion)) {
    container.withEntrypoint(["/bin/sh", "-c", WITH_ROOM_IN_CGROUP, "k3s"]);
  }
  return container;
}

/** Whether k3s of this version moves its own processes out of the way of its Pods, on cgroup v2. */
function makesRoom(version: string): boolean {
  if (isAtLeast(version, "1.22")) return isAtLeast(version, "1.22.3");
  return isAtLeast(version, "1.21.6");
}

/** The kubelet's own limit is 110 Pods: too few for all chapters' mutants at once. A node's range has 254 addresses. */
const MAX_PODS = "--kubelet-arg=max-pods=250";

/**
 * The disk is the host's, and may be rather full: left alone, a kubelet removes imported images that no Pod uses at the
 * moment, the sandbox's too before containerd pins it, and k3s evicts Pods. The offline node does the same by itself
 * (fixtures/node/internal/control/kubelet.go).
 */
const HOST_DISK = [
  "--kubelet-arg=image-gc-high-threshold=100",
  "--kubelet-arg=eviction-hard=memory.available<50Mi,nodefs.available<1%,nodefs.inodesFree<1%,imagefs.available<1%",
];

/** From 1.35 on the kubelet refuses to start on cgroup v1 unless it is told otherwise. */
function legacyCgroupArguments({ cgroupVersion, kubernetesVersion }: NodeOptions): string[] {
  const refuses = cgroupVersion === 1 && isAtLeast(kubernetesVersion, "1.35");
  return refuses ? ["--kubelet-arg=fail-cgroupv1=false"] : [];
}
