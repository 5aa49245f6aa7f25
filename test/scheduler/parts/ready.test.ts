/** The order of starts against a list that is filtered and sorted at every look. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { monotonicUs, SECOND, type WallUs, wallUs } from '../../../src/lib/units.ts';
import type { QueueSpec } from '../../../src/scheduler/api.ts';
import { type JobEvent, type JobRecord, newJob, stepJob } from '../../../src/scheduler/job/job.ts';
import { Book } from '../../../src/scheduler/parts/book.ts';
import { afterStart, findObstacle, nextStartUs } from '../../../src/scheduler/parts/limits.ts';
import { comesFirst, ReadyJobs } from '../../../src/scheduler/parts/ready.ts';
import { chooseInTurn, hasRoom, Workforce } from '../../../src/scheduler/parts/workforce.ts';
import { SPEC } from './engine-lab.ts';

const START = wallUs(1_700_000_000 * SECOND);
const QUEUES = ['a', 'b'];
const TAGS: Readonly<Record<string, readonly string[]>> = {
  w1: [],
  w2: ['gpu', 'x'],
  // Not the same as two tags.
  w3: ['gpu', 'gpu\u0000x'],
};

/** Jobs whose time has come, beside the parts under test, in the plainest way. */
class Rig {
  readonly book = new Book();
  readonly workforce = new Workforce(Object.keys(TAGS), monotonicUs(0), chooseInTurn);
  /** How often the limits of a queue were asked. */
  looked = 0;
  readonly ready = new ReadyJobs(
    this.book,
    this.workforce,
    (...args) => {
      this.looked += 1;
      return findObstacle(...args);
    },
    comesFirst,
  );
  /** In the order in which they became ready. */
  waiting: string[] = [];
  nowUs: WallUs = START;

  constructor() {
    for (const seat of this.workforce.seats) {
      Object.assign(seat, { incarnation: 1, capacity: 1, tags: TAGS[seat.name] });
    }
  }

  set(job: JobRecord): void {
    const before = this.book.jobs.get(job.id);
    this.book.apply({ kind: 'job', job });
    this.ready.changed(before, job);
  }

  add(job: JobRecord): void {
    this.set(job);
    this.ready.push(job);
    this.waiting = [...this.waiting.filter((id) => id !== job.id), job.id];
  }

  step(id: string, event: JobEvent): JobRecord {
    const { job } = stepJob(this.job(id), event);
    this.set(job);
    return job;
  }

  job = (id: string): JobRecord => this.book.jobs.get(id) as JobRecord;
  running = (): readonly JobRecord[] => [...this.book.jobs.values()].filter(({ run }) => run);

  put(id: string, limits: QueueSpec, isPaused = false): void {
    const before = this.book.queues.get(id);
    const standing = isPaused ? ('paused' as const) : ('active' as const);
    const base = { ...before, v: 1 as const, id, limits, standing };
    this.book.apply({ kind: 'queue', queue: { ...base, revision: (before?.revision ?? 0) + 1 } });
    this.ready.unpark(id);
  }

  /** Whether the model lets this one start now. */
  mayStart(id: string): boolean {
    const { spec } = this.job(id);
    const { tags = [], key, queue: name } = spec;
    const fits = ({ tags: has }: { tags: readonly string[] }) => tags.every((t) => has.includes(t));
    if (!this.workforce.seats.some((seat) => hasRoom(seat) && fits(seat))) return false;
    const queue = this.book.queues.get(name);
    if (queue === undefined) return true;
    const ofQueue = this.running().filter((job) => job.spec.queue === name);
    const ofKey = ofQueue.filter((job) => key !== undefined && job.spec.key === key);
    const { concurrency = 1e9, perKey = 1e9 } = queue.limits;
    const isHeld = queue.standing === 'paused' || ofQueue.length >= concurrency;
    return !isHeld && ofKey.length < perKey && nextStartUs(queue, this.nowUs) <= this.nowUs;
  }

  best(): string | undefined {
    const rank = (id: string) => -(this.job(id).spec.priority ?? 0);
    const may = this.waiting.filter((id) => this.mayStart(id));
    return may.sort((x, y) => rank(x) - rank(y))[0];
  }

  /** Starts all that may, and shows each start before it is made. */
  launchAll(see: (id: string) => void = () => {}): void {
    for (const { job, seat } of this.ready.starts(this.nowUs)) {
      expect(hasRoom(seat)).toBe(true);
      see(job.id);
      this.step(job.id, { kind: 'launch', epoch: 1, worker: seat.name, incarnation: 1 });
      this.workforce.give(seat.name, job.id, monotonicUs(0));
      this.waiting = this.waiting.filter((id) => id !== job.id);
      const queue = this.book.queues.get(job.spec.queue);
      const counted = queue && afterStart(queue, this.nowUs);
      if (counted !== undefined) this.book.apply({ kind: 'queue', queue: counted });
    }
  }

  /** The same, each start held against the model. */
  start(): void {
    this.launchAll((id) => expect(id).toBe(this.best()));
    expect(this.best()).toBeUndefined();
  }

  end(id: string, how: 'succeeded' | 'failed'): void {
    const run = this.job(id).run as NonNullable<JobRecord['run']>;
    this.workforce.take(run.worker, id);
    const job = this.step(id, { kind: 'report', token: run.token, how, nowUs: this.nowUs });
    // Without a wait between attempts, so that places of both can meet.
    if (job.state === 'waiting') this.add({ ...job, dueUs: this.nowUs });
  }
}

