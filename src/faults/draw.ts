import { chancePpm, intBetween, pick, type Random } from '../lib/random.ts';
import { MINUTE, MS } from '../lib/units.ts';
import { drawAnchor, drawParams, drawRange, drawWhom, stepBudget } from './draw-fault.ts';
import { place, type Sketch } from './lanes.ts';
import type { FaultKind, Plan, PlannedFault, Start, Target } from './plan.ts';
import { type Profile, RARE_STEP_MS } from './profiles.ts';
import type { Aim, FaultShape, Whom } from './shapes.ts';

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
  /** Submits that the scenario asks for; starts after the nth of something count by it. */
  readonly submitsPerSecond?: number;
}

/** The plan of a seed: sorted by start, whole milliseconds, ids like `f01-crash`. */
export function drawPlan(options: DrawOptions): Plan {
  const { random, profile, intensity } = options;
  const fromMs = Math.ceil(options.chaosFromUs / MS);
  const spanMs = Math.floor(options.chaosUntilUs / MS) - fromMs;
  if (spanMs <= 0 || intensity <= 0) return { faults: [] };
  if (profile.composed !== undefined) return profile.composed.draw(options);
  const always = profile.always.flatMap((shape) => present(shape, options));
  const extras = [...chooseExtras(options, spanMs, always.length), ...chooseRare(options)];
  const lanes = profile.lanes === undefined ? 1 : drawRange(random, profile.lanes);
  const laneCount = lanes * Math.max(1, Math.ceil(intensity));
  const placed = place(random, always, extras, spanMs, laneCount);
  const budget = stepBudget();
  const drafts: Draft[] = [];
  for (const sketch of placed.sort((a, b) => a.startMs - b.startMs)) {
    const params = drawParams(random, sketch, budget);
    const whom = drawWhom(random, sketch.shape, options);
    if (params !== undefined) drafts.push(...draftsOf(sketch, params, whom, options));
  }
  const faults = drafts
    .sort((a, b) => a.atMs - b.atMs)
    .map(
      ({ kind, whom, atMs, start, durationMs, params }, i): PlannedFault => ({
        id: `f${String(i + 1).padStart(2, '0')}-${kind}`,
        kind,
        ...whom,
        start: start ?? { kind: 'at', atUs: (fromMs + atMs) * MS },
        durationUs: durationMs * MS,
        params,
      }),
    );
  return { faults: withRareStep(random, profile, faults) };
}

/** A fault that lacks only its place in the plan. */
interface Draft {
  readonly kind: FaultKind;
  readonly whom: { readonly target: Target; readonly peer?: Target };
  readonly atMs: number;
  /** Instead of the time. */
  readonly start?: Start;
  readonly durationMs: number;
  readonly params: Readonly<Record<string, number>>;
}

/** The fault, and the crash that shows what it did. */
function draftsOf(
  { shape, startMs, durationMs }: Sketch,
  params: Readonly<Record<string, number>>,
  whom: Draft['whom'],
  options: DrawOptions,
): Draft[] {
  const { random, profile } = options;
  const { crashAfterMs } = shape;
  const isAnchored = chancePpm(random, profile.anchoredPpm ?? 0) && crashAfterMs === undefined;
  const start = isAnchored ? drawAnchor(options, startMs) : undefined;
  const fault = { kind: shape.kind, whom, atMs: startMs, durationMs, params };
  if (start !== undefined) return [{ ...fault, start }];
  const spanMs = Math.floor((options.chaosUntilUs - options.chaosFromUs) / MS);
  if (crashAfterMs === undefined) return [fault];
  const atMs = startMs + drawRange(random, crashAfterMs);
  const downMs = intBetween(random, 2, 20) * 100;
  if (atMs >= spanMs - 1) return [fault];
  return [fault, { kind: 'crash', whom, atMs, durationMs: downMs, params: {} }];
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
  const all = profile.kinds.flatMap((shape) => present(shape, options));
  const kinds = profile.swarm === undefined ? all : selection(random, profile.swarm, all);
  const total = kinds.reduce((sum, shape) => sum + shape.weight, 0);
  if (total === 0 || count <= 0) return [];
  return Array.from({ length: count }, () => byWeight(kinds, random.float() * total));
}

/** A share of the kinds, whatever their shapes, with weights from 1 to 8; never none of them. */
function selection(
  random: Random,
  shares: readonly number[],
  shapes: readonly FaultShape[],
): readonly FaultShape[] {
  const share = pick(random, shares);
  const kinds = [...new Set(shapes.map(({ kind }) => kind))];
  const weights = new Map<FaultKind, number>();
  for (const kind of kinds) {
    const weight = 2 ** random.below(4);
    if (random.float() < share) weights.set(kind, weight);
  }
  if (weights.size === 0 && kinds.length > 0) weights.set(pick(random, kinds), 1);
  return shapes.flatMap((shape) => {
    const weight = weights.get(shape.kind);
    return weight === undefined ? [] : [{ ...shape, weight: weight * shape.weight }];
  });
}

/** What only few plans have, on top of everything else. */
function chooseRare(options: DrawOptions): readonly FaultShape[] {
  const { random, profile } = options;
  const { rare } = profile;
  if (rare === undefined || !chancePpm(random, rare.ppm)) return [];
  let left = rare.shapes.flatMap((shape) => present(shape, options));
  const chosen: FaultShape[] = [];
  for (let count = drawRange(random, rare.count); count > 0 && left.length > 0; count--) {
    const total = left.reduce((sum, shape) => sum + shape.weight, 0);
    const next = byWeight(left, random.float() * total);
    left = left.filter((shape) => shape !== next);
    chosen.push(next);
  }
  return chosen;
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
    const role = typeof aim === 'object' ? aim.of : aim;
    if (aim === 'follower') return options.members > 1;
    if (role === 'worker') return options.workers > 0;
    if (role === 'client') return options.clients > 0;
    return true;
  };
  const whom = shape.whom.filter((w: Whom) => has(w.target) && has(w.peer));
  return whom.length === 0 ? [] : [{ ...shape, whom }];
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
