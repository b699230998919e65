import { getContainerRuntimeClient } from "testcontainers";
import { Problem } from "../problem.ts";
import { answerBefore, NoAnswerError } from "../wait.ts";

/** How long an engine may take to say what it is, in milliseconds. */
const ANSWER_MS = 30_000;

/**
 * Testcontainers' client for the engine at `dockerHost`, which Testcontainers finds by itself.
 * @throws {Problem} when the engine does not answer, or Testcontainers cannot work with it
 */
export function connectEngine(dockerHost: string) {
  return answered(dockerHost, testcontainersClient());
}

/**
 * What the engine at `dockerHost` answers. Its socket may take what is asked and never answer: one behind a tunnel whose
 * other end is gone, say.
 * @throws {Problem} when it does not answer
 */
export async function answered<T>(dockerHost: string, question: Promise<T>): Promise<T> {
  try {
    return await answerBefore(question, performance.now() + ANSWER_MS);
  } catch (cause) {
    if (!(cause instanceof NoAnswerError)) throw cause;
    throw new Problem(
      `the container engine at ${dockerHost} does not answer`,
      "Restart it, or set DOCKER_HOST to one that does.",
      { cause },
    );
  }
}

async function testcontainersClient() {
  try {
    return await getContainerRuntimeClient();
  } catch (cause) {
    throw new Problem(
      "a container engine answers, but Testcontainers cannot work with it",
      "DEBUG=testcontainers* shows why; it needs at least Docker 20.10 or Podman 4, and inside a container it may need TESTCONTAINERS_HOST_OVERRIDE, the address at which published ports can be reached",
      { cause },
    );
  }
}
