import { type Bound, chapter, keeping, type Look, type ManifestMutant } from "../helpers/chapter.ts";

const { claim } = chapter({
  title: { en: "The Deployment: from one version to the next", zh: "Deployment：从一个版本到下一个版本" },
  intro: {
    en: `
A ReplicaSet keeps a fixed number of Pods of one template, and knows nothing of versions. A Deployment knows them: for
each version of the template it makes a ReplicaSet, and an update means that the new one grows while the old one
shrinks. The Deployment itself never touches a Pod.

Two things are worth watching. The first is the update itself, second by second: how many Pods there are, how many of
them serve, and whether a client that sends requests all the time notices anything. That depends only partly on the
Deployment; the rest is up to two small things in the Pod, a **readinessProbe** and a **preStop** hook: without them,
requests are lost. The second is book-keeping: what makes a new revision, what does not, and what it takes to go back.

Use it when your Pods are interchangeable and keep nothing of their own: web servers, APIs, workers.`,
    zh: `
ReplicaSet 只管按一个模板维持固定数量的 Pod，不懂什么是版本。Deployment 懂：模板每有一个版本，它就建一个 ReplicaSet；
所谓更新，就是让新的 ReplicaSet 逐步变大、旧的逐步变小。它自己从不直接碰 Pod。

有两件事值得细看。一是更新的过程本身，一秒一秒地看：有多少个 Pod，其中多少个能提供服务，一个不停发请求的客户端会不会察觉。
这只有一部分取决于 Deployment，另一部分取决于 Pod 里的两处小配置：**readinessProbe** 和 **preStop** 钩子，少了它们就会丢请求。
二是记账：什么会产生新的修订版本，什么不会，要退回去又得做什么。

适用场景：各个 Pod 可以互换、自身不保存状态，例如 Web 服务、API、后台 worker。`,
  },
  manifests: ["05-deployment.yaml"],
  later: ["05-deployment-again.yaml", "05-deployment-parting.yaml"],
  namespace: "deployment",
  sideBySide: true,
});

const DOCS = "https://kubernetes.io/docs/concepts/workloads/controllers/deployment/";

// Changes under which the outcome of several claims must change: "npm run mutants" applies them.

const replicaSetInstead: ManifestMutant = {
  name: "a ReplicaSet takes the Deployment's place",
  manifest: keeping(["web"], (manifest) => {
    manifest.object("Deployment", "web").kind = "ReplicaSet";
  }),
};

// What a Deployment makes

claim("deploy.replicaset", {
  en: "A Deployment makes a ReplicaSet, named after it and a hash of the Pod template; the hash is in the ReplicaSet's selector and on its Pods, as the label pod-template-hash",
  zh: "Deployment 会创建一个 ReplicaSet，名字由 Deployment 名加 Pod 模板的哈希组成；这个哈希以 pod-template-hash 标签的形式出现在 ReplicaSet 的选择器和它的 Pod 上",
  source: "ours#deployment",
  because: {
    en: "All Pods of a Deployment have the labels of its selector, whatever their version. The hash keeps the selectors of its ReplicaSets apart, so that each finds the Pods of its own version alone.",
    zh: "一个 Deployment 的所有 Pod，不论版本，都带有它的选择器所要求的标签。有了这个哈希，各个 ReplicaSet 的选择器才不会重叠，每个只找到自己版本的 Pod。",
  },
  references: [`${DOCS}#pod-template-hash-label`],
  observe: async ({ kubectl, namespace }) => {
    const sets =
      await kubectl`get replicasets -n ${namespace} -l app=web -o custom-columns=NAME:.metadata.name,HASH:.metadata.labels.pod-template-hash,SELECTS:.spec.selector.matchLabels.pod-template-hash`;
    const pods =
      await kubectl`get pods -n ${namespace} -l app=web -o custom-columns=NAME:.metadata.name,HASH:.metadata.labels.pod-template-hash`;
    const hash = sets.rows[0]?.HASH ?? "";
    return {
      replicaSets: sets.rows.map(({ NAME, SELECTS }) => ({
        name: NAME === `web-${hash}` ? "web-HASH" : NAME,
        selects: SELECTS === hash ? "HASH" : SELECTS,
      })),
      pods: pods.rows.map(({ NAME, HASH }) => ({
        name: NAME?.startsWith(`web-${hash}-`) ? "web-HASH-…" : NAME,
        label: HASH === hash ? "HASH" : HASH,
      })),
    };
  },
  holds: ({ replicaSets, pods }) =>
    replicaSets.length === 1 &&
    replicaSets.every(({ name, selects }) => name === "web-HASH" && selects === "HASH") &&
    pods.length > 0 &&
    pods.every(({ name, label }) => name === "web-HASH-…" && label === "HASH"),
  mutants: [replicaSetInstead],
});

claim("deploy.owners", {
  en: "A Pod belongs to the ReplicaSet, not to the Deployment: it is the ReplicaSet that belongs to the Deployment",
  zh: "Pod 属于 ReplicaSet，ReplicaSet 才属于 Deployment",
  source: "ours#deployment",
  references: ["https://kubernetes.io/docs/concepts/overview/working-with-objects/owners-dependents/"],
  observe: async ({ kubectl, namespace }) => {
    const objects =
      await kubectl`get deployments,replicasets,pods -n ${namespace} -l app=web -o custom-columns=KIND:.kind,NAME:.metadata.name,OWNER:.metadata.ownerReferences[*].kind,CONTROLLER:.metadata.ownerReferences[*].controller`;
    // Several Pods would say the same.
    return [
      ...new Set(objects.rows.map(({ KIND, OWNER, CONTROLLER }) => `${KIND}: ${OWNER}, ${CONTROLLER}`)),
    ];
  },
  holds: (owners) =>
    owners.join("; ") === "Deployment: <none>, <none>; ReplicaSet: Deployment, true; Pod: ReplicaSet, true",
  mutants: [replicaSetInstead],
});

claim("deploy.healed", {
  en: "A Pod that is deleted is replaced by the same ReplicaSet, under another name; that is no new revision",
  zh: "被删除的 Pod 由同一个 ReplicaSet 补上，名字不同；这不产生新的修订版本",
  source: "ours#deployment",
  references: [
    "https://kubernetes.io/docs/concepts/workloads/controllers/replicaset/#how-a-replicaset-works",
  ],
  observe: (look) => healing(look, (pod) => look.kubectl`delete pod ${pod} -n ${look.namespace}`),
  holds: ({ replaced, sameReplicaSet, revision }) => replaced && sameReplicaSet && revision === "1",
  mutants: [
    {
      name: "the Deployment is scaled to 0 instead",
      observe: (look) =>
        healing(look, () => look.kubectl`scale deployment/healed -n ${look.namespace} --replicas=0`),
    },
  ],
});

