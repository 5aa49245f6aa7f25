/**
 * Which schedules are due when, and the deciding of their ticks. The decision itself is pure
 * (`schedule/decide.ts`); this keeps the compiled timings and the order of what comes next.
 */
import type { Standing, TickId } from '../../history/fact.ts';
import { required } from '../../lib/assert.ts';
import { hashedRandom } from '../../lib/random.ts';
import type { WallUs } from '../../lib/units.ts';
import { type decideTicks, type TickDecision, tickAfter } from '../schedule/decide.ts';
import type { Compiled, checkTiming } from '../schedule/timing.ts';
import { type ZoneTable, zoneVersion } from '../schedule/zone-rules.ts';
import type { ScheduleRecord } from './book.ts';
import { DueQueue } from './due-queue.ts';

/** Ticks decided in one pass for one schedule; the rest follows in the next pass. */
const TICKS_PER_PASS = 100;

export type DecidedTick = {
  readonly tick: TickId;
  readonly reason: string;
} & (
  | {
      readonly action: 'run';
      /** No attempt of it starts before this. */
      readonly startUs: WallUs;
    }
  | { readonly action: 'skip' }
);

export interface DecidedSchedule {
  readonly schedule: ScheduleRecord;
  readonly ticks: readonly DecidedTick[];
  /** Ticks that are due remain. */
  readonly more: boolean;
}

/** Decides the ticks of schedules that it has been shown. */
export class TickDecider {
  readonly #zones: ZoneTable;
  readonly #decide: typeof decideTicks;
  readonly #check: typeof checkTiming;
  readonly #compiled = new Map<string, Compiled>();
  readonly #nextUs = new Map<string, number>();

  constructor(zones: ZoneTable, decide: typeof decideTicks, check: typeof checkTiming) {
    this.#zones = zones;
    this.#decide = decide;
    this.#check = check;
  }

