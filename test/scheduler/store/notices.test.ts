/** What is told to whom beside answers: numbers, the time, and what others say on channels. */
import { expect, test } from 'vitest';
import { SECOND } from '../../../src/lib/units.ts';
import type { StoreNotified, StoreOp } from '../../../src/scheduler/store/protocol.ts';
import { numbersAfter } from '../../../src/scheduler/store/protocol.ts';
import { BEGIN, begin, COMMIT, ROLLBACK, StoreLab, write } from './lab.ts';
import { Pair } from './pair.ts';

const next = (sequence: string): StoreOp => ({ kind: 'next', sequence });
const listen = (channel: string): StoreOp => ({ kind: 'listen', channel });
const notify = (payload: string): StoreOp => ({ kind: 'notify', channel: 'jobs', payload });
const number = (lab: StoreLab, session: string, ...ops: readonly StoreOp[]): number =>
  lab.rows(session, ...ops)[0]?.value as number;

test('numbers are given in the order of asking, and never back', () => {
  const lab = new StoreLab().up();
  expect(lab.rows('a', BEGIN, next('ids'))).toEqual([{ key: 'ids', value: 1, version: 0 }]);
  expect(number(lab, 'b', BEGIN, next('ids'), COMMIT)).toBe(2);
  lab.ask('a', ROLLBACK);
  expect([number(lab, 'a', next('ids')), number(lab, 'a', next('others'))]).toEqual([3, 1]);
});

test('sequences are no rows that anybody comes by, and outside of transactions', () => {
  const lab = new StoreLab().up();
  const all: StoreOp = { kind: 'range', prefix: '', limit: 9 };
  lab.order({ kind: 'begin', id: 'm', mishap: { kind: 'stale-reads', lagUs: 1 }, forUs: SECOND });
  lab.ask('a', begin('serializable'), all, next('ids'), write('x', 1));
  expect(lab.rows('b', all)).toEqual([]);
  expect(lab.ask('a', COMMIT)).toMatchObject({ kind: 'ok' });
  lab.order({ kind: 'end', id: 'm' });
  expect(lab.rows('b', all).map(({ key }) => key)).toEqual(['x']);
});

test('after a restart numbers jump ahead of all that may have been given', () => {
  const lab = new StoreLab().up();
  const given = Array.from({ length: 70 }, () => number(lab, 'a', next('ids')));
  expect(given).toEqual(given.map((_, i) => i + 1));
  const later = new StoreLab().up(lab.log);
  expect(number(later, 'a', next('ids'))).toBe(97);
});

test('nobody hears of a number that a crash could give to somebody else', () => {
  const lab = new StoreLab().up();
  lab.call('a', next('ids'));
  expect(lab.machine.host.takeSent()).toEqual([]);
});

test('a failover gives no number twice, not even where it loses what was set aside', () => {
  const pair = new Pair('async').calm();
  pair.call('store', 'a', [next('ids')]);
  pair.calm();
  for (let i = 0; i < 40; i++) pair.call('store', 'a', [next('ids')]);
  pair.halves.store.settle();
  pair.collect();
  expect(pair.outcome('a')).toMatchObject({ rows: [{ value: 41 }] });
  pair.packets = [];
  pair.halves.store.crash(true);
  pair.order('store-2', { kind: 'promote', timeline: 1, asks: false }).calm();
  pair.call('store-2', 'b', [next('ids')]);
  pair.calm();
  expect(pair.outcome('b')).toMatchObject({ rows: [{ value: numbersAfter(1) + 1 }] });
});

test('the time is that of the store, whatever the clock of its client shows', () => {
  const lab = new StoreLab().up();
  const now: StoreOp = { kind: 'now' };
  const firstUs = number(lab, 'a', now);
  expect(firstUs).toBe(lab.machine.host.wallUs());
  lab.machine.advance(SECOND);
  expect(number(lab, 'a', now)).toBe(firstUs + SECOND);
  lab.machine.host.wallNowUs -= 5 * SECOND;
  expect(number(lab, 'a', now)).toBe(firstUs - 4 * SECOND);
});

test('what is said on a channel is heard with the commit, once, by all others that listen', () => {
  const lab = new StoreLab().up();
  const heard = (): readonly string[] => {
    lab.machine.settleDisk();
    const all = lab.machine.host.takeMessages<StoreNotified>();
    return all.flatMap(({ kind, session, channel, payload }) =>
      kind === 'store-notified' ? [`${session}: ${channel} ${payload}`] : [],
    );
  };
  for (const who of ['a', 'b', 'c']) lab.ask(who, listen('jobs'));
  lab.ask('d', listen('others'));
  lab.call('a', BEGIN, notify('1'), write('x', 1), notify('2'), notify('1'));
  expect(heard()).toEqual([]);
  lab.call('a', COMMIT);
  // Nor before the commit is sure to stay.
  expect(lab.machine.host.takeSent()).toEqual([]);
  expect(heard()).toEqual(['b: jobs 1', 'c: jobs 1', 'b: jobs 2', 'c: jobs 2']);
  lab.call('b', BEGIN, notify('3'), ROLLBACK);
  lab.call('d', BEGIN, notify('without a write'), COMMIT);
  expect(heard()).toHaveLength(3);
  lab.order({ kind: 'end-sessions', of: 'of b' });
  lab.call('d', BEGIN, notify('4'), COMMIT);
  expect(heard()).toEqual(['a: jobs 4', 'c: jobs 4']);
  expect(lab.ask('d', notify('5'))).toEqual({ kind: 'no-session' });
});
