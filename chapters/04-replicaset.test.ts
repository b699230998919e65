import { chapter, type Look, type ManifestMutant, matches } from "../helpers/chapter.ts";

const { claim } = chapter({
  title: {
    en: "The ReplicaSet: a fixed number of Pods of one kind",
    zh: "ReplicaSet：同一种 Pod，保持固定数量",
  },
  intro: {
    en: `
A bare Pod that is gone stays gone. A ReplicaSet promises a number instead: "there shall be three Pods like this". It is
a loop that counts the Pods that carry a label, makes one from its template when there are too few, and deletes one when
there are too many. It knows nothing else: no order, no names of its own choice, no updates.

Watch the label. It alone decides which Pods are counted, and the chapter plays with that: Pods are adopted, released,
and left behind.

**Use it** hardly ever by hand: a Deployment makes ReplicaSets for you and adds updates. But when you wonder why a Pod
came back, or why it did not, you are asking about the ReplicaSet.`,
    zh: `
裸 Pod 没了就是没了。ReplicaSet 承诺的则是数量：“这样的 Pod 要有三个”。它是一个循环：数一数带某个标签的 Pod 有几个，
少了就按模板补，多了就删。除此之外它一概不管：不管顺序，不管名字，也不管更新。

留意标签：哪些 Pod 算数，全由它决定。本章就在标签上做文章：Pod 会被收养、被释放、被留下。

**什么时候用**：几乎不必亲手创建。Deployment 会替你创建 ReplicaSet，并补上更新的能力。但只要你想弄清某个 Pod
为什么又回来了，或者为什么没回来，问的就是 ReplicaSet。`,
  },
  manifests: ["04-replicaset.yaml"],
  later: ["04-replicaset-adopter.yaml", "04-replicaset-mismatch.yaml"],
  namespace: "replicaset",
  sideBySide: true,
});

// Custom columns, so that the output shows what a claim is about and nothing else.

const IDENTITY = "custom-columns=NAME:.metadata.name,UID:.metadata.uid";
const READINESS = `${IDENTITY},READY:.status.containerStatuses[*].ready`;
const RESTARTS = `${READINESS},RESTARTS:.status.containerStatuses[*].restartCount,CONTAINER:.status.containerStatuses[*].containerID`;
const ENVIRONMENT = `${READINESS},ENVIRONMENT:.spec.containers[*].env[*].value`;
const GENERATIONS = "custom-columns=GENERATION:.metadata.generation,OBSERVED:.status.observedGeneration";
const OWNER =
  "custom-columns=NAME:.metadata.name,PHASE:.status.phase,OWNER:.metadata.ownerReferences[*].name";
const OWNER_REFERENCE =
  "custom-columns=NAME:.metadata.name,KIND:.metadata.ownerReferences[*].kind,OWNER:.metadata.ownerReferences[*].name,CONTROLLER:.metadata.ownerReferences[*].controller,UID:.metadata.ownerReferences[*].uid";

/** How kubectl prints a field that is not there. */
const NONE = "<none>";

const DELETION_COST = "controller.kubernetes.io/pod-deletion-cost";

// Changes under which the outcome of the claims below must change: "npm run mutants" applies them. Each claim looks at
// objects of its own, so one changed copy of the manifest serves many claims.

const otherKinds: ManifestMutant["manifest"] = (manifest) => {
  manifest.keep("ReplicaSet", "web", "mended", "changed");
  manifest.keep("Pod", "client");
  for (const name of ["web", "mended"]) {
    manifest.object("ReplicaSet", name).kind = "StatefulSet";
    manifest.spec("StatefulSet", name).serviceName = name;
  }
  manifest.object("ReplicaSet", "changed").kind = "Deployment";
  manifest.spec("Service", "web").sessionAffinity = "ClientIP";
};

const otherWishes: ManifestMutant["manifest"] = (manifest) => {
  manifest.keep("ReplicaSet", "web", "twin-a", "twin-b", "costly", "adopter", "mismatch");
  manifest.keep("Pod", "orphan");
  manifest.spec("ReplicaSet", "web").replicas = 1;
  manifest.spec("ReplicaSet", "twin-b").replicas = 0;
  manifest.object("Pod", "orphan").metadata.labels = { app: "stranger" };
  const { template } = manifest.spec("ReplicaSet", "costly");
  if (template?.metadata) template.metadata.annotations = { [DELETION_COST]: "-100" };
  manifest.spec("ReplicaSet", "mismatch").selector.matchLabels = { app: "other" };
};

const inStatefulSet: ManifestMutant = { name: "the Pods belong to a StatefulSet", manifest: otherKinds };

