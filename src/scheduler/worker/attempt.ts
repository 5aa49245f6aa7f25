import type { MonotonicUs } from '../../lib/units.ts';
import type { BodyRun, EffectRequest, Finished, Launch } from '../api.ts';

/**
 * One attempt on a worker: held from its start until its report is acknowledged; or given up while
 * its body works on, a zombie, kept until its body has ended and its effects are answered.
 */
export interface Attempt {
  readonly launch: Launch;
  readonly plan: BodyRun;
  readonly beganUs: MonotonicUs;
  /** Absent while its body works. */
  endedUs?: MonotonicUs;
  stage: 'body' | 'effects' | 'report';
  how: 'succeeded' | 'failed' | 'stopped';
  /** Why it was stopped, where the worker itself did. */
  why?: NonNullable<Finished['why']>;
  /** Effects that the ledger has not answered yet. */
  unanswered: readonly string[];
  /** Sent a whole resend period ago. */
  isStale: boolean;
  /** Who handed it out, where it is that one that waits for its report, and no leader. */
  home?: string;
  /** Reports that were sent to its home. */
  reports?: number;
}

/** A home that has not acknowledged so many reports, half a second apart, is gone for good. */
const REPORTS_MAX = 120;

/** Whether one more report is worth sending; those to a leader always are. */
export function isWorthReporting(attempt: Attempt): boolean {
  if (attempt.home === undefined) return true;
  attempt.reports = (attempt.reports ?? 0) + 1;
  return attempt.reports <= REPORTS_MAX;
}

export const newAttempt = (launch: Launch, plan: BodyRun, beganUs: MonotonicUs): Attempt => ({
  launch,
  plan,
  beganUs,
  stage: 'body',
  how: plan.outcome,
  unanswered: plan.effects,
  isStale: false,
});

/** Of one attempt and no other, on whatever worker. */
export const attemptKeyOf = ({ job, token }: Launch): string =>
  `${job}/${token.epoch}.${token.attempt}`;

/** Names one effect of one attempt for the ledger; the same in retransmissions. */
export const effectIdOf = (launch: Launch, effect: string): string =>
  `${attemptKeyOf(launch)}/${effect}`;

/** The attempt that an effect's id speaks of; effect names hold no slash. */
export const attemptKeyOfEffectId = (id: string): string => id.slice(0, id.lastIndexOf('/'));

/** The job that an attempt's key speaks of. */
export const jobOfAttemptKey = (key: string): string => key.slice(0, key.lastIndexOf('/'));

export function effectRequestOf(launch: Launch, effect: string): EffectRequest {
  const { job, token, tick, sink, fenced } = launch;
  const id = effectIdOf(launch, effect);
  const base = { kind: 'effect', v: 1, id, job, effect, token, sink, fenced } as const;
  return tick === undefined ? base : { tick, ...base };
}

export function reportOf({ launch: { job, token }, how, why }: Attempt): Finished {
  const report: Finished = { kind: 'finished', v: 1, job, token, how };
  return why === undefined ? report : { why, ...report };
}
