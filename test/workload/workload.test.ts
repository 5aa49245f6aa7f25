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
