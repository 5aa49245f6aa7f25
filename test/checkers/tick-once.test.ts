import { expect, test } from 'vitest';
import { tickOnce } from '../../src/checkers/tick-once.ts';
import * as f from '../support/facts.ts';

const tick = f.tickAt(5);
const first = f.began(5, 'backup@5', { tick });
const listed = f.audited(9, 'backup@5', 'succeeded', { tick });

test('holds for one instance, attempted again after a loss', () => {
  const again = f.began(7, 'backup@5', { tick, token: f.token(2, 2), worker: 'worker-2' });
  const skip = f.skipped(9, f.tickAt(6));
  expect(f.verdictOn(tickOnce, [first, again, listed, skip]).kind).toBe('held');
});

test('a late launch of a superseded epoch is no break', () => {
  const newer = f.began(5, 'backup@5', { tick, token: f.token(2, 2) });
  const late = f.began(8, 'backup@5', { tick, token: f.token(1, 1) });
  expect(f.verdictOn(tickOnce, [newer, late]).kind).toBe('held');
});

test('breaks when a tick becomes two jobs', () => {
  const other = f.began(6, 'another', { tick, token: f.token(1, 2) });
  expect(f.verdictOn(tickOnce, [first, other])).toMatchObject({
    kind: 'broken',
    facts: [first, other],
  });
  const two = f.audited(9, 'another', 'waiting', { tick });
  expect(f.verdictOn(tickOnce, [first, listed, two])).toMatchObject({ facts: [first, two] });
});

test('breaks when two schedulers launch the same attempt', () => {
  const rival = f.began(6, 'backup@5', { tick, token: f.token(2, 1), worker: 'worker-2' });
  const verdict = f.verdictOn(tickOnce, [first, rival]);
  expect(verdict).toMatchObject({ kind: 'broken', at: f.at(6), facts: [first, rival] });
  expect(verdict).toHaveProperty('summary', expect.stringContaining('on worker-2 as (2, 1)'));
});

test('breaks when a copy of the launch runs again', () => {
  const copy = f.began(6, 'backup@5', { tick });
  expect(f.verdictOn(tickOnce, [first, copy])).toMatchObject({ facts: [first, copy] });
});

test('breaks when an at-most-once tick is attempted again', () => {
  const once = { tick, delivery: 'at-most-once' } as const;
  const [one, two] = [f.began(5, 'b', once), f.began(7, 'b', { ...once, token: f.token(2, 2) })];
  expect(f.verdictOn(tickOnce, [one, two])).toMatchObject({ kind: 'broken', facts: [one, two] });
});

test('breaks when a tick that ran is listed as skipped, in either order', () => {
  const skip = f.skipped(9, tick);
  expect(f.verdictOn(tickOnce, [first, skip])).toMatchObject({ facts: [first, skip] });
  const late = f.began(10, 'backup@5', { tick });
  expect(f.verdictOn(tickOnce, [skip, late])).toMatchObject({ facts: [skip, late] });
});

test('is vacuous without ticks', () => {
  expect(f.verdictOn(tickOnce, [f.began(1, 'a'), f.audited(2, 'a', 'dead')]).kind).toBe('vacuous');
});

test('an at-most-once tick may begin once more for each retry that a client asked for', () => {
  const once = { tick, delivery: 'at-most-once' } as const;
  const retry = f.asked(6, { kind: 'retry', job: 'b', attempts: 1 });
  const again = (attempt: number) =>
    f.began(7, 'b', { ...once, token: f.token(1, attempt), worker: 'worker-2' });
  const facts = [f.began(5, 'b', once), retry, again(2)];
  expect(f.verdictOn(tickOnce, facts).kind).toBe('held');
  expect(f.verdictOn(tickOnce, [...facts, again(3)]).kind).toBe('broken');
});
