import { expect, test } from 'vitest';
import { noSilentSchedule } from '../../src/checkers/no-silent-schedule.ts';
import type { Fact, Request } from '../../src/history/fact.ts';
import * as f from '../support/facts.ts';

// Bounds after heal are over at 32 s.
const start = [f.runBegan(), ...f.put(1), f.phase(20, 'heal')];
const audit = [f.phase(90, 'audit'), f.auditEnded(95)];
const verdictOn = (...facts: readonly Fact[]) => {
  const ordered = [...start, ...facts].sort((a, b) => a.at - b.at);
  return f.verdictOn(noSilentSchedule, ordered);
};
const tick = (s: number) => ({ tick: f.tickAt(s) });
const edit = (s: number, kind: 'pause' | 'resume' | 'delete', revision: number) => {
  const request: Request = { kind: 'edit-schedule', edit: kind, schedule: 'backup', revision };
  return [f.asked(s, request), f.answered(s, request)];
};

test('breaks when nothing comes of any tick', () => {
  const due = f.due(40);
  expect(verdictOn(due, f.due(50), ...audit)).toEqual({
    kind: 'broken',
    at: f.at(42),
    summary: 'schedule backup is silent since 40 s, and active',
    facts: [due, audit[1]],
  });
});

test('breaks for one silent schedule among others', () => {
  const nightly = [...f.put(2, 'nightly'), f.due(40, { schedule: 'nightly' })];
  const verdict = verdictOn(f.due(40), f.began(41, 't', tick(40)), ...nightly, ...audit);
  expect(verdict).toMatchObject({ kind: 'broken', facts: [{ tick: f.tickAt(40, 'nightly') }, {}] });
});

test.each<[string, Fact]>([
  ['begins, however late', f.began(89, 't', tick(50))],
  ['is listed as a job', f.audited(91, 't', 'waiting', tick(50))],
  ['is listed as skipped', f.skipped(91, f.tickAt(50))],
])('holds when one of its ticks %s', (_, sign) => {
  expect(verdictOn(f.due(40), f.due(50), sign, ...audit).kind).toBe('held');
});

test('signs of earlier ticks, and skips without a reason, are none', () => {
  const early = [f.began(22, 't', tick(21)), f.began(41, 'u', tick(31))];
  const mute = f.skipped(91, f.tickAt(40), '');
  expect(verdictOn(...early, f.due(40), mute, ...audit).kind).toBe('broken');
});

test.each<[string, readonly Fact[]]>([
  ['before bounds are over', [f.due(31)]],
  ['too shortly before the audit', [f.due(89)]],
  ['while it is paused', [...edit(5, 'pause', 2), f.due(40)]],
  ['before it is paused', [f.due(40), ...edit(50, 'pause', 2)]],
  ['after it was deleted', [...edit(5, 'delete', 2), f.due(40)]],
  [
    'after a resume older than the pause',
    [...edit(5, 'pause', 3), ...edit(6, 'resume', 2), f.due(40)],
  ],
  ['before the resume', [...edit(5, 'pause', 2), ...edit(45, 'resume', 3), f.due(45)]],
  ['of a schedule that nobody puts', [f.due(40, { schedule: 'other' })]],
])('a tick due %s is not judged', (_, facts) => {
  expect(verdictOn(...facts, ...audit).kind).toBe('vacuous');
});

test('a resume, or a later put, makes it active again', () => {
  const stopped = [...edit(5, 'pause', 2), f.due(46)];
  expect(verdictOn(...stopped, ...edit(45, 'resume', 3), ...audit).kind).toBe('broken');
  const again = f.answered(45, f.putOf('backup', { revision: 3 }));
  const due = f.due(46, { revision: 3 });
  expect(verdictOn(...stopped, again, due, ...audit)).toMatchObject({ facts: [due, {}] });
  const refused = f.answered(45, f.putOf('backup', { revision: 3 }), { kind: 'fail', reason: 'x' });
  expect(verdictOn(...stopped, refused, ...audit).kind).toBe('vacuous');
});

test('of several puts the latest counts, if it was answered ok', () => {
  const later = f.putOf('backup', { revision: 2 });
  const ask = f.asked(38, later);
  const dues = [f.due(40), f.due(50, { revision: 2 })];
  expect(verdictOn(ask, ...dues, ...audit).kind).toBe('vacuous');
  const refused = f.answered(39, later, { kind: 'fail', reason: 'planted' });
  expect(verdictOn(ask, refused, ...dues, ...audit)).toMatchObject({ facts: [dues[0], {}] });
  const taken = f.answered(39, later);
  expect(verdictOn(ask, taken, ...dues, ...audit)).toMatchObject({ facts: [dues[1], {}] });
  expect(verdictOn(ask, taken, refused, ...dues, ...audit).kind).toBe('broken');
  const soon = [f.due(38.5, { revision: 2 }), f.due(40)];
  expect(verdictOn(ask, taken, ...soon, ...audit).kind).toBe('vacuous');
});

test('is unknown when only the audit could tell, and vacuous without a heal', () => {
  const cut = [f.phase(90, 'audit'), f.auditEnded(95, false)];
  expect(verdictOn(f.due(40), ...cut).kind).toBe('unknown');
  const calm = [f.runBegan(), ...f.put(1), f.due(40), ...audit];
  expect(f.verdictOn(noSilentSchedule, calm).kind).toBe('vacuous');
});

test('is excused by rules of a zone that differ', () => {
  const rules = f.assumptionFailed(3, 'zone-rules');
  expect(verdictOn(rules, f.due(40), ...audit).kind).toBe('excused');
});
