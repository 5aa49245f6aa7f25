import { expect, test } from 'vitest';
import { cancel } from '../../src/checkers/cancel.ts';
import * as f from '../support/facts.ts';

const ask = f.submit(1, 'a');
const answer = f.cancelled(5, 'a', 'cancelled');

test('holds when nothing begins after the answer', () => {
  expect(f.verdictOn(cancel, [ask, f.began(2, 'a'), answer]).kind).toBe('held');
});

test('a launch that was under way may begin after the answer', () => {
  const launch = f.dispatched(4.9, 'scheduler-1', 'a', f.token(1, 1));
  expect(f.verdictOn(cancel, [ask, launch, answer, f.began(5.1, 'a')]).kind).toBe('held');
});

test('breaks when a job that was not yet ready begins', () => {
  const delayed = f.submit(1, 'a', { delayUs: f.at(10) });
  const began = f.began(11, 'a');
  expect(f.verdictOn(cancel, [delayed, answer, began])).toEqual({
    kind: 'broken',
    at: f.at(11),
    summary: 'job a, cancelled at 5 s, before it was ready, began at 11 s',
    facts: [delayed, answer, began],
  });
});

test('breaks when a later attempt is launched after the answer', () => {
  const launch = f.dispatched(7, 'scheduler-1', 'a', f.token(1, 2));
  const began = f.began(7.1, 'a', { token: f.token(1, 2) });
  const facts = [ask, f.began(2, 'a'), answer, launch];
  // The decision alone may come to nothing: a deposed scheduler that is fenced decides a lot.
  expect(f.verdictOn(cancel, facts).kind).toBe('held');
  expect(f.verdictOn(cancel, [...facts, began])).toMatchObject({
    kind: 'broken',
    facts: [answer, launch, began],
  });
});

test('a cancel that came too late, or failed, promises nothing', () => {
  const launch = f.dispatched(7, 'scheduler-1', 'a', f.token(1, 2));
  const began = f.began(7.1, 'a', { token: f.token(1, 2) });
  const late = f.cancelled(5, 'a', 'dead');
  expect(f.verdictOn(cancel, [ask, late, launch, began]).kind).toBe('vacuous');
  const failed = f.answered(5, { kind: 'cancel', job: 'a' }, { kind: 'unknown' });
  expect(f.verdictOn(cancel, [ask, failed, launch, began]).kind).toBe('vacuous');
});

test('a job to run now was ready, and one that may have been forgotten is another one', () => {
  const delayed = f.submit(1, 'a', { delayUs: f.at(10) });
  const now = f.asked(2, { kind: 'run-now', job: 'a' });
  expect(f.verdictOn(cancel, [delayed, now, answer, f.began(5.1, 'a')]).kind).toBe('held');
  const short = f.submit(1, 'a', { delayUs: f.at(10), retainUs: f.at(20) });
  expect(f.verdictOn(cancel, [short, answer, f.began(30, 'a')]).kind).toBe('held');
  expect(f.verdictOn(cancel, [short, answer, f.began(18, 'a')]).kind).toBe('broken');
});

test('breaks when a job begins that waited for an instant', () => {
  const later = f.submit(1, 'a', { atUs: f.tickAt(20).nominalUs });
  const facts = [f.runBegan(), later, answer, f.began(20, 'a')];
  expect(f.verdictOn(cancel, facts)).toMatchObject({ kind: 'broken', at: f.at(20) });
});
