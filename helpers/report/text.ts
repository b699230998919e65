import { styleText } from "node:util";
import { inChinese } from "../book/phrases.ts";
import type { Bilingual } from "../chapter/claim.ts";
import { isVerdict, type Outcome } from "../chapter/outcome.ts";
import type { ClaimRecord, Distribution, RecordHead } from "../record.ts";

/** The languages in which a run is told. */
export type Language = keyof Bilingual;

type Style = Parameters<typeof styleText>[0];

/** Text in colour where standard output is a terminal that wants it, plain otherwise. */
export function paint(style: Style, text: string): string {
  return styleText(style, text, { stream: process.stdout });
}

/** The sign of each outcome. */
export const MARKS: Record<Outcome, string> = {
  holds: "✔",
  refuted: "✘",
  "not asked": "–",
  "not observable": "?",
  error: "!",
};

/** How each outcome is called. */
export const NAMES: Record<Language, Record<Outcome, string>> = {
  en: {
    holds: "holds",
    refuted: "refuted",
    "not asked": "not asked",
    "not observable": "not observable",
    error: "error",
  },
  zh: {
    holds: "成立",
    refuted: "不成立",
    "not asked": "未验证",
    "not observable": "无法观察",
    error: "出错",
  },
};

/** How each distribution is called. */
export const DISTRIBUTIONS: Record<Language, Record<Distribution, string>> = {
  en: {
    k3s: "k3s",
    "offline node": "offline node",
    existing: "existing cluster",
    custom: "custom node image",
  },
  zh: { k3s: "k3s", "offline node": "离线节点", existing: "现有集群", custom: "自备的节点镜像" },
};

/** Words around the claims, in both languages. */
export const WORDS = {
  en: {
    expected: ", as this chapter expects",
    unexpected: (wanted: string) => `. NOT as expected: this chapter expects "${wanted}"`,
    because: "why: ",
    observed: "observed: ",
    sources: "see: ",
    claim: "Claim",
    statement: "Statement",
    outcome: "Outcome",
    time: "Time",
    privateEngine: " (private)",
    boot: "Boot: ",
    podsReady: "Pods, from applied to ready: ",
    clock: "Waited for the clock: ",
    total: "Total: ",
    record: "Everything that was seen: ",
    claims: "claims",
    source: "source: ",
    expectation: "expected: ",
    since: (version: string) => `needs Kubernetes ${version} or newer`,
    mutants: "the outcome changes when: ",
    ground: "Recorded on",
    recorded: "Date",
    lastSeen: "Last seen on ",
    neverRecorded: "Not recorded yet. To record it: npm run article -- --record",
    changed: (claims: number, changed: number) =>
      `${claims} claims, ${changed === 0 ? "none" : changed} with another outcome`,
    seenOtherwise: "The same outcome, but a different observation: ",
    notRun: "DID NOT RUN TO THE END: ",
    upgradeTitle: "Claims on",
    and: ", ",
    comma: ", ",
    colon: ": ",
    seconds: (n: number) => `${n.toFixed(2)} s`,
    exitCode: (code: number) => `(exit code ${code})`,
  },
  zh: {
    expected: "，与本章预期一致",
    unexpected: (wanted: string) => `。与预期不符：本章预期“${wanted}”`,
    because: "原因：",
    observed: "观察到：",
    sources: "参见：",
    claim: "论断",
    statement: "陈述",
    outcome: "结果",
    time: "用时",
    privateEngine: "（私有）",
    boot: "启动：",
    podsReady: "Pod 从应用到就绪：",
    clock: "等待时钟到点：",
    total: "总计：",
    record: "看到的一切都记录在 ",
    claims: "条论断",
    source: "出处：",
    expectation: "预期：",
    since: (version: string) => `需要 Kubernetes ${version} 或更高版本`,
    mutants: "以下改动会使结果反转：",
    ground: "记录环境",
    recorded: "日期",
    lastSeen: "最近一次见于 ",
    neverRecorded: "还没有记录过：npm run article -- --record",
    changed: (claims: number, changed: number) =>
      `共 ${claims} 条论断，${changed === 0 ? "没有一条结果不同" : `${changed} 条结果不同`}`,
    seenOtherwise: "结果相同，但看到的内容不同：",
    notRun: "没有运行完：",
    upgradeTitle: "各版本上的论断：",
    and: "、",
    comma: "，",
    colon: "：",
    seconds: (n: number) => `${n.toFixed(2)} 秒`,
    exitCode: (code: number) => `（退出码 ${code}）`,
  },
} as const;

/** `✔ holds` */
export function nameOfOutcome(outcome: Outcome, language: Language): string {
  return `${MARKS[outcome]} ${NAMES[language][outcome]}`;
}

/** An outcome in words, with the reason where there is no verdict. */
export function outcomeWithReason(
  { outcome, reason }: { readonly outcome: Outcome; readonly reason?: string | undefined },
  language: Language,
): string {
  return `${nameOfOutcome(outcome, language)}${reason === undefined ? "" : `${WORDS[language].colon}${reason}`}`;
}

/** `✔ holds`, `✘ refuted, as this chapter expects`, or in red what was expected instead. */
export function verdict(claim: ClaimRecord, language: Language): string {
  const words = WORDS[language];
  const name = nameOfOutcome(claim.outcome, language);
  if (claim.outcome === claim.expected) {
    return claim.outcome === "holds" ? paint("green", name) : paint("yellow", `${name}${words.expected}`);
  }
  if (!isVerdict(claim.outcome) && claim.outcome !== "error")
    return paint("dim", `${name}${words.colon}${claim.reason ?? ""}`);
  return paint(["red", "bold"], `${name}${words.unexpected(NAMES[language][claim.expected])}`);
}

/** `k3s v1.36.3`, or `Kubernetes v1.36.3, offline node` where it was not k3s. */
export function nameOfNode(
  { distribution, kubernetes }: Pick<RecordHead, "distribution" | "kubernetes">,
  language: Language,
): string {
  if (distribution === "k3s") return `k3s ${kubernetes}`;
  return `Kubernetes ${kubernetes}${WORDS[language].comma}${DISTRIBUTIONS[language][distribution]}`;
}

/** What the run ran on: k3s is named only when it was k3s, and every stand-in is named. */
export function describeHead(head: RecordHead, language: Language): string[] {
  const words = WORDS[language];
  return [
    `${nameOfNode(head, language)} · ${head.runtime} ${head.runtimeVersion} · cgroup v${head.cgroup} · ${head.architecture} · Linux ${head.kernel}`,
    ...(head.engine
      ? [`${head.engine.name} ${head.engine.version}${head.engine.private ? words.privateEngine : ""}`]
      : []),
    ...head.images.map(({ description }) => `  ${said(description, language)}`),
  ];
}

/** What is said in words of how something came about, in a language; in English what has no Chinese yet. */
export function said(text: string, language: Language): string {
  return language === "zh" ? (inChinese(text) ?? text) : text;
}
