import { changed, chapter, type Look, matches, NotObservable, only } from "../helpers/chapter.ts";

const DOCS = "https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/";
const API = "https://kubernetes.io/docs/reference/kubernetes-api/batch/cron-job-v1/";

const { claim } = chapter({
  title: { en: "CronJob: Jobs by the clock", zh: "CronJob：按时间表创建 Job" },
  intro: {
    en: `
A **CronJob** makes a Job whenever its schedule says so; everything else, Pods, retries, deadlines, is the Job's business.
The schedule has the five fields of cron: minute, hour, day of the month, month, day of the week. A minute is the
finest step, and this chapter waits for real ones: all its CronJobs tick at the same time.

Watch what happens when the clock and the work get in each other's way: when a Job is still running at the next tick
(\`concurrencyPolicy\`), or when a Job could not be started on time (\`startingDeadlineSeconds\`). And ask whose clock
it is (\`timeZone\`).

Use it for what recurs: backups, reports, cleaning up. A tick does not promise exactly one run: write the work so that
one run too many, or one too few, does no harm.`,
    zh: `
**CronJob** 按时间表创建 Job，仅此而已；Pod、重试、期限等其余的事都归 Job 管。时间表就是 cron 的五个字段：分、时、日、月、星期。
最小的粒度是一分钟，本章等的就是真实的一分钟：所有 CronJob 在同一时刻触发。

要留意的是时钟和工作互相碰上时会怎样：下一次触发时上一个 Job 还在运行（\`concurrencyPolicy\`），或者某次触发没能按时执行
（\`startingDeadlineSeconds\`）。还要问一句：用的是哪里的时钟（\`timeZone\`）？

适用场景：周期性的事情，例如备份、报表、清理。一次触发并不保证恰好执行一次：任务要写得多跑一次、少跑一次都无妨。`,
  },
  manifests: ["09-cronjob.yaml"],
  later: ["09-cronjob-timezone.yaml"],
  namespace: "cronjob",
  sideBySide: true,
  atOnce: 30,
});

/** Jobs, and what they belong to. */
const OWNERS =
  "custom-columns=NAME:.metadata.name,OWNER:.metadata.ownerReferences[0].kind,OWNED-BY:.metadata.ownerReferences[0].name";

const helloAlone = only("CronJob", "hello");

claim("cron.tick", {
  en: "At each tick a CronJob makes a Job, and the Job makes a Pod: each belongs to the one before",
  zh: "每次触发，CronJob 创建一个 Job，Job 再创建一个 Pod：逐级归属",
  source: "ours#cronjob",
  references: [`${DOCS}#example`],
  observe: async ({ kubectl, namespace, until }) => {
    const jobs = await until({
      what: "a tick of CronJob hello",
      look: () => kubectl`get jobs -n ${namespace} -l cronjob=hello -o ${OWNERS}`,
      until: ({ rows }) => rows.length > 0,
      clock: true,
    });
    const [job = {}] = jobs.rows;
    const pods = await until({
      what: "the Pod of its Job",
      look: () => kubectl`get pods -n ${namespace} -l job-name=${job.NAME ?? ""} -o ${OWNERS}`,
      until: ({ rows }) => rows.length > 0,
    });
    const [pod = {}] = pods.rows;
    return {
      jobBelongsTo: `${job.OWNER} ${job["OWNED-BY"]}`,
      podBelongsToThatJob: pod.OWNER === "Job" && pod["OWNED-BY"] === job.NAME,
    };
  },
  holds: (seen) => matches(seen, { jobBelongsTo: "CronJob hello", podBelongsToThatJob: true }),
  mutants: [
    {
      name: "the Job is made without a CronJob",
      manifest: (manifest) => {
        helloAlone(manifest);
        const { spec } = manifest.spec("CronJob", "hello").jobTemplate;
        const hello = manifest.object("CronJob", "hello");
        Object.assign(hello, { kind: "Job", spec });
        hello.metadata.labels = { cronjob: "hello" };
      },
    },
  ],
});

