import {
  allDifferent,
  allEqual,
  chapter,
  type ContainersMutant,
  firstProcessIn,
  type Look,
  type Mutant,
  optionsOf,
  pick,
  READLINKS,
  sharesTable,
  THREE,
  whoShares,
} from "../helpers/chapter.ts";

const NETTOOL = "praqma/network-multitool";

/**
 * Asks again until whoami is up. curl can retry by itself, but does not always recognise a refused connection as one:
 * localhost has two addresses, and each may refuse.
 */
const UNTIL_ANSWERED = "for try in {1..20}; do curl -s localhost && exit; sleep 0.5; done; exit 7";

const { claim } = chapter({
  title: { en: "A Pod by hand: three containers that share", zh: "手工搭一个 Pod：三个共用命名空间的容器" },
  intro: {
    en: `
This chapter is a demonstration. It uses the container engine alone: no kubelet, no API server, no manifest. Three
containers are started the way dockershim used to start the containers of a Pod. (dockershim was the adapter between
Docker and the kubelet, Kubernetes' agent on each node.) **pause** comes first and gets a network, a host name, and an
IPC namespace that others may join. **whoami** and **nettool** join its *net* and *ipc* namespaces, and nothing else.
This reproduces the article's listings, which were made with Docker.

The containers' names end with the id of this run, so that they clash with nobody else's. --label-file run.labels only
marks the containers for the clean-up: leave that option out when you type a command yourself. (If Docker warns about
IPv4 forwarding, ignore it: that affects only traffic with other machines, and these three talk among themselves.)

dockershim was removed in Kubernetes 1.24. On a node that still uses Docker as its runtime (k3s with --docker, for
example), a real Pod looks the same: there, the ns.* claims of the previous chapter expect what is shown here. If the
engine is Podman, some answers differ, because Podman has Pods of its own and can join a UTS namespace; the claims
expect that as well.`,
    zh: `
本章只是一个演示：只用容器引擎，没有 kubelet，没有 API server，也没有清单。我们照着
dockershim（kubelet 与 Docker 之间的适配层；kubelet 是 Kubernetes 在每个节点上的代理）当年启动 Pod 容器的办法，启动三个容器。
**pause** 最先启动，得到网络、主机名，以及一个允许别人加入的 IPC 命名空间；
**whoami** 和 **nettool** 只加入它的 *net* 和 *ipc*。原文的列表正是在 Docker 上得到的，在这里可以原样看到。

容器名以本次运行的编号结尾，不会与别人的容器重名。run.labels 只是给容器打上标签，便于最后清理；你自己敲命令时去掉这个选项即可。
（如果 Docker 警告 IPv4 转发被关闭：那只影响与其他机器的通信，这三个容器之间不受影响。）

dockershim 在 Kubernetes 1.24 中被移除。如果你的节点使用 Docker 运行时（例如带 --docker 的 k3s），真正的 Pod 也是这样：
这时上一章的 ns.* 论断预期的就是本章的结果。如果引擎是 Podman，有些回答会不同，因为它自己就有 Pod 的概念，
也能加入别人的 UTS 命名空间；相应的论断已经把这一点写进预期。`,
  },
  manifests: [],
  namespace: "hand",
  containers: {
    pause: { image: "pause", options: { hostname: "whoami", ipc: "shareable" } },
    whoami: { image: "traefik/whoami", options: { net: "container:pause", ipc: "container:pause" } },
    nettool: {
      image: NETTOOL,
      options: { net: "container:pause", ipc: "container:pause" },
      command: ["sleep", "86400"],
      ready: ["curl", "-s", "localhost"],
    },
  },
});

const DOCKER_RUN = "https://docs.docker.com/reference/cli/docker/container/run/";
const DOCKERSHIM = "https://github.com/kubernetes/kubernetes/blob/v1.23.17/pkg/kubelet/dockershim";

// Changes under which the outcome of the claims below must change: "npm run mutants" starts the containers this way.

