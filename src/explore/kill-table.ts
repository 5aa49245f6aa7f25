/**
 * The kill table: how good the judges are. Every planted bug is hunted around the incident that it
 * was taken from, by every strategy, again and again; a row says what broke and how soon.
 */
import { findClaim } from '../checkers/claims.ts';
import type { Plan } from '../faults/plan.ts';
import { createRng } from '../kernel/rng.ts';
import { type Hunted, hunt, type Kill, type Quarry, stillKills } from './hunt.ts';
import { shrinkCase } from './shrink.ts';
import { fewest } from './shrink-steps.ts';
import { STRATEGIES, type StrategyInfo } from './strategies/strategy.ts';

/** A mutant, where it is hunted. */
export interface Hunt {
  readonly mutant: string;
  /** The design that it is planted in. */
  readonly design: string;
  /** The scenario around which it is hunted. */
  readonly ground: string;
  readonly quarry: Quarry;
}

export interface KillBudget {
  /** Hunts of each strategy, each from the start. */
  readonly restarts: number;
  /** Runs of one hunt; one that has found nothing by then is censored. */
  readonly runsMax: number;
  /** Runs for making the first kill small. */
  readonly shrinkBudget: number;
}

export const KILL_BUDGET: KillBudget = { restarts: 20, runsMax: 12, shrinkBudget: 120 };

/** What one strategy needed. */
export interface StrategyRow {
  readonly strategy: string;
  /** Hunts that found it, of all. */
  readonly kills: number;
  readonly restarts: number;
  /** Medians over all hunts, censored ones taken as longer than any; null when that is most. */
  readonly seeds: number | null;
  readonly steps: number | null;
}

/** A row of `mutants.json`. */
export interface KillRow {
  readonly mutant: string;
  readonly design: string;
  readonly ground: string;
  /** What broke in the first kill; null where nothing did. */
  readonly claim: string | null;
  readonly killed: boolean;
  /** Of the strategy `random`. */
  readonly seeds: number | null;
  readonly steps: number | null;
  /** Of the shrunk case. */
  readonly faults: number | null;
  readonly members: number | null;
  readonly strategies: readonly StrategyRow[];
  /** Promises that the unmutated design broke in the same runs. */
  readonly unmutatedBroke: readonly string[];
}

/** Hunts a mutant by every strategy; the row depends on code and budget alone. */
export function killRow(task: Hunt, budget: KillBudget = KILL_BUDGET): KillRow {
  const { mutant, design, ground, quarry } = task;
  const hunts = STRATEGIES.map((info) => ({ info, hunted: huntedBy(info, quarry, budget) }));
  const all = hunts.flatMap(({ hunted }) => hunted);
  const first = all.find(({ kill }) => kill !== undefined)?.kill;
  const strategies = hunts.map(({ info, hunted }) => rowOf(info.name, hunted));
  const { seeds = null, steps = null } = strategies[0] ?? {};
  return {
    mutant,
    design,
    ground,
    claim: first?.claim ?? null,
    killed: first !== undefined,
    seeds,
    steps,
    ...sizeOf(quarry, first, budget.shrinkBudget),
    strategies,
    unmutatedBroke: [...new Set(all.flatMap(({ unmutatedBroke }) => unmutatedBroke))].sort(),
  };
}

function huntedBy(info: StrategyInfo, quarry: Quarry, budget: KillBudget): readonly Hunted[] {
  const { scenario } = quarry.mutated.loaded;
  return Array.from({ length: budget.restarts }, (_, restart) => {
    const rng = createRng(`${info.name}-${restart + 1}`);
    return hunt(quarry, info.create(scenario, rng), budget.runsMax);
  });
}

function rowOf(strategy: string, hunted: readonly Hunted[]): StrategyRow {
  const found = hunted.filter(({ kill }) => kill !== undefined);
  const median = (of: (hunted: Hunted) => number): number | null =>
    medianOf(
      found.map(of).sort((a, b) => a - b),
      hunted.length,
    );
  return {
    strategy,
    kills: found.length,
    restarts: hunted.length,
    seeds: median(({ runs }) => runs),
    steps: median(({ steps }) => steps),
  };
}

/** The lower median of `count` values, of which only these, in order, are known to be finite. */
export function medianOf(rising: readonly number[], count: number): number | null {
  return rising[Math.ceil(count / 2) - 1] ?? null;
}

/** How small the case becomes; nothing where nothing was found. */
function sizeOf(
  quarry: Quarry,
  kill: Kill | undefined,
  budget: number,
): { readonly faults: number | null; readonly members: number | null } {
  if (kill === undefined) return { faults: null, members: null };
  const isClaim = findClaim(kill.claim) !== undefined;
  const shrunk = isClaim ? shrinkCase(quarry.mutated, { ...kill, budget }) : undefined;
  if (shrunk !== undefined) return { faults: shrunk.faults, members: shrunk.members };
  // Of a case that misses a threshold only the faults are made fewer.
  const isEnough = (plan: Plan): boolean => stillKills(quarry, { ...kill, plan });
  const faults = fewest(kill.plan.faults, (left) => isEnough({ faults: left }));
  return { faults: faults.length, members: quarry.mutated.loaded.scenario.cluster.members };
}
