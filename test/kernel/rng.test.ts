import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createRng } from '../../src/kernel/rng.ts';
import type { Random } from '../../src/lib/random.ts';

const draws = (random: Random, count: number): number[] =>
  Array.from({ length: count }, () => random.float());

const path = fc.array(fc.string({ unit: 'binary', maxLength: 4 }), { maxLength: 4 });

test('a stream is a function of seed and path', () => {
  fc.assert(
    fc.property(fc.string(), path, (seed, parts) => {
      const twice = [createRng(seed), createRng(seed)].map((rng) => rng.stream(...parts));
      expect(draws(twice[0]!, 5)).toEqual(draws(twice[1]!, 5));
    }),
  );
});

test('another seed or another path is another stream, however the texts are cut', () => {
  fc.assert(
    fc.property(fc.string(), path, fc.string(), path, (seedA, pathA, seedB, pathB) => {
      fc.pre(JSON.stringify([seedA, ...pathA]) !== JSON.stringify([seedB, ...pathB]));
      const a = createRng(seedA).stream(...pathA);
      const b = createRng(seedB).stream(...pathB);
      expect(draws(a, 3)).not.toEqual(draws(b, 3));
    }),
  );
  const rng = createRng('s');
  const cuts = [['a', 'b'], ['ab'], ['a,b'], ['a","b'], ['', 'ab'], ['ab', ''], ['a', 'b', '']];
  expect(new Set(cuts.map((parts) => rng.stream(...parts).float())).size).toBe(cuts.length);
});

test('draws from one stream move no other', () => {
  const alone = draws(createRng('s').stream('network', 'm1', 'm2'), 20);
  const rng = createRng('s');
  const disturbing = rng.stream('network', 'm1');
  const disturbed = rng.stream('network', 'm1', 'm2');
  const seen = alone.map(() => {
    draws(disturbing, 3);
    rng.stream('new', 'purpose').float();
    return disturbed.float();
  });
  expect(seen).toEqual(alone);
});

test('floats lie in [0, 1), integers below their bound', () => {
  const random = createRng('range').stream('r');
  for (let i = 0; i < 10_000; i++) {
    const value = random.float();
    expect(value >= 0 && value < 1).toBe(true);
  }
  for (const bound of [1, 2, 7, 1_000_000, 2 ** 32]) {
    for (let i = 0; i < 1_000; i++) {
      const value = random.below(bound);
      expect(Number.isInteger(value) && value >= 0 && value < bound).toBe(true);
    }
  }
});

/** Chi-square of how many draws fell into each of 64 equal parts of [0, 1). */
function chiSquare(values: readonly number[]): number {
  const counts = new Array<number>(64).fill(0);
  for (const value of values) counts[Math.floor(value * 64)]!++;
  const expected = values.length / 64;
  return counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
}

// 63 degrees of freedom: a true uniform exceeds 121 once in 100,000 times.
test('first draws of streams with neighbouring names are uniform and unrelated', () => {
  const rng = createRng('1');
  const firsts = Array.from({ length: 20_000 }, (_, i) => rng.stream('job', `j${i}`).float());
  expect(chiSquare(firsts)).toBeLessThan(121);
  const sums = firsts.slice(1).map((value, i) => (value + firsts[i]!) % 1);
  expect(chiSquare(sums)).toBeLessThan(121);
});

test('first draws of neighbouring seeds are uniform and unrelated', () => {
  const firsts = Array.from({ length: 20_000 }, (_, i) =>
    createRng(String(i)).stream('network').float(),
  );
  expect(chiSquare(firsts)).toBeLessThan(121);
  const sums = firsts.slice(1).map((value, i) => (value + firsts[i]!) % 1);
  expect(chiSquare(sums)).toBeLessThan(121);
});
