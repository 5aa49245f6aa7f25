/**
 * The network between machines: directed links, each with its own stream of latencies, so that
 * traffic on one link moves no other. Messages may overtake each other, reach whichever incarnation
 * is up when they arrive, and are lost at machines that are down. Faults are rules, asked about
 * every message when it is sent: what is under way as a rule is installed still arrives, and what
 * a rule delayed still comes late when the rule is gone. A send that a pause holds is sent again,
 * and the rules are asked again, when the machine resumes.
 */
import type { Message } from '../host/host.ts';
import type { Kernel } from '../kernel/kernel.ts';
import type { Rng } from '../kernel/rng.ts';
import { assert } from '../lib/assert.ts';
import { intBetween, type Random } from '../lib/random.ts';
import { type Fate, Holds, NO_HOLDS } from './holds.ts';
import type { NetworkRule } from './network-rule.ts';
import type { TrafficWatch } from './traffic.ts';

export type { NetworkRule, NetworkVerdict, Transit } from './network-rule.ts';

/** Sees every message that enters a machine's inbox, just before it does, and when it departed. */
export type DeliveryHook = (
  from: string,
  to: string,
  message: Message,
  departedAtUs: number,
) => void;

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
  /** Messages that no rule had a say about. */
  inFlight: number;
  /** Those that a rule delays, holds or damaged: they take no place from those that follow. */
  detained: number;
  /** The rules that cover it, as of a count of changes; found anew when that is out of date. */
  rules: readonly NetworkRule[];
  rulesAsOf: number;
}

/** One message on its way, or in an inbox. */
export interface Packet {
  readonly kind: 'message';
  readonly link: Link;
  readonly message: Message;
  readonly messageKind: MessageKind;
  readonly departAtUs: number;
  /** What its length costs who receives it, in microseconds of a processor. */
  readonly lengthUs: number;
  readonly isCopy: boolean;
  /** Absent where no rule changed anything, as nearly always. */
  readonly fate: Fate | undefined;
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
  /** Messages in flight on one link, and as many again that rules delay; the next is dropped. */
  readonly queueMax: number;
  readonly deliverKind: number;
  readonly endpoint: (name: string) => Endpoint | undefined;
  readonly serviceUsOf: (messageKind: string) => number;
  readonly lengthUsOf: (message: Message) => number;
}

/** However many rules delay a message, by no more than this: some thirty years. */
const DELAY_US_MAX = 1e15;

const linkOf = (from: Endpoint, to: Endpoint, latency: Random): Link => ({
  from,
  to,
  latency,
  copyLatency: undefined,
  inFlight: 0,
  detained: 0,
  rules: [],
  rulesAsOf: 0,
});

export class Network {
  readonly #options: NetworkOptions;
  readonly #kernel: Kernel;
  readonly #kinds = new Map<string, MessageKind>();
  #rules: readonly NetworkRule[] = [];
  /** Counts changes of the rules. */
  #changes = 0;
  #hooks: readonly DeliveryHook[] = [];
  #watch: TrafficWatch | undefined;
  readonly #holds = new Holds();
  #fates = 0;
  /** Used for every message, so that rules cost no memory. */
  readonly #transit = { departAtUs: 0, latencyUs: 0, underWay: 0 };

  constructor(options: NetworkOptions) {
    const { latencyMinUs: min, latencyMaxUs: max } = options;
    assert(Number.isSafeInteger(min) && Number.isSafeInteger(max), `latency ${min} to ${max} us`);
    assert(min >= 0 && min <= max, `latency from ${min} to ${max} us`);
    assert(options.queueMax > 0, `a link for ${options.queueMax} messages`);
    this.#options = options;
    this.#kernel = options.kernel;
  }

  /**
   * Adds a rule behind those there are; the answer takes it out again, and once only. What it held
   * is then delivered at once, in order of sending, unless another rule holds it still.
   */
  install(rule: NetworkRule): () => void {
    this.#rules = [...this.#rules, rule];
    this.#changes++;
    return () => {
      this.#rules = this.#rules.filter((other) => other !== rule);
      this.#changes++;
      for (const packet of this.#holds.release(rule)) {
        packet.handle = this.#arriveAt(this.#kernel.now, packet);
      }
    };
  }

  /** Adds an observer of deliveries; the answer takes it out again. */
  onDelivered(hook: DeliveryHook): () => void {
    this.#hooks = [...this.#hooks, hook];
    return () => {
      this.#hooks = this.#hooks.filter((other) => other !== hook);
    };
  }

  /** From now on this sees what becomes of every message. It changes nothing. */
  watchTraffic(watch: TrafficWatch): void {
    this.#watch = watch;
  }

