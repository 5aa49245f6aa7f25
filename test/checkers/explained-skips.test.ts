import { expect, test } from 'vitest';
import { explainedSkips } from '../../src/checkers/explained-skips.ts';
import * as f from '../support/facts.ts';

const due = f.due(15);
const before = [...f.put(1), due, f.phase(20, 'heal'), f.phase(40, 'audit')];
const whole = f.auditEnded(45);

test.each([
  ['ran', f.began(41, 't', { tick: f.tickAt(15) })],
  ['was skipped with a reason', f.skipped(41, f.tickAt(15))],
  ['was cancelled', f.audited(41, 't', 'cancelled', { tick: f.tickAt(15) })],
])('holds for a tick that %s', (_, fact) => {
  expect(f.verdictOn(explainedSkips, [...before, fact, whole]).kind).toBe('held');
});

test('breaks for a tick that nobody knows of', () => {
  expect(f.verdictOn(explainedSkips, [...before, whole])).toMatchObject({
    kind: 'broken',
    facts: [due, whole],
  });
});

test('breaks for a skip without a reason', () => {
  const mute = f.skipped(41, f.tickAt(15), '');
  const verdict = f.verdictOn(explainedSkips, [...before, mute, whole]);
  expect(verdict).toMatchObject({ kind: 'broken', facts: [mute] });
});

test('is unknown when the audit is incomplete', () => {
  expect(f.verdictOn(explainedSkips, [...before, f.auditEnded(45, false)]).kind).toBe('unknown');
});

test('is vacuous without ticks, or when there was no time to decide them', () => {
  expect(f.verdictOn(explainedSkips, [f.phase(40, 'audit'), whole]).kind).toBe('vacuous');
  const late = [...f.put(1), f.phase(20, 'heal'), f.due(39), f.phase(40, 'audit'), whole];
  expect(f.verdictOn(explainedSkips, late).kind).toBe('vacuous');
});

test('a tick due before its schedule was known to be accepted was not promised', () => {
  const facts = [f.due(5), ...f.put(10), f.phase(40, 'audit'), whole];
  expect(f.verdictOn(explainedSkips, facts).kind).toBe('vacuous');
});
