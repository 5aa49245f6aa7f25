/**
 * testing: the package's public face for property tests, with fast-check. Draw plans with
 * {@link fairPlans}, run them with `runSeed` or `doublecheck`, look at the verdicts.
 *
 * Plans that are fair to a design: every kind of fault, aimed at anybody, at any time of the chaos
 * and after any fact, for any while; only clocks stay within what the presets assume of them. Steps
 * of wall clocks last and rates of overlapping faults add up, so one fault gets its share of the
 * bound.
 */
import fc from 'fast-check';
import { FAULT_KINDS, type Plan, type PlannedFault, type Start } from './faults/plan.ts';
import { isNetworkFault } from './faults/plan-problems.ts';
import { MS, SECOND } from './lib/units.ts';

/** Within what fair plans stay; times since the start of the run, in microseconds. */
export interface PlanBounds {
  readonly chaosFromUs: number;
  readonly chaosUntilUs: number;
  readonly faultsMax: number;
  /** Of all faults together. */
  readonly ratePpmMax: number;
  readonly wallErrorUsMax: number;
}

export { doublecheck } from './explore/doublecheck.ts';
export { runSeed } from './explore/run.ts';
export { prepare } from './scenario/prepare.ts';
export { selectDesign } from './scenario/registry.ts';
export { parseScenario } from './scenario/schema.ts';

type Params = PlannedFault['params'];

const ppm = fc.integer({ min: 1, max: 1_000_000 });
const delays = fc.integer({ min: 1, max: 8_000 }).map((ms) => ms * MS);
const named = ['scheduler-1', 'scheduler-2', 'scheduler-3', 'store', 'worker-1', 'client-1'];

const targets: fc.Arbitrary<PlannedFault['target']> = fc.oneof(
  { weight: 3, arbitrary: fc.constant({ by: 'role', role: 'leader' } as const) },
  fc.constantFrom({ by: 'role', role: 'follower' }, { by: 'role', role: 'last-dispatcher' }),
  fc.record({
    by: fc.constant('index' as const),
    role: fc.constantFrom('scheduler', 'store', 'worker', 'client', 'ledger'),
    index: fc.nat({ max: 4 }),
  }),
  fc.constantFrom(...named).map((name) => ({ by: 'name', name }) as const),
);

const spans = fc.oneof(
  fc.integer({ min: 0, max: 2_000 }).map((ms) => ms * MS),
  fc.integer({ min: 2, max: 40 }).map((s) => s * SECOND),
);

const starts = ({ chaosFromUs, chaosUntilUs }: PlanBounds): fc.Arbitrary<Start> =>
  fc.oneof(
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant('at' as const),
        atUs: fc.integer({ min: chaosFromUs, max: chaosUntilUs }),
      }),
    },
    fc.record({
      kind: fc.constant('anchor' as const),
      after: fc.constantFrom('dispatched', 'effect-accepted', 'leader-elected', 'submit-accepted'),
      nth: fc.integer({ min: 1, max: 60 }),
      delayUs: fc.integer({ min: 0, max: 4_000 }).map((units) => units * 500),
    }),
  );

function paramsOf(kind: PlannedFault['kind'], bounds: PlanBounds): fc.Arbitrary<Params> {
  const share = (max: number) => fc.integer({ min: -max, max });
  switch (kind) {
    case 'one-way-partition':
      return fc.record({ direction: fc.constantFrom(0, 1) });
    case 'loss':
      return fc.record({ lossPpm: ppm });
    case 'delay':
      return fc.record({ delayUs: delays, jitterUs: delays });
    case 'duplicate':
      return fc.record({ duplicatePpm: ppm });
    case 'clock-rate':
      return fc.record({ ratePpm: share(Math.floor(bounds.ratePpmMax / bounds.faultsMax)) });
    case 'clock-step':
      return fc.record({ stepUs: share(Math.floor(bounds.wallErrorUsMax / bounds.faultsMax)) });
    case 'slow-cpu':
      return fc.record({ factor: fc.integer({ min: 2, max: 50 }) });
    default:
      return fc.constant({});
  }
}

const faultsOf = (bounds: PlanBounds): fc.Arbitrary<Omit<PlannedFault, 'id'>> =>
  fc.constantFrom(...FAULT_KINDS).chain((kind) => {
    const base = {
      kind: fc.constant(kind),
      target: targets,
      start: starts(bounds),
      durationUs: spans,
      params: paramsOf(kind, bounds),
    };
    if (!isNetworkFault(kind)) return fc.record(base);
    return fc.record({ ...base, peer: targets }, { requiredKeys: Object.keys(base) as never });
  });

/** Sound plans of 1 to `faultsMax` faults with ids f1, f2, … in order. */
export const fairPlans = (bounds: PlanBounds): fc.Arbitrary<Plan> =>
  fc.array(faultsOf(bounds), { minLength: 1, maxLength: bounds.faultsMax }).map((faults) => ({
    faults: faults.map((fault, i) => ({ ...fault, id: `f${i + 1}` }) as PlannedFault),
  }));
