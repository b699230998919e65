import { columnOfRun, type Row, rowsOf } from "../matrix.ts";
import type { ClaimRecord, RunRecord } from "../../record.ts";
import { RECORD_SCHEMA } from "../../record.ts";

/** A claim that was told. */
export function toldClaim(id: string, told: Partial<ClaimRecord> = {}): ClaimRecord {
  return {
    id,
    statement: { en: `What ${id} says`, zh: `${id} 的内容` },
    source: "ours#test",
    references: [],
    outcome: "holds",
    expected: "holds",
    observed: { seen: id },
    steps: [{ command: "kubectl get pods", where: "kubectl", output: id, exitCode: 0, duration: 1 }],
    timelines: [],
    diagnosis: [],
    duration: 1,
    waitedForClock: 0,
    ...told,
  };
}

/** The rows of two versions, v1 and v2, of which each told these claims. */
export function rowsOfTwo(before: readonly ClaimRecord[], after: readonly ClaimRecord[]): Row[] {
  const old = runOf({ "01-pod": before }).chapters;
  const young = runOf({ "01-pod": after }).chapters;
  return rowsOf([...old, ...young], [columnOfRun("v1", old), columnOfRun("v2", young)]);
}

/** A run that told these chapters' claims. */
export function runOf(
  chapters: Readonly<Record<string, readonly ClaimRecord[]>>,
  head: Partial<RunRecord["head"]> = {},
): RunRecord {
  return {
    schema: RECORD_SCHEMA,
    head: {
      tool: "proven-tutorial",
      recordedAt: "2026-11-23T12:00:00.000Z",
      distribution: "offline node",
      kubernetes: "v1.36.3",
      runtime: "containerd",
      runtimeVersion: "v2.3.7",
      cgroup: 1,
      architecture: "amd64",
      kernel: "6.1",
      os: "Debian",
      engine: { name: "docker", version: "28.0", private: true },
      images: [{ reference: "traefik/whoami", digest: "sha256:1", standIn: true, description: "whoami" }],
      boot: { ready: 1 },
      ...head,
    },
    chapters: Object.entries(chapters).map(([id, claims]) => ({
      id,
      title: { en: id, zh: id },
      intro: { en: id, zh: id },
      manifests: [],
      prelude: [],
      claims: [...claims],
    })),
  };
}
