import type { FaultKind } from './plan.ts';

/** Uniform in [low, high], in steps of `step` (1 when absent); either sign when `signed`. */
export interface Range {
  readonly low: number;
  readonly high: number;
  readonly step?: number;
  readonly signed?: true;
}

/** Whom a drawn fault aims at: a role at that moment, or any one machine of a kind. */
export type Aim =
  | 'leader'
  | 'follower'
  | 'last-dispatcher'
  | 'scheduler'
  | 'store'
  | 'worker'
  | 'client'
  | 'ledger';

/** One machine against the world (`leader`), or one link (`leader` to `store`). */
export interface Whom {
  readonly target: Aim;
  readonly peer?: Aim;
}

/** A kind of fault as a profile draws it. */
export interface FaultShape {
  readonly kind: FaultKind;
  /** How often, against the other shapes of the profile. */
  readonly weight: number;
  readonly durationMs: Range;
  readonly params: Readonly<Record<string, Range>>;
  /** Each equally likely; those that the cluster does not have are left out. */
  readonly whom: readonly Whom[];
}

/** A kind of storm. */
export interface Profile {
  readonly name: string;
  readonly sentence: string;
  /** Faults per minute of chaos at intensity 1. */
  readonly perMinute: Range;
  /** Each of these is in every plan, whatever else is drawn. */
  readonly always: readonly FaultShape[];
  /** The others are drawn from these by weight. */
  readonly kinds: readonly FaultShape[];
  /**
   * Parts per million of plans in which one wall clock jumps by `RARE_STEP_MS`, beyond all bounds.
   */
  readonly rareStepPpm: number;
}

const NO_PARAMS = {};
const LEADER: readonly Whom[] = [{ target: 'leader' }];
const ANY_SCHEDULER: readonly Whom[] = [{ target: 'leader' }, { target: 'scheduler' }];
const ANYBODY: readonly Whom[] = [
  { target: 'last-dispatcher' },
  { target: 'follower' },
  { target: 'store' },
  { target: 'worker' },
];
/** Cuts worth making: each isolates someone, or one link that a design may take for granted. */
const CUTS: readonly Whom[] = [
  { target: 'leader' },
  { target: 'leader' },
  { target: 'store' },
  { target: 'leader', peer: 'store' },
  { target: 'leader', peer: 'worker' },
  { target: 'leader', peer: 'follower' },
  { target: 'worker' },
  { target: 'client' },
];
const LINKS: readonly Whom[] = [...ANYBODY, { target: 'client' }, { target: 'ledger' }];

const shape = (
  kind: FaultKind,
  weight: number,
  durationMs: readonly [number, number],
  whom: readonly Whom[],
  params: Readonly<Record<string, Range>> = NO_PARAMS,
): FaultShape => ({
  kind,
  weight,
  durationMs: { low: durationMs[0], high: durationMs[1], step: 100 },
  params,
  whom,
});

/**
 * Longer than the longest lease of a default preset (15 s), so that a successor is elected while
 * the old leader sleeps, and it wakes to a world in which it no longer leads.
 */
const LONG_LEADER_PAUSE = shape('pause', 1, [20_000, 30_000], LEADER);
const LEADER_CRASH = shape('crash', 1, [3_000, 12_000], LEADER);
const CRASH = shape('crash', 3, [1_000, 15_000], [{ target: 'leader' }, ...ANYBODY]);
const PAUSE = shape('pause', 2, [500, 12_000], ANYBODY);
const CUT = shape('partition', 3, [5_000, 20_000], CUTS);
const ONE_WAY = shape('one-way-partition', 2, [4_000, 15_000], CUTS, {
  direction: { low: 0, high: 1 },
});
const LOSS = shape('loss', 2, [5_000, 30_000], LINKS, {
  lossPpm: { low: 20_000, high: 300_000, step: 10_000 },
});
const DELAY = shape('delay', 2, [5_000, 30_000], LINKS, {
  delayUs: { low: 20_000, high: 800_000, step: 10_000 },
  jitterUs: { low: 0, high: 400_000, step: 10_000 },
});
const DUPLICATE = shape('duplicate', 2, [5_000, 30_000], LINKS, {
  duplicatePpm: { low: 50_000, high: 500_000, step: 10_000 },
});
/** Crystals are within ±100 ppm, bad virtual ones within a few hundred. */
const RATE = shape('clock-rate', 1, [15_000, 40_000], ANY_SCHEDULER, {
  ratePpm: { low: 100, high: 400, step: 10, signed: true },
});
const STEP = shape('clock-step', 1, [0, 0], [...ANY_SCHEDULER, { target: 'store' }], {
  stepUs: { low: 50_000, high: 400_000, step: 10_000, signed: true },
});
const SMALL_STEP: FaultShape = {
  ...STEP,
  params: { stepUs: { low: 20_000, high: 120_000, step: 10_000, signed: true } },
};
const SLOW = shape('slow-cpu', 1, [5_000, 25_000], ANYBODY, { factor: { low: 2, high: 20 } });

export const PROFILES: readonly Profile[] = [
  {
    name: 'calm',
    sentence: 'No fault at all: what a design does on a good day.',
    perMinute: { low: 0, high: 0 },
    always: [],
    kinds: [],
    rareStepPpm: 0,
  },
  {
    name: 'partitions',
    sentence: 'Links cut both ways and one way: the leader, the store, workers, clients.',
    perMinute: { low: 2.5, high: 4 },
    always: [{ ...CUT, whom: LEADER }],
    kinds: [CUT, ONE_WAY],
    rareStepPpm: 0,
  },
  {
    name: 'crashes',
    sentence: 'Machines crash and return, or stand still and wake: leaders first.',
    perMinute: { low: 3, high: 5 },
    always: [LEADER_CRASH],
    kinds: [{ ...LEADER_CRASH, weight: 2 }, CRASH, PAUSE],
    rareStepPpm: 0,
  },
  {
    name: 'clocks',
    sentence: 'Oscillators run fast or slow and wall clocks jump, within what presets assume.',
    perMinute: { low: 2.5, high: 4 },
    always: [RATE, STEP],
    kinds: [{ ...RATE, weight: 2 }, SMALL_STEP],
    rareStepPpm: 0,
  },
  {
    name: 'showcase',
    sentence:
      'The leader pauses for longer than its lease, crashes, and somebody is cut off, under bad ' +
      'clocks; with loss, delay, duplication and slow machines on top.',
    perMinute: { low: 3, high: 4.5 },
    always: [LONG_LEADER_PAUSE, LEADER_CRASH, CUT, RATE, STEP],
    kinds: [CRASH, PAUSE, CUT, ONE_WAY, LOSS, DELAY, DUPLICATE, RATE, SMALL_STEP, SLOW],
    rareStepPpm: 40_000,
  },
  {
    name: 'everything',
    sentence: 'Every kind of fault there is, each equally likely, and more of them.',
    perMinute: { low: 5, high: 7 },
    always: [],
    kinds: [CRASH, PAUSE, CUT, ONE_WAY, LOSS, DELAY, DUPLICATE, RATE, STEP, SLOW].map((kind) => ({
      ...kind,
      weight: 1,
    })),
    rareStepPpm: 40_000,
  },
];

/** How far the rare wall step goes: beyond every assumption, so that timeliness is excused. */
export const RARE_STEP_MS = 5_000;
