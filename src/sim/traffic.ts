import type { Message } from '../host/host.ts';
import type { Packet } from './network.ts';

/**
 * Looks on as messages travel. A packet stands for one message, or one copy of it, from its
 * departure on; what a rule lets not even leave has none. Nothing here draws, folds or schedules,
 * so that a run that is looked at goes as one that is not.
 */
export interface TrafficWatch {
  /** It is to leave at its `departAtUs`, which may lie ahead. */
  departed(packet: Packet): void;
  /** It did not leave after all: its machine stopped before. */
  recalled(packet: Packet): void;
  arrived(packet: Packet): void;
  /** It travelled for nothing. */
  lost(packet: Packet, why: string): void;
  /** It was lost as it left, by a rule of this name. */
  dropped(from: string, to: string, message: Message, departAtUs: number, why: string): void;
}
