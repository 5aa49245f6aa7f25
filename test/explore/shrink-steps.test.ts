import fc from 'fast-check';
import { expect, test } from 'vitest';
import { digits, fewest, roundestBetween, simplest } from '../../src/explore/shrink-steps.ts';

test('delta debugging keeps exactly what is needed', () => {
  const lists = fc.uniqueArray(fc.nat(1_000), { minLength: 1, maxLength: 40 });
  fc.assert(
    fc.property(lists, fc.func(fc.boolean()), (items, needed) => {
      const wanted = items.filter((item) => needed(item));
      const asked: string[] = [];
      const left = fewest(items, (subset) => {
        asked.push(subset.join());
        return wanted.every((item) => subset.includes(item));
      });
      expect(left).toEqual(wanted);
      expect(asked).not.toContain(items.join());
    }),
    { numRuns: 200 },
  );
});

test('where several items do as well as one another, none of the rest can be left out', () => {
  // Any two of five do.
  const left = fewest([1, 2, 3, 4, 5], (subset) => subset.length >= 2);
  expect(left.length).toBe(2);
});

test('a number between two others has as few digits as it can', () => {
  expect(roundestBetween(0, 23_417_193)).toBe(10_000_000);
  expect(roundestBetween(20_000_000, 23_417_193)).toBe(22_000_000);
  expect(roundestBetween(7, 8)).toBeUndefined();
  expect(roundestBetween(1, 2, 0.01)).toBe(1.5);
  expect(roundestBetween(-500, -20)).toBe(-300);
  const pairs = fc.tuple(fc.integer({ min: -1e12, max: 1e12 }), fc.integer({ min: 2, max: 1e9 }));
  fc.assert(
    fc.property(pairs, ([low, width]) => {
      const found = roundestBetween(low, low + width) as number;
      expect(found).toBeGreaterThan(low);
      expect(found).toBeLessThan(low + width);
      expect(Number.isInteger(found)).toBe(true);
    }),
  );
});

test('a number ends near the bound at which it stops to hold, and round', () => {
  const bounds = fc.integer({ min: 0, max: 60_000_000 });
  fc.assert(
    fc.property(bounds, (bound) => {
      let tries = 0;
      const search = { value: 61_234_567, goal: 0 };
      const found = simplest(search, (value) => {
        tries++;
        return value >= bound;
      });
      expect(found).toBeGreaterThanOrEqual(bound);
      expect(found).toBeLessThanOrEqual(61_234_567);
      expect(tries).toBeLessThanOrEqual(8);
      expect(digits(found)).toBeLessThanOrEqual(8);
    }),
  );
  expect(simplest({ value: 23_417_193, goal: 0 }, (value) => value >= 19_970_000)).toBe(20_000_000);
  expect(simplest({ value: 5, goal: 5 }, () => false)).toBe(5);
});
