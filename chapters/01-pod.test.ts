import {
  chapter,
  firstProcessIn,
  type Look,
  type ManifestMutant,
  matches,
  NotObservable,
} from "../helpers/chapter.ts";

const { claim } = chapter({
  title: { en: "The Pod: containers that belong together", zh: "Pod：放在一起的容器" },
  intro: {
    en: `
A Pod is the smallest thing that Kubernetes schedules. It is not a container but a wrapper around one or more
containers that live on one node, share one IP address, and come and go together.

The Pod of this chapter has two containers. **whoami** is a tiny web server on port 80 that answers with its host name
and the request it received. **nettool** only sleeps, but it has the network tools that let us look around from inside
the Pod.`,
    zh: `
Pod 是 Kubernetes 调度的最小单位。它本身不是容器，而是包在一个或多个容器外面的一层壳：这些容器总是落在同一个节点上，
共用一个 IP，一同启动，一同消失。

本章的 Pod 里有两个容器。**whoami** 是监听 80 端口的小型 Web 服务，返回自己的主机名和收到的请求；
**nettool** 只运行 sleep，但自带各种网络工具，我们就借它从 Pod 内部观察。`,
  },
  manifests: ["01-pod.yaml", "01-pod-companions.yaml"],
  later: ["01-pod-hostname.yaml"],
  namespace: "whoami",
  sideBySide: true,
});

// Changes under which the outcome of the claims below must change: "npm run mutants" applies them. Each keeps only the
// objects that it changes: the others would only keep the node busy.

const nettoolMissing: ManifestMutant = {
  name: "nettool's image is not on the node",
  manifest: (manifest) => {
    manifest.keep("Pod", "whoami");
    Object.assign(manifest.container("whoami", "nettool"), { image: "missing", imagePullPolicy: "Never" });
  },
};

const onHostNetwork: ManifestMutant = {
  name: "the Pod uses the node's network",
  manifest: (manifest) => {
    manifest.keep("Pod", "whoami");
    manifest.pod("whoami").spec.hostNetwork = true;
  },
};

const otherPort: ManifestMutant = {
  name: "whoami listens on port 8080",
  manifest: (manifest) => {
    manifest.keep("Pod", "whoami");
    manifest.container("whoami", "whoami").args = ["--port", "8080"];
  },
};

const swapped: ManifestMutant = {
  name: "the order of the containers is reversed",
  manifest: (manifest) => {
    manifest.keep("Pod", "whoami");
    manifest.pod("whoami").spec.containers.reverse();
  },
};

const volumesOfTheirOwn: ManifestMutant = {
  name: "each container has a volume of its own",
  manifest: (manifest) => {
    manifest.keep("Pod", "exchange");
    manifest.pod("exchange").spec.volumes?.push({ name: "other", emptyDir: {} });
    manifest.container("exchange", "client").volumeMounts = [{ name: "other", mountPath: "/exchange" }];
  },
};

const volumeAtTmp: ManifestMutant = {
  name: "both containers mount a volume at /tmp",
  manifest: (manifest) => {
    manifest.keep("Pod", "exchange");
    // Not the volume at /exchange: it would then hold two socket files of the same name.
    manifest.pod("exchange").spec.volumes?.push({ name: "tmp", emptyDir: {} });
    for (const name of ["server", "client"]) {
      manifest.container("exchange", name).volumeMounts?.push({ name: "tmp", mountPath: "/tmp" });
    }
  },
};

const ownedByReplicaSet: ManifestMutant = {
  name: "the Pod belongs to a ReplicaSet",
  manifest: (manifest) => {
    manifest.keep("Pod", "mortal");
    const pod = manifest.object("Pod", "mortal");
    const { labels } = pod.metadata;
    pod.apiVersion = "apps/v1";
    pod.kind = "ReplicaSet";
    pod.spec = { selector: { matchLabels: labels }, template: { metadata: { labels }, spec: pod.spec } };
  },
};

claim("pod.ready", {
  en: "Both containers of the Pod are ready, and neither was ever restarted",
  zh: "Pod 中的两个容器都已就绪，且从未重启",
  source: "article#pod",
  references: ["https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/"],
  // Claims further down delete other Pods of this namespace.
  alone: true,
  observe: async ({ kubectl, namespace }) => (await kubectl`get pods -n ${namespace} -o wide`).row("whoami"),
  holds: (whoami) => matches(whoami, { READY: "2/2", STATUS: "Running", RESTARTS: "0" }),
  mutants: [nettoolMissing],
});

