import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { findProgram } from "../../helpers/engine/install.ts";
import { expectOneError, faultCheckout } from "../testing/fault.ts";

/** What a user gives to a run and gets wrong, and what somebody gives to him who means no good. */

const checkout = faultCheckout();

describe("what is told before anything is started", () => {
  test.each([
    {
      what: "a chapter that is not there",
      args: ["nothing"],
      env: {},
      cause: /^✗ there is no chapter "nothing"$/m,
    },
    {
      what: "a version of Kubernetes that nobody knows",
      args: ["pod"],
      env: { KUBERNETES_VERSION: "v1.2.3" },
      cause: /^✗ Kubernetes v1\.2\.3 is not known here$/m,
    },
    {
      what: "a version that is none",
      args: ["pod"],
      env: { KUBERNETES_VERSION: "newest" },
      cause: /^✗ "newest" is not a version of Kubernetes$/m,
    },
    {
      what: "a kind of cluster that there is not",
      args: ["pod"],
      env: { CLUSTER: "mine" },
      cause: /^✗ CLUSTER=mine is not a kind of cluster$/m,
    },
    {
      what: "something that ENGINE_INSTALL can't say",
      args: ["pod"],
      env: { ENGINE_INSTALL: "no" },
      cause: /^✗ ENGINE_INSTALL=no means nothing$/m,
    },
    {
      what: "something that IMAGES can't say",
      args: ["pod"],
      env: { IMAGES: "mine" },
      cause: /^✗ IMAGES=mine means nothing$/m,
    },
  ])("$what", { timeout: 60_000 }, async ({ args, env, cause }) => {
    const ended = await checkout.run("article", args, env);
    expectOneError(ended, cause);
    expect(ended.output).not.toMatch(/engine|Booting/);
  });

  test.each([
    ["an option that is unknown", ["--nothing"], "unknown option '--nothing'"],
    ["a pattern that is none", ["-t", "("], "Invalid regular expression"],
  ])("%s", { timeout: 60_000 }, async (_, args, message) => {
    const { output, exitCode } = await checkout.run("article", args);
    expect(output).toContain(message);
    expect(output).toContain("npm run article -- --help lists the options");
    expect(exitCode).toBe(1);
  });
});

const hasKubectl = findProgram("kubectl") !== undefined;

if (!hasKubectl) {
  test("a kubeconfig that is wrong", ({ skip }) => {
    skip("there is no kubectl here, which reads it: https://kubernetes.io/docs/tasks/tools/");
  });
}

describe.runIf(hasKubectl)("a kubeconfig", () => {
  const CLUSTER = (server: string) => `apiVersion: v1
kind: Config
current-context: mine
contexts: [{ name: mine, context: { cluster: mine, user: me } }]
clusters: [{ name: mine, cluster: { server: "${server}" } }]
users: [{ name: me, user: { token: not-a-real-one } }]
`;

  test.each([
    {
      what: "that is not there",
      text: undefined,
      cause: /^✗ the kubeconfig \(.*\) names no cluster to use/m,
    },
    {
      what: "that is no kubeconfig",
      text: "{ nonsense",
      cause: /^✗ the kubeconfig \(.*\) names no cluster to use/m,
    },
    {
      what: "whose cluster is gone",
      text: CLUSTER("https://127.0.0.1:1025"),
      cause: /^✗ context mine: https:\/\/127\.0\.0\.1:1025 gives no usable answer: .*ECONNREFUSED/m,
    },
  ])("$what", { timeout: 60_000 }, async ({ text, cause }) => {
    const file = join(checkout.folder, "kubeconfig.yaml");
    if (text !== undefined) writeFileSync(file, text);
    const ended = await checkout.run("article", ["pod", "--yes"], { CLUSTER: "existing", KUBECONFIG: file });
    expectOneError(ended, cause);
  });
});

