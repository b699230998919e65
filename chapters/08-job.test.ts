import { changed, chapter, type Look, matches, only } from "../helpers/chapter.ts";

const DOCS = "https://kubernetes.io/docs/concepts/workloads/controllers/job/";
const API = "https://kubernetes.io/docs/reference/kubernetes-api/batch/job-v1/";

const { claim } = chapter({
  title: { en: "Job: work that comes to an end", zh: "Job：会结束的工作" },
  intro: {
    en: `
The controllers so far keep servers running: when a container ends, it is started again. A **Job** wants the opposite.
It starts Pods until enough of them have ended *successfully*, and then it is done; the Pods stay, with their logs,
until the Job is deleted.

Watch what happens when an attempt fails. \`restartPolicy\` says whether the container is started again in its Pod
(\`OnFailure\`) or another Pod is made (\`Never\`), \`backoffLimit\` how many times, \`activeDeadlineSeconds\` for how
long at most.

Use it when something is to run to its end, once: a migration, a backup, a batch of files, a test run. Doing the work
twice must do no harm: a Pod can be lost when it has almost finished.`,
    zh: `
到目前为止的控制器都是为了让服务一直运行：容器一结束就再拉起来。**Job** 正相反：它不断启动 Pod，直到有足够多的 Pod
**成功**结束，然后就算完成；这些 Pod 连同日志会一直保留，直到 Job 被删除。

要留意的是失败之后会怎样。\`restartPolicy\` 决定是在原 Pod 里重启容器（\`OnFailure\`），还是另建一个 Pod（\`Never\`）；
\`backoffLimit\` 决定重试几次；\`activeDeadlineSeconds\` 决定最多运行多久。

适用场景：需要从头跑到尾、只跑一次的事情，例如数据迁移、备份、批量处理文件、跑一轮测试。任务本身要经得起重复执行：
Pod 可能在快要做完时丢失。`,
  },
  manifests: ["08-job.yaml"],
  later: [
    "08-job-batch.yaml",
    "08-job-always.yaml",
    "08-job-failure-policy.yaml",
    "08-job-backoff-per-index.yaml",
    "08-job-success-policy.yaml",
    "08-job-replacement-policy.yaml",
  ],
  namespace: "job",
  sideBySide: true,
});

/** Pods and the Jobs that they belong to. */
const OF_JOB = "custom-columns=NAME:.metadata.name,JOB:.metadata.ownerReferences[0].name";

/** The types of a Job's conditions that are true, with a space between them. */
const TRUE_CONDITIONS = '{.status.conditions[?(@.status=="True")].type}';
const CONDITIONS = `jsonpath=${TRUE_CONDITIONS}`;
const START_AND_CONDITIONS = `jsonpath={.status.startTime}${TRUE_CONDITIONS}`;

const helloAlone = only("Job", "hello");

claim("job.run", {
  en: "A Job runs a Pod to its end: the Pod is Completed, and so is the Job, 1 of 1",
  zh: "Job 让 Pod 运行到结束：Pod 的状态是 Completed，Job 的完成数是 1/1",
  source: "ours#job",
  references: [`${DOCS}#running-an-example-job`],
  observe: async (look) => {
    const { kubectl, namespace } = look;
    await ending("hello", look);
    const job = (await kubectl`get job hello -n ${namespace}`).row("hello");
    const [pod = {}, ...others] = (await kubectl`get pods -n ${namespace} -l job-name=hello`).rows;
    return {
      completions: job.COMPLETIONS,
      ready: pod.READY,
      status: pod.STATUS,
      otherPods: others.length,
    };
  },
  holds: (seen) => matches(seen, { completions: "1/1", ready: "0/1", status: "Completed", otherPods: 0 }),
  mutants: [
    changed("Job", "hello", "the task fails, and there is no retry", (job, task) => {
      job.backoffLimit = 0;
      task.args = ["exit 1"];
    }),
  ],
});

claim("job.logs", {
  en: "The Pod stays when it has ended, so that its log can be read",
  zh: "Pod 结束后会保留下来，日志仍然可以查看",
  source: "ours#job",
  references: [`${DOCS}#job-termination-and-cleanup`],
  observe: async (look) => {
    await ending("hello", look);
    return logsOf("hello", look);
  },
  holds: (log) => log.text === "hello from hello, index none",
  mutants: [
    {
      name: "the Pod is deleted first",
      manifest: only("Job", "hello"),
      observe: async (look) => {
        await ending("hello", look);
        await look.kubectl`delete pods -n ${look.namespace} -l job-name=hello`;
        return logsOf("hello", look);
      },
    },
  ],
});

claim("job.owner", {
  en: "The Pod belongs to the Job, which is its controller",
  zh: "Pod 归 Job 所有，Job 是它的控制器",
  source: "ours#job",
  references: ["https://kubernetes.io/docs/concepts/overview/working-with-objects/owners-dependents/"],
  observe: async ({ kubectl, namespace, until }) => {
    const pods = await until({
      what: "a Pod with the label job-name=hello",
      look: () =>
        kubectl`get pods -n ${namespace} -l job-name=hello -o ${"custom-columns=KIND:.metadata.ownerReferences[0].kind,OWNER:.metadata.ownerReferences[0].name,CONTROLLER:.metadata.ownerReferences[0].controller"}`,
      until: ({ rows }) => rows.length > 0,
    });
    return pods.rows;
  },
  holds: ([pod = {}]) => matches(pod, { KIND: "Job", OWNER: "hello", CONTROLLER: "true" }),
  mutants: [
    {
      name: "the Pod is made by hand, without a Job",
      manifest: (manifest) => {
        manifest.keep("Job", "hello");
        const job = manifest.object("Job", "hello");
        job.spec = manifest.podSpec("Job", "hello");
        Object.assign(job, { apiVersion: "v1", kind: "Pod" });
        job.metadata.labels = { "job-name": "hello" };
      },
    },
  ],
});