claim("pod.names", {
  en: "The Pod's containers are whoami and nettool, in this order",
  zh: "Pod 中的容器依次是 whoami 和 nettool",
  source: "article#pod",
  references: ["https://kubernetes.io/docs/reference/kubectl/jsonpath/"],
  observe: ({ kubectl, namespace }) =>
    kubectl`get pods -n ${namespace} whoami -o jsonpath={.spec.containers[*].name}`,
  holds: (names) => names.text === "whoami nettool",
  mutants: [swapped],
});

claim("pod.ip", {
  en: "The Pod has one IP address, out of the cluster's Pod range (10.42.0.0/16, the default of k3s)",
  zh: "Pod 只有一个 IP，取自集群的 Pod 网段（k3s 默认为 10.42.0.0/16）",
  source: "article#pod",
  references: ["https://docs.k3s.io/cli/server#networking"],
  observe: async ({ kubectl, namespace }) => {
    const ranges = await kubectl`get nodes -o jsonpath={.items[*].spec.podCIDR}`;
    if (!ranges.text.startsWith("10.42."))
      throw new NotObservable("this cluster's Pod range is not the default of k3s");
    return kubectl`get pod whoami -n ${namespace} -o jsonpath={.status.podIPs[*].ip}`;
  },
  holds: (ips) => /^10\.42\.\d+\.\d+$/.test(ips.text),
  mutants: [onHostNetwork],
});

claim("pod.unit", {
  en: "The Pod is the unit of scheduling: it is bound to one node as a whole, and for good",
  zh: "Pod 是调度的单位：它作为一个整体绑定到一个节点，而且不能改绑",
  source: "article#pod",
  references: ["https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-lifetime"],
  observe: async ({ kubectl, namespace }) => {
    const node = await kubectl`get pod whoami -n ${namespace} -o jsonpath={.spec.nodeName}`;
    const move =
      await kubectl.orRefusal`patch pod whoami -n ${namespace} -p ${'{"spec":{"nodeName":"elsewhere"}}'}`;
    return { node: node.text, moved: move.exitCode === 0, answer: move.stderr };
  },
  holds: ({ node, moved, answer }) =>
    node !== "" && !moved && answer.includes("spec: Forbidden: pod updates may not change fields"),
  mutants: [
    {
      name: "a label is changed instead, which is allowed",
      observe: async ({ kubectl, namespace }) => {
        const node = await kubectl`get pod whoami -n ${namespace} -o jsonpath={.spec.nodeName}`;
        const move = await kubectl.orRefusal`label pod whoami -n ${namespace} moved=yes`;
        return { node: node.text, moved: move.exitCode === 0, answer: move.stderr };
      },
    },
  ],
});

claim("pod.listen", {
  en: "From nettool, port 80 is listening, and the process behind it is not visible",
  zh: "在 nettool 中能看到 80 端口处于监听状态，但看不到监听它的进程",
  source: "article#pod",
  because: {
    en: "Both containers have the same network namespace, so nettool sees whoami's socket; they do not share a PID namespace, so whoami's process has no process ID here, and netstat prints a dash.",
    zh: "两个容器处于同一个网络命名空间，所以 nettool 能看到 whoami 的套接字；但它们不在同一个 PID 命名空间，whoami 的进程在这里没有进程号，netstat 只能打印一个短横线。",
  },
  references: ["https://man7.org/linux/man-pages/man7/network_namespaces.7.html"],
  observe: ({ kubectl, namespace }) =>
    kubectl`exec whoami -n ${namespace} -c nettool -- bash -c ${"netstat -tualnp | grep LISTEN"}`,
  holds: (sockets) => sockets.lines.some((line) => /^tcp6?\s.*:80\s.*LISTEN\s+-\s*$/.test(line)),
  mutants: [
    otherPort,
    {
      name: "the Pod's containers share one process namespace",
      manifest: (manifest) => {
        manifest.keep("Pod", "whoami");
        manifest.pod("whoami").spec.shareProcessNamespace = true;
      },
    },
  ],
});

claim("pod.localhost", {
  en: "From nettool, curl localhost is answered by whoami: its host name is the Pod's name, and the caller's address is the loopback",
  zh: "在 nettool 中执行 curl localhost，应答的是 whoami：主机名就是 Pod 名，来访地址是回环地址",
  source: "article#pod",
  references: ["https://kubernetes.io/docs/concepts/workloads/pods/#pod-networking"],
  observe: async ({ kubectl, namespace }) => {
    const ip = await kubectl`get pod whoami -n ${namespace} -o jsonpath={.status.podIP}`;
    const reply = await kubectl`exec whoami -n ${namespace} -c nettool -- curl -s localhost`;
    return { ip: ip.text, reply: reply.lines };
  },
  // curl uses 127.0.0.1 or ::1, depending on how it was built: both are loopback addresses.
  holds: ({ ip, reply }) =>
    reply.includes("Hostname: whoami") &&
    reply.includes(`IP: ${ip}`) &&
    reply.some((line) => /^RemoteAddr: (127\.0\.0\.1|\[::1\]):\d+$/.test(line)),
  mutants: [otherPort],
});

