import { randomBytes } from "node:crypto";
import { type Duplex, Writable } from "node:stream";
import Dockerode from "dockerode";
import { quoteArguments } from "../command-line.ts";
import type { ExecResult, NodeExec } from "../kubectl.ts";
import { COMMAND_MS, commandTimeout } from "./node-exec.ts";

/**
 * Runs commands in a node's container through shells that stay open: an exec of its own costs the engine as much work
 * as kubectl itself. There are as many shells as commands that run at the same time.
 */
export class NodeShells {
  readonly #container: Dockerode.Container;
  readonly #idle: Shell[] = [];
  readonly #opening: Promise<Shell>[] = [];
  #closed = false;

  constructor(container: string) {
    this.#container = new Dockerode().getContainer(container);
  }

  /** Opens a shell before there is a command for it: it takes as long as some commands. */
  prepare(): void {
    const opening = Shell.open(this.#container);
    this.#opening.push(opening);
    // What is wrong is told by the command that it is opened for.
    opening.catch(() => {});
  }

  /** Runs commands in that folder of the node; what happens to it is told as {@link nodeExec} does. */
  in(folder: string): NodeExec {
    return async (args) => {
      const shell = this.#idle.pop() ?? (await (this.#opening.shift() ?? Shell.open(this.#container)));
      let result: ExecResult;
      try {
        result = await shell.run(args, folder);
      } catch (error) {
        shell.close();
        throw error;
      }
      if (this.#closed) shell.close();
      else this.#idle.push(shell);
      return result;
    };
  }

  /** Ends the shells; those that are busy end after their command. */
  close(): void {
    this.#closed = true;
    for (const shell of this.#idle.splice(0)) shell.close();
    for (const opening of this.#opening.splice(0)) {
      opening.then(
        (shell) => shell.close(),
        () => {},
      );
    }
  }
}

/** One shell, which runs one command at a time. */
class Shell {
  readonly #stream: Duplex;
  readonly #stdout = new Capture();
  readonly #stderr = new Capture();
  #ended: Error | undefined;
  #onChange = () => {};

  private constructor(stream: Duplex, container: Dockerode.Container) {
    this.#stream = stream;
    container.modem.demuxStream(stream, this.#stdout, this.#stderr);
    for (const capture of [this.#stdout, this.#stderr]) capture.onData = () => this.#onChange();
    const end = (error?: Error) => {
      this.#ended ??= error ?? new Error("the node ended the shell in which the command ran");
      this.#onChange();
    };
    stream
      .once("end", () => end())
      .once("close", () => end())
      .once("error", end);
  }

  static async open(container: Dockerode.Container): Promise<Shell> {
    const exec = await container.exec({
      Cmd: ["sh"],
      AttachStdin: true,
      AttachStdout: true,
      AttachStderr: true,
    });
    return new Shell(await exec.start({ hijack: true, stdin: true }), container);
  }

  /** @throws {TimeoutError} when the command does not end; this shell can't be used again then */
  async run(args: readonly string[], folder: string): Promise<ExecResult> {
    // Nobody else prints this, so that it shows where the command's output ends.
    const mark = randomBytes(16).toString("hex");
    const { promise, resolve, reject } = Promise.withResolvers<ExecResult>();
    const limit = setTimeout(() => reject(commandTimeout(args)), COMMAND_MS);
    this.#onChange = () => {
      const stdout = this.#stdout.before(mark);
      const stderr = this.#stderr.before(mark);
      if (stdout && stderr) resolve({ stdout: stdout.text, stderr: stderr.text, exitCode: stdout.exitCode });
      else if (this.#ended) reject(this.#ended);
    };
    this.#stdout.reset();
    this.#stderr.reset();
    this.#stream.write(
      `(cd ${quoteArguments([folder])} && exec ${quoteArguments(args)}) < /dev/null\n` +
        `code=$?; echo "${mark} $code"; echo "${mark} $code" >&2\n`,
    );
    if (this.#ended) reject(this.#ended);
    return promise.finally(() => clearTimeout(limit));
  }

  close(): void {
    this.#stream.destroy();
  }
}

/** What came on one of the two streams of a command. */
class Capture extends Writable {
  #bytes = Buffer.alloc(0);
  onData = () => {};

  reset(): void {
    this.#bytes = Buffer.alloc(0);
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.#bytes = Buffer.concat([this.#bytes, chunk]);
    this.onData();
    done();
  }

  /** What stands before the mark, and the exit code behind it; undefined while it has not come. */
  before(mark: string): { text: string; exitCode: number } | undefined {
    const at = this.#bytes.indexOf(mark);
    if (at < 0) return undefined;
    const exitCode = /^ (\d+)\n/.exec(this.#bytes.subarray(at + mark.length).toString())?.[1];
    if (exitCode === undefined) return undefined;
    return { text: this.#bytes.subarray(0, at).toString(), exitCode: Number(exitCode) };
  }
}