/** Adds a chapter with one claim and this manifest to the checkout. */
function addChapter(id: string, manifest: string, claims: string = CLAIM): void {
  const namespace = id.replace(/^\d+-/, "");
  writeFileSync(join(checkout.folder, "fixtures/manifests", `${id}.yaml`), NAMESPACE(namespace) + manifest);
  writeFileSync(
    join(checkout.folder, "chapters", `${id}.test.ts`),
    `import { chapter } from "../helpers/chapter.ts";
const text = { en: "A chapter", zh: "一章" };
const { claim } = chapter({ title: text, intro: text, manifests: ["${id}.yaml"], namespace: "${namespace}" });
${claims}`,
  );
}

const NAMESPACE = (name: string) => `apiVersion: v1
kind: Namespace
metadata:
  name: ${name}
---
`;

const CLAIM = `claim("a.claim", {
  en: "There are Pods",
  zh: "有 Pod",
  source: "ours#claim",
  observe: ({ kubectl, namespace }) => kubectl\`get pods -n \${namespace}\`,
  holds: () => true,
  mutants: [],
});
`;

const POD = (name: string, namespace: string, containers: string) => `apiVersion: v1
kind: Pod
metadata:
  name: ${name}
  namespace: ${namespace}
spec:
  ${containers}:
    - name: tool
      image: praqma/network-multitool
      imagePullPolicy: IfNotPresent
      command: ["sleep", "86400"]
`;

