/**
 * Happens-before (Lamport, 1978): what a machine did can only rest on what it did before, and on
 * what it was sent. Messages have no numbers in facts, so deliveries are watched beside them.
 */
import type { Fact } from '../history/fact.ts';

/** A message that reached a machine. One that waited in its inbox counts from when it came. */
export interface Delivery {
  readonly from: string;
  readonly to: string;
  readonly departedAt: number;
  readonly at: number;
}

/** The machine at which a fact happened; nothing for the harness's own. */
export function machineOf(fact: Fact): string | undefined {
  switch (fact.kind) {
    case 'asked':
    case 'answered':
      return fact.client;
    case 'body-began':
    case 'body-ended':
      return fact.worker;
    case 'effect-arrived':
      return 'ledger';
    case 'audited-job':
    case 'audited-schedule':
    case 'audited-skip':
    case 'audit-ended':
      return 'auditor';
    case 'testified':
    case 'machine':
    case 'clock':
    case 'assumption-failed':
      return fact.machine;
    default:
      return undefined;
  }
}

/** For each machine the time until which what it did may have led to something. */
export class Past {
  readonly #until = new Map<string, number>();

  /** What may have led to these facts, by deliveries in order of arrival. */
  constructor(facts: readonly Fact[], deliveries: readonly Delivery[]) {
    for (const fact of facts) {
      const machine = machineOf(fact);
      if (machine !== undefined) this.#extend(machine, fact.at);
    }
    // Backwards once is enough: what led to a send is known before its delivery is looked at.
    for (let i = deliveries.length - 1; i >= 0; i--) {
      const { from, to, departedAt, at } = deliveries[i] as Delivery;
      if (at <= this.untilOf(to)) this.#extend(from, departedAt);
    }
  }

  /** -1 where nothing that the machine did can have led there. */
  untilOf(machine: string): number {
    return this.#until.get(machine) ?? -1;
  }

  /** Facts of the harness's own are in every past that they are not later than. */
  holds(fact: Fact): boolean {
    const machine = machineOf(fact);
    return machine === undefined || fact.at <= this.untilOf(machine);
  }

  #extend(machine: string, at: number): void {
    if (at > this.untilOf(machine)) this.#until.set(machine, at);
  }
}

/**
 * For each fact the earlier ones of other machines that led to it, by place in the list; what
 * follows from others named is left out.
 */
export function causesOf(
  facts: readonly Fact[],
  deliveries: readonly Delivery[],
): readonly (readonly number[])[] {
  const pasts = facts.map((fact) => new Past([fact], deliveries));
  const leads = (a: number, b: number): boolean =>
    a < b &&
    machineOf(facts[a] as Fact) !== undefined &&
    (pasts[b] as Past).holds(facts[a] as Fact);
  return facts.map((fact, b) => {
    // What the harness does to a machine follows from no message.
    if (machineOf(fact) === undefined || fact.kind === 'machine') return [];
    const before = facts.map((_, a) => a).filter((a) => leads(a, b));
    const direct = before.filter((a) => !before.some((middle) => leads(a, middle)));
    return direct.filter((a) => machineOf(facts[a] as Fact) !== machineOf(fact));
  });
}
