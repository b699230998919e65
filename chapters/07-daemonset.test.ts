import {
  allEqual,
  type Bound,
  chapter,
  type Look,
  type Manifest,
  type ManifestMutant,
  matches,
  type Timeline,
} from "../helpers/chapter.ts";

const { claim } = chapter({
  title: { en: "The DaemonSet: one Pod on every node", zh: "DaemonSet：每个节点一个 Pod" },
  intro: {
    en: `
Some programs belong to the machine rather than to a service: those that collect its logs, measure its load, or set up
its network. Nobody wants "three of them"; every node needs one, including the node that joins tomorrow. That is a
**DaemonSet**. It has no number of replicas: there are as many Pods as there are nodes.

This cluster has three nodes, **server**, **agent-1** and **agent-2**, and the chapter changes them: nodes join and leave,
are labelled, tainted, cordoned and drained. A *taint* on a node keeps away Pods that lack a matching *toleration*. To *cordon*
a node is to let no new Pods onto it; to *drain* it, to evict those that are there as well. Watch the column NODE: a Pod of a
DaemonSet is made for one node, and never moves to another.

**Use it when** every node, or every node of some kind, needs one such Pod: log and metrics agents, network and storage
plug-ins. Do not use it to get "one per node" of a service that clients call: for that, use a Deployment, and spread
its Pods over the nodes.`,
    zh: `
有些程序属于机器，而不属于某项服务：收集日志的、采集负载的、配置网络的。对它们来说，说“要三个”没有意义；
要的是每个节点一个，明天才加入的节点也不例外。这就是 **DaemonSet**。它没有副本数：节点有多少，Pod 就有多少。

本章的集群有三个节点：**server**、**agent-1** 和 **agent-2**，而且会不断变化：节点加入、离开，被打标签、打污点，
被 cordon，被 drain。**污点**（taint）把没有相应**容忍度**（toleration）的 Pod 挡在节点之外；cordon 是不让新的 Pod 调度上来；
drain 还会把已有的 Pod 驱逐走。留意 NODE 这一列：DaemonSet 的 Pod 专为某一个节点而建，绝不会挪到别的节点上。

**什么时候用**：每个节点，或者某一类节点，都要有一个的时候：日志和监控的 agent、网络插件、存储插件。如果只是想让对外的服务
“每个节点分一个”，那就不该用它，而该用 Deployment，再让 Pod 分散到各个节点。`,
  },
  manifests: ["07-daemonset.yaml"],
  later: ["07-daemonset-surge.yaml"],
  namespace: "daemonset",
  inTurn: true,
});

// Custom columns, so that the output shows what a claim is about and nothing else.

const PLACEMENT =
  "custom-columns=NODE:.spec.nodeName,NAME:.metadata.name,READY:.status.containerStatuses[*].ready";
const IDENTITY = `${PLACEMENT},UID:.metadata.uid`;
const APPS =
  "custom-columns=APP:.metadata.labels.app,NAME:.metadata.name,READY:.status.containerStatuses[*].ready";
const VERSIONS = `${PLACEMENT},VERSION:.spec.containers[*].env[*].value`;
const OWNERS =
  "custom-columns=NAME:.metadata.name,OWNER:.metadata.ownerReferences[*].kind,CONTROLLER:.metadata.ownerReferences[*].controller";
const MADE_FOR =
  "custom-columns=NODE:.spec.nodeName,MADE_FOR:.spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[*].matchFields[*].values[*],SCHEDULER:.spec.schedulerName";
const TOLERATIONS = '{range .spec.tolerations[*]}{.key}{":"}{.effect}{" "}{.tolerationSeconds}{"\\n"}{end}';
const LEAVING = `${PLACEMENT},LEAVES:.metadata.deletionTimestamp`;
const GENERATIONS = "custom-columns=GENERATION:.metadata.generation,OBSERVED:.status.observedGeneration";

/** The nodes that are always there. */
const NODES = ["agent-1", "agent-2", "server"];

// Changes under which the outcome of the claims below must change: "npm run mutants" applies them. Each claim looks at
// objects of its own, so one changed copy of the manifest serves many claims.

const otherKinds: ManifestMutant["manifest"] = (manifest) => {
  turnInto("ReplicaSet", "whoami", manifest, 3);
  // One more than there are nodes, and never two on a node: the fourth goes to the node that joins.
  turnInto("ReplicaSet", "resident", manifest, 4);
  manifest.podSpec("ReplicaSet", "resident").affinity = {
    podAntiAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: [
        { topologyKey: "kubernetes.io/hostname", labelSelector: { matchLabels: { app: "resident" } } },
      ],
    },
  };
  delete manifest.podSpec("DaemonSet", "ssd").nodeSelector;
  manifest.keep("DaemonSet", "ssd", "everywhere");
};

