import { drawPlan } from '../../faults/draw.ts';
import type { Plan } from '../../faults/plan.ts';
import { PROFILES, type Profile } from '../../faults/profiles.ts';
import type { Rng } from '../../kernel/rng.ts';
import { assert, required } from '../../lib/assert.ts';
import { drawOptionsOf } from '../../scenario/assemble.ts';
import type { Scenario } from '../../scenario/scenario.ts';
import type { Strategy, StrategyFactory } from './strategy.ts';

/** Shares of the kinds that a swarm plan keeps, where the profile has none of its own. */
const SWARM_SHARES = [0.15, 0.3, 0.5];

/** Draws plans of the scenario's profile, somewhat changed; seeds are `1`, `2`, …. */
export class PlanSource {
  readonly #scenario: Scenario;
  readonly #rng: Rng;
  readonly #profile: Profile;
  #drawn = 0;

  /** The scenario has to draw its faults. */
  constructor(scenario: Scenario, rng: Rng, change: (profile: Profile) => Profile) {
    const { faults } = scenario;
    assert(faults.kind === 'drawn', 'a scenario that gives its faults leaves nothing to explore');
    const profile = PROFILES.find(({ name }) => name === faults.profile);
    this.#scenario = scenario;
    this.#rng = rng;
    this.#profile = change(required(profile, `profile ${faults.profile}`));
  }

  /** A seed that was not used before, and a plan. */
  draw(): { readonly seed: string; readonly plan: Plan } {
    this.#drawn++;
    const number = String(this.#drawn);
    const random = this.#rng.stream('plan', number);
    const plan = drawPlan({ ...drawOptionsOf(this.#scenario, random), profile: this.#profile });
    return { seed: `${this.#rng.seed}-${number}`, plan };
  }
}

const drawnBy =
  (change: (profile: Profile) => Profile): StrategyFactory =>
  (scenario, rng): Strategy => {
    const source = new PlanSource(scenario, rng, change);
    return { next: () => source.draw(), ended: () => {} };
  };

/** The profile without its swarm. */
export function withoutSwarm({ swarm: _, ...profile }: Profile): Profile {
  return profile;
}

export const plainRandom = drawnBy(withoutSwarm);

export const swarm = drawnBy((profile) => ({ swarm: SWARM_SHARES, ...profile }));
