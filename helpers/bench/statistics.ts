import { z } from "zod";

/** A figure over several runs, on a machine that is never quite idle: what is in the middle, and how far it varies. */
export const figure = z.strictObject({
  runs: z.int().min(1),
  min: z.number(),
  median: z.number(),
  max: z.number(),
});

export type Figure = z.infer<typeof figure>;

/** How many digits are kept: a thousandth of a second says more than the machine can repeat. */
const DIGITS = 1000;

/** Sums up what was measured. @throws {RangeError} when nothing was, or something that is no number */
export function figureOf(values: readonly number[]): Figure {
  const sorted = values.toSorted((a, b) => a - b);
  const [min] = sorted;
  const max = sorted.at(-1);
  if (min === undefined || max === undefined || values.some(Number.isNaN)) {
    throw new RangeError("nothing was measured");
  }
  return { runs: sorted.length, min: rounded(min), median: rounded(medianOf(sorted)), max: rounded(max) };
}

/** Sums up, name by name, what each run measured. A name that is missing in some run is summed up over the others. */
export function figuresOf(runs: readonly Readonly<Record<string, number>>[]): Record<string, Figure> {
  const names = [...new Set(runs.flatMap((run) => Object.keys(run)))];
  return Object.fromEntries(
    names.map((name) => [name, figureOf(runs.flatMap((run) => (name in run ? [run[name] ?? NaN] : [])))]),
  );
}

/** How many times as large as the others each is, run by run: what troubles the machine troubles both. */
export function ratiosOf(values: readonly number[], others: readonly number[]): Figure {
  return figureOf(values.map((value, run) => value / (others[run] ?? NaN)));
}

/** `1.42 (1.38 to 1.61)` */
export function formatFigure({ runs, min, median, max }: Figure, digits = 2): string {
  const [low, middle, high] = [min, median, max].map((value) => value.toFixed(digits));
  return runs === 1 ? `${middle}` : `${middle} (${low} to ${high})`;
}

function medianOf(sorted: readonly number[]): number {
  const middle = sorted.length / 2;
  const upper = sorted[Math.floor(middle)] ?? NaN;
  return Number.isInteger(middle) ? ((sorted[middle - 1] ?? NaN) + upper) / 2 : upper;
}

function rounded(value: number): number {
  return Math.round(value * DIGITS) / DIGITS;
}
