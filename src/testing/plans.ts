/**
 * Plans of faults for property tests, made of fast-check's own combinators, so that it shrinks them
 * by itself: fewer faults first, then nearer targets and starts, then smaller and rounder numbers.
 */
import fc from 'fast-check';
import { SIMULATED_CHAOS } from '../explore/simulate-scenario.ts';
import { FAULTS, infoOf } from '../faults/faults.ts';
import type { FaultInfo } from '../faults/kinds/info.ts';
import type { OwnFault } from '../faults/own-fault.ts';
import {
  AIMED_ROLES,
  ANCHORS,
  type FaultKind,
  type Plan,
  type PlannedFault,
  RACKS,
  ROLES_AT_MOMENT,
  SHARES,
  type Start,
  type Target,
} from '../faults/plan.ts';
import { PROFILES } from '../faults/profiles.ts';
import type { Aim, FaultShape, Range } from '../faults/shapes.ts';
import { unreachable } from '../lib/assert.ts';
import { BadInput, type Problem } from '../lib/outcome.ts';
import { MS, SECOND } from '../lib/units.ts';
import { suggestion } from '../scenario/nearest.ts';

/** Within what plans stay; times since the start of the run, in microseconds. */
export interface PlanBounds {
  readonly chaosFromUs: number;
  readonly chaosUntilUs: number;
  readonly faultsMax: number;
  /** Of all faults together. */
  readonly ratePpmMax: number;
  readonly wallErrorUsMax: number;
}

export interface PlansOptions extends Partial<PlanBounds> {
  /**
   * Only kinds of this profile. When not told, every kind that excuses no claim, and clocks within
   * the bounds.
   */
  readonly profile?: string;
  /** Kinds of one's own, drawn as often as each of the others. */
  readonly own?: readonly OwnFault[];
}

/** What is left of the usual bounds of clocks when a machine's own clock has had its part. */
const BOUNDS: PlanBounds = {
  chaosFromUs: SIMULATED_CHAOS.fromUs,
  chaosUntilUs: SIMULATED_CHAOS.untilUs,
  faultsMax: 6,
  ratePpmMax: 400,
  wallErrorUsMax: 400 * MS,
};

type Draft = Omit<PlannedFault<string>, 'id'>;

/**
 * Sound plans for `simulate`: up to `faultsMax` faults with ids f1, f2, … in order, aimed at
 * anybody, at any time of the chaos and after any fact, for any while. Kinds that would excuse
 * claims are aimed and measured as the profile does. Throws {@link BadInput} for an unknown profile
 * or impossible bounds.
 */
export function plans(options?: PlansOptions & { readonly own?: never }): fc.Arbitrary<Plan>;
export function plans(options: PlansOptions): fc.Arbitrary<Plan<string>>;
export function plans(options: PlansOptions = {}): fc.Arbitrary<Plan<string>> {
  const { profile, own = [] } = options;
  const bounds = boundsOf(options);
  const kinds = profile === undefined ? fairFaults(bounds) : faultsOfProfile(profile, bounds);
  const drafts = [...kinds, ...own.map((info) => faultOf(info, bounds))];
  return planOf(drafts, drafts.length === 0 ? 0 : bounds.faultsMax, 0);
}

/**
 * Plans that are fair to a design: every kind of fault that excuses no claim, and clocks within the
 * bounds. Steps of wall clocks last and rates of overlapping faults add up, so one fault gets its
 * share of the bound. 1 to `faultsMax` faults.
 */
export const fairPlans = (bounds: PlanBounds): fc.Arbitrary<Plan> =>
  planOf(fairFaults(bounds), bounds.faultsMax, 1) as fc.Arbitrary<Plan>;

const planOf = (
  drafts: readonly fc.Arbitrary<Draft>[],
  maxLength: number,
  minLength: number,
): fc.Arbitrary<Plan<string>> =>
  fc
    .array(drafts.length === 0 ? fc.constant(NOBODY) : fc.oneof(...drafts), {
      minLength,
      maxLength,
      size: 'max',
    })
    .map((faults) => ({ faults: faults.map((fault, i) => ({ id: `f${i + 1}`, ...fault })) }));

/** Stands where a profile has no kinds: such plans have no faults. */
const NOBODY = {} as Draft;

