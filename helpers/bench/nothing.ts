import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { execa } from "execa";
import { onInterrupt } from "../engine/signals.ts";
import { ownCommand } from "../own-command.ts";
import { PROJECT_ROOT } from "../paths.ts";
import { readLastRun } from "../report/recorder.ts";
import { type Bench, timed } from "./bench.ts";
import { groundOf } from "./ground.ts";
import type { Part } from "./results.ts";
import { figureOf } from "./statistics.ts";

/** What of the environment a reader's shell has anyway: whatever points to a cache or an engine is left out. */
const KEPT = [
  "LANG",
  "HTTP_PROXY",
  "HTTPS_PROXY",
  "NO_PROXY",
  "http_proxy",
  "https_proxy",
  "no_proxy",
  "GOPROXY",
];

/**
 * From nothing: `npm ci` and `npm run article` in a clean clone of what is committed, with an empty home and empty
 * caches. The packages of the system stay installed, those of the container engine and of the compilers among them.
 * @throws {Error} with the output when one of them fails
 */
export async function measureNothing({
  progress,
  runs,
}: Pick<Bench, "progress" | "runs">): Promise<Part<"nothing">> {
  const installs: number[] = [];
  const articles: number[] = [];
  let ground: Part<"nothing">["ground"] | undefined;
  for (let run = 0; run < runs; run++) {
    const home = mkdtempSync(join(tmpdir(), "from-nothing-"));
    const remove = async () => {
      // Go makes its modules read-only.
      await execa("chmod", ["-R", "u+w", home], { reject: false });
      rmSync(home, { recursive: true, force: true });
    };
    using _interruption = onInterrupt(remove);
    try {
      const clone = join(home, "clone");
      const command = (program: string, ...args: string[]) => started(program, args, { home, cwd: clone });
      await execa("git", ["clone", "--quiet", PROJECT_ROOT, clone], { stdin: "ignore" });
      await progress.step("npm ci", async () => installs.push(await timed(() => command("npm", "ci"))));
      await progress.step("npm run article", async () =>
        articles.push(await timed(() => command("npm", "run", "article"))),
      );
      ground = groundOf(readLastRun(clone).head);
    } finally {
      await remove();
    }
  }
  if (!ground) throw new RangeError("nothing was measured");
  return { ground, install: figureOf(installs), article: figureOf(articles) };
}

async function started(
  program: string,
  args: readonly string[],
  { home, cwd }: { home: string; cwd: string },
) {
  await ownCommand(program, args, {
    cwd,
    extendEnv: false,
    env: { ...environmentOfNothing(process.env), HOME: home },
  });
}

/** What is left of an environment when nothing of this checkout, and no cache, is in it. */
export function environmentOfNothing(env: NodeJS.ProcessEnv): Record<string, string> {
  const kept = KEPT.flatMap((name) => (env[name] ? [[name, env[name]] as const] : []));
  // npm put this checkout's programs before the system's.
  const path = (env["PATH"] ?? "").split(delimiter).filter((folder) => !folder.startsWith(PROJECT_ROOT));
  return { ...Object.fromEntries(kept), PATH: path.join(delimiter) };
}