claim("deploy.reborn", {
  en: "A ReplicaSet that is deleted is made again by the Deployment: the same name, but another object",
  zh: "被删除的 ReplicaSet 会由 Deployment 重新创建：名字相同，但已是另一个对象",
  source: "ours#deployment",
  because: {
    en: "The name is computed from the template, and the template is the same.",
    zh: "名字是由模板计算出来的，而模板没有变。",
  },
  references: [`${DOCS}#pod-template-hash-label`],
  observe: async ({ kubectl, namespace, until }) => {
    const objects = () =>
      kubectl`get deployments,replicasets -n ${namespace} -l app=reborn -o custom-columns=KIND:.kind,NAME:.metadata.name,UID:.metadata.uid`;
    const ofKind = (rows: Awaited<ReturnType<typeof objects>>, kind: string) =>
      rows.rows.filter(({ KIND }) => KIND === kind);
    const before = ofKind(await objects(), "ReplicaSet")[0];
    await kubectl`delete replicasets -n ${namespace} -l app=reborn`;
    const after = await until({
      what: "each Deployment to have a ReplicaSet",
      look: objects,
      until: (seen) => ofKind(seen, "ReplicaSet").length >= ofKind(seen, "Deployment").length,
    });
    const again = ofKind(after, "ReplicaSet")[0];
    return {
      there: again !== undefined,
      sameName: again?.NAME === before?.NAME,
      sameUid: again?.UID === before?.UID,
    };
  },
  holds: ({ there, sameName, sameUid }) => there && sameName && !sameUid,
  mutants: [
    {
      name: "it is a ReplicaSet without a Deployment",
      manifest: keeping(["reborn"], (manifest) => {
        manifest.object("Deployment", "reborn").kind = "ReplicaSet";
      }),
    },
  ],
});

claim("deploy.doomed", {
  en: "When a Deployment is deleted, its ReplicaSets and their Pods go with it",
  zh: "删除 Deployment 时，它的 ReplicaSet 和这些 ReplicaSet 的 Pod 也一并删除",
  source: "ours#deployment",
  because: {
    en: "The garbage collector follows the owner references. With --cascade=orphan it only removes these references, and everything else keeps running without the Deployment.",
    zh: "垃圾收集器会沿着 ownerReferences 逐级处理。若指定 --cascade=orphan，它只切断归属关系，没有了 Deployment，其余照常运行。",
  },
  references: ["https://kubernetes.io/docs/concepts/architecture/garbage-collection/#cascading-deletion"],
  observe: (look) => deletion("foreground", look),
  holds: ({ before, after }) => before === "ReplicaSet, Pod" && after === "",
  mutants: [{ name: "it is deleted with --cascade=orphan", observe: (look) => deletion("orphan", look) }],
});

claim("deploy.defaults", {
  en: "By default a Deployment uses RollingUpdate, with up to 25 % more and up to 25 % fewer Pods, keeps 10 old revisions, and waits 600 s for progress",
  zh: "不作任何声明的 Deployment 采用 RollingUpdate，允许多出 25%、缺少 25% 的 Pod，保留 10 个旧的修订版本，等待进展的期限是 600 秒",
  source: "ours#deployment",
  references: [`${DOCS}#writing-a-deployment-spec`],
  observe: ({ kubectl, namespace }) =>
    kubectl`get deployment web -n ${namespace} -o custom-columns=${[
      "STRATEGY:.spec.strategy.type",
      "SURGE:.spec.strategy.rollingUpdate.maxSurge",
      "UNAVAILABLE:.spec.strategy.rollingUpdate.maxUnavailable",
      "REVISIONS:.spec.revisionHistoryLimit",
      "DEADLINE:.spec.progressDeadlineSeconds",
    ].join(",")}`,
  holds: ({ rows }) => Object.values(rows[0] ?? {}).join(" ") === "RollingUpdate 25% 25% 10 600",
  mutants: [
    {
      name: "its strategy is Recreate",
      manifest: keeping(["web"], (manifest) => {
        manifest.spec("Deployment", "web").strategy = { type: "Recreate" };
      }),
    },
  ],
});

claim("deploy.selector", {
  en: "The selector of a Deployment can't be changed",
  zh: "Deployment 的选择器不能修改",
  source: "ours#deployment",
  because: {
    en: "With another selector it would no longer find the ReplicaSets and Pods that it made, and they would be left running with nobody to look after them. That is why it is fixed once and for all in apps/v1.",
    zh: "选择器一变，它就再也找不到自己建的 ReplicaSet 和 Pod，这些对象会留在那里运行，却没人管。因此在 apps/v1 里，选择器一旦确定就不可更改。",
  },
  references: [`${DOCS}#label-selector-updates`],
  observe: (look) =>
    refusal(look, {
      selector: { matchLabels: { app: "shop-window" } },
      template: { metadata: { labels: { app: "shop-window" } } },
    }),
  holds: ({ refused, answer }) => refused && answer.includes("field is immutable"),
  mutants: [
    {
      name: "only the labels of the Pods are changed, and the selector still matches",
      observe: (look) => refusal(look, { template: { metadata: { labels: { tier: "shop-window" } } } }),
    },
  ],
});

// The update, second by second

claim("deploy.bounds", {
  en: "During a rolling update of 4 Pods with maxUnavailable 1 and maxSurge 1, never fewer than 3 are ready, and the desired replicas of the ReplicaSets never add up to more than 5",
  zh: "4 个 Pod 的滚动更新，maxUnavailable 和 maxSurge 都为 1：自始至终，就绪的 Pod 不少于 3 个，各 ReplicaSet 的期望副本数之和不超过 5",
  source: "ours#deployment",
  because: {
    en: "The Deployment adds up the numbers of Pods that its ReplicaSets are to have, not the Pods that exist, and each ReplicaSet makes and deletes its Pods by itself. So there can be more than 5 Pods: a sixth for an instant, if the new ReplicaSet is quicker than the old one, and those that are terminating, which nobody counts although they use memory and addresses until they are gone. The time-line shows the terminating ones as x.",
    zh: "Deployment 加总的是各 ReplicaSet 的期望副本数，而不是实际存在的 Pod；每个 ReplicaSet 又各自创建和删除自己的 Pod。所以 Pod 可能超过 5 个：新的 ReplicaSet 动作比旧的快时，会有一瞬间出现第 6 个；正在终止的 Pod 也不计数，但在真正消失之前仍占着内存和地址。时间线用 x 表示后者。",
  },
  references: [
    `${DOCS}#max-unavailable`,
    `${DOCS}#max-surge`,
    "https://github.com/kubernetes/kubernetes/blob/v1.36.3/pkg/controller/deployment/util/deployment_util.go#L820-L845",
  ],
  observe: async (look) => {
    const told = await look.record("replicasets", "app=rolling");
    const { fewestReady, newPods } = await rollout("rolling", look, [
      { states: ["ready"], min: 3 },
      { states: ["waiting", "ready"] },
      { states: ["terminating"] },
    ]);
    const replicaSets = await told.stop("What its ReplicaSets were told to have:", [
      { states: ["wanting"], max: 5 },
    ]);
    return { newPods, fewestReady, mostWanted: replicaSets.most("wanting") };
  },
  holds: ({ newPods, fewestReady, mostWanted }) => newPods >= 4 && fewestReady >= 3 && mostWanted <= 5,
  mutants: [
    {
      name: "maxUnavailable is 3",
      manifest: keeping(["rolling"], (manifest) => {
        manifest.spec("Deployment", "rolling").strategy = {
          rollingUpdate: { maxSurge: 1, maxUnavailable: 3 },
        };
      }),
    },
    {
      name: "maxSurge is 3",
      manifest: keeping(["rolling"], (manifest) => {
        manifest.spec("Deployment", "rolling").strategy = {
          rollingUpdate: { maxSurge: 3, maxUnavailable: 0 },
        };
      }),
    },
  ],
});

