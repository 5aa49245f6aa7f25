/**
 * testing: the package's public face for property tests, with fast-check. Draw plans with
 * {@link fairPlans}, run them with `runSeed` or `doublecheck`, look at the verdicts.
 *
 * Plans that are fair to a design: every kind of fault that excuses no claim, aimed at anybody, at
 * any time of the chaos and after any fact, for any while; clocks stay within what the presets
 * assume of them. Steps
 * of wall clocks last and rates of overlapping faults add up, so one fault gets its share of the
 * bound.
 */
import fc from 'fast-check';
import { FAULTS, infoOf } from './faults/faults.ts';
import {
  AIMED_ROLES,
  ANCHORS,
  type FaultKind,
  type Plan,
  type PlannedFault,
  ROLES_AT_MOMENT,
  SHARES,
  type Start,
} from './faults/plan.ts';
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

const named = ['scheduler-1', 'scheduler-2', 'scheduler-3', 'store', 'worker-1', 'client-1'];

const targets: fc.Arbitrary<PlannedFault['target']> = fc.oneof(
  { weight: 3, arbitrary: fc.constant({ by: 'role', role: 'leader' } as const) },
  fc.constantFrom(...ROLES_AT_MOMENT).map((role) => ({ by: 'role', role }) as const),
  fc.record({
    by: fc.constant('index' as const),
    role: fc.constantFrom(...AIMED_ROLES),
    index: fc.nat({ max: 4 }),
  }),
  fc.record({
    by: fc.constant('share' as const),
    role: fc.constantFrom(...AIMED_ROLES, 'any' as const),
    share: fc.constantFrom(...SHARES),
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
      after: fc.constantFrom(...ANCHORS),
      nth: fc.integer({ min: 1, max: 60 }),
      delayUs: fc.integer({ min: 0, max: 4_000 }).map((units) => units * 500),
    }),
  );

/** Numbers whose sense ends before their range: harder or longer says nothing more. */
const SENSIBLE: Readonly<Record<string, readonly [number, number]>> = {
  factor: [2, 50],
  // For good: every bound must still hold with it.
  'slow-pair delayUs': [MS, 15 * MS],
  'unequal-config factor': [0.25, 4],
  everyUs: [20 * MS, 2 * SECOND],
  downUs: [10 * MS, 2 * SECOND],
  upUs: [10 * MS, 2 * SECOND],
  perSecond: [1, 30],
  bytesPerSecond: [1_000, 50_000],
  jobs: [1, 60],
  times: [1, 4],
};
const SPAN_US_MAX = 8 * SECOND;
const COUNT_MAX = 5;

function paramsOf(kind: PlannedFault['kind'], bounds: PlanBounds): fc.Arbitrary<Params> {
  const signed = (max: number) => fc.integer({ min: -max, max });
  const numbers = Object.entries(infoOf(kind).params).map(([name, { low, high }]) => {
    const { faultsMax, ratePpmMax, wallErrorUsMax } = bounds;
    if (name === 'ratePpm') return [name, signed(Math.floor(ratePpmMax / faultsMax))];
    if (name === 'stepUs' || name === 'offsetUs') {
      return [name, signed(Math.floor(wallErrorUsMax / faultsMax))];
    }
    const far = name.endsWith('Us') ? SPAN_US_MAX : name.endsWith('Ppm') ? high : COUNT_MAX;
    const usual = [low, Math.max(low, Math.min(high, far))] as const;
    const [min, max] = SENSIBLE[`${kind} ${name}`] ?? SENSIBLE[name] ?? usual;
    return [name, fc.integer({ min: Math.ceil(min), max: Math.floor(max) })];
  });
  return fc.record(Object.fromEntries(numbers)) as fc.Arbitrary<Params>;
}

/** These shift wall clocks by numbers of their own, which are kept within the bounds. */
const BOUNDED: readonly FaultKind[] = [
  'clock-rate',
  'clock-step',
  'clock-strobe',
  'clock-slew',
  'ntp-false-server',
  'ntp-outage',
];
/** What excuses nothing, wherever it hits, and clocks within the bounds. */
const FAIR_KINDS = FAULTS.flatMap(({ kind, excuses }) =>
  excuses.length === 0 || BOUNDED.includes(kind) ? [kind] : [],
);

const faultsOf = (bounds: PlanBounds): fc.Arbitrary<Omit<PlannedFault, 'id'>> =>
  fc.constantFrom(...FAIR_KINDS).chain((kind) => {
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
