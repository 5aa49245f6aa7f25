/**
 * checkers: verdicts. One file per claim; each opens with what it checks, what it does not, and
 * why.
 *
 *   checker.ts      what a claim, a judge and a verdict are (this file)
 *   claims.ts       all claims by id
 *   excuses.ts      a break after an assumption failed is excused
 *   first-break.ts  the earliest break a judge has found, and words for it
 *   audit-watch.ts  whether the final audit can be relied on
 *   promises.ts     from when to when the ticks of a schedule were promised
 *   effect-rows.ts  one accepted effect per job, in a few bytes
 *   aftermath.ts    the time after the storm in which bounds count
 *   plain-jobs.ts   accepted jobs that nothing holds back
 *   told-jobs.ts    what clients and the audit are told of a job
 *   worker-health.ts  which workers can be blamed
 *   sometimes.ts    claims that the run was not empty
 *   no-loss.ts …    every other file is one claim, named by its id
 *
 * What users define: own-claim.ts, a claim of their own, judged beside these.
 *
 * What several claims share:
 *   decisions.ts      when grants were decided, as schedulers testified
 *   live-attempts.ts  attempts that hold a grant
 *   schedule-puts.ts  the versions of a schedule, and which may be in force
 *   job-queues.ts     the queue of a job; held-queues.ts: those that may hold it back
 *   retained.ts       from when on a job may have been forgotten
 * and what one claim needs beside its file: `no-loss` known-schedules.ts, `retry-policy`
 * retry-waits.ts, `limits` unique-keys.ts and token-bucket.ts,
 * `completes` answered-ends.ts (for designs that keep no jobs), `queue-order` passed-over.ts,
 * `linearizable-api` api-key.ts (what was heard of one key),
 * linearize.ts (whether that fits one register), job-register.ts and schedule-register.ts (what may
 * be heard).
 *
 * Linearizability of anything with a sequential model:
 *   linearizability.ts  a history is judged, key by key, and the verdict printed
 *   linear-parts.ts     the verdicts, and how one part of a history is looked at
 *   linear-search.ts    the search for an order, that of `linearizable-api` too
 *   linear-places.ts    where the search may be
 */
import type { Assumption, Fact, Resources } from '../history/fact.ts';
import type { Fold } from '../history/history.ts';
import type { VirtualUs } from '../lib/units.ts';

export type Verdict =
  | { readonly kind: 'held' }
  /** The first fact that breaks it is the last of `facts`, the others are what it rests on. */
  | {
      readonly kind: 'broken';
      readonly at: VirtualUs;
      readonly summary: string;
      readonly facts: readonly Fact[];
    }
  /** It broke, but an assumption of the preset had failed before. */
  | { readonly kind: 'excused'; readonly assumption: Assumption; readonly at: VirtualUs }
  | { readonly kind: 'unknown'; readonly reason: string }
  /** Its antecedent never occurred in this run. */
  | { readonly kind: 'vacuous'; readonly reason: string };

export type VerdictKind = Verdict['kind'];

/** What a judge may know of the run beforehand: bounds of the preset and tolerances. */
export interface ClaimContext {
  /** Tolerance for earliness and lateness of starts, ε; includes the wall error that is assumed. */
  readonly epsilonUs: number;
  /** After heal, dispatch must resume within this (the preset's bound). */
  readonly recoverBoundUs: number;
  /** A tick due in a stable period must have begun within this. */
  readonly onTimeBoundUs: number;
  /** Attempts that a worker runs at a time. */
  readonly slots: number;
  /** What a worker has for attempts besides; nobody counts where absent. */
  readonly resources?: Resources;
  /** In calm times a job that is ready, and that nothing holds back, begins within this. */
  readonly startBoundUs: number;
  /** An attempt whose worker is gone is over within this (the preset's rescue). */
  readonly rescueBoundUs: number;
  /** A lesser job may start first while a greater one has been ready for less than this. */
  readonly orderSlackUs: number;
  /** From an attempt's time limit to its end as the scheduler knows it, when nothing is wrong. */
  readonly timeoutGraceUs: number;
  /** The oscillator of a machine that no fault meddles with is off by up to this, either way. */
  readonly ratePpmMax: number;
  /** A submit is answered when its job has ended, and nobody keeps the job after that. */
  readonly answersAtEnd?: true;
}

export interface Judge extends Fold {
  /** Asked once, when the run is over. */
  verdict(): Verdict;
}

export interface Claim {
  readonly id: string;
  readonly modality: 'always' | 'eventually' | 'sometimes';
  /** One sentence for reports and `explain`. */
  readonly sentence: string;
  /** What it does not check, and why. */
  readonly limits: string;
  /** Assumptions whose failure excuses a later break. */
  readonly excusedBy: readonly Assumption[];
  readonly judge: (context: ClaimContext) => Judge;
}
