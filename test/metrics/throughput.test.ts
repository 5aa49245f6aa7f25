import { expect, test } from 'vitest';
import * as f from '../support/facts.ts';
import { measure, metricOf } from '../support/measure.ts';

const storm = [
  f.phase(0, 'warm-up'),
  f.phase(10, 'chaos'),
  f.phase(50, 'heal'),
  f.phase(100, 'end'),
];

/** A body from `s` for one second, whose effect arrives half a second later. */
const run = (id: string, s: number, epoch = 1, accepted = true) => {
  const token = f.token(epoch, 1);
  return [
    f.began(s, id, { token }),
    f.ended(s + 1, id, 'succeeded', { token }),
    f.effect(s + 1.5, id, { token, accepted }),
  ];
};

test('goodput counts each job once, completions each success, per second of the storm', () => {
  const facts = [
    ...['warm', 'a', 'b', 'after'].map((id) => f.submit(1, id)),
    ...run('warm', 2),
    ...run('a', 11),
    ...run('a', 13, 2),
    ...run('b', 15),
    ...run('after', 60),
  ];
  const { metrics } = measure([...storm, ...facts]);
  expect(metrics['goodput']).toEqual({ unit: '1/s', value: 2 / 40 });
  expect(metrics['completions']).toEqual({ unit: '1/s', value: 3 / 40 });
  expect(metrics['duplicateRatio']).toEqual({ unit: 'ratio', value: 1 / 3 });
});

test('a job with no sink is done when its body succeeds, any other by its effect', () => {
  const none = [f.submit(1, 'n', { sink: 'none' }), f.began(11, 'n'), f.ended(12, 'n')];
  expect(metricOf('goodput', [...storm, ...none])).toBe(1 / 40);
  const refused = [f.submit(1, 'a'), ...run('a', 11, 1, false)];
  expect(metricOf('goodput', [...storm, ...refused])).toBe(0);
});

test('ticks count as jobs do', () => {
  const tick = f.tickAt(12);
  const facts = [f.due(12), f.began(12, 't', { tick }), f.ended(13, 't', 'succeeded', { tick })];
  expect(metricOf('goodput', [...storm, ...facts])).toBe(0);
  const effects = [14, 15].map((s) => f.effect(s, 't', { tick }));
  expect(metricOf('goodput', [...storm, ...facts, ...effects])).toBe(1 / 40);
});

test('wastedWork is the share of run time without an accepted effect', () => {
  const facts = [
    ...run('warm', 2, 1, false),
    ...run('a', 11),
    ...run('b', 20, 1, false),
    f.began(30, 'c'),
    f.ended(32, 'c', 'failed'),
  ];
  expect(metricOf('wastedWork', [...storm, ...facts])).toBe(3 / 4);
  expect(metricOf('wastedWork', storm)).toBeUndefined();
});

test('attempts of one job that overlap are told apart', () => {
  const [old, young] = [f.token(1, 1), f.token(2, 2)];
  const facts = [
    f.began(11, 'a', { token: old }),
    f.began(12, 'a', { token: young }),
    f.ended(15, 'a', 'succeeded', { token: young }),
    f.effect(16, 'a', { token: young }),
    f.ended(19, 'a', 'succeeded', { token: old }),
    f.effect(20, 'a', { token: old, accepted: false }),
  ];
  expect(metricOf('wastedWork', [...storm, ...facts])).toBeCloseTo(8 / 11, 12);
  const early = [f.began(11, 'a'), f.effect(11.5, 'a'), f.ended(12, 'a')];
  expect(metricOf('wastedWork', [...storm, ...early])).toBe(0);
});
