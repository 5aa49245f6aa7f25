/**
 * single-effect (S3b): with sink `key`, the outside world sees each effect once.
 *
 * Checks: at most one arrival is accepted per (tick or job, name of the effect) for jobs that asked
 * for sink `key`. Arrivals of an unfenced design count too: it presents no key, so the ledger has
 * nothing to refuse by, and copies made by the network count as well.
 * The name of an effect is the worker's word, and one that makes it anew for each attempt (a key
 * with the attempt in it) would pass. So for a job that the audit lists as succeeded: what was
 * accepted of any attempt, the last one presented too. It did present all that it has, for it
 * reports success only when every effect of it was answered, and attempts of a job have the same.
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
  limits:
    'Sinks `none` and `token` allow repetition, and are not judged. That all attempts of a job ' +
    'have the same effects is taken for granted.',
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
  /** What attempts after the first presented, refused or not; few jobs have any. */
  const retried = new Map<string, Arrival[]>();
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

  const acceptedOf = (last: Arrival): readonly Arrival[] => {
    if (last.tick !== undefined) return ticks.get(last.tick) ?? [];
    const row = rows.row(last.job);
    return first.has(row) ? [first.fact(row, last), ...(more.get(last.job) ?? [])] : [];
  };

  const onListed = (fact: FactOf<'audited-job'>): void => {
    if (fact.state !== 'succeeded') return;
    const all = retried.get(fact.job);
    if (all === undefined) return;
    const presented = all.filter(({ token }) => token.attempt === fact.attempts);
    const [last] = presented;
    if (last === undefined) return;
    for (const one of acceptedOf(last)) {
      if (presented.some(({ effect }) => effect === one.effect)) continue;
      const [then, now] = [tokenText(one.token), tokenText(last.token)];
      const names = `${one.effect} as ${then} and ${last.effect} as ${now}`;
      breaks.add([one, last, fact], `an effect of ${whatOf(one)} came under two keys: ${names}`);
    }
  };

  return judgeOf(
    {
      'effect-arrived': (fact) => {
        if (fact.repeat || fact.sink !== 'key') return;
        if (fact.token.attempt > 1) addTo(retried, fact.job, fact);
        if (!fact.accepted) return;
        accepted++;
        if (fact.tick === undefined) ofJob(fact);
        else
          among(
            breaks,
            ticks.getOrMake(fact.tick, () => []),
            fact,
          );
      },
      'audited-job': onListed,
    },
    () => breaks.or(() => (accepted === 0 ? vacuous('no effect with a key was accepted') : HELD)),
  );
}

const whatOf = ({ job, tick }: Arrival): string =>
  tick === undefined ? `job ${job}` : `tick ${tickText(tick)}`;

function addTo(lists: Map<string, Arrival[]>, job: string, fact: Arrival): void {
  const list = lists.get(job);
  if (list === undefined) lists.set(job, [fact]);
  else list.push(fact);
}

function among(breaks: FirstBreak, seen: Arrival[], fact: Arrival): void {
  const before = seen.find((one) => one.effect === fact.effect);
  if (before === undefined) seen.push(fact);
  else doubled(breaks, before, fact);
}

function doubled(breaks: FirstBreak, before: Arrival, fact: Arrival): void {
  const tokens = `${tokenText(before.token)} and ${tokenText(fact.token)}`;
  const what = `effect ${fact.effect} of ${whatOf(fact)}`;
  breaks.add([before, fact], `${what} was accepted twice, with tokens ${tokens}`);
}