claim("ref.rs-scale", {
  en: "A ReplicaSet keeps several instances of one Pod",
  zh: "ReplicaSet 维持同一种 Pod 的多个实例",
  source: "reference#replicaset",
  references: ["https://kubernetes.io/docs/concepts/workloads/controllers/replicaset/"],
  observe: async ({ kubectl, namespace }) => {
    const web = await kubectl`get replicaset web -n ${namespace}`;
    const pods = await kubectl`get pods -n ${namespace} -l app=web`;
    const { DESIRED, CURRENT, READY } = web.row("web");
    const running = pods.rows.filter(({ STATUS }) => STATUS === "Running").length;
    return { DESIRED, CURRENT, READY, running };
  },
  holds: ({ DESIRED, CURRENT, READY, running }) =>
    Number(DESIRED) > 1 && [CURRENT, READY, String(running)].every((count) => count === DESIRED),
  mutants: [{ name: "only one Pod is asked for", manifest: otherWishes }],
});

claim("rs.names", {
  en: "The Pods of a ReplicaSet are named after it, with five random characters appended",
  zh: "ReplicaSet 的 Pod 以 ReplicaSet 的名字加五个随机字符命名",
  source: "ours#replicaset",
  because: {
    en: "The ReplicaSet asks for generateName: web-, and the API server appends the characters. Vowels and 0, 1, 3 are not among them, so that no words come out.",
    zh: "ReplicaSet 请求的是 generateName: web-，后缀由 API server 生成；字符表里没有元音，也没有 0、1、3，免得凑出单词来。",
  },
  references: [
    "https://kubernetes.io/docs/reference/using-api/api-concepts/#generated-values",
    "https://github.com/kubernetes/apimachinery/blob/v0.36.3/pkg/util/rand/rand.go",
  ],
  observe: async ({ kubectl, namespace }) => {
    const pods = await kubectl`get pods -n ${namespace} -l app=web -o name`;
    return pods.lines.map((name) => name.replace(/-[bcdfghjklmnpqrstvwxz2456789]{5}$/, "-*****"));
  },
  holds: (names) => names.length > 0 && names.every((name) => name === "pod/web-*****"),
  mutants: [inStatefulSet],
});

claim("rs.owner", {
  en: "Each Pod names the ReplicaSet as its owner and controller, by name and UID",
  zh: "每个 Pod 都在 ownerReferences 里指明 ReplicaSet 是自己的属主和控制器，名字和 UID 都在其中",
  source: "ours#replicaset",
  because: {
    en: "The label says which Pods a ReplicaSet looks for, the owner reference which ones it has. A Pod can have many owners, but only one whose controller field is true.",
    zh: "标签决定 ReplicaSet 寻找哪些 Pod，ownerReferences 则记录哪些已经归它所有。一个 Pod 可以有多个属主，但 controller 为 true 的只能有一个。",
  },
  references: [
    "https://kubernetes.io/docs/concepts/workloads/controllers/replicaset/#how-a-replicaset-works",
    "https://kubernetes.io/docs/concepts/overview/working-with-objects/owners-dependents/",
  ],
  observe: async ({ kubectl, namespace }) => {
    const sets = await kubectl`get replicasets -n ${namespace} -l app=web -o ${IDENTITY}`;
    const pods = await kubectl`get pods -n ${namespace} -l app=web -o ${OWNER_REFERENCE}`;
    return pods.rows.map((pod) => ({
      owner: `${pod.KIND} ${pod.OWNER}`,
      controller: pod.CONTROLLER,
      sameUid: pod.UID === sets.row("web").UID,
    }));
  },
  holds: (pods) =>
    pods.length > 0 &&
    pods.every((pod) => matches(pod, { owner: "ReplicaSet web", controller: "true", sameUid: true })),
  mutants: [inStatefulSet],
});

claim("rs.replaces", {
  en: "A Pod that is deleted is replaced by another one, with another name and another UID; its sibling is left alone",
  zh: "删掉一个 Pod，补上的是另一个 Pod，名字和 UID 都不同；旁边那个不受影响",
  source: "ours#replicaset",
  because: {
    en: "A ReplicaSet keeps the number of Pods, not the individual Pod. If you need the same name again, use a StatefulSet.",
    zh: "保证的是数量，而不是某一个 Pod。要让同名的 Pod 回来，得用 StatefulSet。",
  },
  references: [
    "https://kubernetes.io/docs/concepts/workloads/controllers/replicaset/#when-to-use-a-replicaset",
  ],
  observe: async ({ kubectl, namespace, until }) => {
    const before = await kubectl`get pods -n ${namespace} -l app=mended -o ${IDENTITY}`;
    const [lost, sibling] = before.rows;
    await kubectl`delete pod ${lost?.NAME ?? ""} -n ${namespace}`;
    const { rows } = await until({
      what: "two Pods",
      look: () => kubectl`get pods -n ${namespace} -l app=mended -o ${IDENTITY}`,
      until: ({ rows }) => rows.length === 2,
    });
    return {
      pods: rows.length,
      nameIsBack: rows.some(({ NAME }) => NAME === lost?.NAME),
      uidIsBack: rows.some(({ UID }) => UID === lost?.UID),
      siblingStayed: rows.some(({ UID }) => UID === sibling?.UID),
    };
  },
  holds: (seen) => matches(seen, { pods: 2, nameIsBack: false, uidIsBack: false, siblingStayed: true }),
  mutants: [inStatefulSet],
});