claim("pod.files", {
  en: "Containers of a Pod can exchange files directly",
  zh: "Pod 中的容器可以直接交换文件",
  source: "article#pod",
  expect: "refuted",
  because: {
    en: "Each container has its own root file system, from its image. A file that one container writes is not visible to the other, unless both mount the same volume.",
    zh: "每个容器都有自己的根文件系统，来自各自的镜像。一个容器写的文件，另一个看不到，除非两者挂载了同一个卷。",
  },
  references: ["https://kubernetes.io/docs/concepts/workloads/pods/#pod-storage"],
  observe: ({ kubectl, namespace }) => exchangeNote("/tmp/note", { kubectl, namespace }),
  holds: (read) => read === "hello",
  mutants: [volumeAtTmp],
});

claim("pod.files-volume", {
  en: "Through a volume that both mount, a file written by one container is read by the other",
  zh: "通过共同挂载的卷，一个容器写的文件可以被另一个读到",
  source: "ours#pod",
  references: ["https://kubernetes.io/docs/concepts/storage/volumes/#emptydir"],
  observe: ({ kubectl, namespace }) => exchangeNote("/exchange/note", { kubectl, namespace }),
  holds: (read) => read === "hello",
  mutants: [volumesOfTheirOwn],
});

claim("pod.socket", {
  en: "Containers of a Pod can talk over a Unix socket file",
  zh: "Pod 中的容器可以通过 Unix 套接字文件通信",
  source: "article#pod",
  because: {
    en: "A socket file is a file too: it has to be where both containers can see it, in a volume that both mount.",
    zh: "套接字文件也是文件：它必须放在双方都看得到的地方，也就是共同挂载的卷里。",
  },
  references: ["https://man7.org/linux/man-pages/man7/unix.7.html"],
  observe: ({ kubectl, namespace }) =>
    kubectl`exec exchange -n ${namespace} -c client -- curl -s --unix-socket /exchange/talk.sock http://localhost/`,
  holds: (reply) => reply.text === "answered over a socket file",
  mutants: [volumesOfTheirOwn],
});

claim("pod.socket-apart", {
  en: "A socket file outside a shared volume is out of the other container's reach",
  zh: "套接字文件如果不在共享卷里，另一个容器就够不着",
  source: "ours#pod",
  references: ["https://man7.org/linux/man-pages/man7/unix.7.html"],
  observe: async ({ kubectl, namespace }) => {
    const askFrom = (container: string) =>
      kubectl`exec exchange -n ${namespace} -c ${container} -- curl -s --unix-socket /tmp/talk.sock http://localhost/`;
    const own = await askFrom("server");
    const other = await askFrom("client");
    return { inItsContainer: own.text, inTheOther: other.text, exitCode: other.exitCode };
  },
  // curl's exit code 7: it could not connect.
  holds: ({ inItsContainer, inTheOther, exitCode }) =>
    inItsContainer === "answered over a socket file" && inTheOther === "" && exitCode === 7,
  mutants: [volumeAtTmp],
});

