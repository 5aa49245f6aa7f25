/**
 * terminal-absorbs (S12): a finished job stays finished.
 *
 * Checks: once a client was told a terminal state of a job (by status, cancel or a repeated
 * submit), no request asked after that answer is told another state, no answer whatever tells
 * another terminal state, and the audit lists the same state. A dead job is finished for as long as
 * nobody asks to retry it.
 *
 * Does not check: answers to requests that were already on their way, which may be older than the
 * news; jobs nobody asked about; that a job was dead, once a retry of it was asked for; jobs from
 * when on they may have been forgotten, and made anew; the full order of answers, which is for
 * `linearizable-api`. Answers that arrive while the audit reads are left out, for its pages may be
 * older.
 */
import type { FactOf, JobState } from '../history/fact.ts';
import { isTerminal } from '../history/fact.ts';
import { AuditWatch } from './audit-watch.ts';
import type { Claim, ClaimContext, Judge } from './checker.ts';
import { FirstBreak, HELD, judgeOf, unknown, vacuous } from './first-break.ts';
import { Retained } from './retained.ts';

export const terminalAbsorbs: Claim = {
  id: 'terminal-absorbs',
  modality: 'always',
  sentence: 'A job that was said to be finished stays finished, in the same way.',
  limits: 'Only jobs whose final state was answered to a client; requests under way are left out.',
  excusedBy: ['rate-error', 'suspend', 'store-durable', 'single-copy'],
  judge,
};

type Answered = FactOf<'answered'>;

interface Ended {
  readonly fact: Answered;
  readonly state: JobState;
}

function judge({ epsilonUs }: ClaimContext): Judge {
  const breaks = new FirstBreak();
  const audit = new AuditWatch();
  const retained = new Retained(epsilonUs);
  /** Jobs of which `dead` is no end any more. */
  const retried = new Set<string>();
  const ended = new Map<string, Ended>();
  let compared = 0;

  const answered = (fact: Answered): void => {
    const { request } = fact;
    const state = stateOf(fact);
    if (state === undefined || !('job' in request) || audit.began) return;
    if (retained.mayBeGone(request.job, fact.at)) return;
    if (state === 'dead' && retried.has(request.job)) return;
    const before = ended.get(request.job);
    if (before === undefined) {
      if (isTerminal(state)) ended.set(request.job, { fact, state });
      return;
    }
    if (!isTerminal(state) && fact.askedAt <= before.fact.at) return;
    compared++;
    if (state !== before.state)
      breaks.add([before.fact, fact], changed(request.job, before, state));
  };

  return judgeOf(
    {
      asked: (fact) => {
        const { request } = fact;
        retained.onAsked(fact);
        if (request.kind !== 'retry') return;
        retried.add(request.job);
        if (ended.get(request.job)?.state === 'dead') ended.delete(request.job);
      },
      answered,
      'audited-job': (fact) => {
        audit.begin();
        const before = ended.get(fact.job);
        if (before === undefined || retained.mayBeGone(fact.job, fact.at)) return;
        compared++;
        if (fact.state !== before.state)
          breaks.add([before.fact, fact], changed(fact.job, before, fact.state));
      },
      phase: (fact) => audit.onPhase(fact),
      'audit-ended': (fact) => audit.onEnded(fact),
    },
    () =>
      breaks.or(() => {
        if (ended.size === 0) return vacuous('no client was told that a job had ended');
        if (compared > 0) return HELD;
        if (audit.complete === undefined) return unknown(audit.gap);
        return vacuous('no finished job was heard of again');
      }),
  );
}

/** The state an answer tells; a cancel that is simply ok tells `cancelled`. */
function stateOf({ request, answer }: Answered): JobState | undefined {
  if (answer.kind !== 'ok') return undefined;
  return answer.state ?? (request.kind === 'cancel' ? 'cancelled' : undefined);
}

const changed = (job: string, before: Ended, state: JobState): string =>
  `job ${job} was ${before.state} and then ${state}`;
