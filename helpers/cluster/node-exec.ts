import { PassThrough } from "node:stream";
import { buffer } from "node:stream/consumers";
import Dockerode from "dockerode";
import type { NodeExec } from "../kubectl.ts";

/**
 * Runs commands in the node's container, through the engine that DOCKER_HOST names: the engine may live elsewhere,
 * and needs no docker command here.
 */
export function nodeExec(container: string): NodeExec {
  const node = new Dockerode().getContainer(container);
  return async (args) => {
    const exec = await node.exec({ Cmd: [...args], AttachStdout: true, AttachStderr: true });
    const stream = await exec.start({ hijack: true, stdin: false });
    const stdout = new PassThrough();
    const stderr = new PassThrough();
    node.modem.demuxStream(stream, stdout, stderr);
    const finish = (error?: Error) => {
      stdout.end();
      stderr.end();
      if (error) stdout.destroy(error);
    };
    stream
      .once("end", () => finish())
      .once("close", () => finish())
      .once("error", finish);
    const [out, err] = await Promise.all([buffer(stdout), buffer(stderr)]);
    const { ExitCode: exitCode } = await exec.inspect();
    if (exitCode === null) throw new Error(`the engine lost ${args[0]} before it ended`);
    return { stdout: out.toString(), stderr: err.toString(), exitCode };
  };
}

/** The last lines that the node itself printed. */
export async function nodeLog(container: string, lines: number): Promise<string> {
  const node = new Dockerode().getContainer(container);
  const log = await node.logs({ stdout: true, stderr: true, tail: lines, follow: false });
  return demultiplex(log);
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