claim("rs.restart", {
  en: "A container that ends is none of its business: the same Pod stays, and the kubelet starts the container again",
  zh: "容器退出不归它管：Pod 还是那个 Pod，容器由 kubelet 重新启动",
  source: "ours#replicaset",
  references: ["https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#restart-policy"],
  observe: (look) =>
    afterTheEndOf(
      "restarted",
      look,
      (pod) => look.kubectl`exec ${pod} -n ${look.namespace} -- bash -c ${"kill 1"}`,
    ),
  holds: (seen) => matches(seen, { samePod: true, restarts: "1" }),
  mutants: [
    {
      name: "the whole Pod is deleted instead",
      observe: (look) =>
        afterTheEndOf("restarted", look, (pod) => look.kubectl`delete pod ${pod} -n ${look.namespace}`),
    },
  ],
});

claim("rs.unready", {
  en: "A Pod that is no longer ready still counts: it is not replaced",
  zh: "Pod 不再就绪也照样算数：不会被替换",
  source: "ours#replicaset",
  because: {
    en: "A ReplicaSet counts the Pods that exist and have not ended. Readiness decides which Pods get requests from a Service (one address for all Pods with a label), and a livenessProbe decides which containers are restarted; neither makes a new Pod.",
    zh: "它数的是存在且没有结束的 Pod。就绪与否决定 Service（为带某个标签的所有 Pod 提供同一个地址）是否把请求发给它，存活探针决定容器是否重启；两者都不会带来新的 Pod。",
  },
  references: [
    "https://kubernetes.io/docs/concepts/workloads/pods/probes/",
    "https://kubernetes.io/docs/reference/kubernetes-api/apps/replica-set-v1/",
  ],
  observe: async ({ kubectl, namespace, until }) => {
    const before =
      await kubectl`get pods -n ${namespace} -l app=unready -o ${`${IDENTITY},IP:.status.podIP`}`;
    const [pod] = before.rows;
    // From now on /health answers with status 503; it is the kubelet that asks there, for the readinessProbe.
    await kubectl`exec client -n ${namespace} -- curl -s -d 503 ${`http://${pod?.IP}/health`}`;
    const set = await until({
      what: "the ReplicaSet to see that its Pod is not ready",
      look: () => kubectl`get replicaset unready -n ${namespace}`,
      until: (set) => set.row("unready").READY === "0",
    });
    const after = await kubectl`get pods -n ${namespace} -l app=unready -o ${READINESS}`;
    return {
      counted: set.row("unready").CURRENT,
      pods: after.rows.length,
      samePod: after.rows[0]?.UID === pod?.UID,
    };
  },
  holds: (seen) => matches(seen, { counted: "1", pods: 1, samePod: true }),
  mutants: [
    {
      name: "the Pod is deleted",
      observe: async ({ kubectl, namespace }) => {
        const before = await kubectl`get pods -n ${namespace} -l app=unready -o ${IDENTITY}`;
        await kubectl`delete pods -n ${namespace} -l app=unready`;
        const after = await kubectl`get pods -n ${namespace} -l app=unready -o ${IDENTITY}`;
        const samePod = after.rows[0]?.UID === before.rows[0]?.UID;
        return { counted: "1", pods: after.rows.length, samePod };
      },
    },
  ],
});

claim("rs.adopts", {
  en: "A Pod with its label that has no owner is adopted, even if it is not made from the template, and counts",
  zh: "带有它的标签又没有属主的 Pod 会被收养并计入数量，哪怕不是按它的模板创建的",
  source: "ours#replicaset",
  because: {
    en: "The Pod orphan was there first and has arguments of its own; nothing compares it with the template. The ReplicaSet wants two Pods and makes only one.",
    zh: "orphan 先于 ReplicaSet 存在，启动参数也是自己的，没有人拿它去和模板对照。ReplicaSet 要两个 Pod，只新建了一个。",
  },
  references: [
    "https://kubernetes.io/docs/concepts/workloads/controllers/replicaset/#non-template-pod-acquisitions",
  ],
  observe: async ({ kubectl, namespace, until }) => {
    const before = await kubectl`get pod orphan -n ${namespace} -o ${OWNER}`;
    await kubectl`apply -f fixtures/manifests/04-replicaset-adopter.yaml`;
    await until({
      what: "the ReplicaSet to have two Pods",
      look: () => kubectl`get replicaset adopter -n ${namespace}`,
      until: (set) => set.row("adopter").CURRENT === "2",
    });
    const after = await kubectl`get pods -n ${namespace} -l app=adopted -o ${OWNER}`;
    return {
      ownerBefore: before.row("orphan").OWNER,
      ownerAfter: after.row("orphan").OWNER ?? NONE,
      pods: after.rows.length,
    };
  },
  holds: (seen) => matches(seen, { ownerBefore: NONE, ownerAfter: "adopter", pods: 2 }),
  mutants: [{ name: "the bare Pod has another label", manifest: otherWishes }],
});

