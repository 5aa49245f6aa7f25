/**
 * Clusters and workloads for property tests. Any workload fits any cluster of these: there is room
 * for all of the work, with time to catch up after a storm, so that a design that is late has no
 * excuse.
 */
import fc from 'fast-check';
import { MS, SECOND, wallUs } from '../lib/units.ts';
import type { Cluster, ScheduleEntry, Workload } from '../scenario/scenario.ts';
import type { RetryPolicy } from '../scheduler/api.ts';

/** Small clusters; clocks leave the rest of the usual bounds to the faults of `plans`. */
export const clusters = (): fc.Arbitrary<Partial<Cluster>> =>
  fc
    .record({
      members: fc.integer({ min: 1, max: 5 }),
      workers: fc.integer({ min: 2, max: 4 }),
      slots: fc.integer({ min: 1, max: 4 }),
      beatUs: fc.integer({ min: 5, max: 30 }).map((tenths) => tenths * 100 * MS),
      latencyMinUs: fc.integer({ min: 0, max: 10 }).map((n) => n * 100),
      latencySpreadUs: fc.integer({ min: 0, max: 50 }).map((n) => n * 100),
      ratePpmMax: fc.integer({ min: 0, max: 10 }).map((n) => n * 10),
      wallErrorUsMax: fc.integer({ min: 0, max: 10 }).map((n) => n * 10 * MS),
    })
    .map(({ latencySpreadUs, ...cluster }) => ({
      ...cluster,
      latencyMaxUs: cluster.latencyMinUs + latencySpreadUs,
    }));

/** What clients ask for: submits, cancels, delays, schedules, failures, retries. */
export const workloads = (): fc.Arbitrary<Partial<Workload>> =>
  fc
    .record({
      clients: fc.integer({ min: 1, max: 3 }),
      arrivals: fc.record({
        kind: fc.constantFrom('fixed' as const, 'poisson' as const),
        perSecond: fc.integer({ min: 1, max: 8 }).map((quarters) => quarters / 4),
      }),
      delayedPpm: percent(50),
      delayUsMax: fc.integer({ min: 0, max: 5 }).map((s) => s * SECOND),
      statusPpm: percent(30),
      cancelPpm: percent(20),
      runUsMean: fc.integer({ min: 0, max: 12 }).map((n) => n * 25 * MS),
      failPpm: percent(20),
      sinks: fc.shuffledSubarray(['token' as const, 'key' as const, 'none' as const], {
        minLength: 1,
      }),
      delivery: fc.constantFrom('at-least-once' as const, 'at-most-once' as const),
      retry: retries,
      timeoutUs: fc.integer({ min: 5, max: 20 }).map((s) => s * SECOND),
      schedules: schedules,
    })
    .map((workload) => ({ ...workload }));

const percent = (max: number): fc.Arbitrary<number> => fc.nat({ max }).map((n) => n * 10_000);

const retries: fc.Arbitrary<RetryPolicy> = fc
  .record({
    maxAttempts: fc.integer({ min: 1, max: 8 }),
    backoff: fc.constantFrom('fixed' as const, 'exponential' as const),
    baseUs: fc.integer({ min: 0, max: 10 }).map((n) => n * 100 * MS),
    longerUs: fc.integer({ min: 0, max: 4 }).map((s) => s * SECOND),
  })
  .map(({ longerUs, ...retry }) => ({ ...retry, maxUs: retry.baseUs + longerUs }));

const every = fc.integer({ min: 3, max: 20 }).map((s) => s * SECOND);

const schedules: fc.Arbitrary<readonly ScheduleEntry[]> = fc
  .array(
    fc.record({
      everyUs: every,
      overlap: fc.constantFrom('allow' as const, 'forbid' as const, 'replace' as const),
    }),
    { maxLength: 3 },
  )
  .map((entries) =>
    entries.map(({ everyUs, overlap }, i) => ({
      name: `every-${i + 1}`,
      timing: { kind: 'interval' as const, everyUs, anchorUs: wallUs(0) },
      overlap,
    })),
  );
