import {
  allDifferent,
  allEqual,
  chapter,
  type Look,
  type ManifestMutant,
  type Mutant,
  NotObservable,
  type Manifest,
  pick,
  READLINKS,
  sharesTable,
  THREE,
  whoShares,
} from "../helpers/chapter.ts";

const { claim } = chapter({
  title: { en: "pause: who holds the namespaces", zh: "pause：谁在持有命名空间" },
  intro: {
    en: `
A container is a process that sees its own view of the machine; each part of that view is a Linux *namespace*. For
containers to share a namespace, something has to hold it while they come and go. In a Pod that is **pause**, a
container that nobody declared: it is started first, it does nothing, and the others join the namespaces that it holds.

The inodes under /proc/PID/ns on the node show which namespaces are shared: the same number means the same namespace.
The article used Docker as the container runtime; this cluster may use another one. (What follows -n in kubectl's
commands is a namespace of another kind: Kubernetes' own, which groups objects.)`,
    zh: `
容器就是一个进程，只是它看到的是机器的一份专属视图；视图的每一部分就是一个 Linux **命名空间**。多个容器要共用一个命名空间，
就得有人一直持有它，不管容器来来去去。在 Pod 里，这个角色就是 **pause**：一个谁也没有声明的容器，它最先启动，什么也不做，
其他容器再加入它所持有的命名空间。

哪些命名空间是共用的，看节点上 /proc/PID/ns 里的 inode 就知道：编号相同，就是同一个命名空间。
原文是在以 Docker 为容器运行时的环境里看的，这里的集群可能不同。（kubectl 命令里 -n 后面的命名空间是另一回事：
那是 Kubernetes 自己用来给对象分组的。）`,
  },
  manifests: ["02-pause.yaml"],
  namespace: "pause",
});

/** The three containers that the article compares, without the node. */
function ofPod(inodes: Record<string, string>): Record<string, string> {
  return pick(inodes, THREE);
}

/** The three containers, and the node as well. */
function ofPodAndNode(inodes: Record<string, string>): Record<string, string> {
  return pick(inodes, [...THREE, "node"]);
}

const separate: ManifestMutant = {
  name: "the Pod's containers do not share their processes",
  manifest: (manifest) => {
    manifest.pod("together").spec.shareProcessNamespace = false;
  },
};

const together: ManifestMutant = {
  name: "the Pod's containers share their processes",
  manifest: (manifest) => {
    manifest.pod("whoami").spec.shareProcessNamespace = true;
  },
};

/** Lets nettool make namespaces of its own, which not every host allows a container without privileges. */
function nettoolIsPrivileged(manifest: Manifest): void {
  manifest.container("whoami", "nettool").securityContext = { privileged: true };
}

/** Two Pods share no namespace of this kind, whatever the containers within each of them share. */
function acrossPods(kind: "net" | "ipc"): Mutant<Record<string, string>> {
  return {
    name: "containers of two different Pods are compared",
    observe: async ({ namespaces }) => {
      const one = await namespaces("whoami", kind);
      const other = await namespaces("together", kind);
      return { whoami: one.whoami ?? "", other: other.whoami ?? "" };
    },
  };
}

claim("pause.exists", {
  en: "Beside the two containers that were declared there is a third one, pause",
  zh: "除了声明的两个容器之外，还有第三个容器 pause",
  source: "article#pause",
  references: ["https://github.com/kubernetes/kubernetes/blob/v1.36.3/build/pause/linux/pause.c"],
  observe: async ({ kubectl, namespace, node, processes }) => {
    const declared = await kubectl`get pod whoami -n ${namespace} -o jsonpath={.spec.containers[*].name}`;
    const [first] = await processes("whoami");
    const command = await node`cat /proc/${first?.pid ?? 0}/comm`;
    return { declared: declared.text, sandbox: command.text };
  },
  holds: ({ declared, sandbox }) => declared.split(" ").length === 2 && sandbox === "pause",
  mutants: [
    {
      name: "the process of a declared container is looked at instead",
      observe: async ({ node, processes }) => {
        const [, second] = await processes("whoami");
        return { declared: "whoami nettool", sandbox: (await node`cat /proc/${second?.pid ?? 0}/comm`).text };
      },
    },
  ],
});

