/**
 * A design compared with itself: on disjoint seeds, differences are found in as many cases as the
 * level allows, and in no more. Once with values of which the distribution is known, and once with
 * values of real runs.
 */
import { describe, expect, test } from 'vitest';
import { hashedRandom, shuffled } from '../../src/lib/random.ts';
import { normalQuantile } from '../../src/metrics/normal.ts';
import { type Pair, pairedDifference } from '../../src/metrics/paired.ts';
import { drawn, LOGNORMAL, MOSTLY_ZERO, share } from '../support/coverage.ts';
import { preparedOf, runTwice, scenarioOf, seedsOf } from '../support/runs.ts';

const LEVEL = 0.95;
const SEEDS = 120;

/** A machine that fails now and then, for a few seconds. */
const SMALL = `
workload: {clients: 1, arrivals: {rate: 2/s}}
faults: {profile: crashes}
phases: {warmUp: 5s, chaos: 20s}
`;

/** Whether values of one design under some seeds and under others are told apart. */
const isTold = (a: readonly number[], b: readonly number[]): boolean => {
  const pairs = a.map((value, i): Pair => [value, b[i] as number]);
  return pairedDifference(pairs).verdict !== 'no detectable difference';
};

/** The interval in which the share of false differences lies in 99 of 100 such tests. */
function binomial(trials: number): { readonly low: number; readonly high: number } {
  const alpha = 1 - LEVEL;
  const reach = normalQuantile(0.995) * Math.sqrt((alpha * LEVEL) / trials);
  return { low: alpha - reach, high: alpha + reach };
}

describe('a design compared with itself', () => {
  test.each([LOGNORMAL, MOSTLY_ZERO])('on made values, heavy-tailed: $name', (it) => {
    const random = hashedRandom('a-a', it.name);
    const trials = 2_000;
    const told = share(trials, () => isTold(drawn(it, 100, random), drawn(it, 100, random)));
    expect(told).toBeGreaterThanOrEqual(binomial(trials).low);
    expect(told).toBeLessThanOrEqual(binomial(trials).high);
  });

  // Halves that are drawn again from the same runs are not independent of each other, so that the
  // share is known less exactly than their number says; it is centred on 5 % all the same.
  test('on halves of the seeds of a real sweep, drawn at random a thousand times', () => {
    const prepared = preparedOf(scenarioOf(SMALL), 'single');
    const runs = seedsOf(SEEDS).map((seed) => runTwice(prepared, seed).numbers.metrics);
    const random = hashedRandom('a-a', 'halves');
    for (const metric of ['apiSuccess', 'dispatchLatencyP99', 'goodput']) {
      const values = runs.map((metrics) => metrics[metric]?.value as number);
      const told = share(1_000, () => {
        const mixed = shuffled(random, values);
        return isTold(mixed.slice(0, SEEDS / 2), mixed.slice(SEEDS / 2));
      });
      expect(told).toBeGreaterThanOrEqual(binomial(1_000).low);
      expect(told).toBeLessThanOrEqual(binomial(1_000).high);
    }
  });
});
