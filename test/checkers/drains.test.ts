import { expect, test } from 'vitest';
import { drains } from '../../src/checkers/drains.ts';
import type { Fact } from '../../src/history/fact.ts';
import { SECOND } from '../../src/lib/units.ts';
import * as f from '../support/facts.ts';

// The bound after heal is over at 30 s, the bound on waiting is 5 s, ε is 1 s, a worker runs two.
const heal = f.phase(20, 'heal');
const names = (from: number, count: number) =>
  Array.from({ length: count }, (_, index) => `j${from + index}`);
/** Jobs accepted at this second, each asked at the same. */
const accepted = (s: number, jobs: readonly string[], options = {}) =>
  jobs.flatMap((job) => [f.submit(s, job, options), f.accepted(s, job, options)]);
const begun = (s: number, jobs: readonly string[]) => jobs.map((job) => f.began(s, job));
const listed = (state: 'waiting' | 'dead', jobs: readonly string[]) =>
  jobs.map((job) => f.audited(91, job, state));
const audit = [f.phase(90, 'audit'), f.auditEnded(95)];
const verdictOn = (...facts: readonly (Fact | readonly Fact[])[]) => {
  const all = [f.runBegan(), ...facts.flat()].sort((a, b) => a.at - b.at);
  return f.verdictOn(drains, all);
};

const storm = names(0, 8);
const calm = names(10, 3);
const rest = names(20, 2);

test('holds when the backlog of the storm is worked off, and when there was none', () => {
  const piled = [accepted(10, storm), heal, begun(29, storm)];
  expect(verdictOn(piled.flat(), accepted(40, calm), begun(42, calm), audit).kind).toBe('held');
  expect(verdictOn(heal, accepted(40, calm), begun(40, calm), audit).kind).toBe('held');
});

test('breaks when the backlog has not shrunk by the last arrival', () => {
  const facts = [accepted(10, storm), heal, accepted(31, ['z']), begun(34, [...storm, 'z'])];
  expect(verdictOn(...facts, audit)).toEqual({
    kind: 'broken',
    at: f.at(32),
    summary: '8 jobs waited at 30 s and 9 wait at 32 s, where 3 would be normal',
    facts: [heal, audit[0]],
  });
});

test('a backlog that shrinks, if slowly, is none to worry about while jobs arrive', () => {
  const facts = [accepted(10, storm), heal, begun(33, storm.slice(0, 3)), accepted(34, rest)];
  expect(verdictOn(...facts, begun(34.5, [...storm.slice(3), ...rest]), audit).kind).toBe('held');
});

test('breaks when it remains after all bounds', () => {
  const facts = [accepted(10, storm), heal, begun(31, storm.slice(0, 3)), accepted(32, ['z'])];
  const late = [begun(33, ['z']), begun(36, storm.slice(3))];
  expect(verdictOn(...facts, ...late, audit)).toMatchObject({
    kind: 'broken',
    at: f.at(35),
    summary: '5 wait at 35 s, where 3 would be normal',
  });
});

test('what one worker runs at a time is not a backlog, even if it starves', () => {
  const facts = [accepted(10, rest), heal, accepted(36, calm), begun(37, calm), audit];
  expect(verdictOn(...facts, listed('waiting', rest)).kind).toBe('held');
});

test('jobs that the audit lists as over, or not at all, do not wait', () => {
  const facts = [accepted(10, storm), heal, audit];
  expect(verdictOn(...facts, listed('waiting', storm)).kind).toBe('broken');
  expect(verdictOn(...facts, listed('dead', storm)).kind).toBe('vacuous');
  expect(verdictOn(...facts).kind).toBe('vacuous');
});

test('is unknown where jobs may be over, as the audit is incomplete', () => {
  const cut = [f.phase(90, 'audit'), f.auditEnded(95, false)];
  expect(verdictOn(accepted(10, storm), heal, cut).kind).toBe('unknown');
  expect(verdictOn(accepted(10, storm), heal, begun(80, storm), cut).kind).toBe('broken');
});

test('jobs that something may hold back are not counted', () => {
  const facts = [heal, audit, listed('waiting', storm)];
  expect(verdictOn(accepted(10, storm, { key: 'k' }), ...facts).kind).toBe('vacuous');
  const delayed = accepted(10, storm, { delayUs: 75 * SECOND });
  expect(verdictOn(delayed, ...facts).kind).toBe('vacuous');
});

const edit = { kind: 'edit-schedule', edit: 'pause', schedule: 'backup', revision: 2 } as const;
const tick = (s: number) => ({ tick: f.tickAt(s) });
const ticks = [11, 12, 13, 14, 15];
const instances = ticks.map((s) => f.began(50, `t${s}`, tick(s)));

test('ticks of plain schedules count from when they were due', () => {
  const facts = [heal, ...audit];
  expect(verdictOn(f.put(1), ...facts, instances)).toMatchObject({
    kind: 'broken',
    summary: '5 wait at 35 s, where 2 would be normal',
  });
  const waiting = ticks.map((s) => f.audited(91, `t${s}`, 'waiting', tick(s)));
  expect(verdictOn(f.put(1), ...facts, waiting).kind).toBe('broken');
});

test.each<[string, readonly Fact[]]>([
  ['spaces', [f.asked(1, f.putOf('backup', { spacingUs: SECOND }))]],
  ['spreads', [f.asked(1, f.putOf('backup', { jitterUs: SECOND }))]],
  ['buffers', [f.asked(1, f.putOf('backup', { overlap: 'buffer' }))]],
  ['refuses', [f.asked(1, f.putOf('backup', { overlap: 'forbid' })), ...f.put(2)]],
  ['was edited', [...f.put(1), f.asked(2, edit)]],
  ['nobody puts', []],
])('ticks of a schedule that %s are not counted', (_, facts) => {
  expect(verdictOn(facts, heal, instances, audit).kind).toBe('vacuous');
});

test('is vacuous without a heal or a time after it, unknown without an audit', () => {
  const work = accepted(10, storm);
  expect(verdictOn(work, audit, listed('waiting', storm)).kind).toBe('vacuous');
  expect(verdictOn(work, heal, f.phase(29, 'audit')).kind).toBe('vacuous');
  expect(verdictOn(work, heal).kind).toBe('unknown');
});

test('is excused when the disk that holds the book is damaged', () => {
  const damaged = f.assumptionFailed(12, 'disk-damage');
  expect(verdictOn(accepted(10, storm), damaged, heal, begun(80, storm), audit).kind).toBe(
    'excused',
  );
});
