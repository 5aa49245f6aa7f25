/** Queues, keys, priorities, tags, rates and times, as clients and workers meet them. */
import { expect, test } from 'vitest';
import { HOUR, MINUTE, MS, SECOND, wallUs } from '../../../src/lib/units.ts';
import { EngineLab, EPOCH_US, token } from './engine-lab.ts';

test('greater priorities start first, then in order of acceptance', () => {
  const lab = new EngineLab();
  for (const [job, priority] of [
    ['a', 0],
    ['b', 5],
    ['c', -1],
    ['d', 5],
    ['e', 0],
  ] as const) {
    lab.submit(job, { priority });
  }
  lab.beat('w1', { capacity: 5 });
  expect(lab.runs().map((run) => run.split(' ')[1])).toEqual(['b', 'd', 'a', 'e', 'c']);
});

test('a job goes to a worker with all of its tags, and others pass it while there is none', () => {
  const lab = new EngineLab();
  lab.submit('picky', { tags: ['gpu', 'big'], priority: 9 });
  lab.submit('plain');
  lab.beat('w1', { capacity: 9, tags: ['gpu'] });
  expect(lab.runs()).toEqual(['w1: plain 1.1']);
  lab.beat('w2', { capacity: 9, tags: ['big', 'ssd', 'gpu'] });
  expect(lab.runs()).toEqual(['w2: picky 1.1']);
});

test('at, after, and now: none starts before its time, and run-now brings it forward', () => {
  const lab = new EngineLab();
  lab.beat('w1', { capacity: 9 });
  const inAMinute = wallUs(EPOCH_US + MINUTE);
  lab.submit('now');
  lab.submit('after', { delayUs: 3 * SECOND });
  lab.submit('at', { atUs: inAMinute });
  lab.submit('both', { atUs: wallUs(EPOCH_US), delayUs: 5 * SECOND });
  lab.submit('past', { atUs: wallUs(1) });
  expect(lab.runs()).toEqual(['w1: now 1.1', 'w1: past 1.1']);
  lab.advance(3 * SECOND);
  expect(lab.runs()).toEqual(['w1: after 1.1']);
  lab.advance(2 * SECOND);
  expect(lab.runs()).toEqual(['w1: both 1.1']);
  expect(lab.answer({ kind: 'run-now', job: 'at' })).toMatchObject({ kind: 'ok' });
  expect(lab.state('at')).toBe('running');
  expect(lab.answer({ kind: 'run-now', job: 'at' })).toMatchObject({ kind: 'error', field: 'job' });
  expect(lab.book.jobs.get('at')?.attempt).toBe(1);
});

test('a paused queue starts nothing and lets others pass; resumed, it goes on at once', () => {
  const lab = new EngineLab();
  lab.beat('w1', { capacity: 9 });
  const edit = (kind: 'pause' | 'resume', revision: number) =>
    lab.answer({ kind: 'edit-queue', queue: 'slow', edit: kind, revision });
  expect(edit('pause', 1)).toEqual({ kind: 'ok', revision: 1, standing: 'paused' });
  lab.submit('a', { queue: 'slow', priority: 9 });
  lab.submit('b');
  expect(lab.runs()).toEqual(['w1: b 1.1']);
  expect(edit('resume', 2)).toEqual({ kind: 'ok', revision: 2, standing: 'active' });
  expect(lab.state('a')).toBe('running');
  // A late copy of the pause is answered with what has become of it, and changes nothing.
  expect(edit('pause', 1)).toMatchObject({ kind: 'error', field: 'revision' });
  lab.submit('c', { queue: 'slow' });
  expect(lab.state('c')).toBe('running');
});

