import { describe, expect, test } from 'vitest';
import { retryPolicy } from '../../src/checkers/retry-policy.ts';
import * as f from '../support/facts.ts';

const ask = f.submit(1, 'a', { maxAttempts: 2 });
const second = f.began(3, 'a', { token: f.token(4, 2) });

test('holds up to the number of attempts asked for', () => {
  const facts = [ask, f.began(2, 'a'), second, f.audited(9, 'a', 'dead', { attempts: 2 })];
  expect(f.verdictOn(retryPolicy, facts).kind).toBe('held');
});

test('breaks when one more body begins than was asked for', () => {
  const third = f.began(4, 'a', { token: f.token(4, 3) });
  const verdict = f.verdictOn(retryPolicy, [ask, f.began(2, 'a'), second, third]);
  expect(verdict).toMatchObject({ kind: 'broken', at: f.at(4), facts: [third] });
});

test('attempts that a full worker refused do not count, whatever number the next one has', () => {
  const fifth = f.began(4, 'a', { token: f.token(1, 5) });
  const listed = f.audited(9, 'a', 'succeeded', { attempts: 5 });
  expect(f.verdictOn(retryPolicy, [ask, f.began(2, 'a'), fifth, listed]).kind).toBe('held');
});

test('breaks when an attempt begins that is numbered below 1', () => {
  const began = f.began(4, 'a', { token: f.token(1, 0) });
  const verdict = f.verdictOn(retryPolicy, [ask, began]);
  expect(verdict).toMatchObject({ kind: 'broken', at: f.at(4), facts: [began] });
});

test('breaks when an attempt begins twice, be it of a job made anew', () => {
  const again = f.began(4, 'a', { token: f.token(2, 1) });
  const verdict = f.verdictOn(retryPolicy, [ask, f.began(2, 'a'), again]);
  expect(verdict).toMatchObject({ kind: 'broken', facts: [again] });
});

test('breaks when an at-most-once job begins again', () => {
  const delivery = 'at-most-once';
  const facts = [f.submit(1, 'a', { delivery }), f.began(2, 'a', { delivery })];
  expect(f.verdictOn(retryPolicy, facts).kind).toBe('held');
  const again = f.began(3, 'a', { delivery, token: f.token(1, 2) });
  expect(f.verdictOn(retryPolicy, [...facts, again])).toMatchObject({ facts: [again] });
});

test('breaks when a job is given up while attempts are left, unless it may run only once', () => {
  const listed = f.audited(9, 'a', 'dead', { attempts: 1 });
  const verdict = f.verdictOn(retryPolicy, [ask, f.began(2, 'a'), listed]);
  expect(verdict).toMatchObject({ kind: 'broken', facts: [listed] });
  const once = f.submit(1, 'a', { delivery: 'at-most-once' });
  expect(f.verdictOn(retryPolicy, [once, f.began(2, 'a'), listed]).kind).toBe('held');
});

test('is vacuous when no submitted job began: of ticks it is not known what was asked', () => {
  const tick = f.began(5, 't', { tick: f.tickAt(5), token: f.token(1, 9) });
  expect(f.verdictOn(retryPolicy, [ask, tick]).kind).toBe('vacuous');
});

test('a retry that a client asked for allows as many attempts anew, each once', () => {
  const retry = f.asked(5, { kind: 'retry', job: 'a', attempts: 2 });
  const twice = [ask, f.began(2, 'a'), second, retry, retry];
  const [third, fourth, fifth] = [3, 4, 5].map((n) =>
    f.began(3 + n, 'a', { token: f.token(4, n) }),
  );
  expect(f.verdictOn(retryPolicy, [...twice, third!, fourth!]).kind).toBe('held');
  expect(f.verdictOn(retryPolicy, [...twice, third!, fourth!, fifth!])).toMatchObject({
    kind: 'broken',
    facts: [fifth],
  });
});

test('a job that may have been forgotten may be made anew', () => {
  const short = f.submit(1, 'a', { retainUs: f.at(10) });
  const again = (s: number) => [short, f.began(2, 'a'), f.began(s, 'a', { token: f.token(2, 1) })];
  expect(f.verdictOn(retryPolicy, again(12)).kind).toBe('held');
  expect(f.verdictOn(retryPolicy, again(8)).kind).toBe('broken');
});

describe('the wait after a failed attempt', () => {
  // Waits of 8 s, then 16 s; two clocks may differ by 2 s.
  const slow = f.submit(1, 'a', { backoffUs: f.at(8), backoffMaxUs: f.at(60), maxAttempts: 5 });
  const of = (attempt: number) => ({ token: f.token(1, attempt) });
  const first = [slow, f.began(2, 'a'), f.ended(3, 'a', 'failed')];

  test('holds when it is as long as asked, less the tolerance', () => {
    const facts = [...first, f.began(9, 'a', of(2)), f.ended(10, 'a', 'failed', of(2))];
    expect(f.verdictOn(retryPolicy, [...facts, f.began(24, 'a', of(3))]).kind).toBe('held');
  });

  test('breaks when it is shorter, and doubles with every attempt', () => {
    const soon = f.began(8.9, 'a', of(2));
    expect(f.verdictOn(retryPolicy, [...first, soon])).toEqual({
      kind: 'broken',
      at: f.at(8.9),
      summary: 'job a began again 5.9 s after it had failed, and not 8 s',
      facts: [first[2], soon],
    });
    const facts = [...first, f.began(11, 'a', of(2)), f.ended(12, 'a', 'failed', of(2))];
    expect(f.verdictOn(retryPolicy, [...facts, f.began(21, 'a', of(3))]).kind).toBe('broken');
  });

  test('it is fixed, or bounded, where that was asked', () => {
    const fixed = f.submit(1, 'a', { backoffUs: f.at(8), backoffMaxUs: f.at(60), doubles: false });
    const twice = [
      f.began(11, 'a', of(2)),
      f.ended(12, 'a', 'failed', of(2)),
      f.began(20, 'a', of(3)),
    ];
    expect(f.verdictOn(retryPolicy, [fixed, ...first.slice(1), ...twice]).kind).toBe('held');
    const bounded = f.submit(1, 'a', { backoffUs: f.at(8), backoffMaxUs: f.at(9) });
    expect(f.verdictOn(retryPolicy, [bounded, ...first.slice(1), ...twice]).kind).toBe('held');
  });

  test.each([
    ['was given up before', [f.lost(2.5, 'a'), first[2]!]],
    ['was given up after', [first[2]!, f.lost(3.5, 'a')]],
    ['is to be retried', [first[2]!, f.asked(3.5, { kind: 'retry', job: 'a', attempts: 1 })]],
    ['is to run now', [first[2]!, f.asked(3.5, { kind: 'run-now', job: 'a' })]],
    ['was stopped', [f.ended(3, 'a', 'stopped')]],
    ['may have run beside a copy', [f.machine(2, "worker-1'", 'up'), first[2]!]],
    [
      'failed when the next was granted',
      [f.dispatched(2.9, 'scheduler-1', 'a', f.token(1, 2)), first[2]!],
    ],
  ])('is not judged when the attempt or job %s', (_, facts) => {
    const all = [slow, f.began(2, 'a'), ...facts, f.began(4, 'a', of(2))];
    expect(f.verdictOn(retryPolicy, all).kind).toBe('held');
  });
});
