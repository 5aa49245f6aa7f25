/**
 * How much a design carries: the highest rate of an open loop of arrivals at which it still keeps
 * up, by bisection. A search is a generator of runs, so that whoever drives it may stop it.
 */
import { createRng } from '../kernel/rng.ts';
import { assert } from '../lib/assert.ts';
import { BadInput } from '../lib/outcome.ts';
import { SECOND } from '../lib/units.ts';
import { meanInterval } from '../metrics/mean-interval.ts';
import type { RunNumbers } from '../metrics/metrics.ts';
import { createMetrics } from '../metrics/metrics.ts';
import { assembleRun } from '../scenario/assemble.ts';
import { type Prepared, prepare } from '../scenario/prepare.ts';
import type { SelectedDesign } from '../scenario/registry.ts';
import type { LoadedScenario } from '../scenario/scenario.ts';
import { claimContext } from './run.ts';

export interface SaturationRequest {
  readonly seeds: readonly string[];
  /** The p99 of dispatch latency may be so much. */
  readonly p99Us: number;
  /** Rates between which is looked, in jobs per second. */
  readonly lowPerS: number;
  readonly highPerS: number;
  /** A bracket this narrow, as a share of its lower end, ends a search. */
  readonly precision: number;
}

/** What a design did not keep up with. */
export type Limit = 'latency' | 'backlog' | 'api';

export interface SeedSaturation {
  readonly seed: string;
  /** The highest rate that was carried. */
  readonly perS: number;
  /** What failed at the lowest rate that was not; absent where the highest of all was carried. */
  readonly limit?: Limit;
  readonly runs: number;
}

export interface Saturation {
  readonly design: string;
  readonly seeds: readonly SeedSaturation[];
  /** Over the seeds in which any rate was carried; absent where there is none. */
  readonly mean?: number;
  readonly low?: number;
  readonly high?: number;
}

/** Of the jobs asked in the storm, the backlog may have grown by this share: that is chance. */
const GROWTH_MAX = 0.01;
/** Overload shows in requests that get no answer, too: their jobs are in no backlog. */
const API_SUCCESS_MIN = 0.99;

/**
 * A rate is carried when in the storm at least 99 % of requests were answered ok, the p99 of
 * dispatch latency was within the objective, and the backlog grew by at most 1 % of what arrived.
 * Every rate is met by the same seed; that a rate which is carried has none below it that is not is
 * taken for granted. Rates are halved as ratios: between 10 and 1,000 comes 100.
 */
export function* saturationSteps(
  loaded: LoadedScenario,
  design: SelectedDesign,
  request: SaturationRequest,
): Generator<{ readonly seed: string; readonly perS: number }, Saturation> {
  const { seeds, lowPerS, highPerS, precision } = request;
  assert(lowPerS > 0 && highPerS > lowPerS && precision > 0, () => `${lowPerS} to ${highPerS}`);
  const found: SeedSaturation[] = [];
  for (const seed of seeds) {
    let runs = 0;
    let [carried, refused]: [number, number] = [0, highPerS];
    let limit: Limit | undefined;
    for (let perS = highPerS; ; ) {
      runs++;
      const failed = limitAt(loaded, design, { seed, perS, p99Us: request.p99Us });
      yield { seed, perS };
      if (failed === undefined) carried = perS;
      else [refused, limit] = [perS, failed];
      // The ends first: most of what can be wrong with a search shows there.
      if (carried === highPerS || refused === lowPerS) break;
      if (carried > 0 && refused <= carried * (1 + precision)) break;
      perS = carried === 0 && runs === 1 ? lowPerS : tidy(Math.sqrt(carried * refused));
      if (perS <= carried || perS >= refused) break;
    }
    found.push({ seed, perS: carried, runs, ...(limit === undefined ? {} : { limit }) });
  }
  return { design: design.name, seeds: found, ...intervalOf(design.name, found) };
}

/** Runs a whole search at once. */
export function saturation(
  loaded: LoadedScenario,
  design: SelectedDesign,
  request: SaturationRequest,
): Saturation {
  const steps = saturationSteps(loaded, design, request);
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

/** Four digits: more would be noise, and would be typed by nobody. */
const tidy = (perS: number): number => Number(perS.toPrecision(4));

function intervalOf(
  name: string,
  found: readonly SeedSaturation[],
): Pick<Saturation, 'mean' | 'low' | 'high'> {
  const rates = found.flatMap(({ perS }) => (perS > 0 ? [perS] : []));
  if (rates.length === 0) return {};
  const { mean, low, high } = meanInterval(rates, createRng('saturation').stream(name), {
    least: 0,
  });
  return { mean, low, high };
}

interface Probe {
  readonly seed: string;
  readonly perS: number;
  readonly p99Us: number;
}

/** What the design does not keep up with at this rate; nothing where it carries it. */
function limitAt(loaded: LoadedScenario, design: SelectedDesign, probe: Probe): Limit | undefined {
  const { scenario } = loaded;
  const arrivals = { ...scenario.workload.arrivals, perSecond: probe.perS };
  const workload = { ...scenario.workload, arrivals };
  const prepared = prepare({ ...loaded, scenario: { ...scenario, workload } }, design);
  if (prepared.kind === 'failed') throw new BadInput(prepared.error);
  return limitIn(numbersOf(prepared.value, probe), prepared.value, probe);
}

/** The run is over soon after its storm: how it recovers is another question. */
function numbersOf(prepared: Prepared, { seed, p99Us }: Probe): RunNumbers {
  const { healUs } = prepared.timeline;
  const metrics = createMetrics({ ...claimContext(prepared), bucketUs: SECOND });
  const run = assembleRun(prepared, {
    seed,
    folds: metrics.folds,
    shouldStop: () => run.kernel.now >= healUs + p99Us,
  });
  run.execute();
  return metrics.finish();
}

function limitIn(numbers: RunNumbers, { timeline }: Prepared, probe: Probe): Limit | undefined {
  const { metrics, series } = numbers;
  if ((metrics['apiSuccess']?.value ?? 0) < API_SUCCESS_MIN) return 'api';
  const p99S = metrics['dispatchLatencyP99']?.value;
  if (p99S === undefined || p99S * SECOND > probe.p99Us) return 'latency';
  const { chaosUs, healUs } = timeline;
  const backlog = series['backlog']?.values ?? [];
  const at = (us: number): number => backlog[Math.max(0, Math.floor(us / SECOND) - 1)] ?? 0;
  const arrived = (probe.perS * (healUs - chaosUs)) / SECOND;
  return at(healUs) - at(chaosUs) > GROWTH_MAX * arrived ? 'backlog' : undefined;
}
