import { chapter, drawTable, type Look, type ManifestMutant, matches } from "../helpers/chapter.ts";
import { type Model, MODELS, type Question, QUESTIONS, type Row, WORDS } from "./11-differences.words.ts";

const { claim } = chapter({
  title: { en: "How they differ: one experiment, all models", zh: "它们有何不同：同一个实验，所有模型" },
  intro: {
    en: `
The article names them all: Deployment, ReplicaSet, StatefulSet, DaemonSet, Job and CronJob. It says that they are
built on the Pod, and promises to show how they differ. Here the same Pod runs under each of them, and the same is done
to all: a Pod is deleted, three are asked for, the image is changed, a node is added, a container ends. What happens
then goes into one table, which the last claim draws from what was seen.

Every object is named after its model: the Pod **pod**, the Deployment **deployment**, and so on; those whose container
ends when it is told to have **-ends** after the name. The cluster has two nodes, **server** and **agent-1**.`,
    zh: `
原文列出了 Deployment、ReplicaSet、StatefulSet、DaemonSet、Job 和 CronJob，说它们都建立在 Pod 之上，并预告要讲它们有何不同。
这里让同样的 Pod 分别运行在每种模型之下，再对它们做同样的事：删掉一个 Pod、要三个、换镜像、加节点、让容器结束。
结果汇成一张表，由最后一条论断根据实际观察画出来。

每个对象都以自己的模型命名：Pod 叫 **pod**，Deployment 叫 **deployment**，依此类推；容器可以按要求结束的那一组，
名字后面带 **-ends**。集群有两个节点：**server** 和 **agent-1**。`,
  },
  manifests: ["11-differences.yaml", "11-differences-ends.yaml"],
  namespace: "differences",
  inTurn: true,
});

// Custom columns, so that the output shows what a claim is about and nothing else.

const OWNERS =
  "custom-columns=MODEL:.metadata.labels.model,NAME:.metadata.name,OWNER:.metadata.ownerReferences[*].kind,OWNED_BY:.metadata.ownerReferences[*].name";
const IDENTITY =
  "custom-columns=MODEL:.metadata.labels.model,NAME:.metadata.name,NODE:.spec.nodeName,IP:.status.podIP,UID:.metadata.uid,READY:.status.containerStatuses[*].ready";
const TIES =
  "custom-columns=MODEL:.metadata.labels.model,NAME:.metadata.name,NODE:.spec.nodeName,AFFINITY:.spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[*].matchFields[*].values[*],CLAIM:.spec.volumes[*].persistentVolumeClaim.claimName";
const VOLUMES =
  "custom-columns=CLAIM:.spec.claimRef.name,NAMESPACE:.spec.claimRef.namespace,NODE:.spec.nodeAffinity.required.nodeSelectorTerms[*].matchExpressions[*].values[*]";
const IMAGES =
  "custom-columns=MODEL:.metadata.labels.model,NAME:.metadata.name,UID:.metadata.uid,IMAGE:.spec.containers[*].image,RESTARTS:.status.containerStatuses[*].restartCount,READY:.status.containerStatuses[*].ready";
const LIVES =
  "custom-columns=MODEL:.metadata.labels.model,NAME:.metadata.name,UID:.metadata.uid,PHASE:.status.phase,RESTARTS:.status.containerStatuses[*].restartCount,ENDED:.status.containerStatuses[*].state.terminated.exitCode,ENDED_BEFORE:.status.containerStatuses[*].lastState.terminated.exitCode";

/** How kubectl prints a field that is not there. */
const NONE = "<none>";

/** The same image by its full name: to Kubernetes, that is a different template. */
const OTHER_IMAGE = "docker.io/traefik/whoami:latest";

