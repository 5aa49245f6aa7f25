import { describe, expect, test } from 'vitest';
import { hashedRandom } from '../../src/lib/random.ts';
import { transformedT } from '../../src/metrics/mean-interval.ts';
import { intervalAtLook, levelAtLook, looks, stops } from '../../src/metrics/sequential.ts';
import { areAlike, mean } from '../../src/metrics/statistics.ts';
import {
  type Distribution,
  drawn,
  EXPONENTIAL,
  holds,
  MOSTLY_ZERO,
  share,
} from '../support/coverage.ts';

const random = (name: string) => hashedRandom('sequential', name);
const LOOKS = 9;

/** The first sizes at which to look. */
function sizes(count: number): number[] {
  const found: number[] = [];
  for (const size of looks()) {
    if (found.push(size) === count) break;
  }
  return found;
}

test('looks are geometric, from 50 seeds on', () => {
  expect(sizes(6)).toEqual([50, 75, 113, 170, 255, 383]);
  expect(() => looks(49).next()).toThrow('looks from 49');
  expect(() => looks(50, 1).next()).toThrow('by 1');
});

test('what all looks may miss adds up to what one may', () => {
  const alphas = Array.from({ length: 100_000 }, (_, k) => 1 - levelAtLook(k, 0.95));
  expect(alphas.reduce((sum, alpha) => sum + alpha, 0)).toBeCloseTo(0.05, 5);
  expect(alphas[0]).toBeCloseTo(0.0304, 4);
});

describe('whoever stops when it suits', () => {
  /** The share of sweeps in which some look missed the truth: one may be made to stop there. */
  const missed = (it: Distribution, interval: typeof intervalAtLook): number => {
    const draws = random(it.name);
    const all = sizes(LOOKS);
    return share(1_000, () => {
      const values = drawn(it, all.at(-1) as number, draws);
      return all.some((size, k) => !holds(interval(values.slice(0, size), k, 0.95), it.mean));
    });
  };

  test.each([EXPONENTIAL, MOSTLY_ZERO])('is wrong in 5 % at most: $name', (it) => {
    expect(missed(it, intervalAtLook)).toBeLessThan(0.05 + 2 * Math.sqrt((0.05 * 0.95) / 1_000));
  });

  test('is wrong three times as often with an interval for one look', () => {
    const naive = missed(EXPONENTIAL, (values) => ({
      ...transformedT(values, 0.95),
      ...{ mean: mean(values), count: values.length, hasSpread: !areAlike(values) },
    }));
    expect(naive).toBeGreaterThan(0.15);
  });
});

describe('a sweep stops', () => {
  test('at a narrow interval, of enough seeds', () => {
    const values = drawn(EXPONENTIAL, 50, random('stop'));
    const interval = intervalAtLook(values, 0);
    const width = interval.high - interval.low;
    expect(stops(interval, width)).toBe(true);
    expect(stops(interval, width * 0.999)).toBe(false);
    expect(stops(intervalAtLook(values.slice(0, 49), 0), 1_000)).toBe(false);
  });

  test('never for want of spread', () => {
    const interval = intervalAtLook(Array(5_000).fill(0.1), 11);
    expect(interval).toMatchObject({ mean: expect.closeTo(0.1, 9), low: 0.1, high: 0.1 });
    expect(stops(interval, 1)).toBe(false);
  });
});
