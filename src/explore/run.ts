/**
 * explore: one run, many seeds, the smallest failing case.
 *
 *   run.ts          one seed: judged and measured (this file)
 *   doublecheck.ts  the same seed twice, and the first step that differs
 *   summary.ts      many runs of one design become a row of the report
 *   sweep.ts        designs × seeds become a report document
 *   saturation.ts   how much a design carries
 *   objectives.ts   objectives of a scenario, and what was left of their error budgets
 *   comparing.ts    how designs differ, paired by seed, and which may be best
 *   duration-rows.ts, steady-rows.ts   failovers that did not end; shares in steady state
 *   rare-events.ts  how often per hour, where that is seldom
 *   case-file.ts    a broken run as a file that replays without the generator
 *   replay.ts       one run again, with its transcript
 *   shrink.ts       a small case in which the same claim breaks; it has a map of its own
 *   small-case.ts   that case as a file, with its story
 *   retell.ts       story and counterfactual of a case
 *   story.ts        the transcript cut down to what the verdict rests on
 *   space-time.ts   a broken run as a diagram of machines and messages; it has a map of its own
 *   causes.ts       happens-before, by the messages that passed
 *   counterfactual.ts  for each number of a plan: beyond which bound the claim holds
 *   casebook.ts     a found bug as a scenario that stays
 *   loaded.ts       a scenario with its text and its hash
 *   simulate.ts     one run for programs: designs, claims and faults of a user's own
 *   simulate-scenario.ts, simulate-story.ts   its scenario; what it says when a claim broke
 */

import type { Claim, ClaimContext, Verdict } from '../checkers/checker.ts';
import { CLAIMS } from '../checkers/claims.ts';
import { judgeWithExcuses } from '../checkers/excuses.ts';
import type { Plan } from '../faults/plan.ts';
import type { Fact } from '../history/fact.ts';
import { ALL_KINDS } from '../history/history.ts';
import type { LostDraws } from '../kernel/rng.ts';
import type { StepTrace } from '../kernel/trace.ts';
import { SECOND } from '../lib/units.ts';
import type { RunNumbers } from '../metrics/metrics.ts';
import { createMetrics } from '../metrics/metrics.ts';
import { assembleRun } from '../scenario/assemble.ts';
import type { Prepared } from '../scenario/prepare.ts';

export interface RunOptions {
  /** Instead of the plan that scenario and seed draw. */
  readonly plan?: Plan;
  /** Sees every fact as it happens. */
  readonly onFact?: (fact: Fact) => void;
  /** Deep-freeze messages and records: slower, and catches whoever changes what was sent. */
  readonly checked?: boolean;
  readonly trace?: boolean;
  /** What broke is broken, whatever assumption failed before: for whoever asks how far one goes. */
  readonly withoutExcuses?: boolean;
  /** What the run would be if the code drew more than it does. */
  readonly lostDraws?: LostDraws;
}

export interface RunResult {
  readonly seed: string;
  readonly fingerprint: string;
  readonly steps: number;
  readonly endUs: number;
  readonly plan: Plan;
  /** By claim, in the order of all claims. */
  readonly verdicts: ReadonlyMap<string, Verdict>;
  readonly numbers: RunNumbers;
  readonly trace: StepTrace | undefined;
}

/** A start is on time within ε and what dispatching takes when nothing is wrong. */
const DISPATCH_SLACK_US = 2 * SECOND;

/** The claims a scenario has judged. */
export function claimsOf(prepared: Prepared): readonly Claim[] {
  const { only } = prepared.loaded.scenario.claims;
  const builtIn = only.length === 0 ? CLAIMS : CLAIMS.filter(({ id }) => only.includes(id));
  return [...builtIn, ...(prepared.own?.claims ?? [])];
}

/** What the judges may know beforehand: a design's bounds and the scenario's tolerance. */
export function claimContext(prepared: Prepared): ClaimContext {
  const { loaded, design, timeline } = prepared;
  const { resources } = loaded.scenario.cluster;
  const epsilonUs = loaded.scenario.claims.epsilonUs + design.assumes.wallErrorUsMax;
  return {
    epsilonUs,
    recoverBoundUs: timeline.recoverBoundUs,
    onTimeBoundUs: epsilonUs + DISPATCH_SLACK_US,
    slots: loaded.scenario.cluster.slots,
    ...(resources === undefined ? {} : { resources }),
    startBoundUs: timeline.recoverBoundUs,
    rescueBoundUs: timeline.rescueUs + DISPATCH_SLACK_US,
    orderSlackUs: 2 * epsilonUs + (design.orderSlackUs ?? 0),
    timeoutGraceUs: timeline.workerTimeoutUs + DISPATCH_SLACK_US,
    ratePpmMax: loaded.scenario.cluster.ratePpmMax,
    ...(design.answersAtEnd === true ? { answersAtEnd: true } : {}),
  };
}

/** A series has at most this many buckets, however long the run. */
const BUCKETS_MAX = 200;

/** The width of a bucket: one of 1, 2, 5, 10 … seconds. */
export function bucketUsOf(runUs: number): number {
  for (let unitUs: number = SECOND; ; unitUs *= 10) {
    for (const factor of [1, 2, 5]) {
      if (runUs / (factor * unitUs) <= BUCKETS_MAX) return factor * unitUs;
    }
  }
}

/** Runs one seed to its end: a pure function of the code, the scenario, the design and the seed. */
export function runSeed(prepared: Prepared, seed: string, options: RunOptions = {}): RunResult {
  // One object for judges and metrics: folds that know the same context share their look-ups.
  const bucketUs = bucketUsOf(prepared.timeline.endUsMax);
  const context = { ...claimContext(prepared), bucketUs };
  const judges = claimsOf(prepared).map((claim) => ({
    id: claim.id,
    judge:
      options.withoutExcuses === true
        ? claim.judge(context)
        : judgeWithExcuses(claim, context, prepared.design.alsoExcused?.[claim.id]),
  }));
  const metrics = createMetrics(context);
  const { onFact } = options;
  const watcher = onFact === undefined ? [] : [{ listens: ALL_KINDS, onFact }];
  const run = assembleRun(prepared, {
    seed,
    folds: [...watcher, ...judges.map(({ judge }) => judge), ...metrics.folds],
    checked: options.checked ?? false,
    trace: options.trace ?? false,
    ...(options.plan === undefined ? {} : { plan: options.plan }),
    ...(options.lostDraws === undefined ? {} : { lostDraws: options.lostDraws }),
  });
  run.execute();
  return {
    seed,
    fingerprint: run.kernel.fingerprint(),
    steps: run.kernel.steps,
    endUs: run.kernel.now,
    plan: run.plan,
    verdicts: new Map(judges.map(({ id, judge }) => [id, judge.verdict()])),
    numbers: metrics.finish(),
    trace: run.kernel.trace,
  };
}
