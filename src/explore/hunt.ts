import { judgeWithExcuses } from '../checkers/excuses.ts';
import type { Plan } from '../faults/plan.ts';
import { InvariantBroken } from '../lib/assert.ts';
import { assembleRun } from '../scenario/assemble.ts';
import type { Prepared } from '../scenario/prepare.ts';
import { probe } from './probe.ts';
import { claimContext, claimsOf } from './run.ts';
import type { Strategy, Trial } from './strategies/strategy.ts';

/** A run in which a promised claim broke. */
export interface Kill {
  readonly claim: string;
  readonly seed: string;
  readonly plan: Plan;
}

/** What a hunt came to. */
export interface Hunted {
  /** Undefined where nothing broke within the budget. */
  readonly kill: Kill | undefined;
  /** Runs and kernel steps until then, the last run only as far as it had to be watched. */
  readonly runs: number;
  readonly steps: number;
}

/**
 * Runs what the strategy chooses, until a promised claim breaks or `runsMax` runs are over. Runs
 * that an assertion of the code under test ends are none in which a claim broke: a judge that is
 * to be tested must not be helped out.
 */
export function hunt(prepared: Prepared, strategy: Strategy, runsMax: number): Hunted {
  let steps = 0;
  for (let runs = 1; runs <= runsMax; runs++) {
    const trial = strategy.next();
    const seen = watch(prepared, trial);
    strategy.ended();
    steps += seen.steps;
    const { seed, plan } = trial;
    const claim = seen.broken.find((id) => isBroken(prepared, trial, id));
    if (claim !== undefined) return { kill: { claim, seed, plan }, runs, steps };
  }
  return { kill: undefined, runs: runsMax, steps };
}

interface Seen {
  readonly steps: number;
  /** Promised claims that look broken, the one that broke first before the others. */
  readonly broken: readonly string[];
}

function watch(prepared: Prepared, { seed, plan, watcher }: Trial): Seen {
  const { notPromised, alsoExcused } = prepared.design;
  const context = claimContext(prepared);
  const promised = claimsOf(prepared).filter(({ id }) => !Object.hasOwn(notPromised, id));
  const judges = promised.map((claim) => {
    const judge = judgeWithExcuses(claim, context, alsoExcused?.[claim.id]);
    return { id: claim.id, isAlways: claim.modality === 'always', judge };
  });
  const always = judges.filter(({ isAlways }) => isAlways);
  const run = assembleRun(prepared, {
    seed,
    plan,
    folds: [...(watcher === undefined ? [] : [watcher]), ...judges.map(({ judge }) => judge)],
    shouldStop: () => always.some(({ judge }) => judge.verdict().kind === 'broken'),
  });
  try {
    run.execute();
  } catch (error) {
    if (!(error instanceof InvariantBroken)) throw error;
    return { steps: run.kernel.steps, broken: [] };
  }
  const broken = judges.flatMap(({ id, judge }) => {
    const verdict = judge.verdict();
    return verdict.kind === 'broken' ? [{ id, at: verdict.at }] : [];
  });
  broken.sort((a, b) => a.at - b.at);
  return { steps: run.kernel.steps, broken: broken.map(({ id }) => id) };
}

/** A judge that is asked before the end may be wrong: this one is asked at the end. */
function isBroken(prepared: Prepared, { seed, plan }: Trial, id: string): boolean {
  const claim = claimsOf(prepared).find((each) => each.id === id);
  if (claim === undefined) return false;
  return probe(prepared, { seed, plan, claim, stopsEarly: false }) !== undefined;
}
