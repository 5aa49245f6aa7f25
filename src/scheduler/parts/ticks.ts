/**
 * Which schedules are due when, and the deciding of their ticks. The decision itself is pure
 * (`schedule/decide.ts`); this keeps the compiled timings and the order of what comes next.
 */
import type { TickId } from '../../history/fact.ts';
import { required } from '../../lib/assert.ts';
import type { WallUs } from '../../lib/units.ts';
import type { decideTicks } from '../schedule/decide.ts';
import type { Compiled, checkTiming } from '../schedule/timing.ts';
import { type ZoneTable, zoneVersion } from '../schedule/zone-rules.ts';
import type { ScheduleRecord } from './book.ts';
import { DueQueue } from './due-queue.ts';

/** Ticks decided in one pass for one schedule; the rest follows in the next pass. */
const TICKS_PER_PASS = 100;

export interface DecidedTick {
  readonly tick: TickId;
  readonly action: 'run' | 'skip';
  readonly reason: string;
}

export interface DecidedSchedule {
  readonly schedule: ScheduleRecord;
  readonly ticks: readonly DecidedTick[];
}

export class Ticks {
  readonly #zones: ZoneTable;
  readonly #decide: typeof decideTicks;
  readonly #check: typeof checkTiming;
  readonly #compiled = new Map<string, Compiled>();
  readonly #due = new DueQueue<string>();

  constructor(zones: ZoneTable, decide: typeof decideTicks, check: typeof checkTiming) {
    this.#zones = zones;
    this.#decide = decide;
    this.#check = check;
  }

  /**
   * Takes a schedule (again) into the order of what comes next; false when its ticks were decided
   * by newer rules of its zone than those at hand, for then it is left to those who have them: a
   * tick that comes late is told as late, one at a wrong time can not be taken back.
   */
  track(schedule: ScheduleRecord): boolean {
    const version = zoneVersion(schedule.spec.timing, this.#zones);
    if (schedule.rules !== undefined && (version ?? '') < schedule.rules) return false;
    const checked = this.#check(schedule.spec.timing, this.#zones);
    const compiled = required(checked.kind === 'ok' ? checked.value : undefined, schedule.id);
    this.#compiled.set(schedule.id, compiled);
    this.#plan(schedule.id, compiled.nextAfter(schedule.cursorUs), schedule.spec.endUs);
    return true;
  }

  /** The schedule with the mark of the zone rules that its ticks are decided by. */
  stamped(schedule: ScheduleRecord): ScheduleRecord {
    const rules = zoneVersion(schedule.spec.timing, this.#zones);
    return rules === undefined || rules === schedule.rules ? schedule : { ...schedule, rules };
  }

  /** When the next pass is worth making. */
  nextUs(): number | undefined {
    return this.#due.peekUs();
  }

  /** Decides what is due by `nowUs` for the next schedule in order; undefined when nothing is. */
  decideNext(
    schedules: ReadonlyMap<string, ScheduleRecord>,
    nowUs: WallUs,
  ): DecidedSchedule | undefined {
    const id = this.#due.popDue(nowUs);
    if (id === undefined) return undefined;
    const schedule = required(schedules.get(id), id);
    const compiled = required(this.#compiled.get(id), id);
    const { spec, cursorUs } = schedule;
    const pass = this.#decide(spec, compiled, cursorUs, nowUs, TICKS_PER_PASS);
    this.#plan(id, pass.more ? nowUs : pass.nextDueUs, spec.endUs);
    const ticks = pass.decisions.map(({ nominalUs, action, reason }) => ({
      tick: { schedule: id, nominalUs },
      action,
      reason,
    }));
    return { schedule: this.stamped({ ...schedule, cursorUs: pass.cursorUs }), ticks };
  }

  #plan(id: string, atUs: number | undefined, endUs: WallUs): void {
    if (atUs !== undefined && atUs < endUs) this.#due.push(atUs, id);
  }
}
