/** Faults for properties: every kind, its numbers anywhere that makes sense in a short run. */
import fc from 'fast-check';
import { infoOf } from '../../src/faults/faults.ts';
import type { ParamInfo } from '../../src/faults/kinds/info.ts';
import {
  AIMED_ROLES,
  ANCHORS,
  type FaultKind,
  type PlannedFault,
  ROLES_AT_MOMENT,
  SHARES,
  type Start,
  type Target,
} from '../../src/faults/plan.ts';

/** Longer spans and larger counts say nothing more, and take long to simulate. */
const SPAN_US_MAX = 2_000_000;
const COUNT_MAX = 30;

function anyNumber(name: string, { low, high, fractional }: ParamInfo): fc.Arbitrary<number> {
  const far = name.endsWith('Us') ? SPAN_US_MAX : name.endsWith('Ppm') ? high : COUNT_MAX;
  const max = Math.min(high, Math.max(far, Math.ceil(low)));
  const min = Math.max(low, -max);
  const whole = fc.integer({ min: Math.ceil(min), max: Math.floor(max) });
  if (fractional !== true) return whole;
  return fc.oneof(
    whole,
    fc.double({ min, max, noNaN: true }).map((x) => x + 0),
  );
}

/** Numbers of a kind within its ranges; what may be left out sometimes is. */
export function anyParams(kind: FaultKind): fc.Arbitrary<PlannedFault['params']> {
  const { params } = infoOf(kind);
  const entries = Object.entries(params);
  const requiredKeys = entries.flatMap(([name, { otherwise }]) =>
    otherwise === undefined ? [name] : [],
  );
  const numbers = entries.map(([name, info]) => [name, anyNumber(name, info)] as const);
  return fc.record(Object.fromEntries(numbers), { requiredKeys }) as fc.Arbitrary<
    PlannedFault['params']
  >;
}

/** Targets of every sort; `names` are machines that there may be. */
export const anyTarget = (names: fc.Arbitrary<string>): fc.Arbitrary<Target> =>
  fc.oneof(
    fc.record({ by: fc.constant('name' as const), name: names }),
    fc.record({ by: fc.constant('role' as const), role: fc.constantFrom(...ROLES_AT_MOMENT) }),
    fc.record({
      by: fc.constant('index' as const),
      role: fc.constantFrom(...AIMED_ROLES),
      index: fc.nat(20),
    }),
    fc.record({
      by: fc.constant('share' as const),
      role: fc.constantFrom(...AIMED_ROLES, 'any' as const),
      share: fc.constantFrom(...SHARES),
    }),
    fc.record({ by: fc.constant('rack' as const), index: fc.nat(5) }),
  );

/** Starts at a time or after a fact; both within `spanUs`. */
export const anyStart = (spans: fc.Arbitrary<number>): fc.Arbitrary<Start> =>
  fc.oneof(
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('at' as const), atUs: spans }) },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant('anchor' as const),
        after: fc.constantFrom(...ANCHORS),
        nth: fc.integer({ min: 1, max: 1_000 }),
        delayUs: spans,
      }),
    },
  );
