/** `--print-plan` and `--plan`: plans of faults as files, out and back in. */
import { resolve } from 'node:path';
import type { Plan } from '../faults/plan.ts';
import { createRng } from '../kernel/rng.ts';
import { BadInput, failed, type Outcome, ok, type Problem } from '../lib/outcome.ts';
import { planOf } from '../scenario/assemble.ts';
import { parsePlan } from '../scenario/fault-text.ts';
import { printPlan } from '../scenario/print.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { type Loaded, readWhole, withPlan } from './load.ts';

/**
 * The plan of each seed as YAML, one document per seed: each can be given back by `--plan`, or
 * stand as the `faults` of a scenario.
 */
export const plansText = (scenario: Scenario, seeds: readonly string[]): string =>
  seeds
    .map((seed) => planText(scenario.name, seed, planOf(scenario, createRng(seed))))
    .join('---\n');

/** One plan, with a comment that says whose it is. */
export const planText = (scenario: string, seed: string, plan: Plan): string =>
  `# ${scenario}, seed ${seed}\n${printPlan(plan)}`;

/** The plan in this file, or everything that is wrong with it; nothing where none is named. */
export function readPlan(
  file: string | undefined,
  cwd: string,
): Outcome<Plan | undefined, readonly Problem[]> {
  if (file === undefined) return ok(undefined);
  try {
    return parsePlan(readWhole(resolve(cwd, file), file), file);
  } catch (error) {
    if (error instanceof BadInput) return failed(error.problems);
    throw error;
  }
}

/** The scenario with this plan instead of its own faults; itself where there is none. */
export const planned = (loaded: Loaded, plan: Plan | undefined): Loaded =>
  plan === undefined ? loaded : withPlan(loaded, plan);
