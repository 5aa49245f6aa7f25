import { type CellCopy, type SyncCell, syncCell } from '../scheduler/parts/optimistic/sync.ts';
import type { Mutant } from './mutant.ts';

/** The jobs are those of now, but the workers those of the first time. */
function newSync(): SyncCell {
  let first: CellCopy | undefined;
  return function* (office, options) {
    const copy = yield* syncCell(office, options);
    if (copy === 'stale' || copy.cells.length === 0) return copy;
    first ??= copy;
    return { ...copy, cells: first.cells };
  };
}

export const neverRefreshesCopy: Mutant = {
  name: 'never-refreshes-copy',
  sentence: 'Refused, a plan is made again on the same view of the workers, and refused again.',
  source: 'hashicorp/nomad#13017',
  cause: 'recovery that does not recover',
  of: 'optimistic',
  parts: { newSync },
};
