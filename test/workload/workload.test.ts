import fc from 'fast-check';
import { expect, test } from 'vitest';
import { InvariantBroken } from '../../src/lib/assert.ts';
import { MINUTE, SECOND, wallUs } from '../../src/lib/units.ts';
import type { Workload } from '../../src/scenario/scenario.ts';
import type { ScheduleSpec } from '../../src/scheduler/api.ts';
import type { Demand } from '../../src/workload/demand.ts';
import type { TraceJob } from '../../src/workload/traces/swf.ts';
import { type PlanOptions, planWorkload, splitByClient } from '../../src/workload/workload.ts';
import { DEMAND, SPEC, streamsOf } from './fixtures.ts';

const START_WALL_US = wallUs(1_700_000_000 * SECOND);
const SCHEDULE: ScheduleSpec = {
  timing: { kind: 'interval', everyUs: SECOND, anchorUs: START_WALL_US },
  misfire: { late: 'once', windowUs: SECOND, catchUpMax: 3 },
  startUs: START_WALL_US,
  endUs: wallUs(START_WALL_US + 10 * MINUTE),
  job: SPEC,
};
const options = (changes: Partial<PlanOptions> = {}): PlanOptions => ({
  workload: DEMAND,
  rng: streamsOf('7'),
  startUs: 5 * SECOND,
  endUs: 65 * SECOND,
  startWallUs: START_WALL_US,
  schedules: [],
  ...changes,
});

test('a scenario’s workload can be planned as it stands', () => {
  const demandOf = (workload: Workload): Demand => workload;
  expect(demandOf).toBeTypeOf('function');
});

test('the plan is sorted, in the window, and the same every time', () => {
  fc.assert(
    fc.property(fc.string(), fc.integer({ min: 1, max: 9 }), (seed, clients) => {
      const workload = { ...DEMAND, arrivals: { kind: 'fixed', perSecond: 5 } as const, clients };
      const make = () => planWorkload(options({ workload, rng: streamsOf(seed) }));
      const plan = make();
      expect(make()).toEqual(plan);
      plan.forEach((op, i) => {
        expect(op.atUs).toBeGreaterThanOrEqual(plan[i - 1]?.atUs ?? 5 * SECOND);
        expect(op.atUs).toBeLessThan(65 * SECOND);
        expect(op.client).toBeLessThan(clients);
      });
    }),
    { numRuns: 20 },
  );
});

test('ids ascend with the submits, and follow-ups come from the client that submitted', () => {
  const plan = planWorkload(options());
  const asker = new Map<string, number>();
  let last = '';
  let followUps = 0;
  for (const { request, client } of plan) {
    if (request.kind === 'submit') {
      expect(request.job > last).toBe(true);
      last = request.job;
      asker.set(request.job, client);
    } else if (request.kind === 'status' || request.kind === 'cancel') {
      followUps++;
      expect(asker.get(request.job)).toBe(client);
    }
  }
  // About 3000 jobs, 15 % of which are asked about or cancelled.
  expect(asker.size).toBeGreaterThan(2700);
  expect(followUps).toBeGreaterThan(300);
  expect(followUps).toBeLessThan(600);
});

test('turning one kind of follow-up off moves nothing else', () => {
  const all = planWorkload(options());
  const without = planWorkload(options({ workload: { ...DEMAND, statusPpm: 0 } }));
  expect(without).toEqual(all.filter((op) => op.request.kind !== 'status'));
});

test('another mean run time or retry policy leaves submits where they are', () => {
  const submits = (demand: Demand) =>
    planWorkload(options({ workload: demand }))
      .filter((op) => op.request.kind === 'submit')
      .map((op) => [op.atUs, op.client]);
  expect(submits({ ...DEMAND, runUsMean: 9 * SECOND, delayedPpm: 0 })).toEqual(submits(DEMAND));
});

