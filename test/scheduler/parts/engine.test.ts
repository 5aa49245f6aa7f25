import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MINUTE, MS, SECOND } from '../../../src/lib/units.ts';
import type { BeatAck, FinishedAck, RollCall, Run } from '../../../src/scheduler/api.ts';
import { EngineLab, every, SPEC, token, WORKER_TIMEOUT_US } from './engine-lab.ts';

test('a term begins with a roll-call to every worker, under its epoch', () => {
  const lab = new EngineLab({ epoch: 4 });
  const calls = lab.take<RollCall>('roll-call');
  expect(calls.map(({ to, message, synced }) => [to, message.epoch, synced])).toEqual([
    ['w1', 4, true],
    ['w2', 4, true],
  ]);
});

test('answers, launches, stops and acknowledgements wait until all is durable', () => {
  const lab = new EngineLab();
  lab.beat('w1');
  lab.submit('a');
  lab.submit('b');
  lab.ask({ kind: 'status', job: 'a' });
  lab.ask({ kind: 'cancel', job: 'b' });
  lab.finished('w1', 'a', token(1, 1), 'succeeded');
  const waiting = new Map(lab.sent.map(({ message, synced }) => [message.kind, synced]));
  expect(Object.fromEntries(waiting)).toEqual({
    ...{ 'roll-call': true, 'api-answer': true, run: true, stop: true, 'finished-ack': true },
    'beat-ack': false,
  });
});

test('what was persisted gives the same book again', () => {
  const lab = new EngineLab();
  lab.beat('w1');
  lab.submit('a');
  lab.submit('b', { delayUs: MINUTE });
  lab.ask({ kind: 'put-schedule', schedule: 's', spec: every(lab.host, SECOND) });
  lab.finished('w1', 'a', token(1, 1), 'failed');
  lab.advance(3 * SECOND);
  const again = new EngineLab({ epoch: 2, log: lab.log });
  expect(again.book.jobs).toEqual(lab.book.jobs);
  expect(again.book.schedules.get('s')?.spec).toEqual(lab.book.schedules.get('s')?.spec);
});

test('the same id and spec is the same job; another spec is refused, and so is nonsense', () => {
  const lab = new EngineLab();
  expect(lab.submit('a').persist).toHaveLength(1);
  expect(lab.submit('a').persist).toEqual([]);
  expect(lab.result()).toEqual({ kind: 'ok', state: 'waiting', attempts: 0 });
  lab.submit('a', { timeoutUs: 5 });
  expect(lab.result()).toMatchObject({ kind: 'error', field: 'job' });
  lab.submit('b', { timeoutUs: -5 });
  expect(lab.result()).toMatchObject({ kind: 'error', field: 'timeoutUs' });
  lab.ask({ kind: 'status', job: 'b' });
  expect(lab.result()).toMatchObject({ kind: 'error' });
});

test('cancel: a waiting job never runs, a running one is stopped, a finished one stays', () => {
  const lab = new EngineLab();
  lab.submit('a');
  lab.ask({ kind: 'cancel', job: 'a' });
  lab.ask({ kind: 'cancel', job: 'a' });
  expect(lab.result()).toMatchObject({ kind: 'ok', state: 'cancelled' });
  lab.beat('w1');
  expect(lab.runs()).toEqual([]);
  lab.submit('b');
  lab.ask({ kind: 'cancel', job: 'b' });
  expect(lab.stops()).toEqual(['w1: b 1.1']);
  lab.finished('w1', 'b', token(1, 1), 'succeeded');
  expect(lab.state('b')).toBe('cancelled');
  lab.submit('c');
  lab.finished('w1', 'c', token(1, 1), 'succeeded');
  lab.ask({ kind: 'cancel', job: 'c' });
  expect(lab.result()).toMatchObject({ kind: 'error', reason: 'already succeeded' });
  lab.ask({ kind: 'cancel', job: 'nobody' });
  expect(lab.result()).toMatchObject({ kind: 'error', reason: 'unknown job' });
});

test('launches go round workers with room, in order of due times, until all are full', () => {
  const lab = new EngineLab();
  for (const job of ['a', 'b', 'c', 'd', 'e']) lab.submit(job);
  expect(lab.runs()).toEqual([]);
  lab.beat('w1', { capacity: 2 });
  lab.beat('w2', { capacity: 1 });
  expect(lab.runs()).toEqual(['w1: a 1.1', 'w1: b 1.1', 'w2: c 1.1']);
  lab.finished('w1', 'b', token(1, 1), 'succeeded');
  expect(lab.runs()).toEqual(['w1: d 1.1']);
});