const withoutPause: ContainersMutant = {
  name: "there is no pause: nettool joins whoami",
  containers: (containers) => {
    delete containers.pause;
    Object.assign(optionsOf(containers, "whoami"), { net: "bridge", ipc: "shareable" });
    Object.assign(optionsOf(containers, "nettool"), { net: "container:whoami", ipc: "container:whoami" });
  },
};

const apart: ContainersMutant = {
  name: "nettool has a network of its own",
  containers: (containers) => {
    optionsOf(containers, "nettool").net = "bridge";
  },
};

const otherIpc: ContainersMutant = {
  name: "nettool has an IPC namespace of its own",
  containers: (containers) => {
    optionsOf(containers, "nettool").ipc = "private";
  },
};

const joinsPause: ContainersMutant = {
  name: "nettool joins pause's PID namespace too",
  containers: (containers) => {
    optionsOf(containers, "nettool").pid = "container:pause";
  },
};

const joinsWhoami: ContainersMutant = {
  name: "nettool joins whoami's PID namespace",
  containers: (containers) => {
    optionsOf(containers, "nettool").pid = "container:whoami";
  },
};

const hostUts: ContainersMutant = {
  name: "whoami and nettool use the host's UTS namespace",
  containers: (containers) => {
    optionsOf(containers, "whoami").uts = "host";
    optionsOf(containers, "nettool").uts = "host";
  },
};

const joinUts: ContainersMutant & { engine: "podman" } = {
  name: "whoami and nettool join pause's UTS namespace",
  engine: "podman",
  containers: (containers) => {
    optionsOf(containers, "whoami").uts = "container:pause";
    optionsOf(containers, "nettool").uts = "container:pause";
  },
};

const otherCgroup: ContainersMutant = {
  name: "the containers get the cgroup namespaces of the other cgroup version",
  containers: (containers, { cgroup }) => {
    for (const name of Object.keys(containers)) {
      optionsOf(containers, name).cgroupns = cgroup === 1 ? "private" : "host";
    }
  },
};

/** Podman does what Docker refuses: there, only Docker's answer can change the outcome of such a claim. */
function answeredByDocker(answer: string): Mutant<{ refused: boolean; answer: string }> {
  return { name: "the answer is Docker's", engine: "podman", seen: () => ({ refused: true, answer }) };
}

claim("hand.three", {
  en: "What the article shows as one Pod is three running containers: pause, whoami and nettool",
  zh: "原文里的一个 Pod，其实是三个正在运行的容器：pause、whoami 和 nettool",
  source: "article#pause",
  references: [`${DOCKERSHIM}/docker_sandbox.go`],
  observe: async ({ docker, containers }) => {
    const listed = await docker`ps --filter name=_${containers.pod}`;
    return listed.rows.map((row) => row.NAMES?.split("_")[0] ?? "").sort();
  },
  holds: (names) => names.join(" ") === "nettool pause whoami",
  mutants: [withoutPause],
});

claim("hand.no-pod", {
  en: "To the engine they are no Pod: it has no such thing",
  zh: "对引擎来说，它们不是 Pod：引擎里没有 Pod 这种东西",
  source: "ours#by-hand",
  expect: [{ engine: "podman", outcome: "refuted" }],
  because: {
    en: "Three containers are a Pod because something knows that they belong together: the kubelet. Here, nothing restarts a container that ends, and nothing removes the others along with it. (Podman does have Pods, and borrowed the word from Kubernetes.)",
    zh: "三个容器之所以是一个 Pod，是因为有人知道它们属于一体，这就是 kubelet。在这里，某个容器退出了没有人重启，也没有人把其余的一起删掉。（Podman 倒是有 Pod，这个词就是从 Kubernetes 借来的。）",
  },
  references: ["https://docs.podman.io/en/latest/markdown/podman-pod.1.html"],
  observe: async ({ docker }) => {
    const answer = await docker.orRefusal`pod ls`;
    return { refused: answer.exitCode !== 0, answer: answer.stderr };
  },
  holds: ({ refused, answer }) =>
    refused && /'pod' is not a docker command|unknown command: docker pod/.test(answer),
  mutants: [
    {
      name: "containers are listed instead, which the engine does have",
      engine: "docker",
      observe: async ({ docker }) => {
        const answer = await docker.orRefusal`container ls`;
        return { refused: answer.exitCode !== 0, answer: answer.stderr };
      },
    },
    answeredByDocker("docker: unknown command: docker pod"),
  ],
});