test('a limit holds across queues, keys and edits: raised or lifted, it frees at once', () => {
  const lab = new EngineLab();
  lab.beat('w1', { capacity: 99 });
  const put = (spec: object, revision: number) =>
    lab.answer({ kind: 'put-queue', queue: 'q', spec, revision });
  expect(put({ concurrency: 3, perKey: 1 }, 1)).toMatchObject({ kind: 'ok', revision: 1 });
  for (const job of ['k1', 'k2', 'k3', 'k4']) lab.submit(job, { queue: 'q', key: 'k' });
  for (const job of ['l1', 'n1', 'n2'])
    lab.submit(job, { queue: 'q', ...(job === 'l1' && { key: 'l' }) });
  lab.submit('other');
  const running = () => [...lab.book.jobs.values()].flatMap(({ id, run }) => (run ? [id] : []));
  expect(running()).toEqual(['k1', 'l1', 'n1', 'other']);
  put({ concurrency: 3, perKey: 2 }, 2);
  expect(running()).toHaveLength(4);
  put({ concurrency: 4, perKey: 2 }, 3);
  expect(running()).toEqual(['k1', 'k2', 'l1', 'n1', 'other']);
  put({}, 4);
  expect(running()).toHaveLength(8);
});

test('jobs of one key run one after another in order of acceptance, failures and all', () => {
  const lab = new EngineLab();
  lab.beat('w1', { capacity: 99 });
  lab.ask({ kind: 'put-queue', queue: 'q', spec: { perKey: 1 }, revision: 1 });
  for (const job of ['a', 'b', 'c']) lab.submit(job, { queue: 'q', key: 'k' });
  expect(lab.runs()).toEqual(['w1: a 1.1']);
  lab.ask({ kind: 'cancel', job: 'b' });
  lab.finished('w1', 'a', token(1, 1), 'succeeded');
  expect(lab.runs()).toEqual(['w1: c 1.1']);
});

test('a rate lets so many start at once and the rest in its time, across terms as well', () => {
  const lab = new EngineLab();
  lab.beat('w1', { capacity: 99 });
  const spec = { rate: { starts: 2, perUs: 10 * SECOND } };
  lab.ask({ kind: 'put-queue', queue: 'q', spec, revision: 1 });
  for (let i = 0; i < 5; i++) lab.submit(`j${i}`, { queue: 'q' });
  const started = (of: EngineLab) =>
    [...of.book.jobs.values()].filter(({ attempt }) => attempt > 0).length;
  expect(started(lab)).toBe(2);
  lab.advance(5 * SECOND - 1);
  expect(started(lab)).toBe(2);
  lab.advance(1);
  expect(started(lab)).toBe(3);
  const next = lab.next(2);
  next.beat('w1', { capacity: 99 });
  next.advance(4 * SECOND);
  expect(started(next)).toBe(3);
  next.advance(SECOND);
  expect(started(next)).toBe(4);
});

test('a unique key has one open job; ended, it is free; retried, it is taken again', () => {
  const lab = new EngineLab();
  lab.beat('w1', { capacity: 99 });
  const spec = {
    uniqueKey: 'u',
    retry: { ...{ maxAttempts: 1, backoff: 'fixed' as const }, ...{ baseUs: 0, maxUs: 0 } },
  };
  lab.submit('a', spec);
  lab.submit('b', spec);
  expect(lab.result()).toEqual({ kind: 'error', field: 'uniqueKey', reason: 'held by a' });
  // The same job again is no rival of itself.
  lab.submit('a', spec);
  expect(lab.result()).toMatchObject({ kind: 'ok', state: 'running' });
  lab.finished('w1', 'a', token(1, 1), 'failed');
  expect(lab.state('a')).toBe('dead');
  lab.submit('b', spec);
  expect(lab.result()).toMatchObject({ kind: 'ok' });
  const retry = () => lab.answer({ kind: 'retry', job: 'a', attempts: 1 });
  expect(retry()).toEqual({ kind: 'error', field: 'uniqueKey', reason: 'held by b' });
  lab.finished('w1', 'b', token(1, 1), 'succeeded');
  expect(retry()).toMatchObject({ kind: 'ok', attempts: 1 });
  lab.submit('c', spec);
  expect(lab.result()).toMatchObject({ field: 'uniqueKey', reason: 'held by a' });
});

