import { expect, test } from 'vitest';
import { causesOf, type Delivery, Past } from '../../src/explore/causes.ts';
import type { Fact } from '../../src/history/fact.ts';
import type { VirtualUs } from '../../src/lib/units.ts';

/** What a machine says at a time. */
const said = (machine: string, at: number): Fact => ({
  kind: 'testified',
  at: at as VirtualUs,
  machine,
  said: { kind: 'note', text: `at ${at}` },
});
const sent = (from: string, departedAt: number, to: string, at: number): Delivery => ({
  from,
  departedAt,
  to,
  at,
});

test('the past of a fact is what reached its machine in time, through others too', () => {
  const deliveries = [sent('a', 10, 'b', 20), sent('b', 30, 'c', 40), sent('b', 50, 'c', 60)];
  const past = new Past([said('c', 45)], deliveries);
  expect(past.holds(said('c', 45))).toBe(true);
  expect(past.holds(said('c', 46))).toBe(false);
  expect(past.holds(said('b', 30))).toBe(true);
  expect(past.holds(said('b', 31))).toBe(false);
  expect(past.holds(said('a', 10))).toBe(true);
  expect(past.holds(said('a', 11))).toBe(false);
  expect(past.holds(said('d', 0))).toBe(false);
});

test('a message that arrives after its receiver has sent on leads to nothing', () => {
  const deliveries = [sent('b', 30, 'c', 40), sent('a', 10, 'b', 35)];
  expect(new Past([said('c', 100)], deliveries).untilOf('a')).toBe(-1);
});

test('causes are those of other machines that nothing else named stands for', () => {
  const facts = [said('a', 5), said('a', 10), said('b', 25), said('c', 45), said('d', 50)];
  const deliveries = [sent('a', 10, 'b', 20), sent('b', 30, 'c', 40), sent('a', 12, 'c', 42)];
  expect(causesOf(facts, deliveries)).toEqual([[], [], [1], [2], []]);
});
