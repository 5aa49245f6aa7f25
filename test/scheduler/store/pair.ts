/** Two stores on hosts driven by hand; a test plays the network: nothing arrives by itself. */
import type { Message } from '../../../src/host/host.ts';
import { required } from '../../../src/lib/assert.ts';
import type { StoreOrder } from '../../../src/scheduler/store/mishaps.ts';
import type { StoreAnswer, StoreCall, StoreOp } from '../../../src/scheduler/store/protocol.ts';
import { createStore, type StoreSnapshot } from '../../../src/scheduler/store/store.ts';
import { type DiskRequest, FakeMachine, recoveredFiles } from '../../support/fake-host.ts';
import { OPTIONS } from './lab.ts';

export const NAMES = ['store', 'store-2'] as const;
export type Name = (typeof NAMES)[number];
export const otherOf = (name: Name): Name => (name === 'store' ? 'store-2' : 'store');

interface Packet {
  readonly from: string;
  readonly to: string;
  readonly message: Message;
}

/** One of them: what its disk keeps is what was there when the disk was last settled. */
class Half {
  readonly machine: FakeMachine;
  #files: Record<string, readonly unknown[]> = {};
  #durable: Readonly<Record<string, readonly unknown[]>> = {};
  #seen = 0;
  isUp = false;

  constructor(name: Name, mode: 'sync' | 'async') {
    const replication = { peer: otherOf(name), mode, isFirst: name === 'store' };
    this.machine = new FakeMachine(name, createStore(OPTIONS, replication));
  }

  start(): void {
    this.isUp = true;
    this.machine.start(recoveredFiles(this.#durable));
  }

  /** Without `settles`, what was not synced yet is gone. */
  crash(settles: boolean): void {
    if (settles) this.settle();
    this.#note();
    this.#files = { ...this.#durable };
    this.isUp = false;
    this.machine.host.takeSent();
  }

  settle(): void {
    this.machine.settleDisk();
    this.#note();
    this.#durable = { ...this.#files };
  }

  #note(): void {
    const all: readonly DiskRequest[] = this.machine.host.diskRequests;
    for (const request of all.slice(this.#seen)) {
      if (request.kind === 'replace') this.#files[request.file] = request.records;
      if (request.kind !== 'append') continue;
      this.#files[request.file] = [...(this.#files[request.file] ?? []), request.record];
    }
    this.#seen = all.length;
  }
}

export class Pair {
  readonly halves: Readonly<Record<Name, Half>>;
  /** Under way between the two. */
  packets: Packet[] = [];
  /** To clients, in order. */
  readonly answers: StoreAnswer[] = [];
  readonly #calls = new Map<string, number>();

  constructor(mode: 'sync' | 'async') {
    this.halves = { store: new Half('store', mode), 'store-2': new Half('store-2', mode) };
    for (const name of NAMES) this.halves[name].start();
    this.collect();
  }

  /** Takes up what they have sent. */
  collect(): void {
    for (const from of NAMES) {
      for (const { to, message } of this.halves[from].machine.host.takeSent()) {
        if (to === 'store' || to === 'store-2') this.packets.push({ from, to, message });
        else if (message.kind === 'store-answer') this.answers.push(message as StoreAnswer);
      }
    }
  }

  /** Everything arrives at once, and whatever that causes, until all is quiet. */
  calm(): this {
    for (let round = 0; round < 100; round++) {
      for (const name of NAMES) if (this.halves[name].isUp) this.halves[name].settle();
      this.collect();
      if (this.packets.length === 0) return this;
      for (const packet of this.packets.splice(0)) this.deliver(packet);
    }
    throw new Error('they never stop talking');
  }

  deliver({ from, to, message }: Packet): void {
    const half = this.halves[to as Name];
    if (half.isUp) half.machine.deliver(from, message);
    this.collect();
  }

  advance(us: number): this {
    for (const name of NAMES) if (this.halves[name].isUp) this.halves[name].machine.advance(us);
    this.collect();
    return this;
  }

  order(name: Name, what: StoreOrder): this {
    const message = { kind: 'store-control', v: 1, order: what } as const;
    if (this.halves[name].isUp) this.halves[name].machine.deliver('operator', message);
    this.collect();
    return this;
  }

  /** A session's next call to one of the two; its number. */
  call(name: Name, session: string, ops: readonly StoreOp[], timeline = -1): number {
    const call = (this.#calls.get(session) ?? 0) + 1;
    this.#calls.set(session, call);
    const message: StoreCall = { kind: 'store', v: 1, session, call, timeline, ops };
    if (this.halves[name].isUp) this.halves[name].machine.deliver(`of ${session}`, message);
    this.collect();
    return call;
  }

  /** What the latest call of a session was answered; the last word counts. */
  outcome(session: string): StoreAnswer['outcome'] | undefined {
    const call = this.#calls.get(session);
    return this.answers.findLast((each) => each.session === session && each.call === call)?.outcome;
  }

  state(name: Name): StoreSnapshot {
    return this.halves[name].machine.program.snapshot() as StoreSnapshot;
  }

  /** Key to value. */
  rows(name: Name): Readonly<Record<string, unknown>> {
    return Object.fromEntries(this.state(name).rows.map(({ key, value }) => [key, value]));
  }

  /** Who serves on the latest timeline; there must be one. */
  primary(): Name {
    const serving = NAMES.filter((name) => this.halves[name].isUp && this.state(name).isServing);
    const latest = serving.sort((a, b) => this.state(b).timeline - this.state(a).timeline)[0];
    return required(latest, 'a store that serves');
  }
}