claim("pause.image", {
  en: "The image of pause is k8s.gcr.io/pause",
  zh: "pause 的镜像是 k8s.gcr.io/pause",
  source: "article#pause",
  expect: "refuted",
  because: {
    en: "The node's settings decide which image it is: containerd's configuration, or with Docker a flag of the kubelet or of cri-dockerd. k3s uses an image of its own, as the article's own listing shows (rancher/mirrored-pause). And k8s.gcr.io has been frozen since April 2023; registry.k8s.io took its place.",
    zh: "用哪个镜像由节点的设置决定：containerd 看它自己的配置，Docker 则看 kubelet 或 cri-dockerd 的启动参数。k3s 用的是自己的镜像，原文列出的输出里也正是 rancher/mirrored-pause。此外 k8s.gcr.io 自 2023 年 4 月起已经冻结，由 registry.k8s.io 取代。",
  },
  references: [
    "https://kubernetes.io/blog/2023/02/06/k8s-gcr-io-freeze-announcement/",
    "https://docs.k3s.io/cli/agent#agent-runtime",
  ],
  observe: ({ sandboxImage }) => sandboxImage("whoami"),
  holds: (image) => image.startsWith("k8s.gcr.io/pause"),
  mutants: [
    {
      name: "the runtime is configured with the article's image",
      seen: () => "k8s.gcr.io/pause:3.6",
    },
  ],
});

claim("pause.assembly", {
  en: "pause is written in assembly language",
  zh: "pause 的源码是汇编语言",
  source: "article#pause",
  expect: "refuted",
  because: {
    en: "It is a C program of some 70 lines, and says so itself when it is run with -v.",
    zh: "它是一段约 70 行的 C 程序，pause -v 自报的就是 pause.c。",
  },
  references: ["https://github.com/kubernetes/kubernetes/blob/v1.36.3/build/pause/linux/pause.c"],
  observe: async ({ node, processes }) => {
    const [pause] = await processes("whoami");
    const version = await node`/proc/${pause?.pid ?? 0}/exe -v`;
    if (!/\bpause\.\w+/.test(version.text))
      throw new NotObservable("this pause does not say what it was built from");
    return version.text;
  },
  holds: (version) => /\bpause\.(s|asm)\b/i.test(version),
  mutants: [
    {
      name: "pause is built from pause.s",
      seen: () => "pause.s 3.6",
    },
  ],
});

claim("pause.size", {
  en: "Unpacked, pause is 100 to 200 KB",
  zh: "pause 解压后约 100～200 KB",
  source: "article#pause",
  expect: "refuted",
  because: {
    en: "The image is one statically linked program, and the C library in it makes it several times as large. (If the head of the transcript calls pause a stand-in, then what is measured here is our own build of the same source.)",
    zh: "镜像里只有一个程序，静态链接进来的 C 库让体积大了好几倍。（如果记录开头把 pause 标为替代镜像，那么这里量的是我们用同一份源码构建的程序。）",
  },
  references: ["https://github.com/kubernetes/kubernetes/blob/v1.36.3/build/pause/Makefile"],
  observe: async ({ node, processes }) => {
    const [pause] = await processes("whoami");
    const bytes = Number((await node`stat -L -c %s /proc/${pause?.pid ?? 0}/exe`).text);
    if (!Number.isInteger(bytes) || bytes <= 0)
      throw new NotObservable("the node does not show the program's size");
    return bytes;
  },
  holds: (bytes) => bytes >= 100_000 && bytes <= 200_000,
  mutants: [{ name: "the program has 150 KB", seen: () => 150_000 }],
});

claim("pause.paused", {
  en: "pause is paused for ever: it sleeps, and uses no processor time",
  zh: "pause 一直停在那里：始终睡眠，不占用处理器时间",
  source: "article#pause",
  references: ["https://man7.org/linux/man-pages/man2/pause.2.html"],
  observe: async ({ kubectl, namespace, node, processes }) => {
    const [pause] = await processes("whoami");
    return whileOthersWork(pause?.pid ?? 0, { kubectl, namespace, node });
  },
  holds: ({ asleep, woken, usedProcessor }) => asleep && !woken && !usedProcessor,
  mutants: [
    {
      name: "whoami, which answers a request meanwhile, is looked at instead",
      observe: async ({ kubectl, namespace, node, processes }) => {
        const [, whoami] = await processes("whoami");
        return whileOthersWork(whoami?.pid ?? 0, { kubectl, namespace, node });
      },
    },
  ],
});

