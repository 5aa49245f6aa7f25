import { expect, test } from 'vitest';
import type { Effect, Output } from '../../../../src/host/step.ts';
import { MS, wallUs } from '../../../../src/lib/units.ts';
import {
  type RangeCheck,
  rangeCheck,
  ShardJournal,
  unchecked,
} from '../../../../src/scheduler/designs/sharded/journal.ts';
import { heldKey, shardKey } from '../../../../src/scheduler/designs/sharded/schema.ts';
import { newJob } from '../../../../src/scheduler/job/job.ts';
import type { BookEntry, ScheduleRecord } from '../../../../src/scheduler/parts/book.ts';
import { Out } from '../../../../src/scheduler/parts/out.ts';
import { StoreSession, StoreSite } from '../../../../src/scheduler/parts/store-session.ts';
import type { StoreCall, StoreOutcome } from '../../../../src/scheduler/store/protocol.ts';
import { SPEC } from '../../parts/engine-lab.ts';

const KEY = shardKey(3);
const SESSION = 's1#1/shard3.1';
const said = (text: string): Effect => ({ kind: 'observe', testimony: { kind: 'note', text } });
const forget = (job: string): BookEntry => ({ kind: 'forget', job });
const skip = (n: number): BookEntry => ({
  kind: 'skip',
  tick: { schedule: 's', nominalUs: wallUs(n) },
  reason: 'late',
});

class JournalLab {
  readonly journal: ShardJournal;
  readonly out = new Out();
  readonly calls: StoreCall[] = [];

  constructor(check: RangeCheck = rangeCheck, known: readonly string[] = []) {
    const session = new StoreSession(SESSION, new StoreSite(['store']), 500 * MS);
    const mark = { shard: 3, owner: 's1#1', epoch: 35, version: 10 };
    this.journal = new ShardJournal(session, mark, new Set(known), check);
  }

  add(persist: readonly BookEntry[], ...afterSync: readonly Effect[]): void {
    const output: Output = { now: [], persist, afterSync };
    this.journal.add(output, this.out);
    this.look();
  }

  answer(outcome: StoreOutcome) {
    const call = this.calls.at(-1)?.call ?? 0;
    const answer = { kind: 'store-answer', v: 1, session: SESSION, call, timeline: 0 } as const;
    const settled = this.journal.onAnswer({ ...answer, outcome }, this.out);
    this.look();
    return settled;
  }

  look(): void {
    for (const each of this.out.take().now) {
      if (each.kind === 'send') this.calls.push(each.message as StoreCall);
    }
  }

  get ops() {
    return this.calls.at(-1)?.ops ?? [];
  }
}

const ok = (version: number): StoreOutcome => ({ kind: 'ok', rows: [], version });
const conflict = (epoch: number, n: number): StoreOutcome => ({
  kind: 'conflict',
  row: { key: KEY, version: 40, value: { kind: 'shard', owner: 's2#1', epoch, n } },
});

test('every transaction rests on the row of the shard, and moves it by one', () => {
  const lab = new JournalLab();
  lab.add([skip(1)], said('one'));
  const row = (n: number) => ({ kind: 'shard', owner: 's1#1', epoch: 35, n });
  expect(lab.ops[1]).toEqual({ kind: 'cas', key: KEY, version: 10, value: row(1) });
  lab.add([skip(2)], said('two'));
  lab.add([skip(2)]);
  expect(lab.calls.length).toBe(1);
  expect(lab.answer(ok(20))).toMatchObject({ kind: 'committed', effects: [said('one')] });
  expect(lab.ops[1]).toEqual({ kind: 'cas', key: KEY, version: 20, value: row(2) });
  // What was written twice meanwhile is one row.
  expect(lab.ops.filter(({ kind }) => kind === 'write').length).toBe(1);
});

test('writes and deletions of a deposed owner are refused alike, and nothing leaves', () => {
  for (const entry of [skip(1), forget('old')]) {
    const lab = new JournalLab();
    lab.add([entry], said('done'));
    expect(lab.ops.map(({ kind }) => kind)).toEqual(['begin', 'cas', 'write', 'commit']);
    expect(lab.answer(conflict(67, 0))).toEqual({ kind: 'deposed' });
  }
});

test('a commit whose answer was lost is recognised', () => {
  const lab = new JournalLab();
  lab.add([skip(1)], said('done'));
  expect(lab.answer(conflict(35, 1))).toMatchObject({ kind: 'committed', effects: [said('done')] });
  lab.add([skip(2)]);
  expect(lab.ops[1]).toMatchObject({ kind: 'cas', version: 40 });
});

