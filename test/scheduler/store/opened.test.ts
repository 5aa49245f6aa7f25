/** Sessions that were opened, and rows that go with them. */
import { describe, expect, test } from 'vitest';
import { SECOND } from '../../../src/lib/units.ts';
import type { StoreChanged, StoreOp } from '../../../src/scheduler/store/protocol.ts';
import { BEGIN, begin, COMMIT, lock, OPTIONS, ROLLBACK, read, StoreLab, write } from './lab.ts';
import { Pair } from './pair.ts';

const TIMEOUT_US = 4 * SECOND;
const OPEN: StoreOp = { kind: 'session', timeoutUs: TIMEOUT_US };
const PING: StoreOp = { kind: 'ping' };
const CLOSE: StoreOp = { kind: 'close' };
const own = (key: string, value: unknown): StoreOp => ({
  ...{ kind: 'write', key, value },
  ephemeral: true,
});
const EXPIRED = { kind: 'expired' };

class OpenedLab extends StoreLab {
  /** A member has opened its session and leads; another watches. */
  led(): this {
    this.ask('a', OPEN, BEGIN, own('leader', 'a'), write('other', 1), COMMIT);
    this.ask('w', { kind: 'watch', key: 'leader' });
    this.machine.host.takeSent();
    return this;
  }

  /** Who leads, as a reader whose session never idles sees it. */
  get leader(): unknown {
    return this.row('leader')[0];
  }

  changes(): readonly unknown[] {
    this.machine.settleDisk();
    const all = this.machine.host.takeMessages<StoreChanged>();
    return all.flatMap(({ kind, row }) => (kind === 'store-changed' ? [row] : []));
  }
}

const started = (): OpenedLab => new OpenedLab().up().led();

describe('a session that was opened', () => {
  test('ends when it has been silent for its time, and its rows with it', () => {
    const lab = started();
    expect(lab.rows('r', read('leader'))).toEqual([
      { key: 'leader', value: 'a', version: 2, owner: 'a' },
    ]);
    lab.machine.advance(TIMEOUT_US - 1);
    expect(lab.changes()).toEqual([]);
    lab.machine.advance(1);
    expect(lab.changes()).toMatchObject([{ key: 'leader', value: undefined }]);
    expect([lab.leader, lab.row('other')[0]]).toEqual([undefined, 1]);
  });

  test('lives on with every call, and with every repetition of one', () => {
    const lab = started();
    for (const again of [() => lab.ask('a', PING), () => lab.send('a', 2, [PING])]) {
      lab.machine.advance(TIMEOUT_US - 1);
      again();
    }
    // An older call that was late on its way says nothing of now.
    lab.machine.advance(SECOND);
    lab.send('a', 1, [PING]);
    lab.machine.advance(TIMEOUT_US - SECOND - 1);
    expect(lab.leader).toBe('a');
    lab.machine.advance(1);
    expect(lab.leader).toBeUndefined();
  });

  test('is told late that it is over, for good, and does nothing any more', () => {
    const lab = started();
    lab.ask('a', BEGIN, lock('x'), write('y', 1));
    lab.machine.advance(TIMEOUT_US);
    const calls: (readonly StoreOp[])[] = [
      [COMMIT],
      [OPEN],
      [PING],
      [BEGIN, write('y', 2), COMMIT],
    ];
    for (const ops of calls) expect(lab.ask('a', ...ops)).toEqual(EXPIRED);
    lab.send('a', 1, [OPEN, BEGIN, own('leader', 'a'), COMMIT]);
    expect(lab.answers()).toEqual([['a', 1, EXPIRED]]);
    expect([lab.leader, lab.row('y')[0]]).toEqual([undefined, undefined]);
    expect(lab.ask('b', BEGIN, lock('x'))).toMatchObject({ kind: 'ok' });
    const later = new StoreLab().up(lab.log);
    expect(later.ask('a', PING)).toEqual(EXPIRED);
  });

  test('may be closed, and be given another timeout', () => {
    const lab = started();
    lab.ask('a', { kind: 'session', timeoutUs: 3 * TIMEOUT_US });
    lab.machine.advance(2 * TIMEOUT_US);
    expect(lab.leader).toBe('a');
    expect(lab.ask('a', CLOSE, write('y', 1))).toMatchObject({ kind: 'ok' });
    expect(lab.leader).toBeUndefined();
    expect(lab.ask('a', PING)).toEqual(EXPIRED);
  });

  test('is needed for what is to go with it', () => {
    const lab = new OpenedLab().up();
    for (const ops of [[PING], [CLOSE], [BEGIN, own('x', 1), COMMIT]]) {
      expect(lab.ask('a', ...ops)).toEqual(EXPIRED);
    }
    expect(lab.ask('a', OPEN, PING)).toMatchObject({ kind: 'ok' });
  });

  test('that waits for a lock when it ends hears of it, and is in no line', () => {
    const lab = started();
    lab.ask('b', BEGIN, lock('x'));
    lab.call('a', BEGIN, lock('x'), COMMIT);
    lab.machine.advance(TIMEOUT_US);
    expect(lab.answers().filter(([who]) => who === 'a')).toEqual([['a', 2, EXPIRED]]);
    expect(lab.ask('b', COMMIT)).toMatchObject({ kind: 'ok' });
  });
});

