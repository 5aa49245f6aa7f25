/**
 * Messages that wait at the far end of their link, because rules hold them. They have departed and
 * still reach a name, whichever incarnation has it when the last of those rules is taken out.
 */
import type { Packet } from './network.ts';
import type { NetworkRule } from './network-rule.ts';

/** The messages that wait because of one rule. */
export interface Hold {
  readonly rule: NetworkRule;
  readonly waiting: Packet[];
  isOver: boolean;
}

/** What rules have done to a message, and to its copies. */
export interface Fate {
  /** Counts messages with a fate in order of sending. */
  readonly number: number;
  readonly isDamaged: boolean;
  /** By the rules that held it when it was sent; some may be over. */
  readonly holds: readonly Hold[];
}

export const NO_HOLDS: readonly Hold[] = [];

const isLasting = ({ isOver }: Hold): boolean => !isOver;
const numberOf = ({ fate }: Packet): number => fate?.number ?? 0;

export class Holds {
  /** Of rules that have held something and are not taken out. */
  readonly #ofRules = new Map<NetworkRule, Hold>();

  of(rule: NetworkRule): Hold {
    const known = this.#ofRules.get(rule);
    if (known !== undefined) return known;
    const made: Hold = { rule, waiting: [], isOver: false };
    this.#ofRules.set(rule, made);
    return made;
  }

  /** A packet is at the far end: makes it wait if a rule holds it still, else answers false. */
  keep(packet: Packet, { holds }: Fate): boolean {
    const lasting = holds.filter(isLasting);
    lasting[0]?.waiting.push(packet);
    for (const { rule } of lasting) rule.waits?.(packet.link.from.name, packet.link.to.name);
    return lasting.length > 0;
  }

  /** The rule is taken out: what nobody holds any more, in order of sending. */
  release(rule: NetworkRule): readonly Packet[] {
    const hold = this.#ofRules.get(rule);
    if (hold === undefined) return [];
    this.#ofRules.delete(rule);
    hold.isOver = true;
    hold.waiting.sort((a, b) => numberOf(a) - numberOf(b));
    return hold.waiting.filter((packet) => {
      const next = packet.fate?.holds.find(isLasting);
      next?.waiting.push(packet);
      return next === undefined;
    });
  }
}
