import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import type {
  V1Container,
  V1CronJob,
  V1DaemonSet,
  V1Deployment,
  V1Job,
  V1Pod,
  V1PodSpec,
  V1ReplicaSet,
  V1Role,
  V1RoleBinding,
  V1Service,
  V1ServiceAccount,
  V1StatefulSet,
} from "@kubernetes/client-node";
import { parseAllDocuments, stringify } from "yaml";
import { isReference } from "./images/reference.ts";
import { PROJECT_ROOT } from "./paths.ts";
import { Problem } from "./problem.ts";

/** Where the manifests are that a reader can apply himself, seen from the top of the checkout. */
export const MANIFESTS = "fixtures/manifests";

/** A Kubernetes object as a manifest describes it. */
export interface ManifestObject {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string; labels?: Record<string, string> };
  [field: string]: unknown;
}

/** One manifest file. */
export interface ManifestFile {
  /** Its name under {@link MANIFESTS}. */
  readonly name: string;
  readonly objects: ManifestObject[];
}

/** The kinds of object whose fields a mutant can name. */
interface Kinds {
  CronJob: V1CronJob;
  DaemonSet: V1DaemonSet;
  Deployment: V1Deployment;
  Job: V1Job;
  Pod: V1Pod;
  ReplicaSet: V1ReplicaSet;
  Service: V1Service;
  StatefulSet: V1StatefulSet;
}

/** Kinds without a spec. */
interface PlainKinds {
  Role: V1Role;
  RoleBinding: V1RoleBinding;
  ServiceAccount: V1ServiceAccount;
}

/** The kinds that are Pods, or make them. */
export type WorkloadKind = Exclude<keyof Kinds, "Service">;

/** The spec of a kind of object. */
export type SpecOf<Kind extends keyof Kinds> = NonNullable<Kinds[Kind]["spec"]>;

/** The objects of one or more manifest files, in order; a mutant changes them in place. */
export class Manifest {
  readonly files: readonly ManifestFile[];

  constructor(files: readonly ManifestFile[]) {
    this.files = files;
  }

  get objects(): ManifestObject[] {
    return this.files.flatMap(({ objects }) => objects);
  }

  /** Only what is in these files. */
  only(names: readonly string[]): Manifest {
    return new Manifest(this.files.filter(({ name }) => names.includes(name)));
  }

  /** A copy that can be changed without changing this one. */
  copy(): Manifest {
    return new Manifest(structuredClone(this.files));
  }

  /** Leaves out all objects of that kind but those named: a mutant need not run what its claim does not look at. */
  keep(kind: string, ...names: readonly string[]): void {
    for (const { objects } of this.files) {
      const kept = objects.filter((object) => object.kind !== kind || names.includes(object.metadata.name));
      objects.splice(0, objects.length, ...kept);
    }
  }

  /** The object of that kind and name. @throws {Error} when there is none */
  object<Kind extends keyof PlainKinds>(kind: Kind, name: string): ManifestObject & PlainKinds[Kind];
  object(kind: string, name: string): ManifestObject;
  object(kind: string, name: string): ManifestObject {
    const found = this.objects.find((object) => object.kind === kind && object.metadata.name === name);
    if (!found) throw new Error(`the manifest has no ${kind} named ${name}`);
    return found;
  }

  /** The spec of the object of that kind and name. @throws {Error} when there is none */
  spec<Kind extends keyof Kinds>(kind: Kind, name: string): SpecOf<Kind> {
    const { spec } = this.object(kind, name);
    if (!spec) throw new Error(`${kind} ${name} has no spec`);
    return spec as SpecOf<Kind>;
  }

  /** The spec of a Pod, or of the Pods that a workload makes. @throws {Error} when there is none */
  podSpec(kind: WorkloadKind, name: string): V1PodSpec {
    const spec =
      kind === "Pod"
        ? this.spec(kind, name)
        : kind === "CronJob"
          ? this.spec(kind, name).jobTemplate.spec?.template.spec
          : this.spec(kind, name).template?.spec;
    if (!spec) throw new Error(`${kind} ${name} has no spec of its Pods`);
    return spec;
  }