/** The change under which the outcomes must change: some models take the places of others. */
const exchanged: ManifestMutant["manifest"] = (manifest) => {
  manifest.object("ReplicaSet", "replicaset").kind = "StatefulSet";
  manifest.spec("StatefulSet", "replicaset").serviceName = "replicaset";
  delete manifest.spec("StatefulSet", "statefulset").volumeClaimTemplates;
  manifest.podSpec("StatefulSet", "statefulset").volumes = [{ name: "data", emptyDir: {} }];
  manifest.spec("Deployment", "deployment").strategy = { type: "Recreate" };
  manifest.object("DaemonSet", "daemonset").kind = "ReplicaSet";
  manifest.spec("ReplicaSet", "daemonset").replicas = 2;
  manifest.pod("pod-ends").spec.restartPolicy = "Never";
};

const statefulInstead: ManifestMutant = {
  name: "a StatefulSet takes the ReplicaSet's place",
  manifest: exchanged,
};

claim("models", {
  en: "Deployment, ReplicaSet, StatefulSet, DaemonSet, Job and CronJob are all built on the Pod",
  zh: "Deployment、ReplicaSet、StatefulSet、DaemonSet、Job 和 CronJob 都建立在 Pod 之上",
  source: "article#models",
  because: {
    en: "From each Pod, the owner references lead up to the model that it runs under, with one object in between if that model is built on another one: a Deployment makes ReplicaSets, a CronJob makes Jobs.",
    zh: "从每个 Pod 出发，沿着 ownerReferences 往上就能找到它所属的模型；如果一种模型建立在另一种之上，中间还会多一层：Deployment 创建 ReplicaSet，CronJob 创建 Job。",
  },
  references: [
    "https://kubernetes.io/docs/concepts/workloads/",
    "https://kubernetes.io/docs/concepts/overview/working-with-objects/owners-dependents/",
  ],
  observe: (look) => ask("built", look),
  holds: (chains) =>
    matches(chains, {
      Pod: "Pod",
      ReplicaSet: "ReplicaSet → Pod",
      Deployment: "Deployment → ReplicaSet → Pod",
      StatefulSet: "StatefulSet → Pod",
      DaemonSet: "DaemonSet → Pod",
      Job: "Job → Pod",
      CronJob: "CronJob → Job → Pod",
    }),
  mutants: [statefulInstead],
});

claim("differ.deleted", {
  en: "A deleted Pod is replaced under every model but the bare Pod; only under a StatefulSet does the replacement have the same name, and never the same UID or IP",
  zh: "除了裸 Pod，在任何模型下删掉 Pod 都会补上；只有 StatefulSet 沿用原来的名字，UID 和 IP 则一律更换",
  source: "reference#statefulset",
  because: {
    en: "What comes back is always another Pod, made from the template. A Job waits about ten seconds first (before 1.27, it did not wait): to a Job, a Pod that vanished has failed, so it backs off.",
    zh: "回来的都是按模板新建的另一个 Pod。Job 要晚十秒左右（1.27 之前不等）：在 Job 看来，消失的 Pod 就是失败了，重试前要先退避。",
  },
  references: [
    "https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-lifetime",
    "https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#stable-network-id",
    "https://kubernetes.io/docs/concepts/workloads/controllers/job/#handling-pod-and-container-failures",
  ],
  observe: (look) => ask("deleted", look),
  holds: (row) =>
    matches(row, {
      Pod: "no successor",
      ReplicaSet: "other name, UID, IP",
      Deployment: "other name, UID, IP",
      StatefulSet: "same name; other UID, IP",
      DaemonSet: "other name, UID, IP",
      Job: "other name, UID, IP",
      CronJob: "other name, UID, IP",
    }),
  mutants: [statefulInstead],
});

