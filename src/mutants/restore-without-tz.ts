import type { ScheduleRecord } from '../scheduler/parts/book.ts';
import type { Mutant } from './mutant.ts';
import { withSchedules } from './remade-book.ts';

function inUtc(schedule: ScheduleRecord): ScheduleRecord {
  const { spec } = schedule;
  if (spec.timing.kind !== 'cron') return schedule;
  return { ...schedule, spec: { ...spec, timing: { ...spec.timing, zone: 'UTC' } } };
}

export const restoreWithoutTz: Mutant = {
  name: 'restore-without-tz',
  sentence: 'A new leader restores schedules in UTC instead of in the zone that they name.',
  source: 'nomad#2721',
  cause: 'clock arithmetic',
  of: 'engine',
  parts: { takeOver: (book) => withSchedules(book, inUtc) },
};