  /** The Pod of that name. @throws {Error} when there is none */
  pod(name: string): V1Pod & { spec: NonNullable<V1Pod["spec"]> } {
    return this.object("Pod", name) as unknown as V1Pod & { spec: NonNullable<V1Pod["spec"]> };
  }

  /** A container of a Pod. @throws {Error} when there is none */
  container(pod: string, name: string): V1Container {
    return this.containerOf("Pod", pod, name);
  }

  /** A container of a Pod, or of the Pods that a workload makes. @throws {Error} when there is none */
  containerOf(kind: WorkloadKind, object: string, name: string): V1Container {
    const found = this.podSpec(kind, object).containers.find((container) => container.name === name);
    if (!found) throw new Error(`${kind} ${object} has no container named ${name}`);
    return found;
  }

  /** The same objects in other namespaces: `rename` maps the names in the files to those in the cluster. */
  inNamespaces(rename: (namespace: string) => string): Manifest {
    const moved = this.copy();
    for (const object of moved.objects) {
      if (object.kind === "Namespace") object.metadata.name = rename(object.metadata.name);
      if (object.metadata.namespace) object.metadata.namespace = rename(object.metadata.namespace);
      // A RoleBinding names the namespaces of those to whom it grants something.
      for (const subject of (object.subjects ?? []) as { namespace?: string }[]) {
        if (subject.namespace) subject.namespace = rename(subject.namespace);
      }
    }
    return moved;
  }
}

/** The text of a manifest file, as kubectl reads it: YAML 1.1, where words such as y and off need quotes. */
export function manifestText({ objects }: ManifestFile): string {
  return objects.map((object) => stringify(object, { version: "1.1" })).join("---\n");
}

/**
 * Reads manifest files by their names under {@link MANIFESTS}. Everything in them must be a Namespace named in
 * `namespaces` or live in one: a chapter never touches what is not its own.
 * @throws {Problem} naming file and remedy, also for a file without objects, and for an object that is there twice
 */
export function readManifests(files: readonly string[], namespaces: readonly string[]): Manifest {
  return parseManifests(
    files.map((name) => ({ name, text: readManifestText(name) })),
    namespaces,
  );
}

/** The objects in the texts of a chapter's manifest files. @throws {Problem} as {@link readManifests} does */
export function parseManifests(
  files: readonly { readonly name: string; readonly text: string }[],
  namespaces: readonly string[],
): Manifest {
  const manifest = new Manifest(
    files.map(({ name, text }) => {
      const path = `${MANIFESTS}/${name}`;
      const objects = parseManifest(text, path, namespaces);
      if (objects.length === 0) throw new Problem(`${path} holds no object`, remedyFor(path));
      return { name, objects };
    }),
  );
  refuseDoubles(manifest);
  return manifest;
}

/** Objects are applied side by side, and the last of two of one name would win: nobody knows which. A Namespace is the same each time. */
function refuseDoubles({ files }: Manifest): void {
  const seen = new Set<string>();
  for (const { name: file, objects } of files) {
    for (const { apiVersion, kind, metadata } of objects) {
      const identity = [apiVersion, kind, metadata.namespace, metadata.name].join(" ");
      if (kind !== "Namespace" && seen.has(identity)) {
        throw new Problem(
          `${MANIFESTS}/${file}: ${kind} ${metadata.name} is there twice`,
          "Remove one of them, or give it another name.",
        );
      }
      seen.add(identity);
    }
  }
}

/** The names of all manifest files under {@link MANIFESTS}. */
export function manifestNames(): string[] {
  return readdirSync(join(PROJECT_ROOT, MANIFESTS)).filter((name) => name.endsWith(".yaml"));
}

/** The text of a manifest file, by its name under {@link MANIFESTS}, as a reader sees it. */
export function readManifestText(file: string): string {
  return readFileSync(join(PROJECT_ROOT, MANIFESTS, file), "utf8");
}

