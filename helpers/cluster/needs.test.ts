import { expect, test } from "vitest";
import { isAlone, addOnsOf, sharingOf } from "./needs.ts";

test("a chapter that lets nodes come and go is alone; with CLUSTER=fresh each is", () => {
  expect(isAlone("07-daemonset", "shared")).toBe(true);
  expect(isAlone("01-pod", "shared")).toBe(false);
  expect(isAlone("01-pod", "fresh")).toBe(true);
});

test("a shared cluster has what any of its chapters needs, and nothing when none does", () => {
  expect(addOnsOf(["01-pod", "06-statefulset"])).toEqual(["coredns", "local-storage"]);
  expect(addOnsOf(["01-pod", "02-pause"])).toEqual([]);
});

test("CLUSTER is refused when it names no kind of cluster", () => {
  expect(sharingOf({})).toBe("shared");
  expect(sharingOf({ CLUSTER: "fresh" })).toBe("fresh");
  expect(() => sharingOf({ CLUSTER: "frsh" })).toThrow("CLUSTER=frsh is not a kind of cluster");
});