claim("deploy.zero", {
  en: "maxSurge and maxUnavailable can't both be 0",
  zh: "maxSurge 和 maxUnavailable 不能同时为 0",
  source: "ours#deployment",
  because: {
    en: "Otherwise no Pod could be added and none removed, and no update could ever begin.",
    zh: "那样既不能多一个 Pod，也不能少一个 Pod，更新就永远没法开始。",
  },
  references: [`${DOCS}#max-unavailable`],
  observe: (look) => refusal(look, { strategy: { rollingUpdate: { maxSurge: 0, maxUnavailable: 0 } } }),
  holds: ({ refused, answer }) => refused && answer.includes("may not be 0 when `maxSurge` is 0"),
  mutants: [
    {
      name: "maxSurge is 1",
      observe: (look) => refusal(look, { strategy: { rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } } }),
    },
  ],
});

claim("deploy.patient", {
  en: "With minReadySeconds: 10 the old Pod goes only when the new one has been ready for 10 seconds; the bounds hold as before",
  zh: "设置 minReadySeconds: 10 后，新 Pod 要连续就绪 10 秒，旧 Pod 才会撤下；上下限依然成立",
  source: "ours#deployment",
  because: {
    en: "Ready only means that a Pod answers now. It counts as available once it has been ready for minReadySeconds without a crash, and an update waits for Pods to be available.",
    zh: "“就绪”只表示此刻能应答。要连续就绪这么久、没有崩溃，Pod 才算“可用”，而更新等的是可用的 Pod。",
  },
  references: [`${DOCS}#min-ready-seconds`],
  observe: async (look) => {
    const { kubectl, namespace, until } = look;
    const { fewestReady, mostPods } = await rollout("patient", look, [
      { states: ["ready"], min: 1 },
      { states: ["waiting", "ready"], max: 2 },
    ]);
    const ready =
      await kubectl`get pods -n ${namespace} -l app=patient -o ${'jsonpath={.items[0].status.conditions[?(@.type=="Ready")].lastTransitionTime}'}`;
    const { lines } = await until({
      what: "the event that tells when the old Pod had to go",
      look: () =>
        kubectl`get events -n ${namespace} --field-selector involvedObject.name=patient -o ${'jsonpath={range .items[*]}{.firstTimestamp}{"  "}{.message}{"\\n"}{end}'}`,
      until: (events) => events.lines.some((line) => line.includes("Scaled down")),
    });
    const [scaledDown = ""] = lines.find((line) => line.includes("Scaled down"))?.split(" ") ?? [];
    // Both times are in whole seconds, like those that the controller compares. Even without minReadySeconds, a busy
    // controller may be some seconds late.
    const seconds = (Date.parse(scaledDown) - Date.parse(ready.text)) / 1000;
    return { fewestReady, mostPods, waited: seconds >= 10 };
  },
  holds: ({ fewestReady, mostPods, waited }) => fewestReady >= 1 && mostPods <= 2 && waited,
  mutants: [
    {
      name: "minReadySeconds is 0, and maxUnavailable is 1",
      manifest: keeping(["patient"], (manifest) => {
        Object.assign(manifest.spec("Deployment", "patient"), {
          minReadySeconds: 0,
          strategy: { rollingUpdate: { maxSurge: 1, maxUnavailable: 1 } },
        });
      }),
    },
  ],
});

claim("deploy.recreated", {
  en: "With the strategy Recreate two versions never run at the same time: the last old Pod has ended before the first new one is made; meanwhile nobody serves",
  zh: "采用 Recreate 策略时，两个版本绝不会同时运行：最后一个旧 Pod 结束之后才创建第一个新 Pod；这期间没有 Pod 提供服务",
  source: "ours#deployment",
  because: {
    en: "That is what Recreate is for: two versions that can't share a database schema, a lock or a volume. The gap is the price. (An old Pod whose containers have ended is still listed for a moment; the time-line shows it as a dot.)",
    zh: "它就是为此而设的：两个版本没法共用同一套数据库结构、同一把锁或同一个卷。代价就是中间的空档。（容器已经结束的旧 Pod 还会在列表里停留片刻，时间线上用圆点表示。）",
  },
  references: [`${DOCS}#recreate-deployment`],
  observe: async (look) => {
    const { fewestReady, oldEndsBeforeNew } = await rollout("recreated", look, [
      { states: ["waiting", "ready", "terminating"], max: 2 },
      { states: ["ready"] },
    ]);
    return { fewestReady, oldEndsBeforeNew };
  },
  holds: ({ fewestReady, oldEndsBeforeNew }) => fewestReady === 0 && oldEndsBeforeNew,
  mutants: [
    {
      name: "the strategy is RollingUpdate",
      manifest: keeping(["recreated"], (manifest) => {
        manifest.spec("Deployment", "recreated").strategy = { type: "RollingUpdate" };
      }),
    },
  ],
});

// What a client notices

claim("deploy.shop", {
  en: "A client that asks through the Service all the time loses no request during a rolling update, not even one that takes two seconds",
  zh: "客户端不停地通过 Service 发请求，滚动更新期间一个也不会丢，连耗时两秒的请求也不例外",
  source: "ours#deployment",
  because: {
    en: "The new Pod gets requests only once its readinessProbe says that it answers. The old one is taken out of the Service and told to end at the same moment, but it takes a while until every node knows. Meanwhile its preStop hook holds back the signal: the Pod goes on answering the requests that are under way and those that still arrive. Without the hook, whoami ends at once on the signal, and the requests under way are lost with it.",
    zh: "新 Pod 要等 readinessProbe 确认它能应答，才会收到请求。旧 Pod 从 Service 中摘除和收到终止信号是同时开始的，而摘除的消息传到各个节点需要时间。preStop 钩子在这段时间里把信号压住：正在处理的和仍然送来的请求，它都照常应答。没有这个钩子，whoami 收到信号就立刻退出，正在处理的请求也跟着断了。",
  },
  references: [
    "https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-termination",
    "https://kubernetes.io/docs/concepts/containers/container-lifecycle-hooks/",
  ],
  observe: (look) => updateWhileAsked("shop", "/?wait=2s", look),
  holds: ({ answeredBy, lost }) => answeredBy.join() === "v1,v2" && lost === 0,
  mutants: [
    {
      // Four requests at a time take two seconds each: whenever the Pod ends, some of them still wait for their answer.
      name: "there is no preStop hook",
      manifest: keeping(["shop", "client"], (manifest) => {
        delete manifest.containerOf("Deployment", "shop", "whoami").lifecycle;
      }),
    },
  ],
});

