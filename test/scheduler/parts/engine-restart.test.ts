/**
 * What was persisted is all that the next term needs: random requests and reports, and crashes that
 * leave any part of what the last step wanted durable.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isTerminal } from '../../../src/history/fact.ts';
import { MINUTE, MS, SECOND } from '../../../src/lib/units.ts';
import type { ApiRequest } from '../../../src/scheduler/api.ts';
import type { JobRecord } from '../../../src/scheduler/job/job.ts';
import { EngineLab, every, SPEC } from './engine-lab.ts';

const QUEUES = ['default', 'q'];
const RETRY = { maxAttempts: 2, backoff: 'fixed', baseUs: SECOND, maxUs: SECOND } as const;

const job = fc.nat({ max: 11 }).map((n) => `j${n}`);
const queue = fc.constantFrom(...QUEUES);
const revision = fc.integer({ min: 1, max: 6 });
const request: fc.Arbitrary<ApiRequest> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('submit' as const),
      job,
      spec: fc.record(
        {
          queue,
          delayUs: fc.constantFrom(0, 0, 5 * SECOND),
          retry: fc.constant(RETRY),
          timeoutUs: fc.constant(20 * SECOND),
          delivery: fc.constantFrom('at-least-once' as const, 'at-most-once' as const),
          sink: fc.constant('token' as const),
          priority: fc.constantFrom(0, 1),
          uniqueKey: fc.constantFrom('u', 'v'),
          key: fc.constantFrom('k', 'l'),
          parents: fc.uniqueArray(job, { minLength: 1, maxLength: 2 }),
          onFailedParent: fc.constantFrom('cancel' as const, 'run' as const),
        },
        { requiredKeys: ['queue', 'delayUs', 'retry', 'timeoutUs', 'delivery', 'sink'] },
      ),
    }),
  },
  fc.record({ kind: fc.constantFrom('cancel' as const, 'run-now' as const), job }),
  fc.record({ kind: fc.constant('retry' as const), job, attempts: fc.constantFrom(1, 2, 4) }),
  fc.record({
    kind: fc.constant('put-queue' as const),
    ...{ queue, revision },
    spec: fc.record(
      {
        concurrency: fc.integer({ min: 1, max: 3 }),
        perKey: fc.integer({ min: 1, max: 2 }),
        rate: fc.constantFrom({ starts: 2, perUs: 3 * SECOND }, { starts: 1, perUs: SECOND }),
      },
      { requiredKeys: [] },
    ),
  }),
  fc.record({
    kind: fc.constant('edit-queue' as const),
    ...{ queue, revision },
    edit: fc.constantFrom('pause' as const, 'resume' as const),
  }),
  fc.record({
    kind: fc.constant('edit-schedule' as const),
    schedule: fc.constant('s'),
    edit: fc.constantFrom('pause' as const, 'resume' as const),
    revision,
  }),
);
const event = fc.oneof(
  { weight: 5, arbitrary: fc.record({ what: fc.constant('ask' as const), request }) },
  fc.record({ what: fc.constant('wait' as const), ms: fc.nat({ max: 5_000 }) }),
  fc.record({
    what: fc.constant('end' as const),
    which: fc.nat(),
    how: fc.constantFrom('succeeded', 'failed', 'refused'),
  }),
  /** How much of the last step's entries is left, in percent. */
  fc.record({ what: fc.constant('crash' as const), left: fc.nat({ max: 100 }) }),
);
type Event = typeof event extends fc.Arbitrary<infer T> ? T : never;

class Life {
  lab = new EngineLab();
  #epoch = 1;

  /** The worker tells truly what it holds: here, all that it was given. */
  beat(): void {
    const running = [...this.lab.book.jobs.values()].flatMap(({ id, run }) =>
      run?.worker === 'w1' ? [{ job: id, token: run.token }] : [],
    );
    this.lab.beat('w1', { capacity: 5, holding: running });
  }

  play(each: Event): void {
    const { lab } = this;
    const before = lab.log.length;
    if (each.what === 'ask') lab.ask(each.request);
    else if (each.what === 'wait') lab.advance(each.ms * MS);
    else if (each.what === 'end') this.#end(each.which, each.how);
    else this.crash(lab.log);
    this.check();
    this.#lastStep = each.what === 'crash' ? this.lab.log.length : before;
  }
  #lastStep = 0;

  /** Of the step before, a part is left; what it would have sent was not. */
  crashAfter(left: number): void {
    const { log } = this.lab;
    const cut = this.#lastStep + Math.floor(((log.length - this.#lastStep) * left) / 100);
    this.crash(log.slice(0, cut));
  }

  crash(log: EngineLab['log']): void {
    this.#epoch += 1;
    this.lab = this.lab.next(this.#epoch, log);
    this.#lastStep = this.lab.log.length;
    this.beat();
  }

  #end(which: number, how: string): void {
    const running = this.running();
    const { id, run } = running[which % Math.max(1, running.length)] ?? {};
    if (id !== undefined && run !== undefined) this.lab.finished(run.worker, id, run.token, how);
    this.beat();
  }

  running = (): readonly JobRecord[] => [...this.lab.book.jobs.values()].filter(({ run }) => run);

