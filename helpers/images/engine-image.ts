import type Dockerode from "dockerode";
import { LABEL } from "../run.ts";

/** Label of what stands in for an image that couldn't be pulled. */
export const STAND_IN_LABEL = `${LABEL}.stand-in`;
/** Label with the Kubernetes version of a node that was built here. */
export const KUBERNETES_LABEL = `${LABEL}.kubernetes`;
/** Label with the hash of everything that an image was built from. */
export const RECIPE_LABEL = `${LABEL}.recipe`;
/** Name under which images that were built here are kept in the engine. */
export const OWN_REPOSITORY = "proven-tutorial";

/** An image as the engine has it. */
export interface EngineImage {
  readonly name: string;
  readonly id: string;
  readonly architecture: string;
  /** Digests under which registries gave it; none when it was built or loaded. */
  readonly repoDigests: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
}

/** Looks an image up in the engine; undefined when it isn't there. */
export async function findImage(docker: Dockerode, name: string): Promise<EngineImage | undefined> {
  try {
    const { Id, Architecture, RepoDigests, Config } = await docker.getImage(name).inspect();
    return {
      name,
      id: Id.startsWith("sha256:") ? Id : `sha256:${Id}`,
      architecture: Architecture,
      repoDigests: RepoDigests ?? [],
      labels: Config?.Labels ?? {},
    };
  } catch (error) {
    if ((error as { statusCode?: number }).statusCode === 404) return undefined;
    throw error;
  }
}

/** Whether a registry gave this image under `digest`; undefined when that isn't known. */
export function hasDigest(image: EngineImage, digest: string): boolean | undefined {
  if (image.id === digest) return true;
  if (image.repoDigests.length === 0) return undefined;
  return image.repoDigests.some((name) => name.endsWith(`@${digest}`));
}
