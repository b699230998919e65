import { createInterface } from "node:readline/promises";
import { Problem } from "../../problem.ts";
import type { ChosenContext } from "./kubeconfig.ts";

/** Asks the user to go on. @throws {Problem} when he does not want to, or can't be asked */
export type Ask = (question: string) => Promise<void>;

/** What a cluster says of itself. */
export interface ClusterFacts {
  readonly kubernetes: string;
  readonly kubectl: string;
  /** A line a node. */
  readonly nodes: readonly string[];
}

/** What a run is about to do there. */
export interface Plans {
  readonly chapters: readonly string[];
  readonly node: string;
  readonly suffix: string;
  /** Chapters that can't be told there, each with its reason. */
  readonly notRun: readonly string[];
  /** Namespaces that runs of this machine left when they were killed. */
  readonly leftovers: readonly string[];
}

/** The context, as the kubeconfig has it. */
export function describeContext({ context, server, user, loginCommand }: ChosenContext): string[] {
  return [
    "CLUSTER=existing: this cluster was not made by this project.",
    `  context     ${context}`,
    `  server      ${server}`,
    `  user        ${user}`,
    ...(loginCommand === undefined ? [] : [`  logs in by  running: ${loginCommand}`]),
  ];
}

/** What the cluster said, and what is going to happen in it. */
export function describeCluster(facts: ClusterFacts, plans: Plans): string[] {
  const { chapters, node, suffix, notRun, leftovers } = plans;
  return [
    `  Kubernetes  ${facts.kubernetes}, with kubectl ${facts.kubectl} of this machine`,
    ...facts.nodes.map((line, index) => `${index === 0 ? "  nodes       " : "              "}${line}`),
    `  chapters    ${chapters.join(", ")}`,
    ...notRun.map((reason) => `  NOT RUN     ${reason}`),
    `  makes       namespaces that end with ${suffix}, and what is in them; a Pod on node ${node} that sees the node's processes`,
    ...leftovers.map(
      (name) => `  removes     namespace ${name}, left by a run of this machine that was killed`,
    ),
    "  afterwards  removes all of that again, and changes nothing else",
  ];
}

/**
 * How the user is asked: with `yes` not at all; on a terminal in words; elsewhere the run ends, since nobody can answer.
 */
export function askOn(yes: boolean): Ask {
  return async (question) => {
    if (yes) return;
    if (!process.stdin.isTTY || !process.stderr.isTTY) {
      throw new Problem(
        "nothing was done: an existing cluster is used only if you agree, and there is no terminal to ask you on",
        "Read what is printed above; if you agree, run it again with --yes.",
      );
    }
    const terminal = createInterface({ input: process.stdin, output: process.stderr });
    try {
      const answer = await terminal.question(`${question} [y/N] `, { signal: endOf(terminal) });
      if (/^y(es)?$/i.test(answer.trim())) return;
    } catch {
      // Ctrl-C or the end of input: that is a no.
    } finally {
      terminal.close();
    }
    throw new Problem("nothing was done: you did not agree", "--yes agrees without being asked.");
  };
}

function endOf(terminal: ReturnType<typeof createInterface>): AbortSignal {
  const ended = new AbortController();
  terminal.once("close", () => ended.abort());
  terminal.once("SIGINT", () => ended.abort());
  return ended.signal;
}
