import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MS, SECOND } from '../../../src/lib/units.ts';
import type { Mishap } from '../../../src/scheduler/store/mishaps.ts';
import type { StoreChanged } from '../../../src/scheduler/store/protocol.ts';
import type { StoreSnapshot } from '../../../src/scheduler/store/store.ts';
import { BEGIN, COMMIT, cas, lock, OPTIONS, ROLLBACK, read, StoreLab, write } from './lab.ts';

const MINUTE = 60 * SECOND;

/** A store that its operator can talk to. */
class MoodyLab extends StoreLab {
  begin(mishap: Mishap, forUs = 10 * MINUTE): void {
    this.order({ kind: 'begin', id: mishap.kind, mishap, forUs });
  }

  end(kind: Mishap['kind']): void {
    this.order({ kind: 'end', id: kind });
  }

  hits(kind: Mishap['kind']): number {
    return (this.machine.program.snapshot() as StoreSnapshot).hits[kind] ?? 0;
  }
}

const moody = (): MoodyLab => {
  const lab = new MoodyLab();
  lab.up();
  return lab;
};

test('stale reads show what was there a while ago, but not inside of transactions', () => {
  const lab = moody();
  lab.ask('a', BEGIN, write('x', 1), write('gone', 1), COMMIT);
  lab.begin({ kind: 'stale-reads', lagUs: 5 * SECOND });
  expect(lab.row('x')).toEqual([1, 1]);
  expect(lab.hits('stale-reads')).toBe(0);
  lab.machine.advance(SECOND);
  lab.ask('a', BEGIN, write('x', 2), write('new', 2), write('gone', undefined), COMMIT);
  expect(lab.row('x')).toEqual([1, 1]);
  expect(lab.row('new')).toEqual([undefined, 0]);
  const range = { kind: 'range', prefix: '', after: '', limit: 9 } as const;
  const keys = (...ops: readonly Parameters<MoodyLab['ask']>[1][]) => {
    const outcome = lab.ask('b', ...ops);
    return outcome?.kind === 'ok' ? outcome.rows.map(({ key, value }) => `${key}=${value}`) : [];
  };
  expect(keys(range)).toEqual(['gone=1', 'x=1']);
  expect(keys(BEGIN, range, ROLLBACK)).toEqual(['new=2', 'x=2']);
  expect(lab.hits('stale-reads')).toBeGreaterThan(0);
  expect(lab.ask('c', BEGIN, cas('x', 1, 3), COMMIT)).toMatchObject({ kind: 'conflict' });
  lab.machine.advance(5 * SECOND);
  expect(keys(range)).toEqual(['new=2', 'x=2']);
  lab.ask('a', BEGIN, write('x', 4), COMMIT);
  lab.end('stale-reads');
  expect(lab.row('x')[0]).toBe(4);
});

test('in a lock stall nobody is granted what is free; then all are, in their order', () => {
  const lab = moody();
  lab.begin({ kind: 'lock-stall' });
  lab.call('a', BEGIN, lock('x'), write('v', 'a'), COMMIT);
  lab.call('b', BEGIN, lock('x'), read('v'), COMMIT);
  expect(lab.answers()).toEqual([]);
  expect(lab.hits('lock-stall')).toBeGreaterThan(0);
  lab.end('lock-stall');
  // The second of them has read what the first wrote.
  expect(new Map(lab.answers().map(([session, , outcome]) => [session, outcome]))).toMatchObject(
    new Map([
      ['a', { kind: 'ok', rows: [] }],
      ['b', { kind: 'ok', rows: [{ value: 'a' }] }],
    ]),
  );
});

