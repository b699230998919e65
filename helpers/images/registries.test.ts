import { describe, expect, test } from "vitest";
import { failureOf, type PullFailure } from "./pull-failure.ts";
import { Registries } from "./registries.ts";
import { testFolder } from "./testing/context.ts";

const DOWN = failureOf("a", "r", "connection refused");
const MISSING = failureOf("a", "r", "manifest unknown");

describe("registries", () => {
  test("one that is down is asked once in a run, by many at once too", async () => {
    await using folder = await testFolder();
    const { ask, asked, said } = asker(new Registries(folder.path, { remember: true }), DOWN);
    expect(await Promise.all([ask(), ask(), ask()])).toEqual([DOWN, DOWN, DOWN]);
    expect(await ask()).toEqual(DOWN);
    expect(asked()).toBe(1);
    expect(said).toEqual(["r refuses connections; it is not asked again in this run"]);
  });

  test("a later run remembers, unless it is told not to", async () => {
    await using folder = await testFolder();
    await asker(new Registries(folder.path, { remember: true }), DOWN).ask();
    const later = asker(new Registries(folder.path, { remember: true }), undefined);
    expect(await later.ask()).toEqual(DOWN);
    expect(later.asked()).toBe(0);
    expect(later.said).toEqual(["r refuses connections (found out 0 min ago; IMAGES=pull asks again)"]);
    const forced = asker(new Registries(folder.path, { remember: false }), undefined);
    expect(await forced.ask()).toBeUndefined();
    expect(forced.asked()).toBe(1);
  });

  test("that it answered is remembered as well", async () => {
    await using folder = await testFolder();
    await asker(new Registries(folder.path, { remember: true }), DOWN).ask();
    await asker(new Registries(folder.path, { remember: false }), undefined).ask();
    const later = asker(new Registries(folder.path, { remember: true }), undefined);
    await later.ask();
    expect(later.asked()).toBe(1);
  });

  test("one that lacks an image is asked for the next", async () => {
    await using folder = await testFolder();
    const { ask, asked, said } = asker(new Registries(folder.path, { remember: true }), MISSING);
    await Promise.all([ask(), ask()]);
    expect(asked()).toBe(2);
    expect(said).toEqual([]);
  });

  test("a question that throws keeps nobody waiting", async () => {
    await using folder = await testFolder();
    const registries = new Registries(folder.path, { remember: true });
    const broken = registries.ask(
      "r",
      () => Promise.reject(new Error("cancelled")),
      () => undefined,
    );
    await expect(broken).rejects.toThrow("cancelled");
    expect(await asker(registries, undefined).ask()).toBeUndefined();
  });
});

function asker(registries: Registries, answer: PullFailure | undefined) {
  let asked = 0;
  const said: string[] = [];
  const question = async () => {
    asked += 1;
    return answer;
  };
  const ask = () => registries.ask("r", question, (line) => said.push(line));
  return { ask, said, asked: () => asked };
}
