import { expect, test } from 'vitest';
import type { Effect, Output } from '../../../src/host/step.ts';
import { MS, wallUs } from '../../../src/lib/units.ts';
import { Journal } from '../../../src/scheduler/designs/lease/journal.ts';
import { COMMIT_ROW } from '../../../src/scheduler/parts/election.ts';
import { Out } from '../../../src/scheduler/parts/out.ts';
import { StoreSession, StoreSite } from '../../../src/scheduler/parts/store-session.ts';
import type { StoreCall, StoreOutcome } from '../../../src/scheduler/store/protocol.ts';

const effect = (text: string): Effect => ({
  kind: 'observe',
  testimony: { kind: 'note', text },
});

class JournalLab {
  readonly journal: Journal;
  readonly out = new Out();
  /** Calls as they left, and what was released by answers. */
  readonly calls: StoreCall[] = [];

  constructor({ isFenced = true } = {}) {
    const session = new StoreSession('s1#1/journal', new StoreSite(['store']), 500 * MS);
    this.journal = new Journal(session, { epoch: 7, version: 30 }, isFenced);
  }

  add(entries: number, ...effects: readonly Effect[]): void {
    const persist = Array.from({ length: entries }, (_, i) => ({
      ...{ kind: 'skip', tick: { schedule: 's', nominalUs: wallUs(i) }, reason: 'late' },
    }));
    const output: Output = { now: [], persist, afterSync: effects };
    this.journal.add(output, this.out);
    this.#look();
  }

  answer(outcome: StoreOutcome, call = this.calls.at(-1)?.call ?? 0) {
    const session = 's1#1/journal';
    const answer = { kind: 'store-answer', v: 1, session, call, timeline: 0, outcome } as const;
    const released = this.journal.onAnswer(answer, this.out);
    this.#look();
    return released;
  }

  #look(): void {
    for (const each of this.out.take().now) {
      if (each.kind === 'send') this.calls.push(each.message as StoreCall);
    }
  }
  guard = () => this.calls.at(-1)?.ops.find(({ kind }) => kind === 'cas');
  writes = () => this.calls.at(-1)?.ops.filter(({ kind }) => kind === 'write').length;
}

const ok = (version: number): StoreOutcome => ({ kind: 'ok', rows: [], version });
const conflict = (version: number, epoch: number, n: number): StoreOutcome => ({
  kind: 'conflict',
  row: { key: COMMIT_ROW, version, value: { epoch, n } },
});

test('effects leave when the store says yes; what comes meanwhile shares the next batch', () => {
  const lab = new JournalLab();
  lab.add(1, effect('one'));
  lab.add(1, effect('two'));
  lab.add(0, effect('three'));
  expect(lab.calls).toHaveLength(1);
  expect(lab.answer(ok(31))).toEqual([effect('one')]);
  expect(lab.calls).toHaveLength(2);
  expect(lab.answer(ok(32))).toEqual([effect('two'), effect('three')]);
});

test('each commit moves the commit row on by one, from the version it has', () => {
  const lab = new JournalLab();
  lab.add(1);
  expect(lab.guard()).toMatchObject({ version: 30, value: { epoch: 7, n: 1 } });
  lab.answer(ok(31));
  lab.add(1);
  expect(lab.guard()).toMatchObject({ version: 31, value: { epoch: 7, n: 2 } });
});

test('reads are confirmed too: an answer without changes waits for a commit of its own', () => {
  const lab = new JournalLab();
  lab.add(0, effect('a read'));
  expect(lab.guard()).toMatchObject({ version: 30 });
  expect(lab.answer(conflict(40, 8, 0))).toBe('deposed');
});

test('a commit whose answer was lost is recognised by its mark, and by nothing less', () => {
  const lab = new JournalLab();
  lab.add(1, effect('one'));
  expect(lab.answer(conflict(31, 7, 1))).toEqual([effect('one')]);
  lab.add(1, effect('two'));
  expect(lab.guard()).toMatchObject({ version: 31, value: { n: 2 } });
  expect(lab.answer(conflict(31, 7, 1))).toBe('deposed');
  const other = new JournalLab();
  other.add(1);
  expect(
    other.answer({ kind: 'conflict', row: { key: COMMIT_ROW, version: 0, value: undefined } }),
  ).toBe('deposed');
});

test('a transaction that failed otherwise is tried again as a new call', () => {
  const lab = new JournalLab();
  lab.add(2, effect('one'));
  expect(lab.answer({ kind: 'lock-timeout', key: COMMIT_ROW })).toBeUndefined();
  expect(lab.calls.map(({ call }) => call)).toEqual([1, 2]);
  expect(lab.guard()).toMatchObject({ version: 30, value: { n: 1 } });
  expect(lab.answer(ok(31), 1)).toBeUndefined();
  expect(lab.answer(ok(31))).toEqual([effect('one')]);
});

test('a long batch goes in parts, and effects wait for the last of them', () => {
  const lab = new JournalLab();
  lab.add(1);
  lab.add(1_200, effect('all'));
  const sizes: unknown[] = [];
  let released: unknown = lab.answer(ok(31));
  for (let version = 32; Array.isArray(released) && released.length === 0; version++) {
    sizes.push(lab.writes());
    released = lab.answer(ok(version));
  }
  expect(sizes).toEqual([500, 500, 200]);
  expect(released).toEqual([effect('all')]);
});

test('what one step persists may be of any length', () => {
  const lab = new JournalLab();
  expect(() => lab.add(300_000, effect('all'))).not.toThrow();
  expect(lab.writes()).toBe(500);
});

test('unfenced there is no guard: nobody refuses', () => {
  const lab = new JournalLab({ isFenced: false });
  lab.add(1);
  expect(lab.guard()).toBeUndefined();
});
