import { expect, test } from "vitest";
import { normalise, normaliseValue } from "./normalise.ts";

test("equal addresses get equal numbers, and the loopback stays", () => {
  expect(normalise("10.42.0.3 127.0.0.1 10.42.0.4 10.42.0.3")).toBe(
    "<address 1> 127.0.0.1 <address 2> <address 1>",
  );
});

test("namespace inodes keep only whether they are the same", () => {
  expect(normalise("net:[4026533557] uts:[4026533902] net:[4026533557]")).toBe(
    "<namespace 1> <namespace 2> <namespace 1>",
  );
});

test("two recordings of the same table are equal", () => {
  const row = (age: string, ip: string) => `whoami   2/2     Running   0          ${age}   ${ip}   node`;
  const first = normalise(row("92s   ", "10.42.0.221"));
  expect(normalise(row("3m12s", "10.42.0.7   "))).toBe(first);
  expect(normalise(row("5d3h", "10.42.0.7"))).toBe(first);
});

test("ports of clients, times, uids and ids are volatile; versions and counts are not", () => {
  expect(normalise("RemoteAddr: 127.0.0.1:34488, 2024-01-11T20:16:00Z, curl/7.79.1, 2/2")).toBe(
    "RemoteAddr: 127.0.0.1:<port 1>, <time 1>, curl/7.79.1, 2/2",
  );
});

test("values share one numbering, in the order of sorted keys", () => {
  expect(normaliseValue({ b: ["net:[1]", 3], a: "net:[1]" })).toEqual({
    a: "<namespace 1>",
    b: ["<namespace 1>", 3],
  });
});

test("the age in a row of a table is volatile, and so is the run that a container's name tells", () => {
  expect(normaliseValue({ AGE: "3s", NAME: "whoami_hand-3a4a1b8a" })).toEqual({
    AGE: "<age>",
    NAME: "whoami_hand-<run 1>",
  });
});
