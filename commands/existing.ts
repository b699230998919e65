import type { Command } from "commander";

/** What the user says of a cluster that is not ours. */
export interface ExistingChoice {
  /** A context of his kubeconfig; the current one unless given. */
  readonly context?: string;
  /** He agrees without being asked. */
  readonly yes?: boolean;
}

/** The options for CLUSTER=existing. */
export function withExistingOptions(command: Command): Command {
  return command
    .option(
      "--context <name>",
      "CLUSTER=existing: this context of your kubeconfig; the current one by default",
    )
    .option("-y, --yes", "CLUSTER=existing: agree to the plan that is printed, without being asked");
}
