import type { Assumption, FactOf } from '../history/fact.ts';
import { foldOf, handlerOf } from '../history/history.ts';
import type { Claim, ClaimContext, Judge, Verdict } from './checker.ts';

/** After one of these a design may be down for good, and rightly: then nobody can be asked. */
const MAY_SILENCE: readonly Assumption[] = ['disk-damage', 'store-durable', 'single-copy'];

/**
 * The judge of a claim, which also knows what the preset takes for granted: a break at or after the
 * moment an assumption in `excusedBy` failed is `excused`, one before it counts. Nothing else is
 * ever excused: crashes, partitions, pauses, delays, copies and losses fail no assumption. Where
 * a claim could not be judged, and an assumption failed that may keep a design from ever answering
 * again, that is excused as well, whatever the claim: it was not seen to be broken. A design may
 * rest on more for a claim than others do: `also`.
 */
export function judgeWithExcuses(
  claim: Claim,
  context: ClaimContext,
  also: readonly Assumption[] = [],
): Judge {
  const excusing = [...claim.excusedBy, ...also];
  const inner = claim.judge(context);
  let failed: FactOf<'assumption-failed'> | undefined;
  let silenced: FactOf<'assumption-failed'> | undefined;
  const handlers = inner.listens.map((kind) => [kind, handlerOf(inner, kind)] as const);
  const listensItself = inner.listens.includes('assumption-failed');
  return {
    ...foldOf({
      ...Object.fromEntries(handlers),
      'assumption-failed': (fact) => {
        // Facts come in order of time, so the first is the earliest.
        if (failed === undefined && excusing.includes(fact.assumption)) failed = fact;
        if (silenced === undefined && MAY_SILENCE.includes(fact.assumption)) silenced = fact;
        if (listensItself) inner.onFact(fact);
      },
    }),
    verdict(): Verdict {
      const verdict = inner.verdict();
      if (verdict.kind === 'unknown') return silenced === undefined ? verdict : excusedBy(silenced);
      if (verdict.kind !== 'broken' || failed === undefined) return verdict;
      return failed.at > verdict.at ? verdict : excusedBy(failed);
    },
  };
}

const excusedBy = ({ assumption, at }: FactOf<'assumption-failed'>): Verdict => ({
  kind: 'excused',
  assumption,
  at,
});
