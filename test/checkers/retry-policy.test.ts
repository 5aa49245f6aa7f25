import { expect, test } from 'vitest';
import { retryPolicy } from '../../src/checkers/retry-policy.ts';
import * as f from '../support/facts.ts';

const ask = f.submit(1, 'a', { maxAttempts: 2 });

test('holds up to the number of attempts asked for', () => {
  const facts = [ask, f.began(2, 'a'), f.began(3, 'a', { token: f.token(4, 2) })];
  expect(
    f.verdictOn(retryPolicy, [...facts, f.audited(9, 'a', 'dead', { attempts: 2 })]).kind,
  ).toBe('held');
});

test.each([3, 0])('breaks when attempt %i of 2 begins', (attempt) => {
  const began = f.began(4, 'a', { token: f.token(1, attempt) });
  const verdict = f.verdictOn(retryPolicy, [ask, f.began(2, 'a'), began]);
  expect(verdict).toMatchObject({ kind: 'broken', at: f.at(4), facts: [began] });
});

test('breaks when the audit counts more', () => {
  const listed = f.audited(9, 'a', 'dead', { attempts: 3 });
  const verdict = f.verdictOn(retryPolicy, [ask, f.began(2, 'a'), listed]);
  expect(verdict).toMatchObject({ kind: 'broken', facts: [listed] });
});

test('is vacuous when no submitted job began: of ticks it is not known what was asked', () => {
  const tick = f.began(5, 't', { tick: f.tickAt(5), token: f.token(1, 9) });
  expect(f.verdictOn(retryPolicy, [ask, tick]).kind).toBe('vacuous');
});
