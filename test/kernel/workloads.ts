/**
 * Two workloads, each written once for the kernel and once for the usual way to do it in
 * JavaScript: a binary heap of objects (tinyqueue) where cancelling only marks an entry dead. Both
 * sides draw the same numbers, dispatch through a table of handlers and fold the same words into
 * the same fingerprint, so equal fingerprints say that they did the same work in the same order.
 *
 *   hold     10,000 pending; every event schedules its successor
 *   gossip   100 machines; every delivery re-arms an election timer of 150 to 300 ms and sends on,
 *            with 10 ms between a machine's messages
 */
import TinyQueue from 'tinyqueue';
import { Fingerprint } from '../../src/kernel/fingerprint.ts';
import { Kernel } from '../../src/kernel/kernel.ts';

export const HOLD_PENDING = 10_000;
/** A constant of this file's own: the test runner makes imported ones slow, on both sides. */
const MS = 1_000;
const GOSSIP_MACHINES = 100;

/** Marsaglia's xorshift: cheap, so that the comparison is about queues. */
function drawer(): (bound: number) => number {
  let x = 0x2545f491;
  return (bound) => {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    return (x >>> 0) % bound;
  };
}

const holdDelay = (draw: (bound: number) => number): number => 1 + draw(2_000 * MS);
const electionDelay = (draw: (bound: number) => number): number => 150 * MS + draw(150 * MS);
const latency = (draw: (bound: number) => number): number => 5 * MS + draw(10 * MS);

/** Handles this many events; answers with the fingerprint. */
export function holdOnKernel(steps: number): string {
  const kernel = new Kernel();
  const draw = drawer();
  const next = kernel.register('next', (arg) => {
    kernel.at(kernel.now + holdDelay(draw), next, arg);
  });
  for (let arg = 0; arg < HOLD_PENDING; arg++) kernel.at(holdDelay(draw), next, arg);
  for (let i = 0; i < steps; i++) kernel.step();
  return kernel.fingerprint();
}

export function gossipOnKernel(steps: number): string {
  const kernel = new Kernel();
  const draw = drawer();
  const election = kernel.register('election', (machine) => {
    timers[machine] = kernel.at(kernel.now + electionDelay(draw), election, machine);
  });
  const deliver = kernel.register('deliver', (machine) => {
    kernel.rearm(timers[machine]!, kernel.now + electionDelay(draw));
    kernel.at(kernel.now + latency(draw), deliver, draw(GOSSIP_MACHINES));
  });
  const timers: number[] = [];
  for (let machine = 0; machine < GOSSIP_MACHINES; machine++) {
    timers.push(kernel.at(electionDelay(draw), election, machine));
    kernel.at(latency(draw), deliver, machine);
  }
  for (let i = 0; i < steps; i++) kernel.step();
  return kernel.fingerprint();
}

interface Entry {
  readonly time: number;
  readonly seq: number;
  readonly kind: number;
  readonly arg: number;
  dead: boolean;
}

/** The smallest event loop on tinyqueue: objects, lazy cancel, a table of handlers. */
class ObjectLoop {
  now = 0;
  readonly #fingerprint = new Fingerprint();
  readonly #handlers: ((arg: number) => void)[] = [];
  readonly #queue = new TinyQueue<Entry>([], (a, b) => a.time - b.time || a.seq - b.seq);
  #sequence = 0;

  register(handler: (arg: number) => void): number {
    return this.#handlers.push(handler) - 1;
  }

  at(time: number, kind: number, arg: number): Entry {
    const entry = { time, seq: this.#sequence++, kind, arg, dead: false };
    this.#queue.push(entry);
    return entry;
  }

  step(): void {
    let entry = this.#queue.pop()!;
    while (entry.dead) entry = this.#queue.pop()!;
    this.now = entry.time;
    this.#fingerprint.fold3(
      entry.time | 0,
      ((entry.time * 2 ** -32) << 11) | entry.kind,
      entry.arg,
    );
    this.#handlers[entry.kind]!(entry.arg);
  }

  fingerprint(): string {
    return this.#fingerprint.hex();
  }
}

export function holdOnTinyqueue(steps: number): string {
  const loop = new ObjectLoop();
  const draw = drawer();
  const next = loop.register((arg) => {
    loop.at(loop.now + holdDelay(draw), next, arg);
  });
  for (let arg = 0; arg < HOLD_PENDING; arg++) loop.at(holdDelay(draw), next, arg);
  for (let i = 0; i < steps; i++) loop.step();
  return loop.fingerprint();
}

export function gossipOnTinyqueue(steps: number): string {
  const loop = new ObjectLoop();
  const draw = drawer();
  const election = loop.register((machine) => {
    timers[machine] = loop.at(loop.now + electionDelay(draw), election, machine);
  });
  const deliver = loop.register((machine) => {
    timers[machine]!.dead = true;
    timers[machine] = loop.at(loop.now + electionDelay(draw), election, machine);
    loop.at(loop.now + latency(draw), deliver, draw(GOSSIP_MACHINES));
  });
  const timers: Entry[] = [];
  for (let machine = 0; machine < GOSSIP_MACHINES; machine++) {
    timers.push(loop.at(electionDelay(draw), election, machine));
    loop.at(latency(draw), deliver, machine);
  }
  for (let i = 0; i < steps; i++) loop.step();
  return loop.fingerprint();
}