claim("job.names", {
  en: "The Pod is named after its Job with a random ending, and is given no number",
  zh: "Pod 的名字是 Job 名加随机后缀，并没有编号",
  source: "ours#job",
  references: [`${DOCS}#completion-mode`],
  observe: async (look) => {
    const { kubectl, namespace } = look;
    await ending("hello", look);
    const pod =
      await kubectl`get pods -n ${namespace} -l job-name=hello -o jsonpath={.items[*].metadata.name}`;
    return { randomEnding: /^hello-[a-z0-9]{5}$/.test(pod.text), log: (await logsOf("hello", look)).text };
  },
  holds: ({ randomEnding, log }) => randomEnding && log.endsWith("index none"),
  mutants: [
    {
      ...changed("Job", "hello", "the Job is Indexed", (job) => {
        Object.assign(job, { completionMode: "Indexed", completions: 1 });
      }),
      from: "1.22",
    },
    {
      name: "the Pod's name ends with a number",
      before: "1.22",
      seen: (seen) => ({ ...seen, randomEnding: false }),
    },
  ],
});

claim("job.defaults", {
  en: "Unless told otherwise, a Job wants one success, has one Pod at a time, and allows six failures",
  zh: "不另行指定时，Job 只要求成功一次，同一时间只有一个 Pod，允许失败六次",
  source: "ours#job",
  references: [`${API}#JobSpec`],
  observe: async ({ kubectl, namespace }) =>
    (
      await kubectl`get job hello -n ${namespace} -o custom-columns=NAME:.metadata.name,COMPLETIONS:.spec.completions,PARALLELISM:.spec.parallelism,BACKOFFLIMIT:.spec.backoffLimit`
    ).row("hello"),
  holds: (job) => matches(job, { COMPLETIONS: "1", PARALLELISM: "1", BACKOFFLIMIT: "6" }),
  mutants: [
    changed("Job", "hello", "the manifest asks for three retries", (job) => {
      job.backoffLimit = 3;
    }),
  ],
});

claim("job.create", {
  en: "kubectl create job writes restartPolicy: Never by itself",
  zh: "kubectl create job 会自动写上 restartPolicy: Never",
  source: "ours#job",
  references: ["https://kubernetes.io/docs/reference/kubectl/generated/kubectl_create/kubectl_create_job/"],
  observe: ({ kubectl, namespace }) =>
    kubectl`create job quick -n ${namespace} --image=praqma/network-multitool --dry-run=server -o jsonpath={.spec.template.spec.restartPolicy} -- true`,
  holds: (policy) => policy.text === "Never",
  mutants: [
    {
      name: "a Deployment is created",
      manifest: helloAlone,
      observe: ({ kubectl, namespace }) =>
        kubectl`create deployment quick -n ${namespace} --image=praqma/network-multitool --dry-run=server -o jsonpath={.spec.template.spec.restartPolicy} -- true`,
    },
  ],
});

claim("job.restart-policy", {
  en: "A Job accepts only the restart policies Never and OnFailure; saying nothing means Always, and is refused as well",
  zh: "Job 只接受 Never 和 OnFailure 两种重启策略；不写就等于 Always，同样会被拒绝",
  source: "ours#job",
  because: {
    en: "If the container were started again even after a success, the Pod would never come to an end.",
    zh: "如果成功之后容器还会被重新启动，Pod 就永远不会结束。",
  },
  references: [`${DOCS}#pod-template`],
  observe: async ({ kubectl }) => {
    const answer = await kubectl.orRefusal`apply -f fixtures/manifests/08-job-always.yaml`;
    return { exitCode: answer.exitCode, refused: refusedJobs(answer.stderr) };
  },
  holds: ({ exitCode, refused }) => exitCode === 1 && refused.join() === "always,unsaid",
  mutants: [
    changed("Job", "always", "one of the two says OnFailure", (_, __, pod) => {
      pod.restartPolicy = "OnFailure";
    }),
  ],
});

claim("job.completions", {
  en: "With completions: 4 and parallelism: 2, four Pods succeed, and there are never more than two at once",
  zh: "completions: 4 加 parallelism: 2，共有四个 Pod 成功，同一时间从不超过两个",
  source: "ours#job",
  references: [`${DOCS}#parallel-jobs`],
  observe: async (look) => {
    const { kubectl, namespace, record } = look;
    const recording = await record("pods", "job-name=batch");
    await kubectl`apply -f fixtures/manifests/08-job-batch.yaml`;
    await ending("batch", look);
    const job = (await kubectl`get job batch -n ${namespace}`).row("batch");
    const timeline = await recording.stop("The Pods of Job batch", [
      { states: ["waiting", "ready"], max: 2 },
    ]);
    return {
      completions: job.COMPLETIONS,
      pods: timeline.lives.length,
      mostAtOnce: timeline.most("waiting", "ready"),
    };
  },
  holds: (seen) => matches(seen, { completions: "4/4", pods: 4, mostAtOnce: 2 }),
  mutants: [
    changed("Job", "batch", "parallelism: 3", (job) => {
      job.parallelism = 3;
    }),
    changed("Job", "batch", "completions: 3", (job) => {
      job.completions = 3;
    }),
  ],
});

