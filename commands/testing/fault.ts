import { existsSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import Dockerode from "dockerode";
import { afterAll, afterEach, beforeAll, beforeEach, expect } from "vitest";
import { FREEZERS } from "../../helpers/engine/cgroups.ts";
import { type PrivateFolders, privateFolders } from "../../helpers/engine/private-folders.ts";
import { remains } from "../../helpers/remains.ts";
import { LABEL } from "../../helpers/run.ts";
import { waitFor } from "../../helpers/wait.ts";
import { type Checkout, copyCheckout, type Ended } from "./checkout.ts";

/** How long processes that were ended may take until they are gone, in milliseconds. */
const GONE_MS = 5_000;

/** A checkout for the tests of a file; after each of them nothing may be left of what its runs started and made. */
export function faultCheckout(): Checkout {
  let checkout: Checkout;
  let before: string[];
  beforeAll(() => {
    checkout = copyCheckout();
  });
  beforeEach(() => {
    before = remains();
  });
  afterEach(async () => {
    checkout.stop();
    await expect.poll(() => [...remains(), ...checkout.running()], { timeout: GONE_MS }).toEqual(before);
  });
  afterAll(() => checkout[Symbol.dispose]());
  // It is there only once the tests run.
  return {
    get folder() {
      return checkout.folder;
    },
    start: (...command) => checkout.start(...command),
    run: (...command) => checkout.run(...command),
    running: () => checkout.running(),
    stop: () => checkout.stop(),
    [Symbol.dispose]: () => checkout[Symbol.dispose](),
  };
}

/** One clear error: what is wrong, and below it an arrow with the one remedy; no stack, and an exit code that is not 0. */
export function expectOneError({ output, exitCode }: Ended, cause: RegExp): void {
  expect(output).toMatch(cause);
  expect(output.match(/^ *→ .*/gm), output).toHaveLength(1);
  expect(output).not.toMatch(/^ +at .*[:(]/m);
  expect(exitCode).toBeGreaterThan(0);
}

/** Where the private engine of the runs has its things. */
export function engineFolders(): PrivateFolders {
  const folders = privateFolders();
  try {
    // To ask for it has made it.
    rmdirSync(folders.runtime);
  } catch {
    // The engine runs.
  }
  return folders;
}

/** Ends a private engine's daemon, that of the runs unless others are named, as a crash would. */
export function killEngine({ pidFile } = engineFolders()): void {
  process.kill(Number(readFileSync(pidFile, "utf8")), "SIGKILL");
}

/** Has the daemon of the runs' private engine stand still, so that it answers nobody; until it is disposed. */
export function haltEngine(): Disposable {
  const daemon = Number(readFileSync(engineFolders().pidFile, "utf8"));
  process.kill(daemon, "SIGSTOP");
  return { [Symbol.dispose]: () => void process.kill(daemon, "SIGCONT") };
}

/** The container of the node that runs in the private engine; waits until there is one. */
export async function nodeContainer(): Promise<Dockerode.Container> {
  const docker = new Dockerode({ socketPath: engineFolders().socket });
  const found = await waitFor({
    what: "a node's container",
    look: () => docker.listContainers({ filters: { label: [`${LABEL}.run`] } }),
    until: (containers) => containers.some(isNode),
    timeout: 60_000,
  });
  return docker.getContainer(found.find(isNode)?.Id ?? "");
}

/** Others only say what an image is. */
function isNode({ Ports }: Dockerode.ContainerInfo): boolean {
  return Ports.some(({ PrivatePort }) => PrivatePort === 6443);
}

/**
 * Has the node stand still with everything in it, until it is disposed. Not by the engine: one that pauses a container in
 * which it is just about to execute something hangs itself.
 */
export async function haltNode(): Promise<Disposable> {
  const { id } = await nodeContainer();
  const [root, { file, frozen, thawed }] = existsSync("/sys/fs/cgroup/cgroup.controllers")
    ? (["/sys/fs/cgroup", FREEZERS[2]] as const)
    : (["/sys/fs/cgroup/freezer", FREEZERS[1]] as const);
  const freezer = join(root, engineFolders().cgroup, id, file);
  writeFileSync(freezer, frozen);
  // The run may have given it up, and removed it, meanwhile.
  return { [Symbol.dispose]: () => existsSync(freezer) && writeFileSync(freezer, thawed) };
}

/** A fault comes, and lasts, for a time: that is what is tried with it. */
export function passed(milliseconds: number): Promise<void> {
  return delay(milliseconds);
}
