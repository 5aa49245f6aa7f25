import type { LockedRows } from '../scheduler/parts/rows/due.ts';
import { ROWS_PARTS } from '../scheduler/parts/rows/parts.ts';
import type { Mutant } from './mutant.ts';

/** Rows as they are found: by the time that they are written somebody else may have done so. */
const unlocked: LockedRows = function* (_, scan) {
  return yield [{ kind: 'range', ...scan }];
};

export const ownerCheckThenAct: Mutant = {
  name: 'owner-check-then-act',
  sentence: 'Who has read that nobody has a row yet takes it, and so does whoever read it beside.',
  source: 'PowerJob#102',
  cause: 'ownership without fencing',
  of: 'rows',
  parts: { exclusion: { ...ROWS_PARTS.exclusion, lockedRows: unlocked } },
};
