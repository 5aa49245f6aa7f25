import { expect, test } from 'vitest';
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
