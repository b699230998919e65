import { relative } from "node:path";
import { recordRun } from "../helpers/ledger/record-run.ts";
import { PROJECT_ROOT } from "../helpers/paths.ts";
import { Problem } from "../helpers/problem.ts";
import type Recorder from "../helpers/report/recorder.ts";

/** What `--help` says of the option that calls {@link keepRecording}. */
export const RECORD_OPTION = [
  "--record",
  "record what was seen in the ledger, under the versions of this cluster",
] as const;

/** Refuses, before anything is started, to record some claims of a chapter only. */
export function checkRecordable(record: boolean, testNamePattern: string | undefined): void {
  if (record && process.env.CLUSTER === "existing") {
    throw new Problem(
      "--record and CLUSTER=existing don't go together: the ledger is for what others can reproduce, and they don't have your cluster",
      "Leave --record out: what was seen is in evidence/last-run.json all the same.",
    );
  }
  if (!record || testNamePattern === undefined) return;
  throw new Problem(
    "--record and -t don't go together",
    "A chapter is recorded as a whole: leave -t out, or name the chapters that are to be recorded.",
  );
}

/** Puts what a run saw into the ledger, and says where. @throws {Problem} when the run did not come to its end */
export function keepRecording({ record, incomplete }: Recorder): void {
  if (!record || incomplete.length > 0) {
    throw new Problem(
      `nothing is recorded: not every claim was told${incomplete.length > 0 ? ` in ${incomplete.join(", ")}` : ""}`,
      "Fix what is reported above, and run it again.",
    );
  }
  process.stdout.write(`Recorded in ${relative(PROJECT_ROOT, recordRun(record))}\n`);
}
