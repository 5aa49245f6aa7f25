/**
 * retry-policy (S9): no more attempts than were asked for.
 *
 * Checks: no body of a submitted job begins under an attempt number above the `maxAttempts` of its
 * submit, nor below 1, and the audit counts no more attempts either. Attempts are numbered from 1
 * and lost ones count, so the highest number bounds how many there were.
 *
 * Does not check: backoff, for the evidence does not hold what was asked; attempts of ticks, for
 * the same reason; at-most-once delivery of submitted jobs (of ticks: `tick-once`); attempts of one
 * number launched twice, which for ticks is `tick-once` again.
 */
import { jobRowsFor, RowBits } from '../history/job-rows.ts';
import type { Claim, ClaimContext, Judge } from './checker.ts';
import { FirstBreak, HELD, judgeOf, vacuous } from './first-break.ts';

export const retryPolicy: Claim = {
  id: 'retry-policy',
  modality: 'always',
  sentence: 'A job is attempted at most as often as its submit allows.',
  limits: 'Backoff, and attempts of ticks, are not judged: facts do not hold what was asked.',
  excusedBy: ['store-durable', 'single-copy'],
  judge,
};

function judge(context: ClaimContext): Judge {
  const breaks = new FirstBreak();
  const rows = jobRowsFor(context);
  /** Attempts allowed; 0 for a job that nobody asked for, about which there is nothing to say. */
  const allowed = new RowBits();
  let began = 0;
  return judgeOf(
    {
      asked: ({ request }) => {
        if (request.kind === 'submit') allowed.set(rows.row(request.job), request.maxAttempts);
      },
      'body-began': (fact) => {
        if (fact.tick !== undefined) return;
        began++;
        const { attempt } = fact.token;
        // Every submit allows one attempt: the first needs no look-up.
        const max = attempt === 1 ? 1 : allowed.get(rows.row(fact.job));
        if (max === 0 || (attempt >= 1 && attempt <= max)) return;
        breaks.add([fact], `job ${fact.job} began attempt ${attempt} of at most ${max}`);
      },
      'audited-job': (fact) => {
        if (fact.attempts <= 1) return;
        const max = allowed.get(rows.row(fact.job));
        if (max === 0 || fact.attempts <= max) return;
        breaks.add([fact], `job ${fact.job} counts ${fact.attempts} attempts of at most ${max}`);
      },
    },
    () => breaks.or(() => (began === 0 ? vacuous('no submitted job began') : HELD)),
  );
}
