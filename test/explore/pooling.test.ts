import fc from 'fast-check';
import { expect, test } from 'vitest';
import { pooledQuantiles, rounded, SeriesMean } from '../../src/explore/pooling.ts';
import { sketchOf } from '../../src/metrics/sketch.ts';

const near = (value: number): unknown => expect.closeTo(value, value > 100 ? -1 : 0);

test('few values are all kept, rising, each within 1 %', () => {
  expect(pooledQuantiles(sketchOf([10, 9, 100, 0, 9]))).toEqual([
    0,
    near(9),
    near(9),
    near(10),
    100,
  ]);
  expect(pooledQuantiles(sketchOf([]))).toEqual([]);
  expect(pooledQuantiles(sketchOf([7]))).toEqual([7]);
});

test('many values are thinned evenly, the ends kept', () => {
  const kept = pooledQuantiles(sketchOf(Array.from({ length: 3_991 }, (_, i) => 3_990 - i)));
  expect(kept.length).toBe(400);
  expect([kept[0], kept.at(-1)]).toEqual([0, 3_990]);
  kept.forEach((value, i) => {
    // Bins are joined where there would be too many, so 2 % at most.
    expect(Math.abs(value - 10 * i), `${i}`).toBeLessThanOrEqual(0.03 * 10 * i + 1);
  });
});

test('whatever is pooled: rising, at most 400, about as large as the values', () => {
  const values = fc.array(fc.integer({ min: 0, max: 1_000 }), { minLength: 1, maxLength: 900 });
  fc.assert(
    fc.property(values, (all) => {
      const kept = pooledQuantiles(sketchOf(all));
      expect(kept.length).toBe(Math.min(all.length, 400));
      expect([...kept].sort((a, b) => a - b)).toEqual(kept);
      expect(kept.at(-1)).toBe(Math.max(...all));
      const least = Math.min(...all);
      expect(Math.abs((kept[0] as number) - least)).toBeLessThanOrEqual(0.03 * least);
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
