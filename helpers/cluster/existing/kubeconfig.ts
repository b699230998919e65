import { X509Certificate } from "node:crypto";
import { isAbsolute } from "node:path";
import { KubeConfig } from "@kubernetes/client-node";
import { execa } from "execa";
import { parse } from "yaml";
import { quoteArguments } from "../../command-line.ts";
import { Problem } from "../../problem.ts";

/** What a kubeconfig says of one context; nothing was asked of the cluster yet. */
export interface ChosenContext {
  readonly context: string;
  readonly server: string;
  readonly user: string;
  /** The program that has to be run to log in: how EKS, GKE and AKS do it. */
  readonly loginCommand?: string;
  /** The kubeconfig cut down to this context, with all certificates in it. A secret. */
  readonly kubeconfig: string;
}

/**
 * Reads the kubeconfig that kubectl itself would use (KUBECONFIG, or ~/.kube/config), cut down to one context: the
 * current one unless another is named. No program is run but kubectl, and the cluster is not asked anything.
 * @throws {Problem} when there is no kubectl, no such context, or the client's certificate has expired
 */
export async function chooseContext(context: string | undefined): Promise<ChosenContext> {
  const args = ["config", "view", "--minify", "--flatten", "--raw", "--output=yaml"];
  if (context !== undefined) args.push(`--context=${context}`);
  const result = await execa("kubectl", args, { stdin: "ignore", reject: false });
  if (result.code === "ENOENT") {
    throw new Problem(
      "there is no kubectl on this machine: on an existing cluster, it runs the commands of the chapters",
      "Install it (https://kubernetes.io/docs/tasks/tools/), or leave CLUSTER unset: then a node of our own is booted, which brings one.",
    );
  }
  if (result.exitCode !== 0) throw await noContext(context, result.stderr);
  const config = new KubeConfig();
  try {
    config.loadFromString(result.stdout);
  } catch (cause) {
    throw await noContext(context, (cause as Error).message);
  }
  const chosen = config.getContextObject(config.currentContext);
  const cluster = config.getCurrentCluster();
  const user = config.getCurrentUser();
  if (!chosen || !cluster) throw await noContext(context, "it names no cluster");
  if (user?.certData) checkCertificate(Buffer.from(user.certData, "base64"), chosen.name);
  refuseUnsupported(result.stdout, chosen.name);
  const loginCommand = loginCommandOf(user);
  return {
    context: chosen.name,
    server: cluster.server,
    user: chosen.user,
    ...(loginCommand !== undefined && { loginCommand }),
    kubeconfig: result.stdout,
  };
}

/** The shape of a plugin's entry in a kubeconfig, as far as it is told (the library leaves it untyped). */
interface ExecPlugin {
  readonly command?: string;
  readonly args?: readonly string[] | null;
}

function loginCommandOf(user: ReturnType<KubeConfig["getCurrentUser"]>): string | undefined {
  const exec = user?.exec as ExecPlugin | undefined;
  if (exec?.command) return quoteArguments([exec.command, ...(exec.args ?? [])]);
  // How it was done before plugins; kubectl 1.26 has dropped it.
  const provider = user?.authProvider as { config?: Record<string, string> } | undefined;
  const command = provider?.config?.["cmd-path"];
  return command && `${command} ${provider?.config?.["cmd-args"] ?? ""}`.trim();
}

/** Fields that kubectl knows and the client library does not: the two would be different users. */
const UNSUPPORTED = ["tokenFile", "as-groups", "as-uid", "as-user-extra"];

function refuseUnsupported(kubeconfig: string, context: string): void {
  const { users } = parse(kubeconfig) as { users?: { user?: Record<string, unknown> }[] | null };
  const user = users?.[0]?.user ?? {};
  const field = UNSUPPORTED.find((name) => user[name] !== undefined);
  if (field !== undefined) {
    throw new Problem(
      `the user of context ${context} is given by ${field}, which is not supported here`,
      "Use a user with a token, a client certificate or a login program.",
    );
  }
  const { command = "" } = (user.exec ?? {}) as ExecPlugin;
  if (!command.includes("/") || isAbsolute(command)) return;
  throw new Problem(
    `the login program of context ${context}, ${command}, is named by a path that is not absolute`,
    "Write its whole path into the kubeconfig: the one that is run must be the one that you agreed to.",
  );
}

function checkCertificate(pem: Buffer, context: string): void {
  let certificate: X509Certificate;
  try {
    certificate = new X509Certificate(pem);
  } catch (cause) {
    throw new Problem(
      `the client certificate of context ${context} can't be read: ${(cause as Error).message}`,
      "Fetch the cluster's kubeconfig again.",
      { cause },
    );
  }
  if (certificate.validToDate.getTime() > Date.now()) return;
  throw new Problem(
    `the client certificate of context ${context} has expired, on ${certificate.validToDate.toISOString()}`,
    "Fetch the cluster's kubeconfig again; k3s and kubeadm renew their certificates at a restart or an upgrade.",
  );
}

async function noContext(wanted: string | undefined, why: string): Promise<Problem> {
  const names = await execa("kubectl", ["config", "get-contexts", "--output=name"], {
    stdin: "ignore",
    reject: false,
  });
  const known = names.exitCode === 0 ? names.stdout.split("\n").filter(Boolean) : [];
  const where = process.env.KUBECONFIG ?? "~/.kube/config";
  return new Problem(
    wanted === undefined
      ? `the kubeconfig (${where}) names no cluster to use: ${why.trim()}`
      : `the kubeconfig (${where}) has no usable context "${wanted}": ${why.trim()}`,
    known.length > 0
      ? `Name one with --context: ${known.join(", ")}.`
      : "Set KUBECONFIG to a file that names a cluster, or leave CLUSTER unset: then a node of our own is booted.",
  );
}
