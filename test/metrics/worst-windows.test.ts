import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DAY, HOUR, MINUTE, SECOND } from '../../src/lib/units.ts';
import { type Segment, worstWindows } from '../../src/metrics/worst-windows.ts';
import '../support/property-seed.ts';

/** Outages of one user, up at all other times until the end. */
const withOutages = (outages: readonly (readonly [number, number])[], endUs: number) => {
  const segments: Segment[] = [];
  let fromUs = 0;
  for (const [begin, end] of outages) {
    segments.push({ fromUs, untilUs: begin, isUp: true });
    segments.push({ fromUs: begin, untilUs: end, isUp: false });
    fromUs = end;
  }
  return [...segments, { fromUs, untilUs: endUs, isUp: true }];
};
const ratioOf = (segments: readonly Segment[], windowUs: number) =>
  worstWindows(segments, [windowUs])[0]?.ratio;

describe('the worst window', () => {
  test('tells one long outage from many short ones that add up to as much', () => {
    const endUs = 30 * DAY;
    const long = withOutages([[10 * DAY, 10 * DAY + 43.2 * MINUTE]], endUs);
    const short = withOutages(
      Array.from({ length: 2_592 }, (_, i) => [i * 1_000 * SECOND, (i * 1_000 + 1) * SECOND]),
      endUs,
    );
    expect(ratioOf(long, endUs)).toBeCloseTo(0.999, 12);
    expect(ratioOf(short, endUs)).toBeCloseTo(0.999, 12);
    expect(ratioOf(long, HOUR)).toBeCloseTo(0.28, 12);
    expect(ratioOf(short, HOUR)).toBeCloseTo(1 - 4 / 3_600, 12);
  });

  test('counts every user, and passes over windows that have none', () => {
    const up = { fromUs: 0, untilUs: 10, isUp: true };
    const down = { fromUs: 5, untilUs: 10, isUp: false };
    const late = { fromUs: 100, untilUs: 110, isUp: true };
    expect(worstWindows([up, down, late], [1, 10, 15, 1_000])).toEqual([
      { windowUs: 1, ratio: 0.5 },
      { windowUs: 10, ratio: 0.5 },
      { windowUs: 15, ratio: 0.5 },
      { windowUs: 1_000, ratio: 20 / 25 },
    ]);
    expect(worstWindows([], [1])).toEqual([]);
  });

  test('may be worse in a longer window that is no multiple of a shorter one', () => {
    const twice = withOutages(
      [
        [10, 15],
        [20, 25],
      ] as const,
      100,
    );
    expect(ratioOf(twice, 10)).toBe(0.5);
    expect(ratioOf(twice, 15)).toBeCloseTo(1 / 3, 12);
    expect(ratioOf(twice, 20)).toBeGreaterThanOrEqual(0.5);
  });

  const anySegments = fc.array(
    fc.record({ fromUs: fc.nat(60), forUs: fc.nat(20), isUp: fc.boolean() }),
    { minLength: 1, maxLength: 12 },
  );

  test('is what trying every window at every instant finds', () => {
    fc.assert(
      fc.property(anySegments, fc.integer({ min: 1, max: 90 }), (drawn, windowUs) => {
        const segments = drawn.map(({ fromUs, forUs, isUp }) => {
          return { fromUs, untilUs: fromUs + forUs, isUp };
        });
        const found = worstWindows(segments, [windowUs]).map(({ ratio }) => ratio);
        const tried = triedOneByOne(segments, windowUs);
        expect(found).toEqual(tried === undefined ? [] : [expect.closeTo(tried, 9)]);
      }),
      { numRuns: 600 },
    );
  });
});

/** Starts at half microseconds too, which must find nothing worse. */
function triedOneByOne(segments: readonly Segment[], windowUs: number): number | undefined {
  const lasting = segments.filter(({ fromUs, untilUs }) => untilUs > fromUs);
  const first = Math.min(...lasting.map(({ fromUs }) => fromUs));
  const last = Math.max(...lasting.map(({ untilUs }) => untilUs));
  let worst: number | undefined;
  for (let at = first; at === first || at <= last - windowUs; at += 0.5) {
    let [up, all] = [0, 0];
    for (const { fromUs, untilUs, isUp } of lasting) {
      const us = Math.max(0, Math.min(untilUs, at + windowUs) - Math.max(fromUs, at));
      all += us;
      if (isUp) up += us;
    }
    if (all > 0) worst = Math.min(worst ?? 1, up / all);
  }
  return worst;
}