claim("cron.name", {
  en: "The Job is named after its CronJob and the minute for which it was scheduled, counted since 1970",
  zh: "Job 的名字由 CronJob 名加计划触发的那一分钟组成，分钟数从 1970 年算起",
  source: "ours#cronjob",
  because: {
    en: "So the same tick can't make two Jobs: the second would have the name of the first.",
    zh: "这样，同一次触发不会产生两个 Job：第二个会与第一个重名。",
  },
  references: [
    `${DOCS}#job-creation`,
    "https://github.com/kubernetes/kubernetes/blob/v1.36.3/pkg/controller/cronjob/utils.go",
  ],
  observe: async (look) => nameAndTime(await ticked("hello", look), look),
  holds: ({ prefix, madeInThatMinute }) => prefix === "hello" && madeInThatMinute,
  mutants: [
    {
      name: "the Job was started by hand",
      manifest: only("CronJob", "hello"),
      observe: async (look) => {
        await look.kubectl`create job hello-1 -n ${look.namespace} --from=cronjob/hello`;
        return nameAndTime("hello-1", look);
      },
    },
  ],
});

claim("cron.defaults", {
  en: "Unless told otherwise Jobs may overlap, and of the finished ones three that succeeded and one that failed are kept",
  zh: "不另行指定时，Job 可以重叠；已结束的 Job 保留三个成功的和一个失败的",
  source: "ours#cronjob",
  references: [`${API}#CronJobSpec`],
  observe: async ({ kubectl, namespace }) =>
    (
      await kubectl`get cronjob hello -n ${namespace} -o custom-columns=NAME:.metadata.name,POLICY:.spec.concurrencyPolicy,SUCCEEDED:.spec.successfulJobsHistoryLimit,FAILED:.spec.failedJobsHistoryLimit`
    ).row("hello"),
  holds: (hello) => matches(hello, { POLICY: "Allow", SUCCEEDED: "3", FAILED: "1" }),
  mutants: [
    changed("CronJob", "hello", "concurrencyPolicy: Forbid", (cronJob) => {
      cronJob.concurrencyPolicy = "Forbid";
    }),
  ],
});

claim("cron.manual", {
  en: "kubectl create job --from starts a Job of the same template at once, even if the CronJob is suspended",
  zh: "kubectl create job --from 用同一份模板立刻启动一个 Job，哪怕 CronJob 处于挂起状态",
  source: "ours#cronjob",
  because: {
    en: "This is how you try a CronJob without waiting for the night; the annotation cronjob.kubernetes.io/instantiate says that the Job was started by hand.",
    zh: "不想等到半夜又要试跑 CronJob，就用这个办法；注解 cronjob.kubernetes.io/instantiate 标明它是手动创建的。",
  },
  references: ["https://kubernetes.io/docs/reference/kubectl/generated/kubectl_create/kubectl_create_job/"],
  observe: async (look) => {
    const { kubectl, namespace, until } = look;
    const suspended = await kubectl`get cronjob manual -n ${namespace} -o jsonpath={.spec.suspend}`;
    await kubectl`create job by-hand -n ${namespace} --from=cronjob/manual`;
    const annotation =
      await kubectl`get job by-hand -n ${namespace} -o ${"jsonpath={.metadata.annotations.cronjob\\.kubernetes\\.io/instantiate}"}`;
    const log = await until({
      what: "the Job's Pod to print something",
      look: () => kubectl`logs -n ${namespace} -l job-name=by-hand`,
      until: ({ text }) => text !== "",
      seconds: 120,
    });
    return { suspended: suspended.text, started: annotation.text, printed: log.text };
  },
  holds: (seen) => matches(seen, { suspended: "true", started: "manual", printed: "by hand" }),
  mutants: [
    changed("CronJob", "manual", "the CronJob is not suspended", (cronJob) => {
      cronJob.suspend = false;
    }),
  ],
});

