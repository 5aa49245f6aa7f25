/**
 * Claims that the run was not empty: a storm that never deposed a leader tells nothing about
 * failover. Each is held by the first fact that shows it, and vacuous in a run without one; over a
 * whole sweep, one that was never held makes the result inconclusive. They look at testimony where
 * only programs know (who leads); that supports no promise, for a `sometimes` claim promises
 * nothing.
 */
import type { Fact, FactKind, FactOf } from '../history/fact.ts';
import type { Claim, Judge } from './checker.ts';
import { HELD, vacuous } from './first-break.ts';

/** A judge that waits for one fact, and costs nothing afterwards. */
function whenever<K extends FactKind>(
  kind: K,
  what: string,
  shows: () => (fact: FactOf<K>) => boolean,
): () => Judge {
  return () => {
    const test = shows();
    let isHeld = false;
    return {
      listens: [kind],
      onFact(fact: Fact): void {
        if (!isHeld) isHeld = test(fact as FactOf<K>);
      },
      verdict: () => (isHeld ? HELD : vacuous(what)),
    };
  };
}

function sometimes(id: string, sentence: string, limits: string, judge: () => Judge): Claim {
  return { id, modality: 'sometimes', sentence, limits, excusedBy: [], judge };
}

export const sometimesFailover: Claim = sometimes(
  'sometimes-failover',
  'Leadership passed from one epoch to another.',
  'A restart of the same machine under a new epoch counts; whether anything ran then does not.',
  whenever('testified', 'nobody said to lead under a second epoch', () => {
    let first: number | undefined;
    return ({ said }) => {
      if (said.kind !== 'role' || said.role !== 'leader') return false;
      first ??= said.epoch;
      return said.epoch > first;
    };
  }),
);

export const sometimesLeaseExpired: Claim = sometimes(
  'sometimes-lease-expired',
  'A member saw a lease expire.',
  'Designs without leases never show it.',
  whenever('testified', 'nobody saw a lease expire', () => ({ said }) => {
    return said.kind === 'lease' && said.event === 'expired-seen';
  }),
);

export const sometimesJobCompleted: Claim = sometimes(
  'sometimes-job-completed',
  'A submitted job ran to success.',
  'Whether its effect was accepted does not matter here.',
  whenever('body-ended', 'no submitted job ran to success', () => ({ how, tick }) => {
    return how === 'succeeded' && tick === undefined;
  }),
);

export const sometimesTickRun: Claim = sometimes(
  'sometimes-tick-run',
  'A tick ran to success.',
  'Whether its effect was accepted does not matter here.',
  whenever('body-ended', 'no tick ran to success', () => ({ how, tick }) => {
    return how === 'succeeded' && tick !== undefined;
  }),
);
