import { PassThrough } from "node:stream";
import { buffer } from "node:stream/consumers";
import { setTimeout as delay } from "node:timers/promises";
import Dockerode from "dockerode";
import { pack } from "tar-stream";
import type { NodeExec } from "../kubectl.ts";
import { TimeoutError, waitFor } from "../wait.ts";

/** How long a command may run, in milliseconds: longer than any that a claim needs, shorter than a claim's own limit. */
export const COMMAND_MS = 150_000;

/** A command that did not end in {@link COMMAND_MS}. */
export function commandTimeout(args: readonly string[]): TimeoutError {
  return new TimeoutError(`waited ${COMMAND_MS / 1000} s for "${args.join(" ")}" to end`);
}

/** How long the engine may then take to tell how it ended: a moment, but on a busy machine moments are long. */
const EXIT_CODE_MS = 15_000;

/**
 * Runs commands in the node's container, through the engine that DOCKER_HOST names: the engine may live elsewhere,
 * and needs no docker command here.
 */
export function nodeExec(container: string, workingDirectory = "/"): NodeExec {
  const node = new Dockerode().getContainer(container);
  return async (args) => {
    const exec = await node.exec({
      Cmd: [...args],
      WorkingDir: workingDirectory,
      AttachStdout: true,
      AttachStderr: true,
    });
    const stream = await exec.start({ hijack: true, stdin: false });
    const stdout = new PassThrough();
    const stderr = new PassThrough();
    node.modem.demuxStream(stream, stdout, stderr);
    const finish = (error?: Error) => {
      clearTimeout(limit);
      stdout.end();
      stderr.end();
      if (!error) return;
      stdout.destroy(error);
      stream.destroy();
    };
    const limit = setTimeout(() => finish(commandTimeout(args)), COMMAND_MS);
    stream
      .once("end", () => finish())
      .once("close", () => finish())
      .once("error", finish);
    const [out, err] = await Promise.all([buffer(stdout), buffer(stderr)]);
    // The engine may close the stream a moment before it knows the exit code.
    const { ExitCode: exitCode } = await waitFor({
      what: `the exit code of ${args.join(" ")}`,
      look: () => exec.inspect(),
      until: ({ Running, ExitCode }) => !Running && ExitCode !== null,
      timeout: EXIT_CODE_MS,
    });
    return { stdout: out.toString(), stderr: err.toString(), exitCode: exitCode ?? 0 };
  };
}

/** Puts text files into the node's container, by their paths from its root; folders are made. */
export async function putFiles(container: string, files: Readonly<Record<string, string>>): Promise<void> {
  const archive = pack();
  for (const [name, text] of Object.entries(files)) archive.entry({ name }, text);
  archive.finalize();
  await new Dockerode().getContainer(container).putArchive(await buffer(archive), { path: "/" });
}

/** How many of a node's last lines are shown when it does not come up. */
export const LOG_TAIL = 15;

/** The last lines that the node itself printed. */
export async function nodeLog(container: string, lines: number): Promise<string> {
  const node = new Dockerode().getContainer(container);
  const log = await node.logs({ stdout: true, stderr: true, tail: lines, follow: false });
  return demultiplex(log);
}

/** What of the node does not run any more, its container or the engine: neither comes back by itself. */
async function endOf(container: string): Promise<"container" | "engine" | undefined> {
  try {
    const { State } = await new Dockerode().getContainer(container).inspect();
    return State.Running || State.Status === "created" ? undefined : "container";
  } catch (error) {
    const { statusCode, code = "" } = error as { statusCode?: number; code?: string };
    if (statusCode === 404) return "container";
    return ["ECONNREFUSED", "ENOENT"].includes(code) ? "engine" : undefined;
  }
}

/** Whether the node's container does not run any more, or its engine does not. */
export async function nodeHasEnded(container: string): Promise<boolean> {
  return (await endOf(container)) !== undefined;
}

/** How often a node that others wait for is looked at, in milliseconds. */
const END_INTERVAL_MS = 500;

/**
 * Waits for something that needs a node, and no longer than that node runs. Testcontainers waits for words in a log, for
 * minutes also when the engine that brought them has gone, and Kubernetes is asked again and again.
 * @param container gives its id, from when it was made
 * @throws {Error} when the node's container has ended, or its engine
 */
export async function whileNodeRuns<T>(container: () => string | undefined, work: Promise<T>): Promise<T> {
  const over = new AbortController();
  const end = nodeEnd(container, over.signal);
  try {
    return await Promise.race([work, end]);
  } finally {
    over.abort();
  }
}

async function nodeEnd(container: () => string | undefined, signal: AbortSignal): Promise<never> {
  for (;;) {
    await delay(END_INTERVAL_MS, undefined, { signal });
    const id = container();
    const end = id === undefined ? undefined : await endOf(id);
    if (end !== undefined) throw new Error(`its ${end} has ended`);
  }
}

/** Docker puts an 8-byte header before each piece of a stream: type, three zeros, length. */
function demultiplex(log: Buffer): string {
  const pieces: Buffer[] = [];
  for (let at = 0; at + 8 <= log.length;) {
    const length = log.readUInt32BE(at + 4);
    pieces.push(log.subarray(at + 8, at + 8 + length));
    at += 8 + length;
  }
  return Buffer.concat(pieces).toString();
}