test('schedules are put first, spread over the clients', () => {
  const schedules = ['a', 'b', 'c', 'd'].map((name) => ({ name, spec: SCHEDULE }));
  const plan = planWorkload(options({ schedules, workload: { ...DEMAND, clients: 2 } }));
  const puts = plan.filter((op) => op.request.kind === 'put-schedule');
  expect(puts.map((op) => op.client)).toEqual([0, 1, 0, 1]);
  expect(puts[0]?.atUs).toBe(5 * SECOND);
  expect(puts[3]?.atUs).toBe(5 * SECOND + 3000);
});

test('a schedule that is over before it can be put is refused', () => {
  const spec = { ...SCHEDULE, endUs: START_WALL_US };
  const schedules = [{ name: 'over', spec }];
  expect(() => planWorkload(options({ schedules }))).toThrow(InvariantBroken);
});

test('a trace is submitted from the start on, with room for its run times', () => {
  const traced = (id: string, submitUs: number, runUs: number): TraceJob => {
    return { id, submitUs, runUs, procs: 1, line: 1 };
  };
  const traceJobs = [
    traced('t-000001', 0, MINUTE),
    traced('t-000002', 10 * SECOND, 1),
    traced('t-000003', 60 * SECOND, 1),
  ];
  const arrivals = { kind: 'fixed', perSecond: 0 } as const;
  const workload = { ...DEMAND, arrivals, statusPpm: 0, cancelPpm: 0, delayedPpm: 1_000_000 };
  const plan = planWorkload(options({ workload, traceJobs }));
  expect(plan.map((op) => op.atUs)).toEqual([5 * SECOND, 15 * SECOND]);
  const specs = plan.map((op) => (op.request.kind === 'submit' ? op.request.spec : undefined));
  expect(specs.map((spec) => spec?.timeoutUs)).toEqual([2 * MINUTE, DEMAND.timeoutUs]);
  expect(specs.map((spec) => spec?.delayUs)).toEqual([0, 0]);
});

test('split by client, every operation has one number in the run', () => {
  const plan = planWorkload(options());
  const parts = splitByClient(plan, 3);
  const numbers = parts.flatMap((part) => part.plan.map((_, i) => part.opBase + i));
  expect(new Set(numbers).size).toBe(plan.length);
  expect(parts.flatMap((part) => part.plan).length).toBe(plan.length);
  parts.forEach((part, client) => {
    expect(part.plan.every((op) => op.client === client)).toBe(true);
  });
});

test('many jobs are planned in a moment', () => {
  const workload = { ...DEMAND, arrivals: { kind: 'poisson', perSecond: 1000 } as const };
  const begun = performance.now();
  const plan = planWorkload(options({ workload, endUs: 125 * SECOND }));
  expect(plan.length).toBeGreaterThan(120_000);
  // Measured at about 0.35 s; the bound only catches a slip by orders of magnitude.
  expect(performance.now() - begun).toBeLessThan(5000);
});

const submitted = (demand: Partial<Demand>) =>
  planWorkload(options({ workload: { ...DEMAND, ...demand } })).flatMap(({ request, ...op }) =>
    request.kind === 'submit' && op.meant === undefined
      ? [{ ...op, job: request.job, spec: request.spec }]
      : [],
  );
const shareOf = <T>(all: readonly T[], has: (one: T) => boolean): number =>
  all.filter(has).length / all.length;