function boundsOf(options: PlansOptions): PlanBounds {
  const { profile: _, own: __, ...given } = options;
  const bounds: PlanBounds = { ...BOUNDS, ...given };
  const problems: Problem[] = [];
  for (const [name, value] of Object.entries(bounds) as [keyof PlanBounds, unknown][]) {
    if (!Object.hasOwn(BOUNDS, name)) {
      const hint = suggestion(name, [...Object.keys(BOUNDS), 'profile', 'own']);
      problems.push({ path: name, problem: 'is no option', ...(hint ? { hint } : {}) });
    } else if (!Number.isSafeInteger(value) || (value as number) < 0) {
      problems.push({ path: name, problem: `${value} is not a whole number from 0 on` });
    }
  }
  if (problems.length === 0 && bounds.chaosFromUs > bounds.chaosUntilUs) {
    const problem = `${bounds.chaosUntilUs} is before chaosFromUs, ${bounds.chaosFromUs}`;
    problems.push({ path: 'chaosUntilUs', problem });
  }
  if (problems.length > 0) throw new BadInput(problems);
  return bounds;
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
const isFair = ({ kind, excuses }: FaultInfo): boolean =>
  excuses.length === 0 || BOUNDED.includes(kind);

const fairFaults = (bounds: PlanBounds): readonly fc.Arbitrary<Draft>[] =>
  FAULTS.filter(isFair).map((info) => faultOf(info, bounds));

function faultsOfProfile(name: string, bounds: PlanBounds): readonly fc.Arbitrary<Draft>[] {
  const profile = PROFILES.find((each) => each.name === name);
  if (profile === undefined) {
    const names = PROFILES.map((each) => each.name);
    const hint = suggestion(name, names) ?? `known: ${names.join(', ')}`;
    throw new BadInput([{ path: 'profile', problem: `there is no profile '${name}'`, hint }]);
  }
  const shapes = [...profile.always, ...profile.kinds];
  const kinds = new Set([...shapes.map(({ kind }) => kind), ...(profile.composed?.kinds ?? [])]);
  return [...kinds].map((kind) => {
    const own = shapes.filter((shape) => shape.kind === kind);
    if (own.length === 0 || isFair(infoOf(kind))) return faultOf(infoOf(kind), bounds);
    return fc.oneof(...own.map((shape) => shapedFault(shape, bounds)));
  });
}

const named = ['scheduler-1', 'scheduler-2', 'scheduler-3', 'store', 'worker-1', 'client-1'];

const targets: fc.Arbitrary<Target> = fc.oneof(
  { withCrossShrink: true },
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

/**
 * A time made of whole seconds, milliseconds and microseconds: each part shrinks to nothing by
 * itself, the small ones too, so that what is left is as round as it can be.
 */
const roundUs = (minUs: number, maxUs: number): fc.Arbitrary<number> =>
  fc
    .tuple(
      fc.integer({ min: Math.floor(minUs / SECOND), max: Math.floor(maxUs / SECOND) }),
      fc.nat({ max: 999 }),
      fc.oneof({ withCrossShrink: true }, fc.constant(0), fc.nat({ max: 999 })),
    )
    .map(([s, ms, us]) => Math.min(Math.max(s * SECOND + ms * MS + us, minUs), maxUs));

const spans = fc.oneof(
  fc.integer({ min: 0, max: 2_000 }).map((ms) => ms * MS),
  fc.tuple(fc.integer({ min: 2, max: 39 }), fc.nat({ max: 9 })).map(([s, tenths]) => {
    return s * SECOND + tenths * 100 * MS;
  }),
);

const starts = ({ chaosFromUs, chaosUntilUs }: PlanBounds): fc.Arbitrary<Start> =>
  fc.oneof(
    { withCrossShrink: true },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant('at' as const),
        atUs: roundUs(chaosFromUs, chaosUntilUs),
      }),
    },
    fc.record({
      kind: fc.constant('anchor' as const),
      after: fc.constantFrom(...ANCHORS),
      nth: fc.integer({ min: 1, max: 60 }),
      delayUs: fc.integer({ min: 0, max: 4_000 }).map((units) => units * 500),
    }),
  );

