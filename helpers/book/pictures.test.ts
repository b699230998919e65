import { describe, expect, test } from "vitest";
import type { Step } from "../evidence/transcript.ts";
import { picturesOf } from "./pictures.ts";

function step(command: string, output: string): Step {
  return { command, output, where: "kubectl", exitCode: 0, duration: 1 };
}

function listing(...entries: [kind: string, inode: number][]): string {
  const lines = entries.map(
    ([kind, inode]) => `lrwxrwxrwx 1 root root 0 Nov 23 23:53 ${kind} -> ${kind}:[${inode}]`,
  );
  return ["total 0", ...lines].join("\n");
}

describe("pictures of a claim's evidence", () => {
  test("namespaces, from the article's listings", () => {
    const steps = [
      step("ls -l /proc/10/ns", listing(["net", 1], ["uts", 2], ["time", 9])),
      step("ls -l /proc/11/ns", listing(["net", 1], ["uts", 3], ["time", 9])),
      step("ls -l /proc/12/ns", listing(["net", 1], ["uts", 4], ["time", 9])),
      step("ls -l /proc/1/ns", listing(["net", 5], ["uts", 6], ["time", 9])),
    ];
    expect(picturesOf(steps, [])).toEqual([
      {
        type: "namespaces",
        processes: ["pause", "whoami", "nettool", "node"],
        rows: [
          { kind: "net", inodes: ["1", "1", "1", "5"] },
          { kind: "uts", inodes: ["2", "3", "4", "6"] },
        ],
      },
    ]);
  });

  test("owners, from a table that names the kind of each object", () => {
    const table = `KIND         NAME        OWNER        CONTROLLER
Deployment   web         <none>       <none>
ReplicaSet   web-1       Deployment   true
Pod          web-1-abc   ReplicaSet   true`;
    expect(picturesOf([step("kubectl get deployments,replicasets,pods -n x", table)], [])).toEqual([
      {
        type: "owners",
        edges: [
          { owner: { kind: "Deployment", name: "web" }, owned: { kind: "ReplicaSet", name: "web-1" } },
          { owner: { kind: "ReplicaSet", name: "web-1" }, owned: { kind: "Pod", name: "web-1-abc" } },
        ],
      },
    ]);
  });

  test("owners, from tables of one kind each; whoever no Pod comes of is left out", () => {
    const jobs = `NAME    OWNER     OWNED-BY
hello   CronJob   clock
other   CronJob   idle`;
    const pods = `NAME      OWNER   OWNED-BY
hello-x   Job     hello`;
    const [picture] = picturesOf([step("kubectl get jobs", jobs), step("kubectl get pods", pods)], []);
    expect(picture).toMatchObject({
      type: "owners",
      edges: [{ owned: { kind: "Job", name: "hello" } }, { owned: { kind: "Pod", name: "hello-x" } }],
    });
  });

  test("no tree where there is but one level", () => {
    const table = "NAME   OWNER        OWNED_BY\na      ReplicaSet   web\nb      ReplicaSet   web";
    expect(picturesOf([step("kubectl get pods", table)], [])).toEqual([]);
  });

  test("a CronJob's ticks are told by its Jobs' names, and a node by its first Pod", () => {
    const life = { uid: "1", gone: false, before: false };
    const span = { state: "active", from: 1000, to: 2000 } as const;
    const jobs = {
      title: "Jobs",
      kind: "jobs",
      duration: 2000,
      bounds: [],
      lives: [{ ...life, name: "hello-29924631", spans: [span] }],
    } as const;
    const pods = {
      ...jobs,
      kind: "pods",
      lives: [
        { ...life, name: "a", node: "server", before: true, spans: [{ state: "ready", from: 0, to: 2000 }] },
        { ...life, name: "b", node: "agent-1", spans: [{ state: "waiting", from: 500, to: 2000 }] },
      ],
    } as const;
    expect(picturesOf([], [jobs, pods])).toMatchObject([
      { ticks: [{ at: 1000, clock: "23:51" }], joins: [] },
      { ticks: [], joins: [{ at: 500, node: "agent-1" }] },
    ]);
  });
});
