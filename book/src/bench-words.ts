import type { Language } from "./book.ts";

/** What the page about speed says around its figures, in both languages. */
interface BenchWords {
  readonly title: string;
  readonly intro: string;
  readonly howToRead: string;
  readonly measureIt: string;
  readonly ratios: string;
  readonly ratio: string;
  readonly median: string;
  readonly target: string;
  readonly met: string;
  readonly missed: string;
  readonly to: (min: string, max: string) => string;
  readonly runs: (count: number) => string;
  readonly ground: (cores: number, memory: number) => string;
  readonly boot: string;
  readonly bootText: string;
  readonly bootRatio: string;
  readonly aloneRatio: string;
  readonly apiServerAlone: string;
  readonly wholeBoot: string;
  readonly pod: string;
  readonly podText: string;
  readonly seenReady: string;
  readonly checks: string;
  readonly checksText: string;
  readonly ours: string;
  readonly lesson: string;
  readonly checksRatio: (peer: string) => string;
  readonly lessonRatio: (peer: string) => string;
  readonly suite: string;
  readonly suiteText: (total: string, withoutClock: string | undefined) => string;
  readonly ofItClock: (seconds: string) => string;
  readonly growth: string;
  readonly growthText: string;
  readonly nodes: string;
  readonly nodesText: string;
  readonly nothing: string;
  readonly nothingText: (install: string, article: string) => string;
  readonly memory: string;
  readonly memoryText: string;
  readonly all: string;
  readonly notRun: (what: string, why: string) => string;
  /** Parts of the boot, stages of a Pod, and tools, by the names that they have in the figures. */
  readonly names: Readonly<Record<string, string>>;
}

