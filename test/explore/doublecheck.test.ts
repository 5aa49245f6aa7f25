import { expect, test } from 'vitest';
import { doublecheck } from '../../src/explore/doublecheck.ts';
import { runSeed } from '../../src/explore/run.ts';
import type { Fact } from '../../src/history/fact.ts';
import { preparedOf, scenarioOf } from '../support/runs.ts';
import { forgetful } from './forgetful.ts';

const SCENARIO = scenarioOf(`
cluster: {workers: 3}
workload: {arrivals: {kind: fixed, rate: 1/s}}
phases: {warmUp: 5s, chaos: 6s}
`);

test('a run that is one function of its seed is the same twice', () => {
  const prepared = preparedOf(SCENARIO, 'single');
  const facts: Fact[] = [];
  const { result, difference } = doublecheck(prepared, '1', { onFact: (fact) => facts.push(fact) });
  expect(difference).toBeUndefined();
  expect(result.fingerprint).toBe(runSeed(prepared, '1').fingerprint);
  // The second run is silent.
  expect(facts.filter(({ kind }) => kind === 'phase').length).toBe(6);
});

test('a part that draws from outside is caught, and the first step that differs is named', () => {
  const prepared = preparedOf(SCENARIO, forgetful());
  const { result, difference } = doublecheck(prepared, '1');
  if (difference === undefined) throw new Error('not caught');
  const { seed, step, first, second } = difference;
  expect(seed).toBe('1');
  expect(step).toBeGreaterThan(0);
  expect(step).toBeLessThan(result.steps);
  expect(first).toMatch(new RegExp(`^step ${step} at \\d+\\.\\d{6} s: .*[0-9a-f]{16}$`));
  expect(second).not.toBe(first);
  // Up to the step before, the two were one: the first choice of a worker falls into a tenth of it.
  const again = runSeed(preparedOf(SCENARIO, forgetful()), '1', { trace: true });
  expect(again.trace?.step(step)?.index).toBe(step);
  expect(again.trace?.firstDifference(result.trace as NonNullable<typeof result.trace>)).toBe(
    undefined,
  );
});