claim("hand.localhost", {
  en: "From nettool, curl localhost is answered by whoami, as in the Pod: both have one loopback and one IP address",
  zh: "在 nettool 中执行 curl localhost，应答的是 whoami，和在 Pod 里一样：两者共用一个回环接口和一个 IP",
  source: "article#pod",
  references: ["https://docs.docker.com/engine/network/#container-networks"],
  observe: async ({ docker, containers }) => {
    const addresses = await docker`exec ${containers.name("nettool")} ip -o -4 address show`;
    const reply = await docker`exec ${containers.name("nettool")} curl -s localhost`;
    const ips = addresses.lines.flatMap((line) => /inet ([\d.]+)/.exec(line)?.[1] ?? []);
    return { ips, reply: reply.lines };
  },
  holds: ({ ips, reply }) =>
    ips.length > 1 &&
    ips.every((ip) => reply.includes(`IP: ${ip}`)) &&
    reply.some((line) => /^RemoteAddr: (127\.0\.0\.1|\[::1\]):\d+$/.test(line)),
  mutants: [apart],
});

claim("hand.listen", {
  en: "From nettool, port 80 is listening, and the process behind it is not visible: the article's dash",
  zh: "在 nettool 中能看到 80 端口处于监听状态，却看不到监听它的进程：正是原文里的那个短横线",
  source: "article#pod",
  references: ["https://man7.org/linux/man-pages/man7/network_namespaces.7.html"],
  observe: ({ docker, containers }) => docker`exec ${containers.name("nettool")} netstat -tlnp`,
  holds: (sockets) => sockets.lines.some((line) => /^tcp6?\s.*:80\s.*LISTEN\s+-\s*$/.test(line)),
  mutants: [apart, joinsWhoami],
});

claim("hand.table", {
  en: "The article's table is exact here: net and ipc are one for all three; mnt, pid and uts are each container's own",
  zh: "原文的对照在这里完全吻合：net 和 ipc 三者共用；mnt、pid 和 uts 各有各的",
  source: "article#namespaces",
  references: [
    "https://man7.org/linux/man-pages/man7/namespaces.7.html",
    `${DOCKERSHIM}/security_context.go`,
  ],
  observe: async ({ containers, show }) => {
    const inodes = Object.entries(await containers.listing());
    const table = Object.fromEntries(inodes.map(([kind, inode]) => [kind, whoShares(inode)]));
    show("Who shares what: equal letters are one namespace", sharesTable(table));
    return table;
  },
  holds: ({ net, ipc, mnt, pid, uts }) =>
    `${net} ${ipc}` === "AAA AAA" && `${mnt} ${pid} ${uts}` === "ABC ABC ABC",
  mutants: [apart, otherIpc, joinsPause, hostUts],
});

claim("hand.net", {
  en: "The network namespace is the same in all three: pause's",
  zh: "三者处于同一个网络命名空间，也就是 pause 的",
  source: "article#namespaces",
  references: ["https://docs.docker.com/engine/network/#container-networks"],
  observe: async ({ containers }) => ofContainers(await containers.namespaces("net")),
  holds: allEqual,
  mutants: [apart],
});

claim("hand.ipc", {
  en: "The IPC namespace is the same in all three: pause's, which was made to be shared",
  zh: "三者处于同一个 IPC 命名空间，也就是 pause 的，它在创建时就声明了可以共享",
  source: "article#namespaces",
  because: {
    en: "An IPC namespace is private by default, unless its owner is started with --ipc shareable: dockershim did that for every pause.",
    zh: "IPC 命名空间默认是私有的，除非拥有者以 --ipc shareable 启动：dockershim 对每个 pause 都是这样做的。",
  },
  references: [`${DOCKER_RUN}#ipc`, `${DOCKERSHIM}/docker_sandbox.go`],
  observe: async ({ containers }) => ofContainers(await containers.namespaces("ipc")),
  holds: allEqual,
  mutants: [otherIpc],
});

