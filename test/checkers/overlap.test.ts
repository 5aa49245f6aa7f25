import { expect, test } from 'vitest';
import { overlap } from '../../src/checkers/overlap.ts';
import type { OverlapPolicy } from '../../src/history/fact.ts';
import * as f from '../support/facts.ts';

const put = (s: number, policy: OverlapPolicy, revision = 1) =>
  f.asks(s, f.putOf('backup', { overlap: policy, revision }));
const one = f.began(10, 'one', { tick: f.tickAt(10) });
const two = f.began(20, 'two', { tick: f.tickAt(20), worker: 'worker-2' });
const start = [f.runBegan(), ...put(1, 'forbid')];
const ofOne = { tick: f.tickAt(10) };

test('holds when instances run one after another', () => {
  const facts = [...start, one, f.ended(19, 'one', 'succeeded', ofOne), two];
  expect(f.verdictOn(overlap, facts).kind).toBe('held');
});

test.each(['forbid', 'buffer'] as const)(
  'breaks with %s when the one before still runs',
  (policy) => {
    const facts = [f.runBegan(), ...put(1, policy), one, two];
    expect(f.verdictOn(overlap, facts)).toMatchObject({
      kind: 'broken',
      at: f.at(20),
      facts: [one, two],
    });
  },
);

test('breaks when the one before runs in a later attempt', () => {
  const again = f.began(15, 'one', { ...ofOne, token: f.token(1, 2) });
  const facts = [...start, one, f.ended(12, 'one', 'failed', ofOne), again, two];
  expect(f.verdictOn(overlap, facts)).toMatchObject({ facts: [again, two] });
});

test.each([
  ['was given up', [one, f.lost(19, 'one'), two]],
  ['began when it had been given up', [f.lost(9, 'one'), one, two]],
  ['was to be cancelled', [one, f.asked(19, { kind: 'cancel', job: 'one' }), two]],
  ['went down with its machine', [one, f.machine(19, 'worker-1', 'down', { role: 'worker' }), two]],
  ['was retried by a client', [f.asked(9, { kind: 'retry', job: 'one', attempts: 3 }), one, two]],
  ['is a later instance', [two, f.began(21, 'one', ofOne)]],
  ['is of no tick', [f.began(10, 'one'), two]],
  ['is of another schedule', [f.began(10, 'one', { tick: f.tickAt(10, 'other') }), two]],
])('no break beside a body that %s', (_, facts) => {
  expect(f.verdictOn(overlap, [...start, ...facts]).kind).toBe('held');
});

test('with replace it is a break only where the audit shows that nothing was replaced', () => {
  const facts = [f.runBegan(), ...put(1, 'replace'), one, two];
  const whole = f.auditEnded(91);
  const stopped = f.audited(90, 'one', 'cancelled', ofOne);
  expect(f.verdictOn(overlap, [...facts, stopped, whole]).kind).toBe('held');
  const ran = f.audited(90, 'one', 'succeeded', ofOne);
  expect(f.verdictOn(overlap, [...facts, ran, whole])).toMatchObject({
    kind: 'broken',
    at: f.at(20),
    facts: [one, two, ran],
  });
  expect(f.verdictOn(overlap, facts).kind).toBe('unknown');
});

test('the policy is that of the version in force when the tick was due', () => {
  const [ask, answer] = put(15, 'allow', 2);
  expect(f.verdictOn(overlap, [...start, one, ask, answer, two]).kind).toBe('held');
  // Whether it was in force is not certain before its answer, nor is the former then.
  expect(f.verdictOn(overlap, [...start, one, ask, two]).kind).toBe('held');
  const back = [f.runBegan(), ...put(1, 'allow'), one, ...put(15, 'forbid', 2), two];
  expect(f.verdictOn(overlap, back).kind).toBe('broken');
  // Due less than ε after the answer, it may have been decided before.
  const late = [f.runBegan(), ...put(1, 'allow'), one, ...put(19.5, 'forbid', 2), two];
  expect(f.verdictOn(overlap, late).kind).toBe('vacuous');
});

test('is vacuous where overlap is allowed, excused where the store forgets', () => {
  expect(f.verdictOn(overlap, [f.runBegan(), ...put(1, 'allow'), one, two]).kind).toBe('vacuous');
  const lost = f.assumptionFailed(5, 'store-durable');
  expect(f.verdictOn(overlap, [...start, lost, one, two]).kind).toBe('excused');
});
