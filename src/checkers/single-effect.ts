/**
 * single-effect (S3b): with sink `key`, the outside world sees each effect once.
 *
 * Checks: at most one arrival is accepted per (tick or job, name of the effect) for jobs that asked
 * for sink `key`. Arrivals of an unfenced design count too: it presents no key, so the ledger has
 * nothing to refuse by, and copies made by the network count as well.
 *
 * Does not check: sinks `none` and `token`, which allow repetition (an attempt whose report was lost
 * runs again, and that is what at-least-once means); that there is an effect at all, which is for
 * `completes`.
 */
import type { FactOf } from '../history/fact.ts';
import { TickMap, tickText } from '../history/tick-map.ts';
import type { Claim, Judge } from './checker.ts';
import { FirstBreak, HELD, judgeOf, tokenText, vacuous } from './first-break.ts';

export const singleEffect: Claim = {
  id: 'single-effect',
  modality: 'always',
  sentence: 'A job or tick with sink `key` has each of its effects accepted at most once.',
  limits: 'Sinks `none` and `token` allow repetition, and are not judged.',
  excusedBy: [],
  judge,
};

type Arrival = FactOf<'effect-arrived'>;
/** Nearly every job has one effect: a list only where there are more. */
type Seen = Arrival | Arrival[];

function judge(): Judge {
  const breaks = new FirstBreak();
  const jobs = new Map<string, Seen>();
  const ticks = new TickMap<Seen>();
  let accepted = 0;
  return judgeOf(
    {
      'effect-arrived': (fact) => {
        if (!fact.accepted || fact.repeat || fact.sink !== 'key') return;
        accepted++;
        const { tick } = fact;
        const seen = tick === undefined ? jobs.get(fact.job) : ticks.get(tick);
        const before = seen && sameEffect(seen, fact.effect);
        if (before !== undefined) return doubled(breaks, before, fact);
        const next = seen === undefined ? fact : [...(Array.isArray(seen) ? seen : [seen]), fact];
        if (tick === undefined) jobs.set(fact.job, next);
        else ticks.set(tick, next);
      },
    },
    () => breaks.or(() => (accepted === 0 ? vacuous('no effect with a key was accepted') : HELD)),
  );
}

function sameEffect(seen: Seen, effect: string): Arrival | undefined {
  if (Array.isArray(seen)) return seen.find((one) => one.effect === effect);
  return seen.effect === effect ? seen : undefined;
}

function doubled(breaks: FirstBreak, before: Arrival, fact: Arrival): void {
  const what = fact.tick === undefined ? `job ${fact.job}` : `tick ${tickText(fact.tick)}`;
  const tokens = `${tokenText(before.token)} and ${tokenText(fact.token)}`;
  const summary = `effect ${fact.effect} of ${what} was accepted twice, with tokens ${tokens}`;
  breaks.add([before, fact], summary);
}
