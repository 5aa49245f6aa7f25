import { expect, test } from 'vitest';
import * as f from '../support/facts.ts';
import { measure, metricOf } from '../support/measure.ts';

const storm = [
  f.phase(0, 'warm-up'),
  f.phase(10, 'chaos'),
  f.phase(50, 'heal'),
  f.phase(100, 'end'),
];

test('apiSuccess: answers that never came are failures, refused cancels are left out', () => {
  const facts = [
    f.answered(5, f.submitOf('w'), { kind: 'unknown' }),
    f.answered(11, f.submitOf('a')),
    f.answered(12, f.submitOf('b')),
    f.answered(20, f.submitOf('c'), { kind: 'unknown' }, 15),
    f.answered(21, { kind: 'cancel', job: 'x' }, { kind: 'fail', reason: 'already dead' }),
    f.answered(22, f.submitOf('full'), { kind: 'fail', reason: 'full' }),
    f.answered(52, f.submitOf('d'), { kind: 'unknown' }, 51),
    // Asked in the storm, answered after it.
    f.answered(53, f.submitOf('e'), { kind: 'ok' }, 49),
  ];
  expect(metricOf('apiSuccess', [...storm, ...facts])).toBeCloseTo(3 / 5, 12);
  expect(metricOf('apiSuccess', storm)).toBeUndefined();
});

/** A job asked and accepted at `s`, begun at `beganS` if ever. */
const job = (id: string, s: number, beganS?: number) => [
  f.submit(s, id),
  f.accepted(s, id),
  ...(beganS === undefined ? [] : [f.began(beganS, id)]),
];

test('dispatchWithin: from ready to begun within ε, unfinished jobs as failures', () => {
  const delayed = { delayUs: f.at(5) };
  const facts = [
    ...job('warm', 5),
    ...job('timely', 11, 12),
    ...job('late', 13, 14.1),
    ...job('never', 15),
    f.submit(20, 'delayed', delayed),
    f.accepted(20, 'delayed', delayed),
    f.began(25.5, 'delayed'),
    ...job('after', 60),
    f.submit(30, 'not accepted'),
    ...job('cancelled', 31),
    f.cancelled(31.5, 'cancelled', 'cancelled'),
  ];
  expect(metricOf('dispatchWithin', [...storm, ...facts])).toBe(2 / 4);
});

test('a job that began before its client heard of it, and again after, counts once', () => {
  const facts = [f.submit(11, 'a'), f.began(11.2, 'a'), f.accepted(11.5, 'a'), f.began(30, 'a')];
  expect(metricOf('dispatchWithin', [...storm, ...facts])).toBe(1);
});

const tickRun = (dueS: number, beganS: number, effects = 1) => {
  const tick = f.tickAt(dueS);
  return [
    f.due(dueS),
    f.began(beganS, `t${dueS}`, { tick }),
    ...Array.from({ length: effects }, (_, i) => f.effect(beganS + 1 + i, `t${dueS}`, { tick })),
  ];
};

test('tickWithin: exactly once, in time, done', () => {
  const facts = [
    ...tickRun(12, 12.5),
    ...tickRun(14, 15.5),
    ...tickRun(16, 16.1, 2),
    ...tickRun(18, 18.1, 0),
    f.due(20),
    f.due(22),
    f.skipped(90, f.tickAt(22)),
    ...tickRun(60, 60),
  ];
  const { metrics, accounts } = measure([...storm, ...facts]);
  expect(metrics['tickWithin']).toEqual({ unit: 'ratio', value: 1 / 6 });
  expect(metrics['ticksMissed']).toEqual({ unit: 'count', value: 1 });
  expect(metrics['ticksDoubled']).toEqual({ unit: 'count', value: 1 });
  expect(accounts.ticks).toEqual({ due: 7, run: 5, skipped: 1, missed: 1, doubled: 1 });
});

test('a tick that asks nothing of the ledger is done, and doubled, by its bodies', () => {
  const tick = f.tickAt(12);
  const due = f.due(12, { sink: 'none' });
  const copies = [13.1, 13.2].map((s) => f.effect(s, 't', { tick, sink: 'none' }));
  const once = [
    due,
    f.began(12, 't', { tick }),
    f.ended(13, 't', 'succeeded', { tick }),
    ...copies,
  ];
  expect(metricOf('tickWithin', [...storm, ...once])).toBe(1);
  const again = f.ended(14, 't', 'succeeded', { tick, token: f.token(2, 1) });
  expect(metricOf('tickWithin', [...storm, ...once, again])).toBe(0);
  expect(metricOf('ticksDoubled', [...storm, ...once, again])).toBe(1);
});
