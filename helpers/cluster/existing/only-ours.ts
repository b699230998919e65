/** Commands of kubectl that only look. */
const LOOKS = new Set([
  ...["get", "describe", "explain", "logs", "events", "wait", "diff", "top", "version"],
  ...["auth", "config", "api-resources", "api-versions", "cluster-info"],
  ...["rollout status", "rollout history"],
]);

/** Commands of kubectl that change nodes. */
const NODE_COMMANDS = new Set(["cordon", "uncordon", "drain", "taint"]);

/** Kinds of object that belong to no namespace, as kubectl is told of them. */
const CLUSTER_WIDE =
  /^(no|nodes?|ns|namespaces?|pv|persistentvolumes?|sc|storageclass(es)?|pc|priorityclass(es)?|clusterrole(binding)?s?|crds?|customresourcedefinitions?|csr|certificatesigningrequests?|ingressclass(es)?|runtimeclass(es)?|apiservices?|volumeattachments?|csi(drivers?|nodes?)|\w+webhookconfigurations?|\w+admissionpolic(y|ies)|\w+admissionpolicybindings?)(\/|\.|,|$)/i;

/** Manifests of a chapter: they are checked when they are read, and hold nothing outside of its namespaces. */
const OWN_MANIFEST = /^fixtures\/manifests\//;

/**
 * What a kubectl command would change that does not belong to the chapter, as the end of a sentence; undefined when it
 * only looks, or stays within these namespaces. What it does not know it takes for a change.
 */
export function whatIsNotOurs(args: readonly string[], namespaces: readonly string[]): string | undefined {
  const [command = "", second = ""] = args;
  if (LOOKS.has(command) || LOOKS.has(`${command} ${second}`)) return undefined;
  if (NODE_COMMANDS.has(command)) return "a node";
  // What comes after -- is run in a container.
  const options = args.slice(0, args.includes("--") ? args.indexOf("--") : args.length);
  if (options.includes("--dry-run=server") || options.includes("--dry-run=client")) return undefined;
  if (options.some((arg) => arg === "-A" || arg.startsWith("--all-namespaces"))) return "all namespaces";
  const kind = options.slice(1).find((arg) => !arg.startsWith("-") && CLUSTER_WIDE.test(arg));
  if (kind !== undefined && command !== "run" && command !== "exec")
    return `${kind}, which belong to no namespace`;
  const files = valuesOf(options, "-f", "--filename");
  if (files.length > 0 && files.every((file) => OWN_MANIFEST.test(file))) return undefined;
  const named = valuesOf(options, "-n", "--namespace");
  if (named.length === 0) return "the namespace that the kubeconfig names";
  const foreign = named.find((namespace) => !namespaces.includes(namespace));
  return foreign === undefined ? undefined : `namespace ${foreign}`;
}

/** The values of an option, by its short and its long name. */
function valuesOf(args: readonly string[], short: string, long: string): string[] {
  return args.flatMap((arg, index) => {
    if (arg === short || arg === long) return args[index + 1] ?? [];
    const value = [`${short}=`, `${long}=`].find((prefix) => arg.startsWith(prefix));
    return value === undefined ? [] : arg.slice(value.length);
  });
}
