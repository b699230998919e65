import { bridgeOf } from "../engine/private-network.ts";

/**
 * What is there after a round and was not before it, by the names of `remains()`. The engine runs on, in a folder
 * `/run/proven-tutorial-<id>`: its cgroups of the same name come with its first container, and its bridge counts as a
 * link only while containers are at it. These are not left behind.
 */
export function leftBehind(before: readonly string[], after: readonly string[]): string[] {
  const ids = before.flatMap((name) => /^folder \/run\/proven-tutorial-(\w+)$/.exec(name)?.[1] ?? []);
  const isOfEngine = (name: string) =>
    ids.some(
      (id) =>
        name === `link ${bridgeOf(id)}` ||
        (name.startsWith("cgroup ") && name.endsWith(`/proven-tutorial-${id}`)),
    );
  return after.filter((name) => !before.includes(name) && !isOfEngine(name));
}
