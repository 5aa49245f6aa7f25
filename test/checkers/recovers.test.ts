import { expect, test } from 'vitest';
import { recovers } from '../../src/checkers/recovers.ts';
import * as f from '../support/facts.ts';

const heal = f.phase(20, 'heal');
const job = [f.submit(5, 'a'), f.accepted(6, 'a')];
const audit = f.phase(60, 'audit');
const done = [f.audited(61, 'a', 'succeeded'), f.auditEnded(62)];

test('holds when a body begins within the bound after heal', () => {
  expect(f.verdictOn(recovers, [...job, heal, f.began(30, 'a'), audit, ...done]).kind).toBe('held');
});

test('breaks when work waits longer, at the moment the bound was over', () => {
  const late = f.began(31, 'a');
  expect(f.verdictOn(recovers, [...job, heal, late, audit, ...done])).toEqual({
    kind: 'broken',
    at: f.at(30),
    summary: 'after heal job a waited 11 s (bound 10 s) until anything began',
    facts: [heal, late],
  });
});

test('work counts from when it was ready', () => {
  const delayed = [
    f.submit(5, 'a', { delayUs: f.at(25) }),
    f.accepted(6, 'a', { delayUs: f.at(25) }),
  ];
  expect(f.verdictOn(recovers, [...delayed, heal, f.began(39, 'a'), audit, ...done]).kind).toBe(
    'held',
  );
  const late = f.began(41, 'a');
  expect(f.verdictOn(recovers, [...delayed, heal, late, audit, ...done])).toMatchObject({
    kind: 'broken',
    at: f.at(40),
  });
});

test.each([
  ['dead', f.audited(61, 'a', 'dead')],
  ['cancelled', f.audited(61, 'a', 'cancelled')],
])('a job that was %s without beginning was not work', (_, listed) => {
  const other = [f.submit(34, 'b'), f.accepted(34, 'b'), f.began(35, 'b')];
  const facts = [...job, heal, ...other, audit, listed, f.audited(61, 'b', 'succeeded')];
  expect(f.verdictOn(recovers, [...facts, f.auditEnded(62)]).kind).toBe('held');
});

test('a tick due after heal is work, unless it was skipped', () => {
  const facts = [
    ...f.put(1),
    heal,
    f.due(25),
    f.due(40),
    f.began(41, 't', { tick: f.tickAt(40) }),
    audit,
  ];
  const whole = f.auditEnded(62);
  expect(f.verdictOn(recovers, [...facts, whole])).toMatchObject({ kind: 'broken', at: f.at(35) });
  expect(f.verdictOn(recovers, [...facts, f.skipped(61, f.tickAt(25)), whole]).kind).toBe('held');
});

test('breaks when nothing begins and nobody answers the audit', () => {
  const verdict = f.verdictOn(recovers, [...job, heal, audit, f.auditEnded(90, false)]);
  expect(verdict).toMatchObject({ kind: 'broken', at: f.at(30), facts: [heal, audit] });
});

test('is unknown when the audit cannot say whether overdue work was work', () => {
  const other = [f.submit(34, 'b'), f.accepted(34, 'b'), f.began(35, 'b')];
  const facts = [...job, heal, ...other, audit, f.auditEnded(90, false)];
  expect(f.verdictOn(recovers, facts).kind).toBe('unknown');
  expect(f.verdictOn(recovers, [...job, heal]).kind).toBe('unknown');
});

test('is vacuous without a heal, and without work after it', () => {
  expect(f.verdictOn(recovers, [...job, f.began(7, 'a')]).kind).toBe('vacuous');
  const idle = [...job, f.began(7, 'a'), heal, audit, ...done];
  expect(f.verdictOn(recovers, idle).kind).toBe('vacuous');
});

test('a job for which a cancel was asked is not waited for', () => {
  const asked = f.asked(8, { kind: 'cancel', job: 'a' });
  expect(f.verdictOn(recovers, [...job, asked, heal, audit, ...done]).kind).toBe('vacuous');
});
