import { describe, expect, test } from 'vitest';
import { timeout } from '../../src/checkers/timeout.ts';
import type { Fact } from '../../src/history/fact.ts';
import { SECOND } from '../../src/lib/units.ts';
import * as f from '../support/facts.ts';

const ask = f.submit(1, 'a', { timeoutUs: 10 * SECOND });
const judged = (...facts: readonly Fact[]) => f.verdictOn(timeout, [ask, ...facts]);
const told = (s: number, attempts: number, askedS = s) =>
  f.answered(s, { kind: 'status', job: 'a' }, { kind: 'ok', state: 'running', attempts }, askedS);

describe('the duty of the worker', () => {
  const began = f.began(2, 'a');

  test('holds where bodies end or are stopped by their limit', () => {
    expect(judged(began, f.ended(5, 'a')).kind).toBe('held');
    expect(judged(began, f.ended(12.9, 'a', 'stopped')).kind).toBe('held');
  });

  test('breaks where a body is stopped later, beyond what clock and worker may take', () => {
    const late = f.ended(13.5, 'a', 'stopped');
    const summary = 'a body of job a was stopped after 11.5 s; its limit is 10 s';
    expect(judged(began, late)).toEqual({ kind: 'broken', at: f.at(13.5), summary, facts: [late] });
    const slow = { ...f.CONTEXT, ratePpmMax: 100_000 };
    expect(f.verdictOn(timeout, [ask, began, late], slow).kind).toBe('held');
  });

  test('a body that ends by itself beyond its limit must count for nothing', () => {
    const late = f.ended(20, 'a');
    const listed = f.audited(30, 'a', 'succeeded');
    expect(judged(began, late, listed)).toMatchObject({ kind: 'broken', facts: [late, listed] });
    const state = 'succeeded';
    const answer = f.answered(31, ask.request, { kind: 'ok', state, attempts: 1 });
    expect(judged(began, late, answer)).toMatchObject({ kind: 'broken', facts: [late, answer] });
    const later = f.audited(30, 'a', 'succeeded', { attempts: 2 });
    expect(judged(began, late, later).kind).toBe('held');
    expect(judged(began, late, f.audited(30, 'a', 'dead')).kind).toBe('held');
  });

  const on = (kind: string, name = 'worker-1') => ({ kind, whom: [name] });
  const worker = (s: number, state: 'up' | 'down' | 'paused' | 'resumed', name = 'worker-1') =>
    f.machine(s, name, state, { role: 'worker' });

  test.each<[string, readonly Fact[], readonly Fact[]]>([
    ['it stood still meanwhile', [], [worker(3, 'paused'), worker(12, 'resumed')]],
    ['it was slow', [f.fault(1, 'armed', on('slow-cpu'))], []],
    [
      'a fault ended meanwhile',
      [f.fault(1, 'armed', on('stall'))],
      [f.fault(4, 'ended', on('stall'))],
    ],
    ['its clock was off', [f.fault(1, 'armed', on('clock-rate'))], []],
    ['a kind of fault that nobody knows', [], [f.fault(3, 'armed', on('my-own'))]],
    ['a copy under its name', [f.fault(1, 'armed', on('second-copy', "worker-1'"))], []],
    ['the copy itself', [], [worker(3, 'down', "worker-1'")]],
  ])('a worker is not judged where it may have been unwell: %s', (_, before, during) => {
    const late = f.ended(13.5, 'a', 'stopped');
    expect(judged(...before, began, ...during, late).kind).toBe('vacuous');
  });

  test.each<[string, readonly Fact[]]>([
    [
      'cuts of its links, long bodies and poison leave it well',
      [
        f.fault(1, 'armed', on('partition')),
        f.fault(1, 'armed', { ...on('long-job'), id: 'f2' }),
        f.fault(1, 'armed', { ...on('poison-job'), id: 'f3' }),
      ],
    ],
    ['a fault that was only drawn is none', [f.fault(0, 'drawn', on('stall'))]],
    [
      'a fault that is over, and a start, are the past',
      [
        f.fault(0, 'armed', on('stall')),
        f.fault(1, 'ended', on('stall')),
        worker(1, 'up'),
        worker(1, 'down', "worker-1'"),
      ],
    ],
    ['faults of others are not its own', [f.fault(1, 'armed', on('stall', 'worker-2'))]],
  ])('%s', (_, before) => {
    const facts = [...before, f.began(2, 'a'), f.ended(13.5, 'a', 'stopped')];
    expect(f.verdictOn(timeout, [{ ...ask, at: f.at(0) }, ...facts]).kind).toBe('broken');
  });

  test('an earlier attempt that ends late is not measured by the beginning of the last', () => {
    const two = { token: f.token(1, 2) };
    expect(judged(began, f.began(20, 'a', two), f.ended(21, 'a', 'stopped')).kind).toBe('vacuous');
  });
});

describe('the duty of the scheduler', () => {
  // Grace and rescue are 23 s, the bound after heal is over at 30 s.
  const heal = f.phase(20, 'heal');
  const early = [f.began(2, 'a'), heal];
  const late = [heal, f.began(40, 'a')];

  test('breaks when somebody is told that an overdue attempt runs', () => {
    const wrong = told(74, 1);
    const summary = 'attempt 1 of job a, overdue since 50 s, is said to run';
    expect(judged(...late, wrong)).toEqual({
      kind: 'broken',
      at: f.at(74),
      summary,
      facts: [wrong],
    });
    expect(judged(...early, told(54, 1)).kind).toBe('broken');
    const listed = f.audited(99, 'a', 'running');
    expect(judged(...late, f.phase(98, 'audit'), listed)).toMatchObject({ facts: [listed] });
  });

  test.each([
    ['before the bound after heal and grace are over', [...early, told(53, 1)]],
    ['before its time and grace are over', [...late, told(73, 1)]],
    ['as of an earlier time', [...late, told(90, 1, 73)]],
    [
      'as of the beginning of the audit',
      [...late, f.phase(73, 'audit'), f.audited(90, 'a', 'running')],
    ],
    ['of another attempt', [...late, told(90, 2)]],
    ['of an attempt that began again', [...late, f.began(60, 'a'), told(90, 1)]],
    ['without a heal', [f.began(2, 'a'), told(90, 1)]],
  ])('what is told %s is no break', (_, facts) => {
    expect(judged(...facts).kind).toBe('vacuous');
  });
});

test('is vacuous for ticks, whose limit is not on record, and judges jobs by their longest', () => {
  const tick = { tick: f.tickAt(5) };
  const facts = [f.began(5, 't', tick), f.ended(500, 't', 'stopped', tick)];
  expect(f.verdictOn(timeout, facts).kind).toBe('vacuous');
  const more = f.submit(1, 'a', { timeoutUs: 20 * SECOND });
  expect(judged(more, f.began(2, 'a'), f.ended(22, 'a', 'stopped')).kind).toBe('held');
});

test('is excused by a clock beyond its bound', () => {
  const facts = [f.began(2, 'a'), f.assumptionFailed(3, 'rate-error'), f.ended(30, 'a', 'stopped')];
  expect(judged(...facts).kind).toBe('excused');
});