const otherUpdates: ManifestMutant["manifest"] = (manifest) => {
  manifest.spec("DaemonSet", "rolling").updateStrategy = {
    type: "RollingUpdate",
    rollingUpdate: { maxUnavailable: 3 },
  };
  manifest.spec("DaemonSet", "surging").updateStrategy = {
    type: "RollingUpdate",
    rollingUpdate: { maxUnavailable: 1 },
  };
  manifest.spec("DaemonSet", "manual").updateStrategy = { type: "RollingUpdate" };
  manifest.spec("DaemonSet", "ssd").revisionHistoryLimit = 0;
  manifest.keep("DaemonSet", "rolling", "surging", "manual", "ssd");
  manifest.keep("ReplicaSet");
};

const otherNodes: ManifestMutant["manifest"] = (manifest) => {
  manifest.podSpec("DaemonSet", "whoami").nodeSelector = { "kubernetes.io/hostname": "server" };
  manifest.keep("DaemonSet", "whoami", "everywhere");
  manifest.keep("ReplicaSet");
};

const otherTolerations: ManifestMutant["manifest"] = (manifest) => {
  manifest.podSpec("DaemonSet", "whoami").tolerations = [{ operator: "Exists" }];
  manifest.keep("DaemonSet", "whoami", "everywhere");
  manifest.keep("ReplicaSet");
};

const stablePods: ManifestMutant["manifest"] = (manifest) => {
  turnInto("StatefulSet", "whoami", manifest, 3);
  manifest.keep("DaemonSet");
  manifest.keep("ReplicaSet");
};

const noTolerations: ManifestMutant["manifest"] = (manifest) => {
  delete manifest.podSpec("DaemonSet", "everywhere").tolerations;
  manifest.keep("DaemonSet", "whoami", "everywhere");
  manifest.keep("ReplicaSet");
};

const inReplicaSet: ManifestMutant = { name: "the Pods belong to a ReplicaSet", manifest: otherKinds };
const onServerOnly: ManifestMutant = { name: "its nodeSelector asks for the server", manifest: otherNodes };

claim("ref.ds-each", {
  en: "A DaemonSet runs one Pod on each node",
  zh: "DaemonSet 在每个节点上各运行一个 Pod",
  source: "reference#daemonset",
  because: {
    en: "That is, unless something keeps the Pod away: a nodeSelector, an affinity, or a taint that it does not tolerate. Claims below look at nodeSelectors and taints.",
    zh: "前提是没有东西把它挡在外面：nodeSelector、亲和性，或者它不容忍的污点。nodeSelector 和污点在下文各有论断。",
  },
  references: ["https://kubernetes.io/docs/concepts/workloads/controllers/daemonset/"],
  observe: async (look) => {
    const nodes = await look.kubectl`get nodes -o custom-columns=NAME:.metadata.name`;
    const pods = await podsOf("whoami", look);
    return { nodes: nodes.rows.map(({ NAME }) => NAME), pods: nodesOf(pods), running: areReady(pods, 3) };
  },
  holds: ({ nodes, pods, running }) =>
    nodes.length === 3 && String(nodes.toSorted()) === String(pods) && running,
  mutants: [onServerOnly],
});

claim("ds.join", {
  en: "A node that joins gets its Pod by itself",
  zh: "新加入的节点会自动得到自己的 Pod",
  source: "ours#daemonset",
  because: {
    en: "The controller watches the nodes as well as the Pods. The Pod is made as soon as the Node object is there, and is waiting already when the node becomes Ready.",
    zh: "控制器不光盯着 Pod，也盯着节点。Node 对象一出现，Pod 就创建好了；节点变为 Ready 时，它已经在等着了。",
  },
  references: ["https://kubernetes.io/docs/concepts/workloads/controllers/daemonset/"],
  observe: async (look) => {
    const { kubectl, namespace } = look;
    const recording = await look.record("pods", "app=whoami");
    const agent = await look.addAgent();
    try {
      await look.until({
        what: `the Pods on ${agent} to be ready`,
        look: () =>
          kubectl`get pods -n ${namespace} --field-selector ${`spec.nodeName=${agent}`} -o ${PLACEMENT}`,
        until: ({ rows }) => rows.length > 0 && rows.every(({ READY }) => READY === "true"),
      });
      const timeline = await recording.stop("While the node joins");
      const came = timeline.lives.filter((life) => !life.before);
      return {
        before: timeline.lives
          .filter((life) => life.before)
          .map(({ node }) => node)
          .sort(),
        came: came.map(({ node }) => of(node, agent)),
        ready: came.every(({ spans }) => spans.at(-1)?.state === "ready"),
      };
    } finally {
      await look.removeAgent(agent);
      // No kubelet is left there to end the Pods, and the next claim must not see them.
      await kubectl`delete pods -A --field-selector ${`spec.nodeName=${agent}`} --force --grace-period=0`;
    }
  },
  holds: ({ before, came, ready }) =>
    String(before) === String(NODES) && String(came) === "the other node" && ready,
  mutants: [onServerOnly],
});

