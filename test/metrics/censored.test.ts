import { describe, expect, test } from 'vitest';
import { hashedRandom } from '../../src/lib/random.ts';
import { censoredQuantile, type Lasting, restrictedMean } from '../../src/metrics/censored.ts';
import { share } from '../support/coverage.ts';

const random = (name: string) => hashedRandom('censored', name);

/** One seed each, `9+` for one that is censored. */
const lasting = (...texts: readonly string[]): readonly (readonly Lasting[])[] =>
  texts.map((text) => [{ value: Number.parseFloat(text), isCensored: text.endsWith('+') }]);

/** Weeks of remission under 6-MP of 21 patients (Freireich et al. 1963), a classic of the field. */
const FREIREICH = lasting(
  ...['6', '6', '6', '6+', '7', '9+', '10', '10+', '11+', '13', '16', '17+', '19+', '20+'],
  ...['22', '23', '25+', '32+', '32+', '34+', '35+'],
);

describe('the product-limit estimate', () => {
  test('agrees with a published example', () => {
    const at = (q: number) => censoredQuantile(FREIREICH, q, random('f')).value;
    // S falls to 0.857 at 6, 0.753 at 10, 0.690 at 13, 0.538 at 22 and 0.448 at 23.
    expect([0.14, 0.15, 0.3, 0.46, 0.5].map(at)).toEqual([6, 7, 13, 22, 23]);
    expect(at(0.6)).toBeUndefined();
  });

  test('without anything censored is the quantile', () => {
    const all = lasting('5', '1', '4', '2', '3');
    const at = (q: number) => censoredQuantile(all, q, random('q')).value;
    expect([0.2, 0.4, 0.5, 0.8, 0.99].map(at)).toEqual([1, 2, 3, 4, 5]);
  });

  test('of nothing, or of what never ended, is unknown', () => {
    const unknown = { value: undefined, low: undefined, high: undefined };
    expect(censoredQuantile([[], []], 0.5, random('n'))).toEqual(unknown);
    expect(censoredQuantile(lasting('3+', '8+'), 0.5, random('n'))).toEqual(unknown);
  });
});

describe('its interval', () => {
  test('holds the true median about as often as it says, with a third censored', () => {
    const draw = random('coverage');
    const exponential = (mean: number): number => -mean * Math.log(1 - draw.float());
    const held = share(400, () => {
      const seeds = Array.from({ length: 80 }, (): Lasting[] => {
        const [ends, leaves] = [exponential(10), exponential(20)];
        return [{ value: Math.min(ends, leaves), isCensored: leaves < ends }];
      });
      const { low, high } = censoredQuantile(seeds, 0.5, draw, { resamples: 300 });
      const truth = 10 * Math.LN2;
      return (low as number) <= truth && truth <= (high ?? Number.POSITIVE_INFINITY);
    });
    expect(held).toBeGreaterThan(0.91);
    expect(held).toBeLessThan(0.98);
  });

  test('has no upper end where resamples see none', () => {
    const { value, low, high } = censoredQuantile(FREIREICH, 0.5, random('open'));
    expect(value).toBe(23);
    expect(low).toBeGreaterThanOrEqual(10);
    expect(high).toBeUndefined();
  });
});

describe('the restricted mean', () => {
  test('is the area below the estimate', () => {
    // 1 until 2, a half until 4, where the last of two is censored, and flat beyond it.
    const { value } = restrictedMean(lasting('2', '4+'), 10, random('area'));
    expect(value).toBeCloseTo(2 + 8 / 2, 12);
  });

  test('is the mean of what is cut there, when nothing is censored', () => {
    const { value, low, high } = restrictedMean(lasting('1', '3', '9'), 5, random('cut'));
    expect(value).toBeCloseTo((1 + 3 + 5) / 3, 12);
    expect(low).toBeGreaterThanOrEqual(1);
    expect(high).toBeLessThanOrEqual(5);
  });
});