claim("rs.surplus", {
  en: "When there are enough Pods, another one that comes with the label is deleted: the ReplicaSet takes it for one too many",
  zh: "数量已经够了，再来一个带标签的 Pod，就会被 ReplicaSet 当作多余的删掉",
  source: "ours#replicaset",
  because: {
    en: "It is adopted first, and then there is one Pod too many. The Pod that has made the least progress is deleted: one without a node before one that has a node, one that is not ready before one that is. Here that is the newcomer. So do not give a bare Pod a label that some ReplicaSet looks for.",
    zh: "它先被收养，于是多出一个。先删进度落后的：没调度的先于已调度的，没就绪的先于已就绪的，所以被删的是新来的那个。因此，不要给裸 Pod 打上某个 ReplicaSet 正在寻找的标签。",
  },
  references: [
    "https://kubernetes.io/docs/concepts/workloads/controllers/replicaset/#non-template-pod-acquisitions",
    "https://kubernetes.io/docs/concepts/workloads/controllers/replicaset/#scaling-a-replicaset",
  ],
  observe: async (look) => {
    const { kubectl, namespace, until } = look;
    const before = await kubectl`get pods -n ${namespace} -l app=full -o ${IDENTITY}`;
    await newcomer("app=full", look);
    const told = await until({
      what: "the ReplicaSet to tell that it deleted a Pod",
      look: () => deletionsBy("full", look),
      until: (messages) => messages.length > 0,
    });
    const after = await until({
      what: "no more Pods to be left than before",
      look: () => kubectl`get pods -n ${namespace} -l app=full -o ${IDENTITY}`,
      until: ({ rows }) => rows.length === before.rows.length,
    });
    return { told, othersStayed: before.rows.every(({ NAME = "", UID }) => after.row(NAME).UID === UID) };
  },
  holds: ({ told, othersStayed }) => told.join() === "Deleted pod: newcomer" && othersStayed,
  mutants: [
    {
      name: "the newcomer has another label",
      observe: async (look) => {
        await newcomer("app=other", look);
        await look.kubectl`wait pod newcomer -n ${look.namespace} --for=condition=PodScheduled --timeout=60s`;
        return { told: await deletionsBy("full", look), othersStayed: true };
      },
    },
  ],
});

claim("rs.releases", {
  en: "A Pod whose label is changed is released: it runs on without an owner, and another one takes its place",
  zh: "改掉 Pod 的标签，它就被释放：没有了属主，但继续运行；它的位置由另一个 Pod 补上",
  source: "ours#replicaset",
  because: {
    en: "This is how you take a faulty Pod aside to examine it in peace: its place is filled, and a Service with the same selector sends it no more requests.",
    zh: "想把出问题的 Pod 单独拿出来慢慢查，就可以这样做：空位有人补，用同一个标签的 Service 也不再给它发请求。",
  },
  references: [
    "https://kubernetes.io/docs/concepts/workloads/controllers/replicaset/#isolating-pods-from-a-replicaset",
  ],
  observe: (look) => relabelled("app=suspect", look),
  holds: (seen) => matches(seen, { owner: NONE, phase: "Running", replacements: 1 }),
  mutants: [
    { name: "a label is added that nobody looks for", observe: (look) => relabelled("mood=suspect", look) },
  ],
});

claim("rs.twins", {
  en: "Two ReplicaSets that look for the same label do not take each other's Pods",
  zh: "两个 ReplicaSet 即使找的是同一个标签，也不会互相抢 Pod",
  source: "ours#replicaset",
  because: {
    en: "Only a Pod without a controller can be adopted. Two equal selectors are still a mistake: a Pod without an owner goes to whichever ReplicaSet comes first.",
    zh: "能被收养的只有没有控制器的 Pod。但这样写仍是错误：无主的 Pod 归谁，只看谁先到。",
  },
  references: [
    "https://kubernetes.io/docs/concepts/workloads/controllers/replicaset/#how-a-replicaset-works",
    "https://github.com/kubernetes/kubernetes/blob/v1.36.3/pkg/controller/controller_ref_manager.go",
  ],
  observe: async ({ kubectl, namespace }) => {
    const sets = await kubectl`get replicasets -n ${namespace} -l app=twin`;
    const pods = await kubectl`get pods -n ${namespace} -l app=twin -o ${OWNER}`;
    return {
      ready: sets.rows.map(({ NAME, READY }) => `${NAME} ${READY}`).sort(),
      owners: pods.rows.map((pod) => pod.OWNER).sort(),
    };
  },
  holds: ({ ready, owners }) => ready.join() === "twin-a 1,twin-b 1" && owners.join() === "twin-a,twin-b",
  mutants: [{ name: "one of them wants no Pod", manifest: otherWishes }],
});

