/**
 * How each kind of fault is drawn: how long, how hard, at whom. Profiles pick from here. Everything
 * in this file stays within what presets take for granted; what goes beyond is in
 * `beyond-shapes.ts`.
 */
import type { AimedRole, FaultKind, RoleAtMoment, Share } from './plan.ts';

/** Uniform in [low, high], in steps of `step` (1 when absent); either sign when `signed`. */
export interface Range {
  readonly low: number;
  readonly high: number;
  readonly step?: number;
  readonly signed?: true;
}

/**
 * Whom a drawn fault aims at: a role at that moment, any one machine of a kind, a share of a kind
 * (`any`: of everybody), or a rack.
 */
export type Aim =
  | RoleAtMoment
  | AimedRole
  | 'rack'
  | { readonly share: Share; readonly of: AimedRole | 'any' };

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
  /** Nobody relies on the wall clocks that it shifts, or it goes too far on purpose. */
  readonly isUnbounded?: true;
  /**
   * Followed, so long after its start, by a crash of the same target: what it does shows only when
   * a machine starts again.
   */
  readonly crashAfterMs?: Range;
}

type Span = readonly [number, number];
type Params = Readonly<Record<string, Range>>;

/** A shape of weight 1; durations in steps of 100 ms. */
export const shape = (
  kind: FaultKind,
  durationMs: Span,
  whom: readonly Whom[],
  params: Params = {},
): FaultShape => ({
  kind,
  weight: 1,
  durationMs: { low: durationMs[0], high: durationMs[1], step: 100 },
  params,
  whom,
});

export const whole = (low: number, high: number, step = 1): Range => ({ low, high, step });
/** Microseconds, given in milliseconds. */
export const ms = (low: number, high: number, step = 1): Range =>
  whole(low * 1_000, high * 1_000, step * 1_000);
/** Parts per million, given in per cent. */
const percent = (low: number, high: number): Range => whole(low * 10_000, high * 10_000, 10_000);
export const signed = (range: Range): Range => ({ ...range, signed: true });

export const at = (...targets: readonly Aim[]): readonly Whom[] =>
  targets.map((target) => ({ target }));
const link = (target: Aim, peer: Aim): Whom => ({ target, peer });
const some = (share: Share, of: AimedRole | 'any'): Aim => ({ share, of });

export const LEADER = at('leader');
export const ANY_SCHEDULER = at('leader', 'scheduler');
export const ANYBODY = at('last-dispatcher', 'follower', 'store', 'worker');
/** Cuts worth making: each isolates someone, or one link that a design may take for granted. */
export const CUTS: readonly Whom[] = [
  ...at('leader', 'leader', 'store'),
  link('leader', 'store'),
  link('leader', 'worker'),
  link('leader', 'follower'),
  ...at('worker', 'client'),
];
/** The same, and several at a time. */
const MORE_CUTS: readonly Whom[] = [
  ...CUTS,
  ...at('follower', 'ledger', 'rack', some('minority', 'scheduler'), some('majority', 'worker')),
  ...at(some('minority', 'any'), some('all', 'client')),
  link('worker', 'ledger'),
  link('client', 'leader'),
];
export const LINKS: readonly Whom[] = [...ANYBODY, ...at('client', 'ledger')];
const MORE_LINKS: readonly Whom[] = [
  ...LINKS,
  ...at('leader', some('all', 'scheduler'), some('minority', 'any'), some('all', 'any')),
  link('leader', 'store'),
  link('leader', 'worker'),
];
const MACHINES = [
  ...at('leader', 'rack', some('minority', 'worker'), some('all', 'scheduler')),
  ...ANYBODY,
];
/** Whoever writes what a job's life hangs on. */
const WRITERS = at('leader', 'store', 'scheduler', 'store-primary');
const WORKERS = at('worker', 'worker', some('minority', 'worker'));
const GROUPS = at(some('all', 'any'), some('all', 'any'), some('majority', 'any'));
const PRIMARY = at('store-primary');
const DIRECTION: Params = { direction: whole(-1, 1) };

export const CRASH: FaultShape = {
  ...shape('crash', [1_000, 15_000], [{ target: 'leader' }, ...ANYBODY]),
  weight: 3,
};
/**
 * Longer than the longest lease of a default preset (15 s), so that a successor is elected while
 * the old leader sleeps, and it wakes to a world in which it no longer leads.
 */
