import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  DAY,
  formatDurationUs,
  HOUR,
  humanDuration,
  MINUTE,
  MS,
  parseDurationUs,
  SECOND,
} from '../../src/lib/units.ts';

test.each([
  ['0', 0],
  ['250ms', 250 * MS],
  ['1.5s', 1.5 * SECOND],
  ['10m', 10 * MINUTE],
  ['10min', 10 * MINUTE],
  ['2h', 2 * HOUR],
  ['1h30m', 90 * MINUTE],
  ['7d', 7 * DAY],
  ['3us', 3],
  ['0.5us', 1],
])('%s is %i µs', (text, us) => {
  expect(parseDurationUs(text)).toBe(us);
});

test.each(['', '5', '-5s', '5 s', 's', '1.s', '.5s', '1e3s', '5S', '5sec', '1s,', '99999999999d'])(
  '"%s" is no duration',
  (text) => {
    expect(parseDurationUs(text)).toBeUndefined();
  },
);

test('a very long text is refused, however it is made', () => {
  expect(parseDurationUs('1s'.repeat(50_000))).toBeUndefined();
});

test('a duration printed is read back the same', () => {
  const us = fc.oneof(
    fc.nat(),
    fc.nat().map((n) => n * SECOND),
    fc.nat(10_000).map((n) => n * HOUR),
    fc.maxSafeNat(),
  );
  fc.assert(
    fc.property(us, (value) => {
      expect(parseDurationUs(formatDurationUs(value))).toBe(value);
    }),
  );
});

test.each([
  [0, '0s'],
  [1_500, '1500us'],
  [90 * SECOND, '90s'],
  [36 * HOUR, '36h'],
  [2 * DAY, '2d'],
])('%i µs prints as %s', (us, text) => {
  expect(formatDurationUs(us)).toBe(text);
});

test.each([
  [0, '0 µs'],
  [999, '999 µs'],
  [1_234, '1.23 ms'],
  [45 * MS, '45 ms'],
  [1_234_567, '1.23 s'],
  [119 * SECOND, '119 s'],
  [150 * SECOND, '2.5 min'],
  [3 * HOUR, '3 h'],
  [10 * DAY, '10 d'],
  [-1_500, '-1.5 ms'],
])('%i µs is "%s" to people', (us, text) => {
  expect(humanDuration(us)).toBe(text);
});
