import { expect, test } from 'vitest';
import type { Resources } from '../../../src/history/fact.ts';
import { createRng } from '../../../src/kernel/rng.ts';
import { monotonicUs, SECOND, wallUs } from '../../../src/lib/units.ts';
import { NOMAD, OMEGA } from '../../../src/scheduler/designs/optimistic/presets.ts';
import { type JobRecord, newJob, placesOf, stepJob } from '../../../src/scheduler/job/job.ts';
import type { QueueRecord } from '../../../src/scheduler/parts/book.ts';
import { findObstacle } from '../../../src/scheduler/parts/limits.ts';
import { type Cell, cellOf } from '../../../src/scheduler/parts/optimistic/cell.ts';
import { checkDecision } from '../../../src/scheduler/parts/optimistic/check.ts';
import { choosePlaces, decide } from '../../../src/scheduler/parts/optimistic/decide.ts';
import type { Habits } from '../../../src/scheduler/parts/optimistic/habits.ts';
import { Shares } from '../../../src/scheduler/parts/optimistic/shares.ts';
import type { CellCopy } from '../../../src/scheduler/parts/optimistic/sync.ts';
import { SPEC } from '../../workload/fixtures.ts';

interface Kind {
  readonly gang?: number;
  readonly resources?: Resources;
  readonly priority?: number;
  readonly dueUs?: number;
}

const NOW = wallUs(100 * SECOND);
const job = (id: string, { dueUs = NOW, ...spec }: Kind = {}): JobRecord =>
  newJob(id, { ...SPEC, queue: 'default', ...spec }, wallUs(dueUs));

function running(id: string, workers: readonly string[], kind: Kind = {}): JobRecord {
  const [first, ...parts] = workers.map((worker) => ({ worker, incarnation: 1 }));
  if (first === undefined) throw new Error('no worker');
  return stepJob(job(id, kind), { kind: 'launch', epoch: 1, ...first, parts }).job;
}

/** Workers with two slots each, and so much of everything else. */
const cells = (count: number, jobs: readonly JobRecord[] = [], version = 1): readonly Cell[] =>
  Array.from({ length: count }, (_, at) => {
    const worker = `w${at + 1}`;
    const resources = { cpu: 1_000, memory: 100 };
    const row = { kind: 'cell', worker, incarnation: 1, slots: 2, tags: [], resources } as const;
    const here = jobs.filter(({ run }) => run && placesOf(run).some((p) => p.worker === worker));
    return cellOf(row, version, here);
  });

const copyOf = (count: number, ready: readonly JobRecord[], jobs: readonly JobRecord[] = []) => ({
  cells: cells(count, jobs),
  ready,
  running: jobs,
  queues: new Map(),
});

const decided = (copy: CellCopy, habits: Habits = OMEGA.habits, isMine = () => true) =>
  decide(copy, {
    habits,
    choosePlaces,
    findObstacle,
    random: createRng('1').stream('test'),
    nowUs: NOW,
    isMine,
  });

const truthOf = (now: readonly Cell[], ready: readonly JobRecord[]) => ({
  cells: new Map(now.map((cell) => [cell.place.worker, cell] as const)),
  ready: new Map(ready.map((each) => [each.id, each] as const)),
  held: new Set<string>(),
});

test('a decision fills what it has, greater priorities first, and takes its time', () => {
  const ready = ['a', 'b', 'c', 'd', 'e'].map((id) => job(id, { priority: id === 'e' ? 5 : 0 }));
  const { placements, tookUs, isFull } = decided(copyOf(2, ready));
  expect(placements.map((each) => each.job.id)).toEqual(['e', 'a', 'b', 'c']);
  expect(isFull).toBe(true);
  expect(tookUs).toBe(OMEGA.habits.jobUs + 4 * OMEGA.habits.taskUs);
  expect(decided(copyOf(2, ready), NOMAD.habits)).toMatchObject({ more: true, tookUs: 21_000 });
});

test('what a decision starts counts against the rate of its queue', () => {
  const limits = { rate: { starts: 3, perUs: 60 * SECOND } };
  const queue: QueueRecord = { v: 1, id: 'default', limits, revision: 1, standing: 'active' };
  const ready = ['a', 'b', 'c', 'd', 'e'].map((id) => job(id));
  const copy = { ...copyOf(4, ready), queues: new Map([['default', queue]]) };
  const { placements, wakeUs } = decided(copy);
  expect(placements.map((each) => each.job.id)).toEqual(['a', 'b', 'c']);
  expect(wakeUs).toBe(NOW + 20 * SECOND);
});

test('processors and memory count beside slots', () => {
  const large = job('large', { resources: { cpu: 600, memory: 10 } });
  const taken = running('r', ['w1'], { resources: { cpu: 500, memory: 10 } });
  expect(decided(copyOf(1, [large], [taken])).placements).toEqual([]);
  const { placements } = decided(copyOf(2, [large], [taken]));
  expect(placements[0]?.places).toEqual([{ worker: 'w2', incarnation: 1 }]);
});

