import { describe, expect, test } from 'vitest';
import { completes } from '../../src/checkers/completes.ts';
import type { Fact } from '../../src/history/fact.ts';
import * as f from '../support/facts.ts';

const tick = f.tickAt(3);
const before = [f.accepted(1, 'a'), f.due(3), f.phase(10, 'quiescence')];
const tickDone = f.audited(20, 't', 'dead', { tick });
const ended = f.auditEnded(21);

test('holds when jobs and instances of ticks have ended', () => {
  const facts = [...before, f.audited(20, 'a', 'cancelled'), tickDone, ended];
  expect(f.verdictOn(completes, facts).kind).toBe('held');
});

test('breaks when an accepted job is still open', () => {
  const open = f.audited(20, 'a', 'running');
  expect(f.verdictOn(completes, [...before, open, tickDone, ended])).toEqual({
    kind: 'broken',
    at: f.at(20),
    summary: 'job a, ready at 1 s, is still running',
    facts: [open],
  });
});

test('breaks when the instance of a tick is still open', () => {
  const open = f.audited(20, 't', 'waiting', { tick });
  const facts = [...before, f.audited(20, 'a', 'succeeded'), open, ended];
  expect(f.verdictOn(completes, facts)).toMatchObject({ kind: 'broken', facts: [open] });
});

test('breaks when the complete audit does not list the job at all', () => {
  const verdict = f.verdictOn(completes, [...before, tickDone, ended]);
  expect(verdict).toMatchObject({ kind: 'broken', facts: [ended] });
});

test('later work is judged only where it had time left', () => {
  const audit = f.phase(200, 'audit');
  const listed = [f.audited(201, 'a', 'dead'), f.audited(201, 't', 'dead', { tick })];
  const timely = [...before, f.accepted(79, 'c'), audit, ...listed];
  const late = [...before, f.accepted(81, 'c'), audit, ...listed];
  const open = f.audited(202, 'c', 'running');
  const whole = f.auditEnded(203);
  expect(f.verdictOn(completes, [...timely, open, whole])).toMatchObject({ facts: [open] });
  expect(f.verdictOn(completes, [...late, open, whole]).kind).toBe('held');
});

test('is unknown when the audit is incomplete, vacuous when nothing was accepted', () => {
  expect(f.verdictOn(completes, [...before, f.auditEnded(21, false)]).kind).toBe('unknown');
  expect(f.verdictOn(completes, [f.phase(10, 'quiescence'), ended]).kind).toBe('vacuous');
});

test('is excused by damage to a disk before', () => {
  const damage = f.assumptionFailed(2, 'disk-damage');
  const facts = [f.accepted(1, 'a'), damage, f.audited(20, 'a', 'running'), ended];
  expect(f.verdictOn(completes, facts).kind).toBe('excused');
});

describe('what is asked besides', () => {
  const audit = f.phase(200, 'audit');
  const open = f.audited(201, 'c', 'waiting');
  const whole = f.auditEnded(203);
  const judge = (...facts: (readonly Fact[])[]) =>
    f.verdictOn(
      completes,
      [...facts.flat(), audit, open, whole].sort((a, b) => a.at - b.at),
    ).kind;
  const quiet = [f.phase(10, 'quiescence')];
  const child = f.asks(8, f.submitOf('c', { parents: ['p'] }));

  test('a child is ready when its parents had time to end', () => {
    // Two minutes for each.
    const early = f.asks(2, f.submitOf('p', { timeoutUs: f.at(20) }));
    const done = [f.audited(201, 'p', 'dead')];
    expect(judge(quiet, early, child, done)).toBe('broken');
    const late = f.asks(2, f.submitOf('p', { timeoutUs: f.at(90) }));
    expect(judge(quiet, late, child, done)).toBe('held');
    expect(judge(quiet, child)).toBe('vacuous');
  });

  test('a job waits for its instant, and anew after a retry', () => {
    const at = f.asks(2, f.submitOf('c', { atUs: f.tickAt(100).nominalUs }));
    expect(judge([f.runBegan()], quiet, at)).toBe('vacuous');
    const job = f.asks(2, f.submitOf('c'));
    expect(judge(quiet, job)).toBe('broken');
    const retry = f.asks(150, { kind: 'retry', job: 'c', attempts: 3 });
    expect(judge(quiet, job, retry)).toBe('vacuous');
  });

  test('what a queue may hold back, itself or by its parent, is left out', () => {
    const job = f.asks(2, f.submitOf('c', { queue: 'mail' }));
    const pause = { kind: 'edit-queue', edit: 'pause', queue: 'mail', revision: 1 } as const;
    expect(judge(quiet, job, f.asks(5, pause))).toBe('vacuous');
    expect(judge(quiet, job, f.asks(5, f.queueOf({ perKey: 1 }, { queue: 'mail' })))).toBe(
      'vacuous',
    );
    expect(judge(quiet, job, f.asks(5, f.queueOf({}, { queue: 'mail' })))).toBe('broken');
    const parent = f.asks(2, f.submitOf('p', { queue: 'mail', timeoutUs: f.at(20) }));
    const done = [f.audited(201, 'p', 'dead')];
    expect(judge(quiet, parent, child, done)).toBe('broken');
    expect(judge(quiet, parent, child, done, f.asks(5, pause))).toBe('vacuous');
  });

  test('a job that may have been forgotten need not be listed', () => {
    const job = f.asks(2, f.submitOf('d', { retainUs: f.at(50) }));
    expect(judge(quiet, job)).toBe('vacuous');
  });

  test('a tick is ready when jitter and spacing are over', () => {
    const put = f.asks(1, f.putOf('backup', { jitterUs: f.at(20) }));
    const instance = [f.due(5), f.audited(201, 't', 'running', { tick: f.tickAt(5) })];
    expect(judge(quiet, put, instance)).toBe('broken');
    const late = [f.due(175), f.audited(201, 't', 'running', { tick: f.tickAt(175) })];
    expect(judge(quiet, put, late)).toBe('vacuous');
  });
});
