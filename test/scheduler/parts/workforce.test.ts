import { expect, test } from 'vitest';
import { InvariantBroken } from '../../../src/lib/assert.ts';
import { monotonicUs } from '../../../src/lib/units.ts';
import { chooseInTurn, hasRoom, Workforce } from '../../../src/scheduler/parts/workforce.ts';

const NOW = monotonicUs(0);
function force(...capacities: readonly number[]): Workforce {
  const names = capacities.map((_, i) => `w${i + 1}`);
  const workforce = new Workforce(names, NOW, chooseInTurn);
  workforce.seats.forEach((seat, i) => {
    seat.incarnation = 1;
    seat.capacity = capacities[i] as number;
  });
  return workforce;
}
/** Gives jobs out until nobody has room; to whom, in order. */
function giveAll(workforce: Workforce): readonly string[] {
  const to: string[] = [];
  for (let seat = workforce.next(); seat !== undefined; seat = workforce.next()) {
    workforce.give(seat.name, `job-${to.length}`, NOW);
    to.push(seat.name);
  }
  return to;
}

test('jobs go round, past those without room', () => {
  expect(giveAll(force(1, 3, 2))).toEqual(['w1', 'w2', 'w3', 'w2', 'w3', 'w2']);
});

test('who is not heard of, given up, resting or full has no room', () => {
  const workforce = force(1, 1, 1, 0);
  const [one, two, three, four] = workforce.seats;
  if (!one || !two || !three || !four) throw new Error('four seats');
  one.incarnation = 0;
  two.isAlive = false;
  three.isFull = true;
  expect([one, two, three, four].map(hasRoom)).toEqual([false, false, false, false]);
  expect(workforce.next()).toBeUndefined();
});

test('what is taken back makes room; a job is not given to the same worker twice', () => {
  const workforce = force(1);
  workforce.give('w1', 'a', NOW);
  expect(() => workforce.give('w1', 'a', NOW)).toThrow(InvariantBroken);
  expect(workforce.next()).toBeUndefined();
  workforce.take('w1', 'a');
  workforce.take('w1', 'a');
  workforce.take('nobody', 'a');
  expect(workforce.next()?.name).toBe('w1');
});

test('a worker that nobody told of takes a seat when it is heard', () => {
  const workforce = force(1);
  expect(workforce.get('new')).toBeUndefined();
  expect(workforce.seatOf('new', NOW)).toMatchObject({ incarnation: 0, capacity: 0 });
  expect(workforce.seats.map(({ name }) => name)).toEqual(['w1', 'new']);
});
