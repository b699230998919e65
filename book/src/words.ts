import type { Outcome } from "../../helpers/chapter/outcome.ts";
import { NAMES } from "../../helpers/report/text.ts";
import type { State } from "../../helpers/timeline.ts";
import type { Language } from "./book.ts";

/** What the pages say around the claims, in both languages. */
export interface Words {
  readonly title: string;
  readonly description: string;
  readonly story: string;
  readonly chapters: string;
  readonly nothingRecorded: string;
  readonly unseen: string;
  readonly unseenText: string;
  readonly comparison: string;
  readonly comparisonIntro: string;
  readonly ledger: string;
  readonly ledgerIntro: (claims: number, grounds: number) => string;
  readonly lead: string;
  readonly begin: string;
  readonly proveIt: string;
  readonly proveItText: string;
  readonly right: string;
  readonly rightText: (count: number) => string;
  readonly dependent: string;
  readonly dependentText: string;
  readonly wrong: string;
  readonly wrongText: string;
  readonly changed: string;
  readonly changedText: string;
  readonly allChapters: string;
  readonly counts: (counts: { all: number; holds: number; refuted: number; others: number }) => string;
  readonly claimCount: (count: number) => string;
  readonly colon: string;
  readonly semicolon: string;
  /** In brackets, as it follows something. */
  readonly inBrackets: (text: string) => string;
  /** A number of seconds, with its unit. */
  readonly seconds: (seconds: string) => string;
  readonly and: string;
  readonly markedLines: (ground: string) => string;
  readonly expectedElsewhere: (outcome: string, where: string) => string;
  readonly byHand: (engine: string) => string;
  readonly took: (seconds: string) => string;
  readonly observed: string;
  readonly standInsOnly: string;
  readonly laneText: (name: string, spans: string) => string;
  readonly run: string;
  readonly runText: string;
  readonly seenOn: string;
  readonly switchGround: string;
  readonly recorded: (date: string) => string;
  readonly standIns: (count: number) => string;
  readonly standInNote: string;
  readonly manifests: string;
  readonly manifestLater: string;
  readonly applied: string;
  readonly claims: string;
  readonly outcome: Readonly<Record<Outcome, string>>;
  readonly asExpected: string;
  readonly why: string;
  readonly sources: string;
  readonly said: (source: string) => string;
  readonly inManifest: string;
  readonly inManifestText: string;
  readonly test: string;
  readonly testText: string;
  readonly wholeSource: string;
  readonly details: string;
  readonly backToChapter: string;
  readonly turnsWhen: string;
  readonly differsHere: Readonly<Record<"outcome" | "observation", (ground: string) => string>>;
  readonly differsThere: Readonly<Record<"outcome" | "observation", string>>;
  readonly elsewhere: string;
  readonly askedAs: string;
  readonly since: (version: string) => string;
  readonly notRecorded: string;
  readonly onNode: string;
  readonly onHost: string;
  readonly copy: string;
  readonly copied: string;
  readonly linkTo: (what: string) => string;
  readonly use: string;
  readonly fromEvidence: string;
  readonly filterText: string;
  readonly filterChapter: string;
  readonly filterOutcome: string;
  readonly any: string;
  readonly onlyDiffering: string;
  readonly shown: (count: number) => string;
  readonly statement: string;
  readonly states: Readonly<Record<State, string>>;
  readonly promised: (min: number | undefined, max: number | undefined) => string;
  readonly joined: (node: string) => string;
  readonly tick: (clock: string) => string;
  readonly timelineText: (lives: number, seconds: string) => string;
  readonly neverFewer: (states: string, fewest: number, most: number) => string;
  readonly namespacesTitle: string;
  readonly namespacesText: string;
  readonly sharedBy: (kind: string, groups: string) => string;
  readonly host: string;
  readonly node: string;
  readonly ownersTitle: string;
  readonly belongsTo: (owned: string, owner: string) => string;
}

