import { mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { isDead, type Run, thisMachine } from "../run.ts";
import { writeWhole } from "../whole-file.ts";

const User = z.object({
  run: z.object({ id: z.string(), machine: z.string(), pid: z.number(), startTime: z.string() }),
  /** What the run made outlives its process, because somebody asked for that. */
  kept: z.boolean(),
});
type User = z.infer<typeof User>;

/** Who uses an engine: one file a run in `folder`. */
export function usersIn(folder: string) {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const fileOf = (run: Run) => join(folder, `${run.id}.json`);

  function all(): User[] {
    return readdirSync(folder)
      .filter((name) => name.endsWith(".json"))
      .flatMap((name) => read(join(folder, name)) ?? []);
  }

  function add(run: Run, options: { kept?: boolean } = {}): void {
    writeWhole(fileOf(run), JSON.stringify({ run, kept: options.kept ?? false }), { mode: 0o600 });
  }

  return {
    add,
    remove(run: Run): void {
      rmSync(fileOf(run), { force: true });
    },
    /** Nothing that was kept is there any more: from now on only living processes count. */
    forgetKept(): void {
      for (const { run, kept } of all()) if (kept) add(run);
    },
    /**
     * Runs of this machine that still need the engine. The files of others are removed: of dead runs, and of machines
     * that had this folder before, a container that was made anew say.
     */
    living(): Run[] {
      const users = all();
      const living = users.filter(({ run, kept }) => run.machine === thisMachine() && (kept || !isDead(run)));
      for (const user of users) if (!living.includes(user)) rmSync(fileOf(user.run), { force: true });
      return living.map(({ run }) => run);
    },
  };
}

function read(file: string): User | undefined {
  try {
    return User.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch {
    // Half written by a run that was killed, or not ours.
    return undefined;
  }
}
