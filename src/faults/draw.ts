import { assert, unreachable } from '../lib/assert.ts';
import { chancePpm, intBetween, pick, type Random, shuffled } from '../lib/random.ts';
import { MINUTE, MS } from '../lib/units.ts';
import type { FaultKind, Plan, PlannedFault, Target } from './plan.ts';
import {
  type Aim,
  type FaultShape,
  type Profile,
  RARE_STEP_MS,
  type Range,
  type Whom,
} from './profiles.ts';

/** What a plan is drawn from: the scenario and the seed, and nothing of the design. */
export interface DrawOptions {
  readonly profile: Profile;
  /** Multiplies how many faults there are; 0 draws none. */
  readonly intensity: number;
  readonly random: Random;
  /** The time in which faults may begin; [from, until). */
  readonly chaosFromUs: number;
  readonly chaosUntilUs: number;
  readonly workers: number;
  readonly clients: number;
  /** Scheduler members, as the scenario has them. */
  readonly members: number;
}

interface Sketch {
  readonly shape: FaultShape;
  durationMs: number;
  startMs: number;
}

/** What is left for wall steps in either direction. */
interface StepBudget {
  forwardUs: number;
  backUs: number;
}

/**
 * Kinds that take a machine away: with quiet time between them, so that each tells its own story.
 */
const SEVERE: readonly FaultKind[] = ['crash', 'pause', 'partition', 'one-way-partition'];
const QUIET_MS = 3_000;
/** The wall steps of a plan add up to no more than this either way: below an assumed 500 ms. */
const STEP_BUDGET_US = 400 * MS;
/** Replicas that a design's store may have; the index is taken modulo how many there are. */
const STORE_REPLICAS = 3;

/** The plan of a seed: sorted by start, whole milliseconds, ids like `f01-crash`. */
export function drawPlan(options: DrawOptions): Plan {
  const { random, profile, intensity } = options;
  const fromMs = Math.ceil(options.chaosFromUs / MS);
  const spanMs = Math.floor(options.chaosUntilUs / MS) - fromMs;
  if (spanMs <= 0 || intensity <= 0) return { faults: [] };
  const always = profile.always.flatMap((shape) => present(shape, options));
  const extras = chooseExtras(options, spanMs, always.length);
  const placed = place(random, always, extras, spanMs, Math.max(1, Math.ceil(intensity)));
  const budget: StepBudget = { forwardUs: STEP_BUDGET_US, backUs: STEP_BUDGET_US };
  const faults: PlannedFault[] = [];
  for (const sketch of placed.sort((a, b) => a.startMs - b.startMs)) {
    const params = drawParams(random, sketch.shape, budget);
    const whom = drawWhom(random, sketch.shape, options);
    if (params === undefined) continue;
    faults.push({
      id: `f${String(faults.length + 1).padStart(2, '0')}-${sketch.shape.kind}`,
      kind: sketch.shape.kind,
      ...whom,
      start: { kind: 'at', atUs: (fromMs + sketch.startMs) * MS },
      durationUs: sketch.durationMs * MS,
      params,
    });
  }
  return { faults: withRareStep(random, profile, faults) };
}

/** Drawn by weight: as many as the length and the intensity ask for beyond those always there. */
function chooseExtras(
  options: DrawOptions,
  spanMs: number,
  alwaysCount: number,
): readonly FaultShape[] {
  const { random, profile, intensity } = options;
  const { low, high } = profile.perMinute;
  const perMinute = low + random.float() * (high - low);
  const count = Math.round((perMinute * intensity * spanMs * MS) / MINUTE) - alwaysCount;
  const kinds = profile.kinds.flatMap((shape) => present(shape, options));
  const total = kinds.reduce((sum, shape) => sum + shape.weight, 0);
  if (total === 0 || count <= 0) return [];
  return Array.from({ length: count }, () => byWeight(kinds, random.float() * total));
}

function byWeight(kinds: readonly FaultShape[], at: number): FaultShape {
  let left = at;
  for (const shape of kinds) {
    left -= shape.weight;
    if (left < 0) return shape;
  }
  return kinds.at(-1) as FaultShape;
}

/** The shape without aims that this cluster does not have; nothing when no aim is left. */
function present(shape: FaultShape, options: DrawOptions): readonly FaultShape[] {
  const has = (aim: Aim | undefined): boolean => {
    if (aim === 'follower') return options.members > 1;
    if (aim === 'worker') return options.workers > 0;
    if (aim === 'client') return options.clients > 0;
    return true;
  };
  const whom = shape.whom.filter((w: Whom) => has(w.target) && has(w.peer));
  return whom.length === 0 ? [] : [{ ...shape, whom }];
}

/**
 * Gives every shape a duration and a start. Severe ones stand one after another in lanes, as many
 * lanes as the intensity; so do rate errors, whose sum would go beyond what presets assume. The
 * rest may begin at any time.
 */
