import { expect, test } from 'vitest';
import { MS, monotonicUs, SECOND, wallUs } from '../../../src/lib/units.ts';
import { RIVER } from '../../../src/scheduler/designs/lease/presets.ts';
import type { ElectionAction, ElectionEvent } from '../../../src/scheduler/parts/election.ts';
import {
  type RiverRow,
  type RiverState,
  river,
  riverBackoffUsMax,
  stepRiver,
} from '../../../src/scheduler/parts/elector-river.ts';
import type { StoreOp, StoreOutcome } from '../../../src/scheduler/store/protocol.ts';

/** One member on a monotonic clock of its own; the database's clock is handed in. */
class Bench {
  readonly me: string;
  state: RiverState;
  nowUs = 1_000 * SECOND;

  constructor(me = 'a#1') {
    this.me = me;
    this.state = river(RIVER, stepRiver).begin(me, this.#moment()).state;
  }

  #moment(epochsUsed = 0) {
    return { nowUs: monotonicUs(this.nowUs), wallUs: wallUs(0), epochsUsed };
  }

  step(event: ElectionEvent, epochsUsed = 0): readonly ElectionAction[] {
    const step = stepRiver(this.state, event, RIVER, this.#moment(epochsUsed));
    this.state = step.state;
    return step.actions;
  }
  timer = () => this.step({ kind: 'timer', draw: 0 });
  answer = (outcome: StoreOutcome, used = 0) => this.step({ kind: 'answer', outcome }, used);
  /** What the locked row holds, at this time of the database, with the latest epoch given. */
  read = (row: RiverRow | undefined, dbUs: number, epoch?: number, used = 0) =>
    this.answer(
      ok([
        { key: 'lease', value: row, version: 1 },
        { key: 'epoch', value: epoch === undefined ? undefined : { epoch }, version: 1 },
        { key: 'now', value: dbUs, version: 0 },
      ]),
      used,
    );

  /** Wins epoch 1 at this time of the database, at once. */
  lead(dbUs = 0): this {
    this.timer();
    this.read(undefined, dbUs);
    this.answer(ok([], 7));
    return this;
  }
}

const ok = (rows: Extract<StoreOutcome, { kind: 'ok' }>['rows'], version = 0): StoreOutcome => ({
  kind: 'ok',
  rows,
  version,
});
const term = (leader: string, electedAtUs: number, epoch = 1): RiverRow => ({
  leader,
  electedAtUs,
  expiresAtUs: electedAtUs + 15 * SECOND,
  epoch,
});
const kindsOf = (actions: readonly ElectionAction[]) => actions.map(({ kind }) => kind);
const opsOf = (actions: readonly ElectionAction[]): readonly StoreOp[] =>
  actions.flatMap((action) => (action.kind === 'call' ? action.ops : []));
const timerOf = (actions: readonly ElectionAction[]) =>
  actions.filter((action) => action.kind === 'timer').at(-1);
const written = (actions: readonly ElectionAction[]) =>
  opsOf(actions).find((op) => op.kind === 'write' && op.key === 'lease');

const ROLLBACK: ElectionAction = { kind: 'call', ops: [{ kind: 'rollback' }] };

test('a bid locks the row; whoever finds none takes a term that the database dates', () => {
  const bench = new Bench();
  const [patience, ask] = bench.timer();
  expect(patience).toEqual({ kind: 'timer', afterUs: 5 * SECOND });
  expect(opsOf([ask as ElectionAction])).toContainEqual({
    kind: 'read',
    key: 'lease',
    forUpdate: true,
  });
  const actions = bench.read(undefined, 40 * SECOND, 6, 3);
  expect(opsOf(actions)).toEqual([
    { kind: 'write', key: 'lease', value: term('a#1', 40 * SECOND, 7) },
    { kind: 'write', key: 'epoch', value: { epoch: 7 } },
    { kind: 'write', key: 'commit', value: { epoch: 7, n: 0 } },
    { kind: 'commit' },
  ]);
  expect(bench.answer(ok([], 12))).toEqual([
    { kind: 'timer', afterUs: 5 * SECOND },
    { kind: 'elected', epoch: 7, version: 12 },
  ]);
});

test('an epoch is beyond all that may have been in use, though the rows forgot them', () => {
  const bench = new Bench();
  bench.timer();
  expect(written(bench.read(undefined, 0, 6, 2 ** 20))).toMatchObject({
    value: { epoch: 2 ** 20 + 1 },
  });
});

test('a term ends by the clock of the database, after its last microsecond', () => {
  const bench = new Bench('b#1');
  bench.timer();
  expect(bench.read(term('a#1', 0, 3), 15 * SECOND, 3)).toEqual([
    ROLLBACK,
    { kind: 'timer', afterUs: 5 * SECOND, spreadUs: SECOND },
  ]);
  bench.timer();
  const actions = bench.read(term('a#1', 0, 3), 15 * SECOND + 1, 3);
  expect(actions[0]).toEqual({ kind: 'expired-seen', epoch: 3 });
  expect(written(actions)).toMatchObject({ value: term('b#1', 15 * SECOND + 1, 4) });
});

test('a renewal moves the end of its own term and nothing else', () => {
  const bench = new Bench().lead();
  bench.nowUs += 5 * SECOND;
  bench.timer();
  const actions = bench.read(term('a#1', 0), 5 * SECOND, 1);
  expect(opsOf(actions)).toEqual([
    {
      kind: 'write',
      key: 'lease',
      value: { ...term('a#1', 0), expiresAtUs: 20 * SECOND },
    },
    { kind: 'commit' },
  ]);
  expect(bench.answer(ok([], 8))).toEqual([{ kind: 'timer', afterUs: 5 * SECOND }]);
});

test.each([
  ['another leader', term('b#1', 5 * SECOND, 2), 6 * SECOND],
  ['a later term under its own name', term('a#1', 5 * SECOND, 2), 6 * SECOND],
  ['its own term, run out', term('a#1', 0), 15 * SECOND + 1],
  ['no row', undefined, 6 * SECOND],
])('a leader that finds %s stops, gives nothing back, and bids', (_, row, dbUs) => {
  const bench = new Bench().lead();
  bench.nowUs += 5 * SECOND;
  bench.timer();
  const actions = bench.read(row, dbUs, 2);
  expect(kindsOf(actions)).toEqual(['call', 'stopped', 'timer', 'call']);
  expect(written(actions)).toBeUndefined();
  expect(bench.state.phase).toBe('following');
});

test('trust runs for 14 s from before the question, and no error makes it longer', () => {
  const bench = new Bench();
  bench.timer();
  const askedUs = bench.nowUs;
  bench.nowUs += 4 * SECOND;
  bench.read(undefined, 0);
  bench.answer(ok([], 1));
  for (;;) {
    const wait = timerOf(bench.step({ kind: 'timer', draw: 0 }));
    if (bench.state.phase !== 'leading') break;
    // Nobody answers: each try is given up, and the next one comes after a while.
    expect(bench.nowUs).toBeLessThan(askedUs + 14 * SECOND);
    bench.nowUs += (wait?.afterUs ?? 0) + (wait?.spreadUs ?? 0);
  }
  expect(bench.nowUs).toBe(askedUs + 14 * SECOND);
});

test('a member that slept over its election stops as soon as it wakes', () => {
  const bench = new Bench();
  bench.timer();
  bench.read(undefined, 0);
  bench.nowUs += 20 * SECOND;
  expect(bench.answer(ok([], 1))[0]).toEqual({ kind: 'timer', afterUs: 0 });
  expect(kindsOf(bench.timer())).toEqual(['stopped', 'timer', 'call']);
});

test('who resigns deletes its own term only, tells the others, and may bid again', () => {
  const bench = new Bench().lead();
  expect(kindsOf(bench.step({ kind: 'deposed' }))).toEqual(['stopped', 'timer', 'call']);
  const actions = bench.read(term('a#1', 0), SECOND, 1);
  expect(opsOf(actions)).toEqual([
    { kind: 'write', key: 'lease', value: undefined },
    { kind: 'notify', channel: 'river_leadership', payload: 'a#1' },
    { kind: 'commit' },
  ]);
  expect(kindsOf(bench.answer(ok([], 9)))).toEqual(['timer', 'call']);
  expect(bench.state.phase).toBe('following');

  const late = new Bench().lead();
  late.step({ kind: 'deposed' });
  const kept = late.read(term('b#1', 5 * SECOND, 2), 6 * SECOND, 2);
  expect(kept[0]).toEqual(ROLLBACK);
  expect(written(kept)).toBeUndefined();
});

test('asked to stop, a leader resigns and goes, after three tries in any case', () => {
  const bench = new Bench().lead();
  expect(bench.step({ kind: 'release' })[0]).toEqual({ kind: 'stopped', why: 'asked to stop' });
  bench.read(term('a#1', 0), SECOND, 1);
  expect(bench.answer(ok([], 9))).toEqual([{ kind: 'left' }]);

  const cutOff = new Bench().lead();
  const waits = [timerOf(cutOff.step({ kind: 'release' }))?.afterUs];
  for (;;) {
    const actions = cutOff.timer();
    if (kindsOf(actions).includes('left')) break;
    waits.push(timerOf(actions)?.afterUs);
  }
  // Patience of 1, 2 and 3 s, and waits of 0.9 to 1.1 and 1.8 to 2.2 s between.
  expect(waits).toEqual([1, 0.9, 2, 1.8, 3].map((s) => s * SECOND));
  expect(new Bench().step({ kind: 'release' })).toEqual([{ kind: 'left' }]);
});

test('when somebody resigns a follower bids within 50 ms, or right after its open bid', () => {
  const soon = { kind: 'timer', afterUs: 0, spreadUs: 50 * MS };
  const bench = new Bench('b#1');
  bench.timer();
  const resigned = { kind: 'notified', payload: 'a#1' } as const;
  expect(bench.step(resigned)).toEqual([]);
  expect(bench.read(term('a#1', 0), SECOND, 1)).toEqual([ROLLBACK, soon]);
  bench.timer();
  bench.read(term('a#1', 0), SECOND, 1);
  expect(bench.step(resigned)).toEqual([soon]);
});

test('waits of a follower double with every error, to 512 s, and are not ended early', () => {
  const bench = new Bench('b#1');
  const waits = Array.from({ length: 11 }, () => {
    bench.timer();
    const wait = timerOf(bench.answer({ kind: 'read-only' }));
    expect(bench.step({ kind: 'notified', payload: 'a#1' })).toEqual([]);
    return (wait?.afterUs ?? 0) + (wait?.spreadUs ?? 0) / 2;
  });
  expect(waits).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1].map((s) => s * SECOND));
});

test('the bound on the wait after a storm is that of errors which all came at once', () => {
  expect(riverBackoffUsMax(0)).toBe(1.1 * SECOND);
  // Waits of 0.9, 1.8 … 57.6 s fit into 120 s; the next one is up to 1.1 times 128 s.
  expect(riverBackoffUsMax(120 * SECOND)).toBe(1.1 * 128 * SECOND);
  expect(riverBackoffUsMax(1e6 * SECOND)).toBe(1.1 * 512 * SECOND);
});