claim("cron.manual-uncounted", {
  en: "A Job that was started by hand is not in the CronJob's list of active Jobs, which is all that concurrencyPolicy looks at",
  zh: "手动启动的 Job 不会进入 CronJob 的活动 Job 列表，而 concurrencyPolicy 看的只有这个列表",
  source: "ours#cronjob",
  // In earlier versions the controller did not even see it: kubectl did not make the CronJob the Job's controller.
  since: "1.28",
  because: {
    en: "The list is status.active, and holds only the Jobs that the CronJob itself has started. A backup that was started by hand does not prevent a second one at the next tick, not even with Forbid.",
    zh: "这个列表就是 status.active，里面只有 CronJob 自己启动的 Job。手动启动的备份挡不住下一次触发再来一个，即使是 Forbid 也一样。",
  },
  references: [
    `${API}#CronJobStatus`,
    "https://github.com/kubernetes/kubernetes/blob/v1.36.3/pkg/controller/cronjob/cronjob_controllerv2.go",
  ],
  observe: async ({ kubectl, namespace, until }) => {
    await kubectl`create job unplanned -n ${namespace} --from=cronjob/busy`;
    // The controller says when it has come across the Job.
    await until({
      what: "the controller of CronJob busy to see the Job",
      look: () =>
        kubectl`get events -n ${namespace} --field-selector involvedObject.name=busy -o custom-columns=REASON:.reason,MESSAGE:.message`,
      until: ({ rows }) => rows.some(({ REASON }) => REASON === "UnexpectedJob"),
    });
    const job = await untilRunning("unplanned", { kubectl, namespace, until });
    return { running: job.text, ...(await activeJobs("busy", { kubectl, namespace })) };
  },
  holds: (seen) => matches(seen, { running: "1", active: "0" }),
  mutants: [
    {
      name: "the Job was started by the clock",
      manifest: only("CronJob", "forbid"),
      observe: async (look) => {
        const job = await ticked("forbid", look);
        const running = await untilRunning(job, look);
        // The CronJob's controller makes the Job first, and counts it only afterwards.
        const counted = await look.until({
          what: `CronJob forbid to count Job ${job}`,
          look: () => activeJobs("forbid", look),
          until: ({ active }) => active !== "0",
        });
        return { running: running.text, ...counted };
      },
    },
  ],
});

claim("cron.template", {
  en: "A change of the template reaches only Jobs that are made afterwards",
  zh: "修改模板只影响之后创建的 Job",
  source: "ours#cronjob",
  references: [`${DOCS}#modifying-a-cronjob`],
  observe: (look) =>
    versions(look, async ({ kubectl, namespace }) => {
      await kubectl`set env cronjob/edited -n ${namespace} VERSION=2`;
    }),
  holds: ({ before, after }) => before === "1" && after === "2",
  mutants: [
    {
      name: "the template stays as it is",
      manifest: only("CronJob", "edited"),
      observe: (look) => versions(look, async () => {}),
    },
  ],
});

claim("cron.history", {
  en: "With successfulJobsHistoryLimit: 1 only the latest of three finished Jobs stays; the others are deleted",
  zh: "设置 successfulJobsHistoryLimit: 1 后，三个成功的 Job 只留下最近一个，其余会被删除",
  source: "ours#cronjob",
  // In earlier versions kubectl did not make the CronJob the controller of a Job that is started by hand.
  since: "1.28",
  references: [`${DOCS}#jobs-history-limits`, "https://github.com/kubernetes/kubernetes/pull/118530"],
  observe: async ({ kubectl, namespace, until }) => {
    for (const run of ["run-1", "run-2", "run-3"]) {
      await kubectl`create job ${run} -n ${namespace} --from=cronjob/tidy`;
    }
    await until({
      what: "the last run to be complete",
      look: () => kubectl`get job run-3 -n ${namespace} -o jsonpath={.status.succeeded}`,
      until: ({ text }) => text === "1",
      seconds: 120,
    });
    await kubectl.orRefusal`wait --for=delete job/run-1 job/run-2 -n ${namespace} --timeout=60s`;
    const jobs = await kubectl`get jobs -n ${namespace} -l cronjob=tidy -o name`;
    return jobs.lines;
  },
  holds: (jobs) => jobs.join() === "job.batch/run-3",
  mutants: [
    changed("CronJob", "tidy", "two may stay", (cronJob) => {
      cronJob.successfulJobsHistoryLimit = 2;
    }),
  ],
});

claim("cron.delete", {
  en: "Deleting a CronJob deletes its Jobs, running ones too",
  zh: "删除 CronJob 会一并删除它的 Job，正在运行的也不例外",
  source: "ours#cronjob",
  references: ["https://kubernetes.io/docs/concepts/architecture/garbage-collection/#cascading-deletion"],
  observe: (look) =>
    jobsWithoutOwner(look, async ({ kubectl, namespace }) => {
      await kubectl`delete cronjob obsolete -n ${namespace}`;
    }),
  holds: (orphans) => orphans === 0,
  mutants: [
    {
      name: "its Jobs are left alone: --cascade=orphan",
      manifest: only("CronJob", "obsolete"),
      observe: (look) =>
        jobsWithoutOwner(look, async ({ kubectl, namespace }) => {
          await kubectl`delete cronjob obsolete -n ${namespace} --cascade=orphan`;
        }),
    },
  ],
});