claim("rs.template", {
  en: "A change of the template leaves running Pods alone; only the next one is made from it",
  zh: "修改模板不影响运行中的 Pod；只有下一个新建的 Pod 才按新模板来",
  source: "ours#replicaset",
  because: {
    en: "A ReplicaSet counts its Pods; it does not compare them with the template. Bringing a change to all Pods, step by step, is what a Deployment adds.",
    zh: "ReplicaSet 只数个数，不作比对。把改动逐步推到所有 Pod，正是 Deployment 添上的能力。",
  },
  references: [
    "https://kubernetes.io/docs/concepts/workloads/controllers/replicaset/#deleting-just-a-replicaset",
  ],
  observe: async ({ kubectl, namespace, until }) => {
    const look = () => kubectl`get pods -n ${namespace} -l app=changed -o ${ENVIRONMENT}`;
    const [before] = (await look()).rows;
    await kubectl`set env replicaset/changed WHOAMI_NAME=second -n ${namespace}`;
    await until({
      what: "the controller to have acted on the change",
      look: () => kubectl`get replicaset changed -n ${namespace} -o ${GENERATIONS}`,
      until: ({ rows }) => rows[0]?.GENERATION === "2" && rows[0].OBSERVED === "2",
    });
    const [after] = (await look()).rows;
    await kubectl`delete pod ${before?.NAME ?? ""} -n ${namespace}`;
    const next = await until({
      what: "the next Pod to be ready",
      look,
      until: ({ rows }) => rows.length === 1 && rows[0]?.READY === "true",
    });
    return {
      samePod: after?.UID === before?.UID,
      afterChange: after?.ENVIRONMENT,
      next: next.rows[0]?.ENVIRONMENT,
    };
  },
  holds: (seen) => matches(seen, { samePod: true, afterChange: NONE, next: "second" }),
  mutants: [
    {
      name: "a Deployment owns the Pod",
      manifest: otherKinds,
      observe: async ({ kubectl, namespace, until }) => {
        const look = () => kubectl`get pods -n ${namespace} -l app=changed -o ${ENVIRONMENT}`;
        const [before] = (await look()).rows;
        await kubectl`set env deployment/changed WHOAMI_NAME=second -n ${namespace}`;
        const isNew = ({ ENVIRONMENT }: Readonly<Record<string, string>>) => ENVIRONMENT === "second";
        const after = await until({
          what: "a Pod with the new value",
          look,
          until: ({ rows }) => rows.some(isNew),
        });
        const now = after.rows.find(isNew);
        return {
          samePod: now?.UID === before?.UID,
          afterChange: now?.ENVIRONMENT,
          next: now?.ENVIRONMENT,
        };
      },
    },
  ],
});

claim("rs.selector-immutable", {
  en: "The selector can't be changed: the API server says that the field is immutable",
  zh: "选择器不能修改：API server 回答该字段不可变",
  source: "ours#replicaset",
  because: {
    en: "With another selector, nobody would look after the existing Pods any more. To use another selector, delete the ReplicaSet and make a new one.",
    zh: "换了选择器，原来的 Pod 就没有人管了。要换，只能删掉 ReplicaSet 再建一个。",
  },
  references: [
    "https://kubernetes.io/docs/reference/kubernetes-api/apps/replica-set-v1/",
    "https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#label-selector-updates",
  ],
  observe: (look) =>
    refusalOf(
      '{"spec":{"selector":{"matchLabels":{"app":"other"}},"template":{"metadata":{"labels":{"app":"other"}}}}}',
      look,
    ),
  holds: (refusal) => refusal.includes("spec.selector") && refusal.includes("field is immutable"),
  mutants: [
    {
      name: "minReadySeconds is changed",
      observe: (look) => refusalOf('{"spec":{"minReadySeconds":1}}', look),
    },
  ],
});

claim("rs.selector-match", {
  en: "A ReplicaSet whose selector doesn't fit its own template is refused",
  zh: "选择器与自己的模板不符的 ReplicaSet 会被拒绝",
  source: "ours#replicaset",
  because: {
    en: "Otherwise it would not recognise the Pods that it makes, and would keep making more.",
    zh: "否则它认不出自己造的 Pod，就会没完没了地造下去。",
  },
  references: ["https://kubernetes.io/docs/concepts/workloads/controllers/replicaset/#pod-selector"],
  observe: async ({ kubectl }) => {
    const answer = await kubectl.orRefusal`apply -f fixtures/manifests/04-replicaset-mismatch.yaml`;
    return { refused: answer.exitCode !== 0, answer: answer.stderr };
  },
  holds: ({ refused, answer }) => refused && answer.includes("`selector` does not match template `labels`"),
  mutants: [{ name: "the selector fits the template", manifest: otherWishes }],
});