claim("differ.node", {
  en: "A replacement may come up on any node, but a DaemonSet's is tied to the node of the former Pod, and a StatefulSet's to the node where its volume lies",
  zh: "补上的 Pod 可以落在任意节点；例外是 DaemonSet 的 Pod 只属于原来的节点，StatefulSet 的 Pod 则要回到卷所在的节点",
  source: "reference#daemonset",
  because: {
    en: "The volumes of this cluster are folders on a node, and a PersistentVolume of that kind names the node. With storage that every node can reach, a Pod of a StatefulSet is free as well.",
    zh: "本集群的卷就是节点上的目录，这类 PersistentVolume 会写明自己在哪个节点。如果存储能从任意节点访问，StatefulSet 的 Pod 也不受限制。",
  },
  references: [
    "https://kubernetes.io/docs/concepts/workloads/controllers/daemonset/#how-daemon-pods-are-scheduled",
    "https://kubernetes.io/docs/concepts/storage/persistent-volumes/#node-affinity",
  ],
  observe: (look) => ask("node", look),
  holds: (row) =>
    matches(row, {
      Pod: "none",
      ReplicaSet: "any",
      Deployment: "any",
      StatefulSet: "where its volume is",
      DaemonSet: "the same",
      Job: "any",
      CronJob: "any",
    }),
  mutants: [{ name: "the StatefulSet asks for no volumes", manifest: exchanged }],
});

claim("differ.data", {
  en: "Only under a StatefulSet does the replacement find the data of the Pod that was deleted",
  zh: "只有在 StatefulSet 下，补上的 Pod 才能找回被删 Pod 的数据",
  source: "reference#statefulset",
  because: {
    en: "An emptyDir ends with its Pod. The others could mount a PersistentVolumeClaim too, but it would be one and the same for all their Pods; a StatefulSet makes one for each, and finds it again by the Pod's name.",
    zh: "emptyDir 随 Pod 一同消失。其他模型也能挂载 PersistentVolumeClaim，但所有 Pod 只能共用同一个；StatefulSet 则为每个 Pod 各建一个，并按 Pod 的名字再次找到它。",
  },
  references: [
    "https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#stable-storage",
    "https://kubernetes.io/docs/concepts/storage/volumes/#emptydir",
  ],
  observe: (look) => ask("data", look),
  holds: (row) =>
    matches(row, {
      Pod: "lost",
      ReplicaSet: "lost",
      Deployment: "lost",
      StatefulSet: "kept",
      DaemonSet: "lost",
      Job: "lost",
      CronJob: "lost",
    }),
  mutants: [{ name: "the StatefulSet asks for no volumes", manifest: exchanged }],
});

claim("differ.three", {
  en: "You get three Pods from a ReplicaSet, a Deployment or a StatefulSet by its replicas, from a Job or a CronJob by its parallelism; a Pod and a DaemonSet refuse",
  zh: "要三个 Pod：ReplicaSet、Deployment、StatefulSet 用 replicas，Job、CronJob 用 parallelism；Pod 和 DaemonSet 则不接受",
  source: "reference#replicaset",
  references: [
    "https://kubernetes.io/docs/reference/kubectl/generated/kubectl_scale/",
    "https://kubernetes.io/docs/concepts/workloads/controllers/job/#controlling-parallelism",
  ],
  observe: (look) => ask("three", look),
  holds: (row) =>
    matches(row, {
      Pod: "refused",
      ReplicaSet: "replicas",
      Deployment: "replicas",
      StatefulSet: "replicas",
      DaemonSet: "refused",
      Job: "parallelism",
      CronJob: "parallelism, next Job",
    }),
  mutants: [statefulInstead],
});

claim("differ.node-added", {
  en: "On a node that joins, only the DaemonSet starts a Pod by itself",
  zh: "新节点加入后，只有 DaemonSet 会自动在上面启动 Pod",
  source: "reference#daemonset",
  because: {
    en: "The others have as many as they want already, and Kubernetes moves no running Pod.",
    zh: "其他模型要的数量已经够了，而 Kubernetes 不会挪动正在运行的 Pod。",
  },
  references: ["https://kubernetes.io/docs/concepts/workloads/controllers/daemonset/"],
  observe: (look) => ask("added", look),
  holds: (row) =>
    MODELS.every((model) => row[model] === (model === "DaemonSet" ? "a Pod of its own" : "nothing")),
  mutants: [{ name: "a ReplicaSet takes the DaemonSet's place", manifest: exchanged }],
});

