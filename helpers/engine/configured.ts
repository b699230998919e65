import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { Problem } from "../problem.ts";

/** An engine that the user named, and where. */
export interface ConfiguredEngine {
  readonly dockerHost: string;
  /** In words: `DOCKER_HOST`, say. */
  readonly origin: string;
  /** Docker's own current context named it, of which Testcontainers knows nothing. */
  readonly isContext: boolean;
  /** How to take it back. */
  readonly undo: string;
  /** What has to be in the environment for it, besides DOCKER_HOST. */
  readonly tls: Readonly<Record<string, string>>;
}

/**
 * The engine that the user has named, in the order in which Testcontainers looks: its properties file's `tc.host`,
 * DOCKER_HOST, the file's `docker.host`; then Docker's own current context, of which Testcontainers knows nothing.
 * @throws {Problem} when DOCKER_CONTEXT names a context that there is not
 */
export function configuredEngine(env: NodeJS.ProcessEnv, home = homedir()): ConfiguredEngine | undefined {
  const file = join(home, ".testcontainers.properties");
  const properties = contents(file);
  const tcHost = property(properties, "tc.host");
  const removeLine = `remove the line from ${file}`;
  // Testcontainers knows nothing of TLS for it.
  if (tcHost)
    return { dockerHost: tcHost, origin: `tc.host in ${file}`, isContext: false, undo: removeLine, tls: {} };
  const dockerHost = property(properties, "docker.host");
  const tls = tlsFrom(env, properties, {
    dockerHost: env.DOCKER_HOST || dockerHost,
    folder: env.DOCKER_CONFIG || join(home, ".docker"),
  });
  if (env.DOCKER_HOST) {
    const undo = "unset DOCKER_HOST";
    return { dockerHost: env.DOCKER_HOST, origin: "DOCKER_HOST", isContext: false, undo, tls };
  }
  if (dockerHost)
    return { dockerHost, origin: `docker.host in ${file}`, isContext: false, undo: removeLine, tls };
  return dockerContext(env, home);
}

/**
 * As Testcontainers puts it together: each from the environment, or else from the file; and only both do anything. Where no
 * certificates are named for an address, those are meant that the docker command line would take: in its own folder.
 */
function tlsFrom(
  env: NodeJS.ProcessEnv,
  properties: string,
  { dockerHost, folder }: { readonly dockerHost: string | undefined; readonly folder: string },
): Record<string, string> {
  const verify = env.DOCKER_TLS_VERIFY ?? property(properties, "docker.tls.verify");
  const usual = dockerHost?.startsWith("tcp:") && existsSync(join(folder, "ca.pem")) ? folder : undefined;
  const certificates = env.DOCKER_CERT_PATH ?? property(properties, "docker.cert.path") ?? usual;
  if (verify !== "1" || !certificates) return {};
  return { DOCKER_TLS_VERIFY: verify, DOCKER_CERT_PATH: certificates };
}

function dockerContext(env: NodeJS.ProcessEnv, home: string): ConfiguredEngine | undefined {
  const folder = env.DOCKER_CONFIG || join(home, ".docker");
  const name = env.DOCKER_CONTEXT || text(parse(contents(join(folder, "config.json"))), "currentContext");
  if (!name || name === "default") return undefined;
  const id = createHash("sha256").update(name).digest("hex");
  const meta = parse(contents(join(folder, "contexts/meta", id, "meta.json")));
  const dockerHost = text(meta, "Endpoints", "docker", "Host");
  if (!dockerHost && env.DOCKER_CONTEXT) {
    throw new Problem(
      `there is no Docker context "${name}"`,
      "unset DOCKER_CONTEXT, or name one that docker context ls shows",
    );
  }
  if (!dockerHost) return undefined;
  const undo = env.DOCKER_CONTEXT ? "unset DOCKER_CONTEXT" : "docker context use default";
  const certificates = join(folder, "contexts/tls", id, "docker");
  const tls = existsSync(join(certificates, "ca.pem"))
    ? { DOCKER_TLS_VERIFY: "1", DOCKER_CERT_PATH: certificates }
    : {};
  return { dockerHost, origin: `the Docker context "${name}"`, isContext: true, undo, tls };
}

function property(properties: string, key: string): string | undefined {
  const match = new RegExp(`^\\s*${key.replaceAll(".", "\\.")}\\s*[=:]\\s*(\\S+)`, "m").exec(properties);
  return match?.[1];
}

function text(value: unknown, ...keys: readonly string[]): string | undefined {
  let found = value;
  for (const key of keys) {
    if (typeof found !== "object" || found === null) return undefined;
    found = (found as Record<string, unknown>)[key];
  }
  return typeof found === "string" ? found : undefined;
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

function contents(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