describe('a row that goes with a session', () => {
  test('that somebody has locked goes when he is done', () => {
    const lab = started();
    lab.ask('b', BEGIN, lock('leader'), read('leader'));
    lab.machine.advance(TIMEOUT_US);
    expect(lab.leader).toBe('a');
    expect(lab.ask('a', PING)).toEqual(EXPIRED);
    lab.ask('b', ROLLBACK);
    expect(lab.leader).toBeUndefined();
  });

  test('belongs to who wrote it last', () => {
    const lab = started();
    lab.ask('b', OPEN, BEGIN, own('leader', 'b'), COMMIT);
    lab.ask('a', BEGIN, own('other', 'a'), write('other', 2), COMMIT);
    lab.ask('a', CLOSE);
    expect([lab.leader, lab.row('other')[0]]).toEqual(['b', 2]);
    lab.ask('b', BEGIN, write('leader', 'free'), COMMIT);
    lab.ask('b', CLOSE);
    expect(lab.leader).toBe('free');
  });

  test('goes by a commit like any other', () => {
    const lab = started();
    lab.ask('b', begin('serializable'), read('leader'), write('x', 1));
    lab.machine.advance(TIMEOUT_US);
    expect(lab.ask('b', read('leader'))).toMatchObject({ rows: [{ value: 'a' }] });
    expect(lab.ask('b', COMMIT)).toEqual({ kind: 'serialization' });
  });

  test('stays while a store takes no writes or leaves locks behind', () => {
    const mishaps = [{ kind: 'read-only' }, { kind: 'orphan-locks' }] as const;
    for (const mishap of mishaps) {
      const lab = started();
      lab.order({ kind: 'begin', id: 'm', mishap, forUs: 60 * SECOND });
      lab.machine.advance(3 * TIMEOUT_US);
      expect(lab.leader).toBe('a');
      lab.order({ kind: 'end', id: 'm' });
      lab.machine.advance(0);
      expect(lab.leader).toBeUndefined();
    }
  });

  test('goes when an operator ends the session', () => {
    const lab = started();
    lab.order({ kind: 'end-sessions', of: 'of a' });
    expect(lab.leader).toBeUndefined();
    expect(lab.ask('a', PING)).toEqual(EXPIRED);
  });
});

test('a restart gives sessions that were open their whole time again', () => {
  const lab = started();
  lab.machine.advance(TIMEOUT_US - 1);
  const later = new OpenedLab().up(lab.log);
  later.machine.advance(TIMEOUT_US - 1);
  expect(later.leader).toBe('a');
  later.machine.advance(1);
  expect(later.leader).toBeUndefined();
});

test('a failover keeps sessions and their rows, and ends those that stay away', () => {
  const pair = new Pair('sync').calm();
  for (const who of ['a', 'b']) {
    pair.call('store', who, [OPEN, BEGIN, own(`of ${who}`, who), COMMIT]);
  }
  pair.calm();
  pair.halves.store.crash(true);
  pair.order('store-2', { kind: 'promote', timeline: 1, asks: false }).calm();
  pair.advance(TIMEOUT_US - 1);
  pair.call('store-2', 'a', [PING], 1);
  pair.calm();
  expect(pair.outcome('a')).toMatchObject({ kind: 'ok' });
  pair.advance(SECOND).calm();
  expect(pair.rows('store-2')).toEqual({ 'of a': 'a' });
  pair.halves.store.start();
  pair.calm().advance(OPTIONS.sessionIdleUs).calm();
  expect([pair.rows('store'), pair.rows('store-2')]).toEqual([{}, {}]);
});
