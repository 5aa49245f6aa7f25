import { expect, test } from 'vitest';
import type { Fact } from '../../src/history/fact.ts';
import * as f from '../support/facts.ts';
import { measure } from '../support/measure.ts';

const spent = (s: number, messages: number, syncs: number, transactions: number): Fact => ({
  kind: 'spent',
  at: f.at(s),
  messages,
  syncs,
  transactions,
});
/** A job that is done at this second, twice if asked. */
const done = (id: string, s: number, times = 1): readonly Fact[] => [
  f.submit(s - 1, id),
  f.accepted(s - 1, id),
  f.began(s - 0.5, id),
  ...Array.from({ length: times }, (_, i) => f.effect(s + i, id)),
];
const storm = [
  f.phase(0, 'warm-up'),
  f.phase(10, 'chaos'),
  f.phase(50, 'heal'),
  f.phase(90, 'end'),
];
const costs = (facts: readonly Fact[]) => {
  const { metrics } = measure([...storm, ...facts]);
  return ['messagesPerJob', 'syncsPerJob', 'storeTransactionsPerJob'].map(
    (name) => metrics[name]?.value,
  );
};

test('what the storm cost, per job done in it for the first time', () => {
  const facts = [
    spent(10, 100, 10, 0),
    spent(50, 180, 14, 0),
    ...done('warm', 5),
    ...done('a', 20, 2),
    ...done('b', 30),
    ...done('late', 60),
  ];
  expect(costs(facts)).toEqual([40, 2, 0]);
});

test('nothing done, or no end of the storm: no price', () => {
  expect(costs([spent(10, 100, 10, 5), spent(50, 180, 14, 9)])).toEqual(Array(3).fill(undefined));
  expect(costs([spent(10, 100, 10, 5), ...done('a', 20)])).toEqual(Array(3).fill(undefined));
});