  /**
   * Takes a schedule as it is from now on; false when its ticks were decided by newer rules of its
   * zone than those at hand, for then it is left to those who have them: a tick that comes late is
   * told as late, one at a wrong time can not be taken back.
   */
  track(schedule: ScheduleRecord): boolean {
    this.#compiled.delete(schedule.id);
    this.#nextUs.delete(schedule.id);
    if (standingOf(schedule) === 'deleted') return true;
    const version = zoneVersion(schedule.spec.timing, this.#zones);
    if (schedule.rules !== undefined && (version ?? '') < schedule.rules) return false;
    const checked = this.#check(schedule.spec.timing, this.#zones);
    const compiled = required(checked.kind === 'ok' ? checked.value : undefined, schedule.id);
    this.#compiled.set(schedule.id, compiled);
    this.plan(schedule.id, tickAfter(schedule.spec, compiled, schedule.cursorUs));
    return true;
  }

  /** The schedule with the mark of the zone rules that its ticks are decided by. */
  stamped(schedule: ScheduleRecord): ScheduleRecord {
    const rules = zoneVersion(schedule.spec.timing, this.#zones);
    return rules === undefined || rules === schedule.rules ? schedule : { ...schedule, rules };
  }

  isTracked(schedule: string): boolean {
    return this.#compiled.has(schedule);
  }

  /** When the next tick of a schedule is due, where it is tracked and has one. */
  nextOf(schedule: string): number | undefined {
    return this.#nextUs.get(schedule);
  }

  /**
   * One pass over one schedule; undefined for one that is not tracked. Ticks that fall due within
   * `aheadUs` are decided now, too, as they will be when they are due.
   */
  decide(before: ScheduleRecord, nowUs: WallUs, aheadUs = 0): DecidedSchedule | undefined {
    const compiled = this.#compiled.get(before.id);
    if (compiled === undefined) return undefined;
    const { id, spec, cursorUs } = before;
    const untilUs = (nowUs + aheadUs) as WallUs;
    const seen = aheadUs === 0 ? spec : withWindow(spec, spec.misfire.windowUs + aheadUs);
    const pass = this.#decide(seen, compiled, cursorUs, untilUs, TICKS_PER_PASS);
    // With ticks left, at once: also when the schedule has ended meanwhile.
    this.plan(id, pass.more ? nowUs : pass.nextDueUs);
    let { lateStartUs } = before;
    const ticks = pass.decisions.map((decision): DecidedTick => {
      const tick = { schedule: id, nominalUs: decision.nominalUs };
      if (standingOf(before) === 'paused') return { tick, action: 'skip', reason: 'paused' };
      const { action, reason } = decision;
      if (action === 'skip') return { tick, action, reason };
      const isSpaced = reason !== 'on-time' && (spec.misfire.spacingUs ?? 0) > 0;
      const startUs = isSpaced ? lateStart(before, lateStartUs, nowUs) : jittered(before, decision);
      if (isSpaced) lateStartUs = startUs;
      return { tick, action, reason, startUs };
    });
    const decided = { ...before, cursorUs: pass.cursorUs };
    const schedule = lateStartUs === undefined ? decided : { ...decided, lateStartUs };
    return { schedule: this.stamped(schedule), ticks, more: pass.more };
  }

  /** The schedule is looked at next at this time, if ever. */
  protected plan(id: string, atUs: number | undefined): void {
    if (atUs === undefined) this.#nextUs.delete(id);
    else this.#nextUs.set(id, atUs);
  }
}

/** The same, and the order in which the schedules of a book are due. */
export class Ticks extends TickDecider {
  readonly #due = new DueQueue<{ readonly id: string; readonly atUs: number }>();

  /** When the next pass is worth making. */
  nextUs(): number | undefined {
    return this.#due.peekUs();
  }

  /** Decides what is due by `nowUs` for the next schedule in order; undefined when nothing is. */
  decideNext(
    schedules: ReadonlyMap<string, ScheduleRecord>,
    nowUs: WallUs,
  ): DecidedSchedule | undefined {
    for (;;) {
      const due = this.#due.popDue(nowUs);
      if (due === undefined) return undefined;
      // Planned anew since then.
      if (this.nextOf(due.id) !== due.atUs) continue;
      const decided = this.decide(required(schedules.get(due.id), due.id), nowUs);
      if (decided !== undefined) return decided;
    }
  }

  protected override plan(id: string, atUs: number | undefined): void {
    super.plan(id, atUs);
    if (atUs !== undefined) this.#due.push(atUs, { id, atUs });
  }
}

/** Seen from later on, ticks are as late as they are now. */
const withWindow = (spec: ScheduleRecord['spec'], windowUs: number): ScheduleRecord['spec'] => ({
  ...spec,
  misfire: { ...spec.misfire, windowUs },
});

export const standingOf = ({ standing = 'active' }: ScheduleRecord): Standing => standing;

/** The same for whoever decides: drawn by schedule and nominal time. */
function jittered({ id, spec: { jitterUs = 0 } }: ScheduleRecord, tick: TickDecision): WallUs {
  if (jitterUs === 0) return tick.nominalUs;
  const draw = hashedRandom(id, tick.nominalUs, 'jitter').float();
  return (tick.nominalUs + Math.floor(draw * (jitterUs + 1))) as WallUs;
}

/** Catching up is spaced out: each late tick starts so long after the one before. */
function lateStart(
  { spec: { misfire } }: ScheduleRecord,
  beforeUs: WallUs | undefined,
  nowUs: WallUs,
): WallUs {
  const { spacingUs = 0, catchUpMax } = misfire;
  if (beforeUs === undefined) return nowUs;
  // A clock that was ahead may have left a time that is far away.
  const latestUs = nowUs + spacingUs * Math.max(1, catchUpMax);
  return Math.max(nowUs, Math.min(beforeUs + spacingUs, latestUs)) as WallUs;
}
