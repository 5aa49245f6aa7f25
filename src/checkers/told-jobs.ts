import type { FactOf, JobState } from '../history/fact.ts';
import type { Aftermath } from './aftermath.ts';

/** What a client or the audit was told of a job. */
export interface Told {
  readonly fact: FactOf<'answered'> | FactOf<'audited-job'>;
  readonly job: string;
  readonly state: JobState;
  readonly attempts: number;
  /** It was so then or later: an answer may have been on its way for long. */
  readonly asOfUs: number;
}

/** What an answer tells of a job; undefined where it does not tell state and attempts. */
export function toldByAnswer(fact: FactOf<'answered'>): Told | undefined {
  const { request, answer, askedAt } = fact;
  if (answer.kind !== 'ok' || !('job' in request)) return undefined;
  const { state, attempts } = answer;
  if (state === undefined || attempts === undefined) return undefined;
  return { fact, job: request.job, state, attempts, asOfUs: askedAt };
}

/** What the audit tells: a page may be as old as the audit. */
export function toldByAudit(fact: FactOf<'audited-job'>, { untilUs }: Aftermath): Told {
  const { job, state, attempts, at } = fact;
  return { fact, job, state, attempts, asOfUs: Math.min(untilUs, at) };
}
