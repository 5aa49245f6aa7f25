import type { Claim } from '../checkers/checker.ts';
import { CLAIMS } from '../checkers/claims.ts';
import { judgeWithExcuses } from '../checkers/excuses.ts';
import type { Plan } from '../faults/plan.ts';
import type { Fold } from '../history/history.ts';
import { InvariantBroken } from '../lib/assert.ts';
import { createMetrics, type RunMetrics } from '../metrics/metrics.ts';
import { assembleRun } from '../scenario/assemble.ts';
import type { Prepared } from '../scenario/prepare.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { bucketUsOf, claimContext, claimsOf } from './run.ts';
import type { Strategy, Trial } from './strategies/strategy.ts';

/** A planted bug, and the design that it is planted in. */
export interface Quarry {
  readonly mutated: Prepared;
  readonly unmutated: Prepared;
  /** What it is to break, beside what the design promises: other claims, thresholds of metrics. */
  readonly expected: readonly string[];
}

/** A run in which the mutant breaks what the design holds. */
export interface Kill {
  /** The claim, or the metric whose threshold was missed. */
  readonly claim: string;
  readonly seed: string;
  readonly plan: Plan;
}

/** What a hunt came to. */
export interface Hunted {
  /** Undefined where nothing broke within the budget. */
  readonly kill: Kill | undefined;
  /** Runs and kernel steps of the mutant until then; the last run as far as it was watched. */
  readonly runs: number;
  readonly steps: number;
  /** Promises that the unmutated design broke in the same runs; there should be none. */
  readonly unmutatedBroke: readonly string[];
}

/**
 * Runs what the strategy chooses, until the mutant breaks something or `runsMax` runs are over. The
 * unmutated design goes through every run as well: what it breaks, too, kills nobody. Runs that an
 * assertion of the mutant ends are none in which it broke anything: judges that are to be tested
 * must not be helped out.
 */
export function hunt(quarry: Quarry, strategy: Strategy, runsMax: number): Hunted {
  const unmutatedBroke: string[] = [];
  let steps = 0;
  for (let runs = 1; runs <= runsMax; runs++) {
    const trial = strategy.next();
    const seen = watch(quarry.mutated, trial, quarry.expected, true);
    strategy.ended();
    steps += seen.steps;
    const right = watch(quarry.unmutated, trial, quarry.expected, false);
    unmutatedBroke.push(...right.broken.filter((what) => isPromised(quarry.unmutated, what)));
    const { seed, plan } = trial;
    const claim = confirmed(quarry, trial, seen).find((what) => !right.broken.includes(what));
    if (claim !== undefined) return { kill: { claim, seed, plan }, runs, steps, unmutatedBroke };
  }
  return { kill: undefined, runs: runsMax, steps, unmutatedBroke };
}

/** Whether the mutant breaks this in such a run, and the unmutated design does not. */
export function stillKills({ mutated, unmutated, expected }: Quarry, kill: Kill): boolean {
  const breaks = (prepared: Prepared): boolean =>
    watch(prepared, kill, expected, false).broken.includes(kill.claim);
  return breaks(mutated) && !breaks(unmutated);
}

const isPromised = ({ design }: Prepared, what: string): boolean =>
  CLAIMS.some(({ id }) => id === what) && !Object.hasOwn(design.notPromised, what);

/** A judge that is asked before the end may be wrong: what it saw is looked at to the end. */
function confirmed({ mutated, expected }: Quarry, trial: Trial, seen: Seen): readonly string[] {
  if (seen.broken.length === 0 || !seen.isCutShort) return seen.broken;
  const { seed, plan } = trial;
  return watch(mutated, { seed, plan }, expected, false).broken;
}

interface Seen {
  readonly steps: number;
  /** Claims that are broken, the one that broke first before the others; missed thresholds. */
  readonly broken: readonly string[];
  readonly isCutShort: boolean;
}

function watch(
  prepared: Prepared,
  { seed, plan, watcher }: Trial,
  expected: readonly string[],
  stopsEarly: boolean,
): Seen {
  const judges = judgesOf(prepared, expected);
  const always = judges.filter(({ claim }) => claim.modality === 'always');
  const metrics = metricsOf(prepared, expected);
  const folds: Fold[] = judges.map(({ judge }) => judge);
  if (metrics !== undefined) folds.push(...metrics.folds);
  if (watcher !== undefined) folds.push(watcher);
  let isCutShort = false;
  const shouldStop = (): boolean => {
    isCutShort ||= stopsEarly && always.some(({ judge }) => judge.verdict().kind === 'broken');
    return isCutShort;
  };
  const run = assembleRun(prepared, { seed, plan, folds, shouldStop });
  try {
    run.execute();
  } catch (error) {
    if (!(error instanceof InvariantBroken)) throw error;
    return { steps: run.kernel.steps, broken: [], isCutShort: false };
  }
  const broken = judges.flatMap(({ claim, judge }) => {
    const verdict = judge.verdict();
    return verdict.kind === 'broken' ? [{ id: claim.id, at: verdict.at }] : [];
  });
  broken.sort((a, b) => a.at - b.at);
  const missed = metrics === undefined || isCutShort ? [] : missedIn(prepared, metrics, expected);
  const whats = [...broken.map(({ id }) => id), ...missed];
  return { steps: run.kernel.steps, broken: whats, isCutShort };
}

function judgesOf(prepared: Prepared, expected: readonly string[]) {
  const { notPromised, alsoExcused } = prepared.design;
  const context = claimContext(prepared);
  // Whether a design keeps up depends on how much room a scenario leaves, and those of incidents
  // leave as much as the incident needs: so liveness is asked for where it is what is to break.
  const isLookedFor = ({ id, modality }: Claim): boolean =>
    expected.includes(id) || (modality === 'always' && !Object.hasOwn(notPromised, id));
  return claimsOf(prepared)
    .filter(isLookedFor)
    .map((claim) => {
      return { claim, judge: judgeWithExcuses(claim, context, alsoExcused?.[claim.id]) };
    });
}

const thresholds = ({ slo }: Scenario, expected: readonly string[]): Scenario['slo'] =>
  slo.filter(({ metric }) => expected.includes(metric));

/** Numbers of the run, where a threshold is to be missed. */
function metricsOf(prepared: Prepared, expected: readonly string[]): RunMetrics | undefined {
  if (thresholds(prepared.loaded.scenario, expected).length === 0) return undefined;
  const bucketUs = bucketUsOf(prepared.timeline.endUsMax);
  return createMetrics({ ...claimContext(prepared), bucketUs });
}

function missedIn(
  prepared: Prepared,
  metrics: RunMetrics,
  expected: readonly string[],
): readonly string[] {
  const numbers = metrics.finish().metrics;
  return thresholds(prepared.loaded.scenario, expected).flatMap(({ metric, op, value }) => {
    const got = numbers[metric]?.value;
    const isMet = got === undefined || (op === '>=' ? got >= value : got <= value);
    return isMet ? [] : [metric];
  });
}