claim("pod.hostname-override", {
  en: "With hostnameOverride a Pod can have any valid DNS name of up to 64 characters as its host name, even one with dots",
  zh: "设置 hostnameOverride 之后，任何合法的 DNS 名（最长 64 个字符）都可以作 Pod 的主机名，带点的也行",
  source: "ours#pod",
  since: "1.34",
  expect: [{ before: "1.35", outcome: "refuted" }],
  because: {
    en: "This holds from 1.35 on; in 1.34 the API server silently dropped the field, because its feature gate was off by default. The field is for programs that insist on being called by their fully qualified domain name. It takes precedence over hostname and subdomain, but nobody can find the Pod by this name: DNS does not know it.",
    zh: "从 1.35 起才如此；1.34 里特性门控默认关闭，API server 会不声不响地丢掉这个字段。它是为那些坚持要用完整域名称呼自己的程序准备的。它优先于 hostname 和 subdomain，但别人并不能凭它找到这个 Pod：DNS 并不知道这个名字。",
  },
  references: [
    "https://kubernetes.io/docs/concepts/workloads/pods/pod-hostname/",
    "https://github.com/kubernetes/enhancements/tree/master/keps/sig-network/4762-allow-arbitrary-fqdn-as-pod-hostname",
    "https://github.com/kubernetes/kubernetes/blob/v1.35.4/pkg/features/kube_features.go",
  ],
  observe: (look) => hostnameOfRenamed(look),
  holds: (hostname) => hostname.text === "db.example.com",
  mutants: [
    {
      name: "the Pod has only a hostname, which every version knows",
      from: "1.35",
      manifest: (manifest) => {
        manifest.keep("Pod", "renamed");
        const { spec } = manifest.pod("renamed");
        delete spec.hostnameOverride;
        spec.hostname = "db";
      },
    },
    {
      name: "a privileged container sets the host name itself",
      before: "1.35",
      manifest: (manifest) => {
        manifest.keep("Pod", "renamed");
        Object.assign(manifest.container("renamed", "nettool"), {
          securityContext: { privileged: true },
          args: ["-c", "hostname db.example.com && exec sleep 86400"],
          readinessProbe: { exec: { command: ["bash", "-c", "test $(hostname) = db.example.com"] } },
        });
      },
    },
  ],
});

claim("pod.mortal", {
  en: "A bare Pod that is deleted does not come back",
  zh: "裸 Pod 被删除后不会自动重建",
  source: "ours#pod",
  because: {
    en: "It has no owner. Only a controller such as a ReplicaSet makes a replacement, and that is a different Pod with a different UID.",
    zh: "它没有属主。能补上新 Pod 的是 ReplicaSet 这类控制器，而且补上的是另一个 Pod，UID 也不同。",
  },
  references: ["https://kubernetes.io/docs/concepts/workloads/pods/#working-with-pods"],
  observe: async ({ kubectl, namespace }) => {
    const before =
      await kubectl`get pods -n ${namespace} -l app=mortal -o custom-columns=NAME:.metadata.name,OWNER:.metadata.ownerReferences[*].kind`;
    await kubectl`delete pods -n ${namespace} -l app=mortal`;
    const after = await kubectl`get pods -n ${namespace} -l app=mortal`;
    return { owners: before.rows.map(({ OWNER }) => OWNER), after: after.rows.length };
  },
  holds: ({ owners, after }) => owners.join() === "<none>" && after === 0,
  mutants: [ownedByReplicaSet],
});

claim("pod.grace", {
  en: "A Pod that sets no grace period, such as this one, gets 30 seconds to end when it is deleted",
  zh: "清单里没有指定宽限期（这个 Pod 就是如此），删除时就有 30 秒",
  source: "ours#pod",
  references: ["https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-termination"],
  observe: ({ kubectl, namespace }) =>
    kubectl`get pod whoami -n ${namespace} -o jsonpath={.spec.terminationGracePeriodSeconds}`,
  holds: (seconds) => seconds.text === "30",
  mutants: [
    {
      name: "the Pod declares a grace period of 5 seconds",
      manifest: (manifest) => {
        manifest.keep("Pod", "whoami");
        manifest.pod("whoami").spec.terminationGracePeriodSeconds = 5;
      },
    },
  ],
});

claim("pod.stubborn", {
  en: "A container whose first process is sleep uses up the whole grace period (here 4 seconds)",
  zh: "以 sleep 为首个进程的容器会耗尽整个宽限期（这里是 4 秒）",
  source: "ours#pod",
  because: {
    en: "The first process of a PID namespace gets only the signals that it has a handler for; the exceptions are SIGKILL and SIGSTOP from an outer namespace. sleep has no handler for SIGTERM (bit 15 of SigCgt is not set), so nothing happens until the grace period is over and SIGKILL is sent. That is why the article's Pod takes 30 seconds to go away.",
    zh: "对 PID 命名空间的 1 号进程，内核只递送它注册了处理函数的信号；来自外层命名空间的 SIGKILL 和 SIGSTOP 除外。sleep 没有处理 SIGTERM（SigCgt 的第 15 位没有置位），于是什么也不会发生，直到宽限期结束、SIGKILL 发出。原文中的 Pod 需要 30 秒才消失，原因就在这里。",
  },
  references: ["https://man7.org/linux/man-pages/man7/pid_namespaces.7.html"],
  observe: async ({ kubectl, namespace }) => {
    const caught = await kubectl`exec stubborn -n ${namespace} -- grep -E ${"^(Name|SigCgt)"} /proc/1/status`;
    const [name = "", mask = ""] = caught.lines.map((line) => line.split("\t")[1] ?? "");
    return {
      firstProcess: name,
      catchesTerm: catches(15, mask),
      ...(await deletion("stubborn", { kubectl, namespace })),
    };
  },
  holds: ({ firstProcess, catchesTerm, gracePeriod, usedGracePeriod }) =>
    firstProcess === "sleep" && !catchesTerm && gracePeriod === 4 && usedGracePeriod,
  mutants: [
    {
      name: "pause is the first process, and the grace period is 30 seconds",
      manifest: (manifest) => {
        manifest.keep("Pod", "stubborn");
        Object.assign(manifest.pod("stubborn").spec, {
          shareProcessNamespace: true,
          terminationGracePeriodSeconds: 30,
        });
      },
    },
  ],
});

