import fc from 'fast-check';
import { expect, test } from 'vitest';
import { pooledQuantiles, rounded, SeriesMean } from '../../src/explore/pooling.ts';

test('few values are kept, sorted as numbers', () => {
  expect(pooledQuantiles([10, 9, 100, 1, 9])).toEqual([1, 9, 9, 10, 100]);
  expect(pooledQuantiles([])).toEqual([]);
});

test('many values are thinned evenly, the ends kept', () => {
  const values = Array.from({ length: 3_991 }, (_, i) => 3_990 - i);
  const kept = pooledQuantiles(values);
  expect(kept.length).toBe(400);
  expect(kept).toEqual(Array.from({ length: 400 }, (_, i) => 10 * i));
});

test('whatever is pooled: sorted, at most 400, within the values, ends included', () => {
  const values = fc.array(fc.integer({ min: -1_000, max: 1_000 }), {
    minLength: 1,
    maxLength: 900,
  });
  fc.assert(
    fc.property(values, (all) => {
      const kept = pooledQuantiles(all);
      expect(kept.length).toBe(Math.min(all.length, 400));
      expect([...kept].sort((a, b) => a - b)).toEqual(kept);
      expect(kept[0]).toBe(Math.min(...all));
      expect(kept.at(-1)).toBe(Math.max(...all));
      for (const value of kept) expect(all).toContain(value);
    }),
    { numRuns: 50 },
  );
});

test('numbers of a report have six digits', () => {
  expect(rounded(1 / 3)).toBe(0.333333);
  expect(rounded(12_345_678)).toBe(12_345_700);
});

test('a mean of series counts only who had a value, bucket by bucket', () => {
  const mean = new SeriesMean({ unit: 'ratio', bucketUs: 5_000_000 });
  mean.add([1, null, null]);
  mean.add([0, 0.5, null, 3]);
  expect(mean.finish()).toEqual({
    unit: 'ratio',
    bucketUs: 5_000_000,
    values: [0.5, 0.5, null, 3],
  });
});
