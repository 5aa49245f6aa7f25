import { describe, expect, test } from 'vitest';
import { hashedRandom } from '../../src/lib/random.ts';
import {
  batchInterval,
  batchMeans,
  deletedInterval,
  downMinutesPerYear,
  lagOneOf,
  nines,
  steadyPart,
} from '../../src/metrics/steady.ts';
import { share } from '../support/coverage.ts';

const random = (name: string) => hashedRandom('steady', name);

/** A process that forgets what it was by a factor a step, from a start far off its mean of 0. */
function wandering(name: string, count: number, start: number, keeps = 0.8): number[] {
  const draw = random(name);
  let value = start;
  return Array.from({ length: count }, () => {
    value = keeps * value + (draw.float() - 0.5);
    return value;
  });
}

describe('MSER-5', () => {
  test('drops the way from a bad start, and little more', () => {
    for (const name of ['a', 'b', 'c', 'd']) {
      const { dropped, values } = steadyPart(wandering(name, 1_000, 200))!;
      // 200 has shrunk to less than the noise of 0.5 after about 27 steps.
      expect(dropped).toBeGreaterThanOrEqual(20);
      expect(dropped).toBeLessThanOrEqual(200);
      expect(values).toHaveLength(1_000 - dropped);
    }
  });

  test('chooses by the formula', () => {
    const series = [9, 4, 1, 0, 0, 1, 0, 1, 1, 0, 0, 1].flatMap((it) => Array(5).fill(it));
    const batches = batchMeans(series, 5);
    const scores = batches.slice(0, 8).map((_, d) => {
      const rest = batches.slice(d);
      const center = rest.reduce((sum, it) => sum + it, 0) / rest.length;
      return rest.reduce((sum, it) => sum + (it - center) ** 2, 0) / rest.length ** 2;
    });
    const least = scores.indexOf(Math.min(...scores));
    expect(steadyPart(series)?.dropped).toBe(5 * least);
    expect(least).toBe(2);
  });

  test('drops nothing of what is steady, and calls nothing steady that rises throughout', () => {
    expect(steadyPart(Array(40).fill(3))).toMatchObject({ dropped: 0 });
    expect(steadyPart(Array.from({ length: 400 }, (_, i) => i))).toBeUndefined();
    expect(steadyPart([1, 2, 3])).toBeUndefined();
  });
});

describe('batch means', () => {
  test('are told from one another until they are as good as independent', () => {
    const draw = random('batches');
    const held = share(300, () => {
      const series = wandering(String(draw.float()), 3_000, 0);
      const interval = batchInterval(series);
      return interval !== undefined && interval.low <= 0 && 0 <= interval.high;
    });
    expect(held).toBeGreaterThan(0.89);
    expect(held).toBeLessThan(0.98);
  });

  test('give no interval when neighbours still correlate', () => {
    expect(batchInterval(wandering('short', 60, 0, 0.99))).toBeUndefined();
    expect(batchInterval([1, 2, 3])).toBeUndefined();
    expect(lagOneOf([1, 1, 1])).toBe(0);
    expect(lagOneOf([1, 2, 1, 2, 1, 2])).toBeLessThan(-0.7);
  });
});

describe('replication and deletion', () => {
  test('does not see the bad start', () => {
    const seeds = Array.from({ length: 40 }, (_, i) => wandering(`r${i}`, 400, 200));
    const interval = deletedInterval(seeds, random('rep'))!;
    expect(interval.seeds + interval.unsteady).toBe(40);
    expect(interval.unsteady).toBeLessThan(5);
    expect(Math.abs(interval.mean)).toBeLessThan(0.2);
    const raw = seeds.flat().reduce((sum, it) => sum + it, 0) / (40 * 400);
    expect(raw).toBeGreaterThan(1.5);
  });

  test('leaves out seeds that are not seen to be steady', () => {
    const rising = Array.from({ length: 100 }, (_, i) => i);
    const steady = Array(100).fill(7);
    expect(deletedInterval([steady, rising], random('r'))).toMatchObject({
      ...{ mean: 7, seeds: 1, unsteady: 1 },
    });
    expect(deletedInterval([rising], random('r'))).toBeUndefined();
  });
});

test('a share of a year in nines and in minutes', () => {
  expect(nines(0.999)).toBeCloseTo(3, 9);
  expect(nines(1)).toBe(Number.POSITIVE_INFINITY);
  // Five nines are the well-known 5.26 minutes.
  expect(downMinutesPerYear(0.99999)).toBeCloseTo(5.26, 2);
});
