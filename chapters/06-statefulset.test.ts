import { chapter, type Look, type ManifestMutant, matches, type Timeline } from "../helpers/chapter.ts";

const { claim } = chapter({
  title: { en: "The StatefulSet: Pods with an identity", zh: "StatefulSet：有身份的 Pod" },
  intro: {
    en: `
To a Deployment one Pod is as good as another. A database does not work like that: the first member is the primary, the
second has to find it, and each must get *its own* data back after it has been moved. A StatefulSet gives every Pod an
identity: a name that ends in a number, a DNS name to go with it, and a volume of its own. A **PersistentVolumeClaim**
(PVC) requests the volume; a **StorageClass** says how the cluster provides it. The Pod itself is as mortal as any
other. What stays is its place, which its successor takes over.

Since the places have an order, so has everything that is done to them: they are filled from 0 upwards, each only once
the one before it is Ready, and they are emptied and updated from the top down.

Watch what comes back after a Pod is deleted, what stays behind after a StatefulSet is deleted, and what is held up by
a single Pod that does not become Ready.

**Use it when** each Pod has data of its own or must be found by name: databases, queues, anything with a quorum.
Otherwise use a Deployment; it is quicker, and leaves no volumes behind.`,
    zh: `
对 Deployment 来说，Pod 之间没有区别，哪个都一样。数据库可不能这样：第一个成员是主库，第二个要能找到它，
而且每个成员换了地方之后，都必须拿回**自己的**数据。StatefulSet 给每个 Pod 一个身份：以序号结尾的名字、与之对应的 DNS 名，
以及专属的卷。卷通过 **PersistentVolumeClaim**（PVC）申请，由 **StorageClass** 决定集群如何提供。Pod 本身和别的 Pod 一样，说没就没；不变的是它的位置，会由后继的 Pod 接替。

位置有先后，操作也就有先后：创建从 0 号开始，前一个就绪了才轮到下一个；缩容和更新则从序号最大的开始，倒着来。

留意三件事：Pod 删掉之后，回来的是什么；StatefulSet 删掉之后，留下的是什么；一个迟迟不就绪的 Pod，会卡住什么。

**什么时候用**：每个 Pod 都有自己的数据，或者需要按名字被找到，例如数据库、消息队列，以及任何要凑法定人数（quorum）的系统。
除此之外请用 Deployment：它更快，也不会留下卷。`,
  },
  manifests: ["06-statefulset.yaml"],
  later: [
    "06-statefulset-retention.yaml",
    "06-statefulset-ordinals.yaml",
    "06-statefulset-max-unavailable.yaml",
  ],
  namespace: "statefulset",
  sideBySide: true,
});

// Custom columns, so that the output shows what a claim is about and nothing else.

const OWNERS =
  "custom-columns=NAME:.metadata.name,OWNER:.metadata.ownerReferences[*].kind,OWNER NAME:.metadata.ownerReferences[*].name";
const ADDRESSES = "custom-columns=NAME:.metadata.name,IP:.status.podIP";
const POD_CLAIMS =
  "custom-columns=NAME:.metadata.name,CLAIM:.spec.volumes[*].persistentVolumeClaim.claimName";
const POD_IDENTITIES = `${POD_CLAIMS},IP:.status.podIP,UID:.metadata.uid`;
const VOLUMES = "custom-columns=NAME:.metadata.name,STATUS:.status.phase,VOLUME:.spec.volumeName";
const CLAIM_OWNERS = `${VOLUMES},OWNER:.metadata.ownerReferences[*].kind,OWNER NAME:.metadata.ownerReferences[*].name`;
const VERSIONS =
  "custom-columns=NAME:.metadata.name,VERSION:.spec.containers[0].env[0].value,DELETED:.metadata.deletionTimestamp";
const TEMPLATES = "custom-columns=NAME:.metadata.name,VERSION:.spec.template.spec.containers[0].env[0].value";
const IMAGES =
  "custom-columns=NAME:.metadata.name,IMAGE:.spec.containers[0].image,DELETED:.metadata.deletionTimestamp";
const REVISIONS =
  "custom-columns=NAME:.metadata.name,REVISION:.revision,OWNER:.metadata.ownerReferences[*].kind";
const GENERATIONS =
  "custom-columns=NAME:.metadata.name,GENERATION:.metadata.generation,OBSERVED:.status.observedGeneration";

/** How kubectl prints a field that is not there. */
const NONE = "<none>";

// k3s may list objects in the order in which they were made, other clusters by name: so they are sorted before judging.

// Changes under which the outcome of the claims below must change: "npm run mutants" applies them. Each keeps only the
// objects that it changes, so that not all Pods of the chapter have to run a second time.

const asDeployment: ManifestMutant = {
  name: "a Deployment makes the Pods",
  manifest: (manifest) => {
    manifest.keep("StatefulSet", "web");
    const { replicas, selector, template } = manifest.spec("StatefulSet", "web");
    const spec = { replicas, selector, template };
    Object.assign(manifest.object("StatefulSet", "web"), { kind: "Deployment", spec });
    manifest.podSpec("Deployment", "web").volumes = [{ name: "data", emptyDir: {} }];
  },
};

const otherServices: ManifestMutant = {
  name: "the Service has an address, the shy Pod is published at once, and canary has a Service",
  manifest: (manifest) => {
    manifest.keep("StatefulSet", "web", "shy", "canary");
    delete manifest.spec("Service", "web").clusterIP;
    manifest.spec("Service", "shy").publishNotReadyAddresses = true;
    const service = structuredClone(manifest.object("Service", "shy"));
    service.metadata.name = "canary";
    manifest.files[0]?.objects.push(service);
  },
};

const emptyDirs: ManifestMutant = {
  name: "the volumes are emptyDirs",
  manifest: (manifest) => {
    manifest.keep("StatefulSet", "reborn", "notes");
    for (const name of ["reborn", "notes"]) {
      manifest.spec("StatefulSet", name).volumeClaimTemplates = [];
      manifest.podSpec("StatefulSet", name).volumes = [{ name: "data", emptyDir: {} }];
    }
  },
};

const otherRetention: ManifestMutant = {
  name: "each StatefulSet has the other's policy for its PersistentVolumeClaims",
  manifest: (manifest) => {
    manifest.keep("StatefulSet", "abandoned", "tidy");
    const retention = (policy: string) => ({ whenScaled: policy, whenDeleted: policy });
    manifest.spec("StatefulSet", "abandoned").persistentVolumeClaimRetentionPolicy = retention("Delete");
    manifest.spec("StatefulSet", "tidy").persistentVolumeClaimRetentionPolicy = retention("Retain");
  },
};

const otherOrder: ManifestMutant = {
  name: "each StatefulSet has the other podManagementPolicy, and all count from 0",
  manifest: (manifest) => {
    manifest.keep("StatefulSet", "order", "blocked", "together", "five");
    for (const name of ["order", "blocked"]) {
      manifest.spec("StatefulSet", name).podManagementPolicy = "Parallel";
    }
    manifest.spec("StatefulSet", "together").podManagementPolicy = "OrderedReady";
    delete manifest.spec("StatefulSet", "five").ordinals;
  },
};