claim("differ.image", {
  en: "Change the image, and a Pod restarts its container in place, a ReplicaSet does nothing, a Deployment starts new Pods first, a StatefulSet goes from the last to the first, a DaemonSet from node to node, a Job refuses, and a CronJob keeps it for its next Job",
  zh: "更换镜像：Pod 原地重启容器，ReplicaSet 毫无动作，Deployment 先起新 Pod，StatefulSet 从最后一个换到第一个，DaemonSet 逐节点替换，Job 拒绝，CronJob 留给下一个 Job",
  source: "reference#deployment",
  because: {
    en: "The Deployment has two replicas and the default strategy: 25 % of two is rounded up for maxSurge and down for maxUnavailable, so a Pod is added before one is removed. With four replicas it would do both at once.",
    zh: "这里的 Deployment 有两个副本，用默认策略：2 的 25%，算 maxSurge 时向上取整，算 maxUnavailable 时向下取整，所以先添一个再撤一个。副本有四个时，就会边添边撤。",
  },
  references: [
    "https://kubernetes.io/docs/concepts/workloads/pods/#pod-update-and-replacement",
    "https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#rolling-update-deployment",
    "https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#rolling-updates",
    "https://kubernetes.io/docs/tasks/manage-daemon/update-daemon-set/",
    "https://kubernetes.io/docs/reference/kubernetes-api/batch/job-v1/#JobSpec",
  ],
  observe: (look) => ask("image", look),
  holds: (row) =>
    matches(row, {
      Pod: "restarts in place",
      ReplicaSet: "running Pods stay",
      Deployment: "new Pod first",
      StatefulSet: "last Pod first",
      DaemonSet: "node by node",
      Job: "refused",
      CronJob: "next Job",
    }),
  mutants: [{ name: "the Deployment's strategy is Recreate", manifest: exchanged }],
});

claim("differ.ended", {
  en: "A container that ends with exit code 0 is restarted in its Pod, but under a Job or a CronJob it is done",
  zh: "容器以退出码 0 结束后，会在原 Pod 内重启；在 Job 和 CronJob 之下，则意味着任务完成",
  source: "ours#differences",
  because: {
    en: "What is to run for ever has restartPolicy Always: it is the default, and nothing else is accepted in a ReplicaSet, Deployment, StatefulSet or DaemonSet. Nothing is replaced here: restarting is the kubelet's work, and the model takes no part in it.",
    zh: "要一直运行的，restartPolicy 就是 Always：这是默认值，ReplicaSet、Deployment、StatefulSet、DaemonSet 也只接受它。这里没有替换任何 Pod：重启由 kubelet 完成，模型并不参与。",
  },
  references: [
    "https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#restart-policy",
    "https://kubernetes.io/docs/concepts/workloads/controllers/job/",
  ],
  observe: (look) => ask("ended", look),
  holds: (row) =>
    MODELS.every((model) => row[model] === (model === "Job" || model === "CronJob" ? "done" : "restarted")),
  mutants: [{ name: "the Pod's restartPolicy is Never", manifest: exchanged }],
});

claim("models.differ", {
  en: "They differ: no two of them do the same in everything",
  zh: "它们确有不同：没有两种模型在所有方面都一样",
  source: "article#models",
  references: ["https://kubernetes.io/docs/concepts/workloads/controllers/"],
  observe: async (look) => {
    const table = new Map<Question, Row>();
    for (const question of QUESTIONS)
      table.set(question, known(question, look) ?? (await ask(question, look)));
    for (const language of ["en", "zh"] as const) look.show(WORDS[language].title, tableIn(language, table));
    return Object.fromEntries(table);
  },
  // How they are built would give them away: what counts is what they do.
  holds: ({ built: _, ...done }) => allDiffer(done),
  mutants: [
    {
      name: "only one thing is done to them: a Pod is deleted",
      // In the place where other claims had that done already: one question alone can't tell seven models apart.
      manifest: exchanged,
      observe: async (look) => ({ deleted: await ask("deleted", look) }),
    },
  ],
});

type Pods = Awaited<ReturnType<typeof podsOf>>;

