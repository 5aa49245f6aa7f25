import { beforeEach, expect, test } from 'vitest';
import { hashedRandom } from '../../../src/lib/random.ts';
import { SECOND, wallUs } from '../../../src/lib/units.ts';
import type { Finished } from '../../../src/scheduler/api.ts';
import { SamplingOffice } from '../../../src/scheduler/designs/sampling/office.ts';
import { SAMPLING_PARTS } from '../../../src/scheduler/designs/sampling/parts.ts';
import { Placement } from '../../../src/scheduler/designs/sampling/placement.ts';
import { SPARROW } from '../../../src/scheduler/designs/sampling/presets.ts';
import { Roster } from '../../../src/scheduler/designs/sampling/roster.ts';
import type { Submits } from '../../../src/scheduler/designs/sampling/submits.ts';
import { Watch } from '../../../src/scheduler/designs/sampling/watch.ts';
import { newJob } from '../../../src/scheduler/job/job.ts';
import { Book, type BookEntry } from '../../../src/scheduler/parts/book.ts';
import { launchOf } from '../../../src/scheduler/parts/launch.ts';
import { Out } from '../../../src/scheduler/parts/out.ts';
import { FakeHost } from '../../support/fake-host.ts';
import { SPEC } from '../parts/engine-lab.ts';

const TOKEN = { epoch: 1, attempt: 1 };
const report = (more: Pick<Finished, 'how'> & Partial<Finished>): Finished => ({
  kind: 'finished',
  v: 1,
  job: 'j',
  token: TOKEN,
  ...more,
});

let out: Out<BookEntry>;
let office: SamplingOffice;

/** A job that nobody granted, on the second life of a worker. */
beforeEach(() => {
  out = new Out();
  const host = new FakeHost('m1');
  const { probesAgain, suspicion } = SAMPLING_PARTS;
  const nowUs = host.monotonicUs();
  const roster = new Roster(['w1']);
  const placement = new Placement(1, SPARROW, roster, hashedRandom('x'), probesAgain);
  const watch = new Watch(suspicion, 10 * SECOND, SECOND, nowUs);
  const submits = { isGranted: () => false, ended: () => {} } as unknown as Submits;
  const rank = { isMine: () => true, isReady: () => true };
  const tools = { zones: new Map(), parts: SAMPLING_PARTS, placement, watch, submits, rank };
  office = new SamplingOffice(host, new Book(), tools);
  const job = newJob('j', SPEC, wallUs(0));
  office.change({ kind: 'job', job }, out);
  const by = { worker: 'w1', incarnation: 2 };
  const running = office.stepJob(job, { kind: 'launch', epoch: 1, ...by }, out);
  if (running === undefined) throw new Error('not launched');
  const launch = launchOf(running, true);
  const run = { kind: 'run', v: 1, incarnation: 2, epoch: 1, launch, request: 3 } as const;
  watch.give('w1', run, nowUs);
  out.take();
});

const acks = (): number =>
  out.take().now.filter((it) => it.kind === 'send' && it.message.kind === 'finished-ack').length;
const state = (): string | undefined => office.book.jobs.get('j')?.state;

test('a refusal of another life of the worker, or of another launch, is none of this one', () => {
  for (const more of [
    { incarnation: 1, request: 3 },
    { incarnation: 2, request: 2 },
  ]) {
    office.onFinished('w1', report({ how: 'refused', ...more }), out);
    expect(state()).toBe('running');
  }
  office.onFinished('w1', report({ how: 'refused', incarnation: 2, request: 3 }), out);
  expect(state()).toBe('waiting');
});

test('a refusal is not acknowledged: that would be taken for word on a report', () => {
  office.onFinished('w1', report({ how: 'refused', incarnation: 1, request: 3 }), out);
  expect(acks()).toBe(0);
  office.onFinished('w1', report({ how: 'succeeded' }), out);
  expect(acks()).toBe(1);
  expect(state()).toBe('succeeded');
});