claim("rs.scales", {
  en: "Scaled up, it adds Pods and keeps those that are there; scaled to 0, it has none and is still there itself",
  zh: "扩容时只添新的，已有的 Pod 不动；缩到 0 时 Pod 全部消失，ReplicaSet 自己还在",
  source: "ours#replicaset",
  references: ["https://kubernetes.io/docs/concepts/workloads/controllers/replicaset/#scaling-a-replicaset"],
  observe: (look) => scaled(0, look),
  holds: (seen) => matches(seen, { podsAtTwo: 2, firstOneStayed: true, podsAtTheEnd: 0, setIsThere: true }),
  mutants: [{ name: "it is only scaled down to 1", observe: (look) => scaled(1, look) }],
});

claim("rs.cost", {
  en: "Scaled down, it deletes the ready Pod with the lowest pod-deletion-cost first",
  zh: "缩容时，同样就绪的 Pod 里先删 pod-deletion-cost 最低的",
  source: "ours#replicaset",
  since: "1.22",
  because: {
    en: "The annotation expresses a preference (without it, the cost is 0), for when one Pod has less to lose than its siblings. Pods that are not ready always go first, whatever their cost.",
    zh: "这个注解表达的是一种偏好（没写就是 0），用在某个 Pod 比别的更值得舍弃的时候。没就绪的 Pod 无论删除开销是多少，总是先删。",
  },
  references: [
    "https://kubernetes.io/docs/concepts/workloads/controllers/replicaset/#pod-deletion-cost",
    "https://kubernetes.io/docs/reference/labels-annotations-taints/#pod-deletion-cost",
  ],
  observe: async ({ kubectl, namespace, until }) => {
    const before = await kubectl`get pods -n ${namespace} -l app=costly -o ${IDENTITY}`;
    const [cheap] = before.rows;
    await kubectl`annotate pod ${cheap?.NAME ?? ""} -n ${namespace} ${DELETION_COST}=-10 --overwrite`;
    await kubectl`scale replicaset costly -n ${namespace} --replicas=1`;
    const after = await until({
      what: "one Pod to be left",
      look: () => kubectl`get pods -n ${namespace} -l app=costly -o ${IDENTITY}`,
      until: ({ rows }) => rows.length === 1,
    });
    return { before: before.rows.length, cheapOneWent: after.rows[0]?.UID !== cheap?.UID };
  },
  holds: (seen) => matches(seen, { before: 2, cheapOneWent: true }),
  mutants: [{ name: "the template gives the other Pod an even lower cost", manifest: otherWishes }],
});

claim("rs.delete", {
  en: "When a ReplicaSet is deleted, its Pods are deleted as well",
  zh: "删除 ReplicaSet，它的 Pod 也会一并删除",
  source: "ours#replicaset",
  because: {
    en: "The ReplicaSet does not do this itself: the garbage collector follows the owner references. kubectl returns before the collector is done (--cascade=background).",
    zh: "动手的不是它自己，而是沿着 ownerReferences 清理的垃圾收集器；kubectl 不等清理完就返回（--cascade=background）。",
  },
  references: [
    "https://kubernetes.io/docs/concepts/workloads/controllers/replicaset/#deleting-a-replicaset-and-its-pods",
    "https://kubernetes.io/docs/concepts/architecture/garbage-collection/#cascading-deletion",
  ],
  observe: (look) => afterDeletion("deleted", "background", look),
  holds: (seen) => matches(seen, { before: 1, replicaSets: 0, left: 0 }),
  mutants: [
    {
      name: "it is deleted with --cascade=orphan",
      observe: (look) => afterDeletion("deleted", "orphan", look),
    },
  ],
});

claim("rs.orphan", {
  en: "Deleted with --cascade=orphan, it leaves its Pods running, without an owner",
  zh: "用 --cascade=orphan 删除，它的 Pod 会留下来继续运行，只是不再有属主",
  source: "ours#replicaset",
  because: {
    en: "A new ReplicaSet adopts them if its selector fits their labels: this is how you change a selector without losing a Pod.",
    zh: "再建一个 ReplicaSet，只要它的选择器与这些 Pod 的标签相符，就会收养它们：想换选择器又不想丢掉 Pod，就用这个办法。",
  },
  references: [
    "https://kubernetes.io/docs/concepts/workloads/controllers/replicaset/#deleting-just-a-replicaset",
  ],
  observe: (look) => afterDeletion("left", "orphan", look),
  holds: (seen) => matches(seen, { before: 1, replicaSets: 0, runOn: 1 }),
  mutants: [
    {
      name: "it is deleted in the usual way",
      observe: (look) => afterDeletion("left", "background", look),
    },
  ],
});

