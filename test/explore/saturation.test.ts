import { expect, test } from 'vitest';
import { loadedOf } from '../../src/explore/loaded.ts';
import { type SaturationRequest, saturation } from '../../src/explore/saturation.ts';
import { SECOND } from '../../src/lib/units.ts';
import { designOf, scenarioOf } from '../support/runs.ts';

const carriedBy = (cpu: number, asked: Partial<SaturationRequest> = {}) => {
  const scenario = scenarioOf(`
cluster: {workers: 4, slots: 50, cpu: ${cpu}}
workload: {clients: 2, arrivals: {rate: 1/s}, run: 20ms}
phases: {warmUp: 10s, chaos: 9s}
`);
  return saturation(loadedOf(scenario), designOf('single'), {
    seeds: ['1'],
    p99Us: SECOND,
    lowPerS: 5,
    highPerS: 160,
    precision: 0.2,
    ...asked,
  });
};

test('is found by bisection, the same twice, and half of it on processors half as fast', () => {
  const slow = carriedBy(200);
  expect(carriedBy(200)).toEqual(slow);
  const [found] = slow.seeds;
  expect(found?.limit).toBeDefined();
  expect(found?.runs).toBeLessThan(12);
  const { mean = 0, low, high } = slow;
  expect([low, high]).toEqual([mean, mean]);
  // 200 times slower, a message takes 4 ms and a send 1 ms: some 20 ms for all those of a job.
  expect(mean).toBeGreaterThan(30);
  expect(mean).toBeLessThan(120);
  const slower = carriedBy(400).mean ?? 0;
  expect(mean / slower).toBeGreaterThan(1.5);
  expect(mean / slower).toBeLessThan(2.7);
});

test('beyond the ends of the search it says on which side it is', () => {
  const [carried] = carriedBy(1, { highPerS: 20 }).seeds;
  expect(carried).toEqual({ seed: '1', perS: 20, runs: 1 });
  const none = carriedBy(400, { lowPerS: 100 });
  expect(none).toMatchObject({ seeds: [{ perS: 0, runs: 2 }] });
  expect(none.mean).toBeUndefined();
});
