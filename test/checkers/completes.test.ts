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

test('work that became ready in quiescence is not judged', () => {
  const delayed = f.accepted(1, 'b', { delayUs: f.at(15) });
  const late = [...before, f.accepted(12, 'c'), f.audited(20, 'a', 'dead'), tickDone];
  const open = [f.audited(20, 'b', 'waiting'), f.audited(20, 'c', 'running')];
  expect(f.verdictOn(completes, [delayed, ...late, ...open, ended]).kind).toBe('held');
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
