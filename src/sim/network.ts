/**
 * The network between machines: directed links, each with its own stream of latencies, so that
 * traffic on one link moves no other. Messages may overtake each other, reach whichever incarnation
 * is up when they arrive, and are lost at machines that are down. Faults are rules, asked about
 * every message when it is sent: what is under way as a rule is installed still arrives. A send
 * that a pause holds is sent again, and the rules are asked again, when the machine resumes.
 */
import type { Message } from '../host/host.ts';
import type { Kernel } from '../kernel/kernel.ts';
import type { Rng } from '../kernel/rng.ts';
import { assert } from '../lib/assert.ts';
import { intBetween, type Random } from '../lib/random.ts';

/** Let it pass, lose it, or add this delay in microseconds. */
export type NetworkVerdict = 'pass' | 'drop' | number;

/**
 * A fault of the network. Rules are asked in order of installation, the first `drop` ends the
 * matter and delays add up. A rule sees itself bite: `judge` is where to notice.
 */
export interface NetworkRule {
  readonly id: string;
  judge(from: string, to: string, message: Message): NetworkVerdict;
  /** Extra duplicates of a message that was not dropped; 0 where absent. */
  copies?(from: string, to: string): number;
}

/** Sees every message that enters a machine's inbox, just before it does. */
export type DeliveryHook = (from: string, to: string, message: Message) => void;

/** A message kind, numbered once per simulation, with its service time. */
export interface MessageKind {
  readonly index: number;
  readonly serviceUs: number;
}

export interface Link {
  readonly from: Endpoint;
  readonly to: Endpoint;
  readonly latency: Random;
  /** Latencies of duplicates have a stream of their own: a fault shifts nobody else's draws. */
  copyLatency: Random | undefined;
  inFlight: number;
}

/** One message on its way, or in an inbox. */
export interface Packet {
  readonly kind: 'message';
  readonly link: Link;
  readonly message: Message;
  readonly messageKind: MessageKind;
  readonly departAtUs: number;
  readonly isCopy: boolean;
  handle: number;
}

/** A machine, as the network sees it. */
export interface Endpoint {
  readonly name: string;
  readonly index: number;
  readonly links: Map<string, Link>;
  readonly outbox: Outbox;
  /** False when down or when the inbox is full. */
  readonly canAccept: boolean;
  arrive(packet: Packet): void;
}

/** The sends of the event in service: a pause or a crash may still fall before they depart. */
export class Outbox {
  readonly #packets: Packet[] = [];
  #count = 0;

  add(packet: Packet): void {
    this.#packets[this.#count++] = packet;
  }

  clear(): void {
    this.#count = 0;
  }

  /** Takes out what has not departed by now. */
  takeUndeparted(nowUs: number): Packet[] {
    const held = this.#packets.slice(0, this.#count).filter((packet) => packet.departAtUs > nowUs);
    this.#count = 0;
    return held;
  }
}

/** Whom programs hear when the harness speaks; nobody has this name. */
export const OPERATOR = 'operator';
const SILENT = { name: OPERATOR, index: -1, canAccept: false, arrive: () => {} };

export interface NetworkOptions {
  readonly kernel: Kernel;
  readonly rng: Rng;
  readonly latencyMinUs: number;
  readonly latencyMaxUs: number;
  /** Messages in flight on one link; the next one is dropped. */
  readonly queueMax: number;
  readonly deliverKind: number;
  readonly endpoint: (name: string) => Endpoint | undefined;
  readonly serviceUsOf: (messageKind: string) => number;
}

export class Network {
  readonly #options: NetworkOptions;
  readonly #kernel: Kernel;
  readonly #kinds = new Map<string, MessageKind>();
  #rules: readonly NetworkRule[] = [];
  #hooks: readonly DeliveryHook[] = [];

  constructor(options: NetworkOptions) {
    const { latencyMinUs: min, latencyMaxUs: max } = options;
    assert(Number.isSafeInteger(min) && Number.isSafeInteger(max), `latency ${min} to ${max} us`);
    assert(min >= 0 && min <= max, `latency from ${min} to ${max} us`);
    assert(options.queueMax > 0, `a link for ${options.queueMax} messages`);
    this.#options = options;
    this.#kernel = options.kernel;
  }

  /** Adds a rule behind those there are; the answer takes it out again, and once only. */
  install(rule: NetworkRule): () => void {
    this.#rules = [...this.#rules, rule];
    return () => {
      this.#rules = this.#rules.filter((other) => other !== rule);
    };
  }

