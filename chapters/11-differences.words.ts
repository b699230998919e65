/** The models that are compared, in the table's order. */
export const MODELS = [
  "Pod",
  "ReplicaSet",
  "Deployment",
  "StatefulSet",
  "DaemonSet",
  "Job",
  "CronJob",
] as const;

export type Model = (typeof MODELS)[number];

/** What was seen of every model: a row of the table. */
export type Row = Record<Model, string>;

/** What is asked of every model: the rows of the table. */
export const QUESTIONS = ["built", "deleted", "node", "data", "three", "image", "added", "ended"] as const;

export type Question = (typeof QUESTIONS)[number];

/** What the table says in each language: the questions, the answers, and when to use a model. */
export const WORDS: Record<
  "en" | "zh",
  {
    readonly title: string;
    readonly questions: Record<Question, string>;
    readonly cells: Readonly<Record<string, string>>;
    readonly uses: Row;
  }
> = {
  en: {
    title: "The table, drawn from what was seen",
    questions: {
      built: "is built as",
      deleted: "a Pod is deleted: its successor",
      node: "its successor's node",
      data: "the data on its volume",
      three: "three Pods are asked for",
      image: "the image is changed",
      added: "a node joins",
      ended: "the container ends with code 0",
    },
    cells: {},
    uses: {
      Pod: "Use it to try something out or to debug; anything that is to last needs one of the others.",
      ReplicaSet: "Use it through a Deployment: by itself it keeps the number of Pods, but knows no updates.",
      Deployment:
        "Use it for services whose Pods are alike and store nothing: most programs that answer requests.",
      StatefulSet:
        "Use it where each Pod has an identity: a name, a volume, a place in the order. Databases, queues.",
      DaemonSet: "Use it for what belongs to the node: logs, metrics, network, storage.",
      Job: "Use it for work that comes to an end: a migration, a batch.",
      CronJob: "Use it for such work on a schedule: backups, reports.",
    },
  },
  zh: {
    title: "根据观察结果画出的表",
    questions: {
      built: "构成",
      deleted: "删掉 Pod，补上的 Pod",
      node: "补上的 Pod 所在节点",
      data: "卷上的数据",
      three: "要三个",
      image: "更换镜像",
      added: "加入新节点",
      ended: "容器正常结束",
    },
    cells: {
      "no successor": "没有",
      "other name, UID, IP": "名字、UID、IP 全换",
      "same name; other UID, IP": "名字不变，UID、IP 换",
      none: "无",
      any: "任意",
      "the same": "不变",
      "where its volume is": "卷所在处",
      lost: "丢失",
      kept: "保留",
      refused: "拒绝",
      "parallelism, next Job": "parallelism，下个 Job",
      "restarts in place": "原地重启",
      "running Pods stay": "现有 Pod 不变",
      "new Pod first": "先起新 Pod",
      "last Pod first": "从最后一个换起",
      "node by node": "逐节点替换",
      "next Job": "下个 Job 生效",
      "a Pod of its own": "自动多一个",
      nothing: "无变化",
      restarted: "重启",
      done: "完成",
    },
    uses: {
      Pod: "试验和排错时用；要长期运行，就得用下面几种。",
      ReplicaSet: "交给 Deployment 去用：它只管数量，不管更新。",
      Deployment: "用于彼此相同、自身不存数据的服务：处理请求的程序大多如此。",
      StatefulSet: "用于每个 Pod 各有身份的场合，有自己的名字、卷和次序：数据库、消息队列。",
      DaemonSet: "用于属于节点的程序：日志、监控、网络、存储。",
      Job: "用于会做完的工作：数据迁移、批处理。",
      CronJob: "用于按时间表去做的这类工作：备份、报表。",
    },
  },
};
