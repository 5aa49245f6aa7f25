import { drawPlan } from '../../faults/draw.ts';
import { familyOf, type Plan } from '../../faults/plan.ts';
import { PROFILES, type Profile } from '../../faults/profiles.ts';
import type { Rng } from '../../kernel/rng.ts';
import { required } from '../../lib/assert.ts';
import type { Random } from '../../lib/random.ts';
import { drawOptionsOf } from '../../scenario/assemble.ts';
import type { Scenario } from '../../scenario/scenario.ts';
import { around } from './around.ts';
import type { Strategy, StrategyFactory } from './strategy.ts';

/** Shares of the kinds that a swarm plan keeps, where the profile has none of its own. */
const SWARM_SHARES = [0.15, 0.3, 0.5];
/** What comes on top of the faults that a scenario gives, but for more work. */
const BESIDES = 'everything';
const BESIDES_INTENSITY = 0.5;

export interface Habits {
  /** The profile that is drawn from, for that of the scenario. */
  readonly profile: (profile: Profile) => Profile;
  /** Of the faults that a scenario gives, each stays with this chance. */
  readonly stays: number;
}

/**
 * Draws plans for a scenario: of its profile, or around the faults that it gives, with a few others
 * beside them. Seeds are the root's own and the number of the draw.
 */
export class PlanSource {
  readonly #scenario: Scenario;
  readonly #rng: Rng;
  readonly #habits: Habits;
  readonly #profile: Profile;
  #drawn = 0;

  constructor(scenario: Scenario, rng: Rng, habits: Habits) {
    const { faults } = scenario;
    const isDrawn = faults.kind === 'drawn';
    const wanted = isDrawn ? faults.profile : BESIDES;
    const profile = required(
      PROFILES.find(({ name }) => name === wanted),
      `profile ${wanted}`,
    );
    this.#scenario = scenario;
    this.#rng = rng;
    this.#habits = habits;
    this.#profile = habits.profile(isDrawn ? profile : withoutWork(profile));
  }

  /** A seed that was not used before, and a plan. */
  draw(): { readonly seed: string; readonly plan: Plan } {
    this.#drawn++;
    const number = String(this.#drawn);
    const random = this.#rng.stream('plan', number);
    return { seed: `${this.#rng.seed}-${number}`, plan: this.#plan(random) };
  }

  #plan(random: Random): Plan {
    const { faults } = this.#scenario;
    const options = { ...drawOptionsOf(this.#scenario, random), profile: this.#profile };
    if (faults.kind === 'drawn') return drawPlan(options);
    const { chaosFromUs: fromUs, chaosUntilUs: untilUs } = options;
    const kept = faults.faults.filter(() => random.float() < this.#habits.stays);
    const near = around(kept, random, { fromUs, untilUs });
    const isBare = random.below(2) === 0;
    const others = isBare ? [] : drawPlan({ ...options, intensity: BESIDES_INTENSITY }).faults;
    return { faults: [...near, ...others.map((fault) => ({ ...fault, id: `b-${fault.id}` }))] };
  }
}

const withoutWork = (profile: Profile): Profile => ({
  ...profile,
  kinds: profile.kinds.filter(({ kind }) => familyOf(kind) !== 'workload'),
});

const drawnBy =
  (habits: Habits): StrategyFactory =>
  (scenario, rng): Strategy => {
    const source = new PlanSource(scenario, rng, habits);
    return { next: () => source.draw(), ended: () => {} };
  };

/** The whole profile, without its swarm. */
export const PLAIN: Habits = {
  profile: ({ swarm: _, ...profile }) => profile,
  stays: 1,
};

/** A selection of the kinds, for every plan another one. */
export const SELECTIVE: Habits = {
  profile: (profile) => ({ swarm: SWARM_SHARES, ...profile }),
  stays: 0.8,
};

export const plainRandom = drawnBy(PLAIN);
export const swarm = drawnBy(SELECTIVE);
