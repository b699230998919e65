import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type Checkout, copyCheckout } from "../testing/checkout.ts";
import { remains } from "../../helpers/remains.ts";

/** A run that is ended at some point leaves nothing; one that is killed leaves what the next run removes. */

/** From the first line to the last: when so many milliseconds have passed since the command was started. */
const POINTS = [100, 500, 1000, 1500, 2000, 3000, 4000, 6000, 8000, 10_000];

const SIGNALS = [
  ["SIGINT", 130],
  ["SIGTERM", 143],
] as const;

let checkout: Checkout;
let before: string[];
beforeAll(() => {
  checkout = copyCheckout();
});
beforeEach(() => {
  before = remains();
});
afterAll(() => checkout[Symbol.dispose]());

const CASES = POINTS.flatMap((after, index) => {
  const [name, code] = SIGNALS[index % SIGNALS.length] ?? SIGNALS[0];
  return [{ after, name, code }];
});

describe("ended from outside", () => {
  test.each(CASES)("$name after $after ms", { timeout: 120_000 }, async ({ after, name, code }) => {
    const run = checkout.start("article", ["pod"]);
    await passed(after);
    run.signal(name);
    const end = await run.end;
    // Before the program has set its handlers, the signal itself ends it.
    expect([code, name]).toContain(end);
    expect(remains()).toEqual(before);
  });
});

describe("killed", () => {
  afterEach(async () => {
    const next = await checkout.run("article", ["pod", "-t", "pod.ready"]);
    expect(next.output).toMatch(/^1 passed, 0 failed, 0 skipped$/m);
    expect(remains()).toEqual(before);
  }, 120_000);

  test.each(POINTS)(
    "after %i ms, and the next run removes what is left",
    { timeout: 120_000 },
    async (after) => {
      const run = checkout.start("article", ["pod"]);
      await passed(after);
      run.signal("SIGKILL");
      await run.end;
    },
  );
});

/** A fault comes at any time: that is what is tried here. */
function passed(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
