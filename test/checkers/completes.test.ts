import { expect, test } from 'vitest';
import { completes } from '../../src/checkers/completes.ts';
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
