import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hashedRandom } from '../../src/lib/random.ts';
import { MS, SECOND } from '../../src/lib/units.ts';
import { planBurst, planHerd, type SurplusOptions } from '../../src/workload/surplus.ts';
import type { PlannedOp } from '../../src/workload/workload.ts';
import { DEMAND } from './fixtures.ts';

const optionsOf = (changes: Partial<SurplusOptions> = {}): SurplusOptions => ({
  demand: DEMAND,
  random: hashedRandom('surplus'),
  prefix: 'f1-client-1',
  client: 0,
  fromUs: 10 * SECOND,
  untilUs: 20 * SECOND,
  jobsMax: 5_000,
  ...changes,
});
const submitsOf = (ops: readonly PlannedOp[]) =>
  ops.flatMap(({ atUs, request }) =>
    request.kind === 'submit' ? [{ atUs, job: request.job, spec: request.spec }] : [],
  );

test('a burst submits about as many as asked, each under an id of its own', () => {
  const { ops, jobs } = planBurst(optionsOf(), 200);
  const submits = submitsOf(ops);
  expect(submits).toHaveLength(jobs);
  expect(Math.abs(jobs - 2_000)).toBeLessThan(4 * Math.sqrt(2_000));
  expect(new Set(submits.map(({ job }) => job)).size).toBe(jobs);
  expect(submits[0]?.job).toBe('f1-client-1-000001');
  // Followed up and cancelled in the shares of all others, for as long as it lasts.
  const cancels = ops.filter(({ request }) => request.kind === 'cancel').length;
  expect(cancels).toBeGreaterThan(0);
  expect(cancels).toBeLessThan(0.05 * jobs + 4 * Math.sqrt(0.05 * jobs));
});

test('a herd falls due at one instant, whenever its jobs are submitted', () => {
  const dueUs = 13 * SECOND;
  const { ops, jobs } = planHerd(optionsOf(), 700, dueUs);
  expect(jobs).toBe(700);
  const submits = submitsOf(ops);
  expect(new Set(submits.map(({ atUs, spec }) => atUs + spec.delayUs))).toEqual(new Set([dueUs]));
  expect(submits[0]?.atUs).toBe(10 * SECOND);
  expect(submits.at(-1)?.atUs).toBeLessThan(11 * SECOND);
});

test('a herd that is due at once is asked for at once', () => {
  const { ops } = planHerd(optionsOf(), 20, 10 * SECOND);
  const submits = submitsOf(ops);
  expect(submits.every(({ atUs, spec }) => atUs === 10 * SECOND && spec.delayUs === 0)).toBe(true);
});

test('nothing is asked outside the fault, in disorder, or beyond the allowance', () => {
  fc.assert(
    fc.property(
      fc.nat(2_000),
      fc.nat(300),
      fc.nat(3_000),
      fc.integer({ min: 1, max: 100_000 }),
      (lastsMs, jobsMax, dueMs, count) => {
        const fromUs = 10 * SECOND;
        const untilUs = fromUs + lastsMs * MS;
        const options = () => optionsOf({ fromUs, untilUs, jobsMax });
        for (const { ops, jobs } of [
          planBurst(options(), count),
          planHerd(options(), count, fromUs + dueMs * MS),
        ]) {
          expect(jobs).toBeLessThanOrEqual(jobsMax);
          let lastUs = fromUs;
          for (const { atUs, request } of ops) {
            expect(Number.isSafeInteger(atUs)).toBe(true);
            expect(atUs).toBeGreaterThanOrEqual(lastUs);
            expect(atUs).toBeLessThanOrEqual(untilUs);
            lastUs = atUs;
            if (request.kind !== 'submit') continue;
            expect(Number.isSafeInteger(request.spec.delayUs)).toBe(true);
            expect(request.spec.delayUs).toBeGreaterThanOrEqual(0);
          }
        }
      },
    ),
    { numRuns: 40 },
  );
});

test('the same fault draws the same jobs again', () => {
  expect(planBurst(optionsOf(), 300)).toEqual(planBurst(optionsOf(), 300));
});
