/** Small pure judgements for `holds`, so that a chapter reads as prose. */

/** Whether every value named in `wanted` is exactly that in `seen`. */
export function matches(
  seen: Readonly<Record<string, unknown>>,
  wanted: Readonly<Record<string, unknown>>,
): boolean {
  return Object.entries(wanted).every(([key, value]) => seen[key] === value);
}

/** Whether there are at least two values and all of them are equal. */
export function allEqual(values: Readonly<Record<string, unknown>>): boolean {
  const all = Object.values(values);
  return all.length > 1 && new Set(all).size === 1;
}

/** Whether there are at least two values and no two of them are equal. */
export function allDifferent(values: Readonly<Record<string, unknown>>): boolean {
  const all = Object.values(values);
  return all.length > 1 && new Set(all).size === all.length;
}

/**
 * The values of exactly these names, in this order: what a statement says of some can't be shown by fewer.
 * @throws {Error} naming those that are missing
 */
export function pick<T>(values: Readonly<Record<string, T>>, names: readonly string[]): Record<string, T> {
  const missing = names.filter((name) => !(name in values));
  if (missing.length > 0) throw new Error(`there is no ${missing.join(" and no ")}`);
  return Object.fromEntries(names.map((name) => [name, values[name] as T]));
}
