/**
 * Which ticks are due, for every version of the schedules of a run: each put of a schedule has
 * ticks of its own, whether or not it is ever accepted, and from the first instant on that it
 * speaks of. What was in force when is for those to say who know what clients were told.
 */
import type { TickId } from '../history/fact.ts';
import type { WallUs } from '../lib/units.ts';
import type { ScheduleSpec } from '../scheduler/api.ts';
import type { NamedSchedule, PlannedOp } from '../workload/workload.ts';
import { dueTicks } from './due-ticks.ts';

/** A tick of the version with this revision. */
export interface DueTick {
  readonly tick: TickId;
  readonly revision: number;
}

/** Ticks of the schedules as they are written, in order of nominal time. */
export function dueOf(schedules: readonly NamedSchedule[]): readonly DueTick[] {
  return inOrder(ticksOf(schedules.map((schedule) => ({ ...schedule, revision: 1 }))));
}

/** The same with those of every later version that clients will put. */
export function dueOfVersions(
  first: readonly DueTick[],
  ops: readonly PlannedOp[],
): readonly DueTick[] {
  const later = ops.flatMap(({ request, meant }) => {
    if (request.kind !== 'put-schedule' || meant !== undefined) return [];
    const { schedule: name, spec, revision = 1 } = request;
    return revision === 1 ? [] : [{ name, spec, revision }];
  });
  return later.length === 0 ? first : inOrder([...first, ...ticksOf(later)]);
}

interface Version extends NamedSchedule {
  readonly revision: number;
}

function ticksOf(versions: readonly Version[]): DueTick[] {
  const known = new Map<string, readonly WallUs[]>();
  const nominalTimes = ({ timing, startUs, endUs }: ScheduleSpec): readonly WallUs[] => {
    const key = JSON.stringify([timing, startUs, endUs]);
    const found = known.get(key) ?? dueTicks(timing, startUs, endUs);
    known.set(key, found);
    return found;
  };
  return versions.flatMap(({ name: schedule, spec, revision }) =>
    nominalTimes(spec).map((nominalUs) => ({ tick: { schedule, nominalUs }, revision })),
  );
}

/** The sort is stable: at one time, schedules and their versions stay in order. */
const inOrder = (ticks: DueTick[]): readonly DueTick[] =>
  ticks.sort((a, b) => a.tick.nominalUs - b.tick.nominalUs);
