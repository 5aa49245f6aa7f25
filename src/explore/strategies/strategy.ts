/**
 * strategies: which run comes next, when many are looked at for one that breaks a claim.
 *
 *   strategy.ts     what a strategy is, and all of them by name (this file)
 *   drawn.ts        plain random, and swarm: the whole profile, or a selection of it
 *   around.ts       the same around the faults that a scenario gives
 *   prioritised.ts  drawn plans, and chosen messages that come late
 *   coverage.ts     plans that reached something new are kept, and changed
 *   situation.ts    what a run has reached
 *   mutate.ts       a plan, changed somewhere
 *
 * A strategy chooses plans, which are data: whatever it finds can be saved, replayed and shrunk
 * without it.
 */
import type { Plan } from '../../faults/plan.ts';
import type { Fold } from '../../history/history.ts';
import type { Rng } from '../../kernel/rng.ts';
import type { Scenario } from '../../scenario/scenario.ts';
import { coverageGuided } from './coverage.ts';
import { plainRandom, swarm } from './drawn.ts';
import { prioritised } from './prioritised.ts';

/** What to run next. */
export interface Trial {
  readonly seed: string;
  readonly plan: Plan;
  /** Watches the run for the strategy; absent where it learns nothing from runs. */
  readonly watcher?: Fold;
}

export interface Strategy {
  next(): Trial;
  /** The run of the last trial is over. */
  ended(): void;
}

/** Strategies have no memory but their own: the same root gives the same trials. */
export type StrategyFactory = (scenario: Scenario, rng: Rng) => Strategy;

export interface StrategyInfo {
  readonly name: string;
  readonly sentence: string;
  readonly create: StrategyFactory;
}

export const STRATEGIES: readonly StrategyInfo[] = [
  {
    name: 'random',
    sentence: 'Every kind of fault of the profile, each as likely in every plan.',
    create: plainRandom,
  },
  {
    name: 'swarm',
    sentence:
      'Every plan draws a selection of the kinds, with weights of its own (Groce et al., 2012).',
    create: swarm,
  },
  {
    name: 'prioritised',
    sentence:
      'Drawn plans, and a few moments from which one machine comes last: what it sends is late ' +
      '(after PCT, Burckhardt et al., 2010, and PCTCP, Ozkan et al., 2018).',
    create: prioritised,
  },
  {
    name: 'coverage',
    sentence:
      'Plans whose runs reached a new situation are kept, and changed a little again and again.',
    create: coverageGuided,
  },
];
