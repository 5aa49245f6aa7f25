import type { Message } from '../host/host.ts';
import { type Endpoint, type Network, Outbox, type Packet } from './network.ts';

/** A send that a pause caught between the decision and the departure. */
interface HeldSend {
  readonly to: string;
  readonly message: Message;
  readonly departAtUs: number;
}

/**
 * The sends of a machine that have not departed: they are decided during the service of an event
 * and leave when it is complete. A crash drops them, a pause holds them, a processor that becomes
 * slower or faster moves them. What is held or moved is sent anew, so that the network's rules are
 * asked again when it departs.
 */
export class Departures {
  readonly outbox = new Outbox();
  readonly #network: Network;
  #held: HeldSend[] = [];

  constructor(network: Network) {
    this.#network = network;
  }

  /** The machine lost its power, or its program was killed. */
  drop(nowUs: number): void {
    this.#take(nowUs);
    this.clear();
  }

  /** The program is gone; what it performed before leaves. */
  clear(): void {
    this.#held = [];
    this.outbox.clear();
  }

  /** The machine stands still from now on. */
  hold(nowUs: number): void {
    for (const packet of this.#take(nowUs)) this.#held.push(sendOf(packet));
  }

  /** A send of a program that was paused inside its handler. */
  add(to: string, message: Message, departAtUs: number): void {
    this.#held.push({ to, message, departAtUs });
  }

  /** The machine goes on: what was held departs that much later. */
  release(from: Endpoint, laterUs: number): void {
    const held = this.#held;
    this.#held = [];
    for (const { to, message, departAtUs } of held) {
      this.#network.send(from, to, message, departAtUs + laterUs);
    }
  }

  /** The service of the event under way is stretched by this ratio, seen from `asOfUs` on. */
  stretch(from: Endpoint, asOfUs: number, ratio: number): void {
    const moved = (departAtUs: number): number => stretched(departAtUs, asOfUs, ratio);
    this.#held = this.#held.map((send) => ({ ...send, departAtUs: moved(send.departAtUs) }));
    for (const packet of this.#take(asOfUs)) {
      const { to, message, departAtUs } = sendOf(packet);
      this.#network.send(from, to, message, moved(departAtUs));
    }
  }

  /** Takes back what is under way without having departed; copies are made anew, or not. */
  #take(nowUs: number): Packet[] {
    const undeparted = this.outbox.takeUndeparted(nowUs);
    for (const packet of undeparted) this.#network.cancel(packet);
    return undeparted.filter(({ isCopy }) => !isCopy);
  }
}

/** A moment after `asOfUs`, that much farther from it; one before stays. */
export const stretched = (atUs: number, asOfUs: number, ratio: number): number =>
  atUs <= asOfUs ? atUs : asOfUs + Math.round((atUs - asOfUs) * ratio);

const sendOf = ({ link, message, departAtUs }: Packet): HeldSend => ({
  to: link.to.name,
  message,
  departAtUs,
});
