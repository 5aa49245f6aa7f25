/** One run of a sweep, wherever it is carried out. */
import type { Prepared } from '../../scenario/prepare.ts';
import { doublecheck, type Nondeterminism } from '../doublecheck.ts';
import { type RunResult, runSeed } from '../run.ts';
import { type Example, exampleOf, recordOf, type SeedRecord } from './record.ts';
import { steadySharesOf } from './steady-shares.ts';

export interface Task {
  /** Place of the seed in the list of those that were asked for. */
  readonly seedAt: number;
  /** Place of the design in the order of the report. */
  readonly designAt: number;
}

/** What a run leaves behind. */
export interface Reply {
  readonly record: SeedRecord;
  /** How the run went, where it may become the example of its design. */
  readonly example?: Example;
  readonly difference?: Nondeterminism;
}

/** Carries out a run, twice when every step is to be compared. */
export function carryOutTask(prepared: Prepared, seed: string, isTwice: boolean): Reply {
  if (!isTwice) return replyOf(prepared, runSeed(prepared, seed));
  const { result, difference } = doublecheck(prepared, seed);
  return { ...replyOf(prepared, result), ...(difference === undefined ? {} : { difference }) };
}

function replyOf(prepared: Prepared, run: RunResult): Reply {
  const steady = steadySharesOf(prepared, run.numbers);
  return { record: recordOf(run, steady), example: exampleOf(run) };
}