test('a job is not launched before it is due, nor a failed one before its backoff', () => {
  const lab = new EngineLab();
  lab.submit('a', { delayUs: 3 * SECOND });
  lab.beat('w1');
  lab.keepBeating(3 * SECOND);
  expect(lab.runs().filter((run) => run.endsWith('1.1')).length).toBeLessThanOrEqual(1);
  lab.advance(1);
  const launchedUs = lab.host.nowUs;
  expect(lab.state('a')).toBe('running');
  lab.finished('w1', 'a', token(1, 1), 'failed');
  lab.advance(SECOND - 1);
  expect([lab.state('a'), launchedUs > 0]).toEqual(['waiting', true]);
  lab.advance(1);
  expect(lab.state('a')).toBe('running');
});

test('a run that the worker does not hold is sent again under the same token', () => {
  const lab = new EngineLab();
  lab.beat('w1');
  lab.submit('a');
  lab.runs();
  lab.advance(SECOND);
  lab.beat('w1');
  expect(lab.runs()).toEqual([]);
  lab.advance(SECOND);
  const done = lab.beat('w1');
  expect(done.persist).toEqual([]);
  const [again] = lab.take<Run>('run');
  expect(again?.message).toMatchObject({ incarnation: 1, launch: { token: token(1, 1) } });
  lab.advance(SECOND);
  lab.beat('w1', { holding: [{ job: 'a', token: token(1, 1) }] });
  expect(lab.runs()).toEqual([]);
});

test('a new leader adopts what runs, sends it again under its own epoch and the old token', () => {
  const old = new EngineLab();
  old.beat('w1');
  old.submit('a');
  const lab = new EngineLab({ epoch: 2, log: old.log });
  lab.advance(2 * SECOND);
  lab.beat('w1');
  const [again] = lab.take<Run>('run');
  expect(again?.message).toMatchObject({ epoch: 2, launch: { token: token(1, 1) } });
  lab.finished('w1', 'a', token(1, 1), 'succeeded');
  expect(lab.state('a')).toBe('succeeded');
});

test('a worker that restarted has lost what it ran; an older beat of it says nothing', () => {
  const lab = new EngineLab();
  lab.beat('w1', { incarnation: 3 });
  lab.submit('a');
  lab.advance(5 * SECOND);
  lab.beat('w1', { incarnation: 2 });
  expect(lab.state('a')).toBe('running');
  lab.beat('w1', { incarnation: 4 });
  expect(lab.book.jobs.get('a')).toMatchObject({ state: 'waiting', attempt: 1 });
  expect(lab.testimonies).toContainEqual({
    ...{ kind: 'attempt-lost', job: 'a', token: token(1, 1), why: 'worker restarted' },
  });
});

test('a worker that counts anew is told of its later life, once that one has been silent', () => {
  const lab = new EngineLab();
  const told = () => lab.take<BeatAck>('beat-ack').flatMap(({ message }) => message.newest ?? []);
  lab.beat('w1', { incarnation: 3 });
  lab.advance(2 * SECOND);
  lab.beat('w1', { incarnation: 1 });
  expect(told()).toEqual([]);
  lab.beat('w1', { incarnation: 3 });
  lab.advance(WORKER_TIMEOUT_US / 2 + 1);
  lab.beat('w1', { incarnation: 1 });
  expect(told()).toEqual([3]);
  lab.beat('w1', { incarnation: 4 });
  expect(told()).toEqual([]);
});

test('an old beat that comes first does not end what a later incarnation runs', () => {
  const old = new EngineLab();
  old.beat('w1', { incarnation: 5 });
  old.submit('a', { delivery: 'at-most-once' });
  const lab = new EngineLab({ epoch: 2, log: old.log });
  lab.beat('w1', { incarnation: 4 });
  expect(lab.state('a')).toBe('running');
  lab.beat('w1', { incarnation: 5, holding: [{ job: 'a', token: token(1, 1) }] });
  lab.finished('w1', 'a', token(1, 1), 'succeeded');
  expect(lab.state('a')).toBe('succeeded');
});

