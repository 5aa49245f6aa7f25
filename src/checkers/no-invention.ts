/**
 * no-invention (S2): nothing runs that nobody asked for, and no success is made up.
 *
 * Checks: every body that begins belongs to a job that a client had asked for before, or to a tick
 * of a schedule that a client had put before. Where a client or the audit is told that a job has
 * succeeded, a body of it had ended in success, and, where the job has a sink that checks (`token`
 * or `key`), an effect of it had been accepted: a worker reports success only when the ledger has
 * answered, so both are on record before anybody can hear of it. A scheduler that takes a lost
 * attempt, or the report of another one, for a success would otherwise please every other claim.
 *
 * A triggered job was asked for as well.
 *
 * Does not check: effects of triggered jobs, and of ticks of schedules that had another sink once;
 * whether the request was accepted. One whose answer was lost may have been, and one that was
 * refused may have been accepted by the member that its client asked before. Whether the nominal
 * time of a tick exists is for `never-early`. Whether all effects of a body arrived, for facts do
 * not hold how many it has.
 */
import type { FactOf, JobState } from '../history/fact.ts';
import { jobRowsFor, RowBits } from '../history/job-rows.ts';
import type { Claim, ClaimContext, Judge } from './checker.ts';
import { FirstBreak, HELD, judgeOf, vacuous } from './first-break.ts';

export const noInvention: Claim = {
  id: 'no-invention',
  modality: 'always',
  sentence: 'Every body that begins was asked for, and every success that is told took place.',
  limits: 'A request counts whether or not its acceptance was heard of.',
  excusedBy: [],
  judge,
};

type Told = FactOf<'answered'> | FactOf<'audited-job'>;

/** What is known of a job. */
const ASKED = 1;
/** It has a sink that checks, so every success of it has an effect. */
const HAS_SINK = 2;
const SUCCEEDED = 4;
const ACCEPTED = 8;

function judge(context: ClaimContext): Judge {
  const breaks = new FirstBreak();
  const rows = jobRowsFor(context);
  const jobs = new RowBits();
  const schedules = new Set<string>();
  /** Those whose ticks have a sink that checks, and those that had ticks without one. */
  const checked = new Set<string>();
  const unchecked = new Set<string>();
  let began = 0;

  const mark = (job: string, bits: number): void => {
    const row = rows.row(job);
    const known = jobs.get(row);
    if ((known & bits) !== bits) jobs.set(row, known | bits);
  };

  const told = (fact: Told, job: string, state: JobState | undefined, hasSink = false): void => {
    if (state !== 'succeeded') return;
    const known = jobs.get(rows.row(job)) | (hasSink ? HAS_SINK : 0);
    if ((known & SUCCEEDED) === 0) {
      breaks.add([fact], `job ${job} is said to have succeeded, and no body of it did`);
    } else if ((known & HAS_SINK) !== 0 && (known & ACCEPTED) === 0) {
      const summary = `job ${job} is said to have succeeded, and no effect of it was accepted`;
      breaks.add([fact], summary);
    }
  };

  return judgeOf(
    {
      asked: ({ request }) => {
        if (request.kind === 'put-schedule') schedules.add(request.schedule);
        if (request.kind === 'trigger') mark(request.job, ASKED);
        if (request.kind !== 'submit') return;
        mark(request.job, request.sink === 'none' ? ASKED : ASKED | HAS_SINK);
      },
      answered: (fact) => {
        const { request, answer } = fact;
        if (answer.kind === 'ok' && 'job' in request) {
          told(fact, request.job, answer.state);
        }
      },
      'body-began': (fact) => {
        began++;
        if (fact.tick === undefined) {
          const isAsked = (jobs.get(rows.row(fact.job)) & ASKED) !== 0;
          if (!isAsked) breaks.add([fact], `job ${fact.job} began, and nobody asked`);
        } else if (!schedules.has(fact.tick.schedule)) {
          const summary = `a tick of ${fact.tick.schedule} began, and nobody put that schedule`;
          breaks.add([fact], summary);
        }
      },
      'body-ended': ({ job, how }) => {
        if (how === 'succeeded') mark(job, SUCCEEDED);
      },
      'effect-arrived': ({ job, accepted }) => {
        if (accepted) mark(job, ACCEPTED);
      },
      'tick-due': ({ tick, sink }) => {
        (sink === 'none' ? unchecked : checked).add(tick.schedule);
      },
      'audited-job': (fact) => {
        const schedule = fact.tick?.schedule ?? '';
        told(fact, fact.job, fact.state, checked.has(schedule) && !unchecked.has(schedule));
      },
    },
    () => breaks.or(() => (began === 0 ? vacuous('nothing began') : HELD)),
  );
}
