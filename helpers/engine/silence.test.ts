import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import Dockerode from "dockerode";
import { expect, test } from "vitest";
import { untilSilent } from "./silence.ts";

const WATCH = { ask: 20, silent: 100 };

/** An engine's address, at which each request is given to `answer`; closed with the test's end. */
async function listening(answer: (write: (text: string) => void) => void) {
  const server = createServer((socket) => {
    socket.on("error", () => {});
    socket.on("data", () => answer((text) => socket.write(text)));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const docker = new Dockerode({ host: "127.0.0.1", port });
  return { docker, [Symbol.dispose]: () => server.unref().close() };
}

test("an engine that takes what is asked and never answers is given up", async () => {
  using engine = await listening(() => {});
  const over = new AbortController();
  await expect(untilSilent(engine.docker, over.signal, WATCH)).rejects.toThrow(/^no answer for/);
});

test("one that answers is watched until the end, and so is one that is gone", async () => {
  using engine = await listening((write) => write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK"));
  const gone = new Dockerode({ host: "127.0.0.1", port: 1 });
  await Promise.all(
    [engine.docker, gone].map((docker) =>
      expect(untilSilent(docker, AbortSignal.timeout(400), WATCH)).resolves.toBeUndefined(),
    ),
  );
});
