import type Dockerode from "dockerode";
import { onInterrupt } from "../engine/signals.ts";
import { Problem } from "../problem.ts";
import { type Run, runLabels } from "../run.ts";

/** How long an image may take to answer unless told otherwise, to say its version for example, in milliseconds. */
const TIMEOUT_MS = 30_000;

/** What an image printed when it was run with some arguments, and how that ended. */
export interface Probe {
  readonly output: string;
  readonly exitCode: number;
}

/** How an image is asked. */
interface ProbeOptions {
  /** In place of the image's own. */
  readonly entrypoint?: readonly string[];
  /** How long it may take, in milliseconds. */
  readonly timeout?: number;
  /** What it is connected to; nothing unless given. */
  readonly network?: "default";
}

/**
 * Runs `image` once with `args`, without a network unless told otherwise, in a container of `run`'s, and removes that.
 * @throws {Problem} when it can't be run, or doesn't end in time
 */
export async function probe(
  docker: Dockerode,
  run: Run,
  image: string,
  args: readonly string[],
  { entrypoint, timeout = TIMEOUT_MS, network }: ProbeOptions = {},
): Promise<Probe> {
  const container = await docker.createContainer({
    Image: image,
    ...(entrypoint && { Entrypoint: [...entrypoint] }),
    Cmd: [...args],
    Labels: runLabels(run),
    Tty: true,
    HostConfig: network === undefined ? { NetworkMode: "none" } : {},
  });
  const remove = () => container.remove({ force: true, v: true });
  using _ = onInterrupt(remove);
  try {
    await container.start();
    const abortSignal = AbortSignal.timeout(timeout);
    const { StatusCode } = (await container.wait({ abortSignal })) as { StatusCode: number };
    const output = await container.logs({ stdout: true, stderr: true });
    return { output: output.toString("utf8").replaceAll("\r", ""), exitCode: StatusCode };
  } catch (error) {
    throw new Problem(
      `${image} doesn't run as a k3s node: ${reason(error, args)}`,
      "name a rancher/k3s image (rancher/k3s:v1.36.3-k3s1 say), or one that keeps its contract, for this architecture",
      { cause: error },
    );
  } finally {
    // An engine that died keeps its containers to itself; why the image could not be asked matters more.
    await remove().catch(() => undefined);
  }
}

function reason(error: unknown, args: readonly string[]): string {
  const message = error instanceof Error ? error.message : String(error);
  if (/exec format error/i.test(message)) return "its program is for another architecture";
  if (/abort|timeout/i.test(message)) return `it doesn't end when it is asked for ${args.join(" ")}`;
  return message.replace(/^\(HTTP code \d+\)[^-]*- /, "").trim();
}