claim("job.queue", {
  en: "Without completions the Pods divide the work among themselves: once one has succeeded no other is begun, and the Job is complete when all have ended",
  zh: "不写 completions 时，由各个 Pod 自行分配工作：只要有一个成功，就不再启动新的 Pod，等全部结束，Job 即完成",
  source: "ours#job",
  references: [`${DOCS}#parallel-jobs`],
  observe: async (look) => {
    const { kubectl, namespace } = look;
    const conditions = await ending("queue", look);
    const job =
      await kubectl`get job queue -n ${namespace} -o custom-columns=NAME:.metadata.name,COMPLETIONS:.spec.completions,PARALLELISM:.spec.parallelism,SUCCEEDED:.status.succeeded`;
    return { complete: conditions.includes("Complete"), ...job.row("queue") };
  },
  holds: (seen) => matches(seen, { complete: true, COMPLETIONS: "<none>", PARALLELISM: "2", SUCCEEDED: "2" }),
  mutants: [
    changed("Job", "queue", "completions: 3", (job) => {
      job.completions = 3;
    }),
  ],
});

claim("job.indexed", {
  en: "In an Indexed Job each Pod has a number from 0 on, in JOB_COMPLETION_INDEX and in its host name",
  zh: "在 Indexed 模式的 Job 里，每个 Pod 都有一个从 0 开始的索引，写在 JOB_COMPLETION_INDEX 和主机名里",
  source: "ours#job",
  since: "1.22",
  because: {
    en: "So each Pod knows its share of the work without asking anybody. The Job counts one success for each index.",
    zh: "这样每个 Pod 不必问别人就知道自己该做哪一份。Job 对每个索引各计一次成功。",
  },
  references: [`${DOCS}#completion-mode`],
  observe: async (look) => {
    const { kubectl, namespace } = look;
    await ending("indexed", look);
    const indexes = await kubectl`get job indexed -n ${namespace} -o jsonpath={.status.completedIndexes}`;
    return { completed: indexes.text, logs: (await logsOf("indexed", look)).lines.toSorted() };
  },
  holds: ({ completed, logs }) =>
    completed === "0-2" && logs.join() === "index 0 on indexed-0,index 1 on indexed-1,index 2 on indexed-2",
  mutants: [
    changed("Job", "indexed", "the Job is NonIndexed", (job) => {
      job.completionMode = "NonIndexed";
    }),
  ],
});

claim("job.once", {
  en: "A finished Job makes no other Pod when its Pod is deleted; an unfinished one does",
  zh: "已完成的 Job，Pod 被删掉也不会再建；未完成的则会",
  source: "ours#job",
  because: {
    en: "The success is counted in the Job's status. To have the work done again, create another Job.",
    zh: "成功次数已经记在 Job 的状态里。要再做一遍，就得新建一个 Job。",
  },
  references: [`${DOCS}#job-termination-and-cleanup`],
  observe: (look) => podsAfterLossOf("once", look),
  holds: ({ before, after }) => before === 1 && after === 0,
  mutants: [
    {
      name: "the Pod of the unfinished Job is looked at",
      manifest: only("Job", "unfinished"),
      observe: (look) => podsAfterLossOf("unfinished", look),
    },
  ],
});

claim("job.immutable", {
  en: "The Pod template of a Job can't be changed: another image needs another Job",
  zh: "Job 的 Pod 模板不可修改：要换镜像，只能新建 Job",
  source: "ours#job",
  references: [`${API}#JobSpec`],
  observe: async ({ kubectl, namespace }) => {
    const answer = await kubectl.orRefusal`set image job/hello -n ${namespace} task=traefik/whoami`;
    return { exitCode: answer.exitCode, immutable: answer.stderr.includes("field is immutable") };
  },
  holds: ({ exitCode, immutable }) => exitCode === 1 && immutable,
  mutants: [
    {
      name: "parallelism is changed instead, which is allowed",
      manifest: helloAlone,
      observe: async ({ kubectl, namespace }) => {
        const answer =
          await kubectl.orRefusal`patch job hello -n ${namespace} -p ${'{"spec":{"parallelism":2}}'}`;
        return { exitCode: answer.exitCode, immutable: answer.stderr.includes("field is immutable") };
      },
    },
  ],
});

claim("job.conditions", {
  en: "Before Complete, a Job reports SuccessCriteriaMet: enough has succeeded, and only the last Pods have to end",
  zh: "在 Complete 之前，Job 会先报告 SuccessCriteriaMet：成功的已经够了，只等最后的 Pod 结束",
  source: "ours#job",
  since: "1.31",
  because: {
    en: "Complete and Failed are final: they come when no Pod of the Job is left running. A failure is announced by FailureTarget in the same way.",
    zh: "Complete 和 Failed 是终态，要等 Job 不再有运行中的 Pod 才会出现。失败同理，会先出现 FailureTarget。",
  },
  references: [`${DOCS}#terminal-job-conditions`],
  observe: (look) => ending("hello", look),
  holds: (conditions) => conditions.join() === "SuccessCriteriaMet,Complete",
  mutants: [
    changed("Job", "hello", "the task fails, and there is no retry", (job, task) => {
      job.backoffLimit = 0;
      task.args = ["exit 1"];
    }),
  ],
});