const limits = fc.record(
  {
    concurrency: fc.nat({ max: 3 }),
    perKey: fc.integer({ min: 1, max: 2 }),
    rate: fc.record({ starts: fc.integer({ min: 1, max: 3 }), perUs: fc.constant(SECOND) }),
  },
  { requiredKeys: [] },
);
const move = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      what: fc.constant('add' as const),
      queue: fc.constantFrom(...QUEUES),
      priority: fc.constantFrom(0, 0, 1, -1),
      key: fc.constantFrom(undefined, 'k', 'k', 'l'),
      tags: fc.constantFrom(undefined, undefined, ['gpu'], ['gpu', 'x'], ['gpu\u0000x'], ['none']),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      what: fc.constantFrom('end' as const, 'cancel' as const),
      which: fc.nat(),
      how: fc.constantFrom('succeeded' as const, 'failed' as const),
    }),
  },
  fc.record({
    what: fc.constant('put' as const),
    queue: fc.constantFrom(...QUEUES),
    limits,
    isPaused: fc.boolean(),
  }),
  fc.record({ what: fc.constant('wait' as const), ms: fc.integer({ min: -500, max: 1_500 }) }),
  fc.record({
    what: fc.constant('seat' as const),
    who: fc.constantFrom(...Object.keys(TAGS)),
    capacity: fc.nat({ max: 2 }),
  }),
);
type Move = typeof move extends fc.Arbitrary<infer T> ? T : never;

function make(rig: Rig, each: Move, n: number): void {
  switch (each.what) {
    case 'add': {
      const { queue, priority, key, tags } = each;
      const named = { ...(key && { key }), ...(tags && { tags }) };
      rig.add(newJob(`j${n}`, { ...SPEC, queue, priority, ...named }, rig.nowUs));
      return;
    }
    case 'end': {
      const running = rig.running();
      if (running.length > 0)
        rig.end((running[each.which % running.length] as JobRecord).id, each.how);
      return;
    }
    case 'cancel': {
      const id = rig.waiting[each.which % Math.max(1, rig.waiting.length)];
      if (id === undefined) return;
      rig.step(id, { kind: 'cancel', nowUs: rig.nowUs });
      rig.waiting = rig.waiting.filter((other) => other !== id);
      return;
    }
    case 'put':
      return rig.put(each.queue, each.limits, each.isPaused);
    case 'wait':
      rig.nowUs = wallUs(rig.nowUs + each.ms * 1_000);
      return;
    case 'seat':
      Object.assign(rig.workforce.get(each.who) as object, { capacity: each.capacity });
  }
}

test('every start is the best that may start, and nothing that may start is left', () => {
  fc.assert(
    fc.property(fc.array(move, { maxLength: 80, size: 'max' }), (list) => {
      const rig = new Rig();
      list.forEach((each, n) => {
        make(rig, each, n);
        rig.start();
      });
    }),
    { numRuns: 200 },
  );
});

test('a queue held back by its rate says when to look again, and no sooner than it must', () => {
  const rig = new Rig();
  rig.put('a', { rate: { starts: 1, perUs: SECOND } });
  for (const id of ['one', 'two']) rig.add(newJob(id, { ...SPEC, queue: 'a' }, START));
  rig.start();
  expect([rig.waiting, rig.ready.wakeUs - START]).toEqual([['two'], SECOND]);
  rig.nowUs = wallUs(START + SECOND);
  rig.start();
  expect([rig.waiting, rig.ready.wakeUs]).toEqual([[], Number.POSITIVE_INFINITY]);
});

test('one that its key holds back does not hold back who waits for the same worker', () => {
  const rig = new Rig();
  rig.put('a', { perKey: 1 });
  const spec = { ...SPEC, queue: 'a', tags: ['x'] };
  Object.assign(rig.workforce.get('w2') as object, { capacity: 0 });
  rig.add(newJob('keyed', { ...spec, key: 'k' }, START));
  rig.add(newJob('free', spec, START));
  rig.start();
  rig.add(newJob('holder', { ...SPEC, queue: 'a', key: 'k' }, START));
  rig.start();
  Object.assign(rig.workforce.get('w2') as object, { capacity: 1 });
  rig.start();
  expect(rig.waiting).toEqual(['keyed']);
});

test('the place of a job that was forgotten does not start its namesake early', () => {
  const rig = new Rig();
  rig.put('a', {}, true);
  rig.add(newJob('j', { ...SPEC, queue: 'a' }, START));
  rig.start();
  rig.book.apply({ kind: 'forget', job: 'j' });
  rig.waiting = [];
  // Its own time has not come, so that it has no place yet.
  rig.set(newJob('j', { ...SPEC, queue: 'a' }, wallUs(START + SECOND)));
  rig.put('a', {});
  rig.start();
  expect(rig.job('j').state).toBe('waiting');
});

test('a thousand behind one key or one tag cost a few looks at each end, not one for each', () => {
  const rig = new Rig();
  rig.put('a', { perKey: 1 });
  for (let i = 0; i < 1_000; i++) {
    rig.add(newJob(`k${i}`, { ...SPEC, queue: 'a', key: 'k' }, START));
    rig.add(newJob(`t${i}`, { ...SPEC, queue: 'b', tags: ['x'] }, START));
  }
  rig.launchAll();
  rig.looked = 0;
  for (let i = 0; i < 100; i++) {
    for (const { id } of rig.running()) rig.end(id, 'succeeded');
    rig.launchAll();
  }
  const ended = [...rig.book.jobs.values()].filter(({ state }) => state === 'succeeded').length;
  expect(ended).toBe(200);
  expect(rig.looked).toBeLessThan(10 * ended);
});