claim("ds.leave", {
  en: "A node that leaves takes its Pod with it: nothing is placed elsewhere instead",
  zh: "节点离开，它上面的 Pod 也随之消失，不会在别处补上",
  source: "ours#daemonset",
  because: {
    en: "A Pod is bound to its node for good, and the other nodes have theirs already. Nobody is left on that machine to say that the Pod has ended, so the API shows it as running for a while: the Pod garbage collector waits 40 seconds, in case the node comes back, before it deletes the Pod.",
    zh: "Pod 绑定了节点就不再更改，而其他节点早已各有一个。那台机器已经没人能报告 Pod 结束了，所以 API 里一时还显示它在运行：Pod 垃圾收集器会先等 40 秒，以防节点再回来，然后才删除它。",
  },
  references: [
    "https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-garbage-collection",
    "https://github.com/kubernetes/kubernetes/blob/v1.36.3/pkg/controller/podgc/gc_controller.go",
  ],
  observe: async (look) => {
    // The taint keeps the other DaemonSets' Pods away from a node that is here for one question only.
    const agent = await look.addAgent("visitor=yes:NoSchedule");
    let gone = false;
    try {
      await look.until({
        what: `a Pod of resident on each node, ${agent} too`,
        look: () => podsOf("resident", look),
        until: (pods) => nodesOf(pods).includes(agent) && areReady(pods, 4),
      });
      const recording = await look.record("pods", "app=resident");
      await look.removeAgent(agent);
      gone = true;
      const afterwards = await look.kubectl`get nodes`;
      const left = await podsOf("resident", look);
      await look.meanwhile(() =>
        look.until({
          what: `the Pod of ${agent} to be collected`,
          look: () => podsOf("resident", look),
          until: (pods) => !nodesOf(pods).includes(agent),
          seconds: 150,
        }),
      );
      const timeline = await recording.stop("From the moment when the node was taken away");
      return {
        nodeIsGone: afterwards.row(agent).NAME === undefined,
        podStaysForAWhile: nodesOf(left).includes(agent),
        podsThatWent: timeline.lives.filter((life) => life.gone).map((life) => of(life.node, agent)),
        podsThatCame: timeline.lives.filter((life) => !life.before).length,
      };
    } finally {
      if (!gone) await look.removeAgent(agent);
    }
  },
  holds: ({ nodeIsGone, podStaysForAWhile, podsThatWent, podsThatCame }) =>
    nodeIsGone && podStaysForAWhile && String(podsThatWent) === "the other node" && podsThatCame === 0,
  mutants: [inReplicaSet],
});

claim("ds.owner", {
  en: "Its Pods belong to the DaemonSet itself, with no ReplicaSet in between",
  zh: "Pod 直接归 DaemonSet 所有，中间没有 ReplicaSet",
  source: "ours#daemonset",
  references: ["https://kubernetes.io/docs/concepts/overview/working-with-objects/owners-dependents/"],
  observe: async ({ kubectl, namespace }) => {
    const pods = await kubectl`get pods -n ${namespace} -l app=whoami -o ${OWNERS}`;
    return pods.rows.map(({ OWNER, CONTROLLER }) => ({ OWNER, CONTROLLER }));
  },
  holds: (owners) =>
    owners.length === 3 &&
    owners.every((owner) => matches(owner, { OWNER: "DaemonSet", CONTROLLER: "true" })),
  mutants: [inReplicaSet],
});

claim("ds.no-replicas", {
  en: "A DaemonSet can't be scaled: it has no number of replicas",
  zh: "DaemonSet 不能扩缩：根本没有副本数可改",
  source: "ours#daemonset",
  because: {
    en: "kubectl scale uses the subresource /scale, and a DaemonSet has none. To get rid of all Pods for a while, give it a nodeSelector that no node meets.",
    zh: "kubectl scale 用的是子资源 /scale，而 DaemonSet 没有这个子资源。想暂时撤掉所有 Pod，可以给它一个没有节点能满足的 nodeSelector。",
  },
  references: ["https://kubernetes.io/docs/reference/kubernetes-api/apps/daemon-set-v1/"],
  observe: async ({ kubectl, namespace }) => {
    const answer = await kubectl.orRefusal`scale daemonset whoami -n ${namespace} --replicas=5`;
    return { scaled: answer.exitCode === 0, answer: answer.stderr.trim() };
  },
  holds: ({ scaled, answer }) => !scaled && answer.includes("could not find the requested resource"),
  mutants: [
    {
      name: "a Deployment is scaled",
      observe: async ({ kubectl, namespace }) => {
        await kubectl`create deployment other -n ${namespace} --image=traefik/whoami --replicas=0`;
        const answer = await kubectl.orRefusal`scale deployment other -n ${namespace} --replicas=0`;
        return { scaled: answer.exitCode === 0, answer: answer.stderr.trim() };
      },
    },
  ],
});