claim("hand.mnt", {
  en: "The mount namespace differs: each container has the files of its own image",
  zh: "mnt 命名空间各不相同：每个容器看到的是自己镜像里的文件",
  source: "article#namespaces",
  references: ["https://man7.org/linux/man-pages/man7/mount_namespaces.7.html"],
  observe: async ({ containers }) => ofContainers(await containers.namespaces("mnt")),
  holds: allDifferent,
  mutants: [
    {
      name: "two processes of one container are compared",
      observe: async ({ docker, containers }) => {
        const listing =
          await docker`exec ${containers.name("nettool")} ${READLINKS} /proc/1/ns/mnt /proc/self/ns/mnt`;
        return { first: listing.lines[0] ?? "", second: listing.lines[1] ?? "" };
      },
    },
  ],
});

claim("hand.pid", {
  en: "The PID namespace differs, for nobody asked to share it",
  zh: "PID 命名空间各不相同，因为没有人要求共享",
  source: "article#namespaces",
  references: [`${DOCKER_RUN}#pid`],
  observe: async ({ containers }) => ofContainers(await containers.namespaces("pid")),
  holds: allDifferent,
  mutants: [joinsPause],
});

claim("hand.uts", {
  en: "The UTS namespace differs: with Docker the article is right",
  zh: "UTS 命名空间各不相同：对 Docker 而言，原文是对的",
  source: "article#namespaces",
  because: {
    en: "The previous chapter refutes this if the cluster's runtime is containerd. The runtime decides, not Kubernetes: Docker has no other choice, as later claims of this chapter show.",
    zh: "如果集群的运行时是 containerd，上一章的结论恰好相反。起决定作用的是运行时，而不是 Kubernetes：Docker 没有别的选择，后面的论断会说明这一点。",
  },
  references: ["https://man7.org/linux/man-pages/man7/uts_namespaces.7.html"],
  observe: async ({ containers }) => ofContainers(await containers.namespaces("uts")),
  holds: allDifferent,
  mutants: [hostUts],
});

claim("hand.pid-children", {
  en: "pid_for_children equals pid in each of the three",
  zh: "三者各自的 pid_for_children 都与 pid 相同",
  source: "article#namespaces",
  references: ["https://man7.org/linux/man-pages/man7/pid_namespaces.7.html"],
  observe: async ({ containers }) => {
    const own = await containers.namespaces("pid");
    const children = await containers.namespaces("pid_for_children");
    return { own: ofContainers(own), children: ofContainers(children) };
  },
  holds: ({ own, children }) => Object.keys(own).every((name) => own[name] === children[name]),
  mutants: [
    {
      name: "the process has unshared the PID namespace of its children",
      observe: async ({ docker, containers }) => {
        const script = `perl -le "print readlink for @ARGV" /proc/$$/ns/pid /proc/$$/ns/pid_for_children; true`;
        const listing =
          await docker`run --rm --privileged --entrypoint unshare ${containers.image(NETTOOL)} -p bash -c ${script}`;
        const [own = "", children = ""] = listing.lines;
        return { own: { process: own }, children: { process: children } };
      },
    },
  ],
});

claim("hand.cgroup", {
  en: "The cgroup namespace is the host's in all three",
  zh: "三者的 cgroup 命名空间都是宿主机的",
  source: "article#namespaces",
  expect: [{ cgroup: 2, outcome: "refuted" }],
  because: {
    en: "The engine's default depends on the host: the host's own on cgroup v1, one for each container on cgroup v2.",
    zh: "引擎的默认做法取决于宿主机：在 cgroup v1 上用宿主机的，在 cgroup v2 上每个容器各有一个。",
  },
  references: [`${DOCKER_RUN}#cgroupns`, "https://man7.org/linux/man-pages/man7/cgroup_namespaces.7.html"],
  observe: async ({ containers }) => ofContainersAndHost(await containers.namespaces("cgroup")),
  holds: allEqual,
  mutants: [otherCgroup],
});

