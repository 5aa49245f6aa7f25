/** A store on a host driven by hand, and clients that speak its protocol. */
import { LOG_FILE } from '../../../src/host/step.ts';
import { required } from '../../../src/lib/assert.ts';
import { SECOND } from '../../../src/lib/units.ts';
import type { LogRecord } from '../../../src/scheduler/parts/log.ts';
import type { StoreEntry } from '../../../src/scheduler/store/archive.ts';
import type { StoreIndex } from '../../../src/scheduler/store/indexes.ts';
import type { StoreOrder } from '../../../src/scheduler/store/mishaps.ts';
import type {
  Isolation,
  StoreAnswer,
  StoreCall,
  StoreOp,
  StoreOutcome,
  StoreRow,
} from '../../../src/scheduler/store/protocol.ts';
import { createStore } from '../../../src/scheduler/store/store.ts';
import { FakeMachine, recoveredFiles } from '../../support/fake-host.ts';

export const OPTIONS = {
  sessionIdleUs: 30 * SECOND,
  lockWaitUs: 10 * SECOND,
  aloneAfterUs: 3 * SECOND,
  indexes: [],
};
export const BEGIN: StoreOp = { kind: 'begin' };
export const COMMIT: StoreOp = { kind: 'commit' };
export const ROLLBACK: StoreOp = { kind: 'rollback' };
export const lock = (key: string): StoreOp => ({ kind: 'lock', key });
export const read = (key: string): StoreOp => ({ kind: 'read', key });
export const write = (key: string, value: unknown): StoreOp => ({ kind: 'write', key, value });
export const cas = (key: string, version: number, value: unknown): StoreOp => ({
  kind: 'cas',
  key,
  version,
  value,
});

export const begin = (isolation: Isolation): StoreOp => ({ kind: 'begin', isolation });
export const take = (key: string): StoreOp => ({ kind: 'read', key, forUpdate: true });

export class StoreLab {
  readonly machine: FakeMachine;
  readonly #calls = new Map<string, number>();

  constructor(indexes: readonly StoreIndex[] = []) {
    this.machine = new FakeMachine('store', createStore({ ...OPTIONS, indexes }));
  }

  up(log: readonly LogRecord<StoreEntry>[] = []): this {
    this.machine.start(recoveredFiles({ log }));
    return this;
  }

  /** Everything ever appended to the log. */
  get log(): readonly LogRecord<StoreEntry>[] {
    return this.machine.host.diskRequests.flatMap((request) =>
      request.kind === 'append' && request.file === LOG_FILE
        ? [request.record as LogRecord<StoreEntry>]
        : [],
    );
  }

  /** Sends the session's next call; its number. */
  call(session: string, ...ops: readonly StoreOp[]): number {
    const call = (this.#calls.get(session) ?? 0) + 1;
    this.#calls.set(session, call);
    this.send(session, call, ops);
    return call;
  }

  send(session: string, call: number, ops: readonly StoreOp[]): void {
    const timeline = -1;
    const message: StoreCall = { kind: 'store', v: 1, session, call, timeline, ops };
    this.machine.deliver(`of ${session}`, message);
  }

  /** What an operator says. */
  order(order: StoreOrder): void {
    const message = { kind: 'store-control', v: 1, order } as const;
    this.machine.deliver('operator', message);
  }

  /** Answers sent since the last look, oldest first. */
  answers(): readonly (readonly [session: string, call: number, outcome: StoreOutcome])[] {
    this.machine.settleDisk();
    const sent = this.machine.host.takeMessages<StoreAnswer>();
    return sent.map(({ session, call, outcome }) => [session, call, outcome] as const);
  }

  /** The next call of a session, and its outcome when it is answered at once. */
  ask(session: string, ...ops: readonly StoreOp[]): StoreOutcome | undefined {
    const call = this.call(session, ...ops);
    return this.answers().find(([of, n]) => of === session && n === call)?.[2];
  }

  /** Rows that a call shows, which must be answered at once and well. */
  rows(session: string, ...ops: readonly StoreOp[]): readonly StoreRow[] {
    const outcome = required(this.ask(session, ...ops), `an answer to ${session}`);
    if (outcome.kind !== 'ok') throw new Error(`${session}: ${outcome.kind}`);
    return outcome.rows;
  }

  /** Value and version of one row, read outside of any transaction. */
  row(key: string): readonly [unknown, number] {
    const outcome = this.ask('reader', read(key));
    const row = outcome?.kind === 'ok' ? outcome.rows[0] : undefined;
    return [row?.value, row?.version ?? -1];
  }
}
