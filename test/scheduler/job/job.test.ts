import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { JobState } from '../../../src/history/fact.ts';
import { InvariantBroken } from '../../../src/lib/assert.ts';
import { MS, SECOND, wallUs } from '../../../src/lib/units.ts';
import type { JobSpec } from '../../../src/scheduler/api.ts';
import {
  backoffUs,
  type JobEvent,
  type JobRecord,
  newJob,
  stepJob,
} from '../../../src/scheduler/job/job.ts';

const NOW = wallUs(1_700_000_000 * SECOND);
const SPEC: JobSpec = {
  queue: 'default',
  delayUs: 0,
  retry: { maxAttempts: 3, backoff: 'exponential', baseUs: 500 * MS, maxUs: 10 * SECOND },
  timeoutUs: 20 * SECOND,
  delivery: 'at-least-once',
  sink: 'token',
};
const LATER = wallUs(NOW + 60 * SECOND);
const ONCE: JobSpec = { ...SPEC, delivery: 'at-most-once' };
const LAUNCH: JobEvent = { kind: 'launch', epoch: 7, worker: 'worker-1', incarnation: 2 };
const TOKEN = { epoch: 7, attempt: 1 };
const report = (how: 'succeeded' | 'failed' | 'stopped' | 'refused', token = TOKEN): JobEvent => ({
  kind: 'report',
  token,
  how,
  nowUs: NOW,
});
const lost = (token = TOKEN): JobEvent => ({ kind: 'lost', token, why: 'timeout', nowUs: NOW });

const after = (spec: JobSpec, ...events: readonly JobEvent[]): JobRecord =>
  events.reduce((job, event) => stepJob(job, event).job, newJob('j', spec, NOW));

const ended = (parent: string, succeeded: boolean): JobEvent => ({
  ...{ kind: 'parent-ended', parent, succeeded, nowUs: NOW },
});

/** A state, or what sets the job apart from others in it. */
type Standing = JobState | 'waiting for parents' | 'waiting for its time' | 'dead, at most once';

/** Every state that a job with attempts left can be in. */
const inState = (state: Standing): JobRecord => {
  const way: Readonly<Record<JobState, readonly JobEvent[]>> = {
    waiting: [],
    running: [LAUNCH],
    succeeded: [LAUNCH, report('succeeded')],
    dead: [],
    cancelled: [{ kind: 'cancel', nowUs: NOW }],
  };
  const dead = { attempt: 3, reason: 'attempts used up: failed' };
  switch (state) {
    case 'dead':
      return { ...newJob('j', SPEC, NOW), ...dead, state };
    case 'dead, at most once':
      return { ...newJob('j', ONCE, NOW), attempt: 1, reason: 'failed', state: 'dead' };
    case 'waiting for parents':
      return newJob('j', SPEC, LATER, undefined, ['p', 'q']);
    case 'waiting for its time':
      return newJob('j', SPEC, LATER);
    default:
      return after(SPEC, ...way[state]);
  }
};

const EVENTS: Readonly<Record<string, JobEvent>> = {
  launch: LAUNCH,
  succeeded: report('succeeded'),
  failed: report('failed'),
  stopped: report('stopped'),
  refused: report('refused'),
  'late success': report('succeeded', { epoch: 6, attempt: 1 }),
  lost: lost(),
  'late loss': lost({ epoch: 7, attempt: 0 }),
  cancel: { kind: 'cancel', nowUs: NOW },
  retry: { kind: 'retry', attempts: 3, nowUs: NOW },
  'retry of an earlier death': { kind: 'retry', attempts: 2, nowUs: NOW },
  'run now': { kind: 'run-now', nowUs: NOW },
  'parent succeeded': ended('p', true),
  'parent failed': ended('p', false),
  'end of another': ended('x', false),
};

const STANDINGS = [
  ...(['waiting', 'waiting for its time', 'waiting for parents', 'running'] as const),
  ...(['succeeded', 'cancelled', 'dead', 'dead, at most once'] as const),
];
const UNHELD = { launch: 'running', cancel: 'cancelled' } as const;

/**
 * The whole table: `bug` must not be asked for, and whatever is not named here is late and changes
 * nothing.
 */
const TABLE: Readonly<Record<Standing, Readonly<Record<string, JobState | 'bug'>>>> = {
  waiting: UNHELD,
  'waiting for its time': { ...UNHELD, 'run now': 'waiting' },
  'waiting for parents': {
    launch: 'bug',
    cancel: 'cancelled',
    'run now': 'waiting',
    'parent succeeded': 'waiting',
    'parent failed': 'cancelled',
  },
  running: {
    launch: 'bug',
    succeeded: 'succeeded',
    failed: 'waiting',
    stopped: 'waiting',
    refused: 'waiting',
    lost: 'waiting',
    cancel: 'cancelled',
  },
  succeeded: {},
  cancelled: {},
  dead: { retry: 'waiting' },
  'dead, at most once': {},
};