claim("hand.user", {
  en: "The user namespace is the host's in all three",
  zh: "三者的 user 命名空间都是宿主机的",
  source: "article#namespaces",
  references: ["https://docs.docker.com/engine/security/userns-remap/"],
  observe: async ({ containers }) => ofContainersAndHost(await containers.namespaces("user")),
  holds: allEqual,
  mutants: [
    {
      name: "a process with its own user namespace is compared as well",
      observe: async ({ docker, containers }) => {
        const own =
          await docker`run --rm --privileged --entrypoint unshare ${containers.image(NETTOOL)} -U readlink /proc/self/ns/user`;
        return { ...(await containers.namespaces("user")), process: own.text };
      },
    },
  ],
});

claim("hand.uts-refused", {
  en: "Docker refuses to let a container join another one's UTS namespace",
  zh: "Docker 拒绝让一个容器加入另一个容器的 UTS 命名空间",
  source: "ours#by-hand",
  expect: [{ engine: "podman", outcome: "refuted" }],
  because: {
    en: "Docker accepts container:NAME for net, ipc and pid; for uts it knows only the container's own namespace and the host's. So dockershim could not have shared it even if it had wanted to. (Podman accepts container:NAME for uts too.)",
    zh: "net、ipc、pid 都可以写 container:名字；而 uts 在 Docker 里只有两种：自己的，或宿主机的。所以无论 dockershim 怎么想，都无法共享 uts。（Podman 的 uts 也可以写 container:名字。）",
  },
  references: [
    "https://github.com/moby/moby/blob/v28.3.0/api/types/container/hostconfig.go",
    `${DOCKER_RUN}#uts`,
    "https://docs.podman.io/en/latest/markdown/podman-run.1.html#uts-mode",
  ],
  observe: async ({ docker, containers }) => {
    const answer =
      await docker.orRefusal`run --rm --uts container:${containers.name("pause")} ${containers.image(NETTOOL)} true`;
    return { refused: answer.exitCode !== 0, answer: answer.stderr };
  },
  holds: ({ refused, answer }) => refused && answer.includes("--uts: invalid UTS mode"),
  mutants: [
    {
      name: "the IPC namespace is joined instead",
      engine: "docker",
      observe: async ({ docker, containers }) => {
        const answer =
          await docker.orRefusal`run --rm --ipc container:${containers.name("pause")} ${containers.image(NETTOOL)} true`;
        return { refused: answer.exitCode !== 0, answer: answer.stderr };
      },
    },
    answeredByDocker("docker: --uts: invalid UTS mode"),
  ],
});

claim("hand.hostname", {
  en: "And yet all three have one host name, which only pause was given",
  zh: "然而三者的主机名是一样的，虽然只给 pause 设置过",
  source: "ours#by-hand",
  expect: [{ engine: "podman", outcome: "refuted" }],
  because: {
    en: "Docker copies the host name of the container whose network is joined. That is why hostname says nothing about the namespace: only the inode does. (Podman copies nothing, so there each container has its own name.)",
    zh: "加入别人的网络时，Docker 会把对方的主机名复制过来。所以从 hostname 看不出 uts 是否共用，只有 inode 才能说明。（Podman 不复制，各容器有各自的主机名。）",
  },
  references: ["https://github.com/moby/moby/blob/v28.3.0/daemon/container_operations.go"],
  observe: async ({ docker, containers }) => {
    const pause = await docker`inspect --format ${"{{.Config.Hostname}}"} ${containers.name("pause")}`;
    const nettool = await docker`exec ${containers.name("nettool")} hostname`;
    const reply = await docker`exec ${containers.name("nettool")} curl -s localhost`;
    return { pause: pause.text, whoami: hostnameIn(reply.lines), nettool: nettool.text };
  },
  holds: allEqual,
  mutants: [{ ...apart, engine: "docker" }, joinUts],
});

