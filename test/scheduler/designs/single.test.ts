import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Message, RecoveredRecord } from '../../../src/host/host.ts';
import { LOG_FILE, MARK_FILE } from '../../../src/host/step.ts';
import { required } from '../../../src/lib/assert.ts';
import { MS, SECOND, wallUs } from '../../../src/lib/units.ts';
import type { ApiAnswer, ApiRequest, JobSpec, ListedJob, Run } from '../../../src/scheduler/api.ts';
import { single } from '../../../src/scheduler/designs/single/single.ts';
import { FakeMachine, recoveredFiles } from '../../support/fake-host.ts';

const SPEC: JobSpec = {
  queue: 'default',
  delayUs: 0,
  retry: { maxAttempts: 3, backoff: 'fixed', baseUs: SECOND, maxUs: SECOND },
  timeoutUs: 20 * SECOND,
  delivery: 'at-least-once',
  sink: 'token',
};

/** The scheduler of `single` on a disk that the test may damage between two lives. */
class SingleLab {
  readonly machine: FakeMachine;
  /** What the log holds; a sync that is answered makes all of it safe. */
  disk: RecoveredRecord[] = [];
  mark: RecoveredRecord[] = [];
  synced = 0;
  /** The log as it was before a replacement that is not answered. */
  old: { readonly disk: RecoveredRecord[]; readonly synced: number } | undefined;
  #seen = 0;
  #op = 0;

  constructor() {
    const context = {
      members: ['scheduler-1'],
      store: 'store',
      workers: ['worker-1'],
      zonesOf: () => new Map(),
      workerTimeoutUs: 8 * SECOND,
    };
    const { factory } = required(single(context).machines[0], 'its machine');
    this.machine = new FakeMachine('scheduler-1', factory);
  }

  start(): this {
    const files = new Map([
      [LOG_FILE, [...this.disk]],
      [MARK_FILE, this.mark],
    ]);
    this.old = undefined;
    this.synced = this.disk.length;
    this.machine.start({ files });
    this.#look();
    return this;
  }

