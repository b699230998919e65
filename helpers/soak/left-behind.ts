import { basename } from "node:path";

/**
 * What is there after a round and was not before it, by the names of `remains()`. The engine runs on, in a folder under
 * /run and in cgroups of the same name, which it makes with its first container: these are not left behind.
 */
export function leftBehind(before: readonly string[], after: readonly string[]): string[] {
  const engines = before.filter((name) => name.startsWith("folder /run/")).map((name) => basename(name));
  const isOfEngine = (name: string) => name.startsWith("cgroup ") && engines.includes(basename(name));
  return after.filter((name) => !before.includes(name) && !isOfEngine(name));
}