/** A change that is allowed. */
const withPartition = {
  name: "the update strategy's partition is changed instead, which is allowed",
  observe: (look: Look) => change("/spec/updateStrategy/rollingUpdate/partition", 1, look),
};

const otherUpdates: ManifestMutant = {
  name: "the partitions are swapped, OnDelete becomes RollingUpdate, and no history is kept",
  manifest: (manifest) => {
    manifest.keep("StatefulSet", "rolling", "canary", "manual", "history");
    const strategy = (partition: number) => ({ type: "RollingUpdate", rollingUpdate: { partition } });
    manifest.spec("StatefulSet", "rolling").updateStrategy = strategy(1);
    manifest.spec("StatefulSet", "canary").updateStrategy = strategy(0);
    manifest.spec("StatefulSet", "manual").updateStrategy = strategy(0);
    manifest.spec("StatefulSet", "history").revisionHistoryLimit = 0;
  },
};

claim("sts.names", {
  en: "The Pods are called web-0 and web-1: the StatefulSet's name and a number from 0 on",
  zh: "Pod 名叫 web-0 和 web-1：StatefulSet 的名字，加上从 0 开始的序号",
  source: "ours#statefulset",
  references: ["https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#ordinal-index"],
  observe: async ({ kubectl, namespace }) =>
    (await kubectl`get pods -n ${namespace} -l app=web -o name`).lines.toSorted(),
  holds: (names) => names.join() === "pod/web-0,pod/web-1",
  mutants: [asDeployment],
});

claim("sts.owner", {
  en: "They belong to the StatefulSet itself: there is no ReplicaSet in between",
  zh: "它们直接归 StatefulSet 所有，中间没有 ReplicaSet",
  source: "ours#statefulset",
  because: {
    en: "A ReplicaSet counts Pods and cannot tell them apart. The StatefulSet's controller has to know each by its number, so it makes them itself, and keeps its old templates as ControllerRevisions.",
    zh: "ReplicaSet 只管数量，分不清谁是谁。StatefulSet 控制器要按序号认识每一个 Pod，所以亲自创建它们；旧的模板则存成 ControllerRevision。",
  },
  references: [
    "https://kubernetes.io/docs/concepts/overview/working-with-objects/owners-dependents/",
    "https://github.com/kubernetes/kubernetes/blob/v1.36.3/pkg/controller/statefulset/stateful_set_utils.go",
  ],
  observe: async ({ kubectl, namespace }) => {
    const pods = await kubectl`get pods -n ${namespace} -l app=web -o ${OWNERS}`;
    return pods.rows.map((pod) => `${pod.OWNER} ${pod["OWNER NAME"]}`);
  },
  holds: (owners) => owners.length > 0 && owners.every((owner) => owner === "StatefulSet web"),
  mutants: [asDeployment],
});

claim("sts.label-name", {
  en: "A label holds each Pod's name, so that a selector can mean one Pod and no other",
  zh: "每个 Pod 都有一个标签写着自己的名字，因此选择器可以只选中某一个 Pod",
  source: "ours#statefulset",
  because: {
    en: "With this a Service can stand before a single member: the primary of a database, say.",
    zh: "有了它，Service 就可以只指向某一个成员，比如数据库的主库。",
  },
  references: ["https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#pod-name-label"],
  observe: async ({ kubectl, namespace }) =>
    (await kubectl`get pods -n ${namespace} -l statefulset.kubernetes.io/pod-name=web-1 -o name`).lines,
  holds: (names) => names.join() === "pod/web-1",
  mutants: [asDeployment],
});

claim("sts.label-index", {
  en: "A label holds each Pod's number in the StatefulSet",
  zh: "每个 Pod 都有一个标签写着自己的序号",
  source: "ours#statefulset",
  since: "1.28",
  references: ["https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#pod-index-label"],
  observe: async ({ kubectl, namespace }) =>
    (await kubectl`get pods -n ${namespace} -l app=web,apps.kubernetes.io/pod-index=1 -o name`).lines,
  holds: (names) => names.join() === "pod/web-1",
  mutants: [asDeployment],
});

claim("sts.start", {
  en: "The numbers can begin elsewhere: with ordinals.start: 5 the first Pod is five-5",
  zh: "序号也可以从别处开始：设置 ordinals.start: 5 后，第一个 Pod 就是 five-5",
  source: "ours#statefulset",
  since: "1.27",
  because: {
    en: "It is for moving a StatefulSet to another namespace or cluster one Pod at a time: the old one keeps 0 to 4 while the new one has 5 and 6 already.",
    zh: "它用于把 StatefulSet 逐个 Pod 地迁到另一个命名空间或集群：旧的还留着 0 到 4，新的已经接管了 5 和 6。",
  },
  references: [
    "https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#start-ordinal",
    "https://github.com/kubernetes/enhancements/tree/master/keps/sig-apps/3335-statefulset-slice",
  ],
  observe: async (look) => {
    const { kubectl, namespace } = look;
    await kubectl`apply -f fixtures/manifests/06-statefulset-ordinals.yaml`;
    await rolledOut("five", look);
    return (await kubectl`get pods -n ${namespace} -l app=five -o name`).lines;
  },
  holds: (names) => names.join() === "pod/five-5",
  mutants: [otherOrder],
});

claim("ref.sts-identity", {
  en: "A StatefulSet gives stable storage and network identity: a Pod that is deleted comes back with the same name, host name and PersistentVolumeClaim, but it is another Pod with another UID",
  zh: "StatefulSet 提供稳定的存储和网络标识：被删除的 Pod 会回来，名字、主机名和 PersistentVolumeClaim 都不变，但已经是另一个 Pod，UID 不同",
  source: "reference#statefulset",
  because: {
    en: "No Pod is repaired or moved: the old Pod has to be gone before a new one can have its name. So there is at most one Pod of each name; and that is why a Pod on a node that was lost is not replaced until somebody confirms that it is dead.",
    zh: "没有谁被修复或搬家：旧 Pod 必须彻底消失，新 Pod 才能用它的名字。所以同一个名字至多只有一个 Pod；也正因如此，节点失联时，上面的 Pod 要等到有人确认它已经死亡，才会得到替补。",
  },
  references: [
    "https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#pod-identity",
    "https://kubernetes.io/docs/tasks/run-application/force-delete-stateful-set-pod/",
  ],
  observe: (look) => rebirth(look),
  holds: ({ name, place, claimName, sameHostname, anotherUid }) =>
    name === "reborn-0" &&
    place === "reborn-0.reborn" &&
    claimName === "data-reborn-0" &&
    sameHostname &&
    anotherUid,
  mutants: [emptyDirs, { name: "nothing is deleted", observe: (look) => rebirth(look, { deleting: false }) }],
});