  ask(request: ApiRequest): number {
    this.#op += 1;
    this.tell('client-1', { kind: 'api', v: 1, op: this.#op, request } as Message);
    return this.#op;
  }

  tell(from: string, message: Message): void {
    this.machine.deliver(from, message);
    this.#look();
  }

  /** A worker of this incarnation with room tells that it holds nothing. */
  beat(incarnation = 1): void {
    const beat = { kind: 'beat', v: 1, incarnation, capacity: 50, holding: [] };
    this.tell('worker-1', beat as Message);
  }

  /** Answers the oldest disk request, if there is one. */
  answerDisk(): void {
    const request = this.machine.host.openRequests[0];
    if (request === undefined) return;
    if (request.kind === 'replace' && request.file === LOG_FILE) {
      this.old = undefined;
      this.synced = Math.max(this.synced, request.records.length);
    } else if (request.kind === 'replace') this.mark = intact(request.records);
    // A sync covers what was appended before it was asked for.
    if (request.kind === 'sync') this.synced = this.#syncing;
    this.machine.answerDisk();
    this.#look();
  }
  settle(): void {
    while (this.machine.host.openRequests.length > 0) this.answerDisk();
  }

  answers(): readonly ApiAnswer[] {
    const sent = this.machine.host.takeMessages();
    return sent.filter(({ kind }) => kind === 'api-answer') as ApiAnswer[];
  }

  /** Every job there is, by asking. */
  list(): readonly ListedJob[] {
    const op = this.ask({ kind: 'list-jobs', after: '', limit: 500 });
    this.settle();
    const answer = required(
      this.answers().find((each) => each.op === op),
      'the list',
    );
    return answer.result.kind === 'jobs' ? answer.result.jobs : expect.fail('no list');
  }

  #syncing = 0;
  /** Follows what the program does to its log. */
  #look(): void {
    const requests = this.machine.host.diskRequests;
    for (; this.#seen < requests.length; this.#seen++) {
      const request = requests[this.#seen];
      if (request?.kind === 'append') this.disk.push({ kind: 'intact', data: request.record });
      else if (request?.kind === 'sync') this.#syncing = this.disk.length;
      else if (request?.kind === 'replace' && request.file === LOG_FILE) {
        this.old = { disk: this.disk, synced: this.synced };
        this.disk = intact(request.records);
        this.synced = 0;
      }
    }
  }

  /** Loses, tears or keeps what is not synced, and starts again. */
  crash(fates: readonly string[]): void {
    if (this.old !== undefined && fates[0] !== 'kept') Object.assign(this, this.old);
    const rest = this.disk.slice(this.synced).flatMap((place, i): RecoveredRecord[] => {
      const fate = fates[i % fates.length];
      return fate === 'kept' ? [place] : fate === 'torn' ? [{ kind: 'damaged' }] : [];
    });
    this.disk = [...this.disk.slice(0, this.synced), ...rest];
    this.start();
  }
}

const intact = (records: readonly unknown[]): RecoveredRecord[] =>
  records.map((data) => ({ kind: 'intact', data }));

test('nothing is answered before it is synced; then it survives any crash', () => {
  const lab = new SingleLab().start();
  lab.settle();
  lab.ask({ kind: 'submit', job: 'a', spec: SPEC });
  expect(lab.answers()).toEqual([]);
  lab.settle();
  expect(lab.answers()).toMatchObject([{ op: 1, result: { kind: 'ok', state: 'waiting' } }]);
  lab.ask({ kind: 'submit', job: 'b', spec: SPEC });
  lab.disk = lab.disk.slice(0, lab.synced);
  lab.start().settle();
  expect(lab.list().map(({ job }) => job)).toEqual(['a']);
});

test('a launch is durable before the worker hears of it; the token stays the same', () => {
  const lab = new SingleLab().start();
  lab.settle();
  lab.ask({ kind: 'submit', job: 'a', spec: SPEC });
  lab.settle();
  lab.machine.host.takeSent();
  lab.beat();
  const runs = () =>
    lab.machine.host.takeMessages<Run>().filter(({ kind }) => kind === 'run') as Run[];
  expect(runs()).toEqual([]);
  lab.settle();
  expect(runs().map(({ epoch, launch }) => [epoch, launch.token])).toEqual([
    [1, { epoch: 1, attempt: 1 }],
  ]);
  lab.start().settle();
  lab.machine.advance(1_600 * MS);
  lab.machine.host.takeSent();
  lab.beat();
  lab.settle();
  expect(runs().map(({ epoch, launch }) => [epoch, launch.token])).toEqual([
    [2, { epoch: 1, attempt: 1 }],
  ]);
});

test('each start has an epoch of its own', () => {
  const lab = new SingleLab();
  const epochs: unknown[] = [];
  for (let i = 0; i < 3; i++) {
    lab.start().settle();
    epochs.push((lab.machine.program.snapshot() as { epoch: number }).epoch);
  }
  expect(epochs).toEqual([1, 2, 3]);
});

test('a scheduler that lost its disk goes beyond the epoch that workers have heard of', () => {
  const lab = new SingleLab().start();
  lab.settle();
  const beat = (epoch: number): void => {
    const base = { kind: 'beat', v: 1, incarnation: 1, capacity: 1, holding: [] };
    lab.tell('worker-1', { ...base, epoch } as Message);
    lab.settle();
  };
  beat(1);
  expect(lab.machine.program.snapshot()).toMatchObject({ epoch: 1 });
  lab.ask({ kind: 'submit', job: 'a', spec: SPEC });
  beat(7);
  expect(lab.machine.program.snapshot()).toMatchObject({ epoch: 8 });
  expect(lab.list().map(({ job }) => job)).toEqual(['a']);
  lab.start().settle();
  expect(lab.machine.program.snapshot()).toMatchObject({ epoch: 9 });
});

test('asked to stop it exits when what it persisted is synced', () => {
  const lab = new SingleLab().start();
  lab.settle();
  lab.ask({ kind: 'submit', job: 'a', spec: SPEC });
  lab.machine.stop();
  expect(lab.machine.host.exits).toEqual([]);
  lab.settle();
  expect(lab.machine.host.exits).toEqual(['stopped']);
});

test('a log that needs repair is rewritten before anything is added or answered', () => {
  const lab = new SingleLab();
  const job = { v: 1, id: 'a', spec: SPEC, state: 'waiting', attempt: 0, refusals: 0 };
  const entry = { kind: 'job', job: { ...job, dueUs: wallUs(0) } };
  const one: RecoveredRecord = { kind: 'intact', data: { v: 1, n: 1, entries: [entry] } };
  const three: RecoveredRecord = { kind: 'intact', data: { v: 1, n: 3, entries: [] } };
  lab.disk = [one, { kind: 'damaged' }, three];
  lab.start();
  lab.ask({ kind: 'status', job: 'a' });
  expect(lab.machine.host.openRequests).toMatchObject([
    { kind: 'replace', file: LOG_FILE },
    { kind: 'sync', file: LOG_FILE },
  ]);
  expect(lab.answers()).toEqual([]);
  lab.settle();
  expect(lab.answers()).toHaveLength(1);
  expect(lab.disk[0]).toEqual(one);
  expect(
    lab.disk.map((place) => place.kind === 'intact' && (place.data as { n: number }).n),
  ).toEqual([1, 2]);
  expect(lab.list().map(({ job: id }) => id)).toEqual(['a']);
});

test('a repair or a sync that fails ends the process without an answer', () => {
  const lab = new SingleLab();
  lab.disk = [{ kind: 'damaged' }];
  lab.start();
  lab.machine.answerDisk({ kind: 'failed', reason: 'worn out' });
  expect(lab.machine.host.exits).toEqual(['log not rewritten: worn out']);
  const other = new SingleLab().start();
  other.settle();
  other.ask({ kind: 'submit', job: 'a', spec: SPEC });
  other.machine.answerDisk({ kind: 'failed', reason: 'full' });
  expect(other.machine.host.exits).toHaveLength(1);
  expect(other.answers()).toEqual([]);
});

/** Submits, disk answers and crashes; a crash keeps any part of what was not synced. */
const stories = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('submit' as const) }) },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('disk' as const) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('beat' as const) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('wait' as const) }) },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant('crash' as const),
        fates: fc.array(fc.constantFrom('kept', 'lost', 'torn'), { minLength: 1, maxLength: 5 }),
      }),
    },
  ),
  { maxLength: 60 },
);

