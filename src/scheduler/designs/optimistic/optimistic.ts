/**
 * optimistic: several schedulers on one shared state. Each decides on a copy of it, and a commit
 * checks what it decided against the truth; what does not stand is decided again. There is no
 * leader, and no worker belongs to anybody.
 *
 *   presets.ts     real systems' numbers
 *   optimistic.ts  the members (this file): rows as in `parts/rows`, placed by `parts/optimistic`
 */
import type { Habits } from '../../parts/optimistic/habits.ts';
import {
  OPTIMISTIC_PARTS,
  Optimist,
  type OptimisticParts,
} from '../../parts/optimistic/optimist.ts';
import { type RowsOptions, rowsDesign } from '../../parts/rows/rows-design.ts';
import type { BuiltDesign, DesignContext } from '../design.ts';

export interface OptimisticOptions extends RowsOptions {
  readonly habits: Habits;
}

export function optimistic(
  context: DesignContext,
  { habits, ...rows }: OptimisticOptions,
  parts: OptimisticParts = OPTIMISTIC_PARTS,
): BuiltDesign {
  const newPlacer: NonNullable<RowsOptions['newPlacer']> = (factor) => (port) =>
    new Optimist(port, factor === 1 ? habits : stretched(habits, factor), parts);
  return rowsDesign(context, { ...rows, newPlacer }, parts);
}

/** The same with every duration times a factor, as somebody might configure one member. */
function stretched(habits: Habits, factor: number): Habits {
  const times = (us: number): number => Math.round(us * factor);
  return {
    ...habits,
    jobUs: times(habits.jobUs),
    taskUs: times(habits.taskUs),
    backoffUs: times(habits.backoffUs),
    backoffMaxUs: times(habits.backoffMaxUs),
    patienceUs: times(habits.patienceUs),
    leftUs: times(habits.leftUs),
  };
}
