import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  formatInstant,
  formatRate,
  formatShare,
  formatSpan,
  type Reading,
  readDuration,
  readInstant,
  readRate,
  readShare,
} from '../../src/scenario/values.ts';

const hint = (reading: Reading): string | undefined =>
  'problem' in reading ? reading.hint : `no problem: ${reading.value}`;

test.each([
  ['250ms', 250_000],
  ['1.5s', 1_500_000],
  ['1h30m', 5_400_000_000],
  ['0s', 0],
  [0, 0],
])('the span %s is %d microseconds', (text, us) => {
  expect(readDuration(text)).toEqual({ value: us });
});

test.each([
  [30, 'write 30s, 30ms or 30m'],
  ['30', 'write 30s or 30ms'],
  ['30 s', 'did you mean 30s?'],
  ['30 seconds', 'did you mean 30s?'],
  ['5 Minutes', 'did you mean 5m?'],
  ['5%', 'this is a share; a span looks like 250ms or 30s'],
  ['4/s', 'this is a rate; a span looks like 250ms or 30s'],
  ['soon', 'spans look like 250ms, 1.5s, 10m, 2h, 1h30m'],
])('the span %j is refused with what was meant: %s', (text, meant) => {
  expect(hint(readDuration(text))).toBe(meant);
});

test('a span is negative only where that is allowed', () => {
  expect(readDuration('-5s')).toEqual({ problem: '-5s is below the least, 0s' });
  expect(readDuration('-5s', { min: -10_000_000 })).toEqual({ value: -5_000_000 });
  expect(readDuration('2h', { max: 3_600_000_000 })).toEqual({
    problem: '2h is above the most, 1h',
  });
});

test.each([
  ['5%', 50_000],
  ['0.07%', 700],
  ['200ppm', 200],
  ['100%', 1_000_000],
])('the share %s is %d ppm', (text, ppm) => {
  expect(readShare(text)).toEqual({ value: ppm });
});

test.each([
  [0.05, 'did you mean 5%?'],
  [5, 'write 5% or 5ppm'],
  ['5', 'shares look like 5% or 200ppm'],
  ['0.00015%', '2ppm is near'],
])('the share %j is refused with what was meant: %s', (text, meant) => {
  expect(hint(readShare(text))).toBe(meant);
});

test('more than everything is no share', () => {
  expect(readShare('101%')).toEqual({ problem: '101% is above the most, 100%' });
});

test.each([
  ['4/s', 4],
  ['30/m', 0.5],
  ['36/h', 0.01],
])('the rate %s is %d per second', (text, perSecond) => {
  expect(readRate(text)).toEqual({ value: perSecond });
});

test.each([
  [4, 'write 4/s, 4/m or 4/h'],
  ['250ms', 'did you mean 4/s?'],
  ['fast', 'rates look like 4/s, 30/m or 100/h'],
])('the rate %j is refused with what was meant: %s', (text, meant) => {
  expect(hint(readRate(text))).toBe(meant);
});

test.each([
  ['2025-03-30T00:00:00Z', 1_743_292_800_000_000],
  ['2025-03-30T00:00Z', 1_743_292_800_000_000],
  ['1970-01-01T00:00:00.000001Z', 1],
])('the instant %s is %d microseconds', (text, us) => {
  expect(readInstant(text)).toEqual({ value: us });
});

test.each([
  ['2025-03-30', 'did you mean 2025-03-30T00:00:00Z?'],
  ['2025-03-30T01:02:03', 'did you mean 2025-03-30T01:02:03Z?'],
  ['2025-02-30T00:00:00Z', 'instants are in UTC and look like 2025-03-30T00:00:00Z'],
  ['tomorrow', 'instants are in UTC and look like 2025-03-30T00:00:00Z'],
])('the instant %j is refused with what was meant: %s', (text, meant) => {
  expect(hint(readInstant(text))).toBe(meant);
});

test('every value is read back from its own text', () => {
  const far = Number.MAX_SAFE_INTEGER;
  fc.assert(
    fc.property(fc.integer({ min: -far, max: far }), (us) => {
      expect(readDuration(formatSpan(us), { min: -far, max: far })).toEqual({ value: us });
    }),
  );
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1_000_000 }), (ppm) => {
      expect(readShare(formatShare(ppm))).toEqual({ value: ppm });
    }),
  );
  fc.assert(
    fc.property(fc.double({ min: 0, max: 1e6, noNaN: true }), (perSecond) => {
      expect(readRate(formatRate(perSecond + 0))).toEqual({ value: perSecond + 0 });
    }),
  );
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 7e15 }), (us) => {
      expect(readInstant(formatInstant(us))).toEqual({ value: us });
    }),
  );
});
