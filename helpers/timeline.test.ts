import type { V1Pod, V1ReplicaSet } from "@kubernetes/client-node";
import { describe, expect, test } from "vitest";
import type { Sighting } from "./recording.ts";
import { type Bound, livesOf, Timeline } from "./timeline.ts";
import { drawTimeline } from "./timeline-drawing.ts";

const controller = { apiVersion: "apps/v1", kind: "ReplicaSet", controller: true, uid: "" };

function pod(uid: string, ready: boolean, deleted = false, owner = "web", nodeName = "server"): V1Pod {
  return {
    metadata: {
      uid,
      name: `${owner}-${uid}`,
      ownerReferences: [{ ...controller, name: owner }],
      ...(deleted && { deletionTimestamp: new Date(0) }),
    },
    spec: { containers: [], nodeName },
    status: { phase: "Running", conditions: [{ type: "Ready", status: ready ? "True" : "False" }] },
  };
}

const at = (time: number, type: Sighting<V1Pod>["type"], object: V1Pod): Sighting<V1Pod> => ({
  at: time,
  type,
  object,
});

/** One Pod is replaced by another: the new one is ready before the old one is deleted. */
const rollout = [
  at(0, "ADDED", pod("a", true)),
  at(100, "ADDED", pod("b", false)),
  at(300, "MODIFIED", pod("b", true)),
  at(300.001, "MODIFIED", pod("a", true, true)),
  at(500, "DELETED", pod("a", false, true)),
];

const timelineOf = (bounds: readonly Bound[] = []) =>
  new Timeline({ title: "", kind: "pods", duration: 600, lives: livesOf("pods", rollout, 600), bounds });

describe("a time-line", () => {
  test("tells each object's states, and whether it was there before and is gone", () => {
    expect(timelineOf().lives).toEqual([
      {
        name: "web-a",
        uid: "a",
        node: "server",
        owner: "ReplicaSet web",
        before: true,
        gone: true,
        spans: [
          { state: "ready", from: 0, to: 300.001 },
          { state: "terminating", from: 300.001, to: 500 },
        ],
      },
      {
        name: "web-b",
        uid: "b",
        node: "server",
        owner: "ReplicaSet web",
        before: false,
        gone: false,
        spans: [
          { state: "waiting", from: 100, to: 300 },
          { state: "ready", from: 300, to: 600 },
        ],
      },
    ]);
  });

  test("counts at every moment, however short", () => {
    expect(timelineOf().fewest("ready")).toBe(1);
    expect(timelineOf().most("ready")).toBe(2);
    expect(timelineOf().most("ready", "waiting")).toBe(2);
    expect(timelineOf().fewest("waiting")).toBe(0);
    expect(timelineOf().on("server").fewest("ready")).toBe(1);
    expect(timelineOf().on("agent").fewest("ready")).toBe(0);
  });

  test("tells the order in which a state was reached, and when", () => {
    expect(timelineOf().inOrderOf("ready")).toMatchObject([{ name: "web-a" }, { name: "web-b" }]);
    expect(timelineOf().inOrderOf("terminating")).toMatchObject([{ name: "web-a" }]);
    expect(timelineOf().since("web-b", "ready")).toBe(300);
    expect(timelineOf().since("web-b", "terminating")).toBe(Infinity);
    expect(() => timelineOf().life("web-c")).toThrow("no web-c, but web-a, web-b");
  });

  test("is drawn with the bounds that were promised", () => {
    const bounds: Bound[] = [
      { states: ["ready"], min: 1 },
      { states: ["ready", "waiting"], max: 2 },
    ];
    expect(`\n${drawTimeline(timelineOf(bounds))}\n`).toMatchInlineSnapshot(`
      "
                       0 s                                                    0.6 s
      web-a            ██████████████████████████████xxxxxxxxxxxxxxxxxxxx
      web-b                      ░░░░░░░░░░░░░░░░░░░░██████████████████████████████
      ready            111111111111111111111111111111111111111111111111111111111111  never under 1
      ready + waiting  111111111122222222222222222222211111111111111111111111111111  never over 2
      ░ waiting   █ ready   x terminating
      "
    `);
  });

  test("of ReplicaSets counts and draws the Pods that they want", () => {
    const set = (uid: string, replicas: number): V1ReplicaSet => ({
      metadata: { uid, name: uid },
      spec: { replicas, selector: {} },
    });
    const sightings: Sighting<V1ReplicaSet>[] = [
      { at: 0, type: "ADDED", object: set("old", 4) },
      { at: 100, type: "ADDED", object: set("new", 1) },
      { at: 200, type: "MODIFIED", object: set("old", 3) },
      { at: 300, type: "MODIFIED", object: set("new", 12) },
      { at: 400, type: "MODIFIED", object: set("old", 0) },
    ];
    const timeline = new Timeline({
      title: "",
      kind: "replicasets",
      duration: 600,
      lives: livesOf("replicasets", sightings, 600),
      bounds: [{ states: ["wanting"], max: 5 }],
    });
    expect(timeline.most("wanting")).toBe(15);
    expect(timeline.fewest("wanting")).toBe(4);
    expect(`\n${drawTimeline(timeline)}\n`).toMatchInlineSnapshot(`
      "
               0 s                                                    0.6 s
      old      444444444444444444443333333333333333333300000000000000000000
      new                11111111111111111111++++++++++++++++++++++++++++++
      wanting  444444444455555555554444444444++++++++++++++++++++++++++++++  never over 5
      1-9 wanting   0 idle
      "
    `);
  });

  test("is drawn controller by controller where there are several, with nodes where there are several", () => {
    const sightings = [
      at(0, "ADDED", pod("a", true, false, "web-1")),
      at(100, "ADDED", pod("b", false, false, "web-2", "agent")),
      at(300, "MODIFIED", pod("b", true, false, "web-2", "agent")),
      at(400, "MODIFIED", pod("a", true, true, "web-1")),
      at(500, "DELETED", pod("a", false, true, "web-1")),
    ];
    const bounds: Bound[] = [{ states: ["terminating"] }];
    const lives = livesOf("pods", sightings, 600);
    const drawn = drawTimeline({ title: "", kind: "pods", duration: 600, lives, bounds });
    expect(`\n${drawn}\n`).toMatchInlineSnapshot(`
      "
                    0 s                                                    0.6 s
      ReplicaSet web-1
        a (server)  ████████████████████████████████████████xxxxxxxxxx
      ReplicaSet web-2
        b (agent)             ░░░░░░░░░░░░░░░░░░░░██████████████████████████████
      terminating   000000000000000000000000000000000000000011111111110000000000  not limited
      ░ waiting   █ ready   x terminating
      "
    `);
  });
});
