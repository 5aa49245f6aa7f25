/**
 * Overload collapse, out of nothing but service times and a bounded inbox: repeats of requests that
 * nobody waits for any more keep the processor busy after the crowd has gone. Then it is over.
 */
import { describe, expect, test } from 'vitest';
import type { Fact, FactOf } from '../../src/history/fact.ts';
import { MS, SECOND } from '../../src/lib/units.ts';
import { bundled, preparedOf, runTwice } from '../support/runs.ts';

const { scenario } = bundled('storms/overload');
/** When the crowd comes and goes, and when machines have their speed back; as the file says. */
const CROWD_S = [20, 26] as const;
const RELIEF_S = 60;

describe.each(['single', 'lease'])('%s', (design) => {
  const facts: Fact[] = [];
  const run = runTwice(preparedOf(scenario, design), '1', { onFact: (fact) => facts.push(fact) });
  const answered = facts.filter((fact): fact is FactOf<'answered'> => fact.kind === 'answered');
  const askedIn = (fromS: number, untilS: number) =>
    answered.filter(({ askedAt }) => askedAt >= fromS * SECOND && askedAt < untilS * SECOND);
  const okShare = (some: readonly FactOf<'answered'>[]): number =>
    some.filter(({ answer }) => answer.kind === 'ok').length / some.length;
  const meanUs = (some: readonly FactOf<'answered'>[]): number =>
    some.reduce((sum, { at, askedAt }) => sum + at - askedAt, 0) / some.length;

  test('small machines are enough for the usual load', () => {
    expect(okShare(askedIn(15, CROWD_S[0]))).toBe(1);
    expect(meanUs(askedIn(15, CROWD_S[0]))).toBeLessThan(20 * MS);
  });

  test('under the crowd waits grow until most answers come too late', () => {
    const firstS = CROWD_S[0];
    expect(meanUs(askedIn(firstS, firstS + 1))).toBeGreaterThan(500 * MS);
    expect(okShare(askedIn(firstS + 3, CROWD_S[1]))).toBeLessThan(0.5);
  });

  test('it lasts for seconds after the crowd has gone', () => {
    const after = askedIn(CROWD_S[1], CROWD_S[1] + 4);
    expect(after.length).toBeLessThan(80);
    expect(okShare(after)).toBeLessThan(0.2);
  });

  test('and is over in the end: every accepted job has ended', () => {
    expect(okShare(askedIn(RELIEF_S, RELIEF_S + 20))).toBeGreaterThan(0.97);
    expect(meanUs(askedIn(RELIEF_S, RELIEF_S + 20))).toBeLessThan(20 * MS);
    for (const claim of ['no-loss', 'completes', 'recovers', 'on-time', 'retry-policy']) {
      expect(run.verdicts.get(claim)?.kind, claim).toBe('held');
    }
  });
});