/** How each question is answered. */
const EXPERIMENTS: Record<Question, (look: Look) => Promise<Row>> = {
  built: chainsOfOwners,
  deleted: async (look) => {
    const { victims, replacements } = await deletePods(look);
    return rowOf((model) => {
      const [old, fresh] = [victims[model], replacements[model]];
      if (!fresh) return "no successor";
      const other = (["NAME", "UID", "IP"] as const).filter((field) => old?.[field] !== fresh[field]);
      const words = { NAME: "name", UID: "UID", IP: "IP" };
      const same = other.includes("NAME") ? "" : "same name; ";
      return `${same}other ${other.map((field) => words[field]).join(", ")}`;
    });
  },
  node: nodesTheyAreTiedTo,
  data: async (look) => {
    const { replacements } = await deletePods(look);
    const logbooks = new Map<Model, number>();
    for (const model of MODELS) {
      const pod = replacements[model];
      if (!pod) continue;
      const book = await look.kubectl`logs ${pod.NAME ?? ""} -n ${look.namespace} -c logbook`;
      logbooks.set(model, book.lines.length);
    }
    return rowOf((model) => ((logbooks.get(model) ?? 0) > 1 ? "kept" : "lost"));
  },
  three: askForThree,
  image: changeImage,
  added: addNode,
  ended: endContainers,
};

/** Answers by namespace and question: the table is made of what the claims before it saw. */
const answers = new Map<string, Row>();

function known(question: Question, { namespace }: Look): Row | undefined {
  return answers.get(`${namespace} ${question}`);
}

/** Puts a question to every model. */
async function ask(question: Question, look: Look): Promise<Row> {
  const row = await EXPERIMENTS[question](look);
  answers.set(`${look.namespace} ${question}`, row);
  return row;
}

function rowOf(cell: (model: Model) => string): Row {
  return Object.fromEntries(MODELS.map((model) => [model, cell(model)])) as Row;
}

/** Follows the owner references from the Pods upwards. */
async function chainsOfOwners(look: Look): Promise<Row> {
  const { kubectl, namespace } = look;
  await runCronJob("cronjob", look);
  const pods = await kubectl`get pods -n ${namespace} -l app=web -o ${OWNERS}`;
  const between = await kubectl`get replicasets,jobs -n ${namespace} -o ${OWNERS}`;
  const chain = (kind: string, object: Pods[number] | undefined): string => {
    if (object?.OWNER === undefined || object.OWNER === NONE) return kind;
    const owner = between.rows.find(({ NAME }) => NAME === object.OWNED_BY);
    return `${chain(object.OWNER, owner)} → ${kind}`;
  };
  return rowOf((model) => {
    const [pod] = ofModel(model, pods.rows);
    return pod ? chain("Pod", pod) : "no Pod";
  });
}

/** The Pods of the first set, or those whose container ends when it is told to. */
async function podsOf(app: "web" | "ends", columns: string, { kubectl, namespace }: Look) {
  const pods =
    await kubectl`get pods -n ${namespace} -l ${`app=${app}`} --sort-by=.metadata.name -o ${columns}`;
  return pods.rows;
}

function ofModel(model: Model, pods: Pods): Pods {
  return pods.filter(({ MODEL }) => MODEL === model.toLowerCase());
}

/** The CronJobs from which a Job has been made, by namespace and name. */
const made = new Set<string>();

/** Makes the Job that a CronJob would make next, unless that was done before, and waits for its Pod. */
async function runCronJob(
  name: "cronjob" | "cronjob-ends",
  { kubectl, namespace, until }: Look,
): Promise<void> {
  if (made.has(`${namespace}/${name}`)) return;
  const job = `${name}-by-hand`;
  await kubectl`create job ${job} -n ${namespace} --from ${`cronjob/${name}`}`;
  made.add(`${namespace}/${name}`);
  await until({
    what: `the Pod of Job ${job} to be ready`,
    look: () => kubectl`get pods -n ${namespace} -l ${`job-name=${job}`}`,
    until: ({ rows }) => rows.some(({ READY }) => READY === "1/1"),
  });
}

type PodOfEach = Partial<Record<Model, Pods[number]>>;