claim("sts.headless", {
  en: "Its Service is headless: it has no address of its own, and DNS answers with the addresses of all its Pods",
  zh: "它的 Service 是无头服务（headless）：自己没有 IP，DNS 返回的是所有 Pod 的 IP",
  source: "ours#statefulset",
  because: {
    en: "An ordinary Service hides its Pods behind one address. Here the caller is to choose, so the Service only lends its name to the Pods, and nothing is balanced.",
    zh: "普通 Service 用一个 IP 把 Pod 藏在后面。这里要由调用方自己选，所以 Service 只是把名字借给 Pod，并不做负载均衡。",
  },
  references: [
    "https://kubernetes.io/docs/concepts/services-networking/service/#headless-services",
    "https://kubernetes.io/docs/concepts/services-networking/dns-pod-service/#a-aaaa-records",
  ],
  observe: async (look) => {
    const { kubectl, namespace } = look;
    const service = await kubectl`get service web -n ${namespace} -o jsonpath={.spec.clusterIP}`;
    const pods = await kubectl`get pods -n ${namespace} -l app=web -o ${ADDRESSES}`;
    const answer = await untilWebIsKnown(look, service.text);
    return {
      address: service.text,
      answer: answer.toSorted(),
      pods: pods.rows.map(({ IP }) => IP).toSorted(),
    };
  },
  holds: ({ address, answer, pods }) =>
    address === "None" && pods.length === 2 && answer.join() === pods.join(),
  mutants: [otherServices],
});

claim("sts.dns", {
  en: "Each Pod has a DNS name of its own, web-0.web and web-1.web, by which other Pods reach exactly this one; its host name is the name of the Pod",
  zh: "每个 Pod 都有自己的 DNS 名（web-0.web、web-1.web），别的 Pod 用它找到的只会是这一个；主机名也就是 Pod 名",
  source: "ours#statefulset",
  because: {
    en: "In full it is web-0.web.<namespace>.svc.cluster.local: Pod, Service, namespace. Within the namespace the first two are enough.",
    zh: "全名是 web-0.web.<命名空间>.svc.cluster.local，依次是 Pod、Service、命名空间；在同一个命名空间里，写前两段就够了。",
  },
  references: [
    "https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#stable-network-id",
    "https://kubernetes.io/docs/concepts/services-networking/dns-pod-service/#pods",
  ],
  observe: async (look) => {
    const { kubectl, namespace } = look;
    await untilWebIsKnown(look);
    const script = "for pod in web-0 web-1; do curl -s $pod.web | grep Hostname; done";
    return (await kubectl`exec client -n ${namespace} -- bash -c ${script}`).lines;
  },
  holds: (hostnames) => hostnames.join() === "Hostname: web-0,Hostname: web-1",
  mutants: [asDeployment],
});

claim("sts.dns-follows", {
  en: "After its Pod was replaced, the name leads to the new IP address",
  zh: "Pod 换过之后，同一个名字指向新的 IP",
  source: "ours#statefulset",
  because: {
    en: "The address belongs to the Pod and dies with it, the name belongs to the place. CoreDNS learns of the change at once, but both CoreDNS and clients may cache an answer for some seconds; a program that keeps the address for ever loses its peer.",
    zh: "IP 属于 Pod，随它一起消失；名字属于这个位置。CoreDNS 立刻就会知道变化，但它和客户端都可能把旧答案缓存几秒；程序要是把 IP 永远记住，就会找不到同伴。",
  },
  references: ["https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#stable-network-id"],
  observe: (look) => callAfterReplacement(look, () => []),
  holds: ({ anotherAddress, answeredFromThere }) => anotherAddress && answeredFromThere,
  mutants: [
    {
      name: "the caller keeps using the old address",
      observe: (look) =>
        callAfterReplacement(look, (address) => ["--resolve", `moving-0.moving:80:${address}`]),
    },
  ],
});

claim("sts.dns-unready", {
  en: "A Pod that is not Ready is not found by its Service's name, unless the Service has publishNotReadyAddresses",
  zh: "Pod 没有就绪时，用 Service 的名字查不到它，除非 Service 设置了 publishNotReadyAddresses",
  source: "ours#statefulset",
  because: {
    en: "Members that must find each other before any of them can become Ready need the second kind: else each would wait for the others.",
    zh: "有些集群成员要先互相找到，才能就绪；它们需要后一种 Service，否则谁都在等别人。",
  },
  references: [
    "https://kubernetes.io/docs/reference/kubernetes-api/core/service-v1/#ServiceSpec",
    "https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#stable-network-id",
  ],
  observe: async ({ kubectl, namespace, until }) => {
    await kubectl`scale statefulset shy -n ${namespace} --replicas=1`;
    const pod = await until({
      what: "shy-0 to run",
      look: () => kubectl`get pods -n ${namespace} -l app=shy`,
      until: (pods) => pods.row("shy-0").STATUS === "Running",
    });
    const early = await until({
      what: "DNS to know the Pod of the Service shy-early",
      look: () => kubectl`exec client -n ${namespace} -- getent hosts shy-early`,
      until: (answer) => answer.lines.length > 0,
    });
    const unready = await kubectl`exec client -n ${namespace} -- getent hosts shy`;
    await kubectl`exec shy-0 -n ${namespace} -- touch /tmp/ready`;
    const ready = await until({
      what: "DNS to know the Pod, which is ready now, of the Service shy",
      look: () => kubectl`exec client -n ${namespace} -- getent hosts shy`,
      until: (answer) => answer.lines.length > 0,
    });
    await kubectl`scale statefulset shy -n ${namespace} --replicas=0`;
    return {
      ready: pod.row("shy-0").READY,
      "shy-early": early.lines.length,
      shy: unready.lines.length,
      "shy, once ready": ready.lines.length,
    };
  },
  holds: (seen) => matches(seen, { ready: "0/1", "shy-early": 1, shy: 0, "shy, once ready": 1 }),
  mutants: [otherServices],
});

claim("sts.no-service", {
  en: "The Service that serviceName names must exist before the StatefulSet",
  zh: "serviceName 所指的 Service 必须先于 StatefulSet 存在",
  source: "ours#statefulset",
  expect: "refuted",
  because: {
    en: "The API reference says so, but nothing checks it: the StatefulSet neither makes its Service nor asks whether there is one. Without it, the Pods run all the same; they only have no DNS names, and get them once the Service exists.",
    zh: "API 参考文档是这么写的，但没有谁检查：StatefulSet 既不创建这个 Service，也不过问它存不存在。没有它，Pod 照样运行，只是没有 DNS 名；等 Service 建好，名字就有了。",
  },
  references: [
    "https://kubernetes.io/docs/reference/kubernetes-api/apps/stateful-set-v1/#StatefulSetSpec",
    "https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#limitations",
  ],
  observe: async ({ kubectl, namespace }) => {
    const named = await kubectl`get statefulset canary -n ${namespace} -o jsonpath={.spec.serviceName}`;
    const service = await kubectl.orRefusal`get service ${named.text} -n ${namespace}`;
    const pods = await kubectl`get pods -n ${namespace} -l app=canary -o name`;
    const answer = await kubectl`exec client -n ${namespace} -- getent hosts ${`canary-1.${named.text}`}`;
    return {
      serviceName: named.text,
      exists: service.exitCode === 0,
      podsAreMade: pods.lines.length > 0,
      podsHaveNames: answer.lines.length > 0,
    };
  },
  holds: ({ exists, podsAreMade }) => exists || !podsAreMade,
  mutants: [otherServices],
});

