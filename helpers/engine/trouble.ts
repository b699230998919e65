import { Problem } from "../problem.ts";
import { diskProblem, isFull } from "../system-problem.ts";
import { answerBefore } from "../wait.ts";
import type { Engine } from "./engine.ts";
import { privateFolders } from "./private-folders.ts";
import { isInterrupted } from "./signals.ts";

/** How long an engine may take for an answer, in milliseconds: a busy one is not lost. */
const ANSWER_MS = 10_000;
/** With less than this an engine's disk is full for a node, in bytes: its database writes such pieces at once. */
const LEAST_DISK = 64 << 20;

/** What is asked about the engine. */
type Asked = Pick<Engine, "docker" | "dockerHost" | "private">;

/**
 * What to tell of an error when the trouble is the container engine's: that it does not answer any more, or that its disk
 * is full. Whatever was being done then fails in a way of its own, which tells little. Any other error is given back.
 */
export async function engineTrouble(engine: Asked, error: unknown): Promise<unknown> {
  // Then the engine goes away because we end it, and nobody is told.
  if (isInterrupted()) return error;
  const reason = error instanceof Error ? error.message : String(error);
  const options = { cause: error, details: error instanceof Problem ? error.details : [] };
  if (!(await answers(engine))) {
    const look = engine.private ? `its log is ${privateFolders().log}` : "docker info shows whether it runs";
    return new Problem(
      `the container engine at ${engine.dockerHost} does not answer any more: ${reason}`,
      `It has ended, or was killed: ${look}. Make sure that the machine has memory and disk space to spare, and run it again.`,
      options,
    );
  }
  const folder = engine.private ? privateFolders().data : undefined;
  if (folder === undefined || !isFull(folder, LEAST_DISK)) return error;
  return diskProblem(`the disk of ${folder} is full: ${reason}`, options);
}

async function answers({ docker }: Asked): Promise<boolean> {
  try {
    await answerBefore(docker.ping(), performance.now() + ANSWER_MS);
    return true;
  } catch {
    return false;
  }
}
