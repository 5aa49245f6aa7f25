import { describe, expect, test } from 'vitest';
import { explainedSkips } from '../../src/checkers/explained-skips.ts';
import type { Fact } from '../../src/history/fact.ts';
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

describe('edits', () => {
  const rest = [f.phase(20, 'heal'), f.phase(60, 'audit'), whole];
  const judge = (...facts: (readonly Fact[])[]) =>
    f.verdictOn(
      explainedSkips,
      [...facts.flat(), ...rest].sort((a, b) => a.at - b.at),
    ).kind;
  const edit = (s: number, what: 'pause' | 'resume' | 'delete', revision: number) =>
    f.asks(s, f.editOf(what, revision));

  test('a tick is promised until another edit is asked for, with time to decide it', () => {
    expect(judge(f.put(1), [due])).toBe('broken');
    // All ticks before heal had until 10 s after it, and 2 s to run.
    expect(judge(f.put(1), [due], edit(31, 'pause', 2))).toBe('vacuous');
    expect(judge(f.put(1), [due], edit(33, 'pause', 2))).toBe('broken');
    expect(judge(f.put(1), [due], edit(31, 'delete', 0))).toBe('broken');
  });

  test('from a resume on ticks are promised again, and from a put those of its revision', () => {
    const paused = [...f.put(1), ...edit(5, 'pause', 2)];
    expect(judge(paused, [due])).toBe('vacuous');
    expect(judge(paused, edit(10, 'resume', 3), [due])).toBe('broken');
    const lost = f.asked(10, f.editOf('resume', 3));
    expect(judge(paused, [lost, f.heard(11, lost, { kind: 'unknown' })], [due])).toBe('vacuous');
    const put = f.asks(10, f.putOf('backup', { revision: 2 }));
    expect(judge(f.put(1), put, [due])).toBe('vacuous');
    expect(judge(f.put(1), put, [f.due(15, { revision: 2 })])).toBe('broken');
  });

  test('a put of a paused schedule promises nothing, unless it is told to be active', () => {
    const paused = [...f.put(1), ...edit(5, 'pause', 2)];
    const put = f.asked(10, f.putOf('backup', { revision: 3 }));
    const two = f.due(15, { revision: 3 });
    expect(judge(paused, [put, f.heard(10, put), two])).toBe('vacuous');
    const active = f.heard(10, put, { kind: 'ok', revision: 3, standing: 'active' });
    expect(judge(paused, [put, active, two])).toBe('broken');
  });

  test('jitter and the spacing of late ticks leave more time', () => {
    const put = f.asks(1, f.putOf('backup', { jitterUs: f.at(29) }));
    expect(judge(put, [due])).toBe('vacuous');
    const spaced = f.asks(1, f.putOf('backup', { spacingUs: f.at(5), catchUpMax: 6 }));
    expect(judge(spaced, [due])).toBe('vacuous');
  });
});