claim("ns.table", {
  en: "Of the eight entries that the article lists, pause, whoami and nettool have net and ipc in common, and neither mnt nor pid",
  zh: "原文列出的八个条目里，pause、whoami 和 nettool 共用 net 和 ipc，而 mnt 和 pid 互不相同",
  source: "article#namespaces",
  references: ["https://man7.org/linux/man-pages/man7/namespaces.7.html"],
  observe: async ({ listing, show }) => {
    const inodes = Object.entries(await listing("whoami"));
    const table = Object.fromEntries(inodes.map(([kind, inode]) => [kind, whoShares(inode)]));
    show("Who shares what: equal letters are one namespace", sharesTable(table));
    return table;
  },
  holds: ({ net, ipc, mnt, pid }) => `${net} ${ipc}` === "AAA AAA" && `${mnt} ${pid}` === "ABC ABC",
  mutants: [together],
});

claim("ns.net", {
  en: "The network namespace is the same in pause, whoami and nettool",
  zh: "pause、whoami 和 nettool 处于同一个网络命名空间",
  source: "article#namespaces",
  references: ["https://kubernetes.io/docs/concepts/workloads/pods/#pod-networking"],
  observe: async ({ namespaces }) => ofPod(await namespaces("whoami", "net")),
  holds: allEqual,
  mutants: [acrossPods("net")],
});

claim("ns.ipc", {
  en: "The IPC namespace is the same in pause, whoami and nettool",
  zh: "pause、whoami 和 nettool 处于同一个 IPC 命名空间",
  source: "article#namespaces",
  references: ["https://man7.org/linux/man-pages/man7/ipc_namespaces.7.html"],
  observe: async ({ namespaces }) => ofPod(await namespaces("whoami", "ipc")),
  holds: allEqual,
  mutants: [acrossPods("ipc")],
});

claim("ns.mnt", {
  en: "The mount namespace differs: each container has its own file system",
  zh: "mnt 命名空间各不相同：每个容器有自己的文件系统",
  source: "article#namespaces",
  references: ["https://man7.org/linux/man-pages/man7/mount_namespaces.7.html"],
  observe: async ({ namespaces }) => ofPod(await namespaces("whoami", "mnt")),
  holds: allDifferent,
  mutants: [
    {
      name: "two processes of one container are compared",
      observe: async ({ kubectl, namespace }) => {
        const listing =
          await kubectl`exec whoami -n ${namespace} -c nettool -- ${READLINKS} /proc/1/ns/mnt /proc/self/ns/mnt`;
        return { first: listing.lines[0] ?? "", second: listing.lines[1] ?? "" };
      },
    },
  ],
});

claim("ns.pid", {
  en: "The PID namespace differs here, where the Pod does not ask for it to be shared",
  zh: "PID 命名空间各不相同：这个 Pod 没有要求共享",
  source: "article#namespaces",
  references: ["https://man7.org/linux/man-pages/man7/pid_namespaces.7.html"],
  observe: async ({ namespaces }) => ofPod(await namespaces("whoami", "pid")),
  holds: allDifferent,
  mutants: [together],
});

claim("ns.uts", {
  en: "The UTS namespace (host name) differs",
  zh: "UTS 命名空间（主机名）各不相同",
  source: "article#namespaces",
  expect: [{ runtime: "docker", outcome: "holds" }, { outcome: "refuted" }],
  because: {
    en: "What the article says here depends on the runtime. containerd makes all containers of a Pod join the UTS namespace of pause (which it calls the sandbox); Docker cannot make a container join the UTS namespace of another one, so with Docker they differ.",
    zh: "这里原文的结论取决于运行时。containerd 让 Pod 的所有容器都加入 pause（运行时称之为沙箱）的 UTS 命名空间；而 Docker 无法加入别的容器的 UTS 命名空间，所以用 Docker 时各不相同。",
  },
  references: [
    "https://github.com/kubernetes/kubernetes/issues/25700",
    "https://github.com/containerd/cri/issues/42",
  ],
  observe: async ({ namespaces }) => ofPod(await namespaces("whoami", "uts")),
  holds: allDifferent,
  mutants: [
    {
      name: "two Pods are compared if the runtime shares UTS; two processes of one container if it does not",
      observe: async ({ kubectl, namespace, namespaces }) => {
        const own = ofPod(await namespaces("whoami", "uts"));
        if (!allDifferent(own)) {
          const other = await namespaces("together", "uts");
          return { whoami: own.whoami ?? "", other: other.whoami ?? "" };
        }
        const listing =
          await kubectl`exec whoami -n ${namespace} -c nettool -- ${READLINKS} /proc/1/ns/uts /proc/self/ns/uts`;
        return { first: listing.lines[0] ?? "", second: listing.lines[1] ?? "" };
      },
    },
  ],
});

