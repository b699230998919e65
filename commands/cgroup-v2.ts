import { existsSync } from "node:fs";
import { execa } from "execa";
import { chaptersNamed } from "../helpers/chapters.ts";
import { findProgram, installPackages, mayInstall } from "../helpers/engine/install.ts";
import { thisPlatform } from "../helpers/engine/platform.ts";
import { withCleanup } from "../helpers/engine/signals.ts";
import { PROJECT_ROOT } from "../helpers/paths.ts";
import { Problem } from "../helpers/problem.ts";
import { lineProgress } from "../helpers/progress.ts";
import { thisRun } from "../helpers/run.ts";
import { provideMachineFiles } from "../helpers/vm/disk.ts";
import { startMachine } from "../helpers/vm/machine.ts";
import { commandLine, main } from "./command.ts";
import { RECORD_OPTION } from "./record.ts";

/** Chapters whose outcomes depend on the version of cgroups, or stand beside those that do. */
const CHAPTERS = ["pod", "pause"];

/** Programs that it takes, and the packages of Debian and Ubuntu that have them. */
const PACKAGES: Readonly<Record<string, string>> = {
  "qemu-system-x86_64": "qemu-system-x86",
  "qemu-img": "qemu-utils",
  mmdebstrap: "mmdebstrap",
  mke2fs: "e2fsprogs",
  ip: "iproute2",
  setpriv: "util-linux",
};

await main(async () => {
  const command = commandLine(
    "cgroup-v2",
    "Runs chapters on cgroup v2, in a virtual machine built from Debian packages, for machines that have cgroup v1.",
  )
    .argument("[chapters...]", "chapters to run, such as pod or 02-pause; those two by default")
    .option(...RECORD_OPTION)
    .addHelpText("after", "\nNeeds root on a Debian or Ubuntu machine (amd64) with 8 GiB of memory.")
    .parse();
  const { record = false } = command.opts<{ record?: boolean }>();
  const chapters = chaptersNamed(command.args.length > 0 ? command.args : CHAPTERS);
  if (process.env.CLUSTER) {
    throw new Problem("CLUSTER is set", "Unset it: the chapters get a cluster in the virtual machine.");
  }
  const progress = lineProgress();
  checkMachine();
  await withCleanup(async (stack) => {
    const abort = new AbortController();
    stack.defer(() => abort.abort());
    await provide(Object.keys(PACKAGES).filter((program) => !findProgram(program)));
    const files = await provideMachineFiles(progress, abort.signal);
    const dockerHost = await startMachine(files, thisRun(), progress, stack);
    const child = execa(
      process.execPath,
      ["commands/article.ts", ...chapters, ...(record ? ["--record"] : [])],
      {
        cwd: PROJECT_ROOT,
        env: { DOCKER_HOST: dockerHost },
        stdio: "inherit",
        reject: false,
        forceKillAfterDelay: false,
      },
    );
    stack.defer(async () => {
      child.kill("SIGINT");
      await child;
    });
    const { exitCode = 1 } = await child;
    process.exitCode = exitCode;
  });

  async function provide(missing: readonly string[]): Promise<void> {
    if (missing.length === 0) return;
    const packages = missing.flatMap((program) => PACKAGES[program] ?? []);
    if (!mayInstall(process.env)) {
      throw new Problem(
        `${missing.join(", ")} cannot be found, and ENGINE_INSTALL=never forbids installing`,
        `Run apt-get install ${packages.join(" ")}, or unset ENGINE_INSTALL.`,
      );
    }
    await progress.step(`Installing ${packages.join(", ")}`, () => installPackages(packages, progress));
  }
});

/** @throws {Problem} where such a machine can't be made, or is not needed */
function checkMachine(): void {
  const isRoot = process.getuid?.() === 0;
  if (process.platform !== "linux" || process.arch !== "x64" || thisPlatform() !== "debian" || !isRoot) {
    throw new Problem(
      "the virtual machine can only be made by root, on Debian or Ubuntu, on amd64",
      "A machine with cgroup v2 does not need it: run npm run article -- --record there (cgroup v2 is the default of systemd since 2020).",
    );
  }
  if (existsSync("/sys/fs/cgroup/cgroup.controllers")) {
    throw new Problem(
      "this machine has cgroup v2: no virtual machine is needed",
      "npm run article -- --record runs and records the chapters on it.",
    );
  }
}