claim("deploy.cold", {
  en: "No request is lost when a new Pod refuses its first requests, as servers do that have to warm up: the readinessProbe gets the refusals, and no client",
  zh: "新 Pod 拒绝最初几个请求（需要预热的服务常常如此）时，请求也不会丢：被拒绝的是 readinessProbe，而不是客户端",
  source: "ours#deployment",
  because: {
    en: "The Pod gets into the Service only when the probe is answered, and only then does the old one go. Without a probe, a container counts as ready as soon as it runs, and it is the clients that are refused.",
    zh: "探针得到应答，Pod 才会进入 Service，旧 Pod 也才会撤下。没有探针时，容器一运行就算就绪，被拒绝的就是客户端了。",
  },
  references: ["https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#container-probes"],
  observe: (look) => updateWhileAsked("cold", "/", look),
  holds: ({ answeredBy, lost }) => answeredBy.join() === "v1,v2" && lost === 0,
  mutants: [
    {
      name: "there is no readinessProbe",
      manifest: keeping(["cold", "client"], (manifest) => {
        delete manifest.containerOf("Deployment", "cold", "server").readinessProbe;
      }),
    },
  ],
});

claim("deploy.leaving", {
  en: "While its preStop hook runs, a Pod that was deleted is no longer a ready endpoint of its Service, but still answers whoever asks it",
  zh: "preStop 钩子运行期间，已被删除的 Pod 不再是 Service 的就绪端点，但不论谁来问，它都照常应答",
  source: "ours#deployment",
  because: {
    en: "Whatever has not heard of it yet (the proxy of another node, a load balancer, a client with an open connection) can still reach it. The hook counts towards terminationGracePeriodSeconds.",
    zh: "还没得到消息的一方（其他节点上的 kube-proxy、负载均衡器、保持着连接的客户端）仍能在原处找到它。钩子的运行时间计入 terminationGracePeriodSeconds。",
  },
  references: ["https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-termination"],
  observe: (look) => leaving("4s", look),
  holds: ({ gone, answers }) => !gone && answers,
  mutants: [
    {
      name: "there is no preStop hook",
      manifest: keeping(["leaving", "client"], (manifest) => {
        delete manifest.containerOf("Deployment", "leaving", "whoami").lifecycle;
      }),
      // A busy node needs longer than 4 seconds to end a container.
      observe: (look) => leaving("60s", look),
    },
  ],
});

claim("deploy.parting", {
  en: "A Deployment's status counts the Pods that are on their way out, in terminatingReplicas",
  zh: "Deployment 的状态会在 terminatingReplicas 里统计正在退出的 Pod",
  source: "ours#deployment",
  expect: [{ before: "1.35", outcome: "refuted" }],
  because: {
    en: "This holds from 1.35 on. The other numbers in the status leave such Pods out, so before 1.35 you had to look for them Pod by Pod: the field was behind the feature gate DeploymentReplicaSetTerminatingReplicas, which was off by default.",
    zh: "从 1.35 起才如此。状态里的其他数字都不算这样的 Pod，此前只能一个个 Pod 去找：这个字段受特性门控 DeploymentReplicaSetTerminatingReplicas 控制，默认关闭。",
  },
  references: [
    "https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#terminating-pods",
    "https://github.com/kubernetes/kubernetes/blob/v1.37.2/pkg/features/kube_features.go",
    "https://github.com/kubernetes/enhancements/tree/master/keps/sig-apps/3973-consider-terminating-pods-deployment",
  ],
  observe: parting,
  holds: ({ leaving, counted }) => leaving > 0 && counted === String(leaving),
  mutants: [
    {
      name: "its Pod has no grace period",
      from: "1.35",
      manifest: keeping(["parting"], (manifest) => {
        manifest.podSpec("Deployment", "parting").terminationGracePeriodSeconds = 0;
      }),
    },
    {
      name: "the count is off by one",
      before: "1.35",
      seen: (seen) => ({ ...seen, counted: seen.counted === "1" ? "0" : "1" }),
    },
  ],
});

// Revisions

claim("deploy.scaled", {
  en: "Scaling makes no new revision: the one ReplicaSet gets more Pods",
  zh: "扩缩容不产生新的修订版本：还是那一个 ReplicaSet，只是 Pod 数变了",
  source: "ours#deployment",
  because: {
    en: "A revision is a version of the Pod template (.spec.template), and the number of replicas is not part of it.",
    zh: "一个修订版本对应 Pod 模板（.spec.template）的一个版本，而副本数不在模板里。",
  },
  references: [`${DOCS}#updating-a-deployment`, `${DOCS}#scaling-a-deployment`],
  observe: (look) =>
    revisionsAfter(
      "scaled",
      look,
      () => look.kubectl`scale deployment/scaled -n ${look.namespace} --replicas=1`,
    ),
  holds: (revisions) => revisions === "1: 1 Pod",
  mutants: [
    {
      name: "the template is changed instead",
      observe: (look) => revisionsAfter("scaled", look, () => rename("scaled", "v2", look)),
    },
  ],
});

claim("deploy.changed", {
  en: "A change of the Pod template makes a new revision, and with it a second ReplicaSet",
  zh: "修改 Pod 模板会产生新的修订版本，随之出现第二个 ReplicaSet",
  source: "ours#deployment",
  references: [`${DOCS}#updating-a-deployment`],
  observe: (look) => revisionsAfter("changed", look, () => rename("changed", "v2", look)),
  holds: (revisions) => revisions === "1: 0 Pods; 2: 0 Pods",
  mutants: [
    {
      name: "a label of the Deployment itself is changed",
      observe: (look) =>
        revisionsAfter(
          "changed",
          look,
          () => look.kubectl`label deployment changed -n ${look.namespace} tier=web`,
        ),
    },
  ],
});

claim("deploy.again", {
  en: "Applying the same manifest again makes no new revision",
  zh: "再次 apply 同一份清单不会产生新的修订版本",
  source: "ours#deployment",
  references: ["https://kubernetes.io/docs/tasks/manage-kubernetes-objects/declarative-config/"],
  observe: (look) => {
    const { kubectl } = look;
    return revisionsAfter("again", look, async () => {
      await kubectl`apply -f fixtures/manifests/05-deployment-again.yaml`;
      await kubectl`apply -f fixtures/manifests/05-deployment-again.yaml`;
    });
  },
  holds: (revisions) => revisions === "1: 0 Pods",
  mutants: [
    {
      name: "the template is changed between the two",
      observe: (look) => {
        const { kubectl } = look;
        return revisionsAfter("again", look, async () => {
          await kubectl`apply -f fixtures/manifests/05-deployment-again.yaml`;
          // The controller may see only the last of two changes.
          await rolledOut("again", look);
          await rename("again", "v2", look);
          await kubectl`apply -f fixtures/manifests/05-deployment-again.yaml`;
        });
      },
    },
  ],
});