test('who waits out a lock stall is told, and holds nothing', () => {
  const lab = moody();
  lab.begin({ kind: 'lock-stall' });
  lab.call('a', BEGIN, write('x', 1), COMMIT);
  lab.machine.advance(OPTIONS.lockWaitUs + OPTIONS.lockWaitUs);
  expect(lab.answers().map(([, , { kind }]) => kind)).toEqual(['lock-timeout']);
  lab.end('lock-stall');
  expect(lab.row('x')).toEqual([undefined, 0]);
  expect(lab.ask('b', BEGIN, write('x', 2), COMMIT)).toMatchObject({ kind: 'ok' });
});

test('orphaned locks are those of the last call of a session that has ended', () => {
  const lab = moody();
  lab.begin({ kind: 'orphan-locks' });
  lab.ask('a', BEGIN, write('x', 1), write('y', 1), COMMIT);
  lab.ask('b', BEGIN, write('z', 1), COMMIT);
  lab.order({ kind: 'end-sessions', of: 'of a' });
  expect(lab.hits('orphan-locks')).toBe(1);
  expect(lab.ask('c', BEGIN, write('z', 2), COMMIT)).toMatchObject({ kind: 'ok' });
  lab.call('c', BEGIN, write('y', 2), COMMIT);
  expect(lab.answers()).toEqual([]);
  lab.end('orphan-locks');
  expect(lab.answers().map(([session, , { kind }]) => `${session} ${kind}`)).toEqual(['c ok']);
});

test('a store that lost its sessions knows no call and no transaction of theirs', () => {
  const lab = moody();
  lab.ask('a', BEGIN, lock('x'), write('x', 1));
  lab.call('b', BEGIN, lock('x'), COMMIT);
  lab.order({ kind: 'end-sessions' });
  expect(lab.answers()).toMatchObject([['b', 1, { kind: 'no-session' }]]);
  expect(lab.ask('a', COMMIT)).toEqual({ kind: 'no-session' });
  expect(lab.ask('c', BEGIN, lock('x'), COMMIT)).toMatchObject({ kind: 'ok' });
  expect(lab.row('x')).toEqual([undefined, 0]);
});

test('a commit that is refused leaves nothing, and only commits with writes are', () => {
  const lab = moody();
  lab.begin({ kind: 'serialization-errors', abortPpm: 1_000_000, seed: '1' });
  expect(lab.ask('a', BEGIN, write('x', 1), COMMIT)).toEqual({ kind: 'serialization' });
  expect(lab.ask('a', BEGIN, read('x'), COMMIT)).toMatchObject({ kind: 'ok' });
  expect(lab.row('x')).toEqual([undefined, 0]);
  expect(lab.hits('serialization-errors')).toBe(1);
  lab.end('serialization-errors');
  expect(lab.ask('a', BEGIN, write('x', 1), COMMIT)).toMatchObject({ kind: 'ok' });
});

test('a read-only store refuses writes and can be read', () => {
  const lab = moody();
  lab.ask('a', BEGIN, write('x', 1), COMMIT);
  lab.begin({ kind: 'read-only' });
  expect(lab.ask('a', BEGIN, write('x', 2), COMMIT)).toEqual({ kind: 'read-only' });
  expect(lab.ask('a', BEGIN, cas('x', 1, 2), COMMIT)).toEqual({ kind: 'read-only' });
  expect(lab.row('x')).toEqual([1, 1]);
  lab.end('read-only');
  expect(lab.ask('a', BEGIN, write('x', 2), COMMIT)).toMatchObject({ kind: 'ok' });
});

test('a mishap whose end got lost ends by itself', () => {
  const lab = moody();
  lab.begin({ kind: 'lock-stall' }, 20 * SECOND);
  lab.machine.advance(15 * SECOND);
  lab.call('a', BEGIN, write('x', 1), COMMIT);
  lab.machine.advance(6 * SECOND);
  expect(lab.answers().map(([, , { kind }]) => kind)).toEqual(['ok']);
});

