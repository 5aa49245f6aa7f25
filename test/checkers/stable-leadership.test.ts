import { expect, test } from 'vitest';
import { stableLeadership } from '../../src/checkers/stable-leadership.ts';
import type { Fact } from '../../src/history/fact.ts';
import * as f from '../support/facts.ts';

// The bound after heal is over at 30 s.
const storm = [
  f.leads(2, 's1', 1),
  f.leads(10, 's2', 2),
  f.leads(15, 's1', 3),
  f.phase(20, 'heal'),
];
const audit = f.phase(90, 'audit');
const verdictOn = (...facts: readonly Fact[]) => f.verdictOn(stableLeadership, facts);

test('holds however often leadership passed before the bound was over, and once after', () => {
  const facts = [...storm, f.leads(25, 's2', 4), f.leads(30, 's1', 5)];
  expect(verdictOn(...facts, audit).kind).toBe('held');
  expect(verdictOn(...facts, f.leads(31, 's2', 6), audit).kind).toBe('held');
});

test('breaks at the second change after it', () => {
  const [first, second] = [f.leads(40, 's2', 4), f.leads(50, 's1', 5)];
  expect(verdictOn(...storm, first, second, audit)).toEqual({
    kind: 'broken',
    at: f.at(50),
    summary: 'since 30 s the leader changed 2 times',
    facts: [first, second],
  });
});

test('breaks when the same scheduler leads anew again and again', () => {
  const again = [f.leads(40, 's1', 4), f.leads(41, 's1', 5), f.leads(42, 's1', 6)];
  expect(verdictOn(...storm, ...again, audit)).toMatchObject({ kind: 'broken', at: f.at(41) });
});

test.each<[string, readonly Fact[]]>([
  ['the same epoch told again', [f.leads(40, 's1', 3), f.leads(41, 's1', 3)]],
  ['followers', [f.follows(40, 's1', 4), f.follows(41, 's2', 5)]],
  ['what stores are', [primary(40, 4), primary(41, 5), primary(42, 6)]],
])('no change: %s', (_, facts) => {
  expect(verdictOn(...storm, ...facts, audit).kind).toBe('held');
});

function primary(s: number, epoch: number): Fact {
  return f.testified(s, 'store', { kind: 'role', role: 'primary', epoch });
}

test('what happens once the audit has begun does not count', () => {
  const after = [f.leads(91, 's2', 4), f.leads(92, 's1', 5)];
  expect(verdictOn(...storm, audit, ...after).kind).toBe('held');
});

test('is vacuous without a leader, without a heal, and where the bound is not over', () => {
  expect(verdictOn(primary(2, 1), f.phase(20, 'heal'), audit).kind).toBe('vacuous');
  expect(verdictOn(f.leads(2, 's1', 1), audit).kind).toBe('vacuous');
  expect(verdictOn(...storm, f.phase(29, 'audit')).kind).toBe('vacuous');
});

test('is unknown where the run ended before its audit', () => {
  expect(verdictOn(...storm).kind).toBe('unknown');
});

test('is excused when a second copy was started', () => {
  const copy = f.assumptionFailed(16, 'single-copy');
  const changes = [f.leads(40, 's2', 4), f.leads(50, 's1', 5)];
  expect(verdictOn(...storm.slice(0, 3), copy, f.phase(20, 'heal'), ...changes).kind).toBe(
    'excused',
  );
});
