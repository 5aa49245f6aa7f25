/**
 * retry-policy (S9): as many attempts as were asked for, no more and no fewer.
 *
 * Checks, of submitted jobs:
 *   - no more bodies begin than the `maxAttempts` of the submit, and with delivery at-most-once
 *     only one;
 *   - attempts are numbered from 1, and each begins at most once: a number begun again is a launch
 *     that was forgotten, or a job that was made anew;
 *   - an at-least-once job that the audit lists as dead had that many attempts: giving up earlier
 *     breaks what was asked as much as going on.
 *
 * Bodies are counted, and not the numbers of attempts: one that its worker refused never began and
 * does not count against the policy, so on full workers numbers rise beyond `maxAttempts`.
 *
 * Does not check: launches that were lost before they began, which count for the scheduler and
 * leave no evidence; backoff, for the evidence does not hold what was asked; attempts of ticks, for
 * the same reason (one number launched twice is for `tick-once` there); numbers above 31 begun
 * again.
 */
import type { FactOf } from '../history/fact.ts';
import { jobRowsFor, RowBits } from '../history/job-rows.ts';
import type { Claim, ClaimContext, Judge } from './checker.ts';
import { FirstBreak, HELD, judgeOf, vacuous } from './first-break.ts';

export const retryPolicy: Claim = {
  id: 'retry-policy',
  modality: 'always',
  sentence: 'A job begins at most as often as its submit allows, and is not given up before.',
  limits:
    'Backoff, and attempts of ticks, are not judged: facts do not hold what was asked. Attempts ' +
    'that never began count for giving up only.',
  excusedBy: ['store-durable', 'single-copy'],
  judge,
};

/** A bit each in 32: the numbers that are told apart. */
const NUMBERED_MAX = 31;

function judge(context: ClaimContext): Judge {
  const breaks = new FirstBreak();
  const rows = jobRowsFor(context);
  /** Attempts allowed; 0 for a job that nobody asked for, about which there is nothing to say. */
  const allowed = new RowBits();
  /** 1 where the job is to be run until it succeeds or the attempts are used up. */
  const isPersistent = new RowBits();
  const bodies = new RowBits();
  const numbers = new RowBits();
  let began = 0;

  const onBegan = (fact: FactOf<'body-began'>): void => {
    const row = rows.row(fact.job);
    const count = bodies.get(row) + 1;
    bodies.set(row, count);
    const { attempt } = fact.token;
    const bit = attempt >= 1 && attempt <= NUMBERED_MAX ? 1 << attempt : 0;
    const before = numbers.get(row);
    numbers.set(row, before | bit);
    const asked = allowed.get(row);
    if (asked === 0) return;
    const max = fact.delivery === 'at-most-once' ? 1 : asked;
    if (attempt < 1) breaks.add([fact], `job ${fact.job} began attempt ${attempt}`);
    else if ((before & bit) !== 0) {
      breaks.add([fact], `attempt ${attempt} of job ${fact.job} began twice`);
    } else if (count > max) breaks.add([fact], `job ${fact.job} began ${count} of ${max} attempts`);
  };

  return judgeOf(
    {
      asked: ({ request }) => {
        if (request.kind !== 'submit') return;
        const row = rows.row(request.job);
        allowed.set(row, request.maxAttempts);
        isPersistent.set(row, request.delivery === 'at-least-once' ? 1 : 0);
      },
      'body-began': (fact) => {
        if (fact.tick !== undefined) return;
        began++;
        onBegan(fact);
      },
      'audited-job': (fact) => {
        if (fact.state !== 'dead') return;
        const row = rows.row(fact.job);
        const max = allowed.get(row);
        if (isPersistent.get(row) === 0 || fact.attempts >= max) return;
        breaks.add([fact], `job ${fact.job} is dead after ${fact.attempts} of ${max} attempts`);
      },
    },
    () => breaks.or(() => (began === 0 ? vacuous('no submitted job began') : HELD)),
  );
}