claim("sts.pvc", {
  en: "Each Pod has a PersistentVolumeClaim of its own, named after template and Pod, and so a volume of its own",
  zh: "每个 Pod 都有自己的 PersistentVolumeClaim，名字由模板名和 Pod 名组成，因而也有自己的存储卷",
  source: "ours#statefulset",
  because: {
    en: "The PVC is made from volumeClaimTemplates before the Pod is; the cluster's default StorageClass then provides the volume. In a Deployment all Pods would share the one PVC that the template names.",
    zh: "PVC 按 volumeClaimTemplates 先于 Pod 创建，再由集群默认的 StorageClass 提供卷。换成 Deployment，模板里只能写某一个 PVC 的名字，由所有 Pod 共用。",
  },
  references: ["https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#stable-storage"],
  observe: async ({ kubectl, namespace }) => {
    const pods = await kubectl`get pods -n ${namespace} -l app=web -o ${POD_CLAIMS}`;
    const claims = await kubectl`get pvc -n ${namespace} -l app=web -o ${VOLUMES}`;
    return {
      claimOf: Object.fromEntries(pods.rows.map(({ NAME, CLAIM }) => [NAME, CLAIM])),
      bound: claims.rows.filter(({ STATUS }) => STATUS === "Bound").length,
      volumes: new Set(claims.rows.map(({ VOLUME }) => VOLUME)).size,
    };
  },
  holds: ({ claimOf, bound, volumes }) =>
    claimOf["web-0"] === "data-web-0" && claimOf["web-1"] === "data-web-1" && bound === 2 && volumes === 2,
  mutants: [asDeployment],
});

claim("sts.data", {
  en: "What a Pod wrote to its volume outlives the Pod, and scaling down to nothing as well",
  zh: "Pod 写进卷里的数据，Pod 没了还在，缩容到 0 也还在",
  source: "ours#statefulset",
  because: {
    en: "By default, scaling down takes away Pods, but not their PVCs: better a forgotten volume than lost data. When you scale up again, you get the old data back, even if that is not what you want.",
    zh: "默认情况下，缩容只减 Pod，不删 PVC：宁可忘了清理卷，也不能丢数据。之后再扩容，拿回的就是旧数据，哪怕你并不想要它。",
  },
  references: [
    "https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#stable-storage",
    "https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#limitations",
  ],
  observe: async (look) => {
    const { kubectl, namespace } = look;
    const read = async () => (await kubectl`exec notes-0 -n ${namespace} -- cat /data/note`).text;
    await kubectl`exec notes-0 -n ${namespace} -- bash -c ${"echo remember > /data/note"}`;
    await replacePod("notes-0", look);
    const afterDeletion = await read();
    await kubectl`scale statefulset notes -n ${namespace} --replicas=0`;
    await untilGone("notes", look);
    const claims = await kubectl`get pvc -n ${namespace} -l app=notes -o ${VOLUMES}`;
    await kubectl`scale statefulset notes -n ${namespace} --replicas=1`;
    await rolledOut("notes", look);
    return {
      afterDeletion,
      withoutPods: claims.rows.map(({ NAME, STATUS }) => `${NAME} ${STATUS}`),
      afterScaling: await read(),
    };
  },
  holds: ({ afterDeletion, withoutPods, afterScaling }) =>
    afterDeletion === "remember" &&
    withoutPods.join() === "data-notes-0 Bound" &&
    afterScaling === "remember",
  mutants: [emptyDirs],
});

claim("sts.abandoned", {
  en: "When a StatefulSet is deleted, its PersistentVolumeClaims stay behind",
  zh: "StatefulSet 删除之后，它的 PersistentVolumeClaim 会留下来",
  source: "ours#statefulset",
  because: {
    en: "The PVCs have no owner, so nothing collects them. They take up storage until somebody deletes them; and a StatefulSet of the same name that is made later takes them over, with the data.",
    zh: "PVC 没有属主，垃圾收集器不会碰它们。没人删，就一直占着存储；以后再建同名的 StatefulSet，就会连同数据一起接手。",
  },
  references: [
    "https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#limitations",
    "https://kubernetes.io/docs/tasks/run-application/delete-stateful-set/#persistent-volumes",
  ],
  observe: (look) => abandoning(look),
  holds: ([left]) => left?.NAME === "data-abandoned-0" && left.STATUS === "Bound" && left.OWNER === NONE,
  mutants: [
    // Earlier versions ignored the policy, or did not even know it.
    { ...otherRetention, from: "1.27" },
    {
      name: "somebody deletes its PersistentVolumeClaim as well",
      before: "1.27",
      observe: (look) =>
        abandoning(look, () => look.kubectl`delete pvc data-abandoned-0 -n ${look.namespace}`),
    },
  ],
});

claim("sts.retention", {
  en: "With whenScaled and whenDeleted set to Delete in persistentVolumeClaimRetentionPolicy, PersistentVolumeClaims go as well: that of a replica when it is scaled away, all when the StatefulSet is deleted",
  zh: "把 persistentVolumeClaimRetentionPolicy 的 whenScaled 和 whenDeleted 都设为 Delete 之后，PVC 也会一起删除：缩容时删掉该副本的，删除 StatefulSet 时删掉全部",
  source: "ours#statefulset",
  since: "1.27",
  because: {
    en: "The policy works by owner references: the PVC then belongs to the StatefulSet, or to the Pod that is to go, and is collected with its owner. The data goes with it.",
    zh: "这个策略靠 ownerReferences 实现：PVC 归 StatefulSet 所有，或归即将被缩掉的 Pod 所有，随属主一起被回收。数据也就跟着没了。",
  },
  references: [
    "https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#persistentvolumeclaim-retention",
    "https://github.com/kubernetes/enhancements/tree/master/keps/sig-apps/1847-autoremove-statefulset-pvcs",
  ],
  observe: async (look) => {
    const { kubectl, namespace } = look;
    const names = (claims: readonly { NAME?: string }[]) => claims.map(({ NAME }) => NAME).toSorted();
    await kubectl`apply -f fixtures/manifests/06-statefulset-retention.yaml`;
    await rolledOut("tidy", look);
    const atFirst = await kubectl`get pvc -n ${namespace} -l app=tidy -o ${CLAIM_OWNERS}`;
    await kubectl`scale statefulset tidy -n ${namespace} --replicas=1`;
    const afterScaling = await claimsLeft("tidy", look, "data-tidy-1");
    await kubectl`delete statefulset tidy -n ${namespace}`;
    const afterDeletion = await claimsLeft("tidy", look);
    return {
      atFirst: names(atFirst.rows),
      afterScaling: names(afterScaling),
      afterDeletion: names(afterDeletion),
    };
  },
  holds: ({ atFirst, afterScaling, afterDeletion }) =>
    atFirst.join() === "data-tidy-0,data-tidy-1" &&
    afterScaling.join() === "data-tidy-0" &&
    afterDeletion.length === 0,
  mutants: [otherRetention],
});

