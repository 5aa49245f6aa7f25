import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hashedRandom } from '../../src/lib/random.ts';
import { MINUTE, SECOND, wallUs } from '../../src/lib/units.ts';
import type { ScheduleSpec, Timing } from '../../src/scheduler/api.ts';
import { parseCron } from '../../src/scheduler/schedule/cron.ts';
import { EDIT_KINDS, type EditDemand, type QueueDemand } from '../../src/workload/demand.ts';
import { changedTiming } from '../../src/workload/edits.ts';
import { type PlannedOp, planWorkload } from '../../src/workload/workload.ts';
import { DEMAND, SPEC, streamsOf } from './fixtures.ts';

const SCHEDULE: ScheduleSpec = {
  timing: { kind: 'interval', everyUs: SECOND, anchorUs: wallUs(0) },
  misfire: { late: 'once', windowUs: SECOND, catchUpMax: 3 },
  startUs: wallUs(0),
  endUs: wallUs(10 * MINUTE),
  job: SPEC,
};
const STORM = { fromUs: 20 * SECOND, untilUs: 80 * SECOND };
const EDITS: EditDemand = {
  sharePpm: 1_000_000,
  each: 3,
  kinds: EDIT_KINDS,
  forUsMax: 10 * SECOND,
};
const QUEUES: readonly QueueDemand[] = [
  { name: 'mail', sharePpm: 100_000, concurrency: 2, rate: { perSecond: 0.5, burst: 2 } },
  { name: 'keyed', sharePpm: 100_000, keys: 3, perKey: 1 },
];
const NAMES = Array.from({ length: 12 }, (_, i) => `s${i}`);

/** Puts and edits only, in order of time. */
function editsOf(seed: string, edits: EditDemand = EDITS): readonly PlannedOp[] {
  const arrivals = { kind: 'fixed', perSecond: 0 } as const;
  return planWorkload({
    workload: { ...DEMAND, arrivals, edits, queues: QUEUES, statusPpm: 500_000 },
    rng: streamsOf(seed),
    startUs: SECOND,
    endUs: 100 * SECOND,
    storm: STORM,
    startWallUs: wallUs(0),
    schedules: NAMES.map((name) => ({ name, spec: SCHEDULE })),
  });
}

const byLane = (plan: readonly PlannedOp[]): Map<string, PlannedOp[]> => {
  const lanes = new Map<string, PlannedOp[]>();
  for (const op of plan) {
    if (op.lane !== undefined) lanes.set(op.lane, [...(lanes.get(op.lane) ?? []), op]);
  }
  return lanes;
};

test('queues are put first, with their limits as a token bucket', () => {
  const [mail, keyed] = editsOf('1');
  expect(mail?.request).toEqual({
    kind: 'put-queue',
    queue: 'mail',
    spec: { concurrency: 2, rate: { starts: 2, perUs: 4 * SECOND } },
    revision: 1,
  });
  expect(keyed?.request).toMatchObject({ queue: 'keyed', spec: { perKey: 1 } });
});

test('of every name one client asks, revisions rise by one, and in the end all are active', () => {
  fc.assert(
    fc.property(fc.string(), (seed) => {
      const plan = editsOf(seed);
      expect(editsOf(seed)).toEqual(plan);
      const lanes = byLane(plan);
      expect(lanes.size).toBe(NAMES.length + QUEUES.length);
      for (const ops of lanes.values()) {
        expect(new Set(ops.map(({ client }) => client)).size).toBe(1);
        const revisions = ops.map(({ request }) =>
          'revision' in request ? (request.revision ?? 1) : 1,
        );
        expect(revisions).toEqual(revisions.map((_, i) => i + 1));
        const last = ops.at(-1)?.request;
        expect(last && 'edit' in last ? last.edit : 'resume').toBe('resume');
        for (const { atUs } of ops.slice(1)) {
          expect(atUs).toBeGreaterThanOrEqual(STORM.fromUs);
          expect(atUs).toBeLessThanOrEqual(STORM.untilUs);
        }
      }
    }),
    { numRuns: 20 },
  );
});

test('every kind of edit is drawn, triggers have ids of their own, and questions follow', () => {
  const requests = editsOf('7').map(({ request }) => request);
  const edits = new Set(requests.map((one) => ('edit' in one ? `${one.kind} ${one.edit}` : '')));
  for (const edit of ['pause', 'resume', 'delete'])
    expect(edits).toContain(`edit-schedule ${edit}`);
  expect(edits).toContain('edit-queue pause');
  const triggers = requests.flatMap((one) => (one.kind === 'trigger' ? [one.job] : []));
  expect(triggers.length).toBeGreaterThan(3);
  expect(new Set(triggers).size).toBe(triggers.length);
  const changed = requests.flatMap((one) =>
    one.kind === 'put-schedule' && one.spec.timing !== SCHEDULE.timing ? [one.spec.timing] : [],
  );
  expect(changed.length).toBeGreaterThan(3);
  expect(requests.some(({ kind }) => kind === 'schedule-status')).toBe(true);
});

test('a share of the names is edited, and others are left alone', () => {
  const plan = editsOf('3', { ...EDITS, sharePpm: 400_000, kinds: ['pause'] });
  const lengths = [...byLane(plan).values()].map((ops) => ops.length);
  expect(new Set(lengths)).toEqual(new Set([1, 7]));
});

test('a changed timing is sound, another one, and has no more ticks than before', () => {
  const cron = (expression: string): Timing => {
    return { kind: 'cron', expression, zone: 'UTC', gap: 'skip', overlap: 'first' };
  };
  for (const expression of ['*/5 9-17 * * mon-fri', '5,12 * * * * *', '@daily', '* * * * * *']) {
    for (let seed = 0; seed < 20; seed++) {
      const timing = cron(expression);
      const changed = changedTiming(timing, hashedRandom(String(seed)));
      expect(changed).not.toEqual(timing);
      const parsed = parseCron(changed.kind === 'cron' ? changed.expression : '');
      const before = parseCron(expression);
      if (parsed.kind === 'failed' || before.kind === 'failed') throw new Error(expression);
      expect(parsed.value.seconds.length).toBe(before.value.seconds.length);
      expect(parsed.value.minutes).toEqual(before.value.minutes);
    }
  }
  const interval = changedTiming(SCHEDULE.timing, hashedRandom('1'));
  expect(interval).not.toEqual(SCHEDULE.timing);
});
