/** When the faults of a plan begin: severe ones one after another, the rest at any time. */
import { assert } from '../lib/assert.ts';
import { intBetween, type Random, shuffled } from '../lib/random.ts';
import { drawRange } from './draw-fault.ts';
import type { FaultKind } from './plan.ts';
import type { FaultShape } from './shapes.ts';

/** A fault that is not aimed yet; times from the beginning of the storm. */
export interface Sketch {
  readonly shape: FaultShape;
  durationMs: number;
  startMs: number;
}

/**
 * Kinds that take a machine away: with quiet time between them, so that each tells its own story.
 */
const SEVERE: ReadonlySet<FaultKind> = new Set<FaultKind>([
  'crash',
  'kill',
  'crash-at-write',
  'crash-in-recovery',
  'stop',
  'pause',
  'suspend',
  'restart-storm',
  'wipe',
  'replace',
  'second-copy',
  'partition',
  'one-way-partition',
  'split',
  'ring',
  'bridge',
  'swizzle',
  'flapping',
  'store-failover',
  'old-primary',
  'failover-clock-jump',
  'old-snapshot',
]);
const QUIET_MS = 3_000;
/**
 * Gives every shape a duration and a start. Severe ones stand one after another in lanes, as many
 * lanes as the intensity; so do rate errors, whose sum would go beyond what presets assume. The
 * rest may begin at any time.
 */
export function place(
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
  const severe = sketches.filter(({ shape }) => SEVERE.has(shape.kind));
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