claim("job.never", {
  en: "restartPolicy: Never: after a failure another Pod is made, and the container is not restarted",
  zh: "restartPolicy: Never：失败之后另建一个 Pod，容器本身不会重启",
  source: "ours#job",
  because: {
    en: "The new Pod has volumes of its own: the note that the first attempt left in its emptyDir is not there. The failed Pod stays with its log.",
    zh: "新 Pod 有自己的卷：第一次尝试留在 emptyDir 里的记号已经看不到了。失败的 Pod 连同日志会保留。",
  },
  references: [`${DOCS}#handling-pod-and-container-failures`],
  observe: async ({ kubectl, namespace, until }) => {
    const pods = await until({
      what: "a second try of Job retry",
      look: () => kubectl`get pods -n ${namespace} -l job-name=retry`,
      until: ({ rows }) => rows.length > 1 || rows.some(({ RESTARTS }) => RESTARTS !== "0"),
    });
    return { anotherPod: pods.rows.length > 1, restarts: pods.rows[0]?.RESTARTS?.split(" ")[0] };
  },
  holds: (seen) => matches(seen, { anotherPod: true, restarts: "0" }),
  mutants: [
    changed("Job", "retry", "restartPolicy: OnFailure", (_, __, pod) => {
      pod.restartPolicy = "OnFailure";
    }),
  ],
});

claim("job.onfailure", {
  en: "restartPolicy: OnFailure: the container is started again in the same Pod, and finds its volume as it left it",
  zh: "restartPolicy: OnFailure：容器在同一个 Pod 里重新启动，卷里的内容还在",
  source: "ours#job",
  references: [`${DOCS}#handling-pod-and-container-failures`],
  observe: async (look) => {
    const { kubectl, namespace } = look;
    const conditions = await ending("restart", look);
    const pods = await kubectl`get pods -n ${namespace} -l job-name=restart`;
    return {
      complete: conditions.includes("Complete"),
      pods: pods.rows.length,
      restarts: pods.rows[0]?.RESTARTS?.split(" ")[0],
    };
  },
  holds: (seen) => matches(seen, { complete: true, pods: 1, restarts: "1" }),
  mutants: [
    changed("Job", "restart", "restartPolicy: Never, and no second try", (job, _, pod) => {
      job.backoffLimit = 0;
      pod.restartPolicy = "Never";
    }),
  ],
});

claim("job.onfailure-gone", {
  en: "When a Job with OnFailure gives up, its Pod is deleted, and the log with it",
  zh: "使用 OnFailure 的 Job 放弃重试时，Pod 会被删除，日志也随之消失",
  source: "ours#job",
  because: {
    en: "The Pod was about to start its container once more; deleting it is the only way to stop that. To see why something fails, use Never.",
    zh: "这个 Pod 正要再次启动容器，只有删除它才能停下来。要查失败的原因，请用 Never。",
  },
  references: [`${DOCS}#pod-backoff-failure-policy`],
  observe: async (look) => {
    await ending("hopeless", look);
    const pods = await untilNoneIsBeingDeleted("hopeless", look);
    return {
      reason: await reasonFor("Failed", "hopeless", look),
      pods: pods.length,
      log: (await logsOf("hopeless", look)).text,
    };
  },
  holds: (seen) => matches(seen, { reason: "BackoffLimitExceeded", pods: 0, log: "" }),
  mutants: [
    changed("Job", "hopeless", "restartPolicy: Never", (job, _, pod) => {
      job.backoffLimit = 0;
      pod.restartPolicy = "Never";
    }),
  ],
});

claim("job.backoff", {
  en: "With backoffLimit: 2 there are two retries, the first after at least 10 seconds, the second after at least 20; then the Job has failed",
  zh: "backoffLimit: 2 表示重试两次：第一次至少等 10 秒，第二次至少等 20 秒；再失败，Job 就失败了",
  source: "ours#job",
  expect: [{ before: "1.27", outcome: "refuted" }],
  because: {
    en: "The delay doubles with each failure, up to a few minutes, so that something broken does not keep the cluster busy. Before 1.27 the first retry came at once.",
    zh: "每失败一次，间隔就翻一倍，最长到几分钟，以免坏掉的任务一直占用集群。1.27 之前，第一次重试没有间隔。",
  },
  references: [`${DOCS}#pod-backoff-failure-policy`, "https://github.com/kubernetes/kubernetes/pull/114768"],
  observe: async (look) => {
    const { kubectl, namespace, show } = look;
    await ending("retry", look);
    const pods =
      await kubectl`get pods -n ${namespace} -l job-name=retry --sort-by=.metadata.creationTimestamp -o ${"custom-columns=NAME:.metadata.name,MADE:.metadata.creationTimestamp,ENDED:.status.containerStatuses[0].state.terminated.finishedAt"}`;
    const pauses = pausesBetween(pods.rows);
    show("Pauses between the end of a try and the next one", pauses.map((s) => `${s} s`).join(", "));
    return {
      tries: pods.rows.length,
      firstPauseOf10: (pauses[0] ?? 0) >= 10,
      secondPauseOf20: (pauses[1] ?? 0) >= 20,
      reason: await reasonFor("Failed", "retry", look),
    };
  },
  holds: ({ tries, firstPauseOf10, secondPauseOf20, reason }) =>
    tries === 3 && firstPauseOf10 && secondPauseOf20 && reason === "BackoffLimitExceeded",
  mutants: [
    {
      ...changed("Job", "retry", "backoffLimit: 1", (job) => {
        job.backoffLimit = 1;
      }),
      from: "1.27",
    },
    {
      name: "the delays are those of 1.27",
      before: "1.27",
      seen: (seen) => ({ ...seen, firstPauseOf10: true, secondPauseOf20: true }),
    },
  ],
});

