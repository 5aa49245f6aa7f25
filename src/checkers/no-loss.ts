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
import { jobRowsFor, RowBits, RowValues } from '../history/job-rows.ts';
import { AuditWatch } from './audit-watch.ts';
import type { Claim, ClaimContext, Judge } from './checker.ts';
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

/** What is known of a promised job. */
const PROMISED = 1;
const LISTED = 2;

function judge(context: ClaimContext): Judge {
  const breaks = new FirstBreak();
  const audit = new AuditWatch();
  const rows = jobRowsFor(context);
  const jobs = new RowBits();
  /** The answer that promised it; dropped when the job succeeds, which is when it is best known. */
  const answers = new RowValues<FactOf<'answered'>>();
  const cancelled = new Map<string, FactOf<'answered'>>();
  let promised = 0;
  let unlisted = 0;

  const answered = (fact: FactOf<'answered'>): void => {
    const { request, answer } = fact;
    if (answer.kind !== 'ok' || audit.began) return;
    if (request.kind === 'cancel' && saysCancelled(fact)) cancelled.set(request.job, fact);
    else if (request.kind !== 'submit') return;
    const row = rows.row(request.job);
    if (jobs.get(row) === 0) {
      promised++;
      unlisted++;
    }
    jobs.set(row, PROMISED);
    answers.set(row, fact);
  };

  const audited = (fact: FactOf<'audited-job'>): void => {
    audit.begin();
    const row = rows.row(fact.job);
    if (jobs.get(row) === PROMISED) {
      jobs.set(row, PROMISED | LISTED);
      unlisted--;
    }
    const ack = fact.state === 'cancelled' ? undefined : cancelled.get(fact.job);
    if (ack === undefined) return;
    const when = secondsText(ack.at);
    breaks.add([ack, fact], `job ${fact.job}, cancelled at ${when}, is ${fact.state}`);
  };

  /** The first in order of rows would depend on who else uses them; the first by name does not. */
  const findLost = (ended: FactOf<'audit-ended'>): void => {
    let lost: string | undefined;
    for (const job of rows.jobs()) {
      if (jobs.get(rows.row(job)) === PROMISED && (lost === undefined || job < lost)) lost = job;
    }
    if (lost === undefined) return;
    const answer = answers.get(rows.row(lost));
    const when = answer === undefined ? 'ran to success' : `accepted at ${secondsText(answer.at)}`;
    const facts = answer === undefined ? ([ended] as const) : ([answer, ended] as const);
    breaks.add(facts, `job ${lost}, ${when}, is not in the complete audit`);
  };

  return judgeOf(
    {
      answered,
      'body-ended': ({ job, how }) => {
        if (how !== 'succeeded') return;
        const row = rows.row(job);
        if (answers.get(row) !== undefined) answers.set(row, undefined);
      },
      'audited-job': audited,
      phase: (fact) => audit.onPhase(fact),
      'audit-ended': (fact) => audit.onEnded(fact),
    },
    () => {
      if (promised === 0) return vacuous('no submit was answered ok');
      const ended = audit.complete;
      if (ended !== undefined && unlisted > 0) findLost(ended);
      return breaks.or(() => (ended === undefined ? unknown(audit.gap) : HELD));
    },
  );
}

/** A cancel answered with another final state came too late, and says so. */
const saysCancelled = ({ answer }: FactOf<'answered'>): boolean =>
  answer.kind === 'ok' && (answer.state === undefined || answer.state === 'cancelled');
