/**
 * The store as models have it: rows that are written by compare-and-set, one call after the other,
 * each as a whole. What it leaves out of the real one: locks that outlive a call, sessions that
 * end, isolation weaker than that, failover with its timelines, and indexes. A call under way may
 * arrive late, never, or after its caller has given it up; that is the network's part.
 */
import { assert, required } from '../../lib/assert.ts';
import { COMMIT_ROW, LEASE_ROW } from '../../scheduler/parts/election.ts';
import type { StoreOp, StoreOutcome, StoreRow } from '../../scheduler/store/protocol.ts';
import { CURRENT } from './interned.ts';

export interface Rows {
  readonly lease: StoreRow;
  readonly commit: StoreRow;
}

export const NO_ROWS: Rows = {
  lease: { key: LEASE_ROW, value: undefined, version: 0 },
  commit: { key: COMMIT_ROW, value: undefined, version: 0 },
};

/** The epoch that a row is about, 0 without one. */
export const epochIn = ({ value }: StoreRow): number =>
  (value as { readonly epoch: number } | undefined)?.epoch ?? 0;

export interface CarriedOut {
  readonly rows: Rows;
  readonly outcome: StoreOutcome;
}

/** Whether a call leaves the rows as they are, whatever they are. */
export const isReading = (ops: readonly StoreOp[]): boolean =>
  ops.every(({ kind }) => kind === 'read' || kind === 'watch');

/** Carries out a call, whole or not at all. */
export function carryOut(rows: Rows, ops: readonly StoreOp[]): CarriedOut {
  const read: StoreRow[] = [];
  let next = rows;
  for (const op of ops) {
    switch (op.kind) {
      case 'read':
        read.push(rowOf(next, op.key));
        break;
      case 'cas': {
        const row = rowOf(rows, op.key);
        if (row.version === op.version) next = written(rows, next, op.key, op.value);
        else return { rows, outcome: { kind: 'conflict', row } };
        break;
      }
      case 'write':
        next = written(rows, next, op.key, op.value);
        break;
      // What watchers are told only makes a look come sooner, and looks come at any time here.
      case 'watch':
      case 'begin':
      case 'commit':
        break;
      default:
        assert(false, `the rows of models know no '${op.kind}'`);
    }
  }
  const version = next === rows ? 0 : next.lease.version;
  return { rows: next, outcome: { kind: 'ok', rows: read, version } };
}

function rowOf(rows: Rows, key: string): StoreRow {
  const row = [rows.lease, rows.commit].find((each) => each.key === key);
  return required(row, `a row ${key}`);
}

function written(before: Rows, rows: Rows, key: string, value: unknown): Rows {
  // Nobody here goes by the version of the commit row.
  if (key === COMMIT_ROW) return { ...rows, commit: { key, value, version: 0 } };
  return {
    ...rows,
    lease: { key, value, version: Math.max(before.lease.version, CURRENT - 1) + 1 },
  };
}

/** Nobody waits for this call, and the rows have gone on: nothing comes of it, ever. */
export const isDead = ({ lease }: Rows, ops: readonly StoreOp[]): boolean =>
  isReading(ops) || ops.some((op) => op.kind === 'cas' && op.version !== lease.version);