describe("manifests", () => {
  let output: string;
  let exitCode: number | undefined;

  beforeAll(async () => {
    addChapter("90-typo", POD("tool", "typo", "contaners"));
    addChapter(
      "91-everywhere",
      `apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: all
rules: [{ apiGroups: ["*"], resources: ["*"], verbs: ["*"] }]
`,
    );
    addChapter("92-foreign", POD("tool", "kube-system", "containers"));
    addChapter("93-laughs", laughs());
    addChapter("94-broken", "spec: [unclosed");
    addChapter("95-nameless", POD("tool", "nameless", "containers").replace("network-multitool", "Tool"));
    addChapter(
      "96-homeless",
      POD("tool", "homeless", "containers").replace("spec:\n", "spec:\n  nodeSelector: { disk: golden }\n"),
    );
    addChapter(
      "97-old",
      POD("tool", "old", "containers").replace(/apiVersion: v1(?=\nkind: Pod)/, "apiVersion: pods/v1beta1"),
    );
    ({ output, exitCode } = await checkout.run("article", [
      "typo",
      "everywhere",
      "foreign",
      "laughs",
      "broken",
      "nameless",
      "homeless",
      "old",
    ]));
  }, 300_000);

  test.each([
    [
      "with a field that there is not",
      "90-typo",
      /the API server refuses Pod typo\/tool: .*contaners[^→]*→ Correct the manifest/,
    ],
    [
      "with an object of the whole cluster",
      "91-everywhere",
      /ClusterRole all names no namespace, or belongs to the whole cluster/,
    ],
    [
      "with a namespace that is not the chapter's",
      "92-foreign",
      /Pod tool is in namespace kube-system, which is not the chapter's \(foreign\)/,
    ],
    ["that would blow up to a huge value", "93-laughs", /93-laughs\.yaml can't be read: .*alias/i],
    ["that is not YAML", "94-broken", /94-broken\.yaml is not YAML/],
    [
      "with something that is no image's name",
      "95-nameless",
      /95-nameless\.yaml: Pod tool: "praqma\/Tool" is not an image's name/,
    ],
    [
      "with a Pod that no node takes",
      "96-homeless",
      /nothing changes any more: tool is Pending \(0\/1 nodes are available: .*node affinity\/selector/,
    ],
    [
      "with a version that the cluster does not know",
      "97-old",
      /the API server refuses Pod old\/tool: it knows no Pod of pods\/v1beta1/,
    ],
  ])("%s", (_, id, cause) => {
    const [error = "", ...others] = output
      .split(/^(?=✗ )/m)
      .filter((part) => part.startsWith(`✗ chapters/${id}`));
    expect(others).toEqual([]);
    expect(error).toMatch(cause);
    expect(error.match(/^ *→ \S/gm)).toHaveLength(1);
  });

  test("the run fails, and says how many did", () => {
    expect(output).toMatch(/^0 passed, 8 failed, \d+ skipped$/m);
    expect(output).not.toMatch(/^ +at .*[:(]/m);
    expect(exitCode).toBe(1);
  });
});

/** Ten lines that stand for a billion words. */
function laughs(): string {
  const lines = ["a: &a [x, x, x, x, x, x, x, x, x]"];
  for (const [name, previous] of ["ba", "cb", "dc", "ed", "fe", "gf", "hg", "ih", "ji"].map((pair) => [
    ...pair,
  ])) {
    lines.push(`${name}: &${name} [${Array(9).fill(`*${previous}`).join(", ")}]`);
  }
  return lines.join("\n");
}

describe("what a container prints", () => {
  /** Moves the cursor, sets the window's title, clears the screen, turns text around, and rings: as shells' printf has it. */
  const HOSTILE = String.raw`\033[31mred\033[2J\033[H\033]0;owned\007\033]8;;http://evil.example\033\\link\302\233\302\205\342\200\256<script>alert(1)</script>`;

  beforeAll(() => {
    const manifest = POD("tool", "hostile", "containers").replace(
      '["sleep", "86400"]',
      JSON.stringify(["sh", "-c", `printf '${HOSTILE}\\n' | tee /dev/stderr; exec sleep 86400`]),
    );
    addChapter(
      "95-hostile",
      manifest,
      `for (const [id, expected] of [["hostile.as-expected", true], ["hostile.otherwise", false]]) {
  claim(id, {
    en: "What it prints",
    zh: "输出",
    source: "ours#claim",
    observe: ({ kubectl, namespace }) => kubectl\`logs -n \${namespace} tool\`,
    holds: (logs) => expected,
    mutants: [],
  });
}
claim("hostile.error", {
  en: "What an error says",
  zh: "错误",
  source: "ours#claim",
  observe: ({ kubectl, namespace }) => kubectl\`exec -n \${namespace} tool -- sh -c \${${JSON.stringify(`printf '${HOSTILE}\\n' >&2; exit 126`)}}\`,
  holds: () => true,
  mutants: [],
});
`,
    );
    // The API server's refusal quotes the field.
    addChapter("96-hostile-field", POD("tool", "hostile-field", String.raw`"conta\e[2J\u202einers"`));
  });

  test.each([
    ["article", ["hostile", "hostile-field"]],
    ["test", ["chapters/95-hostile", "chapters/96-hostile-field"]],
  ])("reaches the terminal as text alone: %s", { timeout: 180_000 }, async (command, args) => {
    const { output, exitCode } = await checkout.run(command, args, { NO_COLOR: "1", FORCE_COLOR: undefined });
    expect(output).toContain("<script>alert(1)</script>");
    expect(output).not.toMatch(/[^\P{Cc}\n\t]|[\u202a-\u202e\u2066-\u2069]/u);
    expect(output).toMatch(/the API server refuses Pod hostile-field\/tool: .*conta/);
    expect(output).toMatch(/^1 passed, 3 failed, 1 skipped$/m);
    expect(exitCode).toBe(1);
  });

  test("is written down as text alone", () => {
    const record = readFileSync(join(checkout.folder, "evidence/last-run.json"), "utf8");
    expect(record).toContain("<script>alert(1)</script>");
    expect(record).not.toMatch(
      /\\u00[01][0-9a-f]|\\u00[89][0-9a-f]|\\b|\\f|\\r|[^\P{Cc}\n]|[\u202a-\u202e]/u,
    );
  });
});
