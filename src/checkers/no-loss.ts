/**
 * no-loss (S1): what was accepted is never forgotten.
 *
 * Checks: every submit answered ok is listed by the complete audit, in whatever state; a job whose
 * cancel was answered ok is listed as cancelled.
 *
 * Does not check: submits whose answer was `fail` or `unknown`, which promise nothing; whether the
 * state listed is right, which is for `completes` and `terminal-absorbs`; schedules, because the
 * audit does not list them (a forgotten one shows in `explained-skips`). Answers that arrive while
 * the audit reads are left out: the page may be older than the acceptance.
 */
import type { FactOf } from '../history/fact.ts';
import { AuditWatch } from './audit-watch.ts';
import type { Claim, Judge } from './checker.ts';
import { FirstBreak, HELD, judgeOf, secondsText, unknown, vacuous } from './first-break.ts';

export const noLoss: Claim = {
  id: 'no-loss',
  modality: 'always',
  sentence: 'Every job whose submit was answered ok is still known when the run is over.',
  limits:
    'Submits that failed or timed out promise nothing; the state listed is judged by other claims.',
  excusedBy: ['store-durable', 'single-copy'],
  judge,
};

function judge(): Judge {
  const breaks = new FirstBreak();
  const audit = new AuditWatch();
  // The answer that promised it; dropped when the job succeeds, which is when it is best known.
  const accepted = new Map<string, FactOf<'answered'> | undefined>();
  const cancelled = new Map<string, FactOf<'answered'>>();
  let count = 0;
  return judgeOf(
    {
      answered: (fact) => {
        const { request, answer } = fact;
        if (answer.kind !== 'ok' || audit.began) return;
        if (request.kind === 'submit') count++;
        else if (request.kind !== 'cancel' || !saysCancelled(fact)) return;
        else cancelled.set(request.job, fact);
        accepted.set(request.job, fact);
      },
      'body-ended': ({ job, how }) => {
        if (how !== 'succeeded' || accepted.get(job) === undefined) return;
        accepted.set(job, undefined);
      },
      'audited-job': (fact) => {
        audit.begin();
        accepted.delete(fact.job);
        const ack = fact.state === 'cancelled' ? undefined : cancelled.get(fact.job);
        if (ack === undefined) return;
        const when = secondsText(ack.at);
        breaks.add([ack, fact], `job ${fact.job}, cancelled at ${when}, is ${fact.state}`);
      },
      phase: (fact) => audit.onPhase(fact),
      'audit-ended': (fact) => audit.onEnded(fact),
    },
    () => {
      if (count === 0 && cancelled.size === 0) return vacuous('no submit was answered ok');
      const ended = audit.complete;
      for (const [job, answered] of ended === undefined ? [] : accepted) {
        const when =
          answered === undefined ? 'ran to success' : `accepted at ${secondsText(answered.at)}`;
        const facts = answered === undefined ? ([ended!] as const) : ([answered, ended!] as const);
        breaks.add(facts, `job ${job}, ${when}, is not in the complete audit`);
        break;
      }
      return breaks.or(() => (ended === undefined ? unknown(audit.gap) : HELD));
    },
  );
}

/** A cancel answered with another final state came too late, and says so. */
const saysCancelled = ({ answer }: FactOf<'answered'>): boolean =>
  answer.kind === 'ok' && (answer.state === undefined || answer.state === 'cancelled');
