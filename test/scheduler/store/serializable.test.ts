import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { StoreOp } from '../../../src/scheduler/store/protocol.ts';
import type { Commit } from '../../../src/scheduler/store/replication.ts';
import { BEGIN, COMMIT, lock, ROLLBACK, read, StoreLab, take, write } from './lab.ts';

const KEYS = ['x', 'y', 'z'];

/** A transaction that locks what it touches, in any order, then adds one to each: several calls. */
const transactions = fc.record({
  keys: fc.shuffledSubarray(KEYS, { minLength: 1 }),
  /** One call in all, or a call for each step. */
  atOnce: fc.boolean(),
  /** Reads with the lock, or after it. */
  takes: fc.boolean(),
  ends: fc.constantFrom(COMMIT, COMMIT, COMMIT, ROLLBACK),
});
type Transaction = typeof transactions extends fc.Arbitrary<infer T> ? T : never;

interface Client {
  readonly name: string;
  readonly keys: readonly string[];
  readonly ends: StoreOp;
  readonly steps: (readonly StoreOp[])[];
  readonly seen: Map<string, number>;
  isWaiting: boolean;
  outcome: 'open' | 'committed' | 'rolled back' | 'parted';
}

/** Reads come with their answers, so the writes of a stepwise client are made one step later. */
function clientOf(name: string, { keys, atOnce, takes, ends }: Transaction): Client {
  const locks = keys.map((key) => (takes ? [take(key)] : [lock(key), read(key)]));
  const first = atOnce ? [[BEGIN, ...locks.flat()]] : [[BEGIN], ...locks];
  const seen = new Map<string, number>();
  return { name, keys, ends, steps: first, seen, isWaiting: false, outcome: 'open' };
}

/** The call that comes next; once everything is read, the writes and the end. */
function nextCall(client: Client): readonly StoreOp[] | undefined {
  const step = client.steps.shift();
  if (step !== undefined) return step;
  if (client.seen.size < client.keys.length || client.outcome !== 'open') return undefined;
  const writes = client.keys.map((key) => write(key, (client.seen.get(key) ?? 0) + 1));
  client.outcome = client.ends.kind === 'commit' ? 'committed' : 'rolled back';
  return [...writes, client.ends];
}

test('transactions that lock what they touch have the effect of some serial order', () => {
  const stories = fc.record({
    list: fc.array(transactions, { minLength: 1, maxLength: 6 }),
    turns: fc.array(fc.nat({ max: 5 }), { maxLength: 80 }),
  });
  fc.assert(
    fc.property(stories, ({ list, turns }) => {
      const lab = new StoreLab().up();
      const clients = list.map((each, i) => clientOf(`c${i}`, each));
      const byName = new Map(clients.map((client) => [client.name, client]));
      const hear = (): void => {
        for (const [name, , outcome] of lab.answers()) {
          const client = byName.get(name) as Client;
          client.isWaiting = false;
          if (outcome.kind === 'deadlock') client.outcome = 'parted';
          else if (outcome.kind !== 'ok') expect.fail(`${name}: ${outcome.kind}`);
          else for (const row of outcome.rows) client.seen.set(row.key, Number(row.value ?? 0));
        }
      };
      const turn = (client: Client): void => {
        if (client.isWaiting || client.outcome !== 'open') return;
        const ops = nextCall(client);
        if (ops === undefined) return;
        client.isWaiting = true;
        lab.call(client.name, ...ops);
        hear();
      };
      for (const who of turns) turn(clients[who % clients.length] as Client);
      for (let round = 0; round < 60; round++) {
        for (const client of clients) turn(client);
        lab.machine.advance(1_000_000);
        hear();
      }
      expect(clients.filter(({ outcome }) => outcome === 'open')).toEqual([]);
      for (const key of KEYS) {
        const done = clients.filter((c) => c.outcome === 'committed' && c.keys.includes(key));
        // Each counted on from what another had left: they read 0, 1, 2 … without a gap.
        const reads = done.map(({ seen }) => seen.get(key) as number).sort((a, b) => a - b);
        expect(reads).toEqual(reads.map((_, i) => i));
        expect(lab.row(key)[0] ?? 0).toBe(done.length);
      }
    }),
    { numRuns: 150 },
  );
});

test('calls sent any number of times, in any order within a window, act as if sent once', () => {
  const sends = fc.array(fc.integer({ min: 1, max: 6 }), { maxLength: 40 });
  fc.assert(
    fc.property(sends, (order) => {
      const lab = new StoreLab().up();
      let newest = 0;
      const carriedOut: number[] = [];
      for (const call of order) {
        lab.send('a', call, [BEGIN, write(`k${call}`, call), COMMIT]);
        if (call > newest) {
          newest = call;
          carriedOut.push(call);
        }
      }
      lab.machine.settleDisk();
      const commits = lab.log.flatMap(({ entries }) => entries as readonly Commit[]);
      const written = commits.flatMap(({ rows }) => rows.map(({ value }) => value));
      expect(written).toEqual(carriedOut);
    }),
  );
});