claim("deploy.restarted", {
  en: "kubectl rollout restart makes a new revision though nothing of the containers is changed, and so replaces every Pod",
  zh: "kubectl rollout restart 会产生新的修订版本，尽管容器配置毫无变化，于是所有 Pod 都被替换",
  source: "ours#deployment",
  because: {
    en: "It writes the time into an annotation of the template (kubectl.kubernetes.io/restartedAt): another template, another hash, an ordinary rolling update.",
    zh: "它往模板里写了一条带时间的注解（kubectl.kubernetes.io/restartedAt）：模板变了，哈希就变了，接下来就是一次普通的滚动更新。",
  },
  references: [
    "https://kubernetes.io/docs/reference/kubectl/generated/kubectl_rollout/kubectl_rollout_restart/",
  ],
  observe: (look) =>
    restart(look, () => look.kubectl`rollout restart deployment/restarted -n ${look.namespace}`),
  holds: ({ revisions, annotated }) => revisions === "1: 0 Pods; 2: 1 Pod" && annotated,
  mutants: [
    {
      name: "the Pod is deleted instead",
      observe: (look) => restart(look, () => look.kubectl`delete pods -n ${look.namespace} -l app=restarted`),
    },
  ],
});

claim("deploy.kept", {
  en: "After an update the old ReplicaSet is still there, with 0 Pods",
  zh: "更新之后，旧的 ReplicaSet 依然存在，只是 Pod 数为 0",
  source: "ours#deployment",
  because: {
    en: "It keeps the old template: that is all it takes to go back.",
    zh: "它保存着旧模板：要退回去，有它就够了。",
  },
  references: [`${DOCS}#clean-up-policy`],
  observe: async (look) => {
    await rename("kept", "v2", look);
    await rolledOut("kept", look);
    return revisionsKept("kept", look);
  },
  holds: (revisions) => revisions === "1: 0 Pods; 2: 1 Pod",
  mutants: [
    {
      name: "revisionHistoryLimit is 0",
      manifest: keeping(["kept"], (manifest) => {
        manifest.spec("Deployment", "kept").revisionHistoryLimit = 0;
      }),
    },
  ],
});

claim("deploy.noted", {
  en: "kubectl rollout history lists the revisions, with what the annotation kubernetes.io/change-cause said at the time",
  zh: "kubectl rollout history 列出各个修订版本，并附上当时 kubernetes.io/change-cause 注解的内容",
  source: "ours#deployment",
  because: {
    en: "Nothing writes that note for you, and a revision that nobody annotates shows the note of the one before.",
    zh: "这条说明没人替你写；如果改了模板却没有更新注解，新修订版本显示的就是上一版的说明。",
  },
  references: [`${DOCS}#checking-rollout-history-of-a-deployment`],
  observe: async (look) => {
    const { kubectl, namespace, until } = look;
    await rename("noted", "v2", look);
    await kubectl`annotate deployment noted -n ${namespace} --overwrite ${"kubernetes.io/change-cause=it got a name"}`;
    // The controller copies the note to the newest ReplicaSet.
    const history = await until({
      what: "the note on the second revision",
      look: () => kubectl`rollout history deployment/noted -n ${namespace}`,
      until: ({ lines }) => lines.some((line) => /^2 +it got a name$/.test(line)),
    });
    return history.lines.filter((line) => /^\d/.test(line));
  },
  holds: ([first = "", second = ""]) =>
    /^1 +the first version$/.test(first) && /^2 +it got a name$/.test(second),
  mutants: [
    {
      name: "the first revision has no note",
      manifest: keeping(["noted"], (manifest) => {
        Object.assign(manifest.object("Deployment", "noted").metadata, { annotations: {} });
      }),
    },
  ],
});

claim("deploy.undone", {
  en: "kubectl rollout undo makes nothing new: the old ReplicaSet gets its Pods back, and becomes the newest revision",
  zh: "kubectl rollout undo 不会新建什么：旧的 ReplicaSet 重新拉起 Pod，并成为最新的修订版本",
  source: "ours#deployment",
  because: {
    en: "Undo copies the old template into the Deployment. The controller compares templates, finds the ReplicaSet that already has this one, and makes no new ReplicaSet. Revisions 1, 2 become 2, 3: that is why revision 1 is missing from the history afterwards.",
    zh: "undo 只是把旧模板抄回 Deployment。控制器比对模板，发现已有 ReplicaSet 用的就是它，便不再新建。修订版本从 1、2 变成 2、3：所以之后的历史里没有版本 1。",
  },
  references: [`${DOCS}#rolling-back-to-a-previous-revision`],
  observe: (look) =>
    twoChanges("undone", look, () => look.kubectl`rollout undo deployment/undone -n ${look.namespace}`),
  holds: ({ revisions, newest }) => revisions === "2: 0 Pods; 3: 1 Pod" && newest === "the first ReplicaSet",
  mutants: [
    {
      name: "it is changed to a third version instead",
      observe: (look) => twoChanges("undone", look, () => rename("undone", "v3", look)),
    },
  ],
});

claim("deploy.returned", {
  en: "To change the template back by hand is the same as undo: the old ReplicaSet is used again",
  zh: "手工把模板改回去，效果与 undo 相同：旧的 ReplicaSet 再次启用",
  source: "ours#deployment",
  references: [`${DOCS}#rolling-back-to-a-previous-revision`],
  observe: (look) => twoChanges("returned", look, () => rename("returned", "v1", look)),
  holds: ({ revisions, newest }) => revisions === "2: 0 Pods; 3: 0 Pods" && newest === "the first ReplicaSet",
  mutants: [
    {
      name: "it is changed to a third version instead",
      observe: (look) => twoChanges("returned", look, () => rename("returned", "v3", look)),
    },
  ],
});

claim("deploy.limited", {
  en: "With revisionHistoryLimit: 1 only one old ReplicaSet is kept, and there is no way back to what was before it",
  zh: "设置 revisionHistoryLimit: 1 后只保留一个旧的 ReplicaSet，更早的版本就退不回去了",
  source: "ours#deployment",
  references: [`${DOCS}#revision-history-limit`],
  observe: async (look) => {
    const { kubectl, namespace } = look;
    for (const name of ["v2", "v3"]) {
      await rename("limited", name, look);
      await rolledOut("limited", look);
    }
    const kept = await revisionsKept("limited", look);
    const back = await kubectl.orRefusal`rollout undo deployment/limited -n ${namespace} --to-revision=1`;
    return { kept, back: back.exitCode === 0, answer: back.stderr };
  },
  holds: ({ kept, back, answer }) =>
    kept === "2: 0 Pods; 3: 0 Pods" && !back && answer.includes("unable to find specified revision 1"),
  mutants: [
    {
      name: "revisionHistoryLimit is 10, the default",
      manifest: keeping(["limited"], (manifest) => {
        manifest.spec("Deployment", "limited").revisionHistoryLimit = 10;
      }),
    },
  ],
});

claim("deploy.paused", {
  en: "While a rollout is paused, changes of the Pod template have no effect; once it is resumed, all of them together make one revision",
  zh: "上线（rollout）暂停期间，对 Pod 模板的修改不生效；恢复之后，这些修改合成一个修订版本",
  source: "ours#deployment",
  references: [`${DOCS}#pausing-and-resuming-a-deployment`],
  observe: async (look) => {
    const { kubectl, namespace } = look;
    await kubectl`rollout pause deployment/paused -n ${namespace}`;
    const paused = await revisionsAfterTwo(look);
    await kubectl`rollout resume deployment/paused -n ${namespace}`;
    await rolledOut("paused", look);
    return { paused, resumed: await revisions("paused", look) };
  },
  holds: ({ paused, resumed }) => paused === "1: 1 Pod" && resumed === "1: 0 Pods; 2: 1 Pod",
  mutants: [
    {
      name: "it is not paused",
      observe: async (look) => {
        const paused = await revisionsAfterTwo(look);
        await rolledOut("paused", look);
        return { paused, resumed: await revisions("paused", look) };
      },
    },
  ],
});

