import type { Prepared } from '../scenario/prepare.ts';
import { describeStep } from './describe-step.ts';
import type { RunOptions, RunResult } from './run.ts';
import { runSeed } from './run.ts';

/** Two runs of the same seed that should have been one. */
export interface Nondeterminism {
  readonly seed: string;
  /** Index of the first step that differs, and what it was in each run. */
  readonly step: number;
  readonly first: string;
  readonly second: string;
}

/**
 * Runs a seed twice and compares every step. The first result, or where the two part: the same
 * code, scenario, design and seed must give the same steps in any process and at any load.
 */
export function doublecheck(
  prepared: Prepared,
  seed: string,
  options: RunOptions = {},
): { readonly result: RunResult; readonly difference: Nondeterminism | undefined } {
  const result = runSeed(prepared, seed, { ...options, trace: true });
  const { onFact: _, ...silent } = options;
  const again = runSeed(prepared, seed, { ...silent, trace: true });
  const step = result.trace?.firstDifference(again.trace as NonNullable<typeof again.trace>);
  if (step === undefined) return { result, difference: undefined };
  const first = describeStep(result.trace?.step(step));
  const second = describeStep(again.trace?.step(step));
  return { result, difference: { seed, step, first, second } };
}
