import type { Plan } from '../../faults/plan.ts';
import { chancePpm, pick } from '../../lib/random.ts';
import { PlanSource, SELECTIVE } from './drawn.ts';
import { mutated } from './mutate.ts';
import { Situations } from './situation.ts';
import type { StrategyFactory } from './strategy.ts';

/** Plans that reached something new. */
interface Kept {
  readonly seed: string;
  readonly plan: Plan;
}

/** Of the kept plans the latest are changed: the first ones found everything new. */
const KEPT_MAX = 24;
/** Parts per million of the trials that change a kept plan; the others are drawn. */
const CHANGE_PPM = 600_000;

/**
 * A run that reaches a situation which none before has reached is kept, and its plan changed a
 * little, and again. A changed plan keeps the seed, so that what it does differently, it does for
 * its faults.
 */
export const coverageGuided: StrategyFactory = (scenario, rng) => {
  const source = new PlanSource(scenario, rng, SELECTIVE);
  const { warmUpUs, chaosUs } = scenario.phases;
  const random = rng.stream('coverage');
  const reached = new Set<string>();
  const kept: Kept[] = [];
  let now: (Kept & { readonly situations: Situations }) | undefined;
  const choose = (): Kept => {
    const drawn = source.draw();
    if (kept.length === 0 || !chancePpm(random, CHANGE_PPM)) return drawn;
    const { seed, plan } = pick(random, kept);
    const material = { random, others: drawn.plan.faults, untilUs: warmUpUs + chaosUs };
    return { seed, plan: mutated(plan, material) };
  };
  return {
    next: () => {
      const situations = new Situations(reached);
      now = { ...choose(), situations };
      return { seed: now.seed, plan: now.plan, watcher: situations.fold };
    },
    ended: () => {
      if (now === undefined || now.situations.news === 0) return;
      kept.push({ seed: now.seed, plan: now.plan });
      if (kept.length > KEPT_MAX) kept.shift();
    },
  };
};
