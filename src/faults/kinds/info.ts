/**
 * kinds: every kind of fault in words and numbers, a file per family. `list faults`, `explain`, the
 * checks of a plan and the text of scenarios all read these tables; what a kind does is in
 * `<family>-faults.ts`.
 */
import type { AimedRole, FaultKind } from '../plan.ts';

/** One number of a kind of fault; its unit ends its name (`Us`, `Ppm`), or it is a plain number. */
export interface ParamInfo {
  /** What it means, as `explain` says it. */
  readonly words: string;
  /** Its range, both ends allowed. */
  readonly low: number;
  readonly high: number;
  /** May be left out: it then has this value. */
  readonly otherwise?: number;
  /** May have a fraction; all others count whole units. */
  readonly fractional?: true;
}

/** One kind of fault. */
export interface FaultInfo<K extends string = FaultKind> {
  readonly kind: K;
  /** What happens, in one sentence. */
  readonly sentence: string;
  readonly params: Readonly<Record<string, ParamInfo>>;
  /** Claims that it excuses, in words; empty for nearly all. */
  readonly excuses: readonly string[];
  /** Machines that it can hit; others are not hit, whatever the target says. */
  readonly roles: readonly AimedRole[];
  /** Acts on links, and so may have a peer. */
  readonly hasPeer?: true;
  /** Stays until the storm is over, whatever its duration. */
  readonly lasts?: true;
}

export const PPM = 1_000_000;
export const US_PER_SECOND = 1_000_000;
/** A year: longer than any run, and far from where microseconds stop being exact. */
export const LONGEST_US = 366 * 24 * 3_600 * US_PER_SECOND;

export const EVERY_ROLE: readonly AimedRole[] = [
  'scheduler',
  'store',
  'worker',
  'client',
  'ledger',
];
/** Machines that run the code under test. */
export const TESTED: readonly AimedRole[] = ['scheduler', 'store', 'worker'];

/** A share of something, in parts per million. */
export const sharePpm = (words: string): ParamInfo => ({ words, low: 0, high: PPM });
/** A span of time. */
export const spanUs = (words: string, low = 0): ParamInfo => ({ words, low, high: LONGEST_US });
