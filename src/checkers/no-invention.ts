/**
 * no-invention (S2): nothing runs that nobody asked for.
 *
 * Checks: every body that begins belongs to a job that a client had asked for before, or to a tick
 * of a schedule that a client had put before.
 *
 * Does not check: whether the request was accepted. One whose answer was lost may have been, and
 * one that was refused may have been accepted by the member that its client asked before. Whether
 * the nominal time of a tick exists is for `never-early`.
 */
import { jobRowsFor, RowBits } from '../history/job-rows.ts';
import type { Claim, ClaimContext, Judge } from './checker.ts';
import { FirstBreak, HELD, judgeOf, vacuous } from './first-break.ts';

export const noInvention: Claim = {
  id: 'no-invention',
  modality: 'always',
  sentence: 'Every body that begins traces to a submitted job or a schedule that was put.',
  limits: 'A request counts whether or not its acceptance was heard of.',
  excusedBy: [],
  judge,
};

function judge(context: ClaimContext): Judge {
  const breaks = new FirstBreak();
  const rows = jobRowsFor(context);
  const jobs = new RowBits();
  const schedules = new Set<string>();
  let began = 0;
  return judgeOf(
    {
      asked: ({ request }) => {
        if (request.kind === 'submit') jobs.set(rows.row(request.job), 1);
        else if (request.kind === 'put-schedule') schedules.add(request.schedule);
      },
      'body-began': (fact) => {
        began++;
        if (fact.tick === undefined) {
          const isAsked = jobs.get(rows.row(fact.job)) === 1;
          if (!isAsked) breaks.add([fact], `job ${fact.job} began, and nobody asked`);
        } else if (!schedules.has(fact.tick.schedule)) {
          const summary = `a tick of ${fact.tick.schedule} began, and nobody put that schedule`;
          breaks.add([fact], summary);
        }
      },
    },
    () => breaks.or(() => (began === 0 ? vacuous('nothing began') : HELD)),
  );
}