/** The objects in the text of one manifest file, checked. @throws {Problem} naming file and remedy */
export function parseManifest(text: string, file: string, namespaces: readonly string[]): ManifestObject[] {
  return parseObjects(text, file).map((object, index) => checkObject(object, index + 1, file, namespaces));
}

/** Whatever the text of a manifest file holds. @throws {Problem} naming file and remedy when it is not YAML */
export function parseObjects(text: string, file: string): ManifestObject[] {
  const values = parseYaml(text, file, "1.2");
  // kubectl reads YAML 1.1, where y, n, on, off and 0o17 mean something else.
  if (!isDeepStrictEqual(values, parseYaml(text, file, "1.1"))) {
    throw new Problem(
      `${file} means something else to kubectl, which reads YAML 1.1`,
      `In ${file}, quote words such as y, n, yes, no, on and off, dates and numbers with colons; write octal numbers as decimal ones (420 for 0644), and write out in full what << merges.`,
    );
  }
  return values as ManifestObject[];
}

function parseYaml(text: string, file: string, version: "1.1" | "1.2"): unknown[] {
  return parseAllDocuments(text, { uniqueKeys: true, version }).flatMap((document) => {
    const [error] = document.errors;
    if (error) throw new Problem(`${file} is not YAML: ${error.message.split("\n")[0]}`, remedyFor(file));
    try {
      const value: unknown = document.toJS();
      return value === null ? [] : [value];
    } catch (cause) {
      // The library stops when aliases would blow a small file up to a huge value.
      throw new Problem(`${file} can't be read: ${(cause as Error).message}`, remedyFor(file), { cause });
    }
  });
}

function remedyFor(file: string): string {
  return `Correct ${file}: a reader must be able to apply it as it is.`;
}

/** Every image that some container of these objects runs. */
export function imagesOf(objects: readonly ManifestObject[]): string[] {
  const images = new Set<string>();
  const visit = (value: unknown) => {
    if (Array.isArray(value)) value.forEach(visit);
    else if (value !== null && typeof value === "object") {
      for (const [key, entry] of Object.entries(value)) {
        if (key === "image" && typeof entry === "string") images.add(entry);
        else visit(entry);
      }
    }
  };
  for (const object of objects) visit(object?.spec);
  return [...images].sort();
}

function checkObject(
  value: unknown,
  number: number,
  file: string,
  namespaces: readonly string[],
): ManifestObject {
  const remedy = remedyFor(file);
  const object = (value ?? {}) as Partial<ManifestObject>;
  const { apiVersion, kind, metadata } = object;
  const name = metadata?.name;
  if (typeof apiVersion !== "string" || typeof kind !== "string" || typeof name !== "string") {
    const missing = Object.entries({ apiVersion, kind, "metadata.name": name })
      .filter(([, field]) => typeof field !== "string")
      .map(([field]) => field);
    throw new Problem(
      `${file}: object ${number}${typeof kind === "string" ? `, a ${kind},` : ""} has no ${missing.join(", no ")}`,
      Array.isArray(object.items)
        ? `Write each item of the ${kind ?? "list"} as a document of its own, with --- between them.`
        : remedy,
    );
  }
  const own = kind === "Namespace" ? name : metadata?.namespace;
  if (own === undefined) {
    throw new Problem(`${file}: ${kind} ${name} names no namespace, or belongs to the whole cluster`, remedy);
  }
  if (!namespaces.includes(own)) {
    throw new Problem(
      `${file}: ${kind} ${name} is in namespace ${own}, which is not the chapter's (${namespaces.join(", ")})`,
      remedy,
    );
  }
  const nameless = imagesOf([object as ManifestObject]).find((image) => !isReference(image));
  if (nameless !== undefined) {
    throw new Problem(`${file}: ${kind} ${name}: "${nameless}" is not an image's name`, remedy);
  }
  return object as ManifestObject;
}