claim("ds.bound", {
  en: "Each Pod is made for one node, by a node affinity of its own; it is the ordinary scheduler that binds it there",
  zh: "每个 Pod 都带着自己的节点亲和性，专为某个节点而建；把它绑定过去的，仍是普通的调度器",
  source: "ours#daemonset",
  references: [
    "https://kubernetes.io/docs/concepts/workloads/controllers/daemonset/#how-daemon-pods-are-scheduled",
  ],
  observe: async ({ kubectl, namespace }) => {
    const pods =
      await kubectl`get pods -n ${namespace} -l app=whoami --sort-by=.spec.nodeName -o ${MADE_FOR}`;
    return pods.rows.map(({ NODE, MADE_FOR, SCHEDULER }) => ({ NODE, MADE_FOR, SCHEDULER }));
  },
  holds: (pods) =>
    pods.length === 3 &&
    pods.every(({ NODE, MADE_FOR, SCHEDULER }) => NODE === MADE_FOR && SCHEDULER === "default-scheduler"),
  mutants: [inReplicaSet],
});

claim("ds.tolerations", {
  en: "Its Pods stay where others would be sent away: the controller adds six tolerations without a time limit, though the manifest has none",
  zh: "别的 Pod 会被赶走，它的 Pod 却留得住：清单里没写容忍度，控制器仍会加上六条，而且没有时限",
  source: "ours#daemonset",
  because: {
    en: "An ordinary Pod gets two of them, not-ready and unreachable, for 300 seconds: then it is evicted and replaced on another node. A Pod that belongs to its node has nowhere to go.",
    zh: "普通 Pod 只会得到其中的 not-ready 和 unreachable 两条，时限 300 秒，过后就会被驱逐，由别的节点上的新 Pod 顶替。而属于节点的 Pod 无处可去。",
  },
  references: [
    "https://kubernetes.io/docs/concepts/workloads/controllers/daemonset/#taints-and-tolerations",
    "https://kubernetes.io/docs/concepts/scheduling-eviction/taint-and-toleration/#taint-based-evictions",
  ],
  observe: async ({ kubectl, namespace }) => {
    const pods = await kubectl`get pods -n ${namespace} -l app=whoami -o name`;
    const tolerations =
      await kubectl`get ${pods.lines[0] ?? ""} -n ${namespace} -o ${`jsonpath=${TOLERATIONS}`}`;
    return tolerations.lines.map((line) => line.trim()).sort();
  },
  holds: (tolerations) =>
    String(tolerations) ===
    String([
      "node.kubernetes.io/disk-pressure:NoSchedule",
      "node.kubernetes.io/memory-pressure:NoSchedule",
      "node.kubernetes.io/not-ready:NoExecute",
      "node.kubernetes.io/pid-pressure:NoSchedule",
      "node.kubernetes.io/unreachable:NoExecute",
      "node.kubernetes.io/unschedulable:NoSchedule",
    ]),
  mutants: [inReplicaSet],
});

claim("ds.replaces", {
  en: "A Pod that is deleted is replaced on the same node, by a Pod of another name and UID",
  zh: "删掉一个 Pod，会在同一个节点上补一个，名字和 UID 都不同",
  source: "ours#daemonset",
  references: ["https://kubernetes.io/docs/concepts/workloads/controllers/daemonset/"],
  observe: async (look) => {
    const { before, after } = await deleteOn("agent-1", look);
    const [old, fresh] = [before, after].map((pods) => pods.find(({ NODE }) => NODE === "agent-1"));
    return {
      nodes: nodesOf(after),
      name: old?.NAME === fresh?.NAME ? "the same" : "another",
      uid: old?.UID === fresh?.UID ? "the same" : "another",
    };
  },
  holds: (seen) => String(seen.nodes) === String(NODES) && matches(seen, { name: "another", uid: "another" }),
  mutants: [{ name: "the Pods belong to a StatefulSet", manifest: stablePods }],
});

