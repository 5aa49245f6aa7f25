/** What is walked: a bound is part of every answer, for nothing is said about what lies beyond. */
import { SECOND } from '../../lib/units.ts';
import type { ElectorConfig } from '../../scheduler/parts/elector.ts';

/**
 * Time as a model has it.
 *
 * `any`: timers fire whenever they like, and clocks jump whenever they like by more than every span
 * there is; a call arrives at any time, also when it was given up, or never, and so does an answer.
 * What holds then rests on no time at all.
 *
 * `ticks`: true time goes in ticks, the clock of each member at a rate of its own, and timers fire
 * in the first tick in which they are due. A call reaches the store in the tick in which it is
 * made, and its answer comes within so many ticks, but for what a mishap keeps away. An answer that
 * was lost and is repeated only later than that is not walked: the lease does not stand it.
 */
export type TimeBound =
  | { readonly kind: 'any'; readonly messages: number }
  | {
      readonly kind: 'ticks';
      readonly ticks: number;
      readonly tickUs: number;
      readonly ratesPpm: readonly number[];
      readonly answerTicks: number;
    };

/**
 * `crash`: its memory is gone, and it may start again. `stop`: it is asked to, and gives back what
 * it holds. `pause`: it stands still for as long as one likes. `cut`: nothing passes between it and
 * the store, for as long, one call or all. `wall-forward`, `wall-back`: somebody sets its wall
 * clock.
 */
export type Mishap = 'crash' | 'stop' | 'pause' | 'cut' | 'wall-forward' | 'wall-back';

export interface Bound {
  readonly name: string;
  /** What must hold, for people. */
  readonly holds: string;
  readonly members: number;
  /** Epochs up to this one. */
  readonly terms: number;
  /** So many in all, each of one of these kinds, whenever it likes and to whom it likes. */
  readonly mishaps: number;
  readonly kinds: readonly Mishap[];
  readonly wallStepUs: number;
  readonly time: TimeBound;
  readonly config: ElectorConfig;
  readonly statesMax: number;
}

/**
 * Small numbers in the proportions that matter: a leader that was answered a tick after its write,
 * waits for its retry and then tries up to its deadline has stopped after 6 ticks, by the slowest
 * clock; by the fastest a follower waits for 7.
 */
const CONFIG: ElectorConfig = {
  leaseUs: 7.5 * SECOND,
  renewDeadlineUs: 2.7 * SECOND,
  retryUs: 1.8 * SECOND,
  jitter: 0.5,
};

export const TOKENS: Bound = {
  name: 'tokens',
  holds: 'no epoch is given twice, epochs in rows never go back, and everybody stays a candidate',
  members: 3,
  terms: 2,
  mishaps: 1,
  kinds: ['crash', 'stop'],
  wallStepUs: 0,
  time: { kind: 'any', messages: 2 },
  config: CONFIG,
  statesMax: 2_000_000,
};

const RHO_PPM = 100_000;
/** One clock at the slow end of what is assumed, the others at the fast one. */
const RATES_PPM: readonly number[] = [-RHO_PPM, RHO_PPM, RHO_PPM];

export const EXCLUSION: Bound = {
  name: 'exclusion',
  holds: 'no two members lead at the same time',
  members: 3,
  terms: 3,
  mishaps: 1,
  kinds: ['crash', 'cut', 'wall-forward', 'wall-back'],
  wallStepUs: 10 * SECOND,
  time: { kind: 'ticks', ticks: 8, tickUs: SECOND, ratesPpm: RATES_PPM, answerTicks: 1 },
  config: CONFIG,
  statesMax: 2_000_000,
};

export const PATIENCE: Bound = {
  ...EXCLUSION,
  name: 'patience',
  holds: 'nobody stops leading while every call is answered in time',
  mishaps: 0,
  kinds: [],
  time: { kind: 'ticks', ticks: 12, tickUs: SECOND, ratesPpm: RATES_PPM, answerTicks: 1 },
};

/** The cheapest first. */
export const BOUNDS: readonly Bound[] = [PATIENCE, EXCLUSION, TOKENS];
