import { expect, test } from 'vitest';
import * as f from '../support/facts.ts';
import { measure } from '../support/measure.ts';

const storm = [
  f.phase(0, 'warm-up'),
  f.phase(10, 'chaos'),
  f.phase(50, 'heal'),
  f.phase(100, 'end'),
];

test('waits of jobs are counted from ready, and to the end for those that never began', () => {
  const facts = [1, 2, 3, 4].flatMap((wait) => [
    f.submit(20, `j${wait}`),
    f.accepted(20.1, `j${wait}`),
    f.began(20 + wait, `j${wait}`),
  ]);
  const never = [f.submit(30, 'never'), f.accepted(30.1, 'never')];
  const { metrics, samples } = measure([...storm, ...facts, ...never]);
  expect(samples['dispatchLatency']).toEqual({ unit: 's', values: [1, 2, 3, 4, 70] });
  expect(metrics['dispatchLatencyP50']).toEqual({ unit: 's', value: 3 });
  expect(metrics['dispatchLatencyP90']).toEqual({ unit: 's', value: 70 });
  expect(metrics['dispatchLatencyP99']).toEqual({ unit: 's', value: 70 });
});

test('what begins a little early did not wait', () => {
  const facts = [f.due(20), f.began(19.9, 't', { tick: f.tickAt(20) })];
  expect(measure([...storm, ...facts]).samples['tickLag']?.values).toEqual([0]);
});

test('ticks that were skipped have no lag, missed ones lag to the end', () => {
  const facts = [f.due(20), f.due(40), f.skipped(90, f.tickAt(20))];
  expect(measure([...storm, ...facts]).samples['tickLag']?.values).toEqual([60]);
});

test('requests wait until their final answer, a timeout included', () => {
  const facts = [
    f.answered(11.25, f.submitOf('a'), { kind: 'ok' }, 11),
    f.answered(25, f.submitOf('b'), { kind: 'unknown' }, 20),
    f.answered(9, f.submitOf('warm'), { kind: 'ok' }, 1),
  ];
  const { metrics, samples } = measure([...storm, ...facts]);
  expect(samples['apiLatency']?.values).toEqual([0.25, 5]);
  expect(metrics['apiLatencyP50']?.value).toBe(0.25);
  expect(metrics['apiLatencyP99']?.value).toBe(5);
});

test('without waits there are no percentiles', () => {
  const { metrics, samples } = measure(storm);
  expect(metrics['dispatchLatencyP50']?.value).toBeUndefined();
  expect(samples['dispatchLatency']?.values).toEqual([]);
});
