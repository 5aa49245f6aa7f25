import { describe, expect, test } from 'vitest';
import { hashedRandom, type Random } from '../../src/lib/random.ts';
import { againstBest } from '../../src/metrics/best.ts';
import { drawn, LOGNORMAL, share } from '../support/coverage.ts';

const random = (name: string) => hashedRandom('best', name);
const FEW = { resamples: 400 };

/** Designs whose values are means plus what a seed does to all of them, and some of their own. */
function storms(means: readonly number[], count: number, draw: Random): number[][] {
  const seeds = drawn(LOGNORMAL, count, draw);
  return means.map((mean) => {
    const own = drawn(LOGNORMAL, count, draw);
    return seeds.map((seed, i) => mean + 5 * seed + ((own[i] as number) - LOGNORMAL.mean) / 4);
  });
}

const verdicts = (designs: number[][], better: 'higher' | 'lower'): string[] =>
  againstBest(designs, better, random('b'), FEW).map(({ verdict }) => verdict);

describe('multiple comparisons with the best', () => {
  test('finds the one that is best, and which may be', () => {
    const draw = random('find');
    const clear = storms([1, 2, 4], 40, draw);
    expect(verdicts(clear, 'higher')).toEqual(['not best', 'not best', 'best']);
    expect(verdicts(clear, 'lower')).toEqual(['best', 'not best', 'not best']);
    const tied = storms([1, 4, 4.02], 40, draw);
    expect(verdicts(tied, 'higher')).toEqual(['not best', 'possibly best', 'possibly best']);
  });

  test('is constrained: the best leads by zero or more, another by zero or less', () => {
    const rows = againstBest(storms([1, 2, 4], 40, random('c')), 'higher', random('b'), FEW);
    expect(rows[2]).toMatchObject({ low: 0, verdict: 'best' });
    expect(rows[2]?.high).toBeGreaterThan(2);
    expect(rows[0]).toMatchObject({ high: 0, verdict: 'not best' });
    expect(rows[0]?.low).toBeLessThan(-3);
    expect(rows[0]?.difference).toBeCloseTo(-3, 0);
  });

  test('turned round, lower is better with the signs of the values', () => {
    const designs = storms([1, 2, 4], 40, random('t'));
    const rows = againstBest(designs, 'lower', random('b'), FEW);
    expect(rows[0]).toMatchObject({ high: 0, verdict: 'best' });
    expect(rows[0]?.low).toBeLessThan(-1);
    expect(rows[0]?.difference).toBeCloseTo(-1, 0);
    expect(rows[2]).toMatchObject({ low: 0, verdict: 'not best' });
  });

  test('designs alike in every seed may all be the best', () => {
    const same = storms([1], 20, random('s'))[0] as number[];
    const rows = againstBest([same, same, same.map((it) => it - 3)], 'higher', random('b'), FEW);
    expect(rows.map(({ verdict }) => verdict)).toEqual([
      ...['possibly best', 'possibly best', 'not best'],
    ]);
    expect(rows[0]).toMatchObject({ difference: 0, low: 0, high: 0 });
  });

  test('the intervals of five designs hold together at least as often as they say', () => {
    const draw = random('together');
    const means = [0, 0.05, 0.1, 0.1, 0.02];
    const held = share(500, () => {
      const rows = againstBest(storms(means, 60, draw), 'higher', draw, FEW);
      return rows.every(({ low, high }, i) => {
        const truth = (means[i] as number) - Math.max(...means.filter((_, j) => j !== i));
        return low <= truth && truth <= high;
      });
    });
    expect(held).toBeGreaterThan(0.93);
  });

  test('no winner is found among eight that are equal, in nineteen of twenty cases', () => {
    const draw = random('equal');
    const found = share(500, () => {
      const rows = againstBest(storms(Array(8).fill(1), 30, draw), 'higher', draw, FEW);
      return rows.some(({ verdict }) => verdict === 'best');
    });
    expect(found).toBeLessThan(0.05);
  });
});
