import { expect, test } from 'vitest';
import * as f from '../support/facts.ts';
import { measure } from '../support/measure.ts';

test('the course of a run in buckets, null where there is nothing to share', () => {
  const facts = [
    f.phase(0, 'chaos'),
    f.submit(0, 'a'),
    f.submit(1, 'b'),
    f.accepted(1.1, 'a', {}, 0),
    f.accepted(1.2, 'b', {}, 1),
    f.answered(3, f.submitOf('c'), { kind: 'unknown' }, 2),
    f.answered(3.5, f.submitOf('d'), { kind: 'ok' }),
    f.began(0.5, 'a'),
    f.began(3.1, 'b'),
    f.effect(3.9, 'b'),
    f.due(2),
    f.began(2, 't', { tick: f.tickAt(2) }),
    f.effect(4, 't', { tick: f.tickAt(2) }),
    f.phase(4.5, 'end'),
  ];
  expect(measure(facts).series).toEqual({
    api: { unit: 'ratio', bucketUs: 1_000_000, values: [null, 1, null, 0.5, null] },
    dispatch: { unit: 'ratio', bucketUs: 1_000_000, values: [1, 0, null, null, null] },
    ticks: { unit: 'ratio', bucketUs: 1_000_000, values: [null, null, 1, null, null] },
    goodput: { unit: '1/s', bucketUs: 1_000_000, values: [0, 0, 0, 1, 1] },
    backlog: { unit: 'count', bucketUs: 1_000_000, values: [0, 1, 1, 0, 0] },
  });
});

test('rates are per second whatever the width of a bucket', () => {
  const facts = [f.submit(0, 'a'), f.effect(1, 'a'), f.phase(9, 'end')];
  const { series } = measure(facts, 5_000_000);
  expect(series['goodput']?.values).toEqual([0.2, 0]);
});

test('a job that is never begun stays in the backlog; a cancelled one is not in it', () => {
  const facts = [
    f.submit(0, 'stuck'),
    f.accepted(0, 'stuck'),
    f.submit(0, 'gone'),
    f.accepted(0, 'gone'),
    f.cancelled(1, 'gone'),
    f.submit(0, 'later', { delayUs: f.at(2) }),
    f.accepted(0, 'later', { delayUs: f.at(2) }),
    f.phase(3, 'end'),
  ];
  expect(measure(facts).series['backlog']?.values).toEqual([1, 1, 2, 2]);
});

test('latency by when jobs were ready, unfinished ones included; null where none was', () => {
  const facts = [
    ...['a', 'b', 'c'].flatMap((job, i) => [
      f.submit(0, job),
      f.accepted(0, job),
      ...(job === 'c' ? [] : [f.began(1 + i, job)]),
    ]),
    f.phase(4, 'end'),
  ];
  const { courses } = measure(facts);
  expect(courses['dispatchLatencyP50']?.values).toEqual([2, null, null, null, null]);
  expect(courses['dispatchLatencyP99']?.values).toEqual([4, null, null, null, null]);
  expect(courses['dispatchLatencyP99']?.unit).toBe('s');
});