claim("hand.hostname-copied", {
  en: "The name is copied, not shared: a container that changes its own changes no other's",
  zh: "主机名是复制的，不是共享的：一个容器改了自己的，别人的不变",
  source: "ours#by-hand",
  references: ["https://man7.org/linux/man-pages/man7/uts_namespaces.7.html"],
  observe: (look) => rename("curl -s localhost", look),
  holds: ({ own, other }) => own === "renamed" && other !== "" && other !== "renamed",
  mutants: [
    {
      name: "the container that changed its name is asked instead",
      observe: (look) => rename("echo Hostname: $(hostname)", look),
    },
  ],
});

claim("hand.hostname-refused", {
  en: "Docker refuses a host name for a container that joins another one's network",
  zh: "如果容器要加入别人的网络，Docker 就不允许再给它设置主机名",
  source: "ours#by-hand",
  expect: [{ engine: "podman", outcome: "refuted" }],
  because: {
    en: "A container that joins a network also gets the files that go with it, /etc/hostname and /etc/hosts among them. It is the same in a Kubernetes Pod: there is one host name, and it is set for the whole Pod.",
    zh: "加入网络的同时，也带来了 /etc/hostname 和 /etc/hosts 等文件。Kubernetes 的 Pod 也是如此：主机名只有一个，是给整个 Pod 设置的。",
  },
  references: ["https://docs.docker.com/engine/network/#container-networks"],
  observe: async ({ docker, containers }) => {
    const answer =
      await docker.orRefusal`run --rm --net container:${containers.name("pause")} --hostname other ${containers.image(NETTOOL)} true`;
    return { refused: answer.exitCode !== 0, answer: answer.stderr };
  },
  holds: ({ refused, answer }) =>
    refused && answer.includes("conflicting options: hostname and the network mode"),
  mutants: [
    {
      name: "the container has a network of its own",
      engine: "docker",
      observe: async ({ docker, containers }) => {
        const answer = await docker.orRefusal`run --rm --hostname other ${containers.image(NETTOOL)} true`;
        return { refused: answer.exitCode !== 0, answer: answer.stderr };
      },
    },
    answeredByDocker("Error response from daemon: conflicting options: hostname and the network mode"),
  ],
});

claim("hand.share-pid", {
  en: "--pid container: shares the PID namespace as well, and pause is then process 1",
  zh: "--pid container: 还能共享 PID 命名空间，这时 pause 就是 1 号进程",
  source: "article#namespaces",
  because: {
    en: "It is the same switch as spec.shareProcessNamespace: for a Pod that sets it, dockershim started each container with --pid container:PAUSE.",
    zh: "它和 spec.shareProcessNamespace 是同一个开关：Pod 设置了这个字段，dockershim 就以 --pid container:PAUSE 启动每个容器。",
  },
  references: [`${DOCKER_RUN}#pid`, `${DOCKERSHIM}/security_context.go`],
  observe: (look) => firstProcess(["--pid", `container:${look.containers.name("pause")}`], look),
  holds: (process) => process === "/pause",
  mutants: [
    {
      name: "whoami's PID namespace is joined instead",
      observe: (look) => firstProcess(["--pid", `container:${look.containers.name("whoami")}`], look),
    },
    { name: "no PID namespace is joined", observe: (look) => firstProcess([], look) },
  ],
});

claim("hand.reaps", {
  en: "As process 1, pause adopts an orphan and reaps it when it ends",
  zh: "作为 1 号进程，pause 会收养孤儿进程，并在它结束后回收",
  source: "ours#by-hand",
  references: ["https://github.com/kubernetes/kubernetes/blob/v1.36.3/build/pause/linux/pause.c"],
  observe: (look) => orphan("pause", look),
  holds: ({ adopted, reaped }) => adopted && reaped,
  mutants: [
    {
      name: "whoami is process 1, and takes no notice of orphans",
      observe: (look) => orphan("whoami", look),
    },
  ],
});