test('a gang goes to as many workers as it has parts, or nowhere', () => {
  const gang = job('gang', { gang: 3 });
  expect(decided(copyOf(2, [gang])).placements).toEqual([]);
  const [placed] = decided(copyOf(3, [gang])).placements;
  expect(new Set(placed?.places.map(({ worker }) => worker)).size).toBe(3);
});

test('who has waited for room long enough keeps it from lesser jobs', () => {
  const full = running('r', ['w1']);
  const other = running('s', ['w1']);
  const small = job('small');
  const gang = (dueUs: number) => job('gang', { gang: 2, dueUs });
  const patient = decided(copyOf(2, [gang(NOW - SECOND), small], [full, other]));
  expect(patient.placements.map((each) => each.job.id)).toEqual(['small']);
  const waited = gang(NOW - OMEGA.habits.patienceUs);
  expect(decided(copyOf(2, [waited, small], [full, other])).placements).toEqual([]);
  // What no worker could ever hold keeps nobody from anything.
  const never = job('never', { gang: 9, dueUs: 0 });
  expect(decided(copyOf(2, [never, small])).placements.length).toBe(1);
});

test('jobs of others are left to them for a while, and a look is due when that is over', () => {
  const left = decided(copyOf(1, [job('a')]), OMEGA.habits, () => false);
  expect(left).toMatchObject({ placements: [], wakeUs: NOW + OMEGA.habits.leftUs });
  const old = job('a', { dueUs: NOW - OMEGA.habits.leftUs });
  expect(decided(copyOf(1, [old]), OMEGA.habits, () => false).placements.length).toBe(1);
});

test('fine checks look for room, coarse ones for any change', () => {
  const ready = [job('a')];
  const decision = decided(copyOf(1, ready));
  const coarse: Habits = { ...OMEGA.habits, check: 'coarse' };
  const check = (now: readonly Cell[], habits: Habits) =>
    checkDecision(decision, truthOf(now, ready), habits)[0];
  expect([check(cells(1), OMEGA.habits), check(cells(1), coarse)]).toEqual([undefined, undefined]);
  const one = cells(1, [running('r', ['w1'])]);
  expect([check(one, OMEGA.habits), check(one, coarse)]).toEqual([undefined, 'worker']);
  expect(check(cells(1, [], 2), coarse)).toBe('worker');
  const two = cells(1, [running('r', ['w1']), running('s', ['w1'])]);
  expect(check(two, OMEGA.habits)).toBe('room');
});

test('a worker in another life, and a job that is no longer ready, are conflicts', () => {
  const ready = [job('a')];
  const decision = decided(copyOf(1, ready));
  const later = cells(1).map((cell) => ({ ...cell, place: { ...cell.place, incarnation: 2 } }));
  expect(checkDecision(decision, truthOf(later, ready), OMEGA.habits)).toEqual(['worker']);
  expect(checkDecision(decision, truthOf(cells(1), []), OMEGA.habits)).toEqual(['job']);
});

test('incremental keeps what stands, node by node less of it, all or nothing none', () => {
  const ready = ['a', 'b', 'c', 'd'].map((id) => job(id));
  const decision = decided(copyOf(2, ready));
  const truth = truthOf(cells(2, [running('r', ['w1'])]), ready);
  const kept = (habits: Habits) =>
    checkDecision(decision, truth, habits).filter((each) => each === undefined).length;
  expect(kept(OMEGA.habits)).toBe(3);
  expect(kept({ ...OMEGA.habits, byWorker: true })).toBe(2);
  expect(kept({ ...OMEGA.habits, commit: 'gang' })).toBe(0);
});

test('every job is one member’s, and another one’s while that one leaves it lying', () => {
  const members = ['m1', 'm2', 'm3'];
  const at = (s: number) => monotonicUs(s * SECOND);
  const [one, two] = members.map((name) => new Shares(name, members)) as [Shares, Shares];
  const ids = Array.from({ length: 300 }, (_, n) => `j-${n}`);
  const owned = members.map((m) => ids.filter((id) => one.ownerOf(id, at(0)) === m).length);
  for (const count of owned) expect(count).toBeGreaterThan(60);
  expect(ids.map((id) => two.ownerOf(id, at(0)))).toEqual(ids.map((id) => one.ownerOf(id, at(0))));
  const lying = ids.find((id) => one.ownerOf(id, at(0)) === 'm2') ?? '';
  one.tookOver([lying], at(1));
  expect(ids.some((id) => one.ownerOf(id, at(2)) === 'm2')).toBe(false);
  expect(one.ownerOf(lying, at(60))).toBe('m2');
  // Several of them, taken over at once: nobody else is taken for away.
  const many = ids.filter((id) => one.ownerOf(id, at(60)) === 'm2').slice(0, 20);
  one.tookOver(many, at(61));
  for (const there of ['m1', 'm3']) {
    expect(ids.some((id) => one.ownerOf(id, at(62)) === there)).toBe(true);
  }
});
