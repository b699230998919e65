/**
 * A run for tests of the private engine, in a process of its own: opens it, says so in one line, and holds it until its
 * input ends or a signal comes.
 */
import { text } from "node:stream/consumers";
import { describeError } from "../problem.ts";
import { thisRun } from "../run.ts";
import { joinPrivateEngine } from "./private-engine.ts";
import { onInterrupt, withCleanup } from "./signals.ts";

const run = thisRun();
try {
  await withCleanup(async (stack) => {
    const joining = joinPrivateEngine(run);
    stack.use(onInterrupt(async () => (await joining).leave()));
    process.stdout.write("joining\n");
    const engine = await joining;
    stack.defer(() => engine.leave());
    process.stdout.write(`${JSON.stringify({ run, dockerHost: engine.dockerHost })}\n`);
    await text(process.stdin);
  });
} catch (error) {
  process.stderr.write(`${describeError(error)}\n`);
  process.exitCode = 1;
}