claim("cron.allow", {
  en: "concurrencyPolicy: Allow: when a Job is still running at the next tick, another is started beside it",
  zh: "concurrencyPolicy: Allow：下一次触发时若 Job 还在运行，就同时再启动一个",
  source: "ours#cronjob",
  references: [`${DOCS}#concurrency-policy`],
  observe: async (look) => {
    const { timeline } = await overTwoTicks("allow", look, 2);
    return { jobs: timeline.lives.length, mostAtOnce: timeline.most("active") };
  },
  holds: (seen) => matches(seen, { jobs: 2, mostAtOnce: 2 }),
  mutants: [
    changed("CronJob", "allow", "concurrencyPolicy: Forbid", (cronJob) => {
      cronJob.concurrencyPolicy = "Forbid";
    }),
  ],
});

claim("cron.forbid", {
  en: "concurrencyPolicy: Forbid: no Job is started while one is running",
  zh: "concurrencyPolicy: Forbid：有 Job 在运行时，不会再启动新的",
  source: "ours#cronjob",
  references: [`${DOCS}#concurrency-policy`],
  observe: async (look) => {
    const { timeline } = await overTwoTicks("forbid", look, 1);
    const events =
      await look.kubectl`get events -n ${look.namespace} --field-selector ${"involvedObject.name=forbid,reason=JobAlreadyActive"} -o custom-columns=REASON:.reason,MESSAGE:.message`;
    return { mostAtOnce: timeline.most("active"), tickWasSkipped: events.rows.length > 0 };
  },
  holds: (seen) => matches(seen, { mostAtOnce: 1, tickWasSkipped: true }),
  mutants: [
    changed("CronJob", "forbid", "concurrencyPolicy: Allow", (cronJob) => {
      cronJob.concurrencyPolicy = "Allow";
    }),
  ],
});

claim("cron.forbid-late", {
  en: "With Forbid the skipped tick is not lost: its Job is started late, as soon as the one before has ended",
  zh: "Forbid 跳过的触发并没有丢：前一个 Job 一结束，它的 Job 就会补上",
  source: "ours#cronjob",
  because: {
    en: "The controller makes up for the latest missed tick when it next looks at the CronJob, and it does so when a Job ends. startingDeadlineSeconds limits how late that may be.",
    zh: "控制器再次处理 CronJob 时，会补上最近一次错过的触发，而 Job 结束正是这样的时机。最多能晚多久，由 startingDeadlineSeconds 限定。",
  },
  references: [`${DOCS}#concurrency-policy`],
  observe: async (look) => {
    const { timeline, first, second } = await overTwoTicks("forbid", look, 1);
    const ended =
      await look.kubectl`get job ${first} -n ${look.namespace} --ignore-not-found -o jsonpath={.status.completionTime}`;
    return {
      tickWasMeanwhile: minuteIn(second) > minuteIn(first) && minuteIn(second) <= minuteOf(ended.text),
      afterTheFirstHadEnded: timeline.since(second, "active") >= timeline.since(first, "complete"),
    };
  },
  holds: ({ tickWasMeanwhile, afterTheFirstHadEnded }) => tickWasMeanwhile && afterTheFirstHadEnded,
  mutants: [
    changed("CronJob", "forbid", "concurrencyPolicy: Replace", (cronJob) => {
      cronJob.concurrencyPolicy = "Replace";
    }),
  ],
});

claim("cron.replace", {
  en: "concurrencyPolicy: Replace: the Job that is still running is deleted, and another is started in its place",
  zh: "concurrencyPolicy: Replace：删除还在运行的 Job，另启动一个取而代之",
  source: "ours#cronjob",
  references: [`${DOCS}#concurrency-policy`],
  observe: async (look) => {
    const { timeline, first } = await overTwoTicks("replace", look, 1);
    return { mostAtOnce: timeline.most("active"), firstWasDeleted: timeline.life(first).gone };
  },
  holds: (seen) => matches(seen, { mostAtOnce: 1, firstWasDeleted: true }),
  mutants: [
    changed("CronJob", "replace", "concurrencyPolicy: Allow", (cronJob) => {
      cronJob.concurrencyPolicy = "Allow";
    }),
  ],
});

