import type { LockedRows } from '../scheduler/parts/rows/due.ts';
import { ROWS_PARTS } from '../scheduler/parts/rows/parts.ts';
import { valueIn } from '../scheduler/parts/rows/schema.ts';
import type { StoreOp, StoreRow } from '../scheduler/store/protocol.ts';
import type { Mutant } from './mutant.ts';

/** Found, then locked; what was found counts if the state is that again. */
const byState: LockedRows = function* (_, scan) {
  const found = yield [{ kind: 'range', ...scan }];
  if (found.length === 0) return found;
  const locked = yield found.map(({ key }): StoreOp => ({ kind: 'read', key, forUpdate: true }));
  return found.filter((row, at) => stateOf(row) === stateOf(locked[at]));
};

function stateOf(row: StoreRow | undefined): string | undefined {
  const value = row && valueIn(row);
  if (value?.kind === 'job') return value.job.state;
  return value?.kind === 'schedule' ? (value.schedule.standing ?? 'active') : undefined;
}

export const claimByStateNotVersion: Mutant = {
  name: 'claim-by-state-not-version',
  sentence: 'A row counts as it was found if its state is the same, whatever happened in between.',
  source: 'quartz#107',
  cause: 'ownership without fencing',
  of: 'rows',
  parts: { exclusion: { ...ROWS_PARTS.exclusion, lockedRows: byState } },
};