/** A Pod of each model that was deleted, all Pods that were there before, and, once it is there, what came in its place. */
interface Deletion {
  readonly before: Pods;
  readonly victims: PodOfEach;
  replacements?: PodOfEach;
}

/** By namespace: a second deletion would show nothing new, and a Job would wait even longer after it. */
const deletions = new Map<string, Deletion>();

/** Deletes a Pod of each model, unless that was done before, and waits for what comes in its place. */
async function deletePods(look: Look) {
  const deletion = deletions.get(look.namespace) ?? (await deleteVictims(look));
  const { before, victims, replacements } = deletion;
  if (replacements) {
    look.show("What was deleted before, and what came in its place", succession(victims, replacements));
    return { victims, replacements };
  }
  const isOld = ({ UID }: Pods[number]) => before.some((pod) => pod.UID === UID);
  const after = await look.until({
    what: "as many ready Pods of each controller as before",
    look: () => podsOf("web", IDENTITY, look),
    until: (pods) =>
      MODELS.filter((model) => model !== "Pod").every((model) => {
        const ready = ofModel(model, pods).filter(({ READY }) => READY === "true");
        return ready.length === ofModel(model, before).length;
      }),
    seconds: 120,
  });
  const came: PodOfEach = Object.fromEntries(
    MODELS.map((model) => [model, ofModel(model, after).find((pod) => !isOld(pod))]),
  );
  deletion.replacements = came;
  return { victims, replacements: came };
}

async function deleteVictims(look: Look): Promise<Deletion> {
  const { kubectl, namespace } = look;
  await runCronJob("cronjob", look);
  const before = await podsOf("web", IDENTITY, look);
  const victims = Object.fromEntries(MODELS.map((model) => [model, ofModel(model, before).at(-1)]));
  const deletion = { before, victims };
  deletions.set(namespace, deletion);
  const names = Object.values(victims).map((pod) => pod?.NAME ?? "");
  await kubectl`delete pods -n ${namespace} ${names}`;
  return deletion;
}

/** A line for each Pod that was deleted: its name, and that of the one in its place. */
function succession(victims: PodOfEach, replacements: PodOfEach): string {
  return MODELS.map((model) => `${victims[model]?.NAME} → ${replacements[model]?.NAME ?? "–"}`).join("\n");
}

/** What says on which node a Pod has to be: an affinity of its own, or the volume that it claims. */
async function nodesTheyAreTiedTo(look: Look): Promise<Row> {
  const { victims, replacements } = await deletePods(look);
  const pods = await podsOf("web", TIES, look);
  const volumes = await look.kubectl`get persistentvolumes -o ${VOLUMES}`;
  return rowOf((model) => {
    const pod = pods.find(({ NAME }) => NAME === replacements[model]?.NAME);
    if (!pod) return "none";
    if (pod.AFFINITY !== NONE) return pod.AFFINITY === victims[model]?.NODE ? "the same" : "another";
    const volume = volumes.rows.find(
      ({ CLAIM, NAMESPACE }) => CLAIM === pod.CLAIM && NAMESPACE === look.namespace,
    );
    return volume !== undefined && volume.NODE === pod.NODE ? "where its volume is" : "any";
  });
}