test('whatever a crash leaves: what was answered is there, what was not asked for is not', () => {
  fc.assert(
    fc.property(stories, (story) => {
      const lab = new SingleLab().start();
      const asked = new Map<number, string>();
      const sure = new Set<string>();
      const runs = new Map<string, string>();
      const hear = (): void => {
        for (const message of lab.machine.host.takeMessages()) {
          if (message.kind === 'api-answer') {
            sure.add(asked.get((message as ApiAnswer).op) ?? '');
          } else if (message.kind === 'run') {
            const { job, token } = (message as Run).launch;
            // A token that left stands for one launch, before a crash and after it.
            runs.set(`${job} ${token.epoch}.${token.attempt}`, job);
            expect(sure.has(job) || [...asked.values()].includes(job)).toBe(true);
          }
        }
      };
      for (const each of story) {
        if (each.kind === 'submit') {
          const job = `job-${asked.size}`;
          asked.set(lab.ask({ kind: 'submit', job, spec: SPEC }), job);
        } else if (each.kind === 'disk') lab.answerDisk();
        else if (each.kind === 'beat') lab.beat();
        else if (each.kind === 'wait') lab.machine.advance(600 * MS);
        else {
          hear();
          lab.crash(each.fates);
        }
        hear();
      }
      lab.settle();
      hear();
      const listed = new Map(lab.list().map((job) => [job.job, job]));
      for (const job of sure) expect(listed.has(job), `${job} was accepted`).toBe(true);
      for (const job of listed.keys()) expect([...asked.values()]).toContain(job);
      for (const job of runs.values()) expect(listed.get(job)?.attempts).toBeGreaterThan(0);
    }),
    { numRuns: 200 },
  );
});

test('an empty disk is a new scheduler', () => {
  const lab = new SingleLab();
  lab.machine.start(recoveredFiles());
  lab.settle();
  expect(lab.list()).toEqual([]);
});

test('a log that has grown long becomes a snapshot, from which a start makes the same book', () => {
  const lab = new SingleLab().start();
  lab.settle();
  lab.ask({ kind: 'submit', job: 'a', spec: SPEC });
  lab.ask({ kind: 'submit', job: 'b', spec: SPEC });
  // The worker has no room after all, again and again: two records each time.
  for (let attempt = 1; attempt <= 2_100; attempt++) {
    lab.beat();
    const token = { epoch: 1, attempt };
    const report = { kind: 'finished', v: 1, job: 'a', token, how: 'refused' };
    lab.tell('worker-1', report as Message);
    if (attempt % 50 === 0) lab.settle();
  }
  lab.settle();
  const first = lab.disk[0];
  expect(first?.kind === 'intact' && first.data).toMatchObject({ snapshot: true });
  expect(lab.disk.length).toBeLessThan(4_097);
  const before = lab.machine.program.snapshot() as { epoch: number; jobs: unknown };
  lab.start().settle();
  const after = lab.machine.program.snapshot() as typeof before;
  expect(after).toEqual({ ...before, epoch: 2 });
});
