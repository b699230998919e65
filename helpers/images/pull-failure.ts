/** Why an image couldn't be pulled. The first five concern the registry as a whole, the rest one image of it. */
type FailureKind =
  | "refused"
  | "hanging"
  | "unreachable"
  | "rate-limited"
  | "broken"
  | "unauthorised"
  | "not-found"
  | "architecture"
  | "disk-full"
  | "other";

/** A pull that failed, told in one line. */
export interface PullFailure {
  readonly kind: FailureKind;
  readonly registry: string;
  readonly line: string;
}

const OF_REGISTRY: readonly FailureKind[] = ["refused", "hanging", "unreachable", "rate-limited", "broken"];

/** Whether it is of no use to ask that registry for anything else now. */
export function concernsRegistry(failure: PullFailure): boolean {
  return OF_REGISTRY.includes(failure.kind);
}

/** What engines say, in the order in which it is looked for. */
const SIGNS: readonly [RegExp, FailureKind][] = [
  [/no space left on device/i, "disk-full"],
  [/toomanyrequests|too many requests|\b429\b|rate ?limit/i, "rate-limited"],
  [/no matching manifest for|does not match the specified platform/i, "architecture"],
  [/manifest unknown|manifest for .* not found|not found: manifest|name unknown|\b404\b/i, "not-found"],
  [/unauthorized|authentication required|denied|\b401\b|\b403\b/i, "unauthorised"],
  [/connection refused|connection reset|actively refused/i, "refused"],
  [/i\/o timeout|deadline exceeded|Client\.Timeout|TLS handshake timeout|timed out/i, "hanging"],
  [
    /no such host|server misbehaving|name resolution|network is unreachable|no route to host|proxyconnect/i,
    "unreachable",
  ],
  [
    /x509|certificate|server gave HTTP response to HTTPS client|\b50\d\b|\bEOF\b|invalid character|unexpected HTTP status/i,
    "broken",
  ],
  [/not found/i, "not-found"],
];

/** Tells what kind of failure an engine's message is about. */
export function failureOf(image: string, registry: string, message: string): PullFailure {
  const kind = SIGNS.find(([sign]) => sign.test(message))?.[1] ?? "other";
  return { kind, registry, line: lineFor(kind, image, registry, message) };
}

/** A registry that took longer than it may. */
export function hangingFailure(registry: string, seconds: number): PullFailure {
  return { kind: "hanging", registry, line: `${registry} doesn't answer (nothing came for ${seconds} s)` };
}

function lineFor(kind: FailureKind, image: string, registry: string, message: string): string {
  switch (kind) {
    case "refused":
      return `${registry} refuses connections`;
    case "hanging":
      return `${registry} doesn't answer`;
    case "unreachable":
      return `${registry} can't be reached: ${lastCause(message)}`;
    case "rate-limited":
      return `${registry} answers "too many requests" (429): its rate limit is used up`;
    case "broken":
      return `${registry} doesn't answer as a registry: ${lastCause(message)}`;
    case "unauthorised":
      return `${registry} doesn't give ${image} to us: it doesn't exist there, or needs a docker login`;
    case "not-found":
      return `${registry} has no ${image}`;
    case "architecture":
      return `${registry} has no ${image} for the engine's architecture`;
    case "disk-full":
      return `the engine's disk is full: ${image} doesn't fit`;
    default:
      return `${image} could not be pulled from ${registry}: ${lastCause(message)}`;
  }
}

/** The end of a chain of causes, where the cause itself stands. */
function lastCause(message: string): string {
  const line = message.trim().split("\n").at(-1) ?? "";
  const causes = line.replace(/^\(HTTP code \d+\)[^-]*- /, "").split(": ");
  return causes.slice(-2).join(": ").trim();
}