/** Asks every model for three Pods, and then for two again. */
async function askForThree(look: Look): Promise<Row> {
  const { kubectl, namespace, until } = look;
  const set = async (model: Model, count: number) => {
    const object = `${model}/${model}`.toLowerCase();
    const scaled = await kubectl.orRefusal`scale ${object} -n ${namespace} ${`--replicas=${count}`}`;
    if (scaled.exitCode === 0) return "replicas";
    const patches: Partial<Record<Model, unknown>> = {
      Job: { spec: { parallelism: count } },
      CronJob: { spec: { jobTemplate: { spec: { parallelism: count } } } },
    };
    // Either the object has nothing to scale, or there is no object of that name.
    if (!scaled.stderr.includes("(NotFound)")) throw new Error(scaled.stderr);
    if (!patches[model]) return "refused";
    await kubectl`patch ${object} -n ${namespace} -p ${JSON.stringify(patches[model])}`;
    if (model === "Job") return "parallelism";
    const next = await nextJob(".spec.parallelism", look);
    return next === String(count) ? "parallelism, next Job" : "no effect";
  };
  const setAll = async (count: number) => {
    const row: Partial<Row> = {};
    for (const model of MODELS) row[model] = await set(model, count);
    const scaled = MODELS.filter((model) => row[model] === "replicas" || row[model] === "parallelism");
    await until({
      what: `${count} ready Pods of ${scaled.join(", ")}`,
      seconds: 120,
      look: () => podsOf("web", IDENTITY, look),
      until: (pods) =>
        scaled.every((model) => {
          const own = ofModel(model, pods);
          return own.length === count && own.every(({ READY }) => READY === "true");
        }),
    });
    return row as Row;
  };
  const row = await setAll(3);
  await setAll(2);
  return row;
}

/** A field of the Job that the CronJob would make next; none is made. */
async function nextJob(path: string, { kubectl, namespace }: Look): Promise<string> {
  const job =
    await kubectl`create job cronjob-next -n ${namespace} --from=cronjob/cronjob --dry-run=server -o ${`jsonpath={${path}}`}`;
  return job.text;
}

/** Changes the image of every model, and records the Pods of those that act on it. */
async function changeImage(look: Look): Promise<Row> {
  const { kubectl, namespace, record, until } = look;
  await runCronJob("cronjob", look);
  const before = await podsOf("web", IMAGES, look);
  const watched = ["Deployment", "StatefulSet", "DaemonSet"] as const;
  const recordings = await Promise.all(
    watched.map((model) => record("pods", `app=web,model=${model.toLowerCase()}`)),
  );
  const accepted = new Map<Model, boolean>();
  for (const model of MODELS) {
    const object = `${model}/${model}`.toLowerCase();
    const answer = await kubectl.orRefusal`set image ${object} -n ${namespace} ${`whoami=${OTHER_IMAGE}`}`;
    accepted.set(model, answer.exitCode === 0);
    // A mutant may have turned it into another kind.
    const isRefusal = /field is immutable|\(NotFound\)/.test(answer.stderr);
    if (answer.exitCode !== 0 && !isRefusal) throw new Error(answer.stderr);
  }
  const next = await nextJob(".spec.template.spec.containers[*].image", look);
  for (const model of watched) {
    const object = `${model}/${model}`.toLowerCase();
    await kubectl.orRefusal`rollout status ${object} -n ${namespace} --timeout=120s`;
  }
  const after = await until({
    what: "the container of Pod pod to run again",
    look: () => podsOf("web", IMAGES, look),
    until: (pods) => {
      const [pod] = ofModel("Pod", pods);
      return pod === undefined || (pod.RESTARTS !== "0" && pod.READY === "true");
    },
  });
  const orders = new Map<Model, string>();
  for (const [index, model] of watched.entries()) {
    const count = ofModel(model, before).length;
    const timeline = await recordings[index]?.stop(`${model}: the image is changed`, [
      { states: ["ready"], min: model === "Deployment" ? count : count - 1 },
      { states: ["waiting", "ready"], max: model === "Deployment" ? count + 1 : count },
    ]);
    if (!timeline) continue;
    const fresh = timeline.inOrderOf("ready").filter((life) => !life.before);
    if (fresh.length !== count) orders.set(model, "running Pods stay");
    else if (timeline.fewest("ready") >= count) orders.set(model, "new Pod first");
    else if (timeline.fewest("ready") < count - 1) orders.set(model, "all at once");
    else {
      const names = fresh.map(({ name }) => name);
      const isReverse = String(names) === String(names.toSorted().toReversed());
      const isByNode = new Set(fresh.map(({ node }) => node)).size === count && model === "DaemonSet";
      orders.set(model, isByNode ? "node by node" : isReverse ? "last Pod first" : "one by one");
    }
  }
  return rowOf((model) => {
    if (!accepted.get(model)) return "refused";
    const [old, now] = [ofModel(model, before), ofModel(model, after)];
    const stayed = String(old.map(({ UID }) => UID)) === String(now.map(({ UID }) => UID));
    if (!stayed) return orders.get(model) ?? "replaced";
    if (now.some(({ RESTARTS }) => RESTARTS !== "0")) return "restarts in place";
    return model === "CronJob" && next.includes(OTHER_IMAGE) ? "next Job" : "running Pods stay";
  });
}

