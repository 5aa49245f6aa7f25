/**
 * completes (L1): whatever was accepted comes to an end.
 *
 * Checks: every job whose submit was answered ok, and every instance of a due tick, stands in a
 * terminal state in the final audit. That holds for all that was ready before quiescence began, which
 * lasts as long as the design says it needs, and for what became ready later if it still had time:
 * the bound within which dispatch resumes, and twice the time limit of an attempt. A job that was
 * accepted and that the complete audit does not list has not ended either.
 *
 * Does not check: how a job ended (that is not for the scheduler to say); ticks without an instance,
 * which are for `explained-skips`; how long it took.
 */
import type { FactOf, TickId } from '../history/fact.ts';
import { isTerminal } from '../history/fact.ts';
import { jobRowsFor, RowNumbers } from '../history/job-rows.ts';
import { TickMap, tickText } from '../history/tick-map.ts';
import { AuditWatch } from './audit-watch.ts';
import type { Claim, ClaimContext, Judge } from './checker.ts';
import { FirstBreak, HELD, judgeOf, secondsText, unknown, vacuous } from './first-break.ts';

export const completes: Claim = {
  id: 'completes',
  modality: 'eventually',
  sentence: 'Every accepted job and every instance of a due tick ends.',
  limits: 'Work that became ready shortly before the audit is not judged, nor how a job ended.',
  excusedBy: ['store-durable', 'disk-damage', 'single-copy'],
  judge,
};

const NEVER = Number.POSITIVE_INFINITY;

function judge(context: ClaimContext): Judge {
  const { recoverBoundUs } = context;
  const breaks = new FirstBreak();
  const audit = new AuditWatch();
  const rows = jobRowsFor(context);
  /** Of accepted jobs that the audit has not listed: when ready, and until when there had to be time. */
  const ready = new RowNumbers(NEVER);
  const settled = new RowNumbers(NEVER);
  const due = new TickMap<number>();
  let quietUs = NEVER;
  let auditUs = NEVER;
  let judged = 0;

  const isJudged = (readyUs: number, settledUs: number): boolean =>
    readyUs !== NEVER && (readyUs <= quietUs || settledUs <= auditUs);

  const audited = (fact: FactOf<'audited-job'>): void => {
    audit.begin();
    const row = rows.row(fact.job);
    const dueUs = fact.tick === undefined ? undefined : due.get(fact.tick);
    const readyUs = dueUs ?? ready.get(row);
    const isWork = isJudged(
      readyUs,
      dueUs === undefined ? settled.get(row) : dueUs + recoverBoundUs,
    );
    ready.set(row, NEVER);
    if (!isWork) return;
    judged++;
    if (!isTerminal(fact.state)) breaks.add([fact], stillOpen(fact, fact.tick, readyUs));
  };

  /** Accepted jobs not listed: how many, and the first of them by name. */
  const missing = (): { readonly count: number; readonly first: string } => {
    let count = 0;
    let first = '';
    for (const job of rows.jobs()) {
      const row = rows.row(job);
      if (!isJudged(ready.get(row), settled.get(row))) continue;
      count++;
      if (count === 1 || job < first) first = job;
    }
    return { count, first };
  };

  return judgeOf(
    {
      answered: ({ request, answer, askedAt }) => {
        if (request.kind !== 'submit' || answer.kind !== 'ok' || audit.began) return;
        const row = rows.row(request.job);
        const readyUs = askedAt + request.delayUs;
        ready.set(row, readyUs);
        settled.set(row, readyUs + Math.max(recoverBoundUs, 2 * request.timeoutUs));
      },
      'tick-due': ({ at, tick }) => due.set(tick, at),
      phase: (fact) => {
        if (fact.phase === 'quiescence') quietUs = fact.at;
        if (fact.phase === 'audit') auditUs = fact.at;
        audit.onPhase(fact);
      },
      'audited-job': audited,
      'audit-ended': (fact) => audit.onEnded(fact),
    },
    () => {
      const ended = audit.complete;
      const { count, first } = missing();
      if (ended !== undefined && count > 0) {
        const when = secondsText(ready.get(rows.row(first)));
        breaks.add([ended], `job ${first}, ready at ${when}, is not in the complete audit`);
      }
      return breaks.or(() => {
        if (ended === undefined && (count > 0 || due.size > 0)) return unknown(audit.gap);
        return judged + count === 0 ? vacuous('nothing was accepted and no tick ran') : HELD;
      });
    },
  );
}

function stillOpen(fact: FactOf<'audited-job'>, tick: TickId | undefined, readyUs: number): string {
  const what = tick === undefined ? `job ${fact.job}` : `the instance of tick ${tickText(tick)}`;
  return `${what}, ready at ${secondsText(readyUs)}, is still ${fact.state}`;
}