claim("job.deadline", {
  en: "activeDeadlineSeconds ends a Job that takes too long: DeadlineExceeded, and no Pod of it runs any more",
  zh: "activeDeadlineSeconds 会终止超时的 Job：原因是 DeadlineExceeded，它的 Pod 也都不再运行",
  source: "ours#job",
  references: [`${DOCS}#job-termination-and-cleanup`],
  observe: async (look) => {
    await ending("deadline", look);
    const pods = await untilNoneIsBeingDeleted("deadline", look);
    return {
      reason: await reasonFor("Failed", "deadline", look),
      running: pods.filter(({ PHASE }) => PHASE === "Running").length,
    };
  },
  holds: (seen) => matches(seen, { reason: "DeadlineExceeded", running: 0 }),
  mutants: [inTime()],
});

claim("job.wait", {
  en: "kubectl wait --for=condition=complete does not notice that a Job has failed: it waits until its time-out",
  zh: "kubectl wait --for=condition=complete 察觉不到 Job 已经失败，会一直等到超时",
  source: "ours#job",
  because: {
    en: "Complete and Failed are two conditions, and the command waits for one of them only, for 30 seconds unless --timeout says otherwise. A script that is to learn of a failure at once has to wait for Failed as well.",
    zh: "Complete 和 Failed 是两个不同的状况，它只等其中一个；不写 --timeout 时等 30 秒。脚本要想立刻得知失败，就得同时等待 Failed。",
  },
  references: [
    "https://kubernetes.io/docs/reference/kubectl/generated/kubectl_wait/",
    `${DOCS}#terminal-job-conditions`,
  ],
  observe: async (look) => {
    const { kubectl, namespace } = look;
    await ending("deadline", look);
    const complete =
      await kubectl.orRefusal`wait --for=condition=complete job/deadline -n ${namespace} --timeout=1s`;
    const failed =
      await kubectl.orRefusal`wait --for=condition=failed job/deadline -n ${namespace} --timeout=20s`;
    return {
      waitedForComplete: complete.stderr.includes("timed out") ? "in vain" : "successfully",
      waitedForFailed: failed.exitCode === 0 ? "successfully" : "in vain",
    };
  },
  holds: (seen) => matches(seen, { waitedForComplete: "in vain", waitedForFailed: "successfully" }),
  mutants: [inTime()],
});

claim("job.failure-policy", {
  en: "A podFailurePolicy can say that some exit code is final: the Job fails at once, with a retry left",
  zh: "podFailurePolicy 可以规定某个退出码不必再试：即使还剩一次重试机会，Job 也会立刻失败",
  source: "ours#job",
  since: "1.26",
  references: [`${DOCS}#pod-failure-policy`],
  observe: async (look) => {
    const { kubectl, namespace } = look;
    await kubectl`apply -f fixtures/manifests/08-job-failure-policy.yaml`;
    await ending("fatal", look);
    const pods = await kubectl`get pods -n ${namespace} -l job-name=fatal`;
    const retries = await kubectl`get job fatal -n ${namespace} -o jsonpath={.spec.backoffLimit}`;
    return {
      reason: await reasonFor("Failed", "fatal", look),
      tries: pods.rows.length,
      retries: Number(retries.text),
    };
  },
  holds: ({ reason, tries, retries }) => reason === "PodFailurePolicy" && tries === 1 && retries === 1,
  mutants: [
    changed("Job", "fatal", "the task ends with another exit code", (_, task) => {
      task.args = ["exit 1"];
    }),
  ],
});

claim("job.backoff-per-index", {
  en: "With backoffLimitPerIndex an index that fails does not stop the others; the Job fails when all have been tried",
  zh: "有了 backoffLimitPerIndex，某个索引失败不会拦住其他索引；全部试过之后，Job 才算失败",
  source: "ours#job",
  since: "1.29",
  references: [`${DOCS}#backoff-limit-per-index`],
  observe: async (look) => {
    const { kubectl, namespace } = look;
    await kubectl`apply -f fixtures/manifests/08-job-backoff-per-index.yaml`;
    const conditions = await ending("per-index", look);
    const job =
      await kubectl`get job per-index -n ${namespace} -o custom-columns=NAME:.metadata.name,COMPLETED:.status.completedIndexes,FAILED:.status.failedIndexes`;
    return { jobFailed: conditions.includes("Failed"), ...job.row("per-index") };
  },
  holds: (seen) => matches(seen, { jobFailed: true, COMPLETED: "0,2", FAILED: "1" }),
  mutants: [
    changed("Job", "per-index", "one limit for all: backoffLimit: 0", (job) => {
      delete job.backoffLimitPerIndex;
      job.backoffLimit = 0;
    }),
  ],
});

claim("job.success-policy", {
  en: "With a successPolicy for index 0, the Job is complete when that one has succeeded, and the others are ended",
  zh: "successPolicy 指定索引 0 后，只要它成功，Job 即完成，其余的 Pod 会被终止",
  source: "ours#job",
  since: "1.31",
  references: [`${DOCS}#success-policy`],
  observe: async (look) => {
    const { kubectl } = look;
    await kubectl`apply -f fixtures/manifests/08-job-success-policy.yaml`;
    const conditions = await ending("leader", look);
    const pods = await untilNoneIsBeingDeleted("leader", look);
    return {
      complete: conditions.includes("Complete"),
      reason: await reasonFor("SuccessCriteriaMet", "leader", look),
      succeeded: pods.filter(({ PHASE }) => PHASE === "Succeeded").length,
      running: pods.filter(({ PHASE }) => PHASE === "Running").length,
    };
  },
  holds: (seen) => matches(seen, { complete: true, reason: "SuccessPolicy", succeeded: 1, running: 0 }),
  mutants: [
    changed("Job", "leader", "there is no successPolicy, and all Pods succeed", (job, task) => {
      delete job.successPolicy;
      task.args = ["true"];
    }),
  ],
});

