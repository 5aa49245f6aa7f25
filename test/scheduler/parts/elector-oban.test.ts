import { expect, test } from 'vitest';
import { monotonicUs, SECOND, wallUs } from '../../../src/lib/units.ts';
import { OBAN } from '../../../src/scheduler/designs/lease/presets.ts';
import type { ElectionAction, ElectionEvent } from '../../../src/scheduler/parts/election.ts';
import {
  type ObanRow,
  type ObanState,
  oban,
  stepOban,
} from '../../../src/scheduler/parts/elector-oban.ts';
import type { StoreOp, StoreOutcome } from '../../../src/scheduler/store/protocol.ts';

/** One member with a wall clock of its own, which is the only one it looks at. */
class Bench {
  state: ObanState;
  wallNowUs = 1_000 * SECOND;

  constructor(me = 'a#1') {
    this.state = oban(OBAN, stepOban).begin(me, this.#moment()).state;
  }

  #moment() {
    return { nowUs: monotonicUs(0), wallUs: wallUs(this.wallNowUs), epochsUsed: 0 };
  }

  step(event: ElectionEvent): readonly ElectionAction[] {
    const step = stepOban(this.state, event, OBAN, this.#moment());
    this.state = step.state;
    return step.actions;
  }
  timer = () => this.step({ kind: 'timer', draw: 0 });
  answer = (outcome: StoreOutcome) => this.step({ kind: 'answer', outcome });
  read = (row: ObanRow | undefined, epoch?: number) =>
    this.answer({
      kind: 'ok',
      version: 0,
      rows: [
        { key: 'lease', value: row, version: 1 },
        { key: 'epoch', value: epoch === undefined ? undefined : { epoch }, version: 1 },
      ],
    });
  commit = () => this.answer({ kind: 'ok', version: 5, rows: [] });

  /** Finds no row and leads by epoch 1. */
  lead(): this {
    this.timer();
    this.read(undefined);
    this.commit();
    return this;
  }
}

const row = (node: string, expiresAtUs: number, epoch = 1): ObanRow => ({
  node,
  expiresAtUs,
  epoch,
});
const opsOf = (actions: readonly ElectionAction[]): readonly StoreOp[] =>
  actions.flatMap((action) => (action.kind === 'call' ? action.ops : []));
const kindsOf = (actions: readonly ElectionAction[]) => actions.map(({ kind }) => kind);

/** Looks come up to a tenth early. */
const OFTEN = { kind: 'timer', afterUs: 13.5 * SECOND, spreadUs: 1.5 * SECOND };
const SELDOM = { kind: 'timer', afterUs: 27 * SECOND, spreadUs: 3 * SECOND };
const ROLLBACK = { kind: 'call', ops: [{ kind: 'rollback' }] };

test('who finds no row leads for 30 s by its own wall clock, and looks twice as often', () => {
  const bench = new Bench();
  bench.timer();
  expect(opsOf(bench.read(undefined, 4))).toEqual([
    { kind: 'write', key: 'lease', value: row('a', 1_030 * SECOND, 5) },
    { kind: 'write', key: 'epoch', value: { epoch: 5 } },
    { kind: 'write', key: 'commit', value: { epoch: 5, n: 0 } },
    { kind: 'commit' },
  ]);
  expect(bench.commit()).toEqual([OFTEN, { kind: 'elected', epoch: 5, version: 5 }]);
});

test('who finds a row that has not run out by its own clock looks again in 27 to 30 s', () => {
  const bench = new Bench('b#1');
  bench.timer();
  expect(bench.read(row('a', 1_000 * SECOND))).toEqual([ROLLBACK, SELDOM]);
  // The same row, and a clock that somebody has set.
  bench.wallNowUs += 1;
  bench.timer();
  const actions = bench.read(row('a', 1_000 * SECOND), 1);
  expect(actions[0]).toEqual({ kind: 'expired-seen', epoch: 1 });
  expect(opsOf(actions)[0]).toMatchObject({ value: row('b', 1_030 * SECOND + 1, 2) });
});

test('a leader prolongs the row that it finds, whosever it is, and leads on (oban#1488)', () => {
  const bench = new Bench().lead();
  bench.wallNowUs += 60 * SECOND;
  bench.timer();
  expect(opsOf(bench.read(row('b', 1_080 * SECOND, 2), 2))).toEqual([
    { kind: 'write', key: 'lease', value: row('b', 1_090 * SECOND, 2) },
    { kind: 'commit' },
  ]);
  expect(bench.commit()).toEqual([OFTEN]);
  expect(bench.state.epoch).toBe(1);
});

test('a leader whose row has run out and is still there, or is gone, inserts it anew', () => {
  for (const found of [row('a', 999 * SECOND), undefined]) {
    const bench = new Bench().lead();
    bench.timer();
    expect(opsOf(bench.read(found, 1))).toEqual([
      { kind: 'write', key: 'lease', value: row('a', 1_030 * SECOND) },
      { kind: 'commit' },
    ]);
    expect(bench.commit()).toEqual([OFTEN]);
  }
});

test.each(['serialization', 'deadlock', 'lock-timeout', 'no-session'] as const)(
  'a look that ends in %s is tried once more, and leaves it what it was',
  (kind) => {
    for (const bench of [new Bench().lead(), new Bench()]) {
      const { epoch } = bench.state;
      bench.timer();
      const outcome = { kind, key: 'lease' } as StoreOutcome;
      expect(bench.answer(outcome)).toEqual([{ kind: 'timer', afterUs: SECOND / 2 }]);
      expect(kindsOf(bench.timer())).toEqual(['timer', 'call']);
      expect(bench.answer(outcome)).toEqual([epoch === undefined ? SELDOM : OFTEN]);
      expect(bench.state.epoch).toBe(epoch);
    }
  },
);

test('a database that refuses, or does not answer for 15 s, makes a leader a follower', () => {
  const refused = new Bench().lead();
  refused.timer();
  const why = 'the database refuses: read-only';
  expect(refused.answer({ kind: 'read-only' })).toEqual([{ kind: 'stopped', why }, SELDOM]);

  const silent = new Bench().lead();
  expect(silent.timer()[0]).toEqual({ kind: 'timer', afterUs: 15 * SECOND });
  const noAnswer = 'the database does not answer';
  expect(silent.timer()).toEqual([ROLLBACK, { kind: 'stopped', why: noAnswer }, SELDOM]);
});

test('a leader that is asked to stop deletes the row of its node, and tells everybody', () => {
  const notify = { kind: 'notify', channel: 'oban_leader', payload: 'a' };
  for (const found of [row('a', 1_030 * SECOND), row('b', 1_030 * SECOND, 2)]) {
    const bench = new Bench().lead();
    const why = 'asked to stop';
    expect(bench.step({ kind: 'release' })[0]).toEqual({ kind: 'stopped', why });
    const value = found.node === 'a' ? undefined : found;
    expect(opsOf(bench.read(found, 2))).toEqual([
      { kind: 'write', key: 'lease', value },
      notify,
      { kind: 'commit' },
    ]);
    expect(bench.commit()).toEqual([{ kind: 'left' }]);
  }
  expect(new Bench().step({ kind: 'release' })).toEqual([{ kind: 'left' }]);
});

test('who hears that a leader is down looks at once, unless it is looking', () => {
  const bench = new Bench('b#1');
  const down = { kind: 'notified', payload: 'a' } as const;
  expect(kindsOf(bench.step(down))).toEqual(['timer', 'call']);
  expect(bench.step(down)).toEqual([]);
});

test('where commits are fenced, one that was refused ends the term', () => {
  const bench = new Bench().lead();
  const stopped = { kind: 'stopped', why: 'deposed' };
  expect(bench.step({ kind: 'deposed' })).toEqual([stopped, SELDOM]);
  expect(bench.step({ kind: 'deposed' })).toEqual([]);
});

test('a look under way is rolled back with the term: the next leader needs the row', () => {
  const bench = new Bench().lead();
  bench.timer();
  const stopped = { kind: 'stopped', why: 'deposed' };
  expect(bench.step({ kind: 'deposed' })).toEqual([ROLLBACK, stopped, SELDOM]);
});
