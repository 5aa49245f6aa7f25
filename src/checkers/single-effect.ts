/**
 * single-effect (S3b): with sink `key`, the outside world sees each effect once.
 *
 * Checks: at most one arrival is accepted per (tick or job, name of the effect) for jobs that asked
 * for sink `key`. Arrivals of an unfenced design count too: it presents no key, so the ledger has
 * nothing to refuse by, and copies made by the network count as well.
 *
 * Does not check: sinks `none` and `token`, which allow repetition (an attempt whose report was
 * lost runs again, and that is what at-least-once means); that there is an effect at all, which is
 * for `no-invention`.
 */
import type { FactOf } from '../history/fact.ts';
import { jobRowsFor } from '../history/job-rows.ts';
import { TickMap, tickText } from '../history/tick-map.ts';
import type { Claim, ClaimContext, Judge } from './checker.ts';
import { EffectRows } from './effect-rows.ts';
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

function judge(context: ClaimContext): Judge {
  const breaks = new FirstBreak();
  const rows = jobRowsFor(context);
  /** The first effect of each job; nearly all have one. */
  const first = new EffectRows();
  /** Those of other names. */
  const more = new Map<string, Arrival[]>();
  const ticks = new TickMap<Arrival[]>();
  let accepted = 0;

  const ofJob = (fact: Arrival): void => {
    const row = rows.row(fact.job);
    if (!first.has(row)) first.set(row, fact);
    else if (first.isEffect(row, fact.effect)) doubled(breaks, first.fact(row, fact), fact);
    else {
      const others = more.get(fact.job) ?? [];
      more.set(fact.job, others);
      among(breaks, others, fact);
    }
  };

  return judgeOf(
    {
      'effect-arrived': (fact) => {
        if (!fact.accepted || fact.repeat || fact.sink !== 'key') return;
        accepted++;
        if (fact.tick === undefined) ofJob(fact);
        else
          among(
            breaks,
            ticks.getOrMake(fact.tick, () => []),
            fact,
          );
      },
    },
    () => breaks.or(() => (accepted === 0 ? vacuous('no effect with a key was accepted') : HELD)),
  );
}

function among(breaks: FirstBreak, seen: Arrival[], fact: Arrival): void {
  const before = seen.find((one) => one.effect === fact.effect);
  if (before === undefined) seen.push(fact);
  else doubled(breaks, before, fact);
}

function doubled(breaks: FirstBreak, before: Arrival, fact: Arrival): void {
  const what = fact.tick === undefined ? `job ${fact.job}` : `tick ${tickText(fact.tick)}`;
  const tokens = `${tokenText(before.token)} and ${tokenText(fact.token)}`;
  const summary = `effect ${fact.effect} of ${what} was accepted twice, with tokens ${tokens}`;
  breaks.add([before, fact], summary);
}
