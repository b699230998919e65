import { describe, expect, test } from "vitest";
import { thisRun } from "../run.ts";
import { failureOf, type PullFailure } from "./pull-failure.ts";
import { Registries, type RegistriesOptions } from "./registries.ts";
import { type TestFolder, testFolder } from "./testing/context.ts";

const DOWN = failureOf("a", "r", "connection refused");
const RUN = thisRun();
const LATER = { ...RUN, startTime: "later" };
const MISSING = failureOf("a", "r", "manifest unknown");

describe("registries", () => {
  test("one that is down is asked once in a run, by many at once too", async () => {
    await using folder = await testFolder();
    const { ask, asked, said } = asker(registriesIn(folder), DOWN);
    expect(await Promise.all([ask(), ask(), ask()])).toEqual([DOWN, DOWN, DOWN]);
    expect(await ask()).toEqual(DOWN);
    expect(asked()).toBe(1);
    expect(said).toEqual(["r refuses connections; it is not asked again in this run"]);
  });

  test("a later run remembers, unless it is told not to", async () => {
    await using folder = await testFolder();
    await asker(registriesIn(folder), DOWN).ask();
    const later = asker(registriesIn(folder, { run: LATER }), undefined);
    expect(await later.ask()).toEqual(DOWN);
    expect(later.asked()).toBe(0);
    expect(later.said).toEqual(["r refuses connections (found out 0 min ago; IMAGES=pull asks again)"]);
    const laterStill = asker(registriesIn(folder, { run: LATER }), undefined);
    expect(await laterStill.ask()).toEqual(DOWN);
    expect(laterStill.said).toEqual([]);
    const forced = asker(registriesIn(folder, { remember: false }), undefined);
    expect(await forced.ask()).toBeUndefined();
    expect(forced.asked()).toBe(1);
  });

  test("a later part of the run remembers without a word", async () => {
    await using folder = await testFolder();
    await asker(registriesIn(folder), DOWN).ask();
    const later = asker(registriesIn(folder), undefined);
    expect(await later.ask()).toEqual(DOWN);
    expect(later.asked()).toBe(0);
    expect(later.said).toEqual([]);
  });

  test("what one engine can't reach is asked by another", async () => {
    await using folder = await testFolder();
    await asker(registriesIn(folder), DOWN).ask();
    const other = asker(registriesIn(folder, { engine: "tcp://other:2375" }), undefined);
    expect(await other.ask()).toBeUndefined();
    expect(other.asked()).toBe(1);
    const same = asker(registriesIn(folder), undefined);
    expect(await same.ask()).toEqual(DOWN);
  });

  test("that it answered is remembered as well", async () => {
    await using folder = await testFolder();
    await asker(registriesIn(folder), DOWN).ask();
    await asker(registriesIn(folder, { remember: false }), undefined).ask();
    const later = asker(registriesIn(folder, { run: LATER }), undefined);
    await later.ask();
    expect(later.asked()).toBe(1);
  });

  test("one that lacks an image is asked for the next", async () => {
    await using folder = await testFolder();
    const { ask, asked, said } = asker(registriesIn(folder), MISSING);
    await Promise.all([ask(), ask()]);
    expect(asked()).toBe(2);
    expect(said).toEqual([]);
  });

  test("a question that throws keeps nobody waiting", async () => {
    await using folder = await testFolder();
    const registries = registriesIn(folder);
    const broken = registries.ask(
      "r",
      () => Promise.reject(new Error("cancelled")),
      () => undefined,
    );
    await expect(broken).rejects.toThrow("cancelled");
    expect(await asker(registries, undefined).ask()).toBeUndefined();
  });
});

function registriesIn(folder: TestFolder, options: Partial<RegistriesOptions> = {}): Registries {
  return new Registries(folder.path, { engine: "unix:///engine.sock", run: RUN, remember: true, ...options });
}

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
