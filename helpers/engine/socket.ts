import { request } from "node:http";

/**
 * How a socket behaves: an engine answers, it takes the question and does not answer in time, nobody listens or something
 * else answers, we may not open it, or it is not there.
 */
export type SocketState = "answers" | "slow" | "silent" | "denied" | "absent";

const TIMEOUT_MS = 3_000;

/** Asks whoever listens at a Unix socket or named pipe whether it is a Docker-compatible engine. */
export async function probeSocket(socketPath: string, timeout = TIMEOUT_MS): Promise<SocketState> {
  const { promise, resolve } = Promise.withResolvers<SocketState>();
  const question = request(
    { socketPath, path: "/_ping", timeout, agent: false, headers: { Host: "docker" } },
    (response) => {
      response.resume();
      resolve(response.statusCode === 200 ? "answers" : "silent");
    },
  );
  question.on("timeout", () => {
    resolve("slow");
    question.destroy();
  });
  question.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EACCES" || error.code === "EPERM") resolve("denied");
    else resolve(error.code === "ENOENT" ? "absent" : "silent");
  });
  question.end();
  return await promise;
}