claim("ds.selector", {
  en: "With a nodeSelector it follows the label: labelled, a node gets a Pod; without the label, it loses it",
  zh: "有了 nodeSelector，就跟着标签走：节点打上标签，Pod 就来；去掉标签，Pod 就走",
  source: "ours#daemonset",
  because: {
    en: "For an ordinary Pod a nodeSelector counts only when it is scheduled. A DaemonSet's controller looks again whenever a node changes, and deletes what should not be there any more.",
    zh: "对普通 Pod 来说，nodeSelector 只在调度的那一刻起作用。DaemonSet 的控制器则在节点每次变化时重新判断，不该再有的就删掉。",
  },
  references: [
    "https://kubernetes.io/docs/concepts/workloads/controllers/daemonset/#running-pods-on-select-nodes",
  ],
  observe: async (look) => {
    const { kubectl } = look;
    const before = nodesOf(await podsOf("ssd", look));
    const untilSo = (what: string, until: (pods: Pods) => boolean) =>
      look.until({ what, look: () => podsOf("ssd", look), until });
    let labelled: string[];
    try {
      await kubectl`label node agent-1 disk=ssd`;
      // Ready, since kubelets before 1.22 may take minutes to notice that a Pod that they are just starting is deleted:
      // https://github.com/kubernetes/kubernetes/pull/102344
      const pods = await untilSo("a ready Pod on agent-1", (seen) =>
        seen.some(({ NODE, READY }) => NODE === "agent-1" && READY === "true"),
      );
      labelled = nodesOf(pods);
    } finally {
      await kubectl`label node agent-1 disk-`;
    }
    const after = await untilSo("what was before", (pods) => String(nodesOf(pods)) === String(before));
    return { before, labelled, after: nodesOf(after) };
  },
  holds: ({ before, labelled, after }) =>
    before.length === 0 && String(labelled) === "agent-1" && after.length === 0,
  mutants: [{ name: "there is no nodeSelector", manifest: otherKinds }],
});

claim("ds.no-schedule", {
  en: "A taint NoSchedule leaves the Pod that runs there alone, but lets no new one in unless it tolerates the taint",
  zh: "NoSchedule 污点不动已经在运行的 Pod，但不再放新的进来，除非它容忍这个污点",
  source: "ours#daemonset",
  references: ["https://kubernetes.io/docs/concepts/scheduling-eviction/taint-and-toleration/"],
  observe: async ({ kubectl, namespace, until }) => {
    const onAgent2 = async () => {
      const pods =
        await kubectl`get pods -n ${namespace} -l ${"app in (everywhere, whoami)"} --field-selector spec.nodeName=agent-2 -o ${APPS}`;
      return Object.fromEntries(pods.rows.map((row) => [row.APP, row]));
    };
    const remove = (app: string) =>
      kubectl`delete pods -n ${namespace} -l ${`app=${app}`} --field-selector spec.nodeName=agent-2`;
    // Once the Pod that tolerates the taint has been replaced, the controller has looked at this node again.
    const replaceTolerant = async (old: string | undefined) => {
      await remove("everywhere");
      return until({
        what: "another Pod of everywhere on agent-2",
        look: onAgent2,
        until: ({ everywhere }) => everywhere?.READY === "true" && everywhere.NAME !== old,
      });
    };
    const before = await onAgent2();
    let running: typeof before;
    let removed: typeof before;
    try {
      await kubectl`taint node agent-2 maintenance=yes:NoSchedule`;
      running = await replaceTolerant(before.everywhere?.NAME);
      await remove("whoami");
      removed = await replaceTolerant(running.everywhere?.NAME);
    } finally {
      await kubectl`taint node agent-2 maintenance-`;
    }
    await until({
      what: "a Pod of whoami on agent-2 again",
      look: onAgent2,
      until: ({ whoami }) => whoami?.READY === "true",
    });
    return {
      leftAlone: before.whoami !== undefined && running.whoami?.NAME === before.whoami.NAME,
      replacedWhileTainted: removed.whoami !== undefined,
    };
  },
  holds: (seen) => matches(seen, { leftAlone: true, replacedWhileTainted: false }),
  mutants: [{ name: "its Pods tolerate every taint", manifest: otherTolerations }],
});