claim("hand.restart", {
  en: "whoami's container can be restarted without losing the network: pause holds it",
  zh: "重启 whoami 的容器，网络不会丢：它由 pause 持有",
  source: "ours#by-hand",
  because: {
    en: "A namespace lives as long as some process is in it. pause never ends, so address and loopback stay the same while the containers around it come and go. That is what pause is for.",
    zh: "只要还有进程在里面，命名空间就一直存在。pause 永不退出，所以周围的容器来来去去，地址和回环接口都不变。这就是 pause 存在的意义。",
  },
  references: ["https://man7.org/linux/man-pages/man7/namespaces.7.html"],
  observe: async ({ docker, containers }) => {
    await docker`restart ${containers.name("whoami")}`;
    const reply = await docker`exec ${containers.name("nettool")} bash -c ${UNTIL_ANSWERED}`;
    const { host: _, ...network } = await containers.namespaces("net");
    return { network, answered: hostnameIn(reply.lines) !== "" };
  },
  holds: ({ network, answered }) => allEqual(network) && answered,
  mutants: [withoutPause],
});

claim("hand.without-pause", {
  en: "Without a pause container, restarting the container whose network was joined cuts the other one off",
  zh: "没有 pause 时，被加入网络的那个容器一重启，另一个就断了联系",
  source: "ours#by-hand",
  because: {
    en: "The restarted container gets a new network namespace. The other one stays in the old one, where nobody listens any more.",
    zh: "重启后的容器得到新的网络命名空间；另一个还留在旧的里面，那里已经没有人监听了。",
  },
  references: ["https://docs.docker.com/engine/network/#container-networks"],
  observe: (look) => restartOf("server", look),
  // curl's exit code 7: it could not connect.
  holds: ({ before, after }) => before === 0 && after === 7,
  mutants: [{ name: "the container that joined is restarted", observe: (look) => restartOf("client", look) }],
});

/** In the words of Docker up to 27, of Docker from 28 on (https://github.com/moby/moby/pull/49367), and of Podman. */
const REFUSES_TO_JOIN =
  /cannot join network (namespace )?of a non running container|dependencies of container .* are not started/;

claim("hand.pause-killed", {
  en: "When pause is gone the others run on, but their network has lost its address, and nobody can join it any more",
  zh: "pause 一旦消失，其余容器仍在运行，但网络失去了地址，也没有谁能再加入",
  source: "ours#by-hand",
  expect: [{ engine: "podman", outcome: "refuted" }],
  because: {
    en: "The engine takes a network down together with the container that it belongs to; only the loopback is left. That is why the kubelet replaces the whole Pod sandbox once pause has ended, and starts every container again. (With Podman, the containers that still run keep the address, but nobody can join any more either.)",
    zh: "网络属于哪个容器，引擎就随哪个容器一起把它拆掉，只剩下回环接口。所以沙箱一旦退出，kubelet 就会整个重建，并重新启动所有容器。（Podman 会把地址留给还在运行的容器，但同样不允许再加入。）",
  },
  references: [
    "https://github.com/kubernetes/kubernetes/blob/v1.36.3/pkg/kubelet/kuberuntime/kuberuntime_manager.go",
  ],
  // This is the last claim: after it, the three are no longer like a Pod.
  observe: (look) => afterDeathOf("pause", look),
  holds: ({ before, after, answered, rejoined, answer }) =>
    before > 0 && after === 0 && answered && !rejoined && REFUSES_TO_JOIN.test(answer),
  mutants: [
    { name: "whoami is killed instead", engine: "docker", observe: (look) => afterDeathOf("whoami", look) },
    { name: "the network loses its address", engine: "podman", seen: (seen) => ({ ...seen, after: 0 }) },
  ],
});

/** The three containers that the article compares, without the host. */
function ofContainers(inodes: Record<string, string>): Record<string, string> {
  return pick(inodes, THREE);
}