export const WORDS: Readonly<Record<Language, Words>> = {
  en: {
    title: "The Pod, proven",
    description:
      "A tutorial on Kubernetes workloads in which every claim stands beside what a real cluster answered.",
    story: "How the article held up",
    chapters: "Chapters",
    nothingRecorded:
      "Nothing has been recorded yet, so there is nothing to show. To record it: npm test -- chapters/ --record",
    unseen: "Not recorded yet",
    unseenText: "These claims are in a chapter, but not in any recording yet.",
    comparison: "How the models differ",
    comparisonIntro:
      "The same Pod runs under every model, and the same is done to each of them. Every cell comes from what the cluster did; none was filled in by hand.",
    ledger: "Ledger of claims",
    ledgerIntro: (claims, grounds) =>
      `All ${claims} claims, and their outcome in each of ${grounds} recordings. Every row has its own link.`,
    lead: "A short article explained the Kubernetes Pod. Here each of its statements is checked against a real cluster, and so are those of the chapters that it announced but never delivered: you see the command, the answer, and whether the statement holds.",
    begin: "Begin with the Pod",
    proveIt: "See it on your own machine",
    proveItText:
      "Two commands boot a cluster, check every claim of the article on it, and remove the cluster again.",
    right: "What the article got right",
    rightText: (count) => `${count} claims of the article, which hold wherever they were checked`,
    dependent: "What depends on the runtime",
    dependentText:
      "Here the article describes the cluster that its author had. With another runtime or another cgroup version, the answer is different.",
    wrong: "What it got wrong",
    wrongText: "These claims were refuted wherever they were checked. Each one says why.",
    changed: "What has changed since",
    changedText:
      "For these claims the answer depends on the version of Kubernetes. They do not come from the article, but from the chapters that were added.",
    allChapters: "All chapters",
    counts: ({ all, holds, refuted, others }) =>
      [
        `${all} claims`,
        `${holds} hold`,
        `${refuted} refuted`,
        ...(others > 0 ? [`${others} without a verdict`] : []),
      ].join(" · "),
    claimCount: (count) => `${count} claims`,
    colon: ": ",
    semicolon: "; ",
    inBrackets: (text) => ` (${text})`,
    seconds: (seconds) => `${seconds} s`,
    and: ", ",
    markedLines: (ground) => `The marked lines are different on ${ground}.`,
    expectedElsewhere: (outcome, where) => `expected with ${where} (not recorded yet): ${outcome}`,
    byHand: (engine) =>
      `${engine}: no Pod, but three containers; whoami and nettool join the net and ipc namespaces of pause, as they did under dockershim`,
    took: (seconds) => `took ${seconds} s`,
    observed: "What was judged:",
    standInsOnly: "These images are stand-ins, built from sources in this project:",
    laneText: (name, spans) => `${name}: ${spans}.`,
    run: "Run this chapter",
    runText:
      "This command boots a cluster, checks the claims of this chapter, and leaves the cluster running for you to explore. Run it in a checkout, or in the project's dev container:",
    seenOn: "Seen on ",
    switchGround: "Another version or runtime",
    recorded: (date) => `recorded on ${date}`,
    standIns: (count) => `${count} stand-in images`,
    standInNote:
      "This was not k3s: there was no registry to pull it from. The node was built from upstream Kubernetes, and these images from sources in this project:",
    manifests: "Manifests",
    manifestLater: "applied later, by a claim",
    applied: "How they were applied",
    claims: "Claims",
    outcome: NAMES.en,
    asExpected: "as this chapter expects",
    why: "Why: ",
    sources: "Sources",
    said: (source) =>
      source.startsWith("article#")
        ? "said by the article"
        : source.startsWith("reference#")
          ? "said by what the article refers to"
          : "added by this tutorial",
    inManifest: "In the manifest",
    inManifestText:
      "When the marked lines are changed, or something is added below them, the outcome must change: npm run mutants tests that.",
    test: "How this is tested",
    testText: "This is the code that is run: it looks at the cluster first, then judges what was seen.",
    details: "Sources, manifest and test of this claim",
    wholeSource: "The whole chapter's source",
    backToChapter: "Back to the chapter",
    turnsWhen: "The outcome must change when:",
    differsHere: {
      outcome: (ground) => `The outcome is different from that on ${ground}:`,
      observation: (ground) => `The same outcome as on ${ground}, but the observation differs:`,
    },
    differsThere: { outcome: "different outcome", observation: "different observation" },
    elsewhere: "On other clusters:",
    askedAs: "When this was recorded, the claim read: ",
    since: (version) => `needs Kubernetes ${version} or newer`,
    notRecorded: "This claim was not recorded here.",
    onNode: "on the node",
    onHost: "as root on the engine's host",
    copy: "Copy the command",
    copied: "Copied",
    linkTo: (what) => `Link to ${what}`,
    use: "What each is for",
    fromEvidence: "See the evidence",
    filterText: "Words or an id",
    filterChapter: "Chapter",
    filterOutcome: "Outcome",
    any: "any",
    onlyDiffering: "only what differs between recordings",
    shown: (count) => `Claims shown: ${count}`,
    statement: "Statement",
    states: {
      waiting: "not ready",
      ready: "ready",
      terminating: "terminating",
      ended: "ended",
      suspended: "suspended",
      active: "active",
      complete: "complete",
      failed: "failed",
      wanting: "Pods wanted",
      idle: "no Pods wanted",
    },
    promised: (min, max) =>
      [
        ...(min === undefined ? [] : [`at least ${min}`]),
        ...(max === undefined ? [] : [`at most ${max}`]),
      ].join(", "),
    joined: (node) => `${node}: its first Pod`,
    tick: (clock) => `due at ${clock} UTC`,
    timelineText: (lives, seconds) => `${lives} objects, watched for ${seconds} seconds.`,
    neverFewer: (states, fewest, most) => `${states}: never fewer than ${fewest}, never more than ${most}.`,
    namespacesTitle: "Which process is in which namespace: the same inode and shade mean a shared one",
    namespacesText: "For each process, the inodes of its namespaces.",
    sharedBy: (kind, groups) => `${kind}: ${groups}.`,
    host: "host",
    node: "node",
    ownersTitle: "Which object belongs to which",
    belongsTo: (owned, owner) => `${owned} belongs to ${owner}.`,
  },
  zh: {
    title: "眼见为实的 Pod",
    description: "一份讲 Kubernetes 工作负载的教程：每条论断旁边，都是真实集群给出的回答。",
    story: "原文经得起验证吗",
    chapters: "章节",
    nothingRecorded: "还没有任何记录，因此无可展示：npm test -- chapters/ --record",
    unseen: "哪些还没有记录",
    unseenText: "这些论断已写入章节，但还没有出现在任何一份记录中。",
    comparison: "各种模型有何不同",
    comparisonIntro:
      "让同样的 Pod 分别运行在每种模型之下，再对它们做同样的事。每一格都取自集群的实际行为，并非人工填写。",
    ledger: "论断总表",
    ledgerIntro: (claims, grounds) =>
      `全部 ${claims} 条论断，以及它们在 ${grounds} 份记录中的结果。每一行都有自己的链接。`,
    lead: "有一篇短文讲解了 Kubernetes 的 Pod。这里把它的每一句话，连同它预告过却没有写的章节，都放到真实集群上验证：执行什么命令、集群如何响应、这句话是否成立，一目了然。",
    begin: "从 Pod 开始",
    proveIt: "在自己的机器上验证",
    proveItText: "两条命令就能启动一个集群，验证原文的每一条论断；结束后自动删除这个集群。",
    right: "原文说对了什么",
    rightText: (count) => `原文的说法中有 ${count} 条，在所有验证过的环境中都成立`,
    dependent: "哪些取决于运行时",
    dependentText: "原文描述的只是当时所用的集群；换一种运行时或 cgroup 版本，结果就可能不同。",
    wrong: "原文说错了什么",
    wrongText: "这几条在所有验证过的环境中都不成立，原因见各条说明。",
    changed: "此后有哪些变化",
    changedText:
      "下面这些论断，不同版本的 Kubernetes 给出了不同的答案。原文没有谈到它们，是新写的章节补充的。",
    allChapters: "全部章节",
    counts: ({ all, holds, refuted, others }) =>
      [
        `${all} 条论断`,
        `${holds} 条成立`,
        `${refuted} 条不成立`,
        ...(others > 0 ? [`${others} 条没有结论`] : []),
      ].join(" · "),
    claimCount: (count) => `${count} 条论断`,
    colon: "：",
    semicolon: "；",
    inBrackets: (text) => `（${text}）`,
    seconds: (seconds) => `${seconds} 秒`,
    and: "、",
    markedLines: (ground) => `标出的各行与 ${ground} 上的不同。`,
    expectedElsewhere: (outcome, where) => `在 ${where} 上预期：${outcome}（尚未记录）`,
    byHand: (engine) =>
      `${engine}：这里没有 Pod，而是三个容器；whoami 和 nettool 照 dockershim 当年的做法加入 pause 的 net 和 ipc 命名空间`,
    took: (seconds) => `用时 ${seconds} 秒`,
    observed: "据以判断的内容：",
    standInsOnly: "以下是替代镜像，由本项目内的源码构建：",
    laneText: (name, spans) => `${name}：${spans}。`,
    run: "运行本章",
    runText:
      "启动一个集群，验证本章的论断，然后保留集群，供你继续动手试验。在项目目录或项目的开发容器（dev container）中执行：",
    seenOn: "观察环境：",
    switchGround: "换一个版本或运行时",
    recorded: (date) => `记录于 ${date}`,
    standIns: (count) => `${count} 个替代镜像`,
    standInNote:
      "这里运行的不是 k3s：当时没有可用的镜像仓库。节点由上游 Kubernetes 构建，以下镜像由本项目内的源码构建：",
    manifests: "清单文件",
    manifestLater: "验证某条论断时才应用",
    applied: "应用过程",
    claims: "论断",
    outcome: NAMES.zh,
    asExpected: "与本章预期一致",
    why: "原因：",
    sources: "参考资料",
    said: (source) =>
      source.startsWith("article#")
        ? "原文的说法"
        : source.startsWith("reference#")
          ? "原文所引资料的说法"
          : "本教程补充",
    inManifest: "清单中的相关内容",
    inManifestText: "改动标出的行，或在其下新增字段，结果就必须随之改变：npm run mutants 会验证这一点。",
    test: "这条论断怎么验证",
    testText: "这就是实际运行的代码：先观察集群，再判断看到的内容。",
    details: "这条论断的参考资料、清单和验证方法",
    wholeSource: "本章完整源码",
    backToChapter: "回到本章",
    turnsWhen: "做以下任一改动，结果必须随之改变：",
    differsHere: {
      outcome: (ground) => `与 ${ground} 上的结果不同：`,
      observation: (ground) => `结果与 ${ground} 相同，但观察到的内容不同：`,
    },
    differsThere: { outcome: "结果不同", observation: "观察到的内容不同" },
    elsewhere: "在其他环境中：",
    askedAs: "记录时这条论断的表述是：",
    since: (version) => `需要 Kubernetes ${version} 或更高版本`,
    notRecorded: "这条论断在此环境中没有记录。",
    onNode: "在节点上",
    onHost: "在容器引擎所在主机上以 root 执行",
    copy: "复制命令",
    copied: "已复制",
    linkTo: (what) => `${what} 的链接`,
    use: "各自适合做什么",
    fromEvidence: "查看证据",
    filterText: "关键词或编号",
    filterChapter: "章节",
    filterOutcome: "结果",
    any: "不限",
    onlyDiffering: "只看各记录之间有差异的",
    shown: (count) => `显示 ${count} 条论断`,
    statement: "陈述",
    states: {
      waiting: "未就绪",
      ready: "就绪",
      terminating: "正在终止",
      ended: "已结束",
      suspended: "已挂起",
      active: "运行中",
      complete: "已完成",
      failed: "已失败",
      wanting: "期望有 Pod",
      idle: "期望为零",
    },
    promised: (min, max) =>
      [...(min === undefined ? [] : [`至少 ${min}`]), ...(max === undefined ? [] : [`至多 ${max}`])].join(
        "，",
      ),
    joined: (node) => `${node} 上的第一个 Pod`,
    tick: (clock) => `应于 ${clock} UTC 触发`,
    timelineText: (lives, seconds) => `共 ${lives} 个对象，观察了 ${seconds} 秒。`,
    neverFewer: (states, fewest, most) => `${states}：最少时 ${fewest} 个，最多时 ${most} 个。`,
    namespacesTitle: "谁在哪个命名空间：inode 和底色相同的进程共用一个",
    namespacesText: "各进程所在命名空间的 inode。",
    sharedBy: (kind, groups) => `${kind}：${groups}。`,
    host: "宿主机",
    node: "节点",
    ownersTitle: "属主关系",
    belongsTo: (owned, owner) => `${owned} 的属主是 ${owner}。`,
  },
};