claim("pod.obliging", {
  en: "The same container ends at once when its process is not the first of its PID namespace, long before its 30 seconds are over",
  zh: "同样的容器，只要其中的进程不是 PID 命名空间的首个进程，就会立刻结束，用不着 30 秒",
  source: "ours#pod",
  because: {
    en: "With shareProcessNamespace the first process is pause, and SIGTERM has its usual effect on sleep. A program that handles SIGTERM itself, or a shorter terminationGracePeriodSeconds, also solves the problem.",
    zh: "启用 shareProcessNamespace 后，首个进程是 pause，SIGTERM 对 sleep 恢复了通常的作用。让程序自己处理 SIGTERM，或者缩短 terminationGracePeriodSeconds，也能达到目的。",
  },
  references: ["https://kubernetes.io/docs/tasks/configure-pod-container/share-process-namespace/"],
  observe: async ({ kubectl, namespace }) => {
    const processes = await kubectl`exec obliging -n ${namespace} -- ps -e -o pid,comm,args`;
    return {
      firstProcess: firstProcessIn(processes.lines),
      sleeps: processes.lines.some((line) => line.endsWith("sleep 86400")),
      ...(await deletion("obliging", { kubectl, namespace })),
    };
  },
  holds: ({ firstProcess, sleeps, gracePeriod, endedAtOnce }) =>
    firstProcess === "pause" && sleeps && gracePeriod === 30 && endedAtOnce,
  mutants: [
    {
      name: "sleep is the first process, and the grace period is 3 seconds",
      manifest: (manifest) => {
        manifest.keep("Pod", "obliging");
        Object.assign(manifest.pod("obliging").spec, {
          shareProcessNamespace: false,
          terminationGracePeriodSeconds: 3,
        });
      },
    },
  ],
});

/** Lets the client write a note, and gives what the server reads: nothing if it sees no such file. */
async function exchangeNote(path: string, { kubectl, namespace }: Pick<Look, "kubectl" | "namespace">) {
  const written =
    await kubectl`exec exchange -n ${namespace} -c client -- bash -c ${`echo hello > ${path} && cat ${path}`}`;
  if (written.text !== "hello") throw new Error("the client could not write its note");
  return (await kubectl`exec exchange -n ${namespace} -c server -- cat ${path}`).text;
}

/** Whether a mask of signals, as /proc/PID/status shows it in hexadecimal, has this signal. */
function catches(signal: number, mask: string): boolean {
  return ((BigInt(`0x${mask}`) >> BigInt(signal - 1)) & 1n) === 1n;
}

/**
 * Deletes a Pod, and tells whether it used up the grace period that it declares, or ended at once. On a busy machine
 * "at once" can take seconds, but not half of thirty.
 */
async function deletion(pod: string, { kubectl, namespace }: Pick<Look, "kubectl" | "namespace">) {
  const grace =
    await kubectl`get pod ${pod} -n ${namespace} -o jsonpath={.spec.terminationGracePeriodSeconds}`;
  // kubectl returns when the Pod is gone.
  const { seconds } = await kubectl`delete pod ${pod} -n ${namespace}`;
  const gracePeriod = Number(grace.text);
  return { gracePeriod, usedGracePeriod: seconds >= gracePeriod, endedAtOnce: seconds < gracePeriod / 2 };
}

/** Makes the Pod called "renamed", and asks it for its host name. */
async function hostnameOfRenamed({ kubectl, namespace }: Look) {
  await kubectl`apply -f fixtures/manifests/01-pod-hostname.yaml`;
  await kubectl`wait --for=condition=Ready pod/renamed -n ${namespace} --timeout=60s`;
  return kubectl`exec renamed -n ${namespace} -- hostname`;
}