claim("ns.pid-children", {
  en: "pid_for_children equals pid: what a container starts stays in its PID namespace",
  zh: "pid_for_children 与 pid 相同：容器启动的进程仍在它自己的 PID 命名空间里",
  source: "article#namespaces",
  references: ["https://man7.org/linux/man-pages/man7/pid_namespaces.7.html"],
  observe: async ({ namespaces }) => {
    const own = ofPod(await namespaces("whoami", "pid"));
    const children = ofPod(await namespaces("whoami", "pid_for_children"));
    return { own, children };
  },
  holds: ({ own, children }) => Object.keys(own).every((name) => own[name] === children[name]),
  mutants: [
    {
      name: "the process has unshared the PID namespace of its children",
      manifest: nettoolIsPrivileged,
      observe: async ({ kubectl, namespace }) => {
        const script = `perl -le "print readlink for @ARGV" /proc/$$/ns/pid /proc/$$/ns/pid_for_children; true`;
        const listing = await kubectl`exec whoami -n ${namespace} -c nettool -- unshare -p bash -c ${script}`;
        const [own = "", children = ""] = listing.lines;
        return { own: { process: own }, children: { process: children } };
      },
    },
  ],
});

claim("ns.cgroup", {
  en: "The cgroup namespace is the host's in all three",
  zh: "三者的 cgroup 命名空间都是宿主机的",
  source: "article#namespaces",
  expect: [{ cgroup: 2, outcome: "refuted" }],
  because: {
    en: "This depends on the host: on cgroup v1 containers see the host's cgroup namespace, on cgroup v2 each container gets its own; with containerd only pause stays in the host's, with Docker not even pause does.",
    zh: "这取决于宿主机：在 cgroup v1 上，容器看到的是宿主机的 cgroup 命名空间；在 cgroup v2 上，每个容器都有自己的：用 containerd 时只有 pause 仍在宿主机的命名空间里，用 Docker 时连 pause 也有自己的。",
  },
  references: [
    "https://kubernetes.io/docs/concepts/architecture/cgroups/",
    "https://man7.org/linux/man-pages/man7/cgroup_namespaces.7.html",
  ],
  observe: async ({ namespaces }) => ofPodAndNode(await namespaces("whoami", "cgroup")),
  holds: allEqual,
  mutants: [
    {
      name: "the namespaces are those of the other cgroup version",
      seen: ({ pause = "", node = "", ...others }) =>
        allEqual({ pause, node, ...others })
          ? { pause, node, whoami: "cgroup:[1]", nettool: "cgroup:[2]" }
          : { pause: node, node, whoami: node, nettool: node },
    },
  ],
});

claim("ns.user", {
  en: "The user namespace is the host's in all three",
  zh: "三者的 user 命名空间都是宿主机的",
  source: "article#namespaces",
  references: ["https://kubernetes.io/docs/concepts/workloads/pods/user-namespaces/"],
  observe: async ({ namespaces }) => ofPodAndNode(await namespaces("whoami", "user")),
  holds: allEqual,
  mutants: [
    {
      name: "a process with its own user namespace is compared as well",
      manifest: nettoolIsPrivileged,
      observe: async ({ kubectl, namespace, namespaces }) => {
        const own =
          await kubectl`exec whoami -n ${namespace} -c nettool -- unshare -U readlink /proc/self/ns/user`;
        return { ...(await namespaces("whoami", "user")), process: own.text };
      },
    },
  ],
});

