import { expect, test } from 'vitest';
import { hashedRandom } from '../../src/lib/random.ts';
import { clusterQuantileInterval } from '../../src/metrics/cluster-quantile.ts';
import { EMPTY_SKETCH, quantileOf, type Sketch, sketchOf } from '../../src/metrics/sketch.ts';
import { drawn, EXPONENTIAL, holds, share } from '../support/coverage.ts';

const random = (name: string) => hashedRandom('cluster-quantile', name);
const FEW = { resamples: 200 };

/** Waits of a seed, all longer where its storm is worse. */
const storm = (draw: ReturnType<typeof random>, spread: number): Sketch => {
  const scale = Math.exp(spread * (draw.float() - 0.5));
  return sketchOf(drawn(EXPONENTIAL, 40, draw).map((wait) => wait * scale));
};

test('holds the true percentile as often as it says, though waits of a seed are alike', () => {
  const truth = pooledP90(3);
  const draw = random('coverage');
  const held = share(300, () => {
    const seeds = Array.from({ length: 60 }, () => storm(draw, 3));
    return holds(clusterQuantileInterval(seeds, 0.9, draw, FEW)!, truth);
  });
  expect(held).toBeGreaterThan(0.91);
  expect(held).toBeLessThan(0.98);
});

/** Where 10 % of waits are longer: exp(−x e^−u), averaged over storms u in [−s/2, s/2], is 0.1. */
function pooledP90(spread: number): number {
  const longer = (x: number): number => {
    let sum = 0;
    for (let i = 0; i < 1_000; i++)
      sum += Math.exp(-x * Math.exp(-spread * ((i + 0.5) / 1_000 - 0.5)));
    return sum / 1_000;
  };
  let [low, high] = [0, 100];
  for (let i = 0; i < 50; i++) {
    const middle = (low + high) / 2;
    if (longer(middle) > 0.1) low = middle;
    else high = middle;
  }
  return low;
}

test('is wider than if all waits were independent', () => {
  const draw = random('wide');
  const widthOf = (seeds: readonly Sketch[]): number => {
    const { low, high } = clusterQuantileInterval(seeds, 0.5, random('b'), FEW)!;
    return high - low;
  };
  const alike = widthOf(Array.from({ length: 100 }, () => storm(draw, 3)));
  const apart = widthOf(Array.from({ length: 100 }, () => storm(draw, 0)));
  expect(alike).toBeGreaterThan(2 * apart);
});

test('of one seed is the value, and of no values nothing', () => {
  const seed = sketchOf([1, 2, 3]);
  const value = quantileOf(seed, 0.5);
  const interval = clusterQuantileInterval([seed], 0.5, random('one'));
  expect(interval).toEqual({ value, low: value, high: value });
  expect(clusterQuantileInterval([], 0.5, random('none'))).toBeUndefined();
  expect(clusterQuantileInterval([EMPTY_SKETCH], 0.5, random('none'))).toBeUndefined();
});

test('of thousands of seeds, of which most have no value, is of those that have', () => {
  const seeds = Array.from({ length: 3_000 }, (_, i) =>
    i % 10 === 0 ? sketchOf([i]) : EMPTY_SKETCH,
  );
  const { value, low, high } = clusterQuantileInterval(seeds, 0.5, random('many'))!;
  expect(value / 1_490).toBeCloseTo(1, 1);
  expect(low).toBeGreaterThan(1_200);
  expect(high).toBeLessThan(1_800);
});

test('is the same for the same stream, whatever the order within a seed', () => {
  const seeds = [[5, 1, 0], [2], [9, 9]];
  const interval = (values: number[][]) =>
    clusterQuantileInterval(
      values.map((it) => sketchOf(it)),
      0.5,
      random('same'),
    );
  expect(interval(seeds)).toEqual(interval(seeds.map((it) => [...it].reverse())));
});