test('what must be new is written on that condition, and a row that was not is named', () => {
  const lab = new JournalLab(rangeCheck, ['job/known']);
  lab.add([job('new'), job('known')]);
  expect(lab.ops.slice(2, 4)).toMatchObject([
    { kind: 'cas', key: 'job/new', version: 0 },
    { kind: 'write', key: 'job/known' },
  ]);
  const row = { key: 'job/new', version: 5, value: job('new') };
  expect(lab.answer({ kind: 'conflict', row })).toEqual({ kind: 'stale', key: 'job/new' });
});

const job = (id: string): BookEntry => ({ kind: 'job', job: newJob(id, SPEC, wallUs(0)) });

test('a unique key is taken on condition that nobody took it since it was looked at', () => {
  const lab = new JournalLab();
  lab.journal.hold('k', 'j1', 4);
  lab.add([job('j1')]);
  expect(lab.journal.isTaking('k')).toBe(true);
  expect(lab.ops[2]).toMatchObject({ kind: 'cas', key: heldKey('k'), version: 4 });
  lab.answer(ok(20));
  expect(lab.journal.isTaking('k')).toBe(false);
  // Looked at before that commit: what it did itself is no news.
  lab.journal.hold('k', 'j2', 4);
  lab.add([job('j2')]);
  expect(lab.ops[2]).toMatchObject({ kind: 'cas', key: heldKey('k'), version: 20 });
});

test('a unique key goes with the job that takes it, and is free where that was not taken', () => {
  const lab = new JournalLab();
  lab.add([skip(0)]);
  lab.add(Array.from({ length: 499 }, (_, n) => skip(n)));
  lab.journal.hold('k', 'j1', 4);
  lab.add([job('j1'), skip(500)]);
  expect(lab.journal.isTaking('k')).toBe(true);
  lab.answer(ok(11));
  expect(lab.ops).not.toContainEqual(expect.objectContaining({ key: heldKey('k') }));
  expect(lab.ops).not.toContainEqual(expect.objectContaining({ key: 'job/j1' }));
  lab.answer(ok(12));
  expect(lab.ops).toContainEqual(expect.objectContaining({ key: heldKey('k') }));
  expect(lab.ops).toContainEqual(expect.objectContaining({ key: 'job/j1' }));
  lab.answer(ok(13));
  // The request was a copy of another one: nothing came of it.
  lab.journal.hold('k', 'j2', 4);
  lab.journal.letGo();
  lab.add([job('j2')]);
  expect(lab.journal.isTaking('k')).toBe(false);
});

test('a cursor is durable with the tick that moved it, or after it, however much waits', () => {
  const lab = new JournalLab(rangeCheck, ['schedule/h']);
  const cursor = (us: number): BookEntry => ({
    kind: 'schedule',
    schedule: { v: 1, id: 'h', cursorUs: us } as unknown as ScheduleRecord,
  });
  lab.add([skip(-1)]);
  lab.add([job('h@1'), cursor(1)]);
  for (let n = 0; n < 520; n++) lab.add([skip(n)]);
  lab.add([job('h@2'), cursor(2)]);
  const rows = new Map<string, unknown>();
  for (let version = 11; version < 14; version++) {
    lab.answer(ok(version));
    for (const op of lab.ops) if ('value' in op) rows.set(op.key, op.value);
    const { schedule } = rows.get('schedule/h') as { schedule: ScheduleRecord };
    expect(rows.has(`job/h@${schedule.cursorUs}`)).toBe(true);
  }
  expect(rows.get('schedule/h')).toEqual(cursor(2));
});

test('a shard is given back with the last batch, on condition that it is still owned', () => {
  for (const check of [rangeCheck, unchecked]) {
    const lab = new JournalLab(check);
    lab.add([skip(1)], said('one'));
    lab.journal.leave(lab.out);
    expect(lab.answer(ok(20))).toMatchObject({ kind: 'committed', isLast: false });
    const value = { kind: 'shard', owner: '', epoch: 35, n: 2 };
    const version = check === unchecked ? 10 : 20;
    expect(lab.ops[1]).toEqual({ kind: 'cas', key: KEY, version, value });
    expect(lab.answer(ok(21))).toMatchObject({ kind: 'committed', isLast: true });
  }
});

test('a long batch goes in parts, and effects with the last of them', () => {
  const lab = new JournalLab();
  lab.add(
    Array.from({ length: 1_100 }, (_, n) => skip(n)),
    said('all'),
  );
  const settled = [ok(11), ok(12), ok(13)].map((outcome) => lab.answer(outcome));
  expect(settled.map((each) => each?.kind === 'committed' && each.effects.length)).toEqual([
    0, 0, 1,
  ]);
});
