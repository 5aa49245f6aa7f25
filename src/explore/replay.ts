import type { Verdict } from '../checkers/checker.ts';
import type { Plan } from '../faults/plan.ts';
import { describeFact } from '../history/codec.ts';
import { BadInput, ok } from '../lib/outcome.ts';
import type { OwnCode, Prepared } from '../scenario/prepare.ts';
import { prepare } from '../scenario/prepare.ts';
import { type SelectedDesign, selectDesign } from '../scenario/registry.ts';
import type { LoadedScenario } from '../scenario/scenario.ts';
import { runSeed } from './run.ts';

export interface Replay {
  readonly fingerprint: string;
  /** One line per fact, in true-time order. */
  readonly lines: readonly string[];
  /** True time of each line, in microseconds. */
  readonly atUs: readonly number[];
  readonly verdicts: ReadonlyMap<string, Verdict>;
}

/**
 * What to run again: a scenario with its files, a design, a seed, and the plan when it was saved.
 */
export interface ReplayRequest {
  readonly loaded: LoadedScenario;
  /** A selection, or a design of a user's own. */
  readonly design: string | SelectedDesign;
  readonly seed: string;
  readonly plan?: Plan;
  /** Claims and kinds of faults of a user's own. */
  readonly own?: OwnCode;
}

/** Runs a case again. Throws {@link BadInput} for an unknown design or inputs that are gone. */
export function replayCase({ loaded, design, seed, plan, own }: ReplayRequest): Replay {
  const selected = typeof design === 'string' ? selectDesign(design) : ok(design);
  if (selected.kind === 'failed') throw new BadInput(selected.error);
  const prepared = prepare(loaded, selected.value, own);
  if (prepared.kind === 'failed') throw new BadInput(prepared.error);
  return replay(prepared.value, seed, plan);
}

/** One run again, with the whole of its history as a transcript. */
export function replay(prepared: Prepared, seed: string, plan?: Plan): Replay {
  const lines: string[] = [];
  const atUs: number[] = [];
  const { fingerprint, verdicts } = runSeed(prepared, seed, {
    ...(plan === undefined ? {} : { plan }),
    onFact: (fact) => {
      lines.push(describeFact(fact));
      atUs.push(fact.at);
    },
  });
  return { fingerprint, lines, atUs, verdicts };
}
