/**
 * The profile `realistic`: faults as often, and as long, as was published. Each hazard is a renewal
 * process of its own over the whole run, per machine or for the whole cluster. What was read in its
 * source, or follows from it by a formula, is said to be so; a number that nobody published, and
 * that a run cannot do without, is said to be assumed.
 */
import { exponential, lognormal, type Random, weibull } from '../lib/random.ts';
import { DAY, HOUR, MINUTE, MS, SECOND } from '../lib/units.ts';
import type { FaultKind, Plan, PlannedFault, Target } from './plan.ts';

/** How often one kind of trouble comes, how long it stays, and who says so. */
export interface Hazard {
  readonly what: string;
  readonly kind: FaultKind;
  /** One process for each machine of these roles, or one for all. */
  readonly per: 'machine' | 'store' | 'cluster';
  readonly gapUs: (random: Random) => number;
  readonly lastsUs: (random: Random) => number;
  readonly params: (random: Random) => Readonly<Record<string, number>>;
  /** Where the numbers stand, what follows from them, and what is assumed. */
  readonly source: string;
}

const YEAR = 365.25 * DAY;
const NO_PARAMS = (): Readonly<Record<string, number>> => ({});

/** Of 508 isolating partitions in five years on more than 200 routers: at most so many a year. */
const PARTITIONS_PER_YEAR = 508 / 5 / 200;
const OUTAGES_PER_DAY = 61 / 700;
/** The exponential distribution of which 9 in 61 are longer than 30 s. */
const OUTAGE_US = (30 * SECOND) / Math.log(61 / 9);
/** Makes the mean of a Weibull distribution of shape 0.75 one: 1 / Gamma(1 + 1 / 0.75). */
const WEIBULL_SCALE = 0.8399;
const CRASH_GAP_US = 120 * DAY;

export const HAZARDS: readonly Hazard[] = [
  {
    what: 'the store is out: a shared lock service fails or is cut off',
    kind: 'pause',
    per: 'store',
    gapUs: (random) => exponential(random, DAY / OUTAGES_PER_DAY),
    lastsUs: (random) => exponential(random, OUTAGE_US),
    params: NO_PARAMS,
    source:
      'Burrows, OSDI 2006: 61 outages in 700 cell-days, 9 of them longer than 30 s; the ' +
      'exponential distribution with that tail is derived',
  },
  {
    what: 'a machine is cut off by a fault of its link',
    kind: 'partition',
    per: 'machine',
    gapUs: (random) => exponential(random, YEAR / PARTITIONS_PER_YEAR),
    lastsUs: (random) => lognormal(random, 162 * SECOND, 1.214),
    params: NO_PARAMS,
    source:
      'Turner, Levchenko, Snoeren and Savage, SIGCOMM 2010: 508 isolating partitions in five ' +
      'years on over 200 routers, median 2.7 and 95th percentile 19.9 minutes where software ' +
      'was the cause; the lognormal fit is derived',
  },
  {
    what: 'network maintenance with half an hour of random loss',
    kind: 'loss',
    per: 'cluster',
    gapUs: (random) => exponential(random, YEAR / 4),
    lastsUs: () => 30 * MINUTE,
    params: (random) => ({ lossPpm: 10_000 * (1 + random.below(30)) }),
    source: 'Dean, LADIS 2009: 4 a year in a typical new cluster; a loss of 1 to 30 % is assumed',
  },
  {
    what: 'a router fails, and a rack is out of reach for about an hour',
    kind: 'partition',
    per: 'cluster',
    gapUs: (random) => exponential(random, YEAR / 3),
    lastsUs: () => HOUR,
    params: NO_PARAMS,
    source: 'Dean, LADIS 2009: 3 a year in a typical new cluster; that it hits a rack is assumed',
  },
  {
    what: 'a machine fails and is repaired',
    kind: 'crash',
    per: 'machine',
    gapUs: (random) => weibull(random, CRASH_GAP_US * WEIBULL_SCALE, 0.75),
    lastsUs: (random) => lognormal(random, HOUR, 1.89),
    params: NO_PARAMS,
    source:
      'Schroeder and Gibson, DSN 2006: Weibull gaps and lognormal repairs, parameters derived ' +
      '(shape 0.75; sigma 1.89 around an hour); 120 days between failures is assumed',
  },
];

/** What a plan of published hazards is drawn from. */
export interface RealisticOptions {
  readonly random: Random;
  /** The time in which faults may begin; [from, until). */
  readonly fromUs: number;
  readonly untilUs: number;
  /** How many times as often as published. */
  readonly intensity: number;
  readonly members: number;
  readonly workers: number;
}

/** The plan of a run: sorted by start, whole milliseconds, ids like `f01-crash`. */
export function drawRealistic(options: RealisticOptions): Plan {
  const sketches = HAZARDS.flatMap((hazard) =>
    targetsOf(hazard, options).flatMap((target) => renewals(hazard, target, options)),
  );
  sketches.sort((a, b) => a.atUs - b.atUs);
  const faults = sketches.map(
    ({ hazard, target, atUs, lastsUs, params }, i): PlannedFault => ({
      id: `f${String(i + 1).padStart(2, '0')}-${hazard.kind}`,
      kind: hazard.kind,
      target,
      start: { kind: 'at', atUs },
      durationUs: lastsUs,
      params,
    }),
  );
  return { faults };
}

interface Sketch {
  readonly hazard: Hazard;
  readonly target: Target;
  readonly atUs: number;
  readonly lastsUs: number;
  readonly params: Readonly<Record<string, number>>;
}

function targetsOf({ kind, per }: Hazard, options: RealisticOptions): readonly Target[] {
  const { members, workers, random } = options;
  if (per === 'store') return [{ by: 'role', role: 'store-primary' }];
  if (per === 'cluster') {
    return kind === 'loss'
      ? [{ by: 'share', role: 'any', share: 'all' }]
      : [{ by: 'rack', index: random.below(3) }];
  }
  const of = (role: 'scheduler' | 'store' | 'worker', count: number): Target[] =>
    Array.from({ length: count }, (_, index) => ({ by: 'index', role, index }));
  return [...of('scheduler', members), ...of('store', 1), ...of('worker', workers)];
}

/** One trouble after another: the next gap begins when the last one is over. */
function renewals(hazard: Hazard, target: Target, options: RealisticOptions): Sketch[] {
  const { random, fromUs, untilUs, intensity } = options;
  const found: Sketch[] = [];
  let atUs = fromUs;
  for (;;) {
    atUs = wholeMs(atUs + hazard.gapUs(random) / intensity);
    if (!(atUs < untilUs)) return found;
    const lastsUs = Math.max(MS, Math.min(wholeMs(hazard.lastsUs(random)), wholeMs(untilUs)));
    found.push({ hazard, target, atUs, lastsUs, params: hazard.params(random) });
    atUs += lastsUs;
  }
}

const wholeMs = (us: number): number => Math.round(us / MS) * MS;
