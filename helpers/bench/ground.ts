import { availableParallelism, release, totalmem } from "node:os";
import type { Distribution } from "../record.ts";
import type { BenchGround } from "./results.ts";

/** What is told of a node: a cluster's description has it, and the head of a record. */
interface NodeFacts {
  readonly kubernetes: string;
  readonly distribution: Distribution;
  readonly runtime: string;
  readonly runtimeVersion: string;
  readonly engine?: { readonly name: string; readonly version: string } | undefined;
}

/** What a measurement was made on: this machine, and the node in it. */
export function groundOf({
  kubernetes,
  distribution,
  runtime,
  runtimeVersion,
  engine,
}: NodeFacts): BenchGround {
  return {
    measuredAt: new Date().toISOString(),
    kubernetes,
    distribution,
    runtime: `${runtime} ${runtimeVersion}`,
    engine: engine ? `${engine.name} ${engine.version}` : "",
    cores: availableParallelism(),
    memory: Math.round(totalmem() / 2 ** 30),
    kernel: release(),
  };
}