for (const standing of STANDINGS) {
  for (const [name, event] of Object.entries(EVENTS)) {
    const expected = TABLE[standing][name] ?? 'late';
    test(`${standing}, then ${name}: ${expected}`, () => {
      const job = inState(standing);
      expect(standing.startsWith(job.state)).toBe(true);
      if (expected === 'bug') {
        expect(() => stepJob(job, event)).toThrow(InvariantBroken);
        return;
      }
      const step = stepJob(job, event);
      if (expected === 'late') expect(step).toEqual({ job, effect: 'late' });
      else expect([step.effect, step.job.state]).toEqual(['changed', expected]);
      expect(step.job.state === 'running').toBe(step.job.run !== undefined);
    });
  }
}

test('the events of the table are all there are', () => {
  const kinds = new Set(Object.values(EVENTS).map(({ kind }) => kind));
  const all: Readonly<Record<JobEvent['kind'], true>> = {
    ...{ launch: true, report: true, lost: true, cancel: true, retry: true },
    ...{ 'run-now': true, 'parent-ended': true },
  };
  expect([...kinds].sort()).toEqual(Object.keys(all).sort());
});

test('once at most: what may have begun and did not succeed is the end, with the reason', () => {
  const ends = [report('failed'), report('stopped'), lost()].map((event) =>
    after(ONCE, LAUNCH, event),
  );
  expect(ends.map(({ state, reason }) => [state, reason])).toEqual([
    ['dead', 'failed'],
    ['dead', 'outcome unknown: stopped'],
    ['dead', 'outcome unknown: timeout'],
  ]);
  const refused = after(ONCE, LAUNCH, report('refused'));
  expect([refused.state, refused.attempt, refused.refusals]).toEqual(['waiting', 1, 1]);
});

test('attempts are used up by those that began; refused ones are free and wait for nothing', () => {
  let job = newJob('j', SPEC, NOW);
  for (let attempt = 1; attempt <= 5; attempt++) {
    job = next(job, LAUNCH, report('refused', { epoch: 7, attempt }));
    expect([job.state, job.dueUs]).toEqual(['waiting', NOW]);
  }
  const due: number[] = [];
  for (let attempt = 6; job.state === 'waiting'; attempt++) {
    job = next(job, LAUNCH, report('failed', { epoch: 7, attempt }));
    due.push(job.dueUs - NOW);
  }
  expect([job.state, job.attempt, job.reason]).toEqual(['dead', 8, 'attempts used up: failed']);
  expect(due.slice(0, 2)).toEqual([500 * MS, SECOND]);
});

const next = (job: JobRecord, ...events: readonly JobEvent[]): JobRecord =>
  events.reduce((each, event) => stepJob(each, event).job, job);

test('a launch without attempts left is a bug of the caller', () => {
  const spent: JobRecord = { ...newJob('j', SPEC, NOW), attempt: 3 };
  expect(() => stepJob(spent, LAUNCH)).toThrow(/no attempts left/);
});

test('a torn record is noticed', () => {
  const torn: JobRecord = { ...newJob('j', SPEC, NOW), state: 'running' };
  expect(() => stepJob(torn, { kind: 'cancel', nowUs: NOW })).toThrow(/torn/);
});

test('backoff: fixed stays, exponential doubles, both end at the longest wait', () => {
  const fixed = { ...SPEC.retry, backoff: 'fixed' as const };
  expect([1, 2, 9].map((n) => backoffUs(fixed, n))).toEqual([500 * MS, 500 * MS, 500 * MS]);
  const waits = [1, 2, 3, 4, 5, 6, 60].map((n) => backoffUs(SPEC.retry, n) / MS);
  expect(waits).toEqual([500, 1_000, 2_000, 4_000, 8_000, 10_000, 10_000]);
  expect(backoffUs({ ...fixed, maxUs: 7 }, 1)).toBe(7);
  expect(() => backoffUs(SPEC.retry, 0)).toThrow(InvariantBroken);
});

