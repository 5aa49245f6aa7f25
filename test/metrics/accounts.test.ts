import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Fact, JobState } from '../../src/history/fact.ts';
import * as f from '../support/facts.ts';
import { measure } from '../support/measure.ts';

const end = f.phase(100, 'end');
const accepted = (id: string) => [f.submit(1, id), f.accepted(2, id)];

test('jobs are counted by what the audit lists', () => {
  const states: JobState[] = ['waiting', 'running', 'succeeded', 'dead', 'cancelled'];
  const facts = states.flatMap((state) => [...accepted(state), f.audited(90, state, state)]);
  expect(measure([...facts, f.submit(3, 'unanswered'), end]).accounts.jobs).toEqual({
    accepted: 5,
    completed: 1,
    cancelled: 1,
    dead: 1,
    open: 2,
  });
});

test('where the audit lists nothing, what else was seen decides', () => {
  const facts = [
    ...['done', 'effect', 'cancelled', 'told dead', 'told done', 'lost'].flatMap(accepted),
    f.ended(5, 'done'),
    f.effect(5, 'effect'),
    f.cancelled(6, 'cancelled'),
    f.status(7, 'told dead', 'dead'),
    f.status(8, 'told done', 'succeeded'),
  ];
  expect(measure([...facts, end]).accounts.jobs).toEqual({
    accepted: 6,
    completed: 3,
    cancelled: 1,
    dead: 1,
    open: 1,
  });
});

const jobFacts = (id: string) => [
  f.submit(1, id),
  f.accepted(2, id),
  f.cancelled(3, id),
  f.began(4, id),
  f.ended(5, id),
  f.effect(6, id),
  f.audited(90, id, 'dead'),
];
const tickFacts = (s: number) => {
  const tick = f.tickAt(s);
  return [
    f.due(s),
    f.began(s + 1, `t${s}`, { tick }),
    f.effect(s + 2, `t${s}`, { tick }),
    f.effect(s + 3, `t${s}`, { tick }),
    f.skipped(90, tick),
  ];
};

test('both sums add up, whatever was seen of whom', () => {
  const all: readonly Fact[] = [
    ...['a', 'b', 'c', 'd'].flatMap(jobFacts),
    ...[10, 20, 30, 40].flatMap(tickFacts),
  ];
  fc.assert(
    fc.property(fc.subarray([...all]), (facts) => {
      const { jobs, ticks } = measure([...facts, end]).accounts;
      expect(jobs.completed + jobs.cancelled + jobs.dead + jobs.open).toBe(jobs.accepted);
      expect(ticks.run + ticks.skipped + ticks.missed).toBe(ticks.due);
      expect(ticks.doubled).toBeLessThanOrEqual(ticks.due);
    }),
  );
});