claim("ds.no-execute", {
  en: "A taint NoExecute sends the Pod away at once, and it is placed nowhere else; one that tolerates the taint stays",
  zh: "NoExecute 污点会立刻把 Pod 赶走，它也不会落到别处；容忍这个污点的 Pod 则留下",
  source: "ours#daemonset",
  references: ["https://kubernetes.io/docs/concepts/scheduling-eviction/taint-and-toleration/#concepts"],
  observe: async (look) => {
    const before = await podsOf("whoami", look);
    const tolerant = nameOn("agent-2", await podsOf("everywhere", look));
    let evicted: string[];
    try {
      await look.kubectl`taint node agent-2 maintenance=yes:NoExecute`;
      const pods = await look.until({
        what: "the Pod of whoami to leave agent-2",
        look: () => podsOf("whoami", look),
        until: (seen) => !nodesOf(seen).includes("agent-2"),
      });
      evicted = nodesOf(pods);
    } finally {
      await look.kubectl`taint node agent-2 maintenance-`;
    }
    const untainted = await look.until({
      what: "the Pods of whoami to be where they were",
      look: () => podsOf("whoami", look),
      until: (pods) => areReady(pods, before.length),
    });
    // One that was sent away too may still be about to end.
    const staying = (await podsOf("everywhere", look, LEAVING)).filter(({ LEAVES }) => LEAVES === "<none>");
    return {
      before: nodesOf(before),
      tainted: evicted,
      untainted: nodesOf(untainted),
      tolerantStayed: tolerant !== undefined && nameOn("agent-2", staying) === tolerant,
    };
  },
  holds: ({ before, tainted, untainted, tolerantStayed }) =>
    String(before) === String(NODES) &&
    String(tainted) === "agent-1,server" &&
    String(untainted) === String(NODES) &&
    tolerantStayed,
  mutants: [onServerOnly, { name: "the Pods of everywhere tolerate nothing", manifest: noTolerations }],
});

claim("ds.cordon", {
  en: "Cordoning a node does not keep the Pods of a DaemonSet away",
  zh: "cordon 一个节点，挡不住 DaemonSet 的 Pod",
  source: "ours#daemonset",
  because: {
    en: "kubectl cordon gives the node the taint node.kubernetes.io/unschedulable:NoSchedule, and that is one of the six that these Pods tolerate.",
    zh: "kubectl cordon 会给节点打上污点 node.kubernetes.io/unschedulable:NoSchedule，而这正是那六条容忍度之一。",
  },
  references: [
    "https://kubernetes.io/docs/concepts/workloads/controllers/daemonset/#taints-and-tolerations",
    "https://kubernetes.io/docs/concepts/architecture/nodes/#manual-node-administration",
  ],
  observe: async (look) => {
    try {
      await look.kubectl`cordon agent-1`;
      const { before, after } = await deleteOn("agent-1", look);
      return { before: nodesOf(before), after: nodesOf(after) };
    } finally {
      await look.kubectl`uncordon agent-1`;
    }
  },
  holds: ({ before, after }) => String(before) === String(NODES) && String(after) === String(NODES),
  mutants: [inReplicaSet],
});

claim("ds.drain", {
  en: "kubectl drain refuses a node with Pods of a DaemonSet; with --ignore-daemonsets it evicts the others and leaves these where they are",
  zh: "节点上有 DaemonSet 的 Pod，kubectl drain 就拒绝执行；加上 --ignore-daemonsets 后，别的 Pod 被驱逐，DaemonSet 的 Pod 留在原处",
  source: "ours#daemonset",
  because: {
    en: "Evicting them would be of no use: the controller would make them anew at once, on this very node, since they tolerate its being cordoned.",
    zh: "驱逐它们毫无用处：它们容忍 cordon 打上的污点，控制器会立刻在同一个节点上重新创建。",
  },
  references: [
    "https://kubernetes.io/docs/reference/kubectl/generated/kubectl_drain/",
    "https://kubernetes.io/docs/tasks/administer-cluster/safely-drain-node/",
  ],
  observe: async (look) => {
    const { kubectl, namespace } = look;
    const [guest] = await podsOf("guest", look);
    const node = guest?.NODE ?? "";
    const name = nameOn(node, await podsOf("whoami", look));
    try {
      const refusal = await kubectl.orRefusal`drain ${node}`;
      await kubectl`drain ${node} --ignore-daemonsets`;
      const [moved] = await look.until({
        what: "a Pod of guest in place of the one that was evicted",
        look: () => podsOf("guest", look),
        until: (pods) => areReady(pods, 1) && pods[0]?.NAME !== guest?.NAME,
      });
      return {
        refused: refusal.exitCode !== 0 && refusal.stderr.includes(`${namespace}/whoami-`),
        guest: moved?.NODE === node ? "on the same node" : "on another node",
        whoami: nameOn(node, await podsOf("whoami", look)) === name ? "where it was" : "not where it was",
      };
    } finally {
      await kubectl`uncordon ${node}`;
    }
  },
  holds: (seen) => matches(seen, { refused: true, guest: "on another node", whoami: "where it was" }),
  mutants: [inReplicaSet],
});

