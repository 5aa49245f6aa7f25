import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hashedRandom } from '../../src/lib/random.ts';
import { MINUTE, MS, SECOND } from '../../src/lib/units.ts';
import {
  arrivalTimes,
  clientOf,
  followUpAfterUs,
  jobSpec,
  numberedId,
} from '../../src/workload/arrivals.ts';
import { DEMAND } from './fixtures.ts';

const arrivalsArbitrary = fc.record({
  kind: fc.constantFrom('poisson' as const, 'fixed' as const),
  perSecond: fc.double({ min: 0, max: 500, noNaN: true }),
});

test('times ascend, are integers, and stay inside the window', () => {
  fc.assert(
    fc.property(arrivalsArbitrary, fc.string(), fc.nat(MINUTE), fc.nat(SECOND), (a, seed, s, d) => {
      const times = arrivalTimes(a, hashedRandom(seed), s, s + d);
      times.forEach((atUs, i) => {
        expect(Number.isInteger(atUs)).toBe(true);
        expect(atUs).toBeGreaterThanOrEqual(times[i - 1] ?? s);
        expect(atUs).toBeLessThan(s + d);
      });
    }),
  );
});

test('fixed arrivals keep their rate to within one, without drift', () => {
  fc.assert(
    fc.property(fc.double({ min: 0.1, max: 2000, noNaN: true }), fc.string(), (perSecond, seed) => {
      const times = arrivalTimes({ kind: 'fixed', perSecond }, hashedRandom(seed), 0, 10 * SECOND);
      expect(Math.abs(times.length - 10 * perSecond)).toBeLessThanOrEqual(1);
    }),
  );
});

test.each([1, 50, 5000])('poisson arrivals at %d per second have rate and spread', (perSecond) => {
  const spanUs = Math.round((40_000 / perSecond) * SECOND);
  const random = hashedRandom('rate', perSecond);
  const times = arrivalTimes({ kind: 'poisson', perSecond }, random, 0, spanUs);
  // Expected 40,000 with a standard deviation of 200.
  expect(Math.abs(times.length - 40_000)).toBeLessThan(800);
  const gaps = times.slice(1).map((atUs, i) => atUs - (times[i] as number));
  const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
  const variance = gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / gaps.length;
  // An exponential's coefficient of variation is 1; its standard error here is about 0.007.
  expect(Math.sqrt(variance) / mean).toBeCloseTo(1, 1);
  expect(gaps.filter((gap) => gap < mean).length / gaps.length).toBeCloseTo(1 - Math.exp(-1), 1);
});

test('no rate, no arrivals', () => {
  expect(arrivalTimes({ kind: 'poisson', perSecond: 0 }, hashedRandom('x'), 0, MINUTE)).toEqual([]);
});

test('ids sort as they are numbered', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1e8 }), fc.integer({ min: 1, max: 1e8 }), (a, b) => {
      const largest = Math.max(a, b);
      const [first, second] = [numberedId('j', a, largest), numberedId('j', b, largest)];
      expect(Math.sign(a - b)).toBe(first < second ? -1 : first > second ? 1 : 0);
    }),
  );
  expect(numberedId('j', 123, 500)).toBe('j-000123');
});

test('what a job is depends on its id, not on what else there is to draw', () => {
  const spec = jobSpec(DEMAND, 'seed', 'j-000007');
  expect(
    jobSpec({ ...DEMAND, statusPpm: 0, cancelPpm: 1, clients: 9 }, 'seed', 'j-000007'),
  ).toEqual(spec);
  const undelayed = jobSpec({ ...DEMAND, delayedPpm: 0 }, 'seed', 'j-000007');
  expect(undelayed).toEqual({ ...spec, delayUs: 0 });
});

test('shares and sinks come out as asked', () => {
  const specs = Array.from({ length: 30_000 }, (_, i) => jobSpec(DEMAND, 's', `j-${i}`));
  const delayed = specs.filter((spec) => spec.delayUs > 0);
  expect(delayed.length / specs.length).toBeCloseTo(0.2, 1);
  const longest = Math.max(...delayed.map((spec) => spec.delayUs));
  expect(longest).toBeLessThanOrEqual(DEMAND.delayUsMax);
  expect(longest).toBeGreaterThan(0.99 * DEMAND.delayUsMax);
  for (const sink of DEMAND.sinks) {
    const share = specs.filter((spec) => spec.sink === sink).length / specs.length;
    expect(Math.abs(share - 1 / 3)).toBeLessThan(0.012);
    // Sink and delay are drawn apart: among the delayed jobs the shares are the same.
    const among = delayed.filter((spec) => spec.sink === sink).length / delayed.length;
    expect(Math.abs(among - 1 / 3)).toBeLessThan(0.025);
  }
  expect(jobSpec({ ...DEMAND, sinks: [] }, 's', 'j-1').sink).toBe('none');
});

test('clients share the jobs evenly', () => {
  const counts = [0, 0, 0];
  for (let i = 0; i < 30_000; i++) counts[clientOf(3, 's', `j-${i}`)]!++;
  for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(350);
});

test('follow-ups come after the submit, some after delay and run', () => {
  const random = hashedRandom('follow');
  const spans = Array.from({ length: 1000 }, () => followUpAfterUs(random, SECOND, SECOND));
  expect(Math.min(...spans)).toBeGreaterThanOrEqual(50 * MS);
  expect(spans.filter((us) => us < SECOND).length).toBeGreaterThan(150);
  expect(spans.filter((us) => us > 2 * SECOND).length).toBeGreaterThan(300);
});