  /** Adds an observer of deliveries; the answer takes it out again. */
  onDelivered(hook: DeliveryHook): () => void {
    this.#hooks = [...this.#hooks, hook];
    return () => {
      this.#hooks = this.#hooks.filter((other) => other !== hook);
    };
  }

  /** Sends a message that departs at this true time; to a name that nobody has, it is lost. */
  send(from: Endpoint, to: string, message: Message, departAtUs: number): void {
    const link = from.links.get(to) ?? this.#connect(from, to);
    if (link === undefined) return;
    // Drawn for lost messages too: a partition must not shift the latencies of what follows it.
    const latencyUs = this.#draw(link.latency);
    let delayUs = 0;
    let copies = 0;
    for (const rule of this.#rules) {
      const verdict = rule.judge(link.from.name, to, message);
      if (verdict === 'drop') return;
      if (verdict !== 'pass') delayUs += verdict;
      copies += rule.copies?.(link.from.name, to) ?? 0;
    }
    assert(Number.isSafeInteger(delayUs) && delayUs >= 0, 'rules delay by no span of time');
    this.#launch(link, message, departAtUs, latencyUs + delayUs, false);
    if (copies > 0) this.#duplicate(link, message, departAtUs, delayUs, copies);
  }

  /** The kernel's event: a packet is at the door of its machine. */
  deliver(packet: Packet): void {
    const { link, message } = packet;
    link.inFlight--;
    this.#kernel.fold(packet.messageKind.index);
    if (!link.to.canAccept) return;
    for (const hook of this.#hooks) hook(link.from.name, link.to.name, message);
    link.to.arrive(packet);
  }

  /** The harness's own word to a machine: no link, no latency, no rule. */
  tell(to: Endpoint, message: Message): void {
    const latency = this.#options.rng.stream('network', OPERATOR, to.name);
    const from = { ...SILENT, outbox: new Outbox(), links: new Map<string, Link>() };
    const link: Link = { from, to, latency, copyLatency: undefined, inFlight: 1 };
    const messageKind = this.#kinds.get(message.kind) ?? this.#intern(message.kind);
    const departAtUs = this.#kernel.now;
    const isCopy = false;
    this.deliver({ kind: 'message', link, message, messageKind, departAtUs, isCopy, handle: 0 });
  }

  /** Takes back what has not departed yet. */
  cancel(packet: Packet): void {
    const wasPending = this.#kernel.cancel(packet.handle);
    assert(wasPending, 'a packet that had not departed was not in flight');
    packet.link.inFlight--;
  }

  #launch(
    link: Link,
    message: Message,
    departAtUs: number,
    afterUs: number,
    isCopy: boolean,
  ): void {
    if (link.inFlight >= this.#options.queueMax) return;
    const messageKind = this.#kinds.get(message.kind) ?? this.#intern(message.kind);
    const packet: Packet = {
      kind: 'message',
      link,
      message,
      messageKind,
      departAtUs,
      isCopy,
      handle: 0,
    };
    const { deliverKind } = this.#options;
    packet.handle = this.#kernel.at(departAtUs + afterUs, deliverKind, link.to.index, packet);
    link.inFlight++;
    link.from.outbox.add(packet);
  }

  #duplicate(link: Link, message: Message, departAtUs: number, delayUs: number, n: number): void {
    link.copyLatency ??= this.#options.rng.stream('network', link.from.name, link.to.name, 'copy');
    for (let i = 0; i < n; i++) {
      const afterUs = this.#draw(link.copyLatency) + delayUs;
      this.#launch(link, message, departAtUs, afterUs, true);
    }
  }

  #draw(random: Random): number {
    return intBetween(random, this.#options.latencyMinUs, this.#options.latencyMaxUs);
  }

  #connect(from: Endpoint, to: string): Link | undefined {
    const target = this.#options.endpoint(to);
    if (target === undefined) return undefined;
    const latency = this.#options.rng.stream('network', from.name, to);
    const link: Link = { from, to: target, latency, copyLatency: undefined, inFlight: 0 };
    from.links.set(to, link);
    return link;
  }

  #intern(kind: string): MessageKind {
    const made = { index: this.#kinds.size + 1, serviceUs: this.#options.serviceUsOf(kind) };
    this.#kinds.set(kind, made);
    return made;
  }
}