test('queues, keys, priorities, tags and unique keys have the shares that are asked for', () => {
  const jobs = submitted({
    queues: [
      { name: 'mail', sharePpm: 300_000, concurrency: 2 },
      { name: 'keyed', sharePpm: 200_000, keys: 4, perKey: 1 },
    ],
    priorities: [0, 5, 10],
    tags: [{ tag: 'gpu', sharePpm: 100_000, workers: 1 }],
    unique: { sharePpm: 250_000, keys: 10 },
    heartbeatUs: 2 * SECOND,
    retainUs: MINUTE,
  });
  expect(shareOf(jobs, ({ spec }) => spec.queue === 'mail')).toBeCloseTo(0.3, 1);
  expect(shareOf(jobs, ({ spec }) => spec.queue === 'keyed')).toBeCloseTo(0.2, 1);
  expect(shareOf(jobs, ({ spec }) => spec.queue === 'default')).toBeCloseTo(0.5, 1);
  expect(new Set(jobs.map(({ spec }) => spec.key)).size).toBe(5);
  expect(jobs.every(({ spec }) => (spec.key !== undefined) === (spec.queue === 'keyed'))).toBe(
    true,
  );
  expect(shareOf(jobs, ({ spec }) => spec.priority === 5)).toBeCloseTo(1 / 3, 1);
  expect(shareOf(jobs, ({ spec }) => spec.tags?.[0] === 'gpu')).toBeCloseTo(0.1, 1);
  expect(shareOf(jobs, ({ spec }) => spec.uniqueKey !== undefined)).toBeCloseTo(0.25, 1);
  expect(new Set(jobs.map(({ spec }) => spec.uniqueKey)).size).toBe(11);
  expect(jobs.every(({ spec }) => spec.heartbeatUs === 2 * SECOND)).toBe(true);
  expect(jobs.every(({ spec }) => spec.retainUs === MINUTE)).toBe(true);
});

test('what is asked for besides moves no submit, and changes nothing else about a job', () => {
  const plain = submitted({});
  const more = submitted({ priorities: [1], hostilePpm: 100_000, retriesPpm: 100_000 });
  expect(
    more.map(({ spec: { priority: _, ...spec }, atUs, job }) => ({ spec, atUs, job })),
  ).toEqual(plain.map(({ spec, atUs, job }) => ({ spec, atUs, job })));
});

test('an instant says the same as the delay in its place', () => {
  const plain = new Map(submitted({}).map(({ job, spec }) => [job, spec.delayUs]));
  const jobs = submitted({ instantPpm: 500_000 });
  const said = jobs.filter(({ spec }) => spec.atUs !== undefined);
  expect(said.length / jobs.length).toBeCloseTo(0.1, 1);
  for (const { job, spec, atUs } of said) {
    expect(spec.delayUs).toBe(0);
    expect(spec.atUs).toBe(START_WALL_US + atUs + (plain.get(job) ?? 0));
  }
});

test('who is in a hurry asks while the job waits; who retries says how often it was tried', () => {
  const plan = planWorkload(
    options({ workload: { ...DEMAND, runNowPpm: 1_000_000, retriesPpm: 300_000 } }),
  );
  const submits = new Map<string, { readonly atUs: number; readonly delayUs: number }>();
  let hurried = 0;
  let retried = 0;
  for (const { request, atUs } of plan) {
    if (request.kind === 'submit') submits.set(request.job, { ...request.spec, atUs });
    if (request.kind === 'run-now') {
      hurried++;
      const job = submits.get(request.job);
      expect(job?.delayUs).toBeGreaterThan(0);
      expect(atUs - (job?.atUs ?? 0)).toBeLessThanOrEqual((job?.delayUs ?? 0) + 50_000);
    } else if (request.kind === 'retry') {
      retried++;
      expect(request.attempts).toBe(DEMAND.retry.maxAttempts);
      expect(atUs).toBeGreaterThan(submits.get(request.job)?.atUs ?? Number.POSITIVE_INFINITY);
    }
  }
  expect(hurried).toBeGreaterThan(400);
  expect(retried).toBeGreaterThan(600);
});

test('jobs of a trace go where nothing is limited', () => {
  const traceJobs: TraceJob[] = [{ id: 't-1', submitUs: 0, runUs: 1, procs: 1, line: 1 }];
  const queues = [{ name: 'keyed', sharePpm: 1_000_000, keys: 1, perKey: 1 }];
  const plan = planWorkload(options({ workload: { ...DEMAND, queues }, traceJobs }));
  const traced = plan.find(({ request }) => request.kind === 'submit' && request.job === 't-1');
  expect(traced?.request).toMatchObject({ spec: { queue: 'default' } });
  expect(traced?.request).not.toHaveProperty('spec.key');
});