claim("cron.replace-overlap", {
  en: "Replace does not wait for the old Pod: it may still be ending while the new one works",
  zh: "Replace 不会等旧的 Pod：新的已经开始工作时，旧的可能还在终止过程中",
  source: "ours#cronjob",
  because: {
    en: "What is replaced is the Job. Its Pod has its grace period, here five minutes. Where two must never touch the same data, only Forbid helps, and a lock is better still.",
    zh: "被替换的是 Job，它的 Pod 还有宽限期，这里是五分钟。如果两者绝不能同时碰同一份数据，只有 Forbid 管用，最好还是加锁。",
  },
  references: [`${DOCS}#concurrency-policy`],
  observe: async (look) => {
    const { kubectl, namespace, record, until } = look;
    const recording = await record("pods", "cronjob=replace");
    const first = await ticked("replace", look);
    const second = await ticked("replace", look, first);
    await until({
      what: `the Pod of Job ${second} to run, or to have ended`,
      look: () => kubectl`get pods -n ${namespace} -l cronjob=replace`,
      until: ({ rows }) =>
        rows.some(
          ({ NAME = "", STATUS = "" }) =>
            NAME.startsWith(second) && ["Running", "Completed"].includes(STATUS),
        ),
    });
    const timeline = await recording.stop("The Pods of CronJob replace", [
      { states: ["ready", "terminating"] },
    ]);
    return { mostAtOnce: timeline.most("ready", "terminating") };
  },
  // A third may still be ending from the tick before.
  holds: ({ mostAtOnce }) => mostAtOnce >= 2,
  mutants: [
    changed(
      "CronJob",
      "replace",
      "concurrencyPolicy: Forbid, and the task ends after 63 seconds",
      (cronJob, task) => {
        cronJob.concurrencyPolicy = "Forbid";
        task.args = ["63"];
      },
    ),
  ],
});

claim("cron.suspend", {
  en: "A suspended CronJob makes no Job at a tick, while another CronJob does",
  zh: "被挂起的 CronJob 到点不触发，而另一个 CronJob 照常创建 Job",
  source: "ours#cronjob",
  references: [`${DOCS}#schedule-suspension`],
  observe: async (look) => {
    const { kubectl, namespace, until } = look;
    const paused =
      await kubectl`get cronjob paused -n ${namespace} -o ${"jsonpath={.spec.suspend} {.spec.schedule}"}`;
    await afterMissedTick("paused", look);
    const jobs = await until({
      what: "a Job of CronJob hello to be complete",
      look: () =>
        kubectl`get jobs -n ${namespace} -l ${"cronjob in (hello, paused)"} -o custom-columns=NAME:.metadata.name,SUCCEEDED:.status.succeeded`,
      until: ({ rows }) => rows.some(({ NAME, SUCCEEDED }) => NAME?.startsWith("hello") && SUCCEEDED === "1"),
      seconds: 120,
    });
    return { paused: paused.text, jobs: jobs.rows.filter(({ NAME }) => NAME?.startsWith("paused")).length };
  },
  holds: ({ paused, jobs }) => paused === "true * * * * *" && jobs === 0,
  mutants: [
    {
      name: "it is not suspended",
      manifest: (manifest) => {
        manifest.keep("CronJob", "hello", "paused");
        manifest.spec("CronJob", "paused").suspend = false;
      },
    },
  ],
});

claim("cron.resume", {
  en: "A CronJob that is resumed makes up for the tick that it missed: a Job starts at once, named for that minute",
  zh: "CronJob 恢复时会补上错过的那次触发：立刻启动一个 Job，名字仍是那一分钟的",
  source: "ours#cronjob",
  references: [`${DOCS}#schedule-suspension`],
  observe: async (look) => {
    const missed = await afterMissedTick("resumed", look);
    return { missedTickMadeUpFor: minuteIn(await resume("resumed", look)) === missed };
  },
  holds: ({ missedTickMadeUpFor }) => missedTickMadeUpFor,
  mutants: [
    changed("CronJob", "resumed", "startingDeadlineSeconds: 10", (cronJob) => {
      cronJob.startingDeadlineSeconds = 10;
    }),
  ],
});

claim("cron.deadline", {
  en: "With startingDeadlineSeconds: 10 a CronJob that is resumed does not make up for a tick that is over 10 seconds old: the next Job is that of a later minute",
  zh: "设置 startingDeadlineSeconds: 10 后，恢复的 CronJob 不会补上已过去 10 秒以上的触发：下一个 Job 属于之后的某一分钟",
  source: "ours#cronjob",
  references: [`${DOCS}#starting-deadline`],
  observe: async (look) => {
    const missed = await afterMissedTick("punctual", look);
    return { missedTickMadeUpFor: minuteIn(await resume("punctual", look)) === missed };
  },
  holds: ({ missedTickMadeUpFor }) => !missedTickMadeUpFor,
  mutants: [
    changed("CronJob", "punctual", "no deadline", (cronJob) => {
      delete cronJob.startingDeadlineSeconds;
    }),
  ],
});