function place(
  random: Random,
  always: readonly FaultShape[],
  extras: readonly FaultShape[],
  spanMs: number,
  laneCount: number,
): Sketch[] {
  const sketches = [...always, ...extras].map((shape) => {
    const durationMs = Math.min(drawRange(random, shape.durationMs), spanMs);
    return { shape, durationMs, startMs: 0 };
  });
  const severe = sketches.filter(({ shape }) => SEVERE.includes(shape.kind));
  const rates = sketches.filter(({ shape }) => shape.kind === 'clock-rate');
  const mild = sketches.filter((sketch) => !severe.includes(sketch) && !rates.includes(sketch));
  for (const sketch of mild) sketch.startMs = intBetween(random, 0, spanMs - 1);
  const certain = severe.filter((sketch) => always.includes(sketch.shape));
  const quietMs = squeeze(certain, spanMs);
  return [
    ...inLanes(random, severe, spanMs, laneCount, quietMs),
    ...inLanes(random, rates, spanMs, 1, 0),
    ...mild,
  ];
}

/** Shortens those that every plan has until they fit a short storm; answers with the quiet time. */
function squeeze(certain: readonly Sketch[], spanMs: number): number {
  const needMs = certain.reduce((sum, { durationMs }) => sum + durationMs + QUIET_MS, 0);
  if (needMs <= spanMs) return QUIET_MS;
  const share = spanMs / needMs;
  for (const sketch of certain) {
    sketch.durationMs = Math.max(1, Math.floor(sketch.durationMs * share));
  }
  return Math.floor(QUIET_MS * share);
}

/** Deals sketches to lanes, first fit in the order given; one that fits nowhere is left out. */
function inLanes(
  random: Random,
  sketches: readonly Sketch[],
  spanMs: number,
  laneCount: number,
  quietMs: number,
): Sketch[] {
  const lanes = Array.from({ length: laneCount }, () => ({ usedMs: 0, items: [] as Sketch[] }));
  for (const sketch of sketches) {
    const needMs = sketch.durationMs + quietMs;
    const lane = lanes.find(({ usedMs }) => usedMs + needMs <= spanMs);
    if (lane === undefined) continue;
    lane.usedMs += needMs;
    lane.items.push(sketch);
  }
  for (const { items, usedMs } of lanes) spread(random, items, spanMs - usedMs, quietMs);
  return lanes.flatMap(({ items }) => items);
}

/** One after another in a shuffled order, with the slack dealt out at random between them. */
function spread(random: Random, items: readonly Sketch[], slackMs: number, quietMs: number): void {
  assert(slackMs >= 0, () => `a lane is too full by ${-slackMs} ms`);
  const cuts = items.map(() => intBetween(random, 0, slackMs)).sort((a, b) => a - b);
  let usedMs = 0;
  shuffled(random, items).forEach((sketch, i) => {
    sketch.startMs = usedMs + (cuts[i] as number);
    usedMs += sketch.durationMs + quietMs;
  });
}

function drawRange(random: Random, { low, high, step = 1, signed }: Range): number {
  const value = low + step * intBetween(random, 0, Math.floor((high - low) / step));
  return signed === true && random.below(2) === 0 ? -value : value;
}

/** The numbers of a fault; `undefined` for a wall step that the budget has no room for. */
function drawParams(
  random: Random,
  shape: FaultShape,
  budget: StepBudget,
): Record<string, number> | undefined {
  const params: Record<string, number> = {};
  for (const [name, range] of Object.entries(shape.params)) {
    params[name] = drawRange(random, range);
  }
  const wanted = params['stepUs'];
  if (wanted === undefined) return params;
  const stepUs = within(budget, wanted);
  return stepUs === 0 ? undefined : { ...params, stepUs };
}

/**
 * The step, or the opposite one where that side is used up, or 0. Roles move between machines, so
 * that all steps of a plan may hit the same one: each side is counted for all of them.
 */
function within(budget: StepBudget, stepUs: number): number {
  for (const us of [stepUs, -stepUs]) {
    const side = us > 0 ? 'forwardUs' : 'backUs';
    if (Math.abs(us) > budget[side]) continue;
    budget[side] -= Math.abs(us);
    return us;
  }
  return 0;
}

function drawWhom(
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
  switch (aim) {
    case 'leader':
    case 'follower':
    case 'last-dispatcher':
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
    default:
      return unreachable(aim);
  }
}

/** Now and then one wall step goes beyond every bound, so that excuses are seen to work. */
function withRareStep(
  random: Random,
  profile: Profile,
  faults: readonly PlannedFault[],
): readonly PlannedFault[] {
  if (!chancePpm(random, profile.rareStepPpm)) return faults;
  const first = faults.findIndex(({ kind }) => kind === 'clock-step');
  const stepUs = (random.below(2) === 0 ? -RARE_STEP_MS : RARE_STEP_MS) * MS;
  return faults.map((fault, i) => (i === first ? { ...fault, params: { stepUs } } : fault));
}
