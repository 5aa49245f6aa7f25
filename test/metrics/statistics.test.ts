import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { normalCdf, normalQuantile } from '../../src/metrics/normal.ts';
import { areAlike, mean, momentsOf, quantile } from '../../src/metrics/statistics.ts';
import { studentQuantile } from '../../src/metrics/student.ts';

describe('quantiles', () => {
  test('are the nearest rank', () => {
    const values = [15, 20, 35, 40, 50];
    expect([0, 0.05, 0.3, 0.4, 0.5, 1].map((q) => quantile(values, q))).toEqual([
      15, 15, 20, 20, 35, 50,
    ]);
    expect(quantile([], 0.5)).toBeUndefined();
  });

  test('are values, and rise', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer(), { minLength: 1 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (values, p, q) => {
          const [low, high] = [quantile(values, Math.min(p, q)), quantile(values, Math.max(p, q))];
          expect(values).toContain(low);
          expect(low).toBeLessThanOrEqual(high as number);
        },
      ),
    );
  });
});

describe('the normal distribution', () => {
  test('agrees with tables', () => {
    expect(normalCdf(0)).toBeCloseTo(0.5, 6);
    expect(normalCdf(1.959963985)).toBeCloseTo(0.975, 6);
    expect(normalCdf(-3)).toBeCloseTo(0.0013499, 6);
    expect(normalQuantile(0.975)).toBeCloseTo(1.959963985, 6);
    expect(normalQuantile(0.01)).toBeCloseTo(-2.326347874, 6);
  });

  test('its two functions are inverses', () => {
    for (let p = 0.001; p < 1; p += 0.001) expect(normalCdf(normalQuantile(p))).toBeCloseTo(p, 6);
    expect(() => normalQuantile(0)).toThrow(RangeError);
  });
});

describe("Student's t", () => {
  test('agrees with tables', () => {
    const table = [
      [1, 0.975, 12.7062],
      [2, 0.975, 4.30265],
      [3, 0.975, 3.18245],
      [5, 0.95, 2.01505],
      [10, 0.995, 3.16927],
      [29, 0.975, 2.04523],
      [100, 0.9995, 3.39049],
    ] as const;
    for (const [freedom, p, t] of table) {
      expect(studentQuantile(p, freedom) / t).toBeCloseTo(1, 4);
      expect(studentQuantile(1 - p, freedom) / t).toBeCloseTo(-1, 4);
    }
    expect(studentQuantile(0.5, 7)).toBe(0);
  });

  test('tends to the normal distribution', () => {
    for (const p of [0.6, 0.975, 0.9999]) {
      expect(studentQuantile(p, 1e7)).toBeCloseTo(normalQuantile(p), 4);
    }
  });
});

describe('moments', () => {
  test('agree with a worked example, whatever the unit', () => {
    for (const unit of [1, 1e-200, 1e9]) {
      const { mean: center, deviation, skewness } = momentsOf([1, 2, 6].map((it) => it * unit));
      expect(center / unit).toBeCloseTo(3, 9);
      expect(deviation / unit).toBeCloseTo(Math.sqrt(7), 9);
      expect(skewness).toBeCloseTo(6 / (14 / 3) ** 1.5, 9);
    }
  });

  test('see no spread where there is none but rounding', () => {
    const alike = [0.1, 0.1, 0.1];
    expect(mean(alike)).not.toBe(0.1);
    expect(areAlike(alike)).toBe(true);
    expect(momentsOf(alike)).toEqual({ count: 3, mean: 0.1, deviation: 0, skewness: 0 });
  });
});
