/** A case told: the run once more, with its messages, its story and what would have mended it. */
import type { Claim } from '../checkers/checker.ts';
import { judgeWithExcuses } from '../checkers/excuses.ts';
import type { Plan } from '../faults/plan.ts';
import type { Fact } from '../history/fact.ts';
import { ALL_KINDS } from '../history/history.ts';
import { type AssembledRun, assembleRun } from '../scenario/assemble.ts';
import type { Prepared } from '../scenario/prepare.ts';
import type { Delivery } from './causes.ts';
import { type Counterfactual, counterfactuals } from './counterfactual.ts';
import { claimContext } from './run.ts';
import { story, type Watched } from './story.ts';

export interface CaseToTell {
  readonly prepared: Prepared;
  readonly seed: string;
  readonly plan: Plan;
  readonly claim: Claim;
}

/** Sees more of a run than its facts, and changes nothing. */
export interface OnLooker {
  onRun(run: AssembledRun): void;
  onFact(fact: Fact): void;
}

/** The run with everything that was seen; `undefined` when it does not break the claim. */
export function watch(
  { prepared, seed, plan, claim }: CaseToTell,
  looker?: OnLooker,
): Watched | undefined {
  const also = prepared.design.alsoExcused?.[claim.id];
  const judge = judgeWithExcuses(claim, claimContext(prepared), also);
  const facts: Fact[] = [];
  const deliveries: Delivery[] = [];
  const onFact = (fact: Fact): void => {
    facts.push(fact);
    looker?.onFact(fact);
  };
  const witness = { listens: ALL_KINDS, onFact };
  const run = assembleRun(prepared, { seed, plan, folds: [witness, judge] });
  run.sim.network.onDelivered((from, to, _, departedAt) => {
    deliveries.push({ from, to, departedAt, at: run.kernel.now });
  });
  looker?.onRun(run);
  run.execute();
  const broken = judge.verdict();
  if (broken.kind !== 'broken') return undefined;
  return { facts, deliveries, claim: claim.id, broken };
}

export interface Told {
  readonly story: readonly string[];
  readonly counterfactual: readonly Counterfactual[];
}

/** Story and counterfactual of a case; `undefined` when it does not break the claim. */
export function retell(it: CaseToTell, budget?: number): Told | undefined {
  const watched = watch(it);
  if (watched === undefined) return undefined;
  const counterfactual = counterfactuals({ ...it, ...(budget === undefined ? {} : { budget }) });
  const sentences = counterfactual.map(({ sentence }) => sentence);
  // A bound says more than that there is none.
  const ordered = [...sentences].sort((a, b) => Number(isVague(a)) - Number(isVague(b)));
  return { story: story(watched, ordered), counterfactual };
}

const isVague = (sentence: string): boolean => sentence.startsWith('no bound');
