import { expect, test } from 'vitest';
import { noStarvation } from '../../src/checkers/no-starvation.ts';
import type { Fact, Request } from '../../src/history/fact.ts';
import { SECOND, wallUs } from '../../src/lib/units.ts';
import * as f from '../support/facts.ts';

// The bound after heal is over at 30 s; a job begins within 5 s. Waits between attempts: 2 s.
const heal = f.phase(20, 'heal');
const audit = (state: 'waiting' | 'dead' | 'succeeded' = 'succeeded') => [
  f.phase(90, 'audit'),
  f.audited(91, 'a', state, { attempts: 0 }),
  f.auditEnded(92),
];
const job = (s: number, options = {}) =>
  f.accepted(s, 'a', { backoffMaxUs: 2 * SECOND, ...options });
const verdictOn = (...facts: readonly Fact[]) =>
  f.verdictOn(
    noStarvation,
    [...facts].sort((a, b) => a.at - b.at),
  );

const edit = { kind: 'edit-queue', queue: 'default', revision: 1 } as const;
const queue = (limits: { readonly concurrency?: number }): Request => ({
  kind: 'put-queue',
  queue: 'default',
  revision: 1,
  limits,
});

test('holds when jobs begin within the bound, ε beyond the answer', () => {
  expect(verdictOn(heal, job(40), f.began(46, 'a'), ...audit()).kind).toBe('held');
  expect(verdictOn(job(10), heal, f.began(39, 'a'), ...audit()).kind).toBe('held');
});

test('breaks when a job begins later, at its deadline', () => {
  const late = f.began(47, 'a');
  expect(verdictOn(heal, job(40), late, ...audit())).toEqual({
    kind: 'broken',
    at: f.at(46),
    summary: 'job a, ready at 41 s, began 6 s later',
    facts: [heal, late],
  });
});

test('what was ready before has twice the longest wait between attempts in addition', () => {
  const late = f.began(40, 'a');
  expect(verdictOn(job(10), heal, late, ...audit())).toMatchObject({
    at: f.at(39),
    facts: [heal, late],
  });
});

test('breaks when the audit finds a job waiting', () => {
  const listed = audit('waiting');
  const summary = 'job a, ready at 41 s, is waiting and has not begun';
  const verdict = verdictOn(heal, job(40), ...listed);
  expect(verdict).toMatchObject({ kind: 'broken', summary, facts: [heal, listed[1]] });
});

test('a job is ready when its delay and its time are over', () => {
  const delayed = [heal, job(40, { delayUs: 10 * SECOND }), ...audit()];
  expect(verdictOn(...delayed, f.began(56, 'a')).kind).toBe('held');
  expect(verdictOn(...delayed, f.began(57, 'a')).kind).toBe('broken');
  const timed = [f.runBegan(), heal, job(40, { atUs: wallUs(f.START + f.at(60)) }), ...audit()];
  expect(verdictOn(...timed, f.began(66, 'a')).kind).toBe('held');
  expect(verdictOn(...timed, f.began(67, 'a')).kind).toBe('broken');
});

test('only the first body counts, also where the answer came after it', () => {
  const again = f.began(80, 'a', { token: f.token(1, 2) });
  expect(verdictOn(heal, f.began(40, 'a'), job(41), again, ...audit()).kind).toBe('held');
});

test.each<[string, readonly Fact[]]>([
  ['it has a key', [job(40, { key: 'k' })]],
  ['it has a unique key', [job(40, { uniqueKey: 'k' })]],
  ['it has tags', [job(40, { tags: ['gpu'] })]],
  ['it has parents', [job(40, { parents: ['b'] })]],
  ['a cancel was asked', [job(40), f.asked(41, { kind: 'cancel', job: 'a' })]],
  ['its queue is limited', [job(40), f.asked(41, queue({ concurrency: 1 }))]],
  ['its queue is paused', [f.asked(2, { ...edit, edit: 'pause' }), job(40)]],
  ['it was not accepted', [f.answered(40, f.submitOf('a'), { kind: 'unknown' })]],
])('a job is not judged where %s', (_, facts) => {
  expect(verdictOn(heal, ...facts, ...audit('waiting')).kind).toBe('vacuous');
});

test('a queue without limits, and limits of other queues, hold nothing back', () => {
  const other = f.asked(3, { ...edit, queue: 'other', edit: 'pause' });
  const facts = [f.asked(2, queue({})), other, heal, job(40), ...audit('waiting')];
  expect(verdictOn(...facts).kind).toBe('broken');
});

test('a job that was given up does not wait; one that is lost is not starved', () => {
  expect(verdictOn(heal, job(40), ...audit('dead')).kind).toBe('held');
  const lost = [heal, job(40), f.phase(90, 'audit')];
  expect(verdictOn(...lost, f.auditEnded(92)).kind).toBe('held');
  expect(verdictOn(...lost, f.auditEnded(92, false)).kind).toBe('unknown');
  expect(verdictOn(...lost, f.began(91, 'a'), f.auditEnded(92, false)).kind).toBe('broken');
});

test('is vacuous without a heal, and for what began before it or is due at the audit', () => {
  expect(verdictOn(job(10), ...audit('waiting')).kind).toBe('vacuous');
  expect(verdictOn(job(10), f.began(11, 'a'), heal, ...audit()).kind).toBe('vacuous');
  expect(verdictOn(heal, job(85), ...audit('waiting')).kind).toBe('vacuous');
});

test('is excused by a wall clock beyond its bound', () => {
  const wrong = f.assumptionFailed(3, 'wall-error');
  expect(verdictOn(wrong, heal, job(40), ...audit('waiting')).kind).toBe('excused');
});
