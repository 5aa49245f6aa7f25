/** One fault of a plan: how hard, at whom, after what. */
import { unreachable } from '../lib/assert.ts';
import { intBetween, pick, type Random } from '../lib/random.ts';
import { MS, SECOND } from '../lib/units.ts';
import type { DrawOptions } from './draw.ts';
import type { Sketch } from './lanes.ts';
import { type AnchorKind, RACKS, type Start, type Target } from './plan.ts';
import type { Aim, FaultShape, Range } from './shapes.ts';

/** The wall steps of a plan add up to no more than this either way: below an assumed 500 ms. */
const STEP_BUDGET_US = 400 * MS;
/** What is left for wall steps in either direction. */
export interface StepBudget {
  forwardUs: number;
  backUs: number;
}

/** All that a plan has. */
export const stepBudget = (): StepBudget => ({
  forwardUs: STEP_BUDGET_US,
  backUs: STEP_BUDGET_US,
});

/** Replicas that a design's store may have; the index is taken modulo how many there are. */
const STORE_REPLICAS = 3;

/** A number of the range, every step equally likely. */
export function drawRange(random: Random, { low, high, step = 1, signed }: Range): number {
  // A ninth digit tells 1 / 0.1 from what it is in binary.
  const steps = Math.floor(Number(((high - low) / step).toPrecision(9)));
  const exact = low + step * intBetween(random, 0, steps);
  const value = Number.isInteger(exact) ? exact : Number(exact.toPrecision(9));
  return signed === true && random.below(2) === 0 ? -value : value;
}

/** Numbers that say how far a wall clock goes wrong. */
const WALL_PARAMS = ['stepUs', 'offsetUs'] as const;

/** The numbers of a fault; `undefined` for a wall error that the budget has no room for. */
export function drawParams(
  random: Random,
  { shape, durationMs }: Sketch,
  budget: StepBudget,
): Record<string, number> | undefined {
  const params: Record<string, number> = {};
  for (const [name, range] of Object.entries(shape.params)) {
    params[name] = drawRange(random, range);
  }
  if (shape.isUnbounded === true) return params;
  // A clock that stands still falls behind by all of that time.
  if (shape.kind === 'clock-freeze') return take(budget, -durationMs * MS) ? params : undefined;
  for (const name of WALL_PARAMS) {
    const wanted = params[name];
    if (wanted === undefined) continue;
    const us = within(budget, wanted);
    return us === 0 ? undefined : { ...params, [name]: us };
  }
  return params;
}

/**
 * The step, or the opposite one where that side is used up, or 0. Roles move between machines, so
 * that all steps of a plan may hit the same one: each side is counted for all of them.
 */
function within(budget: StepBudget, stepUs: number): number {
  return [stepUs, -stepUs].find((us) => take(budget, us)) ?? 0;
}

/** Takes a wall error from its side of the budget; false when there is not enough left. */
function take(budget: StepBudget, us: number): boolean {
  const side = us > 0 ? 'forwardUs' : 'backUs';
  if (Math.abs(us) > budget[side]) return false;
  budget[side] -= Math.abs(us);
  return true;
}

/** One of the aims of the shape, and who that is. */
export function drawWhom(
  random: Random,
  shape: FaultShape,
  options: DrawOptions,
): { readonly target: Target; readonly peer?: Target } {
  const whom = pick(random, shape.whom);
  const target = drawTarget(random, whom.target, options);
  if (whom.peer === undefined) return { target };
  return { target, peer: drawTarget(random, whom.peer, options) };
}

function drawTarget(random: Random, aim: Aim, options: DrawOptions): Target {
  if (typeof aim === 'object') return { by: 'share', role: aim.of, share: aim.share };
  switch (aim) {
    case 'leader':
    case 'follower':
    case 'last-dispatcher':
    case 'store-primary':
      return { by: 'role', role: aim };
    case 'scheduler':
      return { by: 'index', role: aim, index: random.below(options.members) };
    case 'worker':
      return { by: 'index', role: aim, index: random.below(options.workers) };
    case 'client':
      return { by: 'index', role: aim, index: random.below(options.clients) };
    case 'store':
      return { by: 'index', role: aim, index: random.below(STORE_REPLICAS) };
    case 'ledger':
      return { by: 'index', role: aim, index: 0 };
    case 'rack':
      return { by: 'rack', index: random.below(RACKS) };
    default:
      return unreachable(aim);
  }
}

/** Facts of which a storm brings few, whatever is asked of the cluster. */
const SELDOM: readonly (readonly [AnchorKind, number])[] = [
  // The first is elected before the storm.
  ['leader-elected', 2],
  ['machine-down', 1],
  ['machine-up', 1],
  ['attempt-lost', 1],
  ['lease-expired', 1],
];
const SELDOM_MORE = 3;
/** Facts that come with every submit, and about how many of each. */
const OFTEN: readonly (readonly [AnchorKind, number])[] = [
  ['submit-accepted', 1],
  ['dispatched', 1],
  ['effect-accepted', 1],
  ['synced', 3],
];
/** Earlier ones might be counted before the storm begins. */
const ANCHORED_FROM = 0.15;
/** Clients ask from the first second on. */
const ASK_FROM_US = SECOND;

/** A fact about as far into the run as the fault was to begin; undefined too early in the storm. */
export function drawAnchor(options: DrawOptions, startMs: number): Start | undefined {
  const { random, chaosFromUs, chaosUntilUs, submitsPerSecond = 0 } = options;
  // What happens right after a fact is what races are made of.
  const delayUs = pick(random, [0, random.below(40) * 50, random.below(2_000) * MS]);
  const isOften = random.below(2) === 0;
  if (submitsPerSecond === 0 || !isOften) {
    const [after, first] = pick(random, SELDOM);
    return { kind: 'anchor', after, nth: first + random.below(SELDOM_MORE), delayUs };
  }
  if (startMs * MS < ANCHORED_FROM * (chaosUntilUs - chaosFromUs)) return undefined;
  const [after, each] = pick(random, OFTEN);
  const seconds = (chaosFromUs + startMs * MS - ASK_FROM_US) / SECOND;
  const nth = Math.max(1, Math.round(seconds * submitsPerSecond * each));
  return { kind: 'anchor', after, nth, delayUs };
}
