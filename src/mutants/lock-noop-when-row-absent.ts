import type { LockedRows } from '../scheduler/parts/rows/due.ts';
import type { Mutant } from './mutant.ts';

/** What is found is believed, for there is a lock around it. */
const found: LockedRows = function* (_, scan) {
  return yield [{ kind: 'range', ...scan }];
};

export const lockNoopWhenRowAbsent: Mutant = {
  name: 'lock-noop-when-row-absent',
  sentence: 'The row that everybody locks is not there, so the lock that all rely on is none.',
  source: 'xxl-job#2806',
  cause: 'ownership without fencing',
  of: 'rows',
  parts: { exclusion: { guard: () => [], lockedRows: found } },
};