claim("sts.immutable", {
  en: "volumeClaimTemplates can't be changed: the API refuses it",
  zh: "volumeClaimTemplates 不能修改：API 会拒绝",
  source: "ours#statefulset",
  because: {
    en: "To have larger volumes you change the PVCs themselves, where their StorageClass allows it, then delete the StatefulSet with --cascade=orphan, which leaves the Pods alone, and make it anew.",
    zh: "想要更大的卷，就直接改 PVC（前提是 StorageClass 允许扩容），再用 --cascade=orphan 删除 StatefulSet（Pod 不受影响），然后重新创建。",
  },
  references: [
    "https://kubernetes.io/docs/reference/kubernetes-api/apps/stateful-set-v1/#StatefulSetSpec",
    "https://github.com/kubernetes/enhancements/issues/661",
  ],
  observe: withLargerVolumes,
  holds: ({ changed, answer }) => !changed && /immutable|forbidden/i.test(answer),
  mutants: [withPartition],
});

claim("sts.changeable", {
  en: "The refusal lists what may be changed in a StatefulSet",
  zh: "拒绝时，API 会列出 StatefulSet 里哪些字段可以改",
  source: "ours#statefulset",
  expect: [{ from: "1.37", outcome: "refuted" }],
  because: {
    en: "Until 1.36 it said: fields other than 'replicas', 'template', 'updateStrategy' and so on are forbidden. From 1.37 on it names the field that you tried to change, and says that it is immutable: selector, serviceName, podManagementPolicy and volumeClaimTemplates are.",
    zh: "到 1.36 为止，它会说：除 'replicas'、'template'、'updateStrategy' 等之外的字段不许改。从 1.37 起，它改为指出你想改的那个字段不可变：selector、serviceName、podManagementPolicy 和 volumeClaimTemplates 都是如此。",
  },
  references: [
    "https://github.com/kubernetes/kubernetes/blob/v1.37.2/pkg/apis/apps/validation/validation.go",
    "https://github.com/kubernetes/kubernetes/blob/v1.36.3/pkg/apis/apps/validation/validation.go",
  ],
  observe: withLargerVolumes,
  holds: ({ answer }) => answer.includes("updates to statefulset spec for fields other than 'replicas'"),
  mutants: [
    { ...withPartition, before: "1.37" },
    {
      name: "the answer is the one of 1.36",
      from: "1.37",
      seen: (seen) => ({
        ...seen,
        answer: "Forbidden: updates to statefulset spec for fields other than 'replicas', 'template' …",
      }),
    },
  ],
});

claim("sts.order", {
  en: "Pods are created in order, each only when the one before it is Ready, and removed in reverse, each only when the one after it is gone",
  zh: "Pod 按顺序创建，前一个就绪之后才创建下一个；缩容时倒着删，后一个彻底消失之后才删前一个",
  source: "ours#statefulset",
  because: {
    en: "A Pod that comes later finds those that came before it: a primary at number 0 is the first to come and the last to go.",
    zh: "后来的总能找到先来的：如果 0 号是主库，它就最先到，最后走。",
  },
  references: [
    "https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#deployment-and-scaling-guarantees",
  ],
  observe: (look) => upAndDown(["scale", "statefulset", "order", "--replicas=0"], look),
  holds: ({ created, eachAfterReady, removed, eachAfterGone }) =>
    created.join() === "order-0,order-1,order-2" &&
    eachAfterReady &&
    removed.join() === "order-2,order-1,order-0" &&
    eachAfterGone,
  mutants: [
    otherOrder,
    {
      name: "the StatefulSet is deleted instead of being scaled down",
      observe: (look) => upAndDown(["delete", "statefulset", "order"], look),
    },
  ],
});

claim("sts.blocked", {
  en: "A Pod that does not become Ready holds back all after it, for as long as that takes",
  zh: "一个 Pod 不就绪，后面的就都不会创建，等多久都一样",
  source: "ours#statefulset",
  because: {
    en: "That is podManagementPolicy: OrderedReady, the default. Here blocked-0 is Ready only when we make a file in it; blocked-1 comes after that and not before.",
    zh: "这就是默认的 podManagementPolicy: OrderedReady。这里要等我们在 blocked-0 里创建一个文件，它才会就绪；之后 blocked-1 才出现。",
  },
  references: [
    "https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#orderedready-pod-management",
  ],
  observe: async (look) => {
    const { kubectl, namespace, until, record } = look;
    const recording = await record("pods", "app=blocked");
    await kubectl`scale statefulset blocked -n ${namespace} --replicas=2`;
    await untilObserved("blocked", look);
    const before = await until({
      what: "blocked-0 to run",
      look: () => kubectl`get pods -n ${namespace} -l app=blocked`,
      until: (pods) => pods.row("blocked-0").STATUS === "Running",
    });
    await kubectl`exec blocked-0 -n ${namespace} -- touch /tmp/ready`;
    await until({
      what: "blocked-1",
      look: () => kubectl`get pods -n ${namespace} -l app=blocked`,
      until: (pods) => pods.rows.length === 2,
    });
    const timeline = await recording.stop("The Pods of blocked");
    await kubectl`scale statefulset blocked -n ${namespace} --replicas=0`;
    return {
      before: before.rows.map(({ NAME, READY }) => `${NAME} ${READY}`).toSorted(),
      secondAfterFirst: timeline.since("blocked-1", "waiting") >= timeline.since("blocked-0", "ready"),
    };
  },
  holds: ({ before, secondAfterFirst }) => before.join() === "blocked-0 0/1" && secondAfterFirst,
  mutants: [otherOrder],
});

claim("sts.parallel", {
  en: "With podManagementPolicy: Parallel no Pod waits for another: all are created though none is Ready",
  zh: "设置 podManagementPolicy: Parallel 后，Pod 之间互不等待：一个都没就绪，也会全部创建出来",
  source: "ours#statefulset",
  because: {
    en: "It is for members that need each other to start. Names, DNS names and volumes stay as they are.",
    zh: "它适合启动时就要互相依赖的成员；名字、DNS 名和卷都照旧。",
  },
  references: [
    "https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#parallel-pod-management",
  ],
  observe: async (look) => {
    const { kubectl, namespace } = look;
    await kubectl`scale statefulset together -n ${namespace} --replicas=2`;
    await untilObserved("together", look);
    const pods = await kubectl`get pods -n ${namespace} -l app=together`;
    await kubectl`scale statefulset together -n ${namespace} --replicas=0`;
    return pods.rows.map(({ NAME, READY }) => `${NAME} ${READY}`).toSorted();
  },
  holds: (pods) => pods.join() === "together-0 0/1,together-1 0/1",
  mutants: [otherOrder],
});

