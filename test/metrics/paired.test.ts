import { describe, expect, test } from 'vitest';
import { hashedRandom } from '../../src/lib/random.ts';
import {
  correlation,
  type Pair,
  pairedDifference,
  smallestDetectable,
  varianceReduction,
} from '../../src/metrics/paired.ts';
import { drawn, EXPONENTIAL, share } from '../support/coverage.ts';

const random = (name: string) => hashedRandom('paired', name);

/** Pairs that differ by `shift` and by what is left when most is common to a seed. */
const noisy = (shift: number, count: number, draw = random('pairs')): Pair[] =>
  Array.from({ length: count }, () => {
    const seed = draw.float() * 100;
    return [seed + shift + draw.float(), seed + draw.float()] as const;
  });

describe('paired differences', () => {
  test('see a small difference through a large variation between seeds', () => {
    const pairs = noisy(1, 20);
    expect(pairedDifference(pairs)).toMatchObject({ verdict: 'higher' });
    expect(pairedDifference(noisy(-1, 20))).toMatchObject({ verdict: 'lower' });
    expect(correlation(pairs)).toBeGreaterThan(0.99);
    expect(varianceReduction(pairs)).toBeGreaterThan(1_000);
  });

  test('say so when there is nothing to see', () => {
    const draw = random('none');
    const pairs = Array.from({ length: 40 }, () => [draw.float(), draw.float()] as const);
    const { low, high, verdict } = pairedDifference(pairs);
    expect(low).toBeLessThan(0);
    expect(high).toBeGreaterThan(0);
    expect(verdict).toBe('no detectable difference');
  });

  test('a handful of pairs detects nothing, however clear they look', () => {
    const pairs = [1, 2, 3, 4, 5].map((n): Pair => [n + 10, n]);
    expect(pairedDifference(pairs, { margin: 20 })).toMatchObject({
      ...{ difference: 10, low: 10, high: 10 },
      verdict: 'no detectable difference',
    });
    const more: Pair[] = [...pairs, [16, 6]];
    expect(pairedDifference(more).verdict).toBe('higher');
  });

  test('there is no correlation with what does not vary', () => {
    const still = [0.1, 0.1, 0.1].map((a, i): Pair => [a, i]);
    expect(correlation(still)).toBeUndefined();
    expect(
      correlation([
        [1, 2],
        [2, 1],
        [3, 0],
      ]),
    ).toBeCloseTo(-1, 12);
  });
});

describe('equivalence', () => {
  const alike = noisy(0, 100);

  test('is found when the difference is surely within the margin, and not before', () => {
    expect(pairedDifference(alike, { margin: 0.5 }).verdict).toBe('equivalent');
    const { verdict } = pairedDifference(alike, { margin: 0.03 });
    expect(verdict).toBe('no detectable difference');
  });

  test('never outweighs a difference that was detected', () => {
    const { verdict } = pairedDifference(noisy(0.4, 100), { margin: 5 });
    expect(verdict).toBe('higher');
  });

  test('is not concluded from differences without spread', () => {
    const same = Array.from({ length: 50 }, (): Pair => [1, 1]);
    expect(pairedDifference(same, { margin: 0.5 })).toMatchObject({
      ...{ low: 0, high: 0, smallestDetectable: undefined, varianceReduction: undefined },
      verdict: 'no detectable difference',
    });
  });

  test('is wrong of designs that differ by the margin in at most one case of twenty', () => {
    const draw = random('margin');
    const found = share(1_000, () => {
      const verdict = pairedDifference(noisy(0.1, 60, draw), { margin: 0.1 }).verdict;
      return verdict === 'equivalent';
    });
    // Two deviations of a share of one in twenty among a thousand.
    expect(found).toBeLessThan(0.05 + 2 * Math.sqrt((0.05 * 0.95) / 1_000));
  });
});

describe('the smallest detectable difference', () => {
  test('agrees with the formula', () => {
    // t(0.975; 9) = 2.26216, t(0.8; 9) = 0.88340, deviation of 1..10 = 3.02765.
    const differences = Array.from({ length: 10 }, (_, i) => i + 1);
    const wanted = ((2.26216 + 0.8834) * 3.02765) / Math.sqrt(10);
    expect(smallestDetectable(differences)).toBeCloseTo(wanted, 3);
    expect(smallestDetectable([3])).toBeUndefined();
    expect(smallestDetectable([3, 3])).toBeUndefined();
  });

  test('is detected in about four of five cases', () => {
    const draw = random('power');
    const count = 60;
    // The difference of two exponential variables of mean 1 has a deviation of √2.
    const shift = ((2.001 + 0.848) * Math.SQRT2) / Math.sqrt(count);
    const found = share(600, () => {
      const bs = drawn(EXPONENTIAL, count, draw);
      const pairs = drawn(EXPONENTIAL, count, draw).map((a, i) => [a + shift, bs[i]] as Pair);
      return pairedDifference(pairs).verdict === 'higher';
    });
    expect(found).toBeGreaterThan(0.74);
    expect(found).toBeLessThan(0.86);
  });
});
