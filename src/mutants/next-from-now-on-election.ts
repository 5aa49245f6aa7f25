import { wallUs } from '../lib/units.ts';
import type { Mutant } from './mutant.ts';
import { withSchedules } from './remade-book.ts';

export const nextFromNowOnElection: Mutant = {
  name: 'next-from-now-on-election',
  sentence: 'A new leader looks for ticks from now on: what fell due since the last one is gone.',
  source: 'sidekiq#6804',
  cause: 'cursor and effect not atomic',
  of: 'engine',
  parts: {
    takeOver: (book, nowUs) =>
      withSchedules(book, (schedule) => {
        return { ...schedule, cursorUs: wallUs(Math.max(schedule.cursorUs, nowUs)) };
      }),
  },
};
