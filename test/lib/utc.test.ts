import fc from 'fast-check';
import { expect, test } from 'vitest';
import { wallUs } from '../../src/lib/units.ts';
import { formatUtc } from '../../src/lib/utc.ts';

test('it agrees with the platform to the millisecond', () => {
  // Years 1685 to 2255, what microseconds in a number hold.
  fc.assert(
    fc.property(fc.integer({ min: -9_000_000_000_000, max: 9_000_000_000_000 }), (ms) => {
      const expected = new Date(ms)
        .toISOString()
        .replace(/\.(\d*?)0+Z$/, (_, d) => (d ? `.${d}Z` : 'Z'));
      expect(formatUtc(wallUs(ms * 1_000))).toBe(expected);
    }),
  );
});

test.each([
  [0, '1970-01-01T00:00:00Z'],
  [-1, '1969-12-31T23:59:59.999999Z'],
  [951_782_400_000_000, '2000-02-29T00:00:00Z'],
  [4_107_542_400_000_000, '2100-03-01T00:00:00Z'],
  [1_774_746_000_500_000, '2026-03-29T01:00:00.5Z'],
  [1_774_746_000_000_001, '2026-03-29T01:00:00.000001Z'],
])('%i is %s', (us, text) => {
  expect(formatUtc(wallUs(us))).toBe(text);
});