claim("ref.rs-balance", {
  en: "A ReplicaSet, as it keeps several instances, balances the load among them",
  zh: "ReplicaSet 维持多个实例，从而在它们之间均衡负载",
  source: "reference#replicaset",
  expect: "refuted",
  because: {
    en: "A ReplicaSet has no address to which a request could be sent; only its Pods have one. A client that knows one of them talks to that one, sixty times out of sixty. Balancing needs several Pods, but it is a Service that does it.",
    zh: "ReplicaSet 自己没有可供访问的地址，有地址的只是它的 Pod。客户端知道哪个 Pod，就一直访问哪个，六十次全是它。多个 Pod 是均衡的前提，真正做均衡的是 Service。",
  },
  references: [
    "https://kubernetes.io/docs/concepts/workloads/controllers/replicaset/#alternatives-to-replicaset",
    "https://kubernetes.io/docs/concepts/services-networking/service/",
  ],
  observe: async (look) => {
    await look.kubectl`get replicaset web -n ${look.namespace} -o wide`;
    const pods = await podsOfWeb(look);
    const answered = await answering(pods[0]?.IP ?? "", look);
    // With a single Pod there is nothing to balance, and nothing is refuted.
    if (pods.length < 2) throw new Error("there is only one Pod");
    return { pods: pods.length, answered };
  },
  holds: ({ pods, answered }) => pods > 1 && answered === pods,
  mutants: [{ name: "the requests go through a Service", observe: throughService }],
});

claim("rs.service", {
  en: "Through a Service that looks for their label, requests reach all Pods of the ReplicaSet",
  zh: "通过按标签选中它们的 Service，请求会到达 ReplicaSet 的所有 Pod",
  source: "ours#replicaset",
  because: {
    en: "The Service knows the Pods by their label, not by their owner: it works the same without any ReplicaSet. kube-proxy picks one of them at random for each connection, so the shares are only roughly equal.",
    zh: "Service 认的是标签，不是属主；没有 ReplicaSet 它也照样工作。kube-proxy 为每个连接随机挑一个 Pod，所以各自的份额只是大致相等。",
  },
  references: ["https://kubernetes.io/docs/reference/networking/virtual-ips/"],
  observe: throughService,
  holds: ({ pods, answered }) => pods > 1 && answered === pods,
  mutants: [{ name: "the Service always sends a client to the same Pod", manifest: otherKinds }],
});

/** Does something to the only Pod of a ReplicaSet, and tells what is there once a container has been started again. */
async function afterTheEndOf(app: string, look: Look, end: (pod: string) => Promise<unknown>) {
  const { kubectl, namespace, until } = look;
  const [before] = (await kubectl`get pods -n ${namespace} -l app=${app} -o ${RESTARTS}`).rows;
  await end(before?.NAME ?? "");
  const after = await until({
    what: "a container that was started anew to be ready, or another Pod",
    look: () => kubectl`get pods -n ${namespace} -l app=${app} -o ${RESTARTS}`,
    until: ({ rows }) => {
      if (rows.length !== 1) return false;
      const [now] = rows;
      return now?.UID !== before?.UID || (now?.READY === "true" && now.CONTAINER !== before?.CONTAINER);
    },
  });
  return { samePod: after.rows[0]?.UID === before?.UID, restarts: after.rows[0]?.RESTARTS };
}

/** Makes a bare Pod with a label. */
async function newcomer(label: string, { kubectl, namespace }: Look) {
  await kubectl`run newcomer -n ${namespace} --image=traefik/whoami --image-pull-policy=IfNotPresent --labels=${label}`;
}

/** What a ReplicaSet tells of the Pods that it deleted. */
async function deletionsBy(replicaSet: string, { kubectl, namespace }: Look) {
  const selector = `involvedObject.kind=ReplicaSet,involvedObject.name=${replicaSet},reason=SuccessfulDelete`;
  const events =
    await kubectl`get events -n ${namespace} --field-selector ${selector} -o ${'jsonpath={range .items[*]}{.message}{"\\n"}{end}'}`;
  return events.lines;
}

/** Gives the only Pod of a ReplicaSet a label, and tells what becomes of it and who is counted then. */
async function relabelled(label: string, { kubectl, namespace, until }: Look) {
  const before = await kubectl`get pods -n ${namespace} -l app=released -o ${IDENTITY}`;
  const [pod] = before.rows;
  await kubectl`label pod ${pod?.NAME ?? ""} -n ${namespace} ${label} --overwrite`;
  const after = await until({
    what: "the ReplicaSet to have a ready Pod",
    look: () => kubectl`get pods -n ${namespace} -l app=released -o ${READINESS}`,
    until: ({ rows }) => rows.length === 1 && rows[0]?.READY === "true",
  });
  const left = await kubectl`get pod ${pod?.NAME ?? ""} -n ${namespace} -o ${OWNER}`;
  return {
    owner: left.rows[0]?.OWNER,
    phase: left.rows[0]?.PHASE,
    replacements: after.rows.filter(({ UID }) => UID !== pod?.UID).length,
  };
}