test('a silent worker is given up with what it ran, and used again when heard', () => {
  const lab = new EngineLab({ workers: ['w1'] });
  lab.beat('w1');
  lab.submit('a');
  lab.advance(WORKER_TIMEOUT_US);
  expect(lab.state('a')).toBe('running');
  lab.advance(2 * SECOND);
  expect(lab.state('a')).toBe('waiting');
  expect(lab.stops()).toEqual(['w1: a 1.1']);
  lab.advance(10 * SECOND);
  expect(lab.runs()).toEqual([]);
  lab.beat('w1', { holding: [{ job: 'a', token: token(1, 1) }] });
  expect(lab.sent.map(({ message }) => message.kind)).toContain('stop');
  expect(lab.runs()).toEqual(['w1: a 1.2']);
});

test('an overdue attempt is given up after its timeout and some grace', () => {
  const lab = new EngineLab();
  lab.beat('w1');
  lab.submit('a', { timeoutUs: 5 * SECOND });
  const holding = [{ job: 'a', token: token(1, 1) }];
  lab.keepBeating(7 * SECOND, holding);
  expect(lab.state('a')).toBe('running');
  lab.keepBeating(2 * SECOND, holding);
  expect(lab.book.jobs.get('a')?.attempt).toBe(2);
});

test('who slept blames nobody: reports and beats of that time may wait in its own inbox', () => {
  const lab = new EngineLab();
  lab.beat('w1');
  lab.submit('a', { delivery: 'at-most-once', timeoutUs: 5 * SECOND });
  lab.advance(SECOND);
  lab.pause(MINUTE);
  lab.fire('engine:sweep');
  expect(lab.state('a')).toBe('running');
  lab.finished('w1', 'a', token(1, 1), 'succeeded');
  expect(lab.state('a')).toBe('succeeded');
});

test('a refusal frees the job at once, and rests the worker until it is heard again', () => {
  const lab = new EngineLab();
  lab.beat('w1');
  lab.submit('a');
  lab.runs();
  lab.finished('w1', 'a', token(1, 1), 'refused');
  expect(lab.runs()).toEqual([]);
  lab.beat('w2');
  expect(lab.runs()).toEqual(['w2: a 1.2']);
  lab.submit('b');
  lab.submit('c');
  expect(lab.runs()).toEqual(['w2: b 1.1']);
  lab.beat('w1');
  expect(lab.runs()).toEqual(['w1: c 1.1']);
});

test('a late report changes nothing, and is acknowledged so that it ends', () => {
  const lab = new EngineLab();
  lab.beat('w1');
  lab.submit('a');
  lab.finished('w1', 'a', token(1, 1), 'succeeded');
  lab.sent = [];
  const repeated = lab.finished('w1', 'a', token(1, 1), 'failed');
  expect(repeated.persist).toEqual([]);
  expect(lab.finished('w1', 'never heard of', token(1, 1), 'succeeded').persist).toEqual([]);
  expect(lab.take<FinishedAck>('finished-ack').map(({ message }) => message.job)).toEqual([
    'a',
    'never heard of',
  ]);
});

test('what a worker holds without right is stopped', () => {
  const lab = new EngineLab();
  lab.beat('w1', { holding: [{ job: 'ghost', token: token(1, 1) }] });
  expect(lab.stops()).toEqual(['w1: ghost 1.1']);
});

test('a schedule fires each tick once, under the tick’s own id, also across a new leader', () => {
  const lab = new EngineLab();
  const startUs = lab.host.wallNowUs;
  lab.ask({ kind: 'put-schedule', schedule: 's', spec: every(lab.host, 10 * SECOND) });
  lab.advance(35 * SECOND);
  const next = new EngineLab({ epoch: 2, log: lab.log });
  next.host.wallNowUs = lab.host.wallNowUs;
  next.advance(30 * SECOND);
  const ids = [10, 20, 30, 40, 50, 60].map((s) => `s@${startUs + s * SECOND}`);
  expect([...next.book.jobs.keys()].sort()).toEqual(ids);
});