test('who watches a key is told of what others write, once it is durable', () => {
  const lab = moody();
  lab.ask('a', { kind: 'watch', key: 'x' });
  lab.ask('b', { kind: 'watch', key: 'x' }, { kind: 'watch', key: 'x' });
  lab.call('a', BEGIN, write('x', 1), write('y', 1), COMMIT);
  const changes = (): readonly StoreChanged[] =>
    lab.machine.host
      .takeMessages<StoreChanged>()
      .filter(({ kind }) => (kind as string) === 'store-changed');
  expect(changes()).toEqual([]);
  lab.machine.settleDisk();
  expect(changes()).toMatchObject([{ session: 'b', row: { key: 'x', value: 1, version: 1 } }]);
  lab.ask('b', BEGIN, write('x', 2), ROLLBACK);
  lab.ask('c', BEGIN, write('y', 2), COMMIT);
  lab.order({ kind: 'end-sessions', of: 'of b' });
  lab.call('c', BEGIN, write('x', 3), COMMIT);
  lab.machine.settleDisk();
  expect(changes()).toMatchObject([{ session: 'a', row: { value: 3 } }]);
});

const MISHAPS: readonly Mishap[] = [
  { kind: 'lock-stall' },
  { kind: 'orphan-locks' },
  { kind: 'read-only' },
  { kind: 'serialization-errors', abortPpm: 400_000, seed: 'some' },
  { kind: 'stale-reads', lagUs: 3 * SECOND },
];
const steps = fc.array(
  fc.oneof(
    { weight: 12, arbitrary: fc.record({ kind: fc.constant('go' as const), who: fc.nat(3) }) },
    {
      weight: 2,
      arbitrary: fc.record({ kind: fc.constant('begin' as const), mishap: fc.nat(4) }),
    },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('end' as const), mishap: fc.nat(4) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('forget' as const), who: fc.nat(4) }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('pass' as const), ms: fc.nat(9_000) }) },
  ),
  { maxLength: 150, size: 'max' },
);

test('whatever goes wrong with it, two sessions never hold a lock at once', () => {
  fc.assert(
    fc.property(steps, (list) => {
      const lab = moody();
      /** Each locks and reads in one call, and writes one more in the next: a lock for both. */
      const clients = [0, 1, 2, 3].map((i) => ({
        name: `c${i}`,
        state: 'idle' as 'idle' | 'asked' | 'holds' | 'commits',
        seen: 0,
      }));
      let commits = 0;
      const hear = (): void => {
        for (const [session, , outcome] of lab.answers()) {
          const client = clients.find(({ name }) => name === session);
          if (client === undefined) continue;
          if (client.state === 'commits' && outcome.kind === 'ok') commits += 1;
          const isHeld = client.state === 'asked' && outcome.kind === 'ok';
          if (isHeld) client.seen = Number(outcome.rows[0]?.value ?? 0);
          client.state = isHeld ? 'holds' : 'idle';
        }
      };
      for (const step of list) {
        if (step.kind === 'go') {
          const client = clients[step.who] as (typeof clients)[number];
          if (client.state === 'idle') {
            client.state = 'asked';
            lab.call(client.name, BEGIN, lock('x'), read('x'));
          } else if (client.state === 'holds') {
            client.state = 'commits';
            lab.call(client.name, write('x', client.seen + 1), COMMIT);
          }
        } else if (step.kind === 'pass') lab.machine.advance(step.ms * MS);
        else if (step.kind === 'begin') lab.begin(MISHAPS[step.mishap] as Mishap);
        else if (step.kind === 'end') lab.end((MISHAPS[step.mishap] as Mishap).kind);
        else {
          const of = clients[step.who]?.name;
          lab.order(
            of === undefined ? { kind: 'end-sessions' } : { kind: 'end-sessions', of: `of ${of}` },
          );
        }
        hear();
      }
      for (const { kind } of MISHAPS) lab.end(kind);
      lab.machine.advance(MINUTE);
      hear();
      // Nobody has counted on from what another was about to change.
      expect(lab.row('x')[0] ?? 0).toBe(commits);
    }),
    { numRuns: 300 },
  );
});
