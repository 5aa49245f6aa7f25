/** Due ticks for every version of a schedule, and bounds of its own. */
import { expect, test } from 'vitest';
import type { FactOf } from '../../src/history/fact.ts';
import { MINUTE, SECOND, wallUs } from '../../src/lib/units.ts';
import { prepare } from '../../src/scenario/prepare.ts';
import { dueOf, dueOfVersions } from '../../src/scenario/versions.ts';
import type { ApiRequest, ScheduleSpec, Timing } from '../../src/scheduler/api.ts';
import { brokenOf, designOf, preparedOf, runTwice, scenarioOf } from '../support/runs.ts';
import { SPEC } from '../workload/fixtures.ts';

const every = (seconds: number): Timing => {
  return { kind: 'interval', everyUs: seconds * SECOND, anchorUs: wallUs(0) };
};
const spec = (timing: Timing): ScheduleSpec => ({
  timing,
  misfire: { late: 'once', windowUs: SECOND, catchUpMax: 1 },
  startUs: wallUs(0),
  endUs: wallUs(MINUTE),
  job: SPEC,
});
const put = (schedule: string, timing: Timing, revision?: number) => {
  const request: ApiRequest = {
    kind: 'put-schedule',
    schedule,
    spec: spec(timing),
    ...(revision === undefined ? {} : { revision }),
  };
  return { atUs: 0, client: 0, request };
};

test('every put has ticks of its own, in order of time', () => {
  const first = dueOf([{ name: 'a', spec: spec(every(20)) }]);
  const pause = { kind: 'edit-schedule', edit: 'pause', schedule: 'a', revision: 2 } as const;
  const all = dueOfVersions(first, [
    put('a', every(20)),
    { atUs: 1, client: 0, request: pause },
    put('a', every(30), 3),
  ]);
  expect(all.map(({ tick, revision }) => [tick.nominalUs / SECOND, revision])).toEqual([
    [0, 1],
    [0, 3],
    [20, 1],
    [30, 3],
    [40, 1],
  ]);
});

test('schedules that nobody changes are due as they were; nonsense has no ticks', () => {
  const first = dueOf([{ name: 'a', spec: spec(every(20)) }]);
  const meant = { kind: 'schedule-status', schedule: 'x' } as const;
  expect(dueOfVersions(first, [put('a', every(20)), { ...put('x', every(5), 2), meant }])).toBe(
    first,
  );
});

const PHASES = 'phases: {warmUp: 10s, chaos: 30s}';

test('a schedule may have bounds of its own, within the time in which ticks count', () => {
  const bounds = "start: '2025-03-03T08:00:20Z', end: '2025-03-03T08:00:40Z'";
  const scenario = scenarioOf(
    `workload: {schedules: [{name: a, every: 5s, ${bounds}}, {name: b, every: 5s}]}\n${PHASES}`,
  );
  const { due, startWallUs } = preparedOf(scenario, 'single');
  const secondsOf = (name: string) =>
    due.flatMap(({ tick }) =>
      tick.schedule === name ? [(tick.nominalUs - startWallUs) / SECOND] : [],
    );
  expect(secondsOf('a')).toEqual([20, 25, 30, 35]);
  expect(secondsOf('b').slice(0, 3)).toEqual([5, 10, 15]);
});

test('bounds that leave no time for a tick are refused', () => {
  const scenario = scenarioOf(
    `workload: {schedules: [{name: a, every: 5s, end: '2025-03-03T07:00:00Z'}]}\n${PHASES}`,
  );
  const prepared = prepare({ scenario, text: '', hash: '' }, designOf('single'));
  expect(prepared.kind === 'failed' && prepared.error).toEqual([
    expect.objectContaining({
      path: 'workload.schedules.0',
      problem: 'no tick can be due from 2025-03-03T08:00:05Z until 2025-03-03T07:00:00Z',
    }),
  ]);
});

test('a run in which schedules are edited ends with all of them active, as was said last', () => {
  const scenario = scenarioOf(`
workload:
  arrivals: {rate: 1/s}
  schedules:
    - {name: a, every: 5s}
    - {name: b, cron: '*/10 * * * * *', concurrencyPolicy: forbid}
    - {name: c, every: 7s, jitter: 500ms}
  edits: {share: 100%, each: 3, for: 5s}
phases: {chaos: 40s}
claims: {only: [no-loss, no-invention, tick-once, completes]}
`);
  const revisions = new Map<string, number>();
  const audited: FactOf<'audited-schedule'>[] = [];
  const due = new Set<number>();
  const run = runTwice(preparedOf(scenario, 'single'), '3', {
    onFact: (fact) => {
      if (fact.kind === 'tick-due') due.add(fact.revision);
      if (fact.kind === 'audited-schedule') audited.push(fact);
      if (fact.kind !== 'answered' || !('revision' in fact.request)) return;
      expect(fact.answer.kind).toBe('ok');
      if ('schedule' in fact.request) revisions.set(fact.request.schedule, fact.request.revision);
    },
  });
  expect(audited.map(({ schedule }) => schedule)).toEqual(['a', 'b', 'c']);
  for (const { schedule, revision, standing } of audited) {
    expect([schedule, revision, standing]).toEqual([schedule, revisions.get(schedule), 'active']);
  }
  expect(due.size).toBeGreaterThan(1);
  expect(Math.max(...revisions.values())).toBeGreaterThan(2);
  expect(brokenOf(run)).toEqual({});
  const { ticks } = run.numbers.accounts;
  expect(ticks.due).toBeGreaterThan(20);
  expect(ticks.missed).toBe(0);
}, 60_000);