/** What the API server says against a change of the ReplicaSet; nothing when it accepts it. */
async function refusalOf(change: string, { kubectl, namespace }: Look) {
  const answer = await kubectl.orRefusal`patch replicaset web -n ${namespace} -p ${change}`;
  return answer.exitCode === 0 ? "" : answer.stderr;
}

/** Scales a ReplicaSet of one Pod to two and then down. */
async function scaled(down: number, { kubectl, namespace, until }: Look) {
  const before = await kubectl`get pods -n ${namespace} -l app=scaled -o ${IDENTITY}`;
  const scaleTo = async (replicas: number) => {
    await kubectl`scale replicaset scaled -n ${namespace} --replicas=${replicas}`;
    return await until({
      what: `${replicas} Pods to be there`,
      look: () => kubectl`get pods -n ${namespace} -l app=scaled -o ${IDENTITY}`,
      until: ({ rows }) => rows.length === replicas,
    });
  };
  const up = await scaleTo(2);
  const end = await scaleTo(down);
  const set = await kubectl`get replicaset scaled -n ${namespace}`;
  return {
    podsAtTwo: up.rows.length,
    firstOneStayed: up.rows.some(({ UID }) => UID === before.rows[0]?.UID),
    podsAtTheEnd: end.rows.length,
    setIsThere: set.row("scaled").DESIRED === String(down),
  };
}

/** Deletes a ReplicaSet, and tells what is left once none of its Pods names it as the owner any more. */
async function afterDeletion(name: string, cascade: "background" | "orphan", look: Look) {
  const { kubectl, namespace, until } = look;
  const before = await kubectl`get pods -n ${namespace} -l app=${name} -o ${OWNER}`;
  await kubectl`delete replicaset ${name} -n ${namespace} --cascade=${cascade}`;
  const pods = await until({
    what: "the garbage collector to be done",
    look: () => kubectl`get pods -n ${namespace} -l app=${name} -o ${OWNER}`,
    until: ({ rows }) => rows.every(({ OWNER }) => OWNER === NONE),
  });
  const sets = await kubectl`get replicasets -n ${namespace} -l app=${name}`;
  const wasThere = (pod: string | undefined) => before.rows.some(({ NAME }) => NAME === pod);
  return {
    before: before.rows.length,
    replicaSets: sets.rows.length,
    left: pods.rows.length,
    runOn: pods.rows.filter(({ NAME, PHASE }) => PHASE === "Running" && wasThere(NAME)).length,
  };
}

async function podsOfWeb({ kubectl, namespace }: Look) {
  const columns = "custom-columns=NAME:.metadata.name,IP:.status.podIP";
  return (await kubectl`get pods -n ${namespace} -l app=web -o ${columns}`).rows;
}

/**
 * How many Pods there are behind the Service, and how many of them answered. A node learns of each of them a moment
 * after it is ready, and nothing says when it knows them all: so the Service is asked until all answer, or nothing
 * changes any more. A busy node is slow to learn and slow to answer, and then eight looks take more than a minute.
 */
async function throughService(look: Look) {
  const { kubectl, namespace, until } = look;
  const pods = await podsOfWeb(look);
  const service = await kubectl`get service web -n ${namespace} -o jsonpath={.spec.clusterIP}`;
  const seen: number[] = [];
  const last = await until({
    what: "the node to know the Pods behind the Service",
    look: async () => {
      const answered = await answering(service.text, look);
      seen.push(answered);
      return { pods: pods.length, answered, looks: seen.length };
    },
    until: ({ answered, looks }) =>
      answered === pods.length || (looks >= 8 && seen.slice(-3).every((before) => before === answered)),
    seconds: 180,
  });
  return { pods: pods.length, answered: last.answered };
}

/**
 * How many Pods answer when an address is asked sixty times, each time over a connection of its own. One request without
 * an answer is an error: then this number says nothing.
 */
async function answering(address: string, { kubectl, namespace }: Look) {
  const script = `set -o pipefail; curl -sS --fail-early --max-time 10 -H "Connection: close" "http://${address}/?[1-60]" | grep ^Hostname | sort | uniq -c`;
  const answers = await kubectl`exec client -n ${namespace} -- bash -c ${script}`;
  if (answers.exitCode !== 0) throw new Error(`one of the requests had no answer: ${answers.stderr}`);
  return answers.lines.length;
}