export const LONG_LEADER_PAUSE = shape('pause', [20_000, 30_000], LEADER);
export const LEADER_CRASH = shape('crash', [3_000, 12_000], LEADER);
export const PAUSE = shape('pause', [500, 12_000], ANYBODY);
export const CUT = shape('partition', [5_000, 20_000], CUTS);
export const ONE_WAY = shape('one-way-partition', [4_000, 15_000], CUTS, {
  direction: { low: 0, high: 1 },
});
export const LOSS = shape('loss', [5_000, 30_000], LINKS, { lossPpm: percent(2, 30) });
export const DELAY = shape('delay', [5_000, 30_000], LINKS, {
  delayUs: ms(20, 800, 10),
  jitterUs: ms(0, 400, 10),
});
export const DUPLICATE = shape('duplicate', [5_000, 30_000], LINKS, {
  duplicatePpm: percent(5, 50),
});
/** Crystals are within ±100 ppm, bad virtual ones within a few hundred. */
export const RATE = shape('clock-rate', [15_000, 40_000], ANY_SCHEDULER, {
  ratePpm: signed(whole(100, 400, 10)),
});
export const STEP = shape('clock-step', [0, 0], [...ANY_SCHEDULER, { target: 'store' }], {
  stepUs: signed(ms(50, 400, 10)),
});
export const SMALL_STEP: FaultShape = { ...STEP, params: { stepUs: signed(ms(20, 120, 10)) } };
export const SLOW = shape('slow-cpu', [5_000, 25_000], ANYBODY, { factor: whole(2, 20) });

export const CUT_SHAPES: readonly FaultShape[] = [
  { ...CUT, whom: MORE_CUTS },
  { ...ONE_WAY, whom: MORE_CUTS },
  shape('split', [5_000, 20_000], GROUPS, { groups: whole(2, 4) }),
  shape('ring', [5_000, 20_000], GROUPS),
  shape('bridge', [5_000, 20_000], GROUPS),
  shape('flapping', [8_000, 25_000], MORE_CUTS, {
    downUs: ms(200, 4_000, 100),
    upUs: ms(200, 4_000, 100),
  }),
  shape('swizzle', [8_000, 25_000], GROUPS),
  shape('jam', [2_000, 12_000], MORE_CUTS, DIRECTION),
];

/** Links that work, but badly. */
export const LINK_SHAPES: readonly FaultShape[] = [
  shape('slow-link', [5_000, 25_000], MORE_LINKS, { factor: whole(5, 200, 5), ...DIRECTION }),
  { ...LOSS, whom: MORE_LINKS, params: { ...LOSS.params, ...DIRECTION } },
  shape('burst-loss', [8_000, 30_000], MORE_LINKS, {
    lossPpm: percent(30, 100),
    goodUs: ms(200, 4_000, 100),
    badUs: ms(50, 1_000, 50),
  }),
  { ...DELAY, whom: MORE_LINKS, params: { ...DELAY.params, ...DIRECTION } },
  shape('delay-exponential', [5_000, 25_000], MORE_LINKS, {
    meanUs: ms(10, 400, 10),
    ...DIRECTION,
  }),
  shape('delay-lognormal', [5_000, 25_000], MORE_LINKS, {
    medianUs: ms(5, 200, 5),
    sigma: whole(0.3, 1.5, 0.1),
    ...DIRECTION,
  }),
  shape('delay-heavy-tail', [5_000, 25_000], MORE_LINKS, {
    scaleUs: ms(1, 40),
    shape: whole(1, 3, 0.1),
    ...DIRECTION,
  }),
  { ...DUPLICATE, whom: MORE_LINKS, params: { ...DUPLICATE.params, ...DIRECTION } },
  shape('reorder', [5_000, 25_000], MORE_LINKS, {
    reorderPpm: percent(5, 50),
    holdUs: ms(5, 500, 5),
    ...DIRECTION,
  }),
  shape('corrupt', [5_000, 25_000], MORE_LINKS, { corruptPpm: percent(2, 30), ...DIRECTION }),
  shape('bandwidth', [8_000, 25_000], MORE_LINKS, {
    bytesPerSecond: whole(1_000, 20_000, 500),
    queueUs: ms(200, 5_000, 100),
  }),
  shape('queue-cap', [5_000, 20_000], MORE_LINKS, { messages: whole(0, 2) }),
  // For good: so little that every bound still holds after the storm.
  shape(
    'slow-pair',
    [0, 0],
    [
      link('leader', 'store'),
      link('scheduler', 'worker'),
      link('leader', 'follower'),
      link('worker', 'ledger'),
      link('client', 'scheduler'),
    ],
    { delayUs: ms(1, 15) },
  ),
];

