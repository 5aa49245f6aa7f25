/**
 * scheduler/schedule: which ticks a schedule has, and what happens to each. Pure, without a clock
 * or zone data of its own.
 *
 *   schedule.ts    a whole schedule checked: timing, misfire policy, bounds (this file)
 *   cron.ts        cron expressions, parsed or refused with a reason
 *   cron-field.ts  one field of an expression, and its plain items
 *   cron-days.ts   days counted within their month, and the days that a rule allows in any month
 *   cron-next.ts   when an expression fires next in a zone, daylight saving decided by policy
 *   timing.ts      a timing checked and compiled: cron or interval
 *   decide.ts      due ticks: run or skip, and why
 *   zone-rules.ts  the rules of a zone as data
 *   zone-time.ts   calendar and local time by arithmetic
 */
import { failed, type Outcome } from '../../lib/outcome.ts';
import { DAY } from '../../lib/units.ts';
import type { ScheduleSpec } from '../api.ts';
import { isRecord, known } from '../job/check-spec.ts';
import { type Compiled, checkTiming, type TimingProblem } from './timing.ts';
import type { ZoneTable } from './zone-rules.ts';

/** More ticks than this are never caught up with at a time; a decision may cost a step for each. */
export const CATCH_UP_MAX = 10_000;
/** Instances that wait for others in one schedule. */
const BUFFER_MAX = 1_000;

/** Checks all of a schedule but its job, and compiles its timing. */
export function checkSchedule(
  spec: ScheduleSpec,
  zones: ZoneTable,
): Outcome<Compiled, TimingProblem> {
  const shape = checkShape(spec);
  if (shape !== undefined) return failed(shape);
  const { misfire, startUs, endUs } = spec;
  if (misfire.late !== 'skip' && misfire.late !== 'once' && misfire.late !== 'all') {
    return failed({ field: 'misfire.late', reason: 'neither skip, once nor all' });
  }
  if (!Number.isSafeInteger(misfire.windowUs) || misfire.windowUs < 0) {
    return failed({ field: 'misfire.windowUs', reason: 'not a span in whole microseconds' });
  }
  const { catchUpMax } = misfire;
  if (!Number.isSafeInteger(catchUpMax) || catchUpMax < 0 || catchUpMax > CATCH_UP_MAX) {
    return failed({ field: 'misfire.catchUpMax', reason: `not a number up to ${CATCH_UP_MAX}` });
  }
  if (!Number.isSafeInteger(startUs)) {
    return failed({ field: 'startUs', reason: 'not an instant in whole microseconds' });
  }
  // Open-ended schedules may say infinity.
  if (typeof endUs !== 'number' || Number.isNaN(endUs) || endUs <= startUs) {
    return failed({ field: 'endUs', reason: 'not after startUs' });
  }
  const problem = checkPolicies(spec);
  return problem === undefined ? checkTiming(spec.timing, zones) : failed(problem);
}

const FIELDS: Readonly<Record<keyof ScheduleSpec, true>> = {
  ...{ timing: true, misfire: true, startUs: true, endUs: true, jitterUs: true },
  ...{ overlap: true, bufferMax: true, job: true },
};
const MISFIRE_FIELDS: Readonly<Record<keyof ScheduleSpec['misfire'], true>> = {
  ...{ late: true, windowUs: true, catchUpMax: true, spacingUs: true },
};

function checkShape(spec: ScheduleSpec): TimingProblem | undefined {
  if (!isRecord(spec)) return { field: 'spec', reason: 'is missing' };
  if (!isRecord(spec.misfire)) return { field: 'misfire', reason: 'is missing' };
  if (!isRecord(spec.timing)) return { field: 'timing', reason: 'is missing' };
  return known('', spec, FIELDS) ?? known('misfire.', spec.misfire, MISFIRE_FIELDS);
}

const OVERLAPS: readonly string[] = ['allow', 'forbid', 'replace', 'buffer'];

function checkPolicies(spec: ScheduleSpec): TimingProblem | undefined {
  const { overlap = 'allow', bufferMax = 1, jitterUs = 0 } = spec;
  const { spacingUs = 0 } = spec.misfire;
  if (!OVERLAPS.includes(overlap)) {
    return { field: 'overlap', reason: `must be one of ${OVERLAPS.join(', ')}` };
  }
  if (!Number.isSafeInteger(bufferMax) || bufferMax < 0 || bufferMax > BUFFER_MAX) {
    return { field: 'bufferMax', reason: `not a number up to ${BUFFER_MAX}` };
  }
  for (const [field, us] of [
    ['jitterUs', jitterUs],
    ['misfire.spacingUs', spacingUs],
  ] as const) {
    if (Number.isSafeInteger(us) && us >= 0 && us <= DAY) continue;
    return { field, reason: 'not a span in whole microseconds up to a day' };
  }
  return undefined;
}