// When it goes wrong

claim("deploy.checked", {
  en: "A new version that runs, but does not answer where the readinessProbe asks, takes over nothing: the rollout fails, and the client notices nothing",
  zh: "新版本能运行，却不在 readinessProbe 所探测的端口上应答，那它什么也接管不了：上线失败，客户端毫无察觉",
  source: "ours#deployment",
  because: {
    en: "Only a probe can tell that a running process serves nobody. Without one this update counts as a success, and every request is refused.",
    zh: "进程在运行却不提供服务，只有探针才看得出来。没有探针，这次更新会被当成成功，而所有请求都会被拒绝。",
  },
  references: [
    "https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#types-of-probe",
    `${DOCS}#failed-deployment`,
  ],
  observe: async (look) => {
    const { kubectl, namespace, until } = look;
    const old = await kubectl`get pods -n ${namespace} -l app=checked -o jsonpath={.items[*].metadata.name}`;
    let rollout = "";
    let newPod = "";
    const seen = await whileAsked("checked", "/", look, async () => {
      await kubectl`set env deployment/checked -n ${namespace} WHOAMI_NAME=v2 WHOAMI_PORT_NUMBER=8080`;
      rollout = await outcomeOfRollout("checked", look);
      const pods = await until({
        what: "the new version to run",
        look: () => kubectl`get pods -n ${namespace} -l app=checked`,
        until: ({ rows }) => rows.some(({ NAME, STATUS }) => NAME !== old.text && STATUS === "Running"),
      });
      newPod = pods.rows.find(({ NAME }) => NAME !== old.text)?.READY ?? "";
    });
    return { rollout, newPod, ...seen };
  },
  holds: ({ rollout, newPod, answeredBy, lost }) =>
    rollout === "deadline exceeded" && newPod === "0/1" && answeredBy.join() === "v1" && lost === 0,
  mutants: [
    {
      name: "there is no readinessProbe",
      manifest: keeping(["checked", "client"], (manifest) => {
        delete manifest.containerOf("Deployment", "checked", "whoami").readinessProbe;
      }),
    },
  ],
});

claim("deploy.stuck", {
  en: "An update to an image that does not exist gets stuck: after progressDeadlineSeconds the Deployment says ProgressDeadlineExceeded, and the old Pods serve on",
  zh: "更新到不存在的镜像会卡住：超过 progressDeadlineSeconds 后，Deployment 报告 ProgressDeadlineExceeded，而旧 Pod 继续提供服务",
  source: "ours#deployment",
  references: [`${DOCS}#failed-deployment`, `${DOCS}#progress-deadline-seconds`],
  observe: async ({ kubectl, namespace, until }) => {
    await kubectl`set image deployment/stuck -n ${namespace} whoami=whoami:no-such-version`;
    // If a busy cluster takes longer than the deadline to make the new Pod, the deadline is exceeded twice:
    // before that, and after it.
    await until({
      what: "the new version's Pod to be counted",
      look: () =>
        kubectl`get deployment stuck -n ${namespace} -o custom-columns=GENERATION:.metadata.generation,OBSERVED:.status.observedGeneration,UPDATED:.status.updatedReplicas`,
      until: ({ rows: [seen] }) => seen?.GENERATION === seen?.OBSERVED && seen?.UPDATED === "1",
    });
    const status = await kubectl.orRefusal`rollout status deployment/stuck -n ${namespace} --timeout=60s`;
    const reason =
      await kubectl`get deployment stuck -n ${namespace} -o ${'jsonpath={.status.conditions[?(@.type=="Progressing")].reason}'}`;
    await kubectl`get pods -n ${namespace} -l app=stuck`;
    const ip = await kubectl`get service stuck -n ${namespace} -o jsonpath={.spec.clusterIP}`;
    const answer =
      await kubectl`exec client -n ${namespace} -- bash -c ${`curl -s --max-time 5 http://${ip.text}/ | grep ^Name`}`;
    return { done: status.exitCode === 0, reason: reason.text, answer: answer.text };
  },
  holds: ({ done, reason, answer }) =>
    !done && reason === "ProgressDeadlineExceeded" && answer === "Name: v1",
  mutants: [
    {
      name: "the strategy is Recreate",
      manifest: keeping(["stuck", "client"], (manifest) => {
        manifest.spec("Deployment", "stuck").strategy = { type: "Recreate" };
      }),
    },
  ],
});

claim("deploy.repaired", {
  en: "Nothing rolls back by itself: after the deadline the new version is still wanted, until somebody says undo; the old Pod never stopped",
  zh: "Kubernetes 不会自动回滚：过了期限，目标仍是新版本，直到有人执行 undo；旧 Pod 自始至终没有停过",
  source: "ours#deployment",
  because: {
    en: "When the deadline has passed, only a condition is set. What to do about it is up to somebody else: a person, a pipeline, a controller.",
    zh: "期限到了只是设置一个状况，怎么处置由更上层决定：人、流水线或别的控制器。",
  },
  references: [`${DOCS}#operating-on-a-failed-deployment`],
  observe: async (look) => {
    const { kubectl, namespace, until } = look;
    const pod = () => kubectl`get pods -n ${namespace} -l app=repaired -o jsonpath={.items[*].metadata.uid}`;
    const before = await pod();
    await kubectl`set image deployment/repaired -n ${namespace} whoami=whoami:no-such-version`;
    const rollout = await outcomeOfRollout("repaired", look);
    const stuck = await revisions("repaired", look);
    await kubectl`rollout undo deployment/repaired -n ${namespace}`;
    // Right after the undo "rollout status" may still report the old deadline.
    await kubectl`wait --for=condition=Progressing deployment/repaired -n ${namespace} --timeout=120s`;
    const after = await until({
      what: "the Pod that never ran to be gone",
      look: pod,
      until: ({ text }) => text.split(" ").length === 1,
    });
    return {
      rollout,
      stuck,
      undone: await revisions("repaired", look),
      samePod: before.text === after.text,
    };
  },
  holds: ({ rollout, stuck, undone, samePod }) =>
    rollout === "deadline exceeded" &&
    stuck === "1: 1 Pod; 2: 1 Pod" &&
    undone === "2: 0 Pods; 3: 1 Pod" &&
    samePod,
  mutants: [
    {
      name: "the strategy is Recreate",
      manifest: keeping(["repaired"], (manifest) => {
        manifest.spec("Deployment", "repaired").strategy = { type: "Recreate" };
      }),
    },
  ],
});

// And so

