/** Ticks of schedules that are edited, and jobs whose start is not the scheduler's alone. */
import { expect, test } from 'vitest';
import type { Answer, Fact, Request } from '../../src/history/fact.ts';
import { SECOND } from '../../src/lib/units.ts';
import * as f from '../support/facts.ts';
import { measure, metricOf } from '../support/measure.ts';

const put = (revision: number, jitterUs = 0): Request => ({
  kind: 'put-schedule',
  schedule: 'backup',
  revision,
  overlap: 'allow',
  late: 'once',
  windowUs: SECOND,
  catchUpMax: 1,
  spacingUs: 0,
  jitterUs,
});
const edit = (kind: 'pause' | 'resume' | 'delete', revision: number): Request => {
  return { kind: 'edit-schedule', edit: kind, schedule: 'backup', revision };
};
/** Asked and answered a second later. */
const done = (s: number, request: Request, answer: Answer = { kind: 'ok' }): readonly Fact[] => [
  f.asked(s, request),
  f.answered(s + 1, request, answer, s),
];
const due = (s: number, revision = 1): Fact => f.due(s, { revision });
const ticksOf = (...facts: readonly (Fact | readonly Fact[])[]) =>
  measure([...facts.flat(), f.phase(100, 'end')]).accounts.ticks;

test('a schedule that nobody edits is expected to fire from the start', () => {
  expect(ticksOf(due(1), due(5)).missed).toBe(2);
  expect(ticksOf(done(3, put(1)), due(1), due(5)).missed).toBe(2);
  expect(ticksOf(f.asked(3, put(1)), due(1), due(5)).missed).toBe(2);
});

test('a paused schedule misses nothing, and what was resumed counts again', () => {
  const facts = [done(1, put(1)), done(10, edit('pause', 2)), done(20, edit('resume', 3))];
  // Before; while the pause is open, in force, and while the resume is open; after.
  expect(ticksOf(...facts, due(5), due(10.5), due(15), due(20.5), due(25))).toMatchObject({
    due: 2,
    missed: 2,
  });
});

test('of two versions that have a tick at one time, the one in force counts, once', () => {
  const facts = [done(1, put(1)), done(10, put(2))];
  const both = (s: number) => [due(s, 1), due(s, 2)];
  expect(ticksOf(...facts, both(5), both(10.5), both(20)).due).toBe(2);
  expect(ticksOf(...facts, due(5, 2), due(20, 1)).due).toBe(0);
});

test('what was deleted fires no more until it is put again', () => {
  const facts = [done(1, put(1)), done(10, edit('delete', 2)), done(20, put(3))];
  expect(ticksOf(...facts, due(15, 1), due(15, 3), due(25, 1), due(25, 3)).due).toBe(1);
});

test('an edit of unknown end leaves open what is expected, a refused one does not', () => {
  const before = [done(1, put(1)), due(20)];
  expect(ticksOf(...before, done(10, edit('pause', 2), { kind: 'unknown' })).due).toBe(0);
  const refused: Answer = { kind: 'fail', reason: 'revision: known' };
  expect(ticksOf(...before, done(10, edit('pause', 2), refused)).due).toBe(1);
  const later = [done(10, edit('pause', 2), { kind: 'unknown' }), done(12, edit('resume', 3))];
  expect(ticksOf(...before, ...later).due).toBe(1);
});

test('a tick within the jitter of its schedule is in time', () => {
  const tick = f.tickAt(20);
  const run = [due(20), f.began(23, 't', { tick }), f.effect(24, 't', { tick })];
  const shareWith = (jitterS: number) =>
    metricOf('tickWithin', [...done(1, put(1, jitterS * SECOND)), ...run, f.phase(100, 'end')]);
  expect(shareWith(0)).toBe(0);
  expect(shareWith(5)).toBe(1);
});

const within = (...facts: readonly (Fact | readonly Fact[])[]) =>
  metricOf('dispatchWithin', [f.runBegan(), ...facts.flat(), f.phase(100, 'end')]);
const job = (options?: Parameters<typeof f.submitOf>[1]) => [
  f.submit(1, 'a', options),
  f.accepted(1, 'a', options, 1),
];

test('a job is ready at the instant it asked for, or when it was told to run', () => {
  const { nominalUs: atUs } = f.tickAt(20);
  expect(within(job(), f.began(20, 'a'))).toBe(0);
  expect(within(job({ atUs }), f.began(20, 'a'))).toBe(1);
  const hurry: Request = { kind: 'run-now', job: 'a' };
  expect(within(job({ atUs }), done(5, hurry), f.began(9, 'a'))).toBe(0);
  expect(within(job({ atUs }), done(5, hurry), f.began(6, 'a'))).toBe(1);
});

test('jobs that others hold back say nothing about dispatching', () => {
  const limited: Request = { kind: 'put-queue', queue: 'mail', revision: 1, limits: {} };
  expect(within(job({ parents: ['b'] }), f.began(20, 'a'))).toBeUndefined();
  expect(within(done(0, limited), job({ queue: 'mail' }), f.began(20, 'a'))).toBeUndefined();
  expect(within(job({ queue: 'mail' }), f.began(20, 'a'))).toBe(0);
});

test('a triggered job is a job like others', () => {
  const trigger: Request = { kind: 'trigger', schedule: 'backup', job: 'a' };
  const { accounts, metrics } = measure([
    ...done(5, trigger),
    f.began(6, 'a'),
    f.audited(90, 'a', 'succeeded'),
    f.phase(100, 'end'),
  ]);
  expect(accounts.jobs).toMatchObject({ accepted: 1, completed: 1 });
  expect(metrics['dispatchWithin']?.value).toBe(1);
});

test('nonsense that is refused is no failure of the service', () => {
  const refused = { ...f.answered(5, f.submitOf('x'), { kind: 'fail', reason: 'retry: no' }) };
  expect(metricOf('apiSuccess', [refused, ...done(6, f.submitOf('a'))])).toBe(0.5);
  const marked = { ...refused, hostile: true as const };
  expect(metricOf('apiSuccess', [marked, ...done(6, f.submitOf('a'))])).toBe(1);
});
