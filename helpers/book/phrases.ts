import { WORDS } from "../../chapters/11-differences.words.ts";
import type { Bilingual } from "../chapter/claim.ts";
import { Problem } from "../problem.ts";

/** What transcripts say in words, in Chinese: what a claim read or made without a command that a reader could type. */
const PHRASES: ReadonlyArray<readonly [RegExp, string]> = [
  [/^Applied through the API \(a reader would: (.+)\)$/, "通过 API 提交（读者可执行：$1）"],
  [
    /^A node joins: a container of the node's image is started with the host name (\S+), as "(.+)"$/,
    "节点加入：用节点镜像启动一个容器，主机名为 $1，命令为“$2”",
  ],
  [
    /^A node leaves: the container of (\S+) is removed, then its Node \(a reader would: (.+)\)$/,
    "节点离开：先删除 $1 的容器，再删除它的 Node 对象（读者可执行：$2）",
  ],
  [
    /^The first processes of Pod (\S+), as an earlier claim has found them$/,
    "Pod $1 各容器的首个进程（前面的论断已查明）",
  ],
  [/^What was deleted before, and what came in its place$/, "前面删掉的 Pod，以及补上的 Pod"],
  [/^Who shares what: equal letters are one namespace$/, "谁和谁共用：字母相同即为同一个命名空间"],
  [/^The Pods of (.+?) during the update:?$/, "更新期间 $1 的 Pod"],
  [/^The Pods of (\S+) meanwhile:?$/, "在此期间 $1 的 Pod"],
  [/^The Pods of (\S+), up to three and down to none$/, "$1 的 Pod：先增加到三个，再减到零"],
  [/^The Pods of ((?:Job|CronJob) )?(\S+)$/, "$1$2 的 Pod"],
  [/^The Jobs of CronJob (\S+)$/, "CronJob $1 的 Job"],
  [/^What its ReplicaSets were told to have:?$/, "它的各个 ReplicaSet 的期望副本数"],
  [/^While the node joins$/, "节点加入期间"],
  [/^From the moment when the node was taken away$/, "从移除节点起"],
  [/^A rolling update$/, "一次滚动更新"],
  [/^A rolling update with surge$/, "一次启用 maxSurge 的滚动更新"],
  [/^(\w+): the image is changed$/, "$1：更换镜像"],
  [/^Pauses between the end of a try and the next one$/, "相邻两次尝试之间的间隔"],
  [/^Minute (\d+) since 1970$/, "自 1970 年起的第 $1 分钟"],
  [/^Local time of the tick$/, "触发时的当地时间"],
  [/^What the token says of itself$/, "令牌里写明的内容"],
  [
    /^Waited (\d+) s for the clock: the next tick of CronJob (\S+)$/,
    "等待 $1 秒，直到 CronJob $2 的下一次触发",
  ],
  [/^Waited (\d+) s for the clock: a tick of CronJob (\S+)$/, "等待 $1 秒，直到 CronJob $2 的触发"],
  [
    /^Waited (\d+) s for the clock: (\d+) seconds to have passed since a tick that CronJob (\S+) missed$/,
    "等待 $1 秒，直到距 CronJob $3 错过的那次触发已有 $2 秒",
  ],
  [/^Waited (\d+) s for the clock: a tick in Shanghai or La Paz$/, "等待 $1 秒，直到上海或拉巴斯的触发"],
  [/^(.+): stand-in built from (.+)$/, "$1：替代镜像，由 $2 构建"],
  [/^(Kubernetes \S+), offline node \(built from (.+)\)$/, "$1，离线节点（由 $2 构建）"],
];

/** What a transcript shows in each language apart, by what stands above it. */
const ONLY: Readonly<Record<string, keyof Bilingual>> = {
  [WORDS.en.title]: "en",
  [WORDS.zh.title]: "zh",
};

/** The language in which alone something is told; nothing where it is told in both. */
export function onlyIn(text: string): keyof Bilingual | undefined {
  return ONLY[text];
}

/**
 * What a transcript says in words, in both languages.
 * @throws {Problem} when the Chinese half is missing
 */
export function phrase(text: string): Bilingual {
  const zh = inChinese(text);
  if (zh === undefined) {
    throw new Problem(
      `the recordings say "${text}", which has no Chinese yet`,
      "Add it to helpers/book/phrases.ts.",
    );
  }
  return { en: text.replace(/:$/, ""), zh };
}

/** What a transcript says in words, in Chinese; undefined when it has none yet. */
export function inChinese(text: string): string | undefined {
  if (onlyIn(text)) return text;
  const found = PHRASES.find(([pattern]) => pattern.test(text));
  if (!found) return undefined;
  return text.replace(found[0], (_, ...groups: (string | undefined)[]) =>
    found[1].replaceAll(/\$(\d)/g, (__, number: string) => groups[Number(number) - 1] ?? ""),
  );
}
