/** Registry that a name without one means. */
const DEFAULT_REGISTRY = "docker.io";
/** Folder of Docker Hub's official images. */
const OFFICIAL = "library";
const DEFAULT_TAG = "latest";
const DIGEST = /^sha256:[0-9a-f]{64}$/;
const PATH = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/;
const TAG = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/;

/** An image's name in its parts. */
export interface Reference {
  /** Host of the registry, `docker.io` unless said otherwise. */
  readonly registry: string;
  /** Path inside the registry, `library/busybox` in full. */
  readonly path: string;
  readonly tag?: string;
  readonly digest?: string;
}

/** Takes a name such as `traefik/whoami`, `localhost:5000/a/b:v1` or `a@sha256:…` apart. Throws on anything else. */
export function parseReference(text: string): Reference {
  const [named = "", digest, ...more] = text.trim().split("@");
  const slash = named.indexOf("/");
  const first = slash < 0 ? "" : named.slice(0, slash);
  const hasRegistry = first.includes(".") || first.includes(":") || first === "localhost";
  const registry = hasRegistry ? first.replace(/^index\.docker\.io$/, DEFAULT_REGISTRY) : DEFAULT_REGISTRY;
  const rest = hasRegistry ? named.slice(slash + 1) : named;
  const colon = rest.lastIndexOf(":");
  const bare = colon < 0 ? rest : rest.slice(0, colon);
  const tag = colon < 0 ? undefined : rest.slice(colon + 1);
  const wrong =
    more.length > 0 ||
    !PATH.test(bare) ||
    (tag !== undefined && !TAG.test(tag)) ||
    (digest !== undefined && !DIGEST.test(digest));
  if (wrong) throw new TypeError(`not an image name: ${JSON.stringify(text)}`);
  const path = registry === DEFAULT_REGISTRY && !bare.includes("/") ? `${OFFICIAL}/${bare}` : bare;
  return { registry, path, ...(tag && { tag }), ...(digest && { digest }) };
}

/** Whether `text` is an image's name. */
export function isReference(text: string): boolean {
  try {
    parseReference(text);
    return true;
  } catch {
    return false;
  }
}

/** The name in full, as containerd keeps it: `docker.io/traefik/whoami:latest`. */
export function fullName(reference: string | Reference): string {
  const { registry, path, tag, digest } = asReference(reference);
  if (digest) return `${registry}/${path}${tag ? `:${tag}` : ""}@${digest}`;
  return `${registry}/${path}:${tag ?? DEFAULT_TAG}`;
}

/** The name as people write it: without the default registry, with its tag. */
export function familiarName(reference: string | Reference): string {
  const full = fullName(reference);
  if (!full.startsWith(`${DEFAULT_REGISTRY}/`)) return full;
  const short = full.slice(DEFAULT_REGISTRY.length + 1);
  return short.startsWith(`${OFFICIAL}/`) ? short.slice(OFFICIAL.length + 1) : short;
}

/** Without tag and digest, as people write it: what an engine lists beside a digest. */
export function repositoryName(reference: string | Reference): string {
  const { registry, path } = asReference(reference);
  return familiarName({ registry, path }).replace(/:latest$/, "");
}

/** The same image on `mirror` (`localhost:5000`, or with a folder: `registry.example/cache`). */
export function onMirror(mirror: string, reference: string | Reference): Reference {
  const { path, tag, digest } = asReference(reference);
  const { registry, path: folder } = parseReference(`${mirror.replace(/\/+$/, "")}/x`);
  const prefix = folder === "x" ? "" : folder.slice(0, -1);
  return { registry, path: prefix + path, ...(tag && { tag }), ...(digest && { digest }) };
}

/** The name with another tag and no digest, or with a digest and no tag. */
export function withVersion(reference: Reference, version: { tag?: string; digest?: string }): Reference {
  const { registry, path } = reference;
  return { registry, path, ...version };
}

/** Whether two names mean the same image: `traefik/whoami` and `docker.io/traefik/whoami:latest` do. */
export function sameReference(a: string, b: string): boolean {
  return fullName(a) === fullName(b);
}

/** A name that is safe in a file's name: `traefik-whoami`, `rancher-mirrored-pause-3.6`. */
export function fileName(reference: string): string {
  return familiarName(reference)
    .replace(/:latest$/, "")
    .replace(/@sha256:([0-9a-f]{12}).*/, "-$1")
    .replaceAll(/[^A-Za-z0-9.]+/g, "-");
}

function asReference(reference: string | Reference): Reference {
  return typeof reference === "string" ? parseReference(reference) : reference;
}
