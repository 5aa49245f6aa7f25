import { pick, type Random } from '../lib/random.ts';
import type { Packet } from './network.ts';

/** A machine as one of several that share a name. */
export interface Copy {
  /** Down, or its inbox is full: what reaches it is lost. */
  readonly hasRoom: boolean;
  take(packet: Packet): void;
}

/** Machines that by mistake share one name: each message to it reaches one of them, drawn. */
export class Copies {
  readonly #all: Copy[];
  readonly #random: Random;

  constructor(original: Copy, random: Random) {
    this.#all = [original];
    this.#random = random;
  }

  /** True when the original is alone. */
  get isAlone(): boolean {
    return this.#all.length === 1;
  }

  add(copy: Copy): void {
    this.#all.push(copy);
  }

  remove(copy: Copy): void {
    this.#all.splice(this.#all.indexOf(copy), 1);
  }

  deal(packet: Packet): void {
    const copy = pick(this.#random, this.#all);
    if (copy.hasRoom) copy.take(packet);
  }
}