claim("job.ttl", {
  en: "With ttlSecondsAfterFinished: 1 a finished Job is deleted soon after, together with its Pod",
  zh: "设置 ttlSecondsAfterFinished: 1 后，Job 完成不久就会连同 Pod 一起自动删除",
  source: "ours#job",
  references: ["https://kubernetes.io/docs/concepts/workloads/controllers/ttlafterfinished/"],
  observe: async ({ kubectl, namespace, until }) => {
    const events = await until({
      what: "Job tidy to have completed",
      look: () =>
        kubectl`get events -n ${namespace} --field-selector involvedObject.name=tidy -o custom-columns=REASON:.reason,MESSAGE:.message`,
      until: ({ rows }) => rows.some(({ REASON }) => REASON === "Completed"),
    });
    await kubectl.orRefusal`wait --for=delete job/tidy -n ${namespace} --timeout=60s`;
    const job = await kubectl`get job tidy -n ${namespace} --ignore-not-found -o name`;
    const pods = await kubectl`get pods -n ${namespace} -l job-name=tidy -o name`;
    return { completed: events.rows.length > 0, jobs: job.lines.length, pods: pods.lines.length };
  },
  holds: (seen) => matches(seen, { completed: true, jobs: 0, pods: 0 }),
  mutants: [
    changed("Job", "tidy", "no ttlSecondsAfterFinished", (job) => {
      delete job.ttlSecondsAfterFinished;
    }),
  ],
});

claim("job.delete", {
  en: "Deleting a Job deletes its Pods, running ones too",
  zh: "删除 Job 会一并删除它的 Pod，正在运行的也不例外",
  source: "ours#job",
  references: ["https://kubernetes.io/docs/concepts/architecture/garbage-collection/#cascading-deletion"],
  observe: async (look) => {
    await untilRunning("parent", look);
    await look.kubectl`delete job parent -n ${look.namespace}`;
    return podsWithoutOwner("parent", look);
  },
  holds: (orphans) => orphans === 0,
  mutants: [
    {
      name: "its Pods are left alone: --cascade=orphan",
      manifest: only("Job", "parent"),
      observe: async (look) => {
        await untilRunning("parent", look);
        await look.kubectl`delete job parent -n ${look.namespace} --cascade=orphan`;
        return podsWithoutOwner("parent", look);
      },
    },
  ],
});

claim("job.suspended", {
  en: "A Job that is made suspended has no Pod and no start time, until it is resumed",
  zh: "创建时就挂起的 Job 没有 Pod，也没有开始时间，直到恢复运行",
  source: "ours#job",
  since: "1.22",
  references: [`${DOCS}#suspending-a-job`],
  observe: async (look) => {
    const { kubectl, namespace, until } = look;
    await until({
      what: "Job waiting to be noticed by its controller",
      look: () => kubectl`get job waiting -n ${namespace} -o ${START_AND_CONDITIONS}`,
      until: ({ text }) => text !== "",
    });
    const before = await kubectl`get pods -n ${namespace} -l job-name=waiting -o name`;
    const started = await kubectl`get job waiting -n ${namespace} -o jsonpath={.status.startTime}`;
    await kubectl`patch job waiting -n ${namespace} -p ${'{"spec":{"suspend":false}}'}`;
    const conditions = await ending("waiting", look);
    return {
      podsWhileSuspended: before.lines.length,
      startedWhileSuspended: started.text !== "",
      thenComplete: conditions.includes("Complete"),
    };
  },
  holds: (seen) => matches(seen, { podsWhileSuspended: 0, startedWhileSuspended: false, thenComplete: true }),
  mutants: [
    changed("Job", "waiting", "the Job is not suspended", (job) => {
      job.suspend = false;
    }),
  ],
});

claim("job.suspend", {
  en: "Suspending a running Job ends its Pods, which does not count as a failure; resuming it makes new ones",
  zh: "挂起运行中的 Job 会终止它的 Pod，但不计入失败；恢复时会新建 Pod",
  source: "ours#job",
  since: "1.22",
  references: [`${DOCS}#suspending-a-job`],
  observe: (look) =>
    interruption(look, async ({ kubectl, namespace, until }) => {
      await kubectl`patch job interrupted -n ${namespace} -p ${'{"spec":{"suspend":true}}'}`;
      await until({
        what: "Job interrupted to be suspended",
        look: () => kubectl`get job interrupted -n ${namespace} -o ${CONDITIONS}`,
        until: ({ text }) => text === "Suspended",
      });
    }),
  holds: (seen) => matches(seen, { podsWhileSuspended: 0, podsInAll: 2, failures: 0 }),
  mutants: [
    {
      name: "its Pod is deleted instead",
      manifest: only("Job", "interrupted"),
      observe: (look) =>
        interruption(look, async ({ kubectl, namespace }) => {
          await kubectl`delete pods -n ${namespace} -l job-name=interrupted`;
        }),
    },
  ],
});

