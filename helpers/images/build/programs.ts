import { copyFile, mkdir, rename, rm } from "node:fs/promises";
import { basename, dirname, join, relative } from "node:path";
import { z } from "zod";
import { findProgram } from "../../engine/install.ts";
import { PROJECT_ROOT } from "../../paths.ts";
import { Problem } from "../../problem.ts";
import { runCommand } from "./child.ts";
import { type GoToolchain, goFolders } from "./go-toolchain.ts";
import { crossGcc, GCC, requirePrograms } from "./host-packages.ts";
import type { Part } from "./part.ts";
import type { CProgram, GoGroup } from "./recipe.ts";
import { hashModule, moduleLines } from "./sources.ts";

/** To be changed when programs are built in another way. */
const FORMAT = "1";
/** Nothing of the repository in which a program is compiled gets into it. */
const BUILD_FLAGS = "-buildvcs=false";
/** Lines of `go build -v` that name a package and nothing else. */
const PACKAGE_LINE = /^[\w.\-/~+]+$/;
/** Lines that tell nothing about a failure. */
const NOISE = /^[\w.\-/~+]+$|^go: downloading /;

/** A part that puts files at paths of the image: the folder it makes is laid out like the image's root. */
export interface ProgramPart extends Part {
  readonly paths: readonly string[];
}

/** What programs are compiled for, and with which Go. */
export interface ProgramContext {
  readonly architecture: "amd64" | "arm64";
  readonly go: GoToolchain;
  /** The recipe's folder. */
  readonly folder: string;
  readonly image: string;
}

/** Go programs that are compiled together. */
export function goPart({ architecture, go, folder, image }: ProgramContext, group: GoGroup): ProgramPart {
  const directory = join(folder, group.dir);
  const sources = hashModule(directory, group.modfile);
  const paths = Object.values(group.outputs);
  const programs = paths.map((path) => basename(path)).join(", ");
  return {
    name: `${image}-go`,
    title: `compiling ${programs} for ${image}`,
    inputs: [FORMAT, JSON.stringify(group), architecture, go.version, sources],
    paths,
    async make(target, context, update) {
      const output = join(target, ".build");
      const work = join(target, ".work");
      await Promise.all([mkdir(output), mkdir(work)]);
      const packages = Object.keys(group.outputs);
      let compiled = 0;
      const flags = [
        "-v",
        "-trimpath",
        BUILD_FLAGS,
        `-modfile=${group.modfile}`,
        `-tags=${group.tags.join(",")}`,
      ];
      const single = packages.length === 1;
      await runCommand(
        await go.command(context),
        [
          "build",
          ...flags,
          `-ldflags=${group.ldflags.join(" ")}`,
          "-o",
          single ? join(output, "program") : `${output}/`,
          ...packages,
        ],
        {
          doing: `compiling ${programs}`,
          cwd: directory,
          env: goEnvironment(architecture, work),
          signal: context.signal,
          isNoise: (line) => NOISE.test(line),
          onLine: (line) => {
            if (!PACKAGE_LINE.test(line)) return;
            compiled += 1;
            update(`${compiled} packages compiled, last ${line}`);
          },
        },
      );
      if (hashModule(directory, group.modfile) !== sources) throw sourcesChanged(directory);
      for (const [name, path] of Object.entries(group.outputs)) {
        await mkdir(dirname(join(target, path)), { recursive: true });
        await rename(join(output, single ? "program" : basename(name)), join(target, path));
      }
      await removeFolders(output, work);
    },
  };
}

/** A C program whose source is in a Go module: Kubernetes' pause. */
export function cPart({ architecture, go, folder, image }: ProgramContext, program: CProgram): ProgramPart {
  const directory = join(folder, program.dir);
  return {
    name: `${image}-c`,
    title: `compiling ${basename(program.output)} for ${image}`,
    inputs: [
      FORMAT,
      JSON.stringify(program),
      architecture,
      ...moduleLines(directory, program.modfile, program.module),
    ],
    paths: [program.output],
    async make(target, context, update) {
      const compiler = HOST[process.arch] === architecture ? GCC : crossGcc(architecture);
      await requirePrograms(context, [compiler], image);
      update("fetching its source");
      const part = { doing: `compiling ${basename(program.output)}`, cwd: directory, signal: context.signal };
      const source = join(
        await moduleFolder(await go.command(context), directory, program, target, part),
        program.source,
      );
      update("compiling");
      const output = join(target, program.output);
      await mkdir(dirname(output), { recursive: true });
      await runCommand(
        findProgram(compiler.program) ?? compiler.program,
        [...program.flags, "-o", output, source],
        part,
      );
      await removeFolders(join(target, ".work"));
    },
  };
}

const HOST: Readonly<Record<string, string>> = { x64: "amd64", arm64: "arm64" };

/** What came of it belongs to neither state of the sources, and must not be kept for either. */
function sourcesChanged(directory: string): Problem {
  return new Problem(
    `the sources in ${relative(PROJECT_ROOT, directory)} were changed while they were compiled`,
    "run it again; most of it is compiled already",
  );
}

/** Where the sources of a module are, downloaded and verified against go.sum if need be. */
async function moduleFolder(
  go: string,
  directory: string,
  program: CProgram,
  target: string,
  part: { doing: string; signal: AbortSignal | undefined },
): Promise<string> {
  // A copy: this command may write to the module file that it is given.
  const work = join(target, ".work");
  await mkdir(work);
  for (const suffix of [".mod", ".sum"])
    await copyFile(join(directory, program.modfile.replace(/\.mod$/, suffix)), join(work, `go${suffix}`));
  const output = await runCommand(
    go,
    ["mod", "download", `-modfile=${join(work, "go.mod")}`, "-json", program.module],
    {
      ...part,
      cwd: directory,
      env: goEnvironment("amd64", work),
    },
  );
  return z.object({ Dir: z.string() }).parse(JSON.parse(output.slice(output.indexOf("{")))).Dir;
}

/** Whatever of the user's settings would change what is compiled is set to what it is without them. */
function goEnvironment(architecture: string, work: string): Record<string, string> {
  return {
    ...goFolders(),
    GOTOOLCHAIN: "local",
    GOWORK: "off",
    GOOS: "linux",
    GOARCH: architecture,
    GOAMD64: "v1",
    GOARM64: "v8.0",
    GOEXPERIMENT: "",
    // Not empty: then `go env -w` would have its say.
    GOFLAGS: BUILD_FLAGS,
    CGO_ENABLED: "0",
    GOTMPDIR: work,
  };
}

async function removeFolders(...folders: string[]): Promise<void> {
  for (const folder of folders) await rm(folder, { recursive: true, force: true });
}
