/** What the arbitraries yield is sound, whatever is drawn, and shrinks to little. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { scenarioWith } from '../../src/explore/simulate-scenario.ts';
import { ClaimBroken } from '../../src/explore/simulate-story.ts';
import { findAmong } from '../../src/faults/faults.ts';
import { defineFault } from '../../src/faults/own-fault.ts';
import type { Plan } from '../../src/faults/plan.ts';
import { planProblems } from '../../src/faults/plan-problems.ts';
import { PROFILES } from '../../src/faults/profiles.ts';
import { BadInput } from '../../src/lib/outcome.ts';
import { printPlan } from '../../src/scenario/print.ts';
import { clusters, plans, simulate, workloads } from '../../src/testing.ts';
import { scenarioOf } from '../support/runs.ts';

const CASES = [undefined, ...PROFILES.map(({ name }) => name)];

test.each(CASES)('plans of profile %s are sound, and a scenario may give them', (profile) => {
  const wanted = PROFILES.find(({ name }) => name === profile);
  const kinds = [...(wanted?.always ?? []), ...(wanted?.kinds ?? [])].map(({ kind }) => kind);
  const known = new Set<string>([...kinds, ...(wanted?.composed?.kinds ?? [])]);
  fc.assert(
    fc.property(plans(profile === undefined ? {} : { profile }), (plan) => {
      expect(planProblems(plan)).toEqual([]);
      expect(plan.faults.length).toBeLessThanOrEqual(6);
      for (const { kind } of plan.faults)
        expect(wanted === undefined || known.has(kind)).toBe(true);
      const list = plan.faults.length === 0 ? ' []' : `\n${printPlan(plan as Plan)}`;
      const { faults } = scenarioOf(`faults:${list}`);
      expect(faults).toEqual({ kind: 'given', faults: plan.faults });
    }),
    { numRuns: 40 },
  );
});

test('a calm profile has plans without a fault, any other one has some with', () => {
  const most = (profile: string) =>
    Math.max(...fc.sample(plans({ profile }), 20).map(({ faults }) => faults.length));
  expect(most('calm')).toBe(0);
  for (const { name } of PROFILES.slice(1)) expect(most(name), name).toBeGreaterThan(1);
});

test('kinds of one’s own are drawn with the others, within their ranges', () => {
  const info = { words: 'How many.', low: 2, high: 4 };
  const own = defineFault({ kind: 'hiccup', sentence: 'x', params: { n: info }, onBegin() {} });
  const drawn = fc.sample(plans({ profile: 'calm', own: [own] }), 30).flatMap((p) => p.faults);
  expect(planProblems({ faults: [] }, findAmong([own]))).toEqual([]);
  expect(new Set(drawn.map(({ kind }) => kind))).toEqual(new Set(['hiccup']));
  expect(new Set(drawn.map(({ params }) => params['n']))).toEqual(new Set([2, 3, 4]));
});

test('every workload fits every cluster, and a sound design holds there', () => {
  fc.assert(
    fc.property(workloads(), clusters(), (workload, cluster) => {
      const scenario = scenarioWith({ workload, cluster });
      expect(scenario.kind === 'failed' ? scenario.error : []).toEqual([]);
    }),
    { numRuns: 200 },
  );
  fc.assert(
    fc.property(workloads(), clusters(), plans(), (workload, cluster, plan) =>
      simulate('lease', { workload, cluster, plan }).holds(),
    ),
    { numRuns: 12 },
  );
});

/** What fast-check says of a property that fails, and what it was told by the last failure. */
function failureOf(design: string, profile?: string): { readonly plan: Plan; why: ClaimBroken } {
  const faults = plans(profile === undefined ? { faultsMax: 4 } : { profile, faultsMax: 4 });
  const told = fc.check(
    fc.property(faults, (plan) => simulate(design, { plan }).holds()),
    { numRuns: 30, seed: 1 },
  );
  const why = told.errorInstance;
  if (!(why instanceof ClaimBroken)) throw new Error(`${design} holds`);
  return { plan: told.counterexample?.[0] as Plan, why };
}

test.each(['single~killed-counts-as-done', 'lease~ack-before-quorum'])(
  'a plan that breaks %s shrinks to two faults at most, and is told with its replay',
  (mutant) => {
    const { plan, why } = failureOf(mutant);
    expect(plan.faults.length).toBeLessThanOrEqual(2);
    expect(why.told.plan).toEqual(plan);
    expect(why.message).toContain(`Again: npx seaworthy replay case:`);
    for (const { start } of plan.faults) {
      // What is not needed for the break is as round as it can be.
      if (start.kind === 'at') expect(start.atUs % 1_000).toBe(0);
    }
  },
);

test('all that is wrong with the options is told at once', () => {
  const wrong = { faultsMax: -1, chaosFromUs: 0.5, horizon: 3 } as never;
  expect(() => plans(wrong)).toThrow(BadInput);
  expect(() => plans(wrong)).toThrow(/chaosFromUs.*faultsMax.*horizon/s);
  expect(() => plans({ profile: 'partition' })).toThrow("did you mean 'partitions'?");
  expect(() => plans({ chaosFromUs: 9, chaosUntilUs: 8 })).toThrow('is before chaosFromUs');
});