claim("sts.deletion", {
  en: "Deleting the StatefulSet itself follows no order: its Pods go all at once",
  zh: "直接删除 StatefulSet 则没有顺序可言：所有 Pod 同时终止",
  source: "ours#statefulset",
  because: {
    en: "The Pods are then removed as dependents of a deleted object, by the garbage collector, which knows nothing of their numbers. If the order matters, scale down to 0 first.",
    zh: "这时 Pod 是作为被删对象的遗留物，由垃圾收集器清理的，它不认序号。如果顺序重要，请先缩容到 0。",
  },
  references: [
    "https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#limitations",
    "https://kubernetes.io/docs/tasks/run-application/delete-stateful-set/",
  ],
  observe: (look) => removal(["delete", "statefulset", "group"], look),
  holds: ({ pods, atOnce }) => pods === 2 && atOnce,
  mutants: [
    {
      name: "the StatefulSet is scaled down first",
      observe: (look) => removal(["scale", "statefulset", "group", "--replicas=0"], look),
    },
  ],
});

claim("sts.update", {
  en: "An update replaces the Pods in reverse as well, one at a time: at any time at least two of the three are Ready",
  zh: "更新同样倒着来，一次换一个：任何时刻，三个 Pod 中都至少有两个就绪",
  source: "ours#statefulset",
  because: {
    en: "No two Pods can have the same name, so the old Pod has to go first: unlike a Deployment, a StatefulSet can't add a Pod first (a surge). And the next Pod is touched only when the new one is Ready.",
    zh: "同一个名字不能有两个 Pod，旧的必须先走，所以这里不像 Deployment 那样可以先多建一个（surge）。新 Pod 就绪之后，才轮到下一个。",
  },
  references: ["https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#rolling-updates"],
  observe: async (look) => {
    const { kubectl, namespace, record } = look;
    const recording = await record("pods", "app=rolling");
    await kubectl`set env statefulset/rolling -n ${namespace} VERSION=2`;
    await rolledOut("rolling", look);
    const timeline = await recording.stop("The Pods of rolling during the update", [
      { states: ["ready"], min: 2 },
    ]);
    const pods = await kubectl`get pods -n ${namespace} -l app=rolling -o ${VERSIONS}`;
    return {
      replaced: timeline.inOrderOf("terminating").map(({ name }) => name),
      fewestReady: timeline.fewest("ready"),
      versions: pods.rows.map(({ VERSION }) => VERSION),
    };
  },
  holds: ({ replaced, fewestReady, versions }) =>
    replaced.join() === "rolling-2,rolling-1,rolling-0" && fewestReady >= 2 && versions.join() === "2,2,2",
  mutants: [otherUpdates],
});

claim("sts.max-unavailable", {
  en: "With maxUnavailable: 2 an update takes two Pods at a time",
  zh: "设置 maxUnavailable: 2 后，更新一次换两个 Pod",
  source: "ours#statefulset",
  since: "1.24",
  expect: [
    { from: "1.35", before: "1.35.4", outcome: "holds" },
    { before: "1.37", outcome: "refuted" },
  ],
  because: {
    en: "This holds from 1.37 on. The feature gate MaxUnavailableStatefulSet was on by default in 1.35.0 to 1.35.3 too, and then turned off again because of a bug. Where it is off, the API server silently drops the field, and the Pods are replaced one after the other.",
    zh: "从 1.37 起如此。特性门控 MaxUnavailableStatefulSet 在 1.35.0 至 1.35.3 中也曾默认开启，后因缺陷又关闭。门控关闭时，API server 会不声不响地丢掉这个字段，Pod 仍然一个接一个地替换。",
  },
  references: [
    "https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#maximum-unavailable-pods",
    "https://github.com/kubernetes/kubernetes/blob/v1.37.2/pkg/features/kube_features.go",
    "https://github.com/kubernetes/kubernetes/pull/137926",
    "https://github.com/kubernetes/enhancements/tree/master/keps/sig-apps/961-maxunavailable-for-statefulset",
  ],
  observe: async (look) => {
    await hurry(look);
    return hurriedBy(["set", "env", "statefulset/hurried", "VERSION=2"], look);
  },
  holds: ({ pods, atOnce }) => pods === 2 && atOnce,
  mutants: [
    {
      name: "maxUnavailable is 1; where the field is ignored, both Pods are deleted together",
      observe: async (look) => {
        const { kubectl, namespace } = look;
        if ((await hurry(look)) === "") return hurriedBy(["delete", "pods", "-l", "app=hurried"], look);
        const patch = '{"spec":{"updateStrategy":{"rollingUpdate":{"maxUnavailable":1}}}}';
        await kubectl`patch statefulset hurried -n ${namespace} -p ${patch}`;
        return hurriedBy(["set", "env", "statefulset/hurried", "VERSION=2"], look);
      },
    },
  ],
});

claim("sts.partition", {
  en: "With partition: 1 an update stops before canary-0: it keeps the old version, even when it is deleted",
  zh: "设置 partition: 1 后，更新不会碰 canary-0：它保持旧版本，删掉重建也还是旧版本",
  source: "ours#statefulset",
  because: {
    en: "Only Pods whose number is at least the partition are updated. So one Pod can try the new version, and the others follow when the partition is lowered.",
    zh: "只有序号大于等于 partition 的 Pod 才会更新。这样可以先让一个 Pod 试用新版本，再调低 partition，让其余的跟上。",
  },
  references: ["https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#partitions"],
  observe: async (look) => {
    const { kubectl, namespace } = look;
    const versions = async () => {
      const pods = await kubectl`get pods -n ${namespace} -l app=canary -o ${VERSIONS}`;
      return pods.rows.map(({ NAME, VERSION }) => `${NAME} has ${VERSION}`).toSorted();
    };
    await kubectl`set env statefulset/canary -n ${namespace} VERSION=2`;
    await rolledOut("canary", look);
    const updated = await versions();
    await replacePod("canary-0", look);
    return { updated, afterDeletion: await versions() };
  },
  holds: ({ updated, afterDeletion }) =>
    updated.join() === "canary-0 has 1,canary-1 has 2" && afterDeletion.join() === updated.join(),
  mutants: [otherUpdates],
});

claim("sts.on-delete", {
  en: "With updateStrategy OnDelete nothing is replaced by itself: a Pod gets the new version when you delete it",
  zh: "updateStrategy 设为 OnDelete 时，什么都不会自动替换：你删哪个 Pod，哪个才换成新版本",
  source: "ours#statefulset",
  references: ["https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#update-strategies"],
  observe: async (look) => {
    const { kubectl, namespace } = look;
    const version = async () => {
      const { VERSION, DELETED } = (await kubectl`get pods -n ${namespace} -l app=manual -o ${VERSIONS}`).row(
        "manual-0",
      );
      return DELETED === NONE ? VERSION : "going";
    };
    await kubectl`set env statefulset/manual -n ${namespace} VERSION=2`;
    await untilObserved("manual", look);
    const afterUpdate = await version();
    await kubectl`delete pods -n ${namespace} -l app=manual`;
    await untilReady("manual-0", look);
    return { afterUpdate, afterDeletion: await version() };
  },
  holds: ({ afterUpdate, afterDeletion }) => afterUpdate === "1" && afterDeletion === "2",
  mutants: [otherUpdates],
});

