/**
 * "No fair plan breaks no-loss, token-order or tick-once of `lease`": plans of every kind of
 * fault, aimed at anybody at any time, with clocks kept within what the preset assumes. A failure
 * shows the smallest plan found, as JSON, with fast-check's seed and path, which replay it:
 *
 *     fc.assert(property, { seed: …, path: '…' })
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SECOND } from '../../src/lib/units.ts';
import { fairPlans } from '../../src/testing.ts';
import { brokenOf, designOf, preparedOf, runTwice, scenarioOf } from '../support/runs.ts';

const CHAOS_FROM_US = 5 * SECOND;
const CHAOS_UNTIL_US = 75 * SECOND;
const CLAIMS = ['no-loss', 'token-order', 'tick-once', 'single-effect'];

const design = designOf('lease');
const prepared = (['at-least-once', 'at-most-once'] as const).map((delivery) =>
  preparedOf(
    scenarioOf(`
cluster: {members: 3, workers: 3, slots: 2}
workload:
  arrivals: {rate: 2/s}
  schedules: [{name: beat, every: 3s}]
  delivery: ${delivery}
phases: {warmUp: 5s, chaos: 70s}
`),
    design,
  ),
);

const plans = fairPlans({
  chaosFromUs: CHAOS_FROM_US,
  chaosUntilUs: CHAOS_UNTIL_US,
  faultsMax: 8,
  // What is left of the bounds when a machine's own clock has had its part.
  ratePpmMax: design.assumes.ratePpmMax - 100,
  wallErrorUsMax: design.assumes.wallErrorUsMax - 100_000,
});

test('no fair plan breaks no-loss, token-order, tick-once or single-effect of lease', () => {
  fc.assert(
    fc.property(plans, fc.nat(), fc.nat({ max: 1 }), (plan, seed, which) => {
      const unfair: string[] = [];
      const run = runTwice(prepared[which] as (typeof prepared)[number], String(seed), {
        plan,
        onFact: (fact) => {
          if (fact.kind === 'assumption-failed') unfair.push(fact.detail);
        },
      });
      const text = JSON.stringify(plan);
      expect(unfair, `this plan was meant to be fair: ${text}`).toEqual([]);
      expect(brokenOf(run), `seed ${seed}, plan ${text}`).toEqual({});
      for (const claim of CLAIMS) {
        expect(run.verdicts.get(claim)?.kind, `${claim}, seed ${seed}, plan ${text}`).toBe('held');
      }
    }),
    { numRuns: 40 },
  );
});
