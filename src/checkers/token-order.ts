/**
 * token-order (S3a): authority over a job never goes back.
 *
 * Checks: among the effects of one job that the ledger accepted, no token is older than the newest
 * accepted before. An unfenced design presents no token for checking, so its ledger accepts what
 * comes; the order is judged all the same, for it is what the job asked for.
 *
 * Does not check: jobs with sink `none`, which ask for no order; different effects of a job with
 * sink `key`, which asks for one of each and not for their order; retransmissions of an arrival
 * that was answered before, because they change nothing.
 */
import { jobRowsFor } from '../history/job-rows.ts';
import type { Claim, ClaimContext, Judge } from './checker.ts';
import { EffectRows } from './effect-rows.ts';
import { FirstBreak, HELD, judgeOf, tokenText, vacuous } from './first-break.ts';

export const tokenOrder: Claim = {
  id: 'token-order',
  modality: 'always',
  sentence: 'The tokens of the effects accepted for a job never decrease.',
  limits: 'Jobs with sink `none` ask for no order; order between different keys is not asked for.',
  excusedBy: ['single-copy'],
  judge,
};

function judge(context: ClaimContext): Judge {
  const breaks = new FirstBreak();
  const rows = jobRowsFor(context);
  const newest = new EffectRows();
  return judgeOf(
    {
      'effect-arrived': (fact) => {
        if (!fact.accepted || fact.repeat || fact.sink === 'none') return;
        const row = rows.row(fact.job);
        const isOther =
          fact.sink === 'key' && newest.has(row) && !newest.isEffect(row, fact.effect);
        if (isOther) return;
        if (!newest.has(row) || newest.compare(row, fact.token) >= 0) return newest.set(row, fact);
        const before = newest.fact(row, fact);
        const [late, early] = [tokenText(fact.token), tokenText(before.token)];
        const summary = `an effect of job ${fact.job} was accepted as ${late} after ${early}`;
        breaks.add([before, fact], summary);
      },
    },
    () =>
      breaks.or(() =>
        newest.count === 0 ? vacuous('no effect that asks for order was accepted') : HELD,
      ),
  );
}
