import type { Fact, FactOf } from '../history/fact.ts';
import type { Claim, ClaimContext, Judge, Verdict } from './checker.ts';

/**
 * The judge of a claim, which also knows what the preset takes for granted: a break at or after the
 * moment an assumption in `excusedBy` failed is `excused`, one before it counts. Nothing else is
 * ever excused: crashes, partitions, pauses, delays, copies and losses fail no assumption.
 */
export function judgeWithExcuses(claim: Claim, context: ClaimContext): Judge {
  const inner = claim.judge(context);
  if (claim.excusedBy.length === 0) return inner;
  let failed: FactOf<'assumption-failed'> | undefined;
  const listensItself = inner.listens.includes('assumption-failed');
  return {
    listens: listensItself ? inner.listens : [...inner.listens, 'assumption-failed'],
    onFact(fact: Fact): void {
      if (fact.kind !== 'assumption-failed') return inner.onFact(fact);
      // Facts come in order of time, so the first is the earliest.
      if (failed === undefined && claim.excusedBy.includes(fact.assumption)) failed = fact;
      if (listensItself) inner.onFact(fact);
    },
    verdict(): Verdict {
      const verdict = inner.verdict();
      if (verdict.kind !== 'broken' || failed === undefined) return verdict;
      if (failed.at > verdict.at) return verdict;
      return { kind: 'excused', assumption: failed.assumption, at: failed.at };
    },
  };
}
