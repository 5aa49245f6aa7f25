import { describe, expect, test } from 'vitest';
import { hashedRandom } from '../../src/lib/random.ts';
import { eventRate, garwood, wilson } from '../../src/metrics/rates.ts';
import { share } from '../support/coverage.ts';

describe("Wilson's interval", () => {
  test('agrees with the published example and stays within 0 and 1', () => {
    const { low, high } = wilson(81, 263);
    expect(low).toBeCloseTo(0.2553, 4);
    expect(high).toBeCloseTo(0.3662, 4);
    expect(wilson(0, 20).low).toBe(0);
    expect(wilson(0, 20).high).toBeCloseTo(0.1611, 4);
    expect(wilson(20, 20).high).toBe(1);
    expect(wilson(0, 0)).toEqual({ low: 0, high: 1 });
  });
});

describe("Garwood's interval", () => {
  test.each([
    [0, 0, 3.6889],
    [1, 0.02532, 5.5716],
    [3, 0.61867, 8.7673],
    [10, 4.79539, 18.3904],
    [100, 81.3637, 121.6268],
  ])('agrees with the tables for %i events', (events, low, high) => {
    const interval = garwood(events);
    expect(interval.low).toBeCloseTo(low, 3);
    expect(interval.high).toBeCloseTo(high, 3);
  });

  test('never holds the truth less often than it says', () => {
    const random = hashedRandom('garwood');
    const poisson = (mean: number): number => {
      let [count, at] = [-1, 0];
      for (; at < mean; count++) at -= Math.log(1 - random.float());
      return count;
    };
    for (const mean of [0.3, 2, 7]) {
      const held = share(2_000, () => {
        const { low, high } = garwood(poisson(mean));
        return low <= mean && mean <= high;
      });
      expect(held).toBeGreaterThan(0.94);
    }
  });
});

describe('the rate of events', () => {
  test('that were never seen is at most 3 / T, and never none', () => {
    const rate = eventRate(0, 12);
    expect(rate).toMatchObject({ low: 0, method: 'none seen' });
    expect((rate?.high as number) * 12).toBeCloseTo(2.9957, 4);
  });

  test('of which there were some is per hour', () => {
    const { low, high } = garwood(3);
    expect(eventRate(3, 6)).toEqual({
      ...{ events: 3, hours: 6, method: 'garwood' },
      ...{ low: low / 6, high: high / 6 },
    });
    expect(eventRate(0, 0)).toBeUndefined();
  });
});
