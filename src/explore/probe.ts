/** One run for one claim: what a search asks for again and again, so nothing else is judged. */
import type { Claim, Verdict } from '../checkers/checker.ts';
import { judgeWithExcuses } from '../checkers/excuses.ts';
import type { Plan } from '../faults/plan.ts';
import type { Fact } from '../history/fact.ts';
import { ALL_KINDS } from '../history/history.ts';
import type { LostDraws } from '../kernel/rng.ts';
import { assembleRun } from '../scenario/assemble.ts';
import type { Prepared } from '../scenario/prepare.ts';
import { claimContext } from './run.ts';

export type Broken = Extract<Verdict, { readonly kind: 'broken' }>;

export interface Probe {
  readonly seed: string;
  readonly plan: Plan;
  readonly claim: Claim;
  /** Ask the judge on the way, and end the run when it has seen enough. */
  readonly stopsEarly: boolean;
  readonly lostDraws?: LostDraws;
  readonly onFact?: (fact: Fact) => void;
}

/**
 * The verdict of a run; `undefined` when the claim is not broken. A judge is made to be asked once,
 * at the end; one that is asked earlier may take what has not happened yet for something that never
 * will. Whoever stops early has to look at a whole run before believing it.
 */
export function probe(prepared: Prepared, options: Probe): Broken | undefined {
  const { seed, plan, claim, stopsEarly, lostDraws, onFact } = options;
  const judge = judgeWithExcuses(
    claim,
    claimContext(prepared),
    prepared.design.alsoExcused?.[claim.id],
  );
  let early: Verdict | undefined;
  const isBroken = (): boolean => {
    const verdict = judge.verdict();
    if (verdict.kind === 'broken') early = verdict;
    return early !== undefined;
  };
  const run = assembleRun(prepared, {
    seed,
    plan,
    folds: [...(onFact === undefined ? [] : [{ listens: ALL_KINDS, onFact }]), judge],
    ...(lostDraws === undefined ? {} : { lostDraws }),
    ...(stopsEarly && claim.modality === 'always' ? { shouldStop: isBroken } : {}),
  });
  run.execute();
  const verdict = early ?? judge.verdict();
  return verdict.kind === 'broken' ? verdict : undefined;
}
