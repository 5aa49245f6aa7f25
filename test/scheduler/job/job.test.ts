import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compareTokens, isTerminal, type JobState } from '../../../src/history/fact.ts';
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

/** Every state that a job with attempts left can be in. */
const inState = (state: JobState, spec = SPEC): JobRecord => {
  const way: Readonly<Record<JobState, readonly JobEvent[]>> = {
    waiting: [],
    running: [LAUNCH],
    succeeded: [LAUNCH, report('succeeded')],
    dead: [],
    cancelled: [{ kind: 'cancel', nowUs: NOW }],
  };
  const job = after(spec, ...way[state]);
  return state === 'dead' ? { ...job, state, attempt: 3, reason: 'attempts used up' } : job;
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
};

/** The whole table: `late` changes nothing, `bug` must not be asked for. */
const TABLE: Readonly<Record<string, Readonly<Record<string, JobState | 'late' | 'bug'>>>> = {
  waiting: {
    launch: 'running',
    succeeded: 'late',
    failed: 'late',
    stopped: 'late',
    refused: 'late',
    'late success': 'late',
    lost: 'late',
    'late loss': 'late',
    cancel: 'cancelled',
  },
  running: {
    launch: 'bug',
    succeeded: 'succeeded',
    failed: 'waiting',
    stopped: 'waiting',
    refused: 'waiting',
    'late success': 'late',
    lost: 'waiting',
    'late loss': 'late',
    cancel: 'cancelled',
  },
};

for (const state of ['waiting', 'running', 'succeeded', 'dead', 'cancelled'] as const) {
  for (const [name, event] of Object.entries(EVENTS)) {
    const expected = TABLE[state]?.[name] ?? 'late';
    test(`${state}, then ${name}: ${expected}`, () => {
      const job = inState(state);
      expect(job.state).toBe(state);
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

/** What may happen to a job: launches when it waits, the rest about any attempt at any time. */
const happenings = fc.array(
  fc.record({
    what: fc.constantFrom('launch', 'succeeded', 'failed', 'stopped', 'refused', 'lost', 'cancel'),
    /** How many attempts ago the report speaks of; mostly the current one. */
    ago: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.nat({ max: 3 })),
    newEpoch: fc.boolean(),
  }),
  { maxLength: 30 },
);
const specs = fc.record({
  delivery: fc.constantFrom('at-least-once' as const, 'at-most-once' as const),
  maxAttempts: fc.integer({ min: 1, max: 4 }),
});

/** Plays happenings and shows every step that was taken. */
function play(
  { delivery, maxAttempts }: { delivery: JobSpec['delivery']; maxAttempts: number },
  list: readonly { what: string; ago: number; newEpoch: boolean }[],
  seen: (before: JobRecord, event: JobEvent, after: JobRecord, effect: string) => void,
): JobRecord {
  const spec = { ...SPEC, delivery, retry: { ...SPEC.retry, maxAttempts } };
  let job = newJob('j', spec, NOW);
  let epoch = 1;
  const tokens = [{ epoch: 0, attempt: 0 }];
  for (const { what, ago, newEpoch } of list) {
    if (newEpoch) epoch += 1;
    const token = tokens[Math.max(0, tokens.length - 1 - ago)] as typeof TOKEN;
    if (what === 'launch' && job.state !== 'waiting') continue;
    const event: JobEvent =
      what === 'launch'
        ? { kind: 'launch', epoch, worker: 'w', incarnation: 1 }
        : what === 'cancel'
          ? { kind: 'cancel', nowUs: NOW }
          : what === 'lost'
            ? { kind: 'lost', token, why: 'timeout', nowUs: NOW }
            : { kind: 'report', token, how: what as 'failed', nowUs: NOW };
    const step = stepJob(job, event);
    seen(job, event, step.job, step.effect);
    if (step.job.run !== undefined && what === 'launch') tokens.push(step.job.run.token);
    job = step.job;
  }
  return job;
}

test('whatever happens: ends are final, tokens only rise, late means unchanged', () => {
  fc.assert(
    fc.property(specs, happenings, (spec, list) => {
      let last = { epoch: 0, attempt: 0 };
      play(spec, list, (before, event, now, effect) => {
        if (isTerminal(before.state)) expect(now).toBe(before);
        if (effect === 'late') expect(now).toBe(before);
        expect(now.attempt).toBe(before.attempt + (event.kind === 'launch' ? 1 : 0));
        expect(now.refusals).toBeLessThanOrEqual(now.attempt);
        expect(now.state === 'running').toBe(now.run !== undefined);
        if (event.kind === 'launch' && now.run !== undefined) {
          expect(compareTokens(now.run.token, last)).toBeGreaterThan(0);
          last = now.run.token;
        }
      });
    }),
  );
});

test('whatever happens: no more attempts begin than asked for, one where once is most', () => {
  fc.assert(
    fc.property(specs, happenings, (spec, list) => {
      const allowed = spec.delivery === 'at-most-once' ? 1 : spec.maxAttempts;
      const job = play(spec, list, (before, event) => {
        // An attempt counts as begun unless its worker said that it never began.
        if (event.kind === 'launch') expect(before.attempt - before.refusals).toBeLessThan(allowed);
      });
      expect(job.attempt - job.refusals).toBeLessThanOrEqual(allowed);
    }),
  );
});
