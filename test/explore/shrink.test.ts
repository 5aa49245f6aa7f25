/**
 * Cases of planted bugs are shrunk until little is left. Everything is run twice: the smallest run
 * step by step, and the whole of a search.
 */
import { expect, test } from 'vitest';
import { type Shrunk, shrinkCase } from '../../src/explore/shrink.ts';
import { medianOf } from '../support/median.ts';
import { brokenOf, bundled, preparedOf, runTwice } from '../support/runs.ts';

/** Mutants with a claim that they break in seed 1 of an incident, from four root causes. */
const BROKEN: readonly (readonly [name: string, design: string, claim: string])[] = [
  ['incidents/cut-off-and-not-aware', 'lease~no-self-fence', 'recovers'],
  ['incidents/zombie-writes-back', 'lease~unfenced-metadata-write', 'retry-policy'],
  ['incidents/leads-again-from-memory', 'lease~no-reset-on-demotion', 'tick-once'],
  ['incidents/clock-put-forward', 'lease+fencing=off~wall-clock-lease', 'tick-once'],
  ['incidents/passed-over-in-silence', 'single~silent-drop', 'explained-skips'],
];

const SHRUNK = new Map<string, Shrunk>();

test.each(BROKEN)('%s: what is left of %s breaks %s still', (name, design, claim) => {
  const prepared = preparedOf(bundled(name).scenario, design);
  const shrunk = shrinkCase(prepared, { seed: '1', claim }) as Shrunk;
  SHRUNK.set(design, shrunk);
  const { seed, plan } = shrunk;
  const again = runTwice(shrunk.prepared, seed, { plan });
  expect(again.fingerprint).toBe(shrunk.fingerprint);
  expect(brokenOf(again)).toEqual({ [claim]: shrunk.broken.summary });
  expect(shrunk.steps).toBeLessThan(runTwice(prepared, seed).steps);
  expect(shrunk.runs).toBeLessThanOrEqual(330);
  expect(shrunk.robust).toBe(true);
});

test('half of the cases have at most five faults and three members', () => {
  const all = [...SHRUNK.values()];
  expect(all.length).toBe(BROKEN.length);
  expect(medianOf(all.map(({ faults }) => faults))).toBeLessThanOrEqual(5);
  expect(medianOf(all.map(({ members }) => members))).toBeLessThanOrEqual(3);
});

test('the same request gives the same answer, and a run that breaks nothing is no case', () => {
  const { scenario } = bundled('incidents/ghost-job');
  const request = { seed: '1', claim: 'cancel', budget: 40 };
  const texts = [1, 2].map(() => {
    const mutant = preparedOf(scenario, 'single~delete-not-propagated-to-memory');
    const { prepared, fingerprint, runs } = shrinkCase(mutant, request) as Shrunk;
    return { text: prepared.loaded.text, fingerprint, runs };
  });
  expect(texts[1]).toEqual(texts[0]);
  expect(shrinkCase(preparedOf(scenario, 'single'), request)).toBeUndefined();
});
