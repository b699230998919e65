import { expect, test } from "vitest";
import { figureOf, figuresOf, formatFigure, ratiosOf } from "./statistics.ts";

test("the median is what is in the middle, whatever the order", () => {
  expect(figureOf([3, 1, 10])).toEqual({ runs: 3, min: 1, median: 3, max: 10 });
  expect(figureOf([4, 1, 2, 3]).median).toBe(2.5);
  expect(() => figureOf([])).toThrow(RangeError);
  expect(() => figureOf([1, NaN])).toThrow(RangeError);
});

test("ratios are taken run by run", () => {
  expect(ratiosOf([1, 4, 3], [2, 4, 2])).toEqual({ runs: 3, min: 0.5, median: 1, max: 1.5 });
  expect(() => ratiosOf([1, 2], [1])).toThrow(RangeError);
});

test("each name is summed up over the runs that have it", () => {
  expect(figuresOf([{ a: 1, b: 5 }, { a: 3 }])).toEqual({ a: figureOf([1, 3]), b: figureOf([5]) });
});

test("a figure is told with its range, unless it was measured once", () => {
  expect(formatFigure(figureOf([1.384, 1.42, 1.6]))).toBe("1.42 (1.38 to 1.60)");
  expect(formatFigure(figureOf([240]), 0)).toBe("240");
});
