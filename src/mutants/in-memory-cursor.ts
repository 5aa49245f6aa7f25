import type { ScheduleRecord } from '../scheduler/parts/book.ts';
import type { Mutant } from './mutant.ts';
import { withSchedules } from './remade-book.ts';

/** Every term counts its intervals from its own start. */
function fromNow(schedule: ScheduleRecord, nowUs: ScheduleRecord['cursorUs']): ScheduleRecord {
  const { spec } = schedule;
  if (spec.timing.kind !== 'interval') return schedule;
  const timing = { ...spec.timing, anchorUs: nowUs };
  return { ...schedule, spec: { ...spec, timing }, cursorUs: nowUs };
}

export const inMemoryCursor: Mutant = {
  name: 'in-memory-cursor',
  sentence: 'When an interval last fired is known in memory only: it starts anew with every term.',
  source: 'river#791',
  cause: 'state kept or lost across terms',
  of: 'engine',
  parts: {
    takeOver: (book, nowUs) => withSchedules(book, (schedule) => fromNow(schedule, nowUs)),
  },
};
