/** All messages of a run with their fates, for diagrams. */
import type { Message } from '../host/host.ts';
import type { Packet } from '../sim/network.ts';
import type { TrafficWatch } from '../sim/traffic.ts';
import { MessageReader } from './message-words.ts';

/** One message, or one copy of it. */
export interface Journey {
  readonly from: string;
  readonly to: string;
  readonly sentUs: number;
  readonly kind: string;
  readonly label: string;
  readonly job: string | undefined;
  receivedUs: number | undefined;
  lost: string | undefined;
}

export class TrafficLog implements TrafficWatch {
  readonly #now: () => number;
  readonly #reader = new MessageReader();
  readonly #journeys = new Set<Journey>();
  readonly #underWay = new Map<Packet, Journey>();

  constructor(now: () => number) {
    this.#now = now;
  }

  departed(packet: Packet): void {
    const { link, message, departAtUs, isCopy } = packet;
    this.#underWay.set(
      packet,
      this.#add(link.from.name, link.to.name, message, departAtUs, isCopy),
    );
  }

  recalled(packet: Packet): void {
    const journey = this.#taken(packet);
    if (journey !== undefined) this.#journeys.delete(journey);
  }

  arrived(packet: Packet): void {
    const journey = this.#taken(packet);
    if (journey !== undefined) journey.receivedUs = this.#now();
  }

  lost(packet: Packet, why: string): void {
    const journey = this.#taken(packet);
    if (journey !== undefined) journey.lost = why;
  }

  dropped(from: string, to: string, message: Message, departAtUs: number, why: string): void {
    this.#add(from, to, message, departAtUs, false).lost = why;
  }

  /** In the order in which they were sent. What the harness tells a machine is no journey. */
  journeys(): readonly Journey[] {
    return [...this.#journeys].sort((a, b) => a.sentUs - b.sentUs);
  }

  /** Absent for what the harness tells a machine: it never departed. */
  #taken(packet: Packet): Journey | undefined {
    const journey = this.#underWay.get(packet);
    this.#underWay.delete(packet);
    return journey;
  }

  #add(from: string, to: string, message: Message, sentUs: number, isCopy: boolean): Journey {
    const { kind, label, job } = this.#reader.read(from, to, message);
    const words = isCopy ? `${label}, a copy` : label;
    const fate = { receivedUs: undefined, lost: undefined };
    const journey: Journey = { from, to, sentUs, kind, label: words, job, ...fate };
    this.#journeys.add(journey);
    return journey;
  }
}
