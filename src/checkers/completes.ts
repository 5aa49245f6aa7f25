/**
 * completes (L1): whatever was accepted comes to an end.
 *
 * Checks: every job whose submit was answered ok, and every instance of a due tick, stands in a
 * terminal state in the final audit, when it was ready before quiescence began. The quiescence is as
 * long as the design says it needs, so later work has no bound to be judged by. A job that was
 * accepted and that the complete audit does not list has not ended either.
 *
 * Does not check: how a job ended (that is not for the scheduler to say); ticks without an instance,
 * which are for `explained-skips`; how long it took.
 */
import type { FactOf, TickId } from '../history/fact.ts';
import { isTerminal } from '../history/fact.ts';
import { TickMap, tickText } from '../history/tick-map.ts';
import { AuditWatch } from './audit-watch.ts';
import type { Claim, Judge } from './checker.ts';
import { FirstBreak, HELD, judgeOf, secondsText, unknown, vacuous } from './first-break.ts';

export const completes: Claim = {
  id: 'completes',
  modality: 'eventually',
  sentence: 'Every accepted job and every instance of a due tick ends.',
  limits: 'Work that became ready only in quiescence is not judged, nor how a job ended.',
  excusedBy: ['store-durable', 'disk-damage', 'single-copy'],
  judge,
};

function judge(): Judge {
  const breaks = new FirstBreak();
  const audit = new AuditWatch();
  /** Accepted jobs the audit has not listed yet, with the time each was ready. */
  const open = new Map<string, number>();
  const due = new TickMap<number>();
  let quietUs = Number.POSITIVE_INFINITY;
  let judged = 0;

  const audited = (fact: FactOf<'audited-job'>): void => {
    audit.begin();
    const readyUs = fact.tick === undefined ? open.get(fact.job) : due.get(fact.tick);
    open.delete(fact.job);
    if (readyUs === undefined || readyUs > quietUs) return;
    judged++;
    if (!isTerminal(fact.state)) breaks.add([fact], stillOpen(fact, fact.tick, readyUs));
  };

  return judgeOf(
    {
      answered: ({ request, answer, askedAt }) => {
        if (request.kind !== 'submit' || answer.kind !== 'ok') return;
        if (quietUs === Number.POSITIVE_INFINITY && !audit.began)
          open.set(request.job, askedAt + request.delayUs);
      },
      'tick-due': ({ at, tick }) => due.set(tick, at),
      phase: (fact) => {
        if (fact.phase === 'quiescence') quietUs = fact.at;
        audit.onPhase(fact);
      },
      'audited-job': audited,
      'audit-ended': (fact) => audit.onEnded(fact),
    },
    () => {
      const ended = audit.complete;
      let missing = 0;
      for (const [job, readyUs] of open) {
        if (readyUs > quietUs) continue;
        missing++;
        if (ended === undefined) break;
        breaks.add([ended], `job ${job}, ready at ${secondsText(readyUs)}, is not in the audit`);
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
