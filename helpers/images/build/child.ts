import { basename } from "node:path";
import { execa } from "execa";
import { Problem } from "../../problem.ts";
import { watchFamily } from "./family.ts";

/** How many of its last lines a failed command is told with. */
const LAST_LINES = 15;
/** Output beyond this is not kept, in characters. */
const MAX_OUTPUT = 64 << 20;

/** How a command of a build is run. */
export interface CommandOptions {
  /** What it does, as told when it fails: `compiling whoami`. */
  readonly doing: string;
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
  /** Given each line that it prints. */
  readonly onLine?: (line: string) => void;
  /** Whether a line tells nothing about a failure. */
  readonly isNoise?: (line: string) => boolean;
}

/** Runs a command of a build and returns what it printed; its failure is told with its last lines. */
export async function runCommand(
  command: string,
  args: readonly string[],
  options: CommandOptions,
): Promise<string> {
  const { cwd, env, signal, onLine } = options;
  signal?.throwIfAborted();
  const child = execa(command, args, {
    ...(cwd && { cwd }),
    env: { LC_ALL: "C.UTF-8", ...env },
    stdin: "ignore",
    all: true,
    reject: false,
    detached: true,
    maxBuffer: MAX_OUTPUT,
  });
  // Not its result: that waits for whoever has inherited its output.
  const ended = new Promise<void>((resolve) => child.nodeChildProcess.once("exit", () => resolve()));
  using family = watchFamily(child.pid, ended);
  const onAbort = () => void family.end();
  signal?.addEventListener("abort", onAbort, { once: true });
  try {
    if (onLine) readLines(child.all, onLine);
    const result = await child;
    if (signal?.aborted) await family.end();
    signal?.throwIfAborted();
    if (result.failed) throw commandProblem(command, options, result as Failure);
    return result.all ?? "";
  } finally {
    signal?.removeEventListener("abort", onAbort);
  }
}

/** What is told about a command that failed. */
interface Failure {
  readonly all?: string;
  readonly code?: string;
  readonly exitCode?: number;
  readonly signal?: string;
}

function readLines(output: NodeJS.ReadableStream | undefined, onLine: (line: string) => void): void {
  let rest = "";
  output?.on("data", (chunk: Buffer) => {
    const lines = (rest + chunk.toString("utf8")).split(/[\r\n]+/);
    rest = lines.pop() ?? "";
    for (const line of lines) if (line.trim()) onLine(line);
  });
}

function commandProblem(
  command: string,
  { doing, isNoise = () => false }: CommandOptions,
  result: Failure,
): Problem {
  const output = (result.all ?? "").split(/\r?\n/).filter((line) => line.trim() !== "" && !isNoise(line));
  return new Problem(
    `${doing} failed: ${basename(command)} ${howItEnded(result)}`,
    remedyFor(result.all ?? "", result.signal),
    {
      details: output.slice(-LAST_LINES),
    },
  );
}

function howItEnded({ code, signal, exitCode }: Failure): string {
  if (code === "ENOENT") return "is not installed";
  if (code === "EACCES") return "can't be executed (is its file system mounted noexec?)";
  return signal ? `was ended by ${signal}` : `ended with exit code ${exitCode}`;
}

/** What to do about a failed build, told from what it printed. */
export function remedyFor(output: string, signal?: string): string {
  if (/no space left on device|disk quota exceeded/i.test(output))
    return "free some space on that disk and run it again; what was built before is kept";
  if (
    /checksum mismatch|SECURITY ERROR|hash mismatch|Hash Sum mismatch|do not match the hashes/i.test(output)
  )
    return "what came over the network is not what is pinned here: don't use it; if go.sum was edited, restore it with git, else ask whoever runs the proxy or mirror in between";
  if (/updates to go\.(mod|sum) needed|missing go\.sum entry/.test(output))
    return "run go mod tidy in the folder of that go.mod, review the change, and run this again";
  if (
    /dial tcp|no such host|connection refused|i\/o timeout|TLS handshake|Could not resolve|Temporary failure|Unable to connect|Max retries exceeded|Connection failed/i.test(
      output,
    )
  )
    return "the network or a mirror didn't answer: run it again when it does (GOPROXY, apt and pip settings are honoured); what was built before is kept";
  if (/signal: killed|cannot allocate memory/i.test(output) || signal === "SIGKILL")
    return "the machine ran out of memory: free some (a build needs about 3 GB) and run it again; what was built before is kept";
  return "see its last lines above; run it again when that is mended, what was built before is kept";
}