claim("ref.deploy-more", {
  en: "A Deployment builds on ReplicaSets and adds rolling update, rollback and versions",
  zh: "Deployment 建立在 ReplicaSet 之上，增加了滚动更新、回滚和版本管理",
  source: "reference#deployment",
  because: {
    en: "Given the same commands, a bare ReplicaSet leaves its Pod as it is, and has neither a history nor an undo.",
    zh: "对裸 ReplicaSet 提出同样的要求，它的 Pod 原封不动，也没有历史可查、没有 undo 可用。",
  },
  references: [
    DOCS,
    "https://kubernetes.io/docs/concepts/workloads/controllers/replicaset/#alternatives-to-replicaset",
  ],
  observe: async (look) => ({
    builtOn: await revisions("more", look),
    replicaSet: await versioning("replicaset", "bare", look),
    deployment: await versioning("deployment", "more", look),
  }),
  holds: ({ builtOn, replicaSet, deployment }) =>
    builtOn === "1: 1 Pod" && replicaSet === "" && deployment === "rolling update, history, rollback",
  mutants: [
    {
      name: "the ReplicaSet is tried in the Deployment's place",
      observe: async (look) => ({
        builtOn: await revisions("more", look),
        replicaSet: await versioning("replicaset", "bare", look),
        deployment: await versioning("replicaset", "bare", look),
      }),
    },
  ],
});

/** Deletes the Pod of "leaving"; tells whether it is gone soon after the Service dropped it, and whether it answers. */
async function leaving(soon: string, { kubectl, namespace, until }: Look) {
  const [pod = "", ip = ""] = (
    await kubectl`get pods -n ${namespace} -l app=leaving -o ${"jsonpath={.items[0].metadata.name} {.items[0].status.podIP}"}`
  ).text.split(" ");
  const inService = (what: string, wanted: boolean) =>
    until({
      what: `the Service to ${what} ${ip}`,
      look: () =>
        kubectl`get endpointslices -n ${namespace} -l kubernetes.io/service-name=leaving -o ${'jsonpath={range .items[*].endpoints[*]}{.addresses[0]}{" ready: "}{.conditions.ready}{"\\n"}{end}'}`,
      until: ({ lines }) => lines.includes(`${ip} ready: true`) === wanted,
    });
  await inService("have", true);
  await kubectl`delete pod ${pod} -n ${namespace} --wait=false`;
  await inService("leave out", false);
  const gone = await kubectl.orRefusal`wait --for=delete pod/${pod} -n ${namespace} --timeout=${soon}`;
  const answer =
    await kubectl`exec client -n ${namespace} -- bash -c ${`curl -s --max-time 5 http://${ip}/ | grep ^Hostname`}`;
  return { gone: gone.exitCode === 0, answers: answer.text === `Hostname: ${pod}` };
}

/** Scales "parting" down; tells how many of its Pods were terminating, and how many its status counted. */
async function parting({ kubectl, namespace, until }: Look) {
  await kubectl`apply -f fixtures/manifests/05-deployment-parting.yaml`;
  await kubectl`rollout status deployment/parting -n ${namespace} --timeout=60s`;
  await kubectl`scale deployment parting -n ${namespace} --replicas=0`;
  let leaving = 0;
  const status = await until({
    what: "the Pod of parting to be counted, or to be gone",
    seconds: 120,
    look: async () => {
      const pods =
        await kubectl`get pods -n ${namespace} -l app=parting -o custom-columns=NAME:.metadata.name,DELETED:.metadata.deletionTimestamp`;
      const going = pods.rows.filter(({ DELETED }) => DELETED !== "<none>").length;
      leaving = Math.max(leaving, going);
      const deployment =
        await kubectl`get deployment parting -n ${namespace} -o custom-columns=NAME:.metadata.name,COUNTED:.status.terminatingReplicas`;
      return { there: pods.rows.length, going, counted: deployment.row("parting").COUNTED ?? "" };
    },
    until: ({ there, going, counted }) =>
      there === 0 || (leaving > 0 && (counted === String(leaving) || going === 0)),
  });
  return { leaving, counted: status.counted };
}

/** The revisions of a Deployment and how many Pods each wants, such as `1: 0 Pods; 2: 1 Pod`. */
async function revisions(deployment: string, look: Look): Promise<string> {
  return described(await replicaSets(deployment, look));
}

/** The ReplicaSets of a Deployment, by revision. */
async function replicaSets(deployment: string, { kubectl, namespace }: Look) {
  const sets =
    await kubectl`get replicasets -n ${namespace} -l app=${deployment} -o custom-columns=NAME:.metadata.name,REVISION:.metadata.annotations.deployment\.kubernetes\.io/revision,PODS:.spec.replicas`;
  return sets.rows.toSorted((a, b) => Number(a.REVISION) - Number(b.REVISION));
}

function described(sets: Awaited<ReturnType<typeof replicaSets>>): string {
  return sets.map(({ REVISION, PODS }) => `${REVISION}: ${PODS} ${PODS === "1" ? "Pod" : "Pods"}`).join("; ");
}

/** Does something, waits until it is rolled out, and gives the {@link revisions}. */
async function revisionsAfter(deployment: string, look: Look, act: () => Promise<unknown>): Promise<string> {
  await act();
  await rolledOut(deployment, look);
  return revisions(deployment, look);
}

/** Waits until an update is complete. */
function rolledOut(deployment: string, { kubectl, namespace }: Look) {
  return kubectl`rollout status deployment/${deployment} -n ${namespace} --timeout=120s`;
}

/** How an update ends: `done`, `deadline exceeded`, or neither within a minute. */
async function outcomeOfRollout(deployment: string, { kubectl, namespace }: Look): Promise<string> {
  const { exitCode, stderr } =
    await kubectl.orRefusal`rollout status deployment/${deployment} -n ${namespace} --timeout=60s`;
  if (exitCode === 0) return "done";
  return stderr.includes("exceeded its progress deadline") ? "deadline exceeded" : "neither within a minute";
}

/** Gives {@link revisions} once the Deployment has removed those that exceed its limit. */
async function revisionsKept(deployment: string, look: Look): Promise<string> {
  const { kubectl, namespace, until } = look;
  const limit =
    await kubectl`get deployment ${deployment} -n ${namespace} -o jsonpath={.spec.revisionHistoryLimit}`;
  return until({
    what: `no more than ${limit.text} old revisions`,
    look: () => revisions(deployment, look),
    until: (seen) => seen.split("; ").length <= 1 + Number(limit.text),
  });
}

/** Changes the Pod template: whoami tells its name with every answer. */
function rename(deployment: string, name: string, { kubectl, namespace }: Look) {
  return kubectl`set env deployment/${deployment} -n ${namespace} WHOAMI_NAME=${name}`;
}

/** Makes a second revision, then does something else, and tells whether the newest ReplicaSet is then the first one. */
async function twoChanges(deployment: string, look: Look, second: () => Promise<unknown>) {
  const [first] = await replicaSets(deployment, look);
  await rename(deployment, "v2", look);
  await rolledOut(deployment, look);
  await second();
  await rolledOut(deployment, look);
  const sets = await replicaSets(deployment, look);
  return {
    revisions: described(sets),
    newest: sets.at(-1)?.NAME === first?.NAME ? "the first ReplicaSet" : "another",
  };
}

