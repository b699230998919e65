import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { thisRun } from "../run.ts";
import { openEngine } from "./engine.ts";

const ANSWERS: Readonly<Record<string, unknown>> = {
  "/info": { Architecture: "x86_64", OSType: "linux", CgroupVersion: "2" },
  "/version": { Version: "28.0.0" },
  "/containers/json": [],
  "/networks": [],
  "/volumes": { Volumes: [] },
};

let home: string;
let server: Server;
beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), "home-"));
  server = createServer(({ url = "" }, response) => {
    const answer = ANSWERS[url.split("?")[0] ?? ""];
    response.writeHead(url === "/_ping" || answer ? 200 : 404).end(JSON.stringify(answer ?? {}));
  });
  await new Promise<void>((listening) => server.listen(join(home, "engine.sock"), listening));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  server.closeAllConnections();
  await new Promise((closed) => server.close(closed));
  rmSync(home, { recursive: true });
});

test("workers are told of the engine that was found, and Ryuk stays away from what is to be kept", async () => {
  const dockerHost = `unix://${join(home, "engine.sock")}`;
  writeFileSync(join(home, ".testcontainers.properties"), `docker.host=${dockerHost}\n`);
  vi.stubEnv("HOME", home);
  // Inside a container Testcontainers would ask for more.
  vi.stubEnv("TESTCONTAINERS_HOST_OVERRIDE", "127.0.0.1");
  for (const name of ["DOCKER_HOST", "TESTCONTAINERS_RYUK_DISABLED"]) vi.stubEnv(name, undefined);
  const progress = {
    note: () => {},
    step: <T>(_: string, work: (update: () => void) => T) => work(() => {}),
  };
  await using engine = await openEngine({ run: thisRun(), progress: progress as never, keep: true });
  expect(engine).toMatchObject({ name: "docker", private: false, dockerHost });
  expect(process.env).toMatchObject({ DOCKER_HOST: dockerHost, TESTCONTAINERS_RYUK_DISABLED: "true" });
});