test('backoff never shrinks, never passes the longest wait, and stays a whole number', () => {
  const policies = fc.record({
    maxAttempts: fc.constant(1_000),
    backoff: fc.constantFrom('fixed' as const, 'exponential' as const),
    baseUs: fc.nat({ max: 366 * 86_400 * SECOND }),
    maxUs: fc.nat({ max: 366 * 86_400 * SECOND }),
  });
  fc.assert(
    fc.property(policies, fc.integer({ min: 1, max: 999 }), (policy, attempt) => {
      const waitUs = backoffUs(policy, attempt);
      expect(Number.isSafeInteger(waitUs)).toBe(true);
      expect(waitUs).toBeLessThanOrEqual(policy.maxUs);
      expect(backoffUs(policy, attempt + 1)).toBeGreaterThanOrEqual(waitUs);
    }),
  );
});

test('jitter makes waits longer by up to its share, by nothing where there is none', () => {
  const draws = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
  const spans = fc.nat({ max: 366 * 86_400 * SECOND });
  const shares = fc.nat({ max: 1_000_000 });
  fc.assert(
    fc.property(spans, shares, draws, fc.integer({ min: 1, max: 99 }), (us, ppm, draw, attempt) => {
      const policy = { ...SPEC.retry, baseUs: us, maxUs: us };
      const waitUs = backoffUs({ ...policy, jitterPpm: ppm }, attempt, draw);
      expect(Number.isSafeInteger(waitUs)).toBe(true);
      expect(waitUs).toBeGreaterThanOrEqual(us);
      expect(waitUs).toBeLessThanOrEqual(us + (us * ppm) / 1_000_000);
      expect(backoffUs(policy, attempt, draw)).toBe(us);
    }),
  );
  expect(() => backoffUs(SPEC.retry, 1, 1)).toThrow(InvariantBroken);
});

test('a wait is drawn by the report: the draw lengthens the time until it is due', () => {
  const spec = { ...SPEC, retry: { ...SPEC.retry, jitterPpm: 500_000 } };
  const failed = { ...report('failed'), draw: 0.5 } as JobEvent;
  expect(after(spec, LAUNCH, failed).dueUs - NOW).toBe(625 * MS);
  expect(after(spec, LAUNCH, { ...lost(), draw: 0.5 } as JobEvent).dueUs - NOW).toBe(625 * MS);
});

test('retried by hand, it may be tried as often anew, and its waits begin anew', () => {
  const dead = inState('dead');
  let job = next(dead, { kind: 'retry', attempts: 3, nowUs: LATER });
  expect(job).toMatchObject({ state: 'waiting', attempt: 3, dueUs: LATER });
  expect(job).not.toHaveProperty('reason');
  const waits: number[] = [];
  for (let attempt = 4; job.state === 'waiting'; attempt++) {
    job = next(job, LAUNCH, report('failed', { epoch: 7, attempt }));
    waits.push(job.dueUs - NOW);
  }
  expect([job.state, job.attempt, waits[0], waits[1]]).toEqual(['dead', 6, 500 * MS, SECOND]);
  // A late copy of the same request speaks of another death.
  expect(stepJob(job, { kind: 'retry', attempts: 3, nowUs: LATER }).effect).toBe('late');
});

test('parents end in any order, the last one frees; a tick minds only that they ended', () => {
  const fanIn = newJob('j', SPEC, NOW, undefined, ['p', 'q', 'r']);
  const twoLeft = stepJob(fanIn, ended('q', true)).job;
  expect(twoLeft.waitsFor).toEqual(['p', 'r']);
  expect(stepJob(twoLeft, ended('q', true)).effect).toBe('late');
  const free = next(twoLeft, ended('r', true), ended('p', true));
  expect(free).not.toHaveProperty('waitsFor');
  expect(next(free, LAUNCH).state).toBe('running');
  const run = newJob('j', { ...SPEC, onFailedParent: 'run' }, NOW, undefined, ['p']);
  const tick = newJob('j', SPEC, NOW, { schedule: 's', nominalUs: NOW }, ['p']);
  for (const job of [run, tick]) expect(stepJob(job, ended('p', false)).job.state).toBe('waiting');
  const cancelled = stepJob(twoLeft, ended('r', false)).job;
  expect(cancelled).toMatchObject({ state: 'cancelled', reason: 'parent r did not succeed' });
  expect(cancelled).not.toHaveProperty('waitsFor');
});

test('when it ended is noted where it may be forgotten, and only there', () => {
  const spec = { ...SPEC, retainUs: 3_600 * SECOND };
  const dead = after({ ...spec, delivery: 'at-most-once' }, LAUNCH, lost());
  const others = [
    after(spec, { kind: 'cancel', nowUs: NOW }),
    after(spec, LAUNCH, report('succeeded')),
  ];
  for (const job of [dead, ...others]) expect(job.endedUs).toBe(NOW);
  expect(after(SPEC, LAUNCH, report('succeeded'))).not.toHaveProperty('endedUs');
});