claim("cron.zone", {
  en: "timeZone decides whose clock the schedule follows: of two CronJobs with the hours 0-11, only the one in whose time zone it is morning makes Jobs",
  zh: "timeZone 决定时间表按哪里的时钟：两个 CronJob 都写 0～11 点，只有当地还没到中午的那个会触发",
  source: "ours#cronjob",
  since: "1.25",
  because: {
    en: "Without it the clock is that of the kube-controller-manager, on most clusters UTC.",
    zh: "不写的话，用的是 kube-controller-manager 所在环境的时区，多数集群上是 UTC。",
  },
  references: [`${DOCS}#time-zones`],
  observe: async ({ kubectl, namespace, until, show }) => {
    knowsZones(await kubectl.orRefusal`apply -f fixtures/manifests/09-cronjob-timezone.yaml`);
    const jobs = await until({
      what: "a tick in Shanghai or La Paz",
      look: () =>
        kubectl`get jobs -n ${namespace} -l ${"cronjob in (shanghai, la-paz)"} -o custom-columns=NAME:.metadata.name,SUCCEEDED:.status.succeeded`,
      // By then the other one would have a Job as well, if it ticked at this minute.
      until: ({ rows }) => rows.some(({ SUCCEEDED }) => SUCCEEDED === "1"),
      clock: true,
    });
    const ticks = jobs.rows.map(({ NAME: job = "" }) => ({ job, time: localTime(job) }));
    show("Local time of the tick", ticks.map(({ job, time }) => `${job}  ${time}`).join("\n"));
    return { ticks: ticks.length > 0, allInTheMorning: ticks.every(({ time }) => time < "12") };
  },
  holds: ({ ticks, allInTheMorning }) => ticks && allInTheMorning,
  mutants: [
    {
      name: "both schedules are for the afternoon",
      manifest: (manifest) => {
        manifest.keep("CronJob", "shanghai", "la-paz");
        manifest.spec("CronJob", "shanghai").schedule = "* 12-23 * * *";
        manifest.spec("CronJob", "la-paz").schedule = "* 12-23 * * *";
      },
    },
  ],
});

claim("cron.zone-refused", {
  en: "A time zone that does not exist is refused",
  zh: "不存在的时区会被拒绝",
  source: "ours#cronjob",
  since: "1.25",
  references: [`${DOCS}#time-zones`],
  observe: (look) => withZone("Mars/Olympus", look),
  holds: ({ exitCode, answer }) => exitCode === 1 && answer.includes("unknown time zone Mars/Olympus"),
  mutants: [
    {
      name: "the time zone exists",
      manifest: helloAlone,
      observe: async (look) => {
        const seen = await withZone("Asia/Shanghai", look);
        knowsZones({ exitCode: seen.exitCode, stderr: seen.answer });
        return seen;
      },
    },
  ],
});

claim("cron.schedule-refused", {
  en: "An invalid schedule is refused: minute 60, or a sixth field for seconds",
  zh: "不合法的时间表会被拒绝：第 60 分钟，或者多出一个表示秒的第六字段",
  source: "ours#cronjob",
  references: [`${DOCS}#schedule-syntax`],
  observe: async (look) => ({
    minute60: await created("impossible", "60 * * * *", look),
    seconds: await created("hasty", "*/30 * * * * *", look),
  }),
  holds: ({ minute60, seconds }) =>
    [minute60, seconds].every((answer) => answer.includes("spec.schedule: Invalid value")),
  mutants: [
    {
      name: "the schedules have minute 59, and five fields",
      manifest: helloAlone,
      observe: async (look) => ({
        minute60: await created("possible", "59 * * * *", look),
        seconds: await created("calm", "*/30 * * * *", look),
      }),
    },
  ],
});

