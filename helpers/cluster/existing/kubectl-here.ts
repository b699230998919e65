import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { execa } from "execa";
import { NotObservable } from "../../chapter/outcome.ts";
import type { ExecResult, NodeExec } from "../../kubectl.ts";
import { COMMAND_MS, commandTimeout } from "../node-exec.ts";
import type { Workplace } from "../workplace.ts";
import { whatIsNotOurs } from "./only-ours.ts";

/** How chapters get to a cluster that is not ours: plain data, since it is handed to Vitest's workers. */
export interface ExistingCluster {
  /** The name of the context in the user's kubeconfig. */
  readonly context: string;
  /** A private folder of this run, in which the kubeconfig lies, cut down to that context. */
  readonly folder: string;
  readonly kubeconfigFile: string;
  /** What every namespace of this run ends with: nobody else has such names. */
  readonly suffix: string;
  /** Labels that only the node has which we look at. */
  readonly nodeLabels: Readonly<Record<string, string>>;
  /** The Pod through which the node is looked at, or why there is none. */
  readonly view: NodeView | { readonly refused: string };
}

/** A Pod that sees the processes of its node. */
export interface NodeView {
  readonly namespace: string;
  readonly pod: string;
}

/** Has a command run in all namespaces of the node's first process: on the node itself. */
const ENTER_NODE = "nsenter --target 1 --mount --uts --ipc --net --pid --".split(" ");

/** kubectl on this machine, against a cluster that is not ours: whatever would change what is not ours is not run. */
export class KubectlHere implements Workplace {
  readonly kubectl: NodeExec;
  readonly node: NodeExec;
  readonly #folder: string;

  constructor(cluster: ExistingCluster, chapterNamespaces: readonly string[]) {
    this.#folder = mkdtempSync(join(cluster.folder, "chapter-"));
    const run = kubectlWith(cluster.kubeconfigFile, this.#folder);
    this.kubectl = async ([program, ...args]) => {
      if (program !== "kubectl") throw new Error(`${program} is not kubectl: it does not run here`);
      const foreign = whatIsNotOurs(args, chapterNamespaces);
      if (foreign !== undefined) {
        throw new NotObservable(`this is an existing cluster, and the command would change ${foreign}`);
      }
      return run(args);
    };
    this.node = async (args) => {
      if ("refused" in cluster.view) throw new NotObservable(cluster.view.refused);
      const { namespace, pod } = cluster.view;
      return innerResult(await run(["exec", "-n", namespace, pod, "--", ...ENTER_NODE, ...args]));
    };
  }

  prepare(): void {
    // Each command is a process of its own.
  }

  async putFiles(files: Readonly<Record<string, string>>): Promise<void> {
    for (const [path, text] of Object.entries(files)) {
      const file = join(this.#folder, path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
    }
    return Promise.resolve();
  }

  nodeLog(): Promise<string> {
    return Promise.resolve("");
  }

  hasEnded(): Promise<boolean> {
    return Promise.resolve(false);
  }

  close(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** Runs kubectl on this machine with that kubeconfig, in that folder. @throws {TimeoutError} when it does not end */
export function kubectlWith(kubeconfigFile: string, folder: string): NodeExec {
  return async (args) => {
    const result = await execa("kubectl", args, {
      cwd: folder,
      // The user's preferences for kubectl would change the commands that are shown, and what comes of them.
      extendEnv: false,
      env: {
        ...withoutPreferences(process.env),
        KUBECONFIG: kubeconfigFile,
        KUBERC: "off",
        KUBECTL_KUBERC: "false",
      },
      stdin: "ignore",
      reject: false,
      stripFinalNewline: false,
      timeout: COMMAND_MS,
    });
    const { stdout, stderr, exitCode } = result;
    if (result.timedOut) throw commandTimeout(["kubectl", ...args]);
    if (exitCode === undefined) throw new Error(result.message ?? "kubectl did not end by itself");
    return { stdout, stderr, exitCode };
  };
}

/** Features of kubectl are switched by variables such as KUBECTL_REMOTE_COMMAND_WEBSOCKETS. */
function withoutPreferences(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith("KUBECTL_")));
}

/** kubectl adds a line of its own when the command in the container failed: a reader on the node would not see it. */
function innerResult({ stdout, stderr, exitCode }: ExecResult): ExecResult {
  return {
    stdout,
    stderr: stderr.replace(/^command terminated with (?:non-zero )?exit code.*\n?/m, ""),
    exitCode,
  };
}
