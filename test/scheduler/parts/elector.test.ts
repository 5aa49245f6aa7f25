import fc from 'fast-check';
import { expect, test } from 'vitest';
import { monotonicUs, SECOND } from '../../../src/lib/units.ts';
import { CLIENT_GO, takeoverBounds } from '../../../src/scheduler/designs/lease/presets.ts';
import {
  type Elector,
  type ElectorAction,
  type ElectorEvent,
  type LeaseRecord,
  newElector,
  RELEASED,
  stepElector,
} from '../../../src/scheduler/parts/elector.ts';

const { leaseUs, renewDeadlineUs, retryUs } = CLIENT_GO;

/** One elector on a clock of its own, stepped by hand. */
class Bench {
  elector: Elector;
  nowUs: number;

  constructor(me = 'a#1', nowUs = 0) {
    this.nowUs = nowUs;
    this.elector = newElector(me, monotonicUs(nowUs));
  }

  step(event: ElectorEvent): readonly ElectorAction[] {
    const step = stepElector(this.elector, event, CLIENT_GO, monotonicUs(this.nowUs));
    this.elector = step.elector;
    return step.actions;
  }
  timer = (draw = 0) => this.step({ kind: 'timer', draw });
  row = (version: number, record?: LeaseRecord) => this.step({ kind: 'row', version, record });
  written = (version: number, record: LeaseRecord) =>
    this.step({ kind: 'written', version, record });

  /** Finds no row and takes the lease as epoch 1, row version 1. */
  lead(): this {
    this.timer();
    this.row(0);
    this.written(1, held(this.elector.me, 1));
    return this;
  }
}

const held = (holder: string, epoch: number): LeaseRecord => ({ holder, epoch, leaseUs });
const kindsOf = (actions: readonly ElectorAction[]) => actions.map(({ kind }) => kind);

test('who finds no row takes epoch 1; who is elected comes back after a retry period', () => {
  const bench = new Bench();
  expect(bench.timer(0.5)).toEqual([{ kind: 'timer', afterUs: 3.2 * SECOND }, { kind: 'read' }]);
  expect(bench.row(0)).toEqual([{ kind: 'write', version: 0, record: held('a#1', 1) }]);
  expect(bench.elector.isLeader).toBe(false);
  expect(bench.written(9, held('a#1', 1))).toEqual([
    { kind: 'timer', afterUs: retryUs },
    { kind: 'elected', epoch: 1, version: 9 },
  ]);
});

test('a follower looks again after 1 to 2.2 retry periods', () => {
  const afterUs = [0, 1 - 2 ** -53].map((draw) => {
    const [timer] = new Bench().timer(draw);
    return timer?.kind === 'timer' ? timer.afterUs : 0;
  });
  expect(afterUs).toEqual([2 * SECOND, 4.4 * SECOND]);
});

test('a follower measures on its own clock since it saw the row change, and not before', () => {
  const bench = new Bench('b#1', 100 * SECOND);
  expect(bench.row(5, held('a#1', 3))).toEqual([]);
  bench.nowUs += leaseUs - 1;
  expect(bench.row(5, held('a#1', 3))).toEqual([]);
  bench.nowUs += 1;
  expect(bench.row(5, held('a#1', 3))).toEqual([
    { kind: 'expired-seen', epoch: 3 },
    { kind: 'write', version: 5, record: held('b#1', 4) },
  ]);
});

test('every renewal seen starts the measuring again, also by the same holder', () => {
  const bench = new Bench('b#1');
  for (let version = 5; version < 20; version++) {
    expect(bench.row(version, held('a#1', 3))).toEqual([]);
    bench.nowUs += leaseUs - 1;
  }
});

test('the term of the lease is the one that its holder wrote', () => {
  const bench = new Bench('b#1');
  const short = { ...held('a#1', 3), leaseUs: SECOND };
  bench.row(5, short);
  bench.nowUs += SECOND;
  expect(kindsOf(bench.row(5, short))).toEqual(['expired-seen', 'write']);
});

test('who loses the race follows the winner', () => {
  const bench = new Bench('b#1');
  bench.row(0);
  expect(bench.row(1, held('a#1', 1))).toEqual([]);
  expect(bench.elector).toMatchObject({ isLeader: false, version: 1 });
});

test('a leader renews each retry period under the version it knows, epoch unchanged', () => {
  const bench = new Bench().lead();
  for (let version = 1; version < 5; version++) {
    bench.nowUs += retryUs;
    expect(bench.timer()).toEqual([
      { kind: 'timer', afterUs: retryUs },
      { kind: 'write', version, record: held('a#1', 1) },
    ]);
    const actions = bench.written(version + 1, held('a#1', 1));
    expect(actions).toEqual([{ kind: 'timer', afterUs: retryUs }, { kind: 'renewed' }]);
  }
});