claim("sts.revisions", {
  en: "Its template is kept as a ControllerRevision, and each Pod has a label that names the one which it was made from",
  zh: "它的模板会存成 ControllerRevision；每个 Pod 都有一个标签，写明自己是按哪个修订版本创建的",
  source: "ours#statefulset",
  references: [
    "https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#revision-history",
    "https://kubernetes.io/docs/reference/kubernetes-api/apps/controller-revision-v1/",
  ],
  observe: async ({ kubectl, namespace }) => {
    const kept = await kubectl`get controllerrevisions -n ${namespace} -l app=web -o ${REVISIONS}`;
    const pods = await kubectl`get pods -n ${namespace} -l app=web -L controller-revision-hash`;
    const [revision] = kept.rows;
    return {
      revisions: kept.rows.length,
      owner: revision?.OWNER,
      pods: pods.rows.length,
      namedByAll: pods.rows.every((pod) => pod["CONTROLLER-REVISION-HASH"] === revision?.NAME),
    };
  },
  holds: ({ revisions, owner, pods, namedByAll }) =>
    revisions === 1 && owner === "StatefulSet" && pods > 0 && namedByAll,
  mutants: [asDeployment],
});

claim("sts.undo", {
  en: "rollout undo brings back the previous template: no ControllerRevision is made for it, the old one gets the highest number",
  zh: "rollout undo 换回上一个模板：不会新建 ControllerRevision，而是把旧的那个改成最大的修订号",
  source: "ours#statefulset",
  references: [
    "https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#revision-history",
    "https://kubernetes.io/docs/reference/kubectl/generated/kubectl_rollout/kubectl_rollout_undo/",
  ],
  observe: async (look) => {
    const { kubectl, namespace } = look;
    const revisions = async () => {
      const kept =
        await kubectl`get controllerrevisions -n ${namespace} -l app=history --sort-by=.revision -o ${REVISIONS}`;
      return kept.rows.map(({ NAME }) => NAME);
    };
    await kubectl`set env statefulset/history -n ${namespace} VERSION=2`;
    await untilObserved("history", look);
    await kubectl`rollout history statefulset/history -n ${namespace}`;
    const before = await revisions();
    await kubectl.orRefusal`rollout undo statefulset/history -n ${namespace}`;
    await untilObserved("history", look);
    const after = await revisions();
    const template = await kubectl`get statefulset history -n ${namespace} -o ${TEMPLATES}`;
    return {
      revisions: after.length,
      swapped: after.length === 2 && after.join() === before.toReversed().join(),
      version: template.row("history").VERSION,
    };
  },
  holds: ({ revisions, swapped, version }) => revisions === 2 && swapped && version === "1",
  mutants: [otherUpdates],
});

claim("sts.broken", {
  en: "After an update that breaks a Pod, taking the update back is not enough: the broken Pod stays until you delete it",
  zh: "更新把 Pod 弄坏之后，撤回更新还不够：坏掉的 Pod 会一直留着，直到你把它删掉",
  source: "ours#statefulset",
  because: {
    en: "With the default podManagementPolicy, OrderedReady, the controller waits for the Pod to become Ready before it does anything else, and this one never will. It has been a known limitation since 2018, and the first thing to remember when a StatefulSet is stuck.",
    zh: "在默认的 podManagementPolicy（OrderedReady）下，控制器要等这个 Pod 就绪才肯做下一步，而它永远不会就绪。这是 2018 年以来的已知限制，也是 StatefulSet 卡住时首先要想到的。",
  },
  references: [
    "https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#forced-rollback",
    "https://github.com/kubernetes/kubernetes/issues/67250",
  ],
  observe: (look) => undoing(["image", "statefulset/broken", "whoami=traefik/whoami:broken"], look),
  holds: ({ afterUndo, afterDeletion }) =>
    afterUndo === "traefik/whoami:broken" && afterDeletion === "traefik/whoami",
  mutants: [
    {
      name: "the update breaks nothing",
      observe: (look) => undoing(["env", "statefulset/broken", "VERSION=2"], look),
    },
  ],
});

/** Waits until the Pod of that name is ready. Right after its predecessor has gone, there may not be one yet. */
async function untilReady(pod: string, { kubectl, namespace, until }: Look): Promise<void> {
  await until({
    what: `${pod} to be ready again`,
    look: () => kubectl`wait --for=condition=Ready pod/${pod} -n ${namespace} --timeout=60s`,
    until: ({ exitCode }) => exitCode === 0,
  });
}

/** Waits until a StatefulSet has all its Pods, of its newest version and ready. */
function rolledOut(name: string, { kubectl, namespace }: Pick<Look, "kubectl" | "namespace">) {
  return kubectl`rollout status statefulset/${name} -n ${namespace} --timeout=120s`;
}

/** Deletes a Pod and waits until its successor is ready. */
async function replacePod(pod: string, look: Look): Promise<void> {
  await look.kubectl`delete pod ${pod} -n ${look.namespace}`;
  await untilReady(pod, look);
}

/** Waits until there is no Pod with this label any more; older versions of kubectl call that an error. */
async function untilGone(app: string, { kubectl, namespace, until }: Look): Promise<void> {
  await until({
    what: `the Pods of ${app} to be gone`,
    look: () => kubectl.orRefusal`wait --for=delete pods -n ${namespace} -l app=${app} --timeout=60s`,
    until: ({ exitCode, stderr }) => exitCode === 0 || stderr.includes("no matching resources found"),
  });
}

/** Waits until the controller has seen the last change of a StatefulSet and done what it does at once. */
async function untilObserved(name: string, { kubectl, namespace, until }: Look): Promise<void> {
  await until({
    what: `the controller to see the last change of ${name}`,
    look: () => kubectl`get statefulset ${name} -n ${namespace} -o ${GENERATIONS}`,
    until: (sets) => sets.row(name).OBSERVED === sets.row(name).GENERATION,
  });
}

/**
 * The addresses that DNS has for the Service web: those of both Pods, or the Service's own if it has one. With musl as
 * the C library, "getent hosts" would give only the first of them.
 */
async function untilWebIsKnown({ kubectl, namespace, until }: Look, own = "None"): Promise<string[]> {
  return until({
    what: "DNS to know both Pods of the Service web",
    look: async () => {
      const answer = await kubectl`exec client -n ${namespace} -- getent ahostsv4 web`;
      return [...new Set(answer.lines.map((line) => line.split(/\s+/)[0] ?? ""))];
    },
    until: (addresses) => addresses.length === 2 || addresses.includes(own),
  });
}

/** Deletes "abandoned", calls `act` once its Pod is gone, and tells which PersistentVolumeClaims are left. */
async function abandoning(look: Look, act = async (): Promise<unknown> => undefined) {
  const { kubectl, namespace } = look;
  await kubectl`delete statefulset abandoned -n ${namespace}`;
  await untilGone("abandoned", look);
  await act();
  return (await claimsLeft("abandoned", look)).map(({ NAME, STATUS, OWNER }) => ({ NAME, STATUS, OWNER }));
}

/** The PersistentVolumeClaims left once those that have an owner, and a name that begins with `going`, are gone. */
async function claimsLeft(app: string, { kubectl, namespace, until }: Look, going = "") {
  const claims = await until({
    what: `claims of ${app} that are to go`,
    look: () => kubectl`get pvc -n ${namespace} -l app=${app} -o ${CLAIM_OWNERS}`,
    until: ({ rows }) => rows.every(({ NAME, OWNER }) => !NAME?.startsWith(going) || OWNER === NONE),
  });
  return claims.rows;
}

