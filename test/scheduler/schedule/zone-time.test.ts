import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  civilFromDays,
  DAY_S,
  daysFromCivil,
  daysInMonth,
  offsetAtS,
  offsetsOf,
  stretchAt,
  weekdayOf,
} from '../../../src/scheduler/schedule/zone-time.ts';
import { NEW_YORK } from './support.ts';

const days = fc.integer({ min: -800_000, max: 2_000_000 });

describe('calendar', () => {
  it('agrees with the platform on every day there is', () => {
    fc.assert(
      fc.property(days, (day) => {
        const date = new Date(day * DAY_S * 1_000);
        const civil = civilFromDays(day);
        expect(civil).toEqual({
          year: date.getUTCFullYear(),
          month: date.getUTCMonth() + 1,
          day: date.getUTCDate(),
        });
        expect(weekdayOf(day)).toBe(date.getUTCDay());
        expect(daysFromCivil(civil.year, civil.month, civil.day)).toBe(day);
      }),
      { numRuns: 1_000 },
    );
  });

  it('knows leap years', () => {
    expect([2023, 2024, 1900, 2000, 2100].map((year) => daysInMonth(year, 2))).toEqual([
      28, 29, 28, 29, 28,
    ]);
    expect(daysInMonth(2025, 12)).toBe(31);
  });
});

describe('offsets', () => {
  it('change at the second of the transition', () => {
    const springS = Date.UTC(2025, 2, 9, 7) / 1_000;
    expect(offsetAtS(NEW_YORK, springS - 1)).toBe(-18_000);
    expect(offsetAtS(NEW_YORK, springS)).toBe(-14_400);
    const offsets = offsetsOf(NEW_YORK);
    expect(offsets.offsetS[stretchAt(offsets, springS - 1)]).toBe(-18_000);
    expect(offsets.offsetS[stretchAt(offsets, springS)]).toBe(-14_400);
    expect(stretchAt(offsets, -1e12)).toBe(0);
    expect(stretchAt(offsets, 1e12)).toBe(NEW_YORK.transitions.length);
  });

  it('drop transitions that change no clock, and refuse those out of order', () => {
    const same = { ...NEW_YORK, transitions: [{ atS: 5, offsetS: NEW_YORK.initialOffsetS }] };
    expect(offsetsOf(same).startS).toHaveLength(1);
    const transitions = [...NEW_YORK.transitions].reverse();
    expect(() => offsetsOf({ ...NEW_YORK, transitions })).toThrow(/not after/);
  });
});
