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

/** Work that must end: when it was ready, and until when it had to have time. */
interface Work {
  readonly readyUs: number;
  readonly settledUs: number;
}

function judge({ recoverBoundUs }: ClaimContext): Judge {
  const breaks = new FirstBreak();
  const audit = new AuditWatch();
  /** Accepted jobs the audit has not listed yet. */
  const open = new Map<string, Work>();
  const due = new TickMap<Work>();
  let quietUs = Number.POSITIVE_INFINITY;
  let auditUs = Number.POSITIVE_INFINITY;
  let judged = 0;

  const isJudged = ({ readyUs, settledUs }: Work): boolean =>
    readyUs <= quietUs || settledUs <= auditUs;

  const audited = (fact: FactOf<'audited-job'>): void => {
    audit.begin();
    const work = fact.tick === undefined ? open.get(fact.job) : due.get(fact.tick);
    open.delete(fact.job);
    if (work === undefined || !isJudged(work)) return;
    judged++;
    if (!isTerminal(fact.state)) breaks.add([fact], stillOpen(fact, fact.tick, work.readyUs));
  };

  return judgeOf(
    {
      answered: ({ request, answer, askedAt }) => {
        if (request.kind !== 'submit' || answer.kind !== 'ok' || audit.began) return;
        const readyUs = askedAt + request.delayUs;
        const needsUs = Math.max(recoverBoundUs, 2 * request.timeoutUs);
        open.set(request.job, { readyUs, settledUs: readyUs + needsUs });
      },
      'tick-due': ({ at, tick }) => due.set(tick, { readyUs: at, settledUs: at + recoverBoundUs }),
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
      let missing = 0;
      for (const [job, work] of open) {
        if (!isJudged(work)) continue;
        missing++;
        if (ended === undefined) break;
        const when = secondsText(work.readyUs);
        breaks.add([ended], `job ${job}, ready at ${when}, is not in the complete audit`);
      }
      return breaks.or(() => {
        if (ended === undefined && (missing > 0 || due.size > 0)) return unknown(audit.gap);
        return judged + missing === 0 ? vacuous('nothing was accepted and no tick ran') : HELD;
      });
    },
  );
}

function stillOpen(fact: FactOf<'audited-job'>, tick: TickId | undefined, readyUs: number): string {
  const what = tick === undefined ? `job ${fact.job}` : `the instance of tick ${tickText(tick)}`;
  return `${what}, ready at ${secondsText(readyUs)}, is still ${fact.state}`;
}
