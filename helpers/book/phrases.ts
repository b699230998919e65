import type { Bilingual } from "../chapter/claim.ts";
import { Problem } from "../problem.ts";

/** What transcripts say in words, in Chinese: what a claim read or made without a command that a reader could type. */
const PHRASES: ReadonlyArray<readonly [RegExp, string]> = [
  [/^Applied through the API \(a reader would: (.+)\)$/, "通过 API 应用（读者可以执行：$1）"],
  [
    /^A node joins: a container of the node's image is started with the host name (\S+), as "(.+)"$/,
    "节点加入：用节点镜像启动一个容器，主机名为 $1，命令为“$2”",
  ],
  [
    /^A node leaves: the container of (\S+) is removed, then its Node \(a reader would: (.+)\)$/,
    "节点离开：先删除 $1 的容器，再删除它的 Node 对象（读者可以执行：$2）",
  ],
  [/^Who shares what: equal letters are one namespace$/, "谁和谁共用：字母相同即为同一个命名空间"],
  [/^The Pods of (.+?) during the update:?$/, "更新期间 $1 的 Pod"],
  [/^The Pods of (\S+) meanwhile:?$/, "在此期间 $1 的 Pod"],
  [/^The Pods of (\S+), up to three and down to none$/, "$1 的 Pod：增加到三个，再减到零"],
  [/^The Pods of ((?:Job|CronJob) )?(\S+)$/, "$1$2 的 Pod"],
  [/^The Jobs of CronJob (\S+)$/, "CronJob $1 的 Job"],
  [/^What its ReplicaSets were told to have:?$/, "它的各个 ReplicaSet 应有的 Pod 数"],
  [/^While the node joins$/, "节点加入期间"],
  [/^From the moment when the node was taken away$/, "从拿走节点的那一刻起"],
  [/^A rolling update$/, "一次滚动更新"],
  [/^A rolling update with surge$/, "一次带 surge 的滚动更新"],
  [/^(\w+): the image is changed$/, "$1：更换镜像"],
  [/^Pauses between the end of a try and the next one$/, "一次尝试结束到下一次开始之间的间隔"],
  [/^Minute (\d+) since 1970$/, "自 1970 年起的第 $1 分钟"],
  [/^Local time of the tick$/, "到点时的当地时间"],
  [/^What the token says of itself$/, "令牌里写明的内容"],
  [
    /^Waited (\d+) s for the clock: the next tick of CronJob (\S+)$/,
    "等待时钟 $1 秒：CronJob $2 的下一次到点",
  ],
  [/^Waited (\d+) s for the clock: a tick of CronJob (\S+)$/, "等待时钟 $1 秒：CronJob $2 到点"],
  [
    /^Waited (\d+) s for the clock: (\d+) seconds to have passed since a tick that CronJob (\S+) missed$/,
    "等待时钟 $1 秒：距 CronJob $3 错过的那次到点已过 $2 秒",
  ],
  [/^Waited (\d+) s for the clock: a tick in Shanghai or La Paz$/, "等待时钟 $1 秒：上海或拉巴斯到点"],
  [/^The table, drawn from what was seen$/, "根据实际观察画出的表"],
  [/^同一张表的中文版$/, "同一张表的中文版"],
];

/**
 * What a transcript says in words, in both languages.
 * @throws {Problem} when the Chinese half is missing
 */
export function phrase(text: string): Bilingual {
  const found = PHRASES.find(([pattern]) => pattern.test(text));
  if (!found) {
    throw new Problem(
      `the recordings say "${text}", which has no Chinese yet`,
      "Add it to helpers/book/phrases.ts.",
    );
  }
  const zh = text.replace(found[0], (_, ...groups: (string | undefined)[]) =>
    found[1].replaceAll(/\$(\d)/g, (__, number: string) => groups[Number(number) - 1] ?? ""),
  );
  return { en: text.replace(/:$/, ""), zh };
}