  /** Sends a message that departs at this true time; to a name that nobody has, it is lost. */
  send(from: Endpoint, to: string, message: Message, departAtUs: number): void {
    const link = from.links.get(to) ?? this.#connect(from, to);
    if (link === undefined) return;
    // Drawn for lost messages too: a partition must not shift the latencies of what follows it.
    const latencyUs = this.#draw(link.latency);
    if (link.rulesAsOf !== this.#changes) this.#findRules(link);
    if (link.rules.length === 0) this.#launch(link, message, departAtUs, latencyUs);
    else this.#sendUnderRules(link, message, departAtUs, latencyUs);
  }

  /** The kernel's event: a packet is at the door of its machine. */
  deliver(packet: Packet): void {
    const { link, message, fate } = packet;
    this.#kernel.fold(packet.messageKind.index);
    if (fate === undefined) link.inFlight--;
    else if (!this.#isLetThrough(packet, fate)) return;
    if (!link.to.canAccept) {
      this.#watch?.lost(packet, 'nobody to take it');
      return;
    }
    this.#watch?.arrived(packet);
    for (const hook of this.#hooks) hook(link.from.name, link.to.name, message, packet.departAtUs);
    link.to.arrive(packet);
  }

  /** The harness's own word to a machine: no link, no latency, no rule. */
  tell(to: Endpoint, message: Message): void {
    const latency = this.#options.rng.stream('network', OPERATOR, to.name);
    const from = { ...SILENT, outbox: new Outbox(), links: new Map<string, Link>() };
    const link = linkOf(from, to, latency);
    link.inFlight++;
    const departAtUs = this.#kernel.now;
    this.deliver(this.#packet(link, message, departAtUs, undefined, false));
  }

  /** Takes back what has not departed yet. */
  cancel(packet: Packet): void {
    const wasPending = this.#kernel.cancel(packet.handle);
    assert(wasPending, 'a packet that had not departed was not in flight');
    if (packet.fate === undefined) packet.link.inFlight--;
    else packet.link.detained--;
    this.#watch?.recalled(packet);
  }

  #findRules(link: Link): void {
    const { from, to } = link;
    link.rules = this.#rules.filter((rule) => rule.covers?.(from.name, to.name) ?? true);
    link.rulesAsOf = this.#changes;
  }

  #sendUnderRules(link: Link, message: Message, departAtUs: number, latencyUs: number): void {
    const from = link.from.name;
    const to = link.to.name;
    const transit = this.#transit;
    transit.departAtUs = departAtUs;
    transit.latencyUs = latencyUs;
    transit.underWay = link.inFlight + link.detained;
    let delayUs = 0;
    let copies = 0;
    let isDamaged = false;
    let holds = NO_HOLDS;
    for (const rule of link.rules) {
      const verdict = rule.judge(from, to, message, transit);
      if (verdict === 'drop') {
        this.#watch?.dropped(from, to, message, departAtUs, rule.id);
        return;
      }
      if (verdict === 'damage') isDamaged = true;
      else if (verdict === 'hold') holds = [...holds, this.#holds.of(rule)];
      else if (verdict !== 'pass') delayUs += verdict;
      if (rule.copies !== undefined) copies += rule.copies(from, to);
    }
    assert(Number.isInteger(delayUs) && delayUs >= 0, 'rules delay by no span of time');
    delayUs = Math.min(delayUs, DELAY_US_MAX);
    const isChanged = delayUs > 0 || isDamaged || holds.length > 0;
    const fate = isChanged ? { number: ++this.#fates, isDamaged, holds } : undefined;
    this.#launch(link, message, departAtUs, latencyUs + delayUs, fate);
    if (copies > 0) this.#duplicate(link, message, departAtUs, delayUs, copies, fate);
  }

  /** A packet with a fate is at the far end: false when it is discarded, or has to wait. */
  #isLetThrough(packet: Packet, fate: Fate): boolean {
    if (!fate.isDamaged && this.#holds.keep(packet, fate)) return false;
    packet.link.detained--;
    if (fate.isDamaged) this.#watch?.lost(packet, 'damaged on the way');
    return !fate.isDamaged;
  }

  #launch(
    link: Link,
    message: Message,
    departAtUs: number,
    afterUs: number,
    fate?: Fate,
    isCopy = false,
  ): void {
    const already = fate === undefined ? link.inFlight : link.detained;
    if (already >= this.#options.queueMax) {
      this.#watch?.dropped(link.from.name, link.to.name, message, departAtUs, 'full link');
      return;
    }
    const packet = this.#packet(link, message, departAtUs, fate, isCopy);
    packet.handle = this.#arriveAt(departAtUs + afterUs, packet);
    if (fate === undefined) link.inFlight++;
    else link.detained++;
    link.from.outbox.add(packet);
    this.#watch?.departed(packet);
  }

  #duplicate(
    link: Link,
    message: Message,
    departAtUs: number,
    delayUs: number,
    n: number,
    fate: Fate | undefined,
  ): void {
    link.copyLatency ??= this.#options.rng.stream('network', link.from.name, link.to.name, 'copy');
    for (let i = 0; i < n; i++) {
      const afterUs = this.#draw(link.copyLatency) + delayUs;
      this.#launch(link, message, departAtUs, afterUs, fate, true);
    }
  }

  #packet(
    link: Link,
    message: Message,
    departAtUs: number,
    fate: Fate | undefined,
    isCopy: boolean,
  ): Packet {
    const messageKind = this.#kinds.get(message.kind) ?? this.#intern(message.kind);
    const lengthUs = this.#options.lengthUsOf(message);
    return {
      kind: 'message',
      link,
      message,
      messageKind,
      departAtUs,
      lengthUs,
      isCopy,
      fate,
      handle: 0,
    };
  }

  #arriveAt(atUs: number, packet: Packet): number {
    return this.#kernel.at(atUs, this.#options.deliverKind, packet.link.to.index, packet);
  }

  #draw(random: Random): number {
    return intBetween(random, this.#options.latencyMinUs, this.#options.latencyMaxUs);
  }

  #connect(from: Endpoint, to: string): Link | undefined {
    const target = this.#options.endpoint(to);
    if (target === undefined) return undefined;
    const latency = this.#options.rng.stream('network', from.name, to);
    const link = linkOf(from, target, latency);
    from.links.set(to, link);
    return link;
  }

  #intern(kind: string): MessageKind {
    const made = { index: this.#kinds.size + 1, serviceUs: this.#options.serviceUsOf(kind) };
    this.#kinds.set(kind, made);
    return made;
  }
}
