/**
 * capacity (S15): no worker runs more at a time than it has room for.
 *
 * Checks: of the bodies that began on a worker, no more than its slots have neither ended nor gone
 * down with the machine. Bodies end by evidence only: a zombie that nobody waits for, and one that
 * was told to stop and goes on, fills its slot until it ends.
 *
 * Does not check: workers of which a second copy was ever started under the same name, for which of
 * the two a body runs on is not on record; who gave too much. A worker that refuses what it has no
 * room for keeps this claim for every scheduler; that a scheduler asks no more of it is not to be
 * seen from outside.
 */
import type { FactOf } from '../history/fact.ts';
import { compareTokens } from '../history/fact.ts';
import type { Claim, ClaimContext, Judge } from './checker.ts';
import { FirstBreak, HELD, judgeOf, vacuous } from './first-break.ts';
import { workerOf } from './live-attempts.ts';

export const capacity: Claim = {
  id: 'capacity',
  modality: 'always',
  sentence: 'No more bodies run at a time on a worker than it has slots.',
  limits: 'A launch that a full worker refuses is no break: it never began.',
  excusedBy: ['single-copy'],
  judge,
};

type Began = FactOf<'body-began'>;

function judge({ slots }: ClaimContext): Judge {
  const breaks = new FirstBreak();
  const running = new Map<string, Began[]>();
  const doubled = new Set<string>();
  return judgeOf(
    {
      'body-began': (fact) => {
        const here = running.get(fact.worker);
        if (here === undefined) running.set(fact.worker, [fact]);
        else here.push(fact);
        const all = here ?? [fact];
        if (all.length <= slots || doubled.has(fact.worker)) return;
        const summary = `${fact.worker} runs ${all.length} bodies in ${slots} slots`;
        breaks.add(all as [Began, ...Began[]], summary);
      },
      'body-ended': ({ worker, job, token }) => {
        const here = running.get(worker);
        if (here === undefined) return;
        const at = here.findIndex(
          (one) => one.job === job && compareTokens(one.token, token) === 0,
        );
        if (at >= 0) here.splice(at, 1);
      },
      machine: ({ machine, state }) => {
        if (workerOf(machine) !== machine) doubled.add(workerOf(machine));
        if (state === 'down' && running.has(machine)) running.set(machine, []);
      },
    },
    () => breaks.or(() => (running.size === 0 ? vacuous('nothing began') : HELD)),
  );
}
