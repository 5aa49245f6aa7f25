import { beforeEach, expect, test } from 'vitest';
import { hashedRandom } from '../../../src/lib/random.ts';
import { type MonotonicUs, monotonicUs, SECOND, wallUs } from '../../../src/lib/units.ts';
import type { JobSpec } from '../../../src/scheduler/api.ts';
import { Placement, probesAgain } from '../../../src/scheduler/designs/sampling/placement.ts';
import { type SamplingPreset, SPARROW } from '../../../src/scheduler/designs/sampling/presets.ts';
import { Roster } from '../../../src/scheduler/designs/sampling/roster.ts';
import { type JobRecord, newJob } from '../../../src/scheduler/job/job.ts';
import type { BookEntry } from '../../../src/scheduler/parts/book.ts';
import { Out } from '../../../src/scheduler/parts/out.ts';
import type {
  Probe,
  ProbeAnswer,
  ProbeMessage,
  TaskRequest,
} from '../../../src/scheduler/probe-api.ts';

const WORKERS = ['w1', 'w2', 'w3', 'w4', 'w5', 'w6', 'w7', 'w8'];
const SPEC: JobSpec = {
  queue: 'default',
  delayUs: 0,
  retry: { maxAttempts: 1, backoff: 'fixed', baseUs: 0, maxUs: 0 },
  timeoutUs: SECOND,
  delivery: 'at-least-once',
  sink: 'none',
};
const now = (s: number): MonotonicUs => monotonicUs(s * SECOND);
const job = (id: string, tags?: readonly string[]): JobRecord =>
  newJob(id, tags === undefined ? SPEC : { ...SPEC, tags }, wallUs(0));

let out: Out<BookEntry>;
let roster: Roster;

beforeEach(() => {
  out = new Out();
  roster = new Roster(WORKERS);
});

const placement = (changes: Partial<SamplingPreset> = {}): Placement =>
  new Placement(9, { ...SPARROW, ...changes }, roster, hashedRandom('placement'), probesAgain);

const sent = <M extends ProbeMessage>(kind: M['kind']): readonly { to: string; message: M }[] =>
  out.take().now.flatMap((effect) => {
    if (effect.kind !== 'send' || effect.message.kind !== kind) return [];
    return [{ to: effect.to, message: effect.message as M }];
  });

const request = (batch: string, number: number): TaskRequest => ({
  kind: 'task-request',
  v: 1,
  batch,
  incarnation: 1,
  request: number,
});

const answer = (batch: string, length: number, more: Partial<ProbeAnswer> = {}): ProbeAnswer => ({
  ...{ kind: 'probe-answer', v: 1, batch, incarnation: 1, length, fits: true },
  ...more,
});

test('tasks that are due together share their probes, and tags part them', () => {
  placement().place([job('a'), job('b'), job('c', ['gpu'])], now(0), out);
  const probes = sent<Probe>('probe');
  const ofBatch = (name: string): readonly string[] =>
    probes.filter(({ message }) => message.batch === name).map(({ to }) => to);
  const batches = [...new Set(probes.map(({ message }) => message.batch))].map(ofBatch);
  expect(batches.map(({ length }) => length)).toEqual([4, 2]);
  for (const workers of batches) expect(new Set(workers).size).toBe(workers.length);
});

test('whoever asks first gets the next task; who has places left is told in the end', () => {
  const placing = placement();
  placing.place([job('a'), job('b')], now(0), out);
  const [first, second, third, fourth] = sent<Probe>('probe');
  const batch = first?.message.batch as string;
  const ask = (to: string | undefined) => placing.onRequest(to as string, request(batch, 1), out);
  expect(ask(third?.to)).toMatchObject({ job: 'a', worker: third?.to, request: 1 });
  expect(sent('cancel-probe')).toEqual([]);
  expect(ask(first?.to)).toMatchObject({ job: 'b', worker: first?.to });
  expect(sent('cancel-probe').map(({ to }) => to)).toEqual([second?.to, fourth?.to]);
  expect(ask(second?.to)).toBeUndefined();
  expect(sent('no-task').map(({ to }) => to)).toEqual([second?.to]);
});