claim("ds.rolling", {
  en: "An update goes from node to node: with maxUnavailable: 1, at no time is more than one node without a ready Pod",
  zh: "更新逐个节点进行：maxUnavailable: 1 时，任何时刻没有就绪 Pod 的节点都不超过一个",
  source: "ours#daemonset",
  because: {
    en: "On each node the old Pod goes before the new one comes: there are never two of them, which matters to a program that occupies a port of the node, or a file on it.",
    zh: "在每个节点上，旧 Pod 先走，新 Pod 后来，两者绝不并存；对要占用节点端口或文件的程序，这一点很要紧。",
  },
  references: [
    "https://kubernetes.io/docs/tasks/manage-daemon/update-daemon-set/",
    "https://kubernetes.io/docs/reference/kubernetes-api/apps/daemon-set-v1/#DaemonSetSpec",
  ],
  observe: async (look) =>
    numbersOf(
      await update("rolling", look, "A rolling update", [
        { states: ["ready"], min: 2 },
        { states: ["waiting", "ready"], max: 3 },
      ]),
    ),
  holds: ({ replaced, fewestReady, most }) => replaced === 3 && fewestReady >= 2 && most <= 3,
  mutants: [{ name: "maxUnavailable is 3", manifest: otherUpdates }],
});

claim("ds.surge", {
  en: "With maxSurge: 1 it is the other way round: the new Pod is ready before the old one goes, and no node is ever without",
  zh: "maxSurge: 1 则反过来：新 Pod 就绪之后旧 Pod 才走，任何节点都不会有片刻没有 Pod",
  source: "ours#daemonset",
  because: {
    en: "For a while a node has two of them, so this does not suit Pods that occupy a port of the node.",
    zh: "代价是节点上会短暂地有两个 Pod，所以占用节点端口的 Pod 不能这样更新。",
  },
  references: [
    "https://kubernetes.io/docs/reference/kubernetes-api/apps/daemon-set-v1/#DaemonSetSpec",
    "https://github.com/kubernetes/enhancements/tree/master/keps/sig-apps/1591-daemonset-surge",
  ],
  since: "1.22",
  observe: async (look) => {
    await look.kubectl`apply -f fixtures/manifests/07-daemonset-surge.yaml`;
    await look.kubectl`rollout status daemonset/surging -n ${look.namespace} --timeout=120s`;
    const timeline = await update("surging", look, "A rolling update with surge", [
      { states: ["ready"], min: 3 },
      { states: ["waiting", "ready"] },
    ]);
    const fewestOnANode = Math.min(...NODES.map((node) => timeline.on(node).fewest("ready")));
    return { ...numbersOf(timeline), fewestOnANode };
  },
  // There are five for a moment if the controller makes the next node's Pod just before it deletes this node's old one.
  holds: ({ replaced, fewestOnANode, most }) => replaced === 3 && fewestOnANode >= 1 && most > 3,
  mutants: [{ name: "maxUnavailable is 1, and maxSurge is 0", manifest: otherUpdates }],
});

claim("ds.on-delete", {
  en: "With OnDelete an update changes nothing until you delete a Pod: only that node gets the new version",
  zh: "OnDelete 策略下，更新模板后什么也不会变，直到你删掉某个 Pod：只有那个节点换成新版本",
  source: "ours#daemonset",
  references: ["https://kubernetes.io/docs/tasks/manage-daemon/update-daemon-set/#daemonset-update-strategy"],
  observe: async (look) => {
    const { kubectl, namespace } = look;
    const versions = async () => {
      const pods =
        await kubectl`get pods -n ${namespace} -l app=manual --sort-by=.spec.nodeName -o ${VERSIONS}`;
      return pods.rows;
    };
    await kubectl`set env daemonset/manual -n ${namespace} VERSION=2`;
    const status = await kubectl.orRefusal`rollout status daemonset/manual -n ${namespace} --timeout=60s`;
    const updated = await versions();
    await kubectl`delete pods -n ${namespace} -l app=manual --field-selector spec.nodeName=agent-1`;
    const deleted = await look.until({
      what: "another Pod of manual on agent-1",
      look: versions,
      until: (pods) => areReady(pods, 3),
    });
    const newOnes = (pods: typeof updated) =>
      pods.filter(({ VERSION }) => VERSION === "2").map(({ NODE }) => NODE);
    return {
      rolloutStatus: status.exitCode === 0 ? status.lines.at(-1) : status.stderr.trim(),
      newAfterUpdate: newOnes(updated),
      newAfterDeletion: newOnes(deleted),
    };
  },
  holds: ({ rolloutStatus, newAfterUpdate, newAfterDeletion }) =>
    rolloutStatus?.includes("only available for RollingUpdate") === true &&
    newAfterUpdate.length === 0 &&
    String(newAfterDeletion) === "agent-1",
  mutants: [{ name: "the strategy is RollingUpdate", manifest: otherUpdates }],
});