test('a wall clock stepped back fires nothing twice and silences nothing for good', () => {
  const lab = new EngineLab();
  const startUs = lab.host.wallNowUs;
  lab.ask({ kind: 'put-schedule', schedule: 's', spec: every(lab.host, 10 * SECOND) });
  lab.submit('later', { delayUs: 30 * SECOND });
  lab.beat('w1', { capacity: 100 });
  lab.advance(25 * SECOND);
  lab.host.wallNowUs -= 3_600 * SECOND;
  lab.advance(20 * SECOND);
  expect(lab.book.jobs.size).toBe(3);
  lab.host.wallNowUs += 3_600 * SECOND;
  // Nobody sleeps longer than a second on the word of a wall clock.
  lab.beat('w1', { capacity: 100 });
  lab.advance(SECOND);
  const ids = [10, 20, 30, 40].map((s) => `s@${startUs + s * SECOND}`);
  expect([...lab.book.jobs.keys()].filter((id) => id !== 'later')).toEqual(ids);
  expect(lab.book.jobs.get('later')?.attempt).toBeGreaterThan(0);
});

test('an ended term leaves no timer behind', () => {
  const lab = new EngineLab();
  lab.submit('a', { delayUs: MINUTE });
  const before = lab.host.timers.size;
  const timers: string[] = [];
  lab.engine.end({ cancelTimer: (tag: string) => timers.push(tag) } as never);
  expect(timers).toHaveLength(before);
});

test('pages are asked for in any size, and are cut to a limit', () => {
  const lab = new EngineLab();
  for (let i = 0; i < 600; i++) lab.submit(`job-${String(i).padStart(3, '0')}`);
  const pageOf = (limit: number) => {
    lab.ask({ kind: 'list-jobs', after: '', limit });
    const result = lab.result();
    return result?.kind === 'jobs' ? [result.jobs.length, result.next] : undefined;
  };
  expect(pageOf(2)).toEqual([2, 'job-001']);
  for (const limit of [0, -3, Number.NaN]) expect(pageOf(limit)).toEqual([1, 'job-000']);
  expect(pageOf(1e9)).toEqual([500, 'job-499']);
});

/** Whatever workers say, in any order, true or not. */
const chatter = fc.array(
  fc.oneof(
    fc.record({ say: fc.constant('beat' as const), who: fc.nat(1), incarnation: fc.nat(3) }),
    fc.record({
      say: fc.constant('finished' as const),
      who: fc.nat(1),
      job: fc.nat(4),
      attempt: fc.nat(3),
      how: fc.constantFrom('succeeded', 'failed', 'stopped', 'refused'),
    }),
    fc.record({ say: fc.constant('submit' as const), job: fc.nat(4) }),
    fc.record({ say: fc.constant('cancel' as const), job: fc.nat(4) }),
    fc.record({ say: fc.constant('wait' as const), ms: fc.nat(12_000) }),
    fc.record({ say: fc.constant('new leader' as const) }),
  ),
  { maxLength: 60 },
);

test('whatever workers say and whoever leads: the book stays whole and tokens only rise', () => {
  fc.assert(
    fc.property(chatter, (list) => {
      let lab = new EngineLab();
      const newest = new Map<string, number>();
      let epoch = 1;
      for (const each of list) {
        if (each.say === 'beat') lab.beat(`w${each.who + 1}`, { incarnation: each.incarnation });
        else if (each.say === 'submit') lab.submit(`j${each.job}`);
        else if (each.say === 'cancel') lab.ask({ kind: 'cancel', job: `j${each.job}` });
        else if (each.say === 'wait') lab.advance(each.ms * MS);
        else if (each.say === 'new leader') {
          const { host, log } = lab;
          epoch += 1;
          lab = new EngineLab({ epoch, log });
          lab.host.wallNowUs = host.wallNowUs;
        } else {
          const of = lab.book.jobs.get(`j${each.job}`)?.run?.token ?? token(epoch, each.attempt);
          lab.finished(`w${each.who + 1}`, `j${each.job}`, of, each.how);
        }
        for (const { message } of lab.take<Run>('run')) {
          const { job, token: of } = message.launch;
          const rank = of.epoch * 1_000 + of.attempt;
          expect(rank).toBeGreaterThanOrEqual(newest.get(job) ?? 0);
          newest.set(job, rank);
        }
        for (const job of lab.book.jobs.values()) {
          expect(job.state === 'running').toBe(job.run !== undefined);
          expect(job.attempt - job.refusals).toBeLessThanOrEqual(SPEC.retry.maxAttempts);
        }
      }
      // The log alone gives the same book.
      expect(new EngineLab({ epoch: epoch + 1, log: lab.log }).book.jobs.size).toBe(
        lab.book.jobs.size,
      );
    }),
    { numRuns: 200 },
  );
});
