import type { BodyRun, Launch } from '../api.ts';

/** One attempt that a worker holds, from its start until its report is acknowledged. */
export interface Attempt {
  readonly launch: Launch;
  readonly plan: BodyRun;
  stage: 'body' | 'effects' | 'report';
  how: 'succeeded' | 'failed' | 'stopped';
  /** Effects that the ledger has not answered yet. */
  unanswered: readonly string[];
  /** Sent a whole resend period ago. */
  isStale: boolean;
}

export const newAttempt = (launch: Launch, plan: BodyRun): Attempt => ({
  launch,
  plan,
  stage: 'body',
  how: plan.outcome,
  unanswered: plan.effects,
  isStale: false,
});

/** Names one effect of one attempt for the ledger; the same in retransmissions. */
export const effectIdOf = ({ job, token }: Launch, effect: string): string =>
  `${job}/${token.epoch}.${token.attempt}/${effect}`;

/** The job that an effect's id speaks of; effect names hold no slash. */
export const jobOfEffectId = (id: string): string =>
  id.slice(0, id.lastIndexOf('/', id.lastIndexOf('/') - 1));
