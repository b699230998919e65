import { chmodSync, writeFileSync } from "node:fs";
import { buffer } from "node:stream/consumers";
import { join } from "node:path";
import Dockerode from "dockerode";
import { extract } from "tar-stream";
import { nodeExec } from "../cluster/node-exec.ts";
import { findProgram } from "../engine/install.ts";
import type { Context } from "../images/context.ts";
import { runCommand } from "../images/build/child.ts";
import { goToolchain } from "../images/build/go-toolchain.ts";
import { providePart } from "../images/build/part.ts";
import { goVersionNeeded, hashFiles } from "../images/build/sources.ts";
import { PROJECT_ROOT } from "../paths.ts";

/** Where the peers are, from the top of the checkout. */
export const PEERS = join(PROJECT_ROOT, "bench");

/** A peer that is compiled: once, before anything is timed; what is compiled stays in the cache. */
interface GoPeer {
  /** Its folder under `bench/`, with its go.mod and go.sum. */
  readonly folder: string;
  /** What its program depends on besides. */
  readonly sources: readonly string[];
  readonly command: readonly string[];
  /** What is compiled. */
  readonly package: string;
  /** The Go that compiles it, fetched by Go itself, where the one that is here can't. */
  readonly toolchain?: string;
}

const GO_PEERS = {
  "e2e-framework": {
    folder: "e2e-framework",
    sources: ["five_checks_test.go"],
    command: ["test", "-c", "-trimpath"],
    package: ".",
  },
  chainsaw: {
    folder: "chainsaw",
    sources: [],
    command: ["build", "-trimpath"],
    package: "github.com/kyverno/chainsaw",
    // It has its own kind of testing.M, which Go 1.26 does not take.
    toolchain: "go1.25.5",
  },
} satisfies Record<string, GoPeer>;

/**
 * Path of the program of a peer, compiled now unless it was before.
 * @throws {Problem} when it can't be, for want of Go or of a module say
 */
export async function provideGoPeer(context: Context, name: keyof typeof GO_PEERS): Promise<string> {
  const { folder, sources, command, package: main, toolchain = "local" }: GoPeer = GO_PEERS[name];
  const directory = join(PEERS, folder);
  const modfile = join(directory, "go.mod");
  const go = await goToolchain(context.lock, goVersionNeeded([modfile]));
  const made = await providePart(context, {
    name: `bench-${name}`,
    title: `compiling ${name}, to compare with`,
    inputs: [
      go.version,
      toolchain,
      process.arch,
      command.join(" "),
      hashFiles(directory, ["go.mod", "go.sum", ...sources]),
    ],
    async make(target, { signal }) {
      const output = ["-mod=readonly", "-buildvcs=false", "-o", join(target, name)];
      await runCommand(await go.command(context), [...command, ...output, main], {
        doing: `compiling ${name}`,
        cwd: directory,
        env: { CGO_ENABLED: "0", GOTOOLCHAIN: toolchain, GOWORK: "off" },
        signal,
        isNoise: (line) => line.startsWith("go: downloading "),
      });
    },
  });
  return join(made, name);
}

/** Where the node keeps kubectl as a program of its own; a real k3s has it within k3s. */
const KUBECTL_ON_NODE = "/bin/aux/kubectl";

/**
 * A folder's kubectl for peers that run on this machine: the node's very program, put into `folder`, else the one that is
 * installed here; its path, or undefined.
 */
export async function provideKubectl(container: string, folder: string): Promise<string | undefined> {
  const { exitCode } = await nodeExec(container)(["test", "-x", KUBECTL_ON_NODE]);
  if (exitCode !== 0 || process.platform !== "linux") return findProgram("kubectl");
  const archive = await new Dockerode().getContainer(container).getArchive({ path: KUBECTL_ON_NODE });
  const unpacked = extract();
  archive.pipe(unpacked);
  const file = join(folder, "kubectl");
  for await (const entry of unpacked) writeFileSync(file, await buffer(entry));
  chmodSync(file, 0o755);
  return file;
}