/** The three containers, and the host as well. */
function ofContainersAndHost(inodes: Record<string, string>): Record<string, string> {
  return pick(inodes, [...THREE, "host"]);
}

/** The host name that whoami answers with, or nothing when there is no answer. */
function hostnameIn(reply: readonly string[]): string {
  return reply.find((line) => line.startsWith("Hostname: "))?.slice("Hostname: ".length) ?? "";
}

/**
 * Starts one more container in pause's network, has it change its own host name, and then runs `question` there. The
 * image's own entrypoint would first print something about itself.
 */
async function rename(question: string, { docker, containers }: Look) {
  const script = `hostname renamed && hostname && ${question}`;
  const said =
    await docker`run --rm --privileged --net container:${containers.name("pause")} --entrypoint sh ${containers.image(NETTOOL)} -c ${script}`;
  return { own: said.lines[0] ?? "", other: hostnameIn(said.lines) };
}

/** What process 1 is in a further container that is run with these options. */
async function firstProcess(options: readonly string[], { docker, containers }: Look): Promise<string> {
  const processes = await docker`run --rm ${options} ${containers.image(NETTOOL)} ps -e -o pid,args`;
  return firstProcessIn(processes.lines);
}

/** Leaves a child behind in a PID namespace, ends it, and tells what the namespace's first process did. */
async function orphan(first: "pause" | "whoami", { docker, containers }: Look) {
  // The inner shell ends at once and leaves its child behind.
  const script = `
orphan=$(bash -c "sleep 1000 > /dev/null 2>&1 & echo \\$!")
ps -o pid,ppid,stat,args -p 1,$orphan
kill $orphan
timeout 5 bash -c "while kill -0 $orphan; do sleep 0.1; done" 2> /dev/null
echo AFTERWARDS
ps -o pid,ppid,stat,args -p $orphan
true`;
  const seen =
    await docker`run --rm --pid container:${containers.name(first)} ${containers.image(NETTOOL)} bash -c ${script}`;
  const [before = "", after = ""] = seen.text.split("AFTERWARDS\n");
  return {
    // The orphan may not have become sleep yet; but of the two processes, only it has process 1 as its parent.
    adopted: /^\s*\d+\s+1\s/m.test(before),
    // The heading of ps, and nothing below it.
    reaped: /^\s*PID\b.*$/.test(after.trimEnd()),
  };
}

/** Has a client join a server's network without any pause, restarts one of them, and tells how curl ended before and after. */
async function restartOf(restarted: "server" | "client", { docker, containers }: Look) {
  const [server, client] = [containers.name("server"), containers.name("client")];
  await docker`run -d --label-file run.labels --name ${server} ${containers.image("traefik/whoami")}`;
  await docker`run -d --label-file run.labels --name ${client} --net container:${server} ${containers.image(NETTOOL)} sleep 86400`;
  const before = await docker`exec ${client} bash -c ${UNTIL_ANSWERED}`;
  await docker`restart -t 0 ${containers.name(restarted)}`;
  const after = await docker`exec ${client} curl -s localhost`;
  await docker`rm -f ${client} ${server}`;
  return { before: before.exitCode, after: after.exitCode };
}

/** Kills one of the containers, and tells what is left of the network, and whether whoami can be started in it again. */
async function afterDeathOf(victim: "pause" | "whoami", { docker, containers }: Look) {
  const nettool = containers.name("nettool");
  const addresses = () => docker`exec ${nettool} ip -o address show scope global`;
  const before = await addresses();
  await docker`kill ${containers.name(victim)}`;
  const after = await addresses();
  const reply = await docker`exec ${nettool} curl -s localhost`;
  const rejoin = await docker.orRefusal`restart ${containers.name("whoami")}`;
  return {
    before: before.lines.length,
    after: after.lines.length,
    answered: hostnameIn(reply.lines) !== "",
    rejoined: rejoin.exitCode === 0,
    answer: rejoin.stderr,
  };
}
