import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  chancePpm,
  exponential,
  hashedRandom,
  intBetween,
  lognormal,
  pareto,
  pick,
  type Random,
  shuffled,
  weibull,
} from '../../src/lib/random.ts';

/** A stream that answers with these numbers in [0, 1), over and over. */
function scripted(...values: readonly number[]): Random {
  let next = 0;
  const float = (): number => values[next++ % values.length] as number;
  return { float, below: (bound) => Math.floor(float() * bound) };
}

const fresh = fc.string().map((seed) => hashedRandom(seed, 'draws'));

test('a chance of 0 never comes and draws nothing, a chance of all always comes', () => {
  fc.assert(
    fc.property(fresh, (random) => {
      expect(chancePpm(random, 0)).toBe(false);
      expect(chancePpm(random, 1_000_000)).toBe(true);
    }),
  );
  let drawn = 0;
  const counting = { float: () => 0, below: () => drawn++ };
  chancePpm(counting, 0);
  expect(drawn).toBe(0);
});

test('a chance holds in the share asked for', () => {
  const random = hashedRandom('seed', 'chance');
  let hits = 0;
  for (let i = 0; i < 100_000; i++) if (chancePpm(random, 250_000)) hits++;
  // Standard deviation 137.
  expect(Math.abs(hits - 25_000)).toBeLessThan(700);
});

test('integers between two bounds include both', () => {
  expect(intBetween(scripted(0), -3, 4)).toBe(-3);
  expect(intBetween(scripted(1 - 2 ** -53), -3, 4)).toBe(4);
  fc.assert(
    fc.property(fresh, fc.integer(), fc.nat(), (random, low, span) => {
      const value = intBetween(random, low, low + span);
      expect(Number.isInteger(value) && value >= low && value <= low + span).toBe(true);
    }),
  );
});

test('exponential spans are integers from 0 on, with the mean asked for', () => {
  expect(exponential(scripted(0), 1_000)).toBe(0);
  const random = hashedRandom('seed', 'exponential');
  let sum = 0;
  for (let i = 0; i < 100_000; i++) {
    const value = exponential(random, 1_000);
    expect(Number.isInteger(value) && value >= 0).toBe(true);
    sum += value;
  }
  // Standard error 3.2.
  expect(Math.abs(sum / 100_000 - 1_000)).toBeLessThan(16);
});

test('a pick is one of the items, and every item is picked', () => {
  const random = hashedRandom('seed', 'pick');
  const seen = new Set(Array.from({ length: 200 }, () => pick(random, ['a', 'b', 'c'])));
  expect([...seen].sort()).toEqual(['a', 'b', 'c']);
});

test('shuffling keeps the items, leaves the original, and reaches every order alike', () => {
  fc.assert(
    fc.property(fresh, fc.array(fc.integer()), (random, items) => {
      const before = [...items];
      const sort = (list: readonly number[]) => [...list].sort((a, b) => a - b);
      expect(sort(shuffled(random, items))).toEqual(sort(items));
      expect(items).toEqual(before);
    }),
  );
  const random = hashedRandom('seed', 'shuffle');
  const counts = new Map<string, number>();
  for (let i = 0; i < 6_000; i++) {
    const order = shuffled(random, ['a', 'b', 'c']).join('');
    counts.set(order, (counts.get(order) ?? 0) + 1);
  }
  expect(counts.size).toBe(6);
  // Standard deviation 29.
  for (const count of counts.values()) expect(Math.abs(count - 1_000)).toBeLessThan(150);
});

/** The middle one of many draws, and their mean. */
function drawn(draw: (random: Random) => number): { readonly median: number; mean: number } {
  const random = hashedRandom('seed', 'tails');
  const values = Array.from({ length: 40_000 }, () => draw(random)).sort((a, b) => a - b);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return { median: values[values.length / 2] as number, mean };
}

test('lognormal draws have the median asked for, and the mean that follows', () => {
  const { median, mean } = drawn((random) => lognormal(random, 10_000, 0.5));
  expect(Math.abs(median - 10_000)).toBeLessThan(150);
  expect(Math.abs(mean - 10_000 * Math.exp(0.125))).toBeLessThan(150);
});

test('Weibull draws have their median and mean in closed form', () => {
  const { median, mean } = drawn((random) => weibull(random, 10_000, 0.75));
  expect(Math.abs(median - 10_000 * Math.log(2) ** (1 / 0.75))).toBeLessThan(200);
  // Gamma(1 + 1 / 0.75) is 1.1906.
  expect(Math.abs(mean - 11_906)).toBeLessThan(350);
});

test('Pareto draws begin at their scale and have their median in closed form', () => {
  const { median } = drawn((random) => pareto(random, 1_000, 2));
  expect(Math.abs(median - 1_000 * Math.SQRT2)).toBeLessThan(15);
  expect(pareto(scripted(0), 1_000, 2)).toBe(1_000);
});