claim("ns.share-pid", {
  en: "spec.shareProcessNamespace shares the PID namespace: pause is then process 1, and nettool sees the processes of all",
  zh: "spec.shareProcessNamespace 会共享 PID 命名空间：pause 成为 1 号进程，nettool 能看到所有容器的进程",
  source: "article#namespaces",
  references: ["https://kubernetes.io/docs/tasks/configure-pod-container/share-process-namespace/"],
  observe: async ({ kubectl, namespace, namespaces }) => {
    const processes = await kubectl`exec together -n ${namespace} -c nettool -- ps -e -o pid,args`;
    const find = (wanted: RegExp) => processes.lines.some((line) => wanted.test(line));
    return {
      inodes: ofPod(await namespaces("together", "pid")),
      pauseIsFirst: find(/^\s*1 \/pause$/),
      seesWhoami: find(/ \/whoami/),
    };
  },
  holds: ({ inodes, pauseIsFirst, seesWhoami }) => allEqual(inodes) && pauseIsFirst && seesWhoami,
  mutants: [separate],
});

claim("pause.reaps", {
  en: "As process 1 of a shared PID namespace, pause adopts orphans and reaps them when they end",
  zh: "作为共享 PID 命名空间的 1 号进程，pause 会收养孤儿进程，并在它们结束后回收",
  source: "ours#pause",
  because: {
    en: "When a process ends before its children, process 1 of their PID namespace becomes their parent. When they end in turn, their parent has to collect their exit status, or they stay as zombies. pause does that; a container's own first process often does not.",
    zh: "父进程先退出时，子进程会过继给 PID 命名空间的 1 号进程；子进程结束后必须有进程回收它的退出状态，否则它就成了僵尸进程。pause 会做这件事，而容器自己的首个进程往往不会。",
  },
  references: [
    "https://github.com/kubernetes/kubernetes/blob/v1.36.3/build/pause/linux/pause.c",
    "https://man7.org/linux/man-pages/man7/pid_namespaces.7.html",
  ],
  observe: async ({ kubectl, namespace }) => {
    // The inner shell ends at once and leaves its child behind.
    const orphan =
      await kubectl`exec together -n ${namespace} -c nettool -- bash -c ${"bash -c 'sleep 1000 > /dev/null 2>&1 & echo $!'"}`;
    const adopted =
      await kubectl`exec together -n ${namespace} -c nettool -- ps -o pid,ppid,stat,args -p ${`1,${orphan.text}`}`;
    const after =
      await kubectl`exec together -n ${namespace} -c nettool -- bash -c ${`kill ${orphan.text}; timeout 5 bash -c 'while kill -0 ${orphan.text}; do sleep 0.1; done' 2> /dev/null; ps -o pid,ppid,stat,args -p ${orphan.text}`}`;
    return {
      firstIsPause: adopted.lines.some((line) => /^\s*1\s.*\/pause$/.test(line)),
      adopted: adopted.lines.some((line) => /^\s*\d+\s+1\s.*sleep 1000$/.test(line)),
      reaped: after.lines.length === 1,
    };
  },
  holds: ({ firstIsPause, adopted, reaped }) => firstIsPause && adopted && reaped,
  mutants: [separate],
});

/** Whether a process slept, was woken, or used the processor while whoami answered a request. */
async function whileOthersWork(
  pid: number,
  { kubectl, namespace, node }: Pick<Look, "kubectl" | "namespace" | "node">,
) {
  const look = async () => {
    // Of every thread: a program may have several.
    const status =
      await node`sh -c ${`grep -hE '^(State|voluntary_ctxt_switches)' /proc/${pid}/task/*/status`}`;
    const times = await node`cut -d ${" "} -f 14,15 /proc/${pid}/stat`;
    const [states, switches] = ["State", "voluntary"].map((name) =>
      status.lines.filter((line) => line.startsWith(name)),
    );
    const asleep = states?.every((line) => line.includes("S (sleeping)")) ?? false;
    return { asleep, switches: String(switches), times: times.text };
  };
  const before = await look();
  const reply = await kubectl`exec whoami -n ${namespace} -c nettool -- curl -s localhost`;
  if (reply.exitCode !== 0) throw new Error("whoami did not answer, so nobody had anything to do meanwhile");
  const after = await look();
  return {
    asleep: before.asleep && after.asleep,
    woken: before.switches !== after.switches,
    usedProcessor: before.times !== after.times,
  };
}
