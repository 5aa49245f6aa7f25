import { expect, test } from 'vitest';
import { monotonicUs, SECOND, wallUs } from '../../../src/lib/units.ts';
import { SESSION } from '../../../src/scheduler/designs/lease/presets.ts';
import type { ElectionAction, ElectionEvent } from '../../../src/scheduler/parts/election.ts';
import {
  pingUsOf,
  type SessionRow,
  type SessionState,
  session,
  stepSession,
  suspendedUsOf,
} from '../../../src/scheduler/parts/elector-session.ts';
import type { StoreOp, StoreOutcome } from '../../../src/scheduler/store/protocol.ts';

const PING_US = pingUsOf(SESSION);
const SUSPENDED_US = suspendedUsOf(SESSION);

class Bench {
  state: SessionState;
  nowUs = 50 * SECOND;

  constructor(me = 'a#1') {
    this.state = session(SESSION, stepSession).begin(me, this.#moment()).state;
  }

  #moment(epochsUsed = 0) {
    return { nowUs: monotonicUs(this.nowUs), wallUs: wallUs(0), epochsUsed };
  }

  step(event: ElectionEvent, used = 0): readonly ElectionAction[] {
    const step = stepSession(this.state, event, SESSION, this.#moment(used));
    this.state = step.state;
    return step.actions;
  }
  timer = () => this.step({ kind: 'timer', draw: 0 });
  answer = (outcome: StoreOutcome, used = 0) => this.step({ kind: 'answer', outcome }, used);
  see = (row: SessionRow | undefined, epoch: number, used = 0) =>
    this.answer(
      {
        kind: 'ok',
        version: 0,
        rows: [
          { key: 'lease', value: row, version: row === undefined ? 0 : 8 },
          { key: 'epoch', value: epoch === 0 ? undefined : { epoch }, version: epoch },
        ],
      },
      used,
    );
  made = () => this.answer({ kind: 'ok', version: 9, rows: [] });

  /** Finds no row and leads by epoch 1. */
  lead(): this {
    this.timer();
    this.see(undefined, 0);
    this.made();
    return this;
  }
}

const opsOf = (actions: readonly ElectionAction[]): readonly StoreOp[] =>
  actions.flatMap((action) => (action.kind === 'call' ? action.ops : []));
const kindsOf = (actions: readonly ElectionAction[]) => actions.map(({ kind }) => kind);
const MINE: SessionRow = { holder: 'a#1', epoch: 1 };

test('the first look opens the session, watches the row, and says when it will ping', () => {
  const bench = new Bench();
  const actions = bench.timer();
  expect(actions[0]).toEqual({ kind: 'timer', afterUs: PING_US });
  expect(opsOf(actions).slice(0, 2)).toEqual([
    { kind: 'session', timeoutUs: 10 * SECOND },
    { kind: 'watch', key: 'lease' },
  ]);
  bench.see({ holder: 'b#1', epoch: 3 }, 3);
  expect(opsOf(bench.timer())[0]).toEqual({ kind: 'ping' });
});

test('the row is made on condition of both rows; the epoch outlives every row', () => {
  const bench = new Bench();
  bench.timer();
  expect(opsOf(bench.see(undefined, 7))).toEqual([
    { kind: 'begin' },
    {
      kind: 'cas',
      key: 'lease',
      version: 0,
      value: { holder: 'a#1', epoch: 8 },
      ephemeral: true,
    },
    { kind: 'cas', key: 'epoch', version: 7, value: { epoch: 8 } },
    { kind: 'write', key: 'commit', value: { epoch: 8, n: 0 } },
    { kind: 'commit' },
  ]);
  expect(bench.made()).toEqual([
    { kind: 'timer', afterUs: PING_US },
    { kind: 'elected', epoch: 8, version: 9 },
  ]);
});

test('an epoch is beyond all that may have been in use, though the rows forgot them', () => {
  const bench = new Bench();
  bench.timer();
  expect(opsOf(bench.see(undefined, 7, 2 ** 20))).toContainEqual({
    kind: 'cas',
    key: 'epoch',
    version: 7,
    value: { epoch: 2 ** 20 + 1 },
  });
});

test('while the row is there nobody else makes one; who was slower looks again', () => {
  const bench = new Bench('b#1');
  bench.timer();
  expect(kindsOf(bench.see(MINE, 1))).toEqual(['timer']);
  bench.timer();
  bench.see(undefined, 1);
  const conflict = { kind: 'conflict', row: { key: 'lease', value: MINE, version: 4 } } as const;
  expect(opsOf(bench.answer(conflict))[0]).toEqual({ kind: 'ping' });
});

test('a leader that hears nothing for two thirds of the timeout stops, to the microsecond', () => {
  const bench = new Bench().lead();
  const heardUs = bench.nowUs;
  bench.nowUs += PING_US;
  bench.timer();
  for (;;) {
    const actions = bench.timer();
    if (kindsOf(actions).includes('stopped')) break;
    const [timer] = actions;
    bench.nowUs += timer?.kind === 'timer' ? timer.afterUs : 0;
  }
  expect(bench.nowUs - heardUs).toBe(SUSPENDED_US);
  // The session may live: its row is taken again, under a new epoch.
  expect(opsOf(bench.see(MINE, 1))).toContainEqual({
    kind: 'cas',
    key: 'lease',
    version: 8,
    value: { holder: 'a#1', epoch: 2 },
    ephemeral: true,
  });
});

test('any answer of the store is a sign of life, also one that takes no writes', () => {
  const bench = new Bench().lead();
  for (let pings = 0; pings < 5; pings++) {
    bench.nowUs += PING_US;
    expect(kindsOf(bench.timer())).toEqual(['timer', 'call']);
    expect(bench.answer({ kind: 'read-only' })).toEqual([{ kind: 'timer', afterUs: PING_US }]);
  }
});

test('a session that the server has ended is followed by another one, as a follower', () => {
  const bench = new Bench().lead();
  bench.nowUs += 30 * SECOND;
  bench.timer();
  const actions = bench.answer({ kind: 'expired' });
  expect(kindsOf(actions)).toEqual(['new-session', 'timer', 'call']);
  expect(opsOf(actions)[0]).toEqual({ kind: 'session', timeoutUs: 10 * SECOND });
  // A row that an earlier session left behind is not its own, though its name is on it.
  expect(kindsOf(bench.see(MINE, 1))).toEqual(['timer']);

  const asleep = new Bench().lead();
  asleep.nowUs += PING_US;
  asleep.timer();
  expect(kindsOf(asleep.answer({ kind: 'expired' }))[0]).toBe('stopped');
});

test('the end of the row is looked at as soon as it is told, once', () => {
  const bench = new Bench('b#1');
  bench.timer();
  bench.see(MINE, 1);
  const gone = { key: 'lease', value: undefined, version: 11 };
  expect(kindsOf(bench.step({ kind: 'changed', row: gone }))).toEqual(['timer', 'call']);
  expect(bench.step({ kind: 'changed', row: gone })).toEqual([]);
});

test('asked to stop, a leader closes its session, and one whose row is on its way does too', () => {
  const bench = new Bench().lead();
  const close = { kind: 'call', ops: [{ kind: 'close' }] };
  expect(bench.step({ kind: 'release' })).toEqual([
    { kind: 'stopped', why: 'asked to stop' },
    close,
  ]);
  expect(bench.made()).toEqual([{ kind: 'left' }]);
  const early = new Bench();
  early.timer();
  early.see(undefined, 0);
  expect(early.step({ kind: 'release' })).toEqual([close]);
  expect(new Bench().step({ kind: 'release' })).toEqual([{ kind: 'left' }]);
});

test('deposed, it stops and takes its own row again', () => {
  const bench = new Bench().lead();
  expect(kindsOf(bench.step({ kind: 'deposed' }))).toEqual(['stopped', 'timer', 'call']);
  expect(opsOf(bench.see(MINE, 1))).toContainEqual({
    kind: 'cas',
    key: 'epoch',
    version: 1,
    value: { epoch: 2 },
  });
});