/** A fault aimed at anybody, as hard as its kind allows and makes sense. */
function faultOf(info: FaultInfo<string>, bounds: PlanBounds): fc.Arbitrary<Draft> {
  const base = {
    kind: fc.constant(info.kind),
    target: targets,
    start: starts(bounds),
    durationUs: spans,
    params: paramsOf(info, bounds),
  };
  if (info.hasPeer !== true) return fc.record(base);
  const requiredKeys = Object.keys(base) as (keyof typeof base)[];
  return fc.record({ ...base, peer: targets }, { requiredKeys });
}

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

function paramsOf(
  { kind, params }: FaultInfo<string>,
  bounds: PlanBounds,
): fc.Arbitrary<PlannedFault['params']> {
  const { faultsMax, ratePpmMax, wallErrorUsMax } = bounds;
  const signed = (sum: number) => {
    const max = Math.floor(sum / Math.max(faultsMax, 1));
    return fc.integer({ min: -max, max });
  };
  const numbers = Object.entries(params).map(([name, { low, high }]) => {
    if (name === 'ratePpm') return [name, signed(ratePpmMax)];
    if (name === 'stepUs' || name === 'offsetUs') return [name, signed(wallErrorUsMax)];
    const far = name.endsWith('Us') ? SPAN_US_MAX : name.endsWith('Ppm') ? high : COUNT_MAX;
    const usual = [low, Math.max(low, Math.min(high, far))] as const;
    const [min, max] = SENSIBLE[`${kind} ${name}`] ?? SENSIBLE[name] ?? usual;
    return [name, wholeIn(Math.max(min, low), Math.min(max, high))];
  });
  return fc.record(Object.fromEntries(numbers)) as fc.Arbitrary<PlannedFault['params']>;
}

/** Whole numbers; long spans are round, or become so. */
function wholeIn(low: number, high: number): fc.Arbitrary<number> {
  const [min, max] = [Math.ceil(low), Math.floor(high)];
  return max - min > SECOND ? roundUs(min, max) : fc.integer({ min, max });
}

/** A fault as the shape of a profile draws it. */
function shapedFault(shape: FaultShape, bounds: PlanBounds): fc.Arbitrary<Draft> {
  const { kind, durationMs, params, whom } = shape;
  const isFreeze = kind === 'clock-freeze' && shape.isUnbounded !== true;
  const freezeUsMax = Math.floor(bounds.wallErrorUsMax / Math.max(bounds.faultsMax, 1));
  const durationUs = numberIn(durationMs).map((ms) => Math.round(ms * MS));
  const numbers = Object.entries(params).map(([name, range]) => [name, numberIn(range)]);
  const both = whom.map(({ target, peer }) => {
    const aimed = { target: aimOf(target) };
    return peer === undefined ? fc.record(aimed) : fc.record({ ...aimed, peer: aimOf(peer) });
  });
  return fc
    .record({
      kind: fc.constant(kind),
      start: starts(bounds),
      // A clock that stands still falls behind by all of that time.
      durationUs: isFreeze ? durationUs.map((us) => Math.min(us, freezeUsMax)) : durationUs,
      params: fc.record(Object.fromEntries(numbers)) as fc.Arbitrary<PlannedFault['params']>,
      whom: fc.oneof(...both),
    })
    .map(({ whom: aims, ...fault }) => ({ ...fault, ...aims }));
}

function numberIn({ low, high, step = 1, signed }: Range): fc.Arbitrary<number> {
  const steps = Math.floor(Number(((high - low) / step).toPrecision(9)));
  const size = fc.nat({ max: steps }).map((n) => Number((low + n * step).toPrecision(9)));
  if (signed !== true) return size;
  return fc.tuple(size, fc.boolean()).map(([value, isBack]) => (isBack ? -value : value));
}

function aimOf(aim: Aim): fc.Arbitrary<Target> {
  if (typeof aim === 'object') return fc.constant({ by: 'share', role: aim.of, share: aim.share });
  switch (aim) {
    case 'leader':
    case 'follower':
    case 'last-dispatcher':
    case 'store-primary':
      return fc.constant({ by: 'role', role: aim });
    case 'scheduler':
    case 'store':
    case 'worker':
    case 'client':
    case 'ledger':
      return fc.nat({ max: 4 }).map((index) => ({ by: 'index', role: aim, index }));
    case 'rack':
      return fc.nat({ max: RACKS - 1 }).map((index) => ({ by: 'rack', index }));
    default:
      return unreachable(aim);
  }
}
