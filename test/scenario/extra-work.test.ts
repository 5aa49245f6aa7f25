import { expect, test } from 'vitest';
import type { FaultKind, PlannedFault, Target } from '../../src/faults/plan.ts';
import { SECOND } from '../../src/lib/units.ts';
import { extraWorkOf, NO_EXTRA_WORK } from '../../src/scenario/extra-work.ts';
import type { Scenario } from '../../src/scenario/scenario.ts';
import { timelineOf } from '../../src/scenario/timeline.ts';
import { scenarioOf } from '../support/runs.ts';

const TAKEOVER_US = 5 * SECOND;

const given = (...faults: readonly PlannedFault[]): Scenario => ({
  ...scenarioOf(`
cluster: {workers: 4, slots: 4}
workload: {clients: 3, arrivals: {rate: 2/s}, run: 500ms, timeout: 60s}
phases: {chaos: 60s}
`),
  faults: { kind: 'given', faults },
});
const fault = (
  kind: FaultKind,
  params: Record<string, number>,
  target: Target = { by: 'index', role: 'client', index: 0 },
): PlannedFault => ({
  id: kind,
  kind,
  target,
  start: { kind: 'at', atUs: 20 * SECOND },
  durationUs: 10 * SECOND,
  params,
});
const EVERY_CLIENT: Target = { by: 'share', role: 'client', share: 'all' };

test('a scenario in which nothing adds work is as long as it was', () => {
  for (const scenario of [given(), given(fault('crash', {})), scenarioOf('faults: []')]) {
    expect(extraWorkOf(scenario)).toEqual(NO_EXTRA_WORK);
    expect(timelineOf(scenario, TAKEOVER_US).addedJobsMax).toBe(0);
  }
});

test('given bursts and herds are counted, once for each client that they may hit', () => {
  const burst = { perSecond: 20 };
  expect(extraWorkOf(given(fault('burst', burst))).jobsMax).toBe(200);
  expect(extraWorkOf(given(fault('burst', burst, EVERY_CLIENT))).jobsMax).toBe(600);
  const herd = fault('herd', { jobs: 50, dueUs: SECOND });
  expect(extraWorkOf(given(herd, fault('burst', burst))).jobsMax).toBe(250);
  const flood = { ...fault('burst', { perSecond: 100_000 }), durationUs: 3_600 * SECOND };
  expect(extraWorkOf(given(flood)).jobsMax).toBe(50_000);
});

test('there is time to work off what was added, more of it where fewer slots are healed', () => {
  const scenario = given(fault('burst', { perSecond: 100 }));
  const { jobsMax, drainUs } = extraWorkOf(scenario);
  // 1,000 jobs of half a second on 16 slots, which have the arrivals to do as well.
  expect(drainUs).toBeGreaterThan((jobsMax * 0.5 * SECOND) / 16);
  const bound = (one: Scenario): number => timelineOf(one, TAKEOVER_US).recoverBoundUs;
  expect(bound(scenario) - bound(given())).toBe(drainUs);
  const core = { ...scenario, phases: { ...scenario.phases, heal: 'core' as const } };
  expect(extraWorkOf(core).drainUs).toBeGreaterThan(3 * drainUs);
});

test('where bodies may outlast their time, dispatch need not resume before it is over', () => {
  const scenario = given(fault('long-job', { factor: 100 }, { by: 'rack', index: 0 }));
  const { jobsMax, hasLongJobs } = extraWorkOf(scenario);
  expect([jobsMax, hasLongJobs]).toEqual([0, true]);
  expect(timelineOf(scenario, TAKEOVER_US).recoverBoundUs).toBeGreaterThan(60 * SECOND);
  expect(timelineOf(given(), TAKEOVER_US).recoverBoundUs).toBeLessThan(60 * SECOND);
});

test('a storm that is drawn may add what is worked off in a while, whatever it draws', () => {
  const drawn = (profile: string): Scenario => ({
    ...given(),
    faults: { kind: 'drawn', profile, intensity: 1 },
  });
  const { jobsMax, drainUs, hasLongJobs } = extraWorkOf(drawn('workload'));
  expect(jobsMax).toBeGreaterThan(100);
  expect(jobsMax).toBeLessThan(1_000);
  expect(drainUs).toBeLessThan(60 * SECOND);
  expect(hasLongJobs).toBe(true);
  expect(extraWorkOf(drawn('partitions'))).toEqual(NO_EXTRA_WORK);
});
