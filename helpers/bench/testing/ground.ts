import type { BenchGround } from "../results.ts";

/** What some figures of a test were measured on. */
export const ground: BenchGround = {
  measuredAt: "2024-05-01T10:00:00.000Z",
  kubernetes: "v1.36.3",
  distribution: "offline node",
  runtime: "containerd 2.3.7",
  engine: "docker 20.10",
  cores: 2,
  memory: 24,
  kernel: "6.18",
};
