import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { exponential, hashedRandom } from '../../src/lib/random.ts';
import { normalCdf, normalQuantile } from '../../src/metrics/normal.ts';
import {
  bootstrapMean,
  correlation,
  mean,
  type Pair,
  pairedDifference,
  quantile,
  wilson,
} from '../../src/metrics/statistics.ts';

const random = (name: string) => hashedRandom('statistics', name);
const FEW = { resamples: 400, level: 0.95 };

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

describe('the bootstrap interval of a mean', () => {
  test('of one value, or of values all alike, is the value', () => {
    expect(bootstrapMean([7], random('one'))).toEqual({ mean: 7, low: 7, high: 7 });
    expect(bootstrapMean([0.1, 0.1, 0.1], random('same'))).toEqual({
      mean: 0.1,
      low: 0.1,
      high: 0.1,
    });
  });

  test('holds the mean and lies within the values', () => {
    const values = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), {
      minLength: 1,
      maxLength: 30,
    });
    fc.assert(
      fc.property(values, (drawn) => {
        const { mean: center, low, high } = bootstrapMean(drawn, random('any'), FEW);
        expect(low).toBeLessThanOrEqual(center);
        expect(high).toBeGreaterThanOrEqual(center);
        const slack = 1e-6;
        expect(low).toBeGreaterThanOrEqual(Math.min(...drawn) - slack);
        expect(high).toBeLessThanOrEqual(Math.max(...drawn) + slack);
      }),
    );
  });

  test('leans to the side of the long tail', () => {
    const values = Array.from({ length: 40 }, (_, i) => -Math.log(1 - (i + 0.5) / 40));
    const { mean: center, low, high } = bootstrapMean(values, random('skew'));
    expect(high - center).toBeGreaterThan((center - low) * 1.15);
  });

  test('is the same for the same stream', () => {
    const values = [1, 2, 4, 8, 16];
    expect(bootstrapMean(values, random('a'))).toEqual(bootstrapMean(values, random('a')));
  });

  test('holds the true mean about as often as it says, for skewed values', () => {
    const draw = random('coverage');
    let held = 0;
    for (let trial = 0; trial < 300; trial++) {
      const values = Array.from({ length: 40 }, () => exponential(draw, 1_000_000));
      const { low, high } = bootstrapMean(values, draw, FEW);
      if (low <= 1_000_000 && 1_000_000 <= high) held++;
    }
    expect(held / 300).toBeGreaterThan(0.9);
    expect(held / 300).toBeLessThan(0.98);
  });
});

describe("Wilson's interval", () => {
  test('agrees with the published example and stays within 0 and 1', () => {
    const { low, high } = wilson(81, 263);
    expect(low).toBeCloseTo(0.2553, 4);
    expect(high).toBeCloseTo(0.3662, 4);
    expect(wilson(0, 20).low).toBe(0);
    expect(wilson(0, 20).high).toBeCloseTo(0.1611, 4);
    expect(wilson(20, 20).high).toBe(1);
    expect(wilson(0, 0)).toEqual({ low: 0, high: 1 });
  });
});

describe('paired differences', () => {
  const noisy = (shift: number, count: number): Pair[] => {
    const draw = random('pairs');
    return Array.from({ length: count }, () => {
      const seed = draw.float() * 100;
      return [seed + shift + draw.float(), seed + draw.float()] as const;
    });
  };

  test('see a small difference through a large variation between seeds', () => {
    const pairs = noisy(1, 20);
    expect(pairedDifference(pairs, random('b'))).toMatchObject({ verdict: 'higher' });
    expect(pairedDifference(noisy(-1, 20), random('b'))).toMatchObject({ verdict: 'lower' });
    expect(correlation(pairs)).toBeGreaterThan(0.99);
  });

  test('say so when there is nothing to see', () => {
    const draw = random('none');
    const pairs = Array.from({ length: 40 }, () => [draw.float(), draw.float()] as const);
    const { low, high, verdict } = pairedDifference(pairs, random('b'));
    expect(low).toBeLessThan(0);
    expect(high).toBeGreaterThan(0);
    expect(verdict).toBe('no detectable difference');
  });

  test('a handful of pairs detects nothing, however clear they look', () => {
    const pairs = [1, 2, 3, 4, 5].map((n): Pair => [n + 10, n]);
    expect(pairedDifference(pairs, random('b'))).toEqual({
      difference: 10,
      low: 10,
      high: 10,
      verdict: 'no detectable difference',
    });
    const more: Pair[] = [...pairs, [16, 6]];
    expect(pairedDifference(more, random('b')).verdict).toBe('higher');
  });

  test('there is no correlation with what does not vary', () => {
    expect(
      correlation([
        [1, 2],
        [2, 2],
      ]),
    ).toBeUndefined();
    expect(
      correlation([
        [1, 2],
        [2, 1],
        [3, 0],
      ]),
    ).toBeCloseTo(-1, 12);
    expect(mean([1, 2, 6])).toBe(3);
  });
});