claim("cron.zone-in-schedule", {
  en: "A time zone in the schedule itself, TZ=…, is refused",
  zh: "把时区写进时间表本身（TZ=…）会被拒绝",
  source: "ours#cronjob",
  expect: [{ before: "1.29", outcome: "refuted" }],
  because: {
    en: "It worked by accident for years, because the library that parses schedules knows this syntax; since 1.29 the API refuses it. The field for a time zone is timeZone.",
    zh: "过去多年它碰巧能用，因为解析时间表的库认得这种写法；从 1.29 起 API 会拒绝。时区应写在 timeZone 字段里。",
  },
  references: [`${DOCS}#unsupported-timezone-specification`],
  observe: (look) => created("elsewhere", "TZ=Asia/Shanghai 0 3 * * *", look),
  holds: (answer) => answer.includes("cannot use TZ or CRON_TZ in schedule"),
  mutants: [
    {
      name: "the schedule has no TZ",
      from: "1.29",
      manifest: helloAlone,
      observe: (look) => created("elsewhere", "0 3 * * *", look),
    },
    // An older API gives such an answer to no schedule at all.
    {
      name: "the answer is that of 1.29",
      before: "1.29",
      seen: () =>
        'spec.schedule: Invalid value: "TZ=Asia/Shanghai 0 3 * * *": cannot use TZ or CRON_TZ in schedule',
    },
  ],
});

claim("cron.name-length", {
  en: "The name of a CronJob has at most 52 characters",
  zh: "CronJob 的名字最多 52 个字符",
  source: "ours#cronjob",
  because: {
    en: "A Job may have 63, because its name becomes a label's value. Eleven of them are kept free for what is appended, enough for a time in seconds; the minute and its hyphen take nine.",
    zh: "Job 名最多 63 个字符，因为它要用作标签值。API 为后缀预留了 11 个，够写以秒计的时间；如今附加的是分钟数，连同短横线只占 9 个。",
  },
  references: [DOCS],
  observe: (look) => created("n".repeat(53), "0 3 * * *", look),
  holds: (answer) => answer.includes("must be no more than 52 characters"),
  mutants: [
    {
      name: "the name has 52 characters",
      manifest: helloAlone,
      observe: (look) => created("n".repeat(52), "0 3 * * *", look),
    },
  ],
});

/** Waits for a tick of a CronJob, and gives the name of a Job that it made: another one than `before`. */
async function ticked(cronJob: string, look: Look, before?: string): Promise<string> {
  const { kubectl, namespace, until } = look;
  const fresh = (names: string) => names.split(" ").find((name) => name !== "" && name !== before);
  const jobs = await until({
    what: `${before === undefined ? "a" : "the next"} tick of CronJob ${cronJob}`,
    look: () => kubectl`get jobs -n ${namespace} -l cronjob=${cronJob} -o jsonpath={.items[*].metadata.name}`,
    until: ({ text }) => fresh(text) !== undefined,
    clock: true,
  });
  return fresh(jobs.text) ?? "";
}

/** Records the Jobs of a CronJob from its first to its second. */
async function overTwoTicks(cronJob: string, look: Look, max: number) {
  const recording = await look.record("jobs", `cronjob=${cronJob}`);
  const first = await ticked(cronJob, look);
  const second = await ticked(cronJob, look, first);
  const timeline = await recording.stop(`The Jobs of CronJob ${cronJob}`, [{ states: ["active"], max }]);
  return { timeline, first, second };
}

/** Waits until a tick that a CronJob missed is at least 12 seconds old, and gives its minute, counted since 1970. */
async function afterMissedTick(cronJob: string, { kubectl, namespace, node, until }: Look): Promise<number> {
  const made =
    await kubectl`get cronjob ${cronJob} -n ${namespace} -o jsonpath={.metadata.creationTimestamp}`;
  const now = await until({
    what: `12 seconds to have passed since a tick that CronJob ${cronJob} missed`,
    look: () => node`date -u +%Y-%m-%dT%H:%M:%SZ`,
    until: ({ text }) => {
      const second = Number(text.slice(17, 19));
      return minuteOf(text) > minuteOf(made.text) && second >= 12 && second <= 30;
    },
    clock: true,
  });
  return minuteOf(now.text);
}

/** Resumes a CronJob, and gives the name of the first Job that it makes. */
async function resume(cronJob: string, look: Look): Promise<string> {
  await look.kubectl`patch cronjob ${cronJob} -n ${look.namespace} -p ${'{"spec":{"suspend":false}}'}`;
  return ticked(cronJob, look);
}

/** The minute, since 1970, that a Job's name says it was scheduled for. */
function minuteIn(job: string): number {
  return Number(/-(\d+)$/.exec(job)?.[1]);
}

/** The minute, since 1970, of a time. */
function minuteOf(time: string): number {
  return Math.floor(Date.parse(time) / 60_000);
}

