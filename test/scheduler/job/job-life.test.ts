/** Whole lives of jobs: any events in any order, and what stays true throughout. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compareTokens, isTerminal, type Token } from '../../../src/history/fact.ts';
import { SECOND, wallUs } from '../../../src/lib/units.ts';
import type { JobSpec } from '../../../src/scheduler/api.ts';
import {
  backoffUs,
  isReady,
  type JobEvent,
  type JobRecord,
  newJob,
  stepJob,
} from '../../../src/scheduler/job/job.ts';

const START = wallUs(1_700_000_000 * SECOND);
const PARENTS = ['p', 'q', 'r'];

const specs = fc.record({
  delivery: fc.constantFrom('at-least-once' as const, 'at-most-once' as const),
  onFailedParent: fc.constantFrom('cancel' as const, 'run' as const),
  maxAttempts: fc.integer({ min: 1, max: 3 }),
  jitterPpm: fc.constantFrom(0, 200_000),
  parents: fc.subarray(PARENTS),
});
type Wish = typeof specs extends fc.Arbitrary<infer T> ? T : never;

const WHATS = [
  ...([
    'launch',
    'launch',
    'launch',
    'succeeded',
    'failed',
    'failed',
    'stopped',
    'refused',
  ] as const),
  ...(['lost', 'cancel', 'retry', 'retry', 'run-now', 'parent-ended', 'parent-ended'] as const),
];
const happening = fc.record({
  what: fc.constantFrom(...WHATS),
  /** How many attempts ago a report speaks of, or a retry; mostly the current one. */
  ago: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.nat({ max: 3 })),
  parent: fc.constantFrom(...PARENTS),
  /** Whether it goes well: a new epoch, a parent that succeeded. */
  isWell: fc.boolean(),
  draw: fc.constantFrom(0, 0.5, 0.999),
  afterUs: fc.nat({ max: 20 * SECOND }),
});
type Happening = typeof happening extends fc.Arbitrary<infer T> ? T : never;
const happenings = fc.array(happening, { maxLength: 40, size: 'max' });

const specOf = (wish: Wish): JobSpec => ({
  queue: 'default',
  delayUs: 0,
  retry: {
    ...{ maxAttempts: wish.maxAttempts, jitterPpm: wish.jitterPpm },
    ...{ backoff: 'exponential', baseUs: SECOND, maxUs: 10 * SECOND },
  },
  timeoutUs: 20 * SECOND,
  delivery: wish.delivery,
  sink: 'token',
  onFailedParent: wish.onFailedParent,
  retainUs: 3_600 * SECOND,
});

interface Taken {
  readonly before: JobRecord;
  readonly event: JobEvent;
  readonly after: JobRecord;
  readonly effect: string;
}

/** Every step of a life. Launches are those that a scheduler may ask for. */
function live(wish: Wish, list: readonly Happening[]): readonly Taken[] {
  let job = newJob('j', specOf(wish), START, undefined, wish.parents);
  let [epoch, nowUs] = [1, START];
  const tokens: Token[] = [{ epoch: 0, attempt: 0 }];
  const taken: Taken[] = [];
  for (const each of list) {
    nowUs = wallUs(nowUs + each.afterUs);
    if (each.what === 'launch' && each.isWell) epoch += 1;
    if (each.what === 'launch' && !isReady(job)) continue;
    const token = tokens[Math.max(0, tokens.length - 1 - each.ago)] as Token;
    const event = eventOf(each, { epoch, token, nowUs, attempts: job.attempt - each.ago });
    const step = stepJob(job, event);
    taken.push({ before: job, event, after: step.job, effect: step.effect });
    if (event.kind === 'launch' && step.job.run !== undefined) tokens.push(step.job.run.token);
    job = step.job;
  }
  return taken;
}

interface Moment {
  readonly epoch: number;
  readonly token: Token;
  readonly nowUs: typeof START;
  readonly attempts: number;
}

function eventOf({ what, parent, isWell, draw }: Happening, at: Moment): JobEvent {
  const { epoch, token, nowUs, attempts } = at;
  switch (what) {
    case 'launch':
      return { kind: 'launch', epoch, worker: 'w', incarnation: 1 };
    case 'lost':
      return { kind: 'lost', token, why: 'timeout', nowUs, draw };
    case 'cancel':
    case 'run-now':
      return { kind: what, nowUs };
    case 'retry':
      return { kind: 'retry', attempts, nowUs };
    case 'parent-ended':
      return { kind: 'parent-ended', parent, succeeded: isWell, nowUs };
    default:
      return { kind: 'report', token, how: what, nowUs, draw };
  }
}

