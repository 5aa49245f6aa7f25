import { MS, SECOND } from '../../../lib/units.ts';
import type { Habits } from '../../parts/optimistic/habits.ts';
import type { RowsPreset } from '../../parts/rows/preset.ts';

export interface OptimisticPreset extends RowsPreset {
  readonly habits: Habits;
}

/** Rows as store-claim has them where it is safe; workers are watched, tokens checked. */
const ROWS = {
  lane: 'claim',
  aheadUs: 0,
  keepsRing: false,
  pollUs: 5 * SECOND,
  rescue: { kind: 'homes', refreshUs: 5 * SECOND, deadUs: 15 * SECOND },
  checksToken: true,
  fenced: true,
  notifies: true,
} as const;

/** A member may be in the middle of a decision when its job comes, and has two to make then. */
const LEFT_ROUNDS = 4;
const LEFT_US = 500 * MS;
const PATIENCE_US = 10 * SECOND;

/** Habits with another time for decisions. */
export function withDecisionUs(habits: Habits, jobUs: number): Habits {
  return {
    ...habits,
    jobUs,
    leftUs: LEFT_US + LEFT_ROUNDS * jobUs,
    patienceUs: Math.max(PATIENCE_US, LEFT_ROUNDS * jobUs),
  };
}

/** Omega: 100 ms for a decision and 5 ms for each task; fine-grained checks, incremental. */
export const OMEGA: OptimisticPreset = {
  ...ROWS,
  name: 'omega',
  why: 'decisions of 100 ms and 5 ms per task; what still fits is kept, the rest tried again',
  habits: withDecisionUs(
    {
      jobUs: 100 * MS,
      taskUs: 5 * MS,
      batch: 50,
      check: 'fine',
      commit: 'incremental',
      byWorker: false,
      choice: 'any',
      backoffUs: 50 * MS,
      backoffMaxUs: SECOND,
      patienceUs: 0,
      leftUs: 0,
    },
    100 * MS,
  ),
};

/** Nomad: one evaluation at a time; the plan is checked node by node; nack after 1 s, then 20 s. */
export const NOMAD: OptimisticPreset = {
  ...ROWS,
  name: 'nomad',
  why: 'one evaluation at a time, its plan checked node by node; waits 1 s, up to 20 s, if refused',
  habits: withDecisionUs(
    {
      ...OMEGA.habits,
      taskUs: MS,
      batch: 1,
      byWorker: true,
      choice: 'fuller',
      backoffUs: SECOND,
      backoffMaxUs: 20 * SECOND,
    },
    20 * MS,
  ),
};

export const OPTIMISTIC_PRESETS: readonly OptimisticPreset[] = [OMEGA, NOMAD];