/** The time for which a Job was scheduled, by the clock of the place after which its CronJob is named. */
function localTime(job: string): string {
  const timeZone = job.includes("shanghai") ? "Asia/Shanghai" : "America/La_Paz";
  const time = new Date(minuteIn(job) * 60_000).toLocaleTimeString("en-GB", { timeZone, timeStyle: "short" });
  return `${time} in ${timeZone}`;
}

/** What a Job's name says, and whether the Job was made in the minute that it names. */
async function nameAndTime(job: string, { kubectl, namespace, show }: Look) {
  const made = await kubectl`get job ${job} -n ${namespace} -o jsonpath={.metadata.creationTimestamp}`;
  const minute = minuteIn(job);
  show(`Minute ${minute} since 1970`, new Date(minute * 60_000).toISOString());
  return { prefix: job.replace(/-\d+$/, ""), madeInThatMinute: minute === minuteOf(made.text) };
}

/** Waits until a Job says that a Pod of it is active. */
function untilRunning(
  job: string,
  { kubectl, namespace, until }: Pick<Look, "kubectl" | "namespace" | "until">,
) {
  return until({
    what: `Job ${job} to run`,
    look: () => kubectl`get job ${job} -n ${namespace} -o jsonpath={.status.active}`,
    until: ({ text }) => text === "1",
  });
}

/** How many Jobs a CronJob counts as active. */
async function activeJobs(cronJob: string, { kubectl, namespace }: Pick<Look, "kubectl" | "namespace">) {
  const { ACTIVE } = (await kubectl`get cronjob ${cronJob} -n ${namespace}`).row(cronJob);
  return { active: ACTIVE };
}

/** The version in the template of a Job that was made before something was done, and of one that was made after it. */
async function versions(look: Look, edit: (look: Look) => Promise<void>) {
  const { kubectl, namespace } = look;
  const version = async (job: string) => {
    const path = "jsonpath={.spec.template.spec.containers[0].env[0].value}";
    return (await kubectl`get job ${job} -n ${namespace} -o ${path}`).text;
  };
  await kubectl`create job before -n ${namespace} --from=cronjob/edited`;
  await edit(look);
  await kubectl`create job after -n ${namespace} --from=cronjob/edited`;
  return { before: await version("before"), after: await version("after") };
}

/** How many Jobs of CronJob obsolete are left, without an owner, after it was deleted. */
async function jobsWithoutOwner(look: Look, remove: (look: Look) => Promise<void>): Promise<number> {
  const { kubectl, namespace, until } = look;
  await kubectl`create job last -n ${namespace} --from=cronjob/obsolete`;
  // By then the garbage collector, which acts on what it has seen, knows of it too.
  await untilRunning("last", look);
  await remove(look);
  const jobs = await until({
    what: "the Jobs of CronJob obsolete to be deleted or let go",
    look: () => kubectl`get jobs -n ${namespace} -l cronjob=obsolete -o ${OWNERS}`,
    until: ({ rows }) => rows.every(({ OWNER }) => OWNER === "<none>"),
  });
  return jobs.rows.length;
}

/** What the API says to a time zone. */
async function withZone(timeZone: string, { kubectl, namespace }: Look) {
  const patch = JSON.stringify({ spec: { timeZone } });
  const answer = await kubectl.orRefusal`patch cronjob hello -n ${namespace} --dry-run=server -p ${patch}`;
  return { exitCode: answer.exitCode, answer: answer.stderr };
}

/**
 * Sees that zones that do exist were accepted. Only since November 2023 do k3s' images have a time zone database:
 * 1.26.11, 1.27.8, 1.28.4 (https://github.com/k3s-io/k3s/issues/8832).
 * @throws {NotObservable} when the cluster knows no zone
 */
function knowsZones({ exitCode, stderr }: { readonly exitCode: number; readonly stderr: string }): void {
  if (exitCode === 0) return;
  if (stderr.includes("unknown time zone")) {
    throw new NotObservable("this cluster has no time zone database: it refuses every zone");
  }
  throw new Error(stderr);
}

/** What the API says to a CronJob of that name and schedule. */
async function created(name: string, schedule: string, { kubectl, namespace }: Look): Promise<string> {
  const answer =
    await kubectl.orRefusal`create cronjob ${name} -n ${namespace} --image=praqma/network-multitool --schedule=${schedule} --dry-run=server`;
  return answer.stderr;
}
