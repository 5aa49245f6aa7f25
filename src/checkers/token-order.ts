/**
 * token-order (S3a): authority over a job never goes back.
 *
 * Checks: among the effects of one job that the ledger accepted, no token is older than the newest
 * accepted before. An unfenced design presents no token for checking, so its ledger accepts what
 * comes; the order is judged all the same, for it is what the job asked for.
 *
 * Does not check: jobs with sink `none`, which ask for no order; different effects of a job with
 * sink `key`, which asks for one of each and not for their order; retransmissions of an arrival that
 * was answered before, because they change nothing.
 */
import type { FactOf } from '../history/fact.ts';
import { compareTokens } from '../history/fact.ts';
import type { Claim, Judge } from './checker.ts';
import { FirstBreak, HELD, judgeOf, tokenText, vacuous } from './first-break.ts';

export const tokenOrder: Claim = {
  id: 'token-order',
  modality: 'always',
  sentence: 'The tokens of the effects accepted for a job never decrease.',
  limits: 'Jobs with sink `none` ask for no order; order between different keys is not asked for.',
  excusedBy: ['single-copy'],
  judge,
};

function judge(): Judge {
  const breaks = new FirstBreak();
  // One accepted effect per job stays for the whole run: a zombie's may come arbitrarily late.
  const newest = new Map<string, FactOf<'effect-arrived'>>();
  return judgeOf(
    {
      'effect-arrived': (fact) => {
        if (!fact.accepted || fact.repeat || fact.sink === 'none') return;
        const before = newest.get(fact.job);
        if (before === undefined) {
          newest.set(fact.job, fact);
          return;
        }
        if (fact.sink === 'key' && fact.effect !== before.effect) return;
        if (compareTokens(fact.token, before.token) >= 0) {
          newest.set(fact.job, fact);
          return;
        }
        const [late, early] = [tokenText(fact.token), tokenText(before.token)];
        const summary = `an effect of job ${fact.job} was accepted with token ${late} after ${early}`;
        breaks.add([before, fact], summary);
      },
    },
    () =>
      breaks.or(() =>
        newest.size === 0 ? vacuous('no effect that asks for order was accepted') : HELD,
      ),
  );
}
