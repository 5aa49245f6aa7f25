import { expect, test } from 'vitest';
import { orphansReleased } from '../../src/checkers/orphans-released.ts';
import type { Fact, JobState } from '../../src/history/fact.ts';
import * as f from '../support/facts.ts';

// The bound after heal is over at 30 s, the rescue from it at 50 s.
const heal = f.phase(20, 'heal');
const began = f.began(5, 'a');
const worker = (s: number, state: 'up' | 'down' | 'paused' | 'resumed') =>
  f.machine(s, 'worker-1', state, { role: 'worker' });
const told = (s: number, state: JobState = 'running', attempts = 1, askedS = s) =>
  f.answered(s, { kind: 'status', job: 'a' }, { kind: 'ok', state, attempts }, askedS);
const audit = (s: number, state: JobState = 'running', attempts = 1) => [
  f.phase(s, 'audit'),
  f.audited(s + 1, 'a', state, { attempts }),
];
const verdictOn = (...facts: readonly Fact[]) => f.verdictOn(orphansReleased, facts);

test('breaks when the attempt of a worker that went down is still said to run', () => {
  const down = worker(6, 'down');
  const wrong = told(51);
  expect(verdictOn(began, down, heal, wrong)).toEqual({
    kind: 'broken',
    at: f.at(51),
    summary: 'attempt 1 of job a, whose body was gone at 6 s, is said to run',
    facts: [down, wrong],
  });
});

test('breaks when the audit lists the attempt of a body that ended', () => {
  const [phase, listed] = audit(90) as [Fact, Fact];
  const verdict = verdictOn(began, f.ended(6, 'a'), heal, phase, listed);
  expect(verdict).toMatchObject({ kind: 'broken', facts: [listed] });
});

test('breaks when a worker stands still and does not go on', () => {
  const paused = worker(25, 'paused');
  expect(verdictOn(began, heal, paused, ...audit(51))).toMatchObject({ facts: [paused, {}] });
  expect(verdictOn(began, heal, paused, worker(40, 'resumed'), ...audit(90)).kind).toBe('unknown');
});

test('the rescue counts from the later of both moments', () => {
  const down = worker(40, 'down');
  expect(verdictOn(began, heal, down, told(60)).kind).toBe('unknown');
  expect(verdictOn(began, heal, down, told(61)).kind).toBe('broken');
  expect(verdictOn(began, worker(6, 'down'), heal, told(50)).kind).toBe('unknown');
});

test('an answer tells of the time when it was asked for, the audit of its beginning', () => {
  const gone = [began, worker(6, 'down'), heal];
  expect(verdictOn(...gone, told(60, 'running', 1, 50)).kind).toBe('unknown');
  const page = [f.phase(50, 'audit'), f.audited(70, 'a', 'running')];
  expect(verdictOn(...gone, ...page).kind).toBe('unknown');
});

test.each<[string, readonly Fact[]]>([
  ['is over', audit(90, 'dead')],
  ['waits', [told(60, 'waiting')]],
  ['has another attempt, as is told', audit(90, 'running', 2)],
])('holds where the job %s', (_, facts) => {
  expect(verdictOn(began, worker(6, 'down'), heal, ...facts).kind).toBe('held');
});

test('another attempt that began is not gone, nor does the end of an earlier body end it', () => {
  const again = f.began(7, 'a', { token: f.token(1, 2), worker: 'worker-2' });
  const facts = [began, again, f.ended(8, 'a', 'stopped'), heal, told(90, 'running', 2)];
  expect(verdictOn(...facts).kind).toBe('unknown');
  const ended = f.ended(9, 'a', 'failed', { token: f.token(1, 2) });
  expect(verdictOn(...facts.slice(0, 3), ended, heal, told(90, 'running', 2)).kind).toBe('broken');
  const same = f.began(40, 'a', { worker: 'worker-2' });
  expect(verdictOn(began, worker(6, 'down'), heal, same, told(90)).kind).toBe('unknown');
});

test('workers of which two copies were started, and other machines, cut nothing off', () => {
  const copies = f.fault(1, 'armed', { kind: 'second-copy', whom: ['worker-1'] });
  expect(verdictOn(copies, began, worker(6, 'down'), heal, told(90)).kind).toBe('unknown');
  const paused = [copies, began, worker(6, 'paused'), heal, told(90)];
  expect(verdictOn(...paused).kind).toBe('unknown');
  const scheduler = f.machine(6, 'worker-1', 'down', { role: 'scheduler' });
  expect(verdictOn(began, scheduler, heal, told(90)).kind).toBe('unknown');
});

test('is vacuous without a body or a heal', () => {
  expect(verdictOn(heal, ...audit(90, 'waiting')).kind).toBe('vacuous');
  expect(verdictOn(began, worker(6, 'down'), told(90)).kind).toBe('vacuous');
});

test('is excused when the store lost what it knew', () => {
  const lost = f.assumptionFailed(10, 'store-durable');
  expect(verdictOn(began, worker(6, 'down'), lost, heal, told(90)).kind).toBe('excused');
});