test('a renewal without an answer is tried again until the deadline, then it is over', () => {
  const bench = new Bench().lead();
  bench.nowUs += retryUs;
  const beganUs = bench.nowUs;
  for (;;) {
    const actions = bench.timer();
    const timer = actions.find((action) => action.kind === 'timer');
    if (actions[0]?.kind === 'stopped') {
      expect(actions).toEqual([
        { kind: 'stopped', why: 'renew deadline passed' },
        { kind: 'timer', afterUs: 0 },
      ]);
      break;
    }
    expect(kindsOf(actions)).toEqual(['timer', 'write']);
    bench.nowUs += timer?.afterUs ?? 0;
  }
  expect(bench.nowUs - beganUs).toBe(renewDeadlineUs);
  expect(bench.elector.isLeader).toBe(false);
});

test('a leader that finds another in the row looks on until its deadline, as in client-go', () => {
  const bench = new Bench().lead();
  bench.nowUs += 30 * SECOND;
  bench.timer();
  expect(bench.row(7, held('b#1', 2))).toEqual([]);
  expect(bench.elector.isLeader).toBe(true);
  bench.nowUs += retryUs;
  expect(kindsOf(bench.timer())).toEqual(['timer', 'read']);
  bench.nowUs += renewDeadlineUs;
  expect(kindsOf(bench.timer())).toEqual(['stopped', 'timer']);
});

test('a renewal whose answer was lost is recognised by the holder and written on', () => {
  const bench = new Bench().lead();
  bench.nowUs += retryUs;
  bench.timer();
  const actions = bench.row(2, held('a#1', 1));
  expect(actions).toEqual([{ kind: 'write', version: 2, record: held('a#1', 1) }]);
  expect(kindsOf(bench.written(3, held('a#1', 1)))).toEqual(['timer', 'renewed']);
});

test('deposed, it stops at once and looks again; a follower cannot be deposed', () => {
  const bench = new Bench().lead();
  expect(bench.step({ kind: 'deposed' })).toEqual([
    { kind: 'stopped', why: 'deposed' },
    { kind: 'timer', afterUs: 0 },
  ]);
  expect(bench.step({ kind: 'deposed' })).toEqual([]);
});

test('a row of mine from a term that ended is taken again at once, under a new epoch', () => {
  const bench = new Bench().lead();
  bench.step({ kind: 'deposed' });
  bench.timer();
  const actions = bench.row(1, held('a#1', 1));
  expect(actions).toEqual([{ kind: 'write', version: 1, record: held('a#1', 2) }]);
});

test('a row of an earlier incarnation of mine is somebody else’s', () => {
  const bench = new Bench('a#2');
  expect(bench.row(4, held('a#1', 2))).toEqual([]);
});

test('a renewal that succeeds after its term ended elects nobody: the epoch was given up', () => {
  // A leader paused in the middle of a renewal wakes past its deadline; the answer waits behind.
  const bench = new Bench().lead();
  bench.nowUs += retryUs;
  bench.timer();
  bench.nowUs += renewDeadlineUs + SECOND;
  expect(kindsOf(bench.timer())).toEqual(['stopped', 'timer']);
  expect(bench.written(2, held('a#1', 1))).toEqual([]);
  expect(bench.elector.isLeader).toBe(false);
  bench.timer();
  const actions = bench.row(2, held('a#1', 1));
  expect(actions).toEqual([{ kind: 'write', version: 2, record: held('a#1', 2) }]);
});

test('asked to stop, a leader gives the row back with its epoch; a follower has none', () => {
  const bench = new Bench().lead();
  expect(bench.step({ kind: 'release' })).toEqual([
    { kind: 'stopped', why: 'asked to stop' },
    { kind: 'write', version: 1, record: held(RELEASED, 1) },
  ]);
  expect(bench.elector.isLeader).toBe(false);
  expect(bench.step({ kind: 'release' })).toEqual([]);
});

test('a row that was given back is free at once, and the next epoch is a new one', () => {
  const bench = new Bench('b#1');
  expect(bench.row(4, held('a#1', 7))).toEqual([]);
  expect(bench.row(5, held(RELEASED, 7))).toEqual([
    { kind: 'write', version: 5, record: held('b#1', 8) },
  ]);
});

test('an epoch is beyond all that may have been in use before, though the row forgot them', () => {
  const bench = new Bench('b#1');
  const actions = bench.step({ kind: 'row', version: 0, record: undefined, epochsAfter: 2 ** 20 });
  expect(actions).toEqual([{ kind: 'write', version: 0, record: held('b#1', 2 ** 20 + 1) }]);
});

test('a leader whose row is gone looks on until its deadline', () => {
  const bench = new Bench().lead();
  bench.nowUs += retryUs;
  bench.timer();
  expect(bench.row(0)).toEqual([]);
  bench.nowUs += retryUs;
  expect(kindsOf(bench.timer())).toEqual(['timer', 'read']);
});