const always = (check: (taken: Taken, wish: Wish) => void): void =>
  fc.assert(
    fc.property(specs, happenings, (wish, list) => {
      for (const taken of live(wish, list)) check(taken, wish);
    }),
    { numRuns: 300 },
  );

test('an end is final, but for a retry by hand of a dead job that may be tried again', () => {
  always(({ before, event, after }) => {
    if (!isTerminal(before.state) || after === before) return;
    expect([before.state, event.kind, after.state]).toEqual(['dead', 'retry', 'waiting']);
    expect(before.spec.delivery).toBe('at-least-once');
  });
});

test('what is late changes nothing; a record is never torn', () => {
  always(({ before, after, effect }) => {
    expect(effect === 'late').toBe(after === before);
    expect(after.state === 'running').toBe(after.run !== undefined);
    expect(after.endedUs !== undefined).toBe(isTerminal(after.state));
    if (after.state === 'dead') expect(after.reason).toBeDefined();
    if (isTerminal(after.state) || after.state === 'running') {
      expect(after).not.toHaveProperty('waitsFor');
    }
  });
});

test('attempts are numbered by one at a launch and nowhere else, and tokens only rise', () => {
  fc.assert(
    fc.property(specs, happenings, (wish, list) => {
      let last: Token = { epoch: 0, attempt: 0 };
      for (const { before, event, after } of live(wish, list)) {
        expect(after.attempt).toBe(before.attempt + (event.kind === 'launch' ? 1 : 0));
        expect(after.refusals).toBeLessThanOrEqual(after.attempt);
        if (event.kind !== 'launch' || after.run === undefined) continue;
        expect(compareTokens(after.run.token, last)).toBeGreaterThan(0);
        last = after.run.token;
      }
    }),
  );
});

test('no more attempts begin than asked for, and as many again after each retry by hand', () => {
  fc.assert(
    fc.property(specs, happenings, (wish, list) => {
      // An attempt counts as begun unless its worker said that it never began.
      const begun = ({ attempt, refusals }: JobRecord): number => attempt - refusals;
      let allowed = wish.delivery === 'at-most-once' ? 1 : wish.maxAttempts;
      for (const { before, event, after } of live(wish, list)) {
        if (event.kind === 'launch') expect(begun(before)).toBeLessThan(allowed);
        if (event.kind === 'retry' && after !== before) allowed = begun(before) + wish.maxAttempts;
        const isSpent = after.reason?.startsWith('attempts used up') ?? false;
        if (after.state === 'dead' && isSpent) expect(begun(after)).toBe(allowed);
      }
    }),
    { numRuns: 300 },
  );
});

test('after a failed attempt it is due when its policy says, and by nothing else put off', () => {
  always(({ before, event, after }, { jitterPpm }) => {
    if (after === before) return;
    const ends = event.kind === 'report' || event.kind === 'lost';
    if (!ends || after.state !== 'waiting') {
      // Only to an earlier time, or by hand.
      if (event.kind !== 'retry') expect(after.dueUs).toBeLessThanOrEqual(before.dueUs);
      return;
    }
    if (event.kind === 'report' && event.how === 'refused') {
      expect(after.dueUs).toBe(event.nowUs);
      return;
    }
    const longestUs = backoffUs(after.spec.retry, 99) * (1 + jitterPpm / 1_000_000);
    expect(after.dueUs - event.nowUs).toBeGreaterThanOrEqual(SECOND);
    expect(after.dueUs - event.nowUs).toBeLessThanOrEqual(longestUs);
  });
});

test('it waits for ever fewer parents, and starts when none is left', () => {
  always(({ before, event, after }, { parents, onFailedParent }) => {
    const [had, has] = [before.waitsFor ?? [], after.waitsFor ?? []];
    expect(has.every((parent) => had.includes(parent))).toBe(true);
    expect(after.waitsFor).not.toEqual([]);
    if (has.length < had.length && !isTerminal(after.state)) {
      expect(event.kind === 'parent-ended' && had.includes(event.parent)).toBe(true);
      expect(has.length).toBe(had.length - 1);
      if (onFailedParent === 'cancel') expect(event).toMatchObject({ succeeded: true });
    }
    if (after.state === 'running') expect(has).toEqual([]);
    if (before.attempt > 0) expect(had).toEqual([]);
    expect(had.every((parent) => parents.includes(parent))).toBe(true);
  });
});
