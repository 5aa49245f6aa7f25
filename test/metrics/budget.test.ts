import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { HOUR, MINUTE, SECOND } from '../../src/lib/units.ts';
import { budgetUsed, worstBurns } from '../../src/metrics/budget.ts';
import '../support/property-seed.ts';

test('a budget is the error that an objective allows', () => {
  expect(budgetUsed(0.99, 0.99)).toBe(1);
  expect(budgetUsed(0.97, 0.99)).toBeCloseTo(3, 12);
  expect(budgetUsed(1, 0.99)).toBe(0);
  expect(budgetUsed(1, 1)).toBeUndefined();
});

describe('the worst burn', () => {
  const values = Array.from({ length: 120 }, (_, i) => (i >= 30 && i < 36 ? 0 : 1));

  test('is that of the worst minute; an hour does not fit into two minutes', () => {
    // Six of sixty seconds went wrong, where one in a hundred may.
    expect(worstBurns({ bucketUs: SECOND, values }, 0.99)).toEqual([
      { windowUs: MINUTE, rate: expect.closeTo(10, 9) },
    ]);
  });

  test('counts whole buckets: a minute is six of ten seconds, an hour is 360', () => {
    const long = [...values, ...Array.from({ length: 400 }, () => 1)];
    expect(worstBurns({ bucketUs: 10 * SECOND, values: long }, 0.5)).toEqual([
      { windowUs: MINUTE, rate: expect.closeTo(2, 9) },
      { windowUs: HOUR, rate: expect.closeTo((2 * 6) / 360, 9) },
    ]);
  });

  test('passes over buckets in which nothing was asked', () => {
    const sparse = values.map((value, i) => (i % 2 === 0 ? value : null));
    expect(worstBurns({ bucketUs: SECOND, values: sparse }, 0.9)[0]?.rate).toBeCloseTo(1, 9);
    expect(worstBurns({ bucketUs: SECOND, values: Array(120).fill(null) }, 0.9)).toEqual([]);
  });

  test('is what averaging every window finds', () => {
    const bucket = fc.option(fc.double({ min: 0, max: 1, noNaN: true }), { nil: null });
    fc.assert(
      fc.property(fc.array(bucket, { minLength: 6, maxLength: 40 }), (drawn) => {
        const means = drawn.slice(5).flatMap((_, i) => {
          const known = drawn.slice(i, i + 6).filter((value) => value !== null);
          return known.length === 0 ? [] : [known.reduce((a, b) => a + b, 0) / known.length];
        });
        const [burn] = worstBurns({ bucketUs: 10 * SECOND, values: drawn }, 0.8);
        if (means.length === 0) expect(burn).toBeUndefined();
        else expect(burn?.rate).toBeCloseTo((1 - Math.min(...means)) / 0.2, 9);
      }),
    );
  });
});