/** Changes the template of "paused" twice, and gives its revisions once the controller has seen that. */
async function revisionsAfterTwo(look: Look): Promise<string> {
  const { kubectl, namespace, until } = look;
  await rename("paused", "v2", look);
  await kubectl`set resources deployment/paused -n ${namespace} --requests=memory=16Mi`;
  await until({
    what: "the controller to see the changes",
    look: () =>
      kubectl`get deployment paused -n ${namespace} -o custom-columns=GENERATION:.metadata.generation,OBSERVED:.status.observedGeneration`,
    until: ({ rows: [row] }) => row?.GENERATION === row?.OBSERVED,
  });
  return revisions("paused", look);
}

/** Acts on the Pod of "healed", waits until there are as many ready Pods as wanted, and tells what became of it. */
async function healing({ kubectl, namespace, until }: Look, act: (pod: string) => Promise<unknown>) {
  const pods = () => kubectl`get pods -n ${namespace} -l app=healed`;
  const before = (await pods()).rows[0]?.NAME ?? "";
  await act(before);
  const { after } = await until({
    what: "as many ready Pods as are wanted",
    look: async () => {
      const wanted = await kubectl`get deployment healed -n ${namespace} -o jsonpath={.spec.replicas}`;
      return { wanted: Number(wanted.text), after: (await pods()).rows };
    },
    until: ({ wanted, after }) => after.length === wanted && after.every(({ READY }) => READY === "1/1"),
  });
  const revision =
    await kubectl`get deployment healed -n ${namespace} -o jsonpath={.metadata.annotations.deployment\.kubernetes\.io/revision}`;
  const name = after[0]?.NAME ?? "";
  return {
    replaced: name !== "" && name !== before,
    sameReplicaSet: name.slice(0, name.lastIndexOf("-")) === before.slice(0, before.lastIndexOf("-")),
    revision: revision.text,
  };
}

/** Deletes the Deployment "doomed", and tells which kinds of its objects existed before, and which exist afterwards. */
async function deletion(cascade: "foreground" | "orphan", { kubectl, namespace }: Look) {
  const made = async () => {
    const objects =
      await kubectl`get replicasets,pods -n ${namespace} -l app=doomed -o custom-columns=KIND:.kind,NAME:.metadata.name`;
    return objects.rows.map(({ KIND }) => KIND).join(", ");
  };
  const before = await made();
  await kubectl`delete deployment doomed -n ${namespace} --cascade=${cascade}`;
  return { before, after: await made() };
}

/** Acts on the Deployment "restarted"; gives its revisions, and tells whether its template bears a restart's mark. */
async function restart(look: Look, act: () => Promise<unknown>) {
  const seen = await revisionsAfter("restarted", look, act);
  const annotations =
    await look.kubectl`get deployment restarted -n ${look.namespace} -o jsonpath={.spec.template.metadata.annotations}`;
  return { revisions: seen, annotated: annotations.text.includes("kubectl.kubernetes.io/restartedAt") };
}

/** Whether the API refuses this change of the spec of "web"; with --dry-run, nothing is changed if it doesn't. */
async function refusal({ kubectl, namespace }: Look, spec: object) {
  const answer =
    await kubectl.orRefusal`patch deployment web -n ${namespace} --dry-run=server -p ${JSON.stringify({ spec })}`;
  return { refused: answer.exitCode !== 0, answer: answer.stderr };
}

/** Records the Pods of a Deployment during an update. */
async function rollout(deployment: string, look: Look, bounds: readonly Bound[]) {
  const { kubectl, namespace, record, until } = look;
  const recording = await record("pods", `app=${deployment}`);
  await rename(deployment, "v2", look);
  await rolledOut(deployment, look);
  await until({
    what: "the last old Pod to be gone",
    look: () => kubectl`get pods -n ${namespace} -l app=${deployment}`,
    until: ({ rows }) => rows.every(({ STATUS }) => STATUS === "Running"),
  });
  const seen = await recording.stop(`The Pods of ${deployment} during the update:`, bounds);
  const old = seen.lives.filter(({ before }) => before);
  const fresh = seen.lives.filter(({ before }) => !before);
  return {
    newPods: fresh.length,
    fewestReady: seen.fewest("ready"),
    mostPods: seen.most("waiting", "ready"),
    oldEndsBeforeNew:
      Math.max(...old.map(({ spans }) => spans.findLast(({ state }) => state !== "ended")?.to ?? 0)) <=
      Math.min(...fresh.map(({ spans }) => spans[0]?.from ?? 0)),
  };
}

/** Updates a Deployment while the client asks, until its old Pod is gone. */
async function updateWhileAsked(name: string, path: string, look: Look) {
  const { kubectl, namespace, record } = look;
  return whileAsked(name, path, look, async () => {
    const old = await kubectl`get pods -n ${namespace} -l app=${name} -o jsonpath={.items[*].metadata.name}`;
    const recording = await record("pods", `app=${name}`);
    await rename(name, "v2", look);
    await rolledOut(name, look);
    // It may be gone already.
    await kubectl.orRefusal`wait --for=delete pod/${old.text} -n ${namespace} --timeout=60s`;
    await recording.stop(`The Pods of ${name} meanwhile:`, [{ states: ["ready"], min: 1 }]);
  });
}

/** Has the client ask a Service all the time while something is done, and tells which versions answered and how many requests were lost. */
async function whileAsked(name: string, path: string, look: Look, act: () => Promise<void>) {
  const { kubectl, namespace } = look;
  const ip = await kubectl`get service ${name} -n ${namespace} -o jsonpath={.spec.clusterIP}`;
  const url = `http://${ip.text}${path}`;
  const asking = kubectl`exec client -n ${namespace} -- bash /tools/ask ${name} ${url}`;
  // It is awaited below, and an error is reported there.
  asking.catch(() => {});
  try {
    await act();
  } finally {
    await kubectl`exec client -n ${namespace} -- touch /tmp/${name}.enough`;
  }
  // Lines such as "  61 Name: v1" and "   2 lost".
  const counts = (await asking).lines.map(
    (line) => /^ *(?<count>\d+) (?:Name: )?(?<who>\S+)$/.exec(line)?.groups,
  );
  return {
    answeredBy: counts.flatMap((group) => (group?.who && group.who !== "lost" ? [group.who] : [])).sort(),
    lost: Number(counts.find((group) => group?.who === "lost")?.count ?? 0),
  };
}

/** Tries what can be done with the versions of a workload, and names what works. */
async function versioning(kind: "deployment" | "replicaset", name: string, { kubectl, namespace }: Look) {
  const target = `${kind}/${name}`;
  await kubectl`set env ${target} -n ${namespace} WHOAMI_NAME=v2`;
  await kubectl.orRefusal`rollout status ${target} -n ${namespace} --timeout=60s`;
  const names =
    await kubectl`get pods -n ${namespace} -l app=${name} -o jsonpath={.items[*].spec.containers[*].env[*].value}`;
  const history = await kubectl.orRefusal`rollout history ${target} -n ${namespace}`;
  const undo = await kubectl.orRefusal`rollout undo ${target} -n ${namespace}`;
  return [
    ...(names.text === "v2" ? ["rolling update"] : []),
    ...(history.exitCode === 0 ? ["history"] : []),
    ...(undo.exitCode === 0 ? ["rollback"] : []),
  ].join(", ");
}