/** Compares the Pod of "reborn" before its deletion with the one that is there afterwards. */
async function rebirth(look: Look, { deleting = true } = {}) {
  const { kubectl, namespace } = look;
  const identity = async () => {
    const pods = await kubectl`get pods -n ${namespace} -l app=reborn -o ${POD_IDENTITIES}`;
    const hostname = await kubectl`exec reborn-0 -n ${namespace} -- hostname -f`;
    return { pod: pods.row("reborn-0"), hostname: hostname.text };
  };
  const before = await identity();
  if (deleting) await replacePod("reborn-0", look);
  const after = await identity();
  return {
    name: after.pod.NAME,
    // The namespace, which comes next, may have another name in this cluster.
    place: after.hostname.split(".").slice(0, 2).join("."),
    claimName: after.pod.CLAIM,
    sameHostname: after.hostname === before.hostname,
    anotherUid: after.pod.UID !== before.pod.UID,
  };
}

/** Replaces the Pod of "moving", and calls it by its name; `options` gives options for curl, from the old address. */
async function callAfterReplacement(look: Look, options: (address: string) => string[]) {
  const { kubectl, namespace, until } = look;
  const address = async () =>
    (await kubectl`get pods -n ${namespace} -l app=moving -o ${ADDRESSES}`).row("moving-0").IP ?? "";
  const before = await address();
  await replacePod("moving-0", look);
  const after = await address();
  const call = () =>
    kubectl`exec client -n ${namespace} -- curl -s --max-time 2 ${options(before)} moving-0.moving`;
  const keepsTo = options(before).length > 0;
  const reply = await until({
    what: "an answer from moving-0.moving",
    look: call,
    until: ({ exitCode }) => keepsTo || exitCode === 0,
  });
  return {
    anotherAddress: after !== before,
    answeredFromThere: reply.lines.includes("Hostname: moving-0") && reply.lines.includes(`IP: ${after}`),
  };
}

/** Tries to give the volumes of web more room. */
function withLargerVolumes(look: Look) {
  return change("/spec/volumeClaimTemplates/0/spec/resources/requests/storage", "2Mi", look);
}

/** Tries to change one field of web. */
async function change(path: string, value: string | number, { kubectl, namespace }: Look) {
  const patch = JSON.stringify([{ op: "replace", path, value }]);
  const { exitCode, stderr } =
    await kubectl.orRefusal`patch statefulset web -n ${namespace} --type=json -p ${patch}`;
  return { changed: exitCode === 0, answer: stderr.trim() };
}

/** Scales "order" up to three, then takes it down with a command; tells in which order its Pods came and went. */
async function upAndDown(down: readonly string[], look: Look) {
  const { kubectl, namespace, record } = look;
  const recording = await record("pods", "app=order");
  await kubectl`scale statefulset order -n ${namespace} --replicas=3`;
  await rolledOut("order", look);
  await kubectl`${down} -n ${namespace}`;
  await untilGone("order", look);
  const timeline = await recording.stop("The Pods of order, up to three and down to none");
  const created = timeline.inOrderOf("waiting").map(({ name }) => name);
  const isReady = created.map((name) => timeline.since(name, "ready"));
  return {
    created,
    eachAfterReady: created.every((name, i) => timeline.since(name, "waiting") >= (isReady[i - 1] ?? 0)),
    ...removalIn(timeline),
  };
}

/** Removes the Pods of "group" with a command; tells how many there were, and whether they went together. */
async function removal(command: readonly string[], look: Look) {
  const recording = await look.record("pods", "app=group");
  await look.kubectl`${command} -n ${look.namespace}`;
  await untilGone("group", look);
  const { removed, atOnce } = removalIn(await recording.stop("The Pods of group"));
  return { pods: removed.length, atOnce };
}

/** Applies "hurried", and waits until its Pods are there; gives the maxUnavailable that the API server has kept. */
async function hurry(look: Look): Promise<string> {
  const { kubectl, namespace } = look;
  await kubectl`apply -f fixtures/manifests/06-statefulset-max-unavailable.yaml`;
  await rolledOut("hurried", look);
  const kept =
    await kubectl`get statefulset hurried -n ${namespace} -o jsonpath={.spec.updateStrategy.rollingUpdate.maxUnavailable}`;
  return kept.text;
}

/** Has the Pods of "hurried" replaced by a command; tells how many went, and whether they went together. */
async function hurriedBy(command: readonly string[], look: Look) {
  const { kubectl, namespace, record } = look;
  const recording = await record("pods", "app=hurried");
  await kubectl`${command} -n ${namespace}`;
  await rolledOut("hurried", look);
  const { removed, atOnce } = removalIn(await recording.stop("The Pods of hurried"));
  // Fewer can't tell whether they go together.
  if (removed.length < 2)
    throw new Error(`${removed.length} Pods of hurried were replaced, where two have to be`);
  return { pods: removed.length, atOnce };
}

/** In which order Pods began to end, and whether each waited until the one before it was gone, or none waited. */
function removalIn(timeline: Timeline) {
  const lives = timeline.inOrderOf("terminating");
  // Of the Pods themselves, since a successor has the same name.
  const begins = lives.map(
    ({ spans }) => spans.find(({ state }) => state === "terminating")?.from ?? Infinity,
  );
  const ends = lives.map(({ spans }) => spans.at(-1)?.to ?? Infinity);
  return {
    removed: lives.map(({ name }) => name),
    eachAfterGone: begins.every((begin, i) => begin >= (ends[i - 1] ?? 0)),
    atOnce: begins.every((begin) => begin < Math.min(...ends)),
  };
}

/** Updates "broken", takes the update back, then deletes its Pod; gives the Pod's image after each of the last two. */
async function undoing(update: readonly string[], look: Look) {
  const { kubectl, namespace, until } = look;
  const image = async () => {
    const { IMAGE, DELETED } = (await kubectl`get pods -n ${namespace} -l app=broken -o ${IMAGES}`).row(
      "broken-0",
    );
    return DELETED === NONE ? IMAGE : "going";
  };
  const hash = "CONTROLLER-REVISION-HASH";
  const pods = () => kubectl`get pods -n ${namespace} -l app=broken -L controller-revision-hash`;
  const before = (await pods()).row("broken-0")[hash];
  await kubectl`set ${update} -n ${namespace}`;
  await until({
    what: "the updated Pod to be ready or stuck",
    look: pods,
    until: (seen) => {
      const { STATUS = "", ...pod } = seen.row("broken-0");
      // A cluster of your own may try to pull it.
      return pod[hash] !== before && /^(Running|ErrImage|ImagePullBackOff)/.test(STATUS);
    },
  });
  await kubectl`rollout undo statefulset/broken -n ${namespace}`;
  await untilObserved("broken", look);
  const afterUndo = await image();
  await kubectl`delete pods -n ${namespace} -l app=broken`;
  await untilReady("broken-0", look);
  return { afterUndo, afterDeletion: await image() };
}
