import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hashedRandom } from '../../src/lib/random.ts';
import { bootstrapT, meanInterval, transformedT } from '../../src/metrics/mean-interval.ts';
import { type Distribution, drawn, holds, SKEWED, share } from '../support/coverage.ts';

const random = (name: string) => hashedRandom('mean-interval', name);

const README = resolve(import.meta.dirname, '../../README.md');

/** As many trials and resamples as the figures in README rest on. */
const TRIALS = 2_000;
const FEW = { resamples: 400 };

const coverage = (distribution: Distribution, count: number): number => {
  const draws = random(`${distribution.name} ${count}`);
  return share(TRIALS, () =>
    holds(meanInterval(drawn(distribution, count, draws), draws, FEW), distribution.mean),
  );
};

describe('the interval of a mean', () => {
  test.each(SKEWED)('holds the true mean in 93 to 97 % of 2,000 trials of 300: $name', (it) => {
    const held = coverage(it, 300);
    expect(held).toBeGreaterThanOrEqual(0.93);
    expect(held).toBeLessThanOrEqual(0.97);
  });

  // Skipped where there is no README.md, as in an unpacked package without documents.
  test.skipIf(!existsSync(README))('holds it with 30 values as often as README says', () => {
    const text = readFileSync(README, 'utf8').replace(/\s+/g, ' ');
    const said = /with 30 seeds in (\d+), (\d+) and (\d+) %/.exec(text);
    const measured = SKEWED.map((it) => Math.round(100 * coverage(it, 30)));
    expect(said?.slice(1).map(Number)).toEqual(measured);
  });

  test('holds it with more values than are resampled', () => {
    const [exponential] = SKEWED;
    const draws = random('many');
    const held = share(400, () => {
      const interval = meanInterval(drawn(exponential, 2_500, draws), draws);
      expect(interval.method).toBe('transformed t');
      return holds(interval, 1);
    });
    expect(held).toBeGreaterThan(0.92);
    expect(held).toBeLessThan(0.98);
  });

  test('of one value, or of values all alike, is the value', () => {
    for (const values of [[7], [0.1, 0.1, 0.1]]) {
      const [value] = values as [number];
      const interval = { mean: value, low: value, high: value, method: 'none' };
      expect(meanInterval(values, random('alike'))).toEqual(interval);
    }
  });

  test('holds the mean and stays within bounds, and is always finite', () => {
    const values = fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }), {
      minLength: 1,
      maxLength: 40,
    });
    const bounds = { resamples: 200, least: 0, most: 1e6 };
    fc.assert(
      fc.property(values, (some) => {
        const { mean: center, low, high } = meanInterval(some, random('any'), bounds);
        expect(low).toBeLessThanOrEqual(center);
        expect(high).toBeGreaterThanOrEqual(center);
        expect(low).toBeGreaterThanOrEqual(0);
        expect(high).toBeLessThanOrEqual(1e6);
      }),
    );
  });

  test('where most values are alike, does without resamples that have no spread', () => {
    const values = Array.from({ length: 30 }, (_, i) => (i < 2 ? 8 : 0));
    const options = { resamples: 400, level: 0.95 };
    expect(bootstrapT(values, random('rare'), options)).toBeUndefined();
    const { high, method } = meanInterval(values, random('rare'), { least: 0 });
    expect(method).toBe('transformed t');
    expect(high).toBeGreaterThan(1);
    expect(high).toBeLessThan(8);
  });

  test('leans to the side of the long tail', () => {
    const values = Array.from({ length: 40 }, (_, i) => -Math.log(1 - (i + 0.5) / 40));
    const { mean: center, low, high } = meanInterval(values, random('skew'));
    expect(high - center).toBeGreaterThan((center - low) * 1.15);
    const bent = transformedT(values, 0.95);
    expect(bent.high - center).toBeGreaterThan((center - bent.low) * 1.15);
  });

  test('is the same for the same stream', () => {
    const values = Array.from({ length: 25 }, (_, i) => i ** 2);
    const interval = meanInterval(values, random('a'));
    expect(interval.method).toBe('bootstrap-t');
    expect(meanInterval(values, random('a'))).toEqual(interval);
  });
});

describe("Hall's transformed t", () => {
  test("is Student's interval without skewness", () => {
    // Mean 3, deviation √2.5, t(0.975; 4) = 2.77645.
    const { low, high } = transformedT([1, 2, 3, 4, 5], 0.95);
    const reach = 2.77645 * Math.sqrt(2.5 / 5);
    expect(low).toBeCloseTo(3 - reach, 4);
    expect(high).toBeCloseTo(3 + reach, 4);
  });

  test('turned round, it is the interval of values turned round', () => {
    const values = drawn(SKEWED[1], 25, random('mirror'));
    const { low, high } = transformedT(values, 0.99);
    const mirrored = transformedT(
      values.map((it) => -it),
      0.99,
    );
    expect(mirrored.low).toBeCloseTo(-high, 9);
    expect(mirrored.high).toBeCloseTo(-low, 9);
  });
});
