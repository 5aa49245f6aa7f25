/**
 * What happens to the ticks of a schedule that are due: a pure function of spec, cursor and time
 * (and of the zone rules inside the compiled timing), so that whoever decides, and however often
 * the decider changes, a tick found at the same time from the same cursor has the same fate.
 */
import { assert } from '../../lib/assert.ts';
import { type WallUs, wallUs } from '../../lib/units.ts';
import type { MisfirePolicy, ScheduleSpec } from '../api.ts';
import type { Compiled } from './timing.ts';

/** Stable words: they are recorded with every tick that does not run. */
export type TickReason =
  | 'on-time'
  | 'late-once'
  | 'late-all'
  | 'skipped-late'
  | 'superseded-by-once'
  | 'over-catch-up';

export interface TickDecision {
  readonly nominalUs: WallUs;
  readonly action: 'run' | 'skip';
  readonly reason: TickReason;
}

export interface Decided {
  /** In order of nominal time. */
  readonly decisions: readonly TickDecision[];
  /** Nominal time of the last decision; as it was when there is none. */
  readonly cursorUs: WallUs;
  /** The first tick not decided yet, due or not; undefined when the schedule has no more. */
  readonly nextDueUs: WallUs | undefined;
  /** Ticks that are due remain, for the limit was reached: decide again from the new cursor. */
  readonly more: boolean;
}

/**
 * How a policy treats late ticks: the newest `keep` of them run. What others call "the last n" is
 * `all` with a `catchUpMax` of n, and the grace that they give a tick is the misfire window.
 */
interface LateRule {
  readonly keep: number;
  readonly run: TickReason;
  readonly skip: TickReason;
}

/**
 * Decides the ticks with cursor < nominal <= now, oldest first and at most `limit` (1 or more) of
 * them. A tick more than the misfire window late is late; the others run. Among late ticks the
 * policy counts from the newest back, so that a limit reached in between changes no one's fate at
 * the same `nowUs`. A clock that went back decides nothing and moves nothing. Costs a step per tick
 * decided, plus `catchUpMax` when ticks are late.
 */
export function decideTicks(
  spec: ScheduleSpec,
  compiled: Compiled,
  cursorUs: WallUs,
  nowUs: WallUs,
  limit: number,
): Decided {
  assert(limit >= 1, () => `limit of ${limit} decisions`);
  const rule = lateRule(spec.misfire);
  const lateBeforeUs = nowUs - spec.misfire.windowUs;
  const isLate = (tick: WallUs | undefined) => tick !== undefined && tick < lateBeforeUs;
  const decisions: TickDecision[] = [];
  let cursor = cursorUs;
  let tick = tickAfter(spec, compiled, cursorUs);
  // Runs `keep` ticks ahead: while it is late itself, too many late ones follow the tick at hand.
  let ahead = isLate(tick) ? tickAhead(spec, compiled, tick, rule.keep, isLate) : undefined;
  while (tick !== undefined && tick <= nowUs && decisions.length < limit) {
    if (!isLate(tick)) decisions.push({ nominalUs: tick, action: 'run', reason: 'on-time' });
    else if (isLate(ahead)) {
      decisions.push({ nominalUs: tick, action: 'skip', reason: rule.skip });
      ahead = nextOf(spec, compiled, ahead);
    } else decisions.push({ nominalUs: tick, action: 'run', reason: rule.run });
    cursor = tick;
    tick = nextOf(spec, compiled, tick);
  }
  const more = tick !== undefined && tick <= nowUs;
  return { decisions, cursorUs: cursor, nextDueUs: tick, more };
}

function lateRule(misfire: MisfirePolicy): LateRule {
  switch (misfire.late) {
    case 'skip':
      return { keep: 0, run: 'on-time', skip: 'skipped-late' };
    case 'once':
      return { keep: 1, run: 'late-once', skip: 'superseded-by-once' };
    case 'all':
      return { keep: misfire.catchUpMax, run: 'late-all', skip: 'over-catch-up' };
  }
}

/** The tick `count` places after `tick`; any tick that is not late serves once late ones end. */
function tickAhead(
  spec: ScheduleSpec,
  compiled: Compiled,
  tick: WallUs | undefined,
  count: number,
  isLate: (tick: WallUs | undefined) => boolean,
): WallUs | undefined {
  let at = tick;
  for (let i = 0; i < count && isLate(at); i++) at = nextOf(spec, compiled, at);
  return at;
}

const nextOf = (
  spec: ScheduleSpec,
  compiled: Compiled,
  tick: WallUs | undefined,
): WallUs | undefined => (tick === undefined ? undefined : tickAfter(spec, compiled, tick));

/**
 * The first tick of a schedule strictly after an instant and within [startUs, endUs); undefined
 * when there is none.
 */
export function tickAfter(
  spec: ScheduleSpec,
  compiled: Compiled,
  afterUs: WallUs,
): WallUs | undefined {
  const next = compiled.nextAfter(wallUs(Math.max(afterUs, spec.startUs - 1)));
  return next !== undefined && next < spec.endUs ? next : undefined;
}