export const PROCESS_SHAPES: readonly FaultShape[] = [
  shape('crash', [1_000, 15_000], MACHINES),
  shape('kill', [1_000, 15_000], MACHINES),
  shape('crash-at-write', [3_000, 15_000], WRITERS),
  shape('crash-in-recovery', [4_000, 15_000], MACHINES, { times: whole(1, 4) }),
  shape('stop', [2_000, 15_000], MACHINES, { deadlineUs: ms(100, 5_000, 100) }),
  shape('pause', [500, 12_000], MACHINES),
  shape('pause', [16_000, 30_000], ANY_SCHEDULER),
  shape('suspend', [1_000, 15_000], WORKERS),
  shape('stall', [500, 10_000], MACHINES),
  { ...SLOW, whom: MACHINES },
  shape('restart-storm', [6_000, 20_000], MACHINES, {
    everyUs: ms(500, 4_000, 100),
    downUs: ms(50, 1_000, 50),
  }),
  shape('wipe', [2_000, 12_000], WORKERS),
  shape('replace', [2_000, 12_000], WORKERS),
  shape('second-copy', [4_000, 15_000], WORKERS),
  shape('unequal-config', [15_000, 40_000], at('leader', 'follower', 'scheduler', 'worker'), {
    factor: whole(0.3, 4, 0.1),
  }),
];

const MEMBERS = at('leader', 'scheduler', 'store');
export const CLOCK_SHAPES: readonly FaultShape[] = [
  { ...RATE, whom: MEMBERS },
  { ...STEP, whom: MEMBERS },
  shape('clock-strobe', [4_000, 20_000], MEMBERS, {
    stepUs: signed(ms(20, 120, 10)),
    periodUs: ms(100, 3_000, 100),
  }),
  shape('clock-freeze', [100, 200], MEMBERS),
  { ...shape('clock-freeze', [2_000, 15_000], WORKERS), isUnbounded: true },
  shape('clock-slew', [5_000, 25_000], MEMBERS, {
    offsetUs: signed(ms(20, 120, 10)),
    slewPpm: whole(500, 50_000, 500),
  }),
  shape('ntp-false-server', [8_000, 30_000], MEMBERS, {
    offsetUs: signed(ms(20, 120, 10)),
    slewPpm: whole(500, 50_000, 500),
  }),
  shape('ntp-outage', [20_000, 50_000], MEMBERS),
  // A whole second: more than presets assume of machines whose clocks matter.
  { ...shape('leap-second', [3_000, 20_000], WORKERS), isUnbounded: true },
  { ...shape('leap-smear', [10_000, 40_000], WORKERS), isUnbounded: true },
];

export const DISK_SHAPES: readonly FaultShape[] = [
  {
    ...shape('read-error', [6_000, 20_000], WRITERS, { errorPpm: percent(20, 90) }),
    crashAfterMs: whole(200, 2_000, 100),
  },
  shape('disk-stall', [1_000, 10_000], WRITERS),
  shape('slow-disk', [5_000, 25_000], WRITERS, { factor: whole(5, 100, 5) }),
  shape('disk-full', [3_000, 15_000], WRITERS),
  shape('sync-fail', [3_000, 15_000], WRITERS, { failPpm: percent(10, 100) }),
];

export const STORE_SHAPES: readonly FaultShape[] = [
  shape('stale-reads', [5_000, 25_000], PRIMARY, { lagUs: ms(100, 5_000, 100) }),
  shape('lost-answer', [5_000, 20_000], PRIMARY, { lostPpm: percent(10, 80) }),
  shape('lock-stall', [2_000, 12_000], PRIMARY),
  shape('orphan-locks', [5_000, 25_000], PRIMARY),
  shape('session-loss', [100, 1_000], PRIMARY),
  shape('lossy-notification', [8_000, 30_000], PRIMARY, { lossPpm: percent(20, 100) }),
  shape('serialization-errors', [5_000, 20_000], PRIMARY, { abortPpm: percent(5, 60) }),
  shape('read-only', [2_000, 12_000], PRIMARY),
];

export const WORKLOAD_SHAPES: readonly FaultShape[] = [
  shape('burst', [1_000, 5_000], at('client'), { perSecond: whole(5, 30) }),
  shape('herd', [1_000, 10_000], at('client'), {
    jobs: whole(10, 60, 5),
    dueUs: ms(500, 8_000, 100),
  }),
  shape('poison-job', [3_000, 15_000], WORKERS, { poisonPpm: percent(5, 40) }),
  shape('long-job', [3_000, 15_000], WORKERS, { factor: whole(5, 100, 5) }),
  shape('retry-storm', [3_000, 15_000], at('client'), { everyUs: ms(20, 400, 10) }),
];

/** Every kind that can be drawn without going beyond what presets assume. */
export const ORDINARY_SHAPES: readonly FaultShape[] = [
  ...CUT_SHAPES,
  ...LINK_SHAPES,
  ...PROCESS_SHAPES,
  ...CLOCK_SHAPES,
  ...DISK_SHAPES,
  ...STORE_SHAPES,
  ...WORKLOAD_SHAPES,
];