test('takeover after a crash takes 13 to 23.8 s, by the numbers of client-go', () => {
  expect(takeoverBounds(CLIENT_GO)).toEqual({ earliestUs: 13e6, latestUs: 23.8e6 });
  const draws = fc.double({ min: 0, max: 1 - 2 ** -53, noNaN: true });
  // The follower's looks before and after; when, between two renewals, the leader dies; its phase.
  const stories = fc.record({
    looks: fc.array(draws, { minLength: 40, maxLength: 40 }),
    diesAfterUs: fc.nat({ max: retryUs - 1 }),
    renewals: fc.integer({ min: 3, max: 8 }),
    phaseUs: fc.nat({ max: retryUs }),
  });
  const seen = { least: Number.POSITIVE_INFINITY, most: 0 };
  const property = fc.property(stories, ({ looks, diesAfterUs, renewals, phaseUs }) => {
    const lastRenewalUs = renewals * retryUs;
    const crashUs = lastRenewalUs + diesAfterUs;
    const follower = new Bench('b#1', phaseUs);
    for (const draw of looks) {
      const version = 1 + Math.min(Math.floor(follower.nowUs / retryUs), renewals);
      const [timer] = follower.timer(draw);
      if (kindsOf(follower.row(version, held('a#1', 1))).includes('write')) break;
      if (timer?.kind === 'timer') follower.nowUs += timer.afterUs;
    }
    const tookUs = follower.nowUs - crashUs;
    expect(tookUs).toBeGreaterThanOrEqual(13 * SECOND);
    expect(tookUs).toBeLessThanOrEqual(23.8 * SECOND);
    seen.least = Math.min(seen.least, tookUs);
    seen.most = Math.max(seen.most, tookUs);
  });
  fc.assert(property, { numRuns: 2_000, seed: 1 });
  // The bounds are near what can happen, not far around it.
  expect(seen.least).toBeLessThan(15 * SECOND);
  expect(seen.most).toBeGreaterThan(21 * SECOND);
});

/** What may happen next to one of several electors on one row. */
const moves = fc.array(
  fc.record({
    who: fc.nat({ max: 2 }),
    what: fc.constantFrom('timer', 'timer', 'reach-row', 'reach-row', 'answer', 'lose', 'depose'),
    passUs: fc.oneof(fc.constant(0), fc.nat({ max: 4 * SECOND }), fc.constant(16 * SECOND)),
    draw: fc.double({ min: 0, max: 0.999, noNaN: true }),
  }),
  { maxLength: 120 },
);

test('however looks, writes and answers interleave: an epoch is led once, by one', () => {
  fc.assert(
    fc.property(moves, (list) => {
      let row: { version: number; record: LeaseRecord | undefined } = {
        version: 0,
        record: undefined,
      };
      // Each has at most one call under way: a later one gives the earlier one up.
      const all = ['a#1', 'b#1', 'c#1'].map((me) => ({
        bench: new Bench(me),
        call: undefined as ElectorAction | undefined,
        answer: undefined as ElectorEvent | undefined,
      }));
      const elections = new Map<number, string>();
      for (const { who, what, passUs, draw } of list) {
        for (const each of all) each.bench.nowUs += passUs;
        const one = all[who] as (typeof all)[number];
        const act = (event: ElectorEvent): void => {
          const before = one.bench.elector;
          for (const action of one.bench.step(event)) {
            if (action.kind === 'read' || action.kind === 'write') {
              one.call = action;
              one.answer = undefined;
            } else if (action.kind === 'elected') {
              expect(elections.has(action.epoch), `epoch ${action.epoch} led twice`).toBe(false);
              elections.set(action.epoch, before.me);
            } else if (action.kind === 'stopped') expect(before.isLeader).toBe(true);
          }
        };
        if (what === 'timer') act({ kind: 'timer', draw });
        else if (what === 'depose') act({ kind: 'deposed' });
        else if (what === 'lose') one.answer = undefined;
        else if (what === 'answer' && one.answer !== undefined) {
          const { answer } = one;
          one.answer = undefined;
          act(answer);
        } else if (what === 'reach-row' && one.call !== undefined) {
          const { call } = one;
          one.call = undefined;
          if (call.kind === 'write' && call.version === row.version) {
            // A row's epochs only rise, and change only with the holder's term.
            expect(call.record.epoch).toBeGreaterThanOrEqual(row.record?.epoch ?? 0);
            row = { version: row.version + 1, record: call.record };
            one.answer = { kind: 'written', version: row.version, record: call.record };
          } else one.answer = { kind: 'row', ...row };
        }
      }
      for (const { bench } of all) {
        const { isLeader, me, record } = bench.elector;
        if (isLeader && record?.holder === me) expect(elections.get(record.epoch)).toBe(me);
      }
    }),
    { numRuns: 1_000 },
  );
});