claim("job.resources", {
  en: "As long as a Job is suspended, the CPU and memory that its Pods are to get can still be changed",
  zh: "Job 只要还挂起着，就仍可修改它的 Pod 要用的 CPU 和内存",
  source: "ours#job",
  since: "1.22",
  expect: [{ before: "1.36", outcome: "refuted" }],
  because: {
    en: "This holds from 1.36 on. Before that, only the part of a suspended Job's template that guides the scheduler (nodeSelector, tolerations and the like) could be changed: a queueing system that could not give a Job what it asked for had to delete the Job and make another. The image still can't be changed.",
    zh: "从 1.36 起才如此。此前，挂起的 Job 的模板里能改的只有调度相关的内容（nodeSelector、容忍度等）：排队系统如果给不了 Job 当初申请的资源，只能删掉重建。镜像至今仍不能改。",
  },
  references: [
    `${DOCS}#mutable-pod-resources-for-suspended-jobs`,
    "https://github.com/kubernetes/enhancements/tree/master/keps/sig-apps/5440-mutable-job-pod-resource-updates",
    "https://github.com/kubernetes/kubernetes/blob/v1.36.3/pkg/registry/batch/job/strategy.go",
  ],
  observe: (look) => withTwiceTheCpu("queued", look),
  holds: ({ changed, cpuOfPod }) => changed && cpuOfPod === "20m",
  mutants: [
    {
      ...changed("Job", "queued", "the Job is not suspended", (job) => {
        job.suspend = false;
      }),
      from: "1.36",
    },
    {
      ...changed("Job", "queued", "it asks for that much from the beginning", (_, task) => {
        task.resources = { requests: { cpu: "20m" } };
      }),
      before: "1.36",
    },
  ],
});

claim("job.replaced", {
  en: "A Pod that is deleted is replaced even while it is still ending: for a time there are two, although parallelism is 1",
  zh: "Pod 被删除后，不等它真正结束就会有新的顶上：尽管 parallelism 是 1，也会有一段时间同时存在两个",
  source: "ours#job",
  because: {
    en: "A Pod counts as failed from the moment it is deleted. After the usual delay (before 1.27, at once) the next one is made, while the old one here has a grace period of 30 seconds in which it goes on working.",
    zh: "Pod 从被删除的那一刻起就算失败。等过通常的间隔（1.27 之前没有间隔），下一个就会创建，而这里旧的 Pod 有 30 秒宽限期，还可以继续工作。",
  },
  references: [`${DOCS}#pod-replacement-policy`],
  observe: (look) => replacement("bereft", look, 2),
  holds: (seen) => matches(seen, { pods: 2, mostAtOnce: 2 }),
  mutants: [
    {
      ...changed("Job", "bereft", "podReplacementPolicy: Failed", (job, _, pod) => {
        job.podReplacementPolicy = "Failed";
        pod.terminationGracePeriodSeconds = 1;
      }),
      from: "1.29",
    },
    {
      ...changed("Job", "bereft", "the Pod is given no time to end", (_, __, pod) => {
        pod.terminationGracePeriodSeconds = 0;
      }),
      before: "1.29",
    },
  ],
});

claim("job.replacement-policy", {
  en: "With podReplacementPolicy: Failed there are never two: the next Pod is not made before the old one has ended",
  zh: "设置 podReplacementPolicy: Failed 后，绝不会同时有两个：旧 Pod 结束之前，不会新建下一个",
  source: "ours#job",
  since: "1.29",
  references: [`${DOCS}#pod-replacement-policy`],
  observe: async (look) => {
    await look.kubectl`apply -f fixtures/manifests/08-job-replacement-policy.yaml`;
    return replacement("patient", look, 1);
  },
  holds: (seen) => matches(seen, { pods: 2, mostAtOnce: 1 }),
  mutants: [
    changed("Job", "patient", "podReplacementPolicy: TerminatingOrFailed", (job) => {
      job.podReplacementPolicy = "TerminatingOrFailed";
    }),
  ],
});

/** Tries to give a Job's Pods 20m of CPU, then resumes it; tells whether that worked, and what its Pod asks for. */
async function withTwiceTheCpu(job: string, look: Look) {
  const { kubectl, namespace } = look;
  const path = "/spec/template/spec/containers/0/resources/requests/cpu";
  const patch = JSON.stringify([{ op: "replace", path, value: "20m" }]);
  const answer = await kubectl.orRefusal`patch job ${job} -n ${namespace} --type=json -p ${patch}`;
  await kubectl`patch job ${job} -n ${namespace} -p ${'{"spec":{"suspend":false}}'}`;
  await ending(job, look);
  const cpu =
    await kubectl`get pods -n ${namespace} -l job-name=${job} -o ${"jsonpath={.items[*].spec.containers[0].resources.requests.cpu}"}`;
  return {
    changed: answer.exitCode === 0,
    immutable: answer.stderr.includes("field is immutable"),
    cpuOfPod: cpu.text,
  };
}

/** Waits until a Job has ended, successfully or not, and gives its conditions that are true, in their order. */
async function ending(job: string, { kubectl, namespace, until }: Look): Promise<string[]> {
  const conditions = await until({
    what: `Job ${job} to be Complete or Failed`,
    look: () => kubectl`get job ${job} -n ${namespace} -o ${CONDITIONS}`,
    until: ({ text }) => /\b(Complete|Failed)\b/.test(text),
    seconds: 120,
  });
  return conditions.text.split(" ");
}

/** Waits until some Pod of a Job runs, or has ended. */
async function untilRunning(job: string, { kubectl, namespace, until }: Look) {
  const pods = await until({
    what: `a Pod of Job ${job} to run`,
    look: () => kubectl`get pods -n ${namespace} -l job-name=${job}`,
    until: ({ rows }) => rows.some(({ STATUS }) => STATUS === "Running" || STATUS === "Completed"),
  });
  return pods.rows;
}

