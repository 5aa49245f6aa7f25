import { expect, test } from 'vitest';
import { hashedRandom } from '../../src/lib/random.ts';

/** Chi-square of counts against equal shares, with counts.length - 1 degrees of freedom. */
function chiSquare(counts: readonly number[]): number {
  const expected = counts.reduce((sum, count) => sum + count, 0) / counts.length;
  return counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
}

// 99 degrees of freedom: mean 99, standard deviation 14; 160 is beyond the 99.99 % point.
const CHI_SQUARE_99_MAX = 160;

test('one generator is uniform', () => {
  const random = hashedRandom('seed', 'job');
  const counts = new Array<number>(100).fill(0);
  for (let i = 0; i < 100_000; i++) counts[Math.floor(random.float() * 100)]!++;
  expect(chiSquare(counts)).toBeLessThan(CHI_SQUARE_99_MAX);
});

test.each([1, 2, 3])(
  'draw %i of each of many neighbouring ids is uniform and uncorrelated',
  (nth) => {
    const counts = new Array<number>(100).fill(0);
    let before = 0.5;
    let correlation = 0;
    for (let i = 0; i < 100_000; i++) {
      const random = hashedRandom('seed', `j-${String(i).padStart(6, '0')}`, 'run');
      let value = 0;
      for (let draw = 0; draw < nth; draw++) value = random.float();
      counts[Math.floor(value * 100)]!++;
      correlation += (value - 0.5) * (before - 0.5) * 12;
      before = value;
    }
    expect(chiSquare(counts)).toBeLessThan(CHI_SQUARE_99_MAX);
    // Standard error 1/sqrt(n) = 0.0032.
    expect(Math.abs(correlation / 100_000)).toBeLessThan(0.0128);
  },
);

test('purposes of the same job are uncorrelated', () => {
  let correlation = 0;
  for (let i = 0; i < 50_000; i++) {
    const run = hashedRandom('seed', `j-${i}`, 'run').float();
    const fail = hashedRandom('seed', `j-${i}`, 'fail', 1).float();
    correlation += (run - 0.5) * (fail - 0.5) * 12;
  }
  expect(Math.abs(correlation / 50_000)).toBeLessThan(0.018);
});

test('seed and parts all matter, and so does where one part ends', () => {
  const firsts = [
    hashedRandom('s', 'a', 'bc'),
    hashedRandom('s', 'ab', 'c'),
    hashedRandom('s', 'abc'),
    hashedRandom('sa', 'bc'),
    hashedRandom('s', 'a', 'bc', 0),
    hashedRandom('s', 'a', 'bc', ''),
  ].map((random) => random.float());
  expect(new Set(firsts).size).toBe(firsts.length);
  expect(hashedRandom('s', 7).float()).toBe(hashedRandom('s', '7').float());
});

test('a million ids share no first draw', () => {
  const seen = new Set<number>();
  for (let i = 0; i < 1_000_000; i++) seen.add(hashedRandom('seed', i).float());
  // Draws have 53 bits: a collision among a million has a chance of 1 in 18,000.
  expect(seen.size).toBe(1_000_000);
});

test('integers are in range up to the largest bound', () => {
  const random = hashedRandom('seed', 'bounds');
  for (let i = 0; i < 1000; i++) {
    expect(random.below(1)).toBe(0);
    const value = random.below(2 ** 32);
    expect(Number.isInteger(value) && value >= 0 && value < 2 ** 32).toBe(true);
  }
});

test('known answers stay', () => {
  const random = hashedRandom('seed', 'j-000001', 'run');
  expect([random.below(1_000_000), random.below(1_000_000), random.float()]).toMatchInlineSnapshot(`
    [
      473124,
      530083,
      0.3383867217089861,
    ]
  `);
});
