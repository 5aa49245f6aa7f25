import { expect, test } from 'vitest';
import * as f from '../support/facts.ts';
import { measure, metricOf } from '../support/measure.ts';

const storm = [
  f.phase(0, 'warm-up'),
  f.phase(10, 'chaos'),
  f.phase(50, 'heal'),
  f.phase(100, 'end'),
];

test('noLeader and twoLeaders are shares of the storm', () => {
  const facts = [
    f.leads(1, 'a', 1),
    f.machine(20, 'a', 'down'),
    f.leads(30, 'b', 2),
    f.leads(40, 'c', 3),
    f.follows(44, 'b', 3),
  ];
  const { metrics, leaders } = measure([...storm, ...facts]);
  expect(metrics['noLeader']).toEqual({ unit: 'ratio', value: 10 / 40 });
  expect(metrics['twoLeaders']).toEqual({ unit: 'ratio', value: 4 / 40 });
  expect(leaders).toEqual([
    { machine: 'a', epoch: 1, fromUs: f.at(1), untilUs: f.at(20) },
    { machine: 'b', epoch: 2, fromUs: f.at(30), untilUs: f.at(44) },
    { machine: 'c', epoch: 3, fromUs: f.at(40), untilUs: f.at(100) },
  ]);
});

test('a leader that stands still leads nobody, and then is one of two', () => {
  const facts = [
    f.leads(1, 'a', 1),
    f.machine(20, 'a', 'paused'),
    f.leads(30, 'b', 2),
    f.machine(40, 'a', 'resumed'),
    f.follows(41, 'a', 2),
  ];
  expect(metricOf('noLeader', [...storm, ...facts])).toBe(10 / 40);
  expect(metricOf('twoLeaders', [...storm, ...facts])).toBe(1 / 40);
});

test('what happens before the storm and after does not count', () => {
  const facts = [f.leads(5, 'a', 1), f.machine(60, 'a', 'down')];
  expect(metricOf('noLeader', [...storm, ...facts])).toBe(0);
});

test('the same leader under a new epoch has a new span', () => {
  const { leaders } = measure([
    ...storm,
    f.leads(1, 'a', 1),
    f.leads(2, 'a', 1),
    f.leads(9, 'a', 2),
  ]);
  expect(leaders.map(({ epoch, untilUs }) => [epoch, untilUs])).toEqual([
    [1, f.at(9)],
    [2, f.at(100)],
  ]);
});

test('where nobody ever leads there is no leader to miss', () => {
  const { metrics } = measure([...storm, f.machine(20, 'a', 'down')]);
  expect(metrics['noLeader']?.value).toBeUndefined();
  expect(metrics['failoversUnfinished']?.value).toBeUndefined();
});