test('bound early, each task goes to the shortest queue that was found for it', () => {
  const placing = placement({ policy: 'per-task', probeRatio: 3 });
  placing.place([job('a')], now(0), out);
  const [one, two, three] = sent<Probe>('probe');
  const batch = one?.message.batch as string;
  expect(placing.onAnswer(one?.to as string, answer(batch, 4), out)).toEqual([]);
  expect(placing.onAnswer(two?.to as string, answer(batch, 1), out)).toEqual([]);
  const bound = placing.onAnswer(three?.to as string, answer(batch, 2), out);
  expect(bound).toEqual([{ job: 'a', worker: two?.to, incarnation: 1 }]);
});

test('a batch that is bound early takes the shortest of all queues, one task each', () => {
  const placing = placement({ policy: 'batch' });
  placing.place([job('a'), job('b')], now(0), out);
  const probes = sent<Probe>('probe');
  const lengths = [3, 0, 2, 5];
  const bound = probes.flatMap(({ to, message }, at) =>
    placing.onAnswer(to, answer(message.batch, lengths[at] as number), out),
  );
  expect(bound.map(({ worker }) => worker)).toEqual([probes[1]?.to, probes[2]?.to]);
});

test('probes without an answer are repeated elsewhere, less and less often', () => {
  const placing = placement();
  placing.place([job('a')], now(0), out);
  const before = sent<Probe>('probe').map(({ to }) => to);
  placing.sweep(now(0.4), out);
  expect(sent('probe')).toEqual([]);
  placing.sweep(now(0.5), out);
  const again = sent<Probe>('probe').map(({ to }) => to);
  expect(again.length).toBe(2);
  expect(again.filter((to) => before.includes(to))).toEqual([]);
  placing.sweep(now(1.4), out);
  expect(sent('probe')).toEqual([]);
  placing.sweep(now(1.5), out);
  expect(sent('probe').length).toBe(2);
});

test('a worker that is no place for a task is not asked for such tasks again', () => {
  const placing = placement({ probeRatio: 1 });
  for (const name of WORKERS.slice(1)) roster.learn(name, ['gpu']);
  roster.learn('w1', []);
  for (let i = 0; i < 20; i++) placing.place([job(`j${i}`, ['gpu'])], now(0), out);
  expect(sent<Probe>('probe').map(({ to }) => to)).not.toContain('w1');
});

test('a task that is dropped frees the places that were taken for it', () => {
  const placing = placement();
  placing.place([job('a')], now(0), out);
  const probed = sent<Probe>('probe').map(({ to }) => to);
  placing.drop('a', out);
  expect(sent('cancel-probe').map(({ to }) => to)).toEqual(probed);
  expect(placing.isPlacing('a')).toBe(false);
});

test('a worker with several places of a batch gives back those that it has left in the end', () => {
  roster = new Roster(['w1', 'w2']);
  const placing = placement();
  placing.place([job('a'), job('b')], now(0), out);
  const [probe] = sent<Probe>('probe');
  expect(probe?.message.count).toBe(2);
  const batch = probe?.message.batch as string;
  for (const [number, name] of ['a', 'b'].entries()) {
    expect(placing.onRequest('w1', request(batch, number), out)).toMatchObject({ job: name });
  }
  expect(sent('cancel-probe').map(({ to }) => to)).toEqual(['w2']);
  placing.place([job('c'), job('d')], now(0), out);
  const next = sent<Probe>('probe')[0]?.message.batch as string;
  for (const to of ['w1', 'w2']) placing.onRequest(to, request(next, 3), out);
  expect(sent('cancel-probe').map(({ to }) => to)).toEqual(['w1', 'w2']);
});

test.each(['late-binding', 'batch'] as const)(
  'where nobody is good for a task, all are asked once, and again when it is time: %s',
  (policy) => {
    const placing = placement({ policy });
    placing.place([job('a', ['gpu'])], now(0), out);
    const asked: string[] = [];
    for (;;) {
      const probes = sent<Probe>('probe');
      if (probes.length === 0) break;
      for (const { to, message } of probes) {
        asked.push(to);
        // Good for it by its tags, and closed.
        const declined = answer(message.batch, 0, { fits: false, tags: ['gpu'] });
        expect(placing.onAnswer(to, declined, out)).toEqual([]);
      }
    }
    expect(asked.toSorted()).toEqual(WORKERS);
    placing.sweep(now(0.5), out);
    expect(sent('probe').length).toBe(2);
  },
);