test('the dead are listed, and a retry by hand is asked for once however often it is sent', () => {
  const lab = new EngineLab();
  lab.beat('w1', { capacity: 99 });
  lab.submit('a');
  lab.submit('once', { delivery: 'at-most-once' });
  for (let attempt = 1; attempt <= 3; attempt++) {
    lab.finishAll('failed');
    lab.advance(SECOND);
  }
  const dead = lab.answer({ kind: 'list-jobs', after: '', limit: 10, state: 'dead' });
  expect(dead).toMatchObject({
    jobs: [
      { job: 'a', attempts: 3 },
      { job: 'once', attempts: 1 },
    ],
  });
  const retry = (job: string, attempts: number) => lab.answer({ kind: 'retry', job, attempts });
  expect(retry('once', 1)).toEqual({ kind: 'error', field: 'job', reason: 'runs at most once' });
  expect(retry('a', 2)).toMatchObject({ kind: 'error', field: 'attempts' });
  expect(retry('a', undefined as never)).toMatchObject({ kind: 'error', field: 'attempts' });
  expect(retry('a', 3)).toMatchObject({ kind: 'ok', state: 'waiting', attempts: 3 });
  expect(lab.state('a')).toBe('running');
  expect(retry('a', 3)).toMatchObject({ kind: 'ok', state: 'running', attempts: 4 });
  for (let attempt = 4; attempt <= 6; attempt++) {
    lab.finishAll('failed');
    lab.beat('w1', { capacity: 99 });
    lab.advance(SECOND);
  }
  expect(lab.book.jobs.get('a')).toMatchObject({ state: 'dead', attempt: 6 });
  expect(retry('a', 3)).toMatchObject({ kind: 'ok', state: 'dead', attempts: 6 });
});

test('what may be forgotten is, not before its time, and counted from its last end', () => {
  const lab = new EngineLab();
  lab.beat('w1', { capacity: 99 });
  lab.submit('kept');
  lab.submit('a', {
    retainUs: HOUR,
    retry: { maxAttempts: 1, backoff: 'fixed', baseUs: 0, maxUs: 0 },
  });
  lab.finishAll('failed');
  lab.advance(50 * MINUTE);
  lab.beat('w1', { capacity: 99 });
  lab.ask({ kind: 'retry', job: 'a', attempts: 1 });
  lab.finishAll('succeeded');
  lab.advance(50 * MINUTE);
  expect(lab.state('a')).toBe('succeeded');
  const next = lab.next(2);
  next.advance(10 * MINUTE - SECOND);
  expect(next.state('a')).toBe('succeeded');
  next.advance(2 * SECOND);
  expect(next.state('a')).toBeUndefined();
  expect(next.log.at(-1)).toEqual({ kind: 'forget', job: 'a' });
  expect(next.next(3).state('a')).toBeUndefined();
});

test('a body without signs of life is given up, one that gives them is not', () => {
  const lab = new EngineLab();
  lab.beat('w1', { capacity: 99 });
  const spec = { heartbeatUs: 5 * SECOND, timeoutUs: HOUR };
  lab.submit('alive', spec);
  lab.submit('stuck', spec);
  for (let s = 1; s <= 20; s++) {
    const held = (job: string, progress: number) => ({ job, token: token(1, 1), progress });
    lab.beat('w1', { capacity: 99, holding: [held('alive', s), held('stuck', Math.min(s, 3))] });
    lab.advance(SECOND);
  }
  expect(lab.book.jobs.get('alive')?.attempt).toBe(1);
  expect(lab.book.jobs.get('stuck')?.attempt).toBe(2);
  expect(lab.testimonies).toContainEqual(
    expect.objectContaining({ kind: 'attempt-lost', job: 'stuck', why: 'heartbeat' }),
  );
  expect(lab.answer({ kind: 'status', job: 'alive' })).toMatchObject({ progress: 20 });
});

test('waits between attempts are jittered from the stream of the host', () => {
  const due = (seed: number) => {
    const lab = new EngineLab();
    for (let i = 0; i < seed; i++) lab.host.random.float();
    lab.beat('w1', { capacity: 99 });
    const retry = { maxAttempts: 5, backoff: 'fixed', baseUs: SECOND, maxUs: SECOND } as const;
    lab.submit('a', { retry: { ...retry, jitterPpm: 1_000_000 } });
    lab.finishAll('failed');
    return (lab.book.jobs.get('a')?.dueUs ?? 0) - lab.host.wallNowUs;
  };
  const waits = [0, 1, 2, 3, 0].map(due);
  expect(waits[0]).toBe(waits[4]);
  expect(new Set(waits).size).toBe(4);
  for (const us of waits) expect([us >= SECOND, us < 2 * SECOND + MS]).toEqual([true, true]);
});