/** Waits until those Pods of a Job that are being deleted are gone, and gives the others. */
async function untilNoneIsBeingDeleted(job: string, { kubectl, namespace, until }: Look) {
  const pods = await until({
    what: `deleted Pods of Job ${job} to be gone`,
    look: () =>
      kubectl`get pods -n ${namespace} -l job-name=${job} -o custom-columns=NAME:.metadata.name,PHASE:.status.phase,DELETED:.metadata.deletionTimestamp`,
    until: ({ rows }) => rows.every(({ DELETED }) => DELETED === "<none>"),
  });
  return pods.rows;
}

/** What the Pods of a Job have printed. */
function logsOf(job: string, { kubectl, namespace }: Look) {
  return kubectl`logs -n ${namespace} -l job-name=${job}`;
}

/** Why one of a Job's conditions is true. */
async function reasonFor(condition: string, job: string, { kubectl, namespace }: Look): Promise<string> {
  const path = `jsonpath={.status.conditions[?(@.type=="${condition}")].reason}`;
  return (await kubectl`get job ${job} -n ${namespace} -o ${path}`).text;
}

/** The names of the Jobs that were refused for their restart policy. */
function refusedJobs(answer: string): string[] {
  const refusals = answer.matchAll(
    /Job(?:\.batch)? "([^"]+)" is invalid: spec\.template\.spec\.restartPolicy: /g,
  );
  return [...refusals].map(([, job = ""]) => job).toSorted();
}

/**
 * Deletes the Pods of a Job together with that of an unfinished one, and gives how many Pods the Job had, and has when
 * its controller has replaced the other.
 */
async function podsAfterLossOf(job: string, look: Look) {
  const { kubectl, namespace, until } = look;
  if (job !== "unfinished") await ending(job, look);
  await untilRunning("unfinished", look);
  const jobs = `job-name in (${job}, unfinished)`;
  const before = await kubectl`get pods -n ${namespace} -l ${jobs} -o ${OF_JOB}`;
  await kubectl`delete pods -n ${namespace} -l ${jobs}`;
  const old = before.rows.map(({ NAME }) => NAME);
  const after = await until({
    what: "another Pod of the unfinished Job",
    look: () => kubectl`get pods -n ${namespace} -l ${jobs} -o ${OF_JOB}`,
    until: ({ rows }) => rows.some(({ NAME, JOB }) => JOB === "unfinished" && !old.includes(NAME)),
  });
  const count = ({ rows }: typeof after) => rows.filter(({ JOB }) => JOB === job).length;
  return { before: count(before), after: count(after) };
}

/** Waits until no Pod of a deleted Job has an owner any more, and gives how many are left. */
async function podsWithoutOwner(job: string, { kubectl, namespace, until }: Look): Promise<number> {
  const pods = await until({
    what: `the Pods of Job ${job} to be deleted or let go`,
    look: () =>
      kubectl`get pods -n ${namespace} -l job-name=${job} -o custom-columns=NAME:.metadata.name,OWNER:.metadata.ownerReferences[0].name`,
    until: ({ rows }) => rows.every(({ OWNER }) => OWNER === "<none>"),
  });
  return pods.rows.length;
}

/** Interrupts a running Job, resumes it, and counts its Pods while interrupted, its Pods in all, and its failures. */
async function interruption(look: Look, interrupt: (look: Look) => Promise<void>) {
  const { kubectl, namespace, record } = look;
  await untilRunning("interrupted", look);
  const recording = await record("pods", "job-name=interrupted");
  await interrupt(look);
  const meanwhile = await untilNoneIsBeingDeleted("interrupted", look);
  await kubectl`patch job interrupted -n ${namespace} -p ${'{"spec":{"suspend":false}}'}`;
  await untilRunning("interrupted", look);
  const failed = await kubectl`get job interrupted -n ${namespace} -o jsonpath={.status.failed}`;
  const bounds = [{ states: ["waiting", "ready"], max: 1 }] as const;
  const timeline = await recording.stop("The Pods of Job interrupted", bounds);
  return {
    podsWhileSuspended: meanwhile.length,
    podsInAll: timeline.lives.length,
    failures: Number(failed.text),
  };
}

/** Deletes the Pod of a Job, waits for the next one to run, and counts the Pods: in all, and at the same moment. */
async function replacement(job: string, look: Look, max: number) {
  const { kubectl, namespace, record, until } = look;
  const [first] = await untilRunning(job, look);
  const recording = await record("pods", `job-name=${job}`);
  await kubectl`delete pod ${first?.NAME ?? ""} -n ${namespace} --wait=false`;
  await until({
    what: `another Pod of Job ${job} to run`,
    seconds: 120,
    look: () => kubectl`get pods -n ${namespace} -l job-name=${job}`,
    until: ({ rows }) => rows.some(({ NAME, STATUS }) => NAME !== first?.NAME && STATUS === "Running"),
  });
  const timeline = await recording.stop(`The Pods of Job ${job}`, [
    { states: ["waiting", "ready", "terminating"], max },
  ]);
  return { pods: timeline.lives.length, mostAtOnce: timeline.most("waiting", "ready", "terminating") };
}

/** Whole seconds between the end of a try and the making of the next one. */
function pausesBetween(tries: readonly Readonly<Record<string, string>>[]): number[] {
  return tries
    .slice(1)
    .map(({ MADE = "" }, i) => (Date.parse(MADE) - Date.parse(tries[i]?.ENDED ?? "")) / 1000);
}

/** The task is done before its deadline. */
function inTime() {
  return changed("Job", "deadline", "the task is done in time", (job, task) => {
    job.activeDeadlineSeconds = 3600;
    Object.assign(task, { image: "praqma/network-multitool", command: ["true"] });
  });
}
