import type { Message } from '../host/host.ts';

/**
 * What becomes of a message: it passes, it is lost, it takes this many microseconds longer, it
 * waits at the far end until the rule is taken out (`hold`), or it travels and is discarded there,
 * as its checksum shows that it was damaged on the way (`damage`).
 */
export type NetworkVerdict = 'pass' | 'drop' | 'hold' | 'damage' | number;

/** The journey that a message is about to begin. The object is used again: do not keep it. */
export interface Transit {
  /** When it leaves its machine. */
  readonly departAtUs: number;
  /** The latency drawn for it, without what rules add. */
  readonly latencyUs: number;
  /** Messages on the same link, in the same direction, that have not arrived; without this one. */
  readonly underWay: number;
}

/**
 * A fault of the network. Rules are asked in order of installation about every message when it is
 * sent, also one to the machine itself; the first `drop` ends the matter, delays add up, and a
 * message that several rules hold waits for the last of them. A rule sees itself bite: `judge` is
 * where to notice, but for a hold, where it is `waits`.
 */
export interface NetworkRule {
  readonly id: string;
  /**
   * Whether it is ever asked about messages of this link; about all where absent. The answer must
   * not change: it is kept, so that a rule costs nothing on the links that it leaves alone.
   */
  covers?(from: string, to: string): boolean;
  judge(from: string, to: string, message: Message, transit: Transit): NetworkVerdict;
  /** Extra duplicates of a message that was not dropped; 0 where absent. They share its fate. */
  copies?(from: string, to: string): number;
  /** A message that this rule holds has come to the far end, and begins to wait. */
  waits?(from: string, to: string): void;
}