/** Lets a node join, and looks at what is on it when its Pods are ready. */
async function addNode(look: Look): Promise<Row> {
  const { kubectl, namespace, until } = look;
  const agent = await look.addAgent();
  try {
    const { rows } = await until({
      what: `the DaemonSets to know ${agent}, and the Pods there to be ready`,
      look: async () => {
        const sets = await kubectl`get daemonsets -n ${namespace}`;
        const pods =
          await kubectl`get pods -n ${namespace} --field-selector ${`spec.nodeName=${agent}`} -L app,model`;
        return { sets: sets.rows, rows: pods.rows };
      },
      until: ({ sets, rows }) =>
        rows.length >= Math.max(1, sets.length) && rows.every(({ READY }) => READY === "1/1"),
    });
    const web = rows.filter(({ APP }) => APP === "web");
    return rowOf((model) => (ofModel(model, web).length > 0 ? "a Pod of its own" : "nothing"));
  } finally {
    await look.removeAgent(agent);
    // No kubelet is left there to end the Pods, and the next claim must not see them.
    await kubectl`delete pods -A --field-selector ${`spec.nodeName=${agent}`} --force --grace-period=0`;
  }
}

/** Tells a container of each model to end, and waits for what becomes of it. */
async function endContainers(look: Look): Promise<Row> {
  const { kubectl, namespace, until } = look;
  await runCronJob("cronjob-ends", look);
  const before = await podsOf("ends", LIVES, look);
  const chosen = MODELS.map((model) => ofModel(model, before)[0]?.NAME ?? "");
  for (const pod of chosen) await kubectl`exec ${pod} -n ${namespace} -- bash -c ${"kill 1"}`;
  const after = await until({
    what: "each of these Pods to have ended, or its container to have been restarted",
    look: () => podsOf("ends", LIVES, look),
    until: (pods) =>
      chosen.every((name) => {
        const pod = pods.find(({ NAME }) => NAME === name);
        return pod?.PHASE !== "Running" || pod.RESTARTS !== "0";
      }),
  });
  return rowOf((model) => {
    const old = ofModel(model, before)[0];
    const now = after.find(({ UID }) => UID === old?.UID);
    if (!now || ofModel(model, after).length !== ofModel(model, before).length) return "replaced";
    if (exitCodeOf(now) !== "0") return `exit code ${exitCodeOf(now)}`;
    return now.PHASE === "Succeeded" ? "done" : now.RESTARTS === "1" ? "restarted" : "neither";
  });
}

/** With which code a Pod's container ended last, if it did. */
function exitCodeOf({ ENDED, ENDED_BEFORE }: Pods[number]): string | undefined {
  return [ENDED, ENDED_BEFORE].find((code) => code !== NONE);
}

/** Whether no two models have the same answers to all questions. */
function allDiffer(table: Partial<Record<string, Row>>): boolean {
  const columns = MODELS.map((model) => JSON.stringify(Object.values(table).map((row) => row?.[model])));
  return new Set(columns).size === MODELS.length;
}

/** The table in one language, and below it what each model is for. */
function tableIn(language: "en" | "zh", table: ReadonlyMap<Question, Row>): string {
  const { questions, cells, uses } = WORDS[language];
  const rows = [...table].map(([question, row]) => [
    questions[question],
    ...MODELS.map((model) => cells[row[model]] ?? row[model]),
  ]);
  const advice = MODELS.map((model) => `${model.padEnd(13)}${uses[model]}`);
  return [drawTable(["", ...MODELS], rows), "", ...advice].join("\n");
}
