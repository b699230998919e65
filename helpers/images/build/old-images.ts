import type Dockerode from "dockerode";
import { parseReference, repositoryName } from "../reference.ts";

/** How many images of a name are kept, the one in use among them: for a change that is taken back. */
const KEPT = 3;

/**
 * Removes what was built before `name` under the same name, but the newest. What a container was made of is kept, and
 * what can't be removed stays.
 */
export async function removeOldImages(docker: Dockerode, name: string): Promise<void> {
  try {
    const { tag = "latest" } = parseReference(name);
    const repository = repositoryName(name);
    // The images themselves are all equally old, so that the same parts make the same image.
    await docker.getImage(name).tag({ repo: repository, tag });
    if ((await taggedAt(docker, name)) === 0) return;
    const images = await docker.listImages({ filters: JSON.stringify({ reference: [repository] }) });
    const names = images.flatMap(({ RepoTags }) => RepoTags ?? []).filter((other) => other !== name);
    const times = await Promise.all(
      names.map(async (other) => ({ other, time: await taggedAt(docker, other) })),
    );
    const older = times.sort((a, b) => b.time - a.time).slice(KEPT - 1);
    // Without force: the engine keeps what containers use.
    for (const { other } of older)
      await docker
        .getImage(other)
        .remove()
        .catch(() => undefined);
  } catch {
    // Old images cost space and nothing else.
  }
}

/** What engines tell of an image besides. */
interface Inspected {
  readonly Metadata?: { readonly LastTagTime?: string };
}

/** When the engine got it, in milliseconds; 0 when it doesn't say. */
async function taggedAt(docker: Dockerode, name: string): Promise<number> {
  const image = (await docker.getImage(name).inspect()) as Dockerode.ImageInspectInfo & Inspected;
  return Math.max(0, Date.parse(image.Metadata?.LastTagTime ?? "") || 0);
}
