/**
 * Time on a member's clocks as seen from now. Programs may not care where a clock begins, so a
 * model may: it is always the same moment on a member's clocks, and when time passes, every instant
 * that the member remembers moves into the past. Instants are known by their size, wherever a
 * protocol or a mutant keeps them: spans are smaller than all of them.
 */
import { HOUR, SECOND } from '../../lib/units.ts';

/** Now, on the monotonic clock of every member, and on a wall clock that nobody has set. */
export const NOW_US = 1_000 * SECOND;
export const WALL_NOW_US = 5_000 * SECOND;

/** Spans are smaller than this, instants are not. */
const INSTANT_MIN_US = 500 * SECOND;
/** Between the instants of the two clocks. */
const WALL_MIN_US = 3_000 * SECOND;
/** Never comes nearer. */
const NEVER_US = HOUR * 10_000;

/** No span of a protocol in a model is as long: what is older is as old. */
export const LONG_US = 10 * SECOND;
/** A wall clock may be set by that much, twice, before it comes to that. */
const LONG_ON_WALL_US = 4 * LONG_US;

const oldest = (us: number): number =>
  us < WALL_MIN_US ? NOW_US - LONG_US : WALL_NOW_US - LONG_ON_WALL_US;

const moved = (us: number, byUs: number): number =>
  us < INSTANT_MIN_US || us > NEVER_US ? us : Math.max(oldest(us), us - byUs);

/** The same with every instant in it so much longer ago. */
export function ago<T>(value: T, byUs: number): T {
  if (typeof value === 'number') return moved(value, byUs) as T;
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((each: unknown) => ago(each, byUs)) as T;
  const entries = Object.entries(value).map(([key, each]: [string, unknown]) => [
    key,
    ago(each, byUs),
  ]);
  return Object.fromEntries(entries) as T;
}