claim("ds.revisions", {
  en: "Each version of its template is kept as a ControllerRevision, so that rollout undo can go back to it",
  zh: "模板的每个版本都保存为一个 ControllerRevision，rollout undo 可以退回去",
  source: "ours#daemonset",
  because: {
    en: "A Deployment keeps its former versions as ReplicaSets; a DaemonSet has none, so it uses separate objects just for this.",
    zh: "Deployment 的旧版本保存在 ReplicaSet 里；DaemonSet 不创建 ReplicaSet，所以另有专门的对象来保存。",
  },
  references: ["https://kubernetes.io/docs/tasks/manage-daemon/rollback-daemon-set/"],
  observe: async (look) => {
    const { kubectl, namespace } = look;
    const hasSeenIt = () =>
      look.until({
        what: "the controller to have seen the change",
        look: () => kubectl`get daemonset ssd -n ${namespace} -o ${GENERATIONS}`,
        until: ({ rows: [row = {}] }) => allEqual(row),
      });
    await kubectl`set env daemonset/ssd -n ${namespace} VERSION=2`;
    await hasSeenIt();
    const history = await kubectl`get controllerrevisions -n ${namespace} -l app=ssd --sort-by=.revision`;
    const undo = await kubectl.orRefusal`rollout undo daemonset/ssd -n ${namespace}`;
    const template =
      await kubectl`get daemonset ssd -n ${namespace} -o jsonpath={.spec.template.spec.containers[*].env}`;
    return {
      revisions: history.rows.map(({ CONTROLLER, REVISION }) => `${CONTROLLER}: ${REVISION}`),
      undone: undo.exitCode === 0 && template.text === "",
    };
  },
  holds: ({ revisions, undone }) =>
    String(revisions) === "daemonset.apps/ssd: 1,daemonset.apps/ssd: 2" && undone,
  mutants: [{ name: "revisionHistoryLimit is 0", manifest: otherUpdates }],
});

/** The Pods of an app with their nodes, in the order of the nodes. */
async function podsOf(
  app: string,
  { kubectl, namespace }: Pick<Look, "kubectl" | "namespace">,
  columns = PLACEMENT,
) {
  const pods =
    await kubectl`get pods -n ${namespace} -l ${`app=${app}`} --sort-by=.spec.nodeName -o ${columns}`;
  return pods.rows;
}

type Pods = Awaited<ReturnType<typeof podsOf>>;

function nodesOf(pods: Pods): string[] {
  return pods.map(({ NODE = "" }) => NODE).sort();
}

function nameOn(node: string, pods: Pods): string | undefined {
  return pods.find(({ NODE }) => NODE === node)?.NAME;
}

function areReady(pods: Pods, count: number): boolean {
  return pods.length === count && pods.every(({ READY }) => READY === "true");
}

/** Deletes the Pod of whoami on a node, and waits until there are as many as before. */
async function deleteOn(node: string, look: Pick<Look, "kubectl" | "namespace" | "until">) {
  const { kubectl, namespace } = look;
  const before = await podsOf("whoami", look, IDENTITY);
  await kubectl`delete pods -n ${namespace} -l app=whoami --field-selector ${`spec.nodeName=${node}`}`;
  const after = await look.until({
    what: "another Pod in its place",
    look: () => podsOf("whoami", look, IDENTITY),
    until: (pods) => areReady(pods, before.length),
  });
  return { before, after };
}

/** Changes the template of a DaemonSet, and records its Pods until all are new. */
async function update(
  app: string,
  { kubectl, namespace, record }: Look,
  title: string,
  bounds: readonly Bound[],
): Promise<Timeline> {
  const recording = await record("pods", `app=${app}`);
  await kubectl`set env ${`daemonset/${app}`} -n ${namespace} VERSION=2`;
  await kubectl`rollout status ${`daemonset/${app}`} -n ${namespace} --timeout=120s`;
  return recording.stop(title, bounds);
}

/** How many Pods an update made; the fewest that were ready, and the most that existed, at any moment. */
function numbersOf(timeline: Timeline) {
  return {
    replaced: timeline.lives.filter((life) => !life.before).length,
    fewestReady: timeline.fewest("ready"),
    most: timeline.most("waiting", "ready"),
  };
}

/** Names a node by its part in the claim, since its own name depends on how many nodes joined before. */
function of(node: string | undefined, joined: string): string {
  return node === joined ? "the other node" : String(node);
}

/** Turns a DaemonSet into another kind of workload, with the same Pods. */
function turnInto(
  kind: "ReplicaSet" | "StatefulSet",
  name: string,
  manifest: Manifest,
  replicas: number,
): void {
  manifest.object("DaemonSet", name).kind = kind;
  manifest.spec(kind, name).replicas = replicas;
}