export const BENCH_WORDS: Readonly<Record<Language, BenchWords>> = {
  en: {
    title: "How fast it is",
    intro:
      "How long you wait for a cluster to boot, for a Pod to become ready, and for the checks. A machine is never quite idle, so whatever takes seconds is measured several times, and tools that are compared take turns within the same minutes. Some of what takes minutes was measured only once, as its section then says; such figures vary by some seconds.",
    howToRead:
      "A bar ends at the median; the thin line goes from the lowest value to the highest. Ratios are computed run by run, each run against the one next to it.",
    measureIt: "Measure it on your own machine",
    ratios: "Ratios",
    ratio: "Ratio",
    median: "Median",
    target: "Target",
    met: "met",
    missed: "missed",
    to: (min, max) => `${min} to ${max}`,
    runs: (count) => (count === 1 ? "measured once" : `${count} runs`),
    ground: (cores, memory) => `${cores} cores, ${memory} GiB`,
    boot: "A cluster boots",
    bootText:
      "From the call until our client sees the node Ready, through Testcontainers' K3sContainer. Every cluster has to wait at least for its API server, which shares the machine with everything started beside it; the dashed line is an API server in a container that runs nothing else but etcd. The parts run side by side; their times are counted from the start of the node's first process.",
    bootRatio: "Boot ÷ its own API server",
    aloneRatio: "Boot ÷ an API server alone",
    apiServerAlone: "API server alone",
    wholeBoot: "Ready, from the call",
    pod: "A Pod becomes ready",
    podText:
      "The article's Pod of two containers, with its namespace, from the manifest being applied until it is seen with 2/2 containers ready. Its images are already on the node.",
    seenReady: "seen 2/2",
    checks: "The same five checks",
    checksText:
      "On one running cluster: apply the article's manifest, see both containers ready, check their names, run curl, run netstat. The tools take turns; each is a process of its own, timed from start to end. “Ours” is chapter 01 as a reader runs it, and every kubectl command that the reader sees was really run. It has to start Node and Vitest first; the second bar leaves that out.",
    ours: "ours, the whole process",
    lesson: "ours, from the manifest to the last verdict",
    checksRatio: (peer) => `Five checks ÷ ${peer}: whole processes`,
    lessonRatio: (peer) => `Five checks ÷ ${peer}: without the start of Node and Vitest`,
    suite: "All chapters",
    suiteText: (total, withoutClock) =>
      `Once the images are there, a run of all chapters takes ${total} s, including the start and end of the container engine. ${withoutClock === undefined ? "" : `Without the chapters that wait for full minutes, a run takes ${withoutClock} s. `}Chapters run side by side, so their times add up to more than the total.`,
    ofItClock: (seconds) => `, at least ${seconds} s of it waiting for the clock`,
    growth: "How it grows with the chapters",
    growthText: "Each point is a run of that many chapters: the first ones, in reading order.",
    nodes: "How it grows with the nodes",
    nodesText: "From the call until that many nodes are Ready: one server, and agents that join it.",
    nothing: "From nothing",
    nothingText: (install, article) =>
      `In a clean clone with empty caches, npm ci takes ${install} s, and npm run article ${article} s, most of which is spent compiling Kubernetes. The system packages (container engine and compilers) were already installed.`,
    memory: "A node at rest",
    memoryText: "The memory that a node without Pods uses. What processes share is counted once.",
    all: "all",
    notRun: (what, why) => `Not run: ${what}. ${why}`,
    names: {
      certificates: "keys and certificates",
      containerd: "containerd answers",
      kubernetes: "the Kubernetes process has started",
      etcd: "etcd is ready",
      kubelet: "the kubelet has registered the node",
      nodeReady: "the node is Ready",
      images: "images are imported",
      apiserver: "the API server is ready",
      controllers: "the controllers have prepared the node for Pods",
      accepted: "the API server has accepted it",
      scheduled: "it is bound to a node",
      sandbox: "its sandbox and network are set up",
      ready: "both containers are ready",
      shell: "shell script with kubectl",
      "shell on the node": "the same script, on the node",
    },
  },
  zh: {
    title: "速度如何",
    intro:
      "这里等待的无非几件事：集群启动、Pod 就绪、逐项检查。机器从来不会完全空闲：几秒之内的项目都测量多次；有同类工具可比的，在同一时段轮流进行。要好几分钟的项目，有的只测了一次（会注明），会有几秒的出入。",
    howToRead: "色条的末端是中位数，细线从最小值到最大值。比值逐次计算：每次都与紧邻的那一次相比。",
    measureIt: "在自己的机器上测量",
    ratios: "比值",
    ratio: "比值",
    median: "中位数",
    target: "目标",
    met: "达到",
    missed: "未达到",
    to: (min, max) => `${min} 至 ${max}`,
    runs: (count) => (count === 1 ? "测量一次" : `${count} 次测量`),
    ground: (cores, memory) => `${cores} 核，${memory} GiB`,
    boot: "集群启动",
    bootText:
      "通过 Testcontainers 的 K3sContainer 启动，从调用开始，到客户端看到节点 Ready 为止。任何集群至少要等 API server 启动，而它要和同时启动的一切分享这台机器；虚线是在一个除 etcd 外什么也不运行的容器里启动 API server 所用的时间。各个部分并行进行，时间从节点的第一个进程算起。",
    bootRatio: "启动一个集群 ÷ 其中的 API server",
    aloneRatio: "启动一个集群 ÷ 单独启动的 API server",
    apiServerAlone: "单独的 API server",
    wholeBoot: "从调用到 Ready",
    pod: "Pod 就绪",
    podText: "原文那个有两个容器的 Pod，连同它的命名空间，从应用清单到看到 2/2 为止。镜像已经在节点上。",
    seenReady: "看到 2/2",
    checks: "同样的五项检查",
    checksText:
      "在同一个运行中的集群上：应用原文的清单，看到两个容器就绪，核对容器名，执行 curl 和 netstat。各种工具轮流进行；每种都是独立的进程，从启动计时到结束。“本教程”一项就是照常讲述第 01 章，读者看到的每一条 kubectl 命令都真正执行了。它要先启动 Node 和 Vitest，第二根色条不含这一部分。",
    ours: "本教程：整个进程",
    lesson: "本教程：从应用清单到得出最后一个结论",
    checksRatio: (peer) => `五项检查 ÷ ${peer}：整个进程`,
    lessonRatio: (peer) => `五项检查 ÷ ${peer}：不计 Node 和 Vitest 的启动`,
    suite: "全部章节",
    suiteText: (total, withoutClock) =>
      `镜像就绪时，运行全部章节（包括容器引擎的启动和停止）需要 ${total} 秒${withoutClock === undefined ? "" : `；不含要等整分钟到来的章节，则为 ${withoutClock} 秒`}。各章并行运行，因此各章时间之和大于总时间。`,
    ofItClock: (seconds) => `，其中至少 ${seconds} 秒在等时钟`,
    growth: "随章节数增长",
    growthText: "按阅读顺序的前若干章。",
    nodes: "随节点数增长",
    nodesText: "从调用开始，到这么多节点都 Ready 为止：一个 server，其余是加入它的 agent。",
    nothing: "从零开始",
    nothingText: (install, article) =>
      `在全新的克隆里，所有缓存都是空的：npm ci 用了 ${install} 秒，npm run article 用了 ${article} 秒，大部分时间在编译 Kubernetes。系统软件包（容器引擎和编译器）已经装好。`,
    memory: "空闲的节点",
    memoryText: "一个没有 Pod 的节点占用的内存。进程之间共享的部分只计一次。",
    all: "总计",
    notRun: (what, why) => `未运行：${what}。${why}`,
    names: {
      certificates: "密钥和证书",
      containerd: "containerd 应答",
      kubernetes: "Kubernetes 进程开始运行",
      etcd: "etcd 就绪",
      kubelet: "kubelet 注册了节点",
      nodeReady: "节点 Ready",
      images: "镜像导入完毕",
      apiserver: "API server 就绪",
      controllers: "控制器为节点做好了运行 Pod 的准备",
      accepted: "API server 已接收",
      scheduled: "绑定到节点",
      sandbox: "沙箱和网络就绪",
      ready: "两个容器都就绪",
      shell: "用 kubectl 的 shell 脚本",
      "shell on the node": "同一个脚本，在节点上运行",
    },
  },
};