  check(): void {
    const { book } = this.lab;
    const said = this.lab.testimonies.splice(0);
    const launched = said.flatMap((each) => (each.kind === 'dispatched' ? [each.job] : []));
    this.lab.sent = [];
    for (const name of QUEUES) {
      const limits = book.queues.get(name)?.limits ?? {};
      const mine = this.running().filter(({ spec }) => spec.queue === name);
      // Limits may be lowered below what runs: nothing is launched then.
      const fresh = mine.filter(({ id }) => launched.includes(id));
      if (fresh.length === 0) continue;
      expect(mine.length).toBeLessThanOrEqual(limits.concurrency ?? 99);
      for (const { spec } of fresh) {
        const { key } = spec;
        if (key === undefined) continue;
        const same = mine.filter((other) => other.spec.key === key);
        expect(same.length).toBeLessThanOrEqual(limits.perKey ?? 99);
      }
    }
    const open = [...book.jobs.values()].filter(({ state }) => !isTerminal(state));
    const keys = open.flatMap(({ spec }) => spec.uniqueKey ?? []);
    expect(new Set(keys).size).toBe(keys.length);
    for (const { waitsFor = [] } of open) {
      for (const parent of waitsFor) {
        expect(isTerminal(book.jobs.get(parent)?.state ?? 'dead')).toBe(false);
      }
    }
  }

  /** Everything is allowed again, and done: nothing may be stuck. */
  finish(): void {
    const { lab } = this;
    for (const name of QUEUES) {
      const known = lab.book.queues.get(name)?.revision ?? 0;
      lab.ask({ kind: 'edit-queue', queue: name, edit: 'resume', revision: known + 1 });
    }
    const known = lab.book.schedules.get('s')?.revision ?? 1;
    lab.ask({ kind: 'edit-schedule', schedule: 's', edit: 'delete', revision: known + 1 });
    for (let i = 0; i < 100; i++) {
      this.beat();
      lab.finishAll();
      lab.advance(SECOND);
    }
    const open = [...lab.book.jobs.values()].filter(({ state }) => !isTerminal(state));
    expect(open).toEqual([]);
  }
}

test('any requests, crashes anywhere: limits and ties hold, nothing is stuck', () => {
  const overlap = fc.constantFrom('allow' as const, 'buffer' as const, 'replace' as const);
  fc.assert(
    fc.property(fc.array(event, { maxLength: 60, size: 'max' }), overlap, (list, policy) => {
      const life = new Life();
      const spec = { ...every(life.lab.host, 4 * SECOND), overlap: policy };
      const job = { ...SPEC, queue: 'q', retry: RETRY };
      life.lab.ask({ kind: 'put-schedule', schedule: 's', spec: { ...spec, job } });
      for (const each of list) {
        if (each.what === 'crash') life.crashAfter(each.left);
        else life.play(each);
        life.check();
        // What is in memory is what was persisted.
        const again = new EngineLab({ epoch: 99, log: life.lab.log, workers: [] });
        expect([...again.book.jobs.keys()]).toEqual([...life.lab.book.jobs.keys()]);
      }
      life.finish();
    }),
    { numRuns: 60 },
  );
});

test('a job ended and only some of its children were told: the next term tells the rest', () => {
  const lab = new EngineLab();
  lab.beat('w1', { capacity: 1 });
  lab.submit('p', { retry: { ...RETRY, maxAttempts: 1 } });
  for (let i = 0; i < 10; i++) lab.submit(`c${i}`, { parents: ['p'] });
  lab.submit('grandchild', { parents: ['c9'] });
  const before = lab.log.length;
  lab.finishAll('failed');
  for (let left = 1; left < 12; left++) {
    const next = lab.next(2, lab.log.slice(0, before + left));
    const states = [...next.book.jobs.values()].map(({ state }) => state);
    expect(states.filter((state) => state === 'cancelled')).toHaveLength(11);
  }
});

test('a launch that was half persisted has counted against the rate', () => {
  const lab = new EngineLab();
  const spec = { rate: { starts: 1, perUs: MINUTE } };
  lab.ask({ kind: 'put-queue', queue: 'default', spec, revision: 1 });
  lab.submit('a');
  lab.submit('b');
  const before = lab.log.length;
  const { persist } = lab.beat('w1', { capacity: 9 });
  for (let left = 1; left <= persist.length; left++) {
    const next = lab.next(2, lab.log.slice(0, before + left));
    next.beat('w1', { capacity: 9 });
    const running = [...next.book.jobs.values()].filter(({ run }) => run);
    expect(running.length).toBeLessThanOrEqual(1);
  }
});

test('a tick whose cursor was lost keeps its fate: not made anew, not skipped as well', () => {
  const lab = new EngineLab();
  const misfire = { late: 'skip', windowUs: 500 * MS, catchUpMax: 0 } as const;
  const spec = { ...every(lab.host, 10 * SECOND), misfire, overlap: 'forbid' as const };
  lab.ask({ kind: 'put-schedule', schedule: 's', spec });
  lab.advance(20 * SECOND);
  const [one, two] = [...lab.book.jobs.keys(), ...lab.book.skips.keys()];
  const isCursor = (entry: { kind: string }) => entry.kind === 'schedule';
  const log = lab.log.filter((entry, i) => !isCursor(entry) || i === 0);
  for (const ends of [false, true]) {
    const next = lab.next(2, log);
    if (ends) {
      next.beat('w1');
      next.finishAll();
    }
    next.advance(5 * SECOND);
    const late = next.next(
      3,
      next.log.filter((entry, i) => !isCursor(entry) || i === 0),
    );
    late.advance(SECOND);
    expect([[...late.book.jobs.keys()], [...late.book.skips.keys()]]).toEqual([[one], [two]]);
    expect(late.state(one as string)).toBe(ends ? 'succeeded' : 'waiting');
  }
});
