import type { FactOf, MachineRole, Phase } from '../history/fact.ts';

/** A fault as it happened: from when it began until it was over, whom it hit. */
export interface FaultSpan {
  readonly id: string;
  readonly kind: string;
  readonly fromUs: number;
  readonly untilUs: number;
  readonly whom: readonly string[];
}

/** Whom faults bit: machines by role, and whoever led at that moment once more as `leader`. */
export const BITTEN_ROLES = [
  'leader',
  'scheduler',
  'store',
  'worker',
  'client',
  'ledger',
  'auditor',
] as const;
export type BittenRole = (typeof BITTEN_ROLES)[number];

/** So many faults first changed something in this phase, on machines of this role. */
export interface BiteCount {
  readonly role: BittenRole;
  readonly phase: Phase;
  readonly count: number;
}

/** How many faults of a kind were planned, began, and changed something; and whom, and when. */
export interface KindCoverage {
  readonly kind: string;
  readonly drawn: number;
  readonly armed: number;
  readonly bitten: number;
  /** Phases in order, and in each the roles in order of {@link BITTEN_ROLES}. */
  readonly bites: readonly BiteCount[];
}

const PHASES: readonly Phase[] = ['warm-up', 'chaos', 'heal', 'quiescence', 'audit', 'end'];

/** By phase and then by role; one that bites machines of two roles counts under both. */
export class Bites {
  readonly #counts = new Map<Phase, Map<BittenRole, number>>();

  add(phase: Phase, role: BittenRole, count = 1): void {
    const roles = this.#counts.get(phase) ?? new Map<BittenRole, number>();
    this.#counts.set(phase, roles);
    roles.set(role, (roles.get(role) ?? 0) + count);
  }

  rows(): readonly BiteCount[] {
    return PHASES.flatMap((phase) =>
      BITTEN_ROLES.flatMap((role) => {
        const count = this.#counts.get(phase)?.get(role);
        return count === undefined ? [] : [{ role, phase, count }];
      }),
    );
  }
}

interface Seen {
  readonly id: string;
  readonly kind: string;
  fromUs: number;
  untilUs: number;
  whom: readonly string[];
  hasBitten: boolean;
}

interface Counted {
  drawn: number;
  armed: number;
  bitten: number;
  readonly bites: Bites;
}

/** What the storm was, as it happened. A fault that changed nothing is counted, and not drawn. */
export class Storm {
  readonly #faults = new Map<string, Seen>();
  readonly #kinds = new Map<string, Counted>();
  readonly #roles = new Map<string, MachineRole>();
  /** Who claims to lead, and until when who went down did. */
  readonly #leads = new Set<string>();
  readonly #ledUntilUs = new Map<string, number>();
  #phase: Phase = 'warm-up';

  onRunBegan({ machines }: FactOf<'run-began'>): void {
    for (const { name, role } of machines) this.#roles.set(name, role);
  }

  onPhase({ phase }: FactOf<'phase'>): void {
    this.#phase = phase;
  }

  onMachine({ at, machine, role, state }: FactOf<'machine'>): void {
    // One may come later, in place of another.
    this.#roles.set(machine, role);
    if (state === 'down' && this.#leads.delete(machine)) this.#ledUntilUs.set(machine, at);
  }

  onTestified({ machine, said }: FactOf<'testified'>): void {
    if (said.kind !== 'role') return;
    if (said.role === 'leader') this.#leads.add(machine);
    else this.#leads.delete(machine);
  }

  onFault({ at, event, fault, faultKind, whom }: FactOf<'fault'>): void {
    const seen = this.#seen(fault, faultKind);
    if (event === 'ended') {
      seen.untilUs = at;
      return;
    }
    const kind = this.#kind(faultKind);
    kind[event]++;
    if (event === 'drawn') return;
    if (seen.fromUs === -1) seen.fromUs = at;
    seen.whom = whom;
    if (event !== 'bitten') return;
    seen.hasBitten = true;
    for (const role of this.#bittenRoles(whom, at)) kind.bites.add(this.#phase, role);
  }

  /** Every machine there was, in order of appearance. */
  get machines(): readonly { readonly name: string; readonly role: MachineRole }[] {
    return [...this.#roles].map(([name, role]) => ({ name, role }));
  }

  /** In the order in which they began; one that is not over ends with the run. */
  spans(endUs: number): readonly FaultSpan[] {
    return [...this.#faults.values()]
      .filter(({ hasBitten }) => hasBitten)
      .sort((a, b) => a.fromUs - b.fromUs)
      .map(({ id, kind, fromUs, untilUs, whom }) => {
        return { id, kind, fromUs, untilUs: untilUs === -1 ? endUs : untilUs, whom };
      });
  }

  /** By kind, in order of the alphabet. */
  coverage(): readonly KindCoverage[] {
    return [...this.#kinds]
      .map(([kind, { bites, ...counts }]) => ({ kind, ...counts, bites: bites.rows() }))
      .sort((a, b) => (a.kind < b.kind ? -1 : 1));
  }

  #bittenRoles(whom: readonly string[], at: number): ReadonlySet<BittenRole> {
    const roles = new Set<BittenRole>();
    for (const machine of whom) {
      const role = this.#roles.get(machine);
      if (role !== undefined) roles.add(role);
      // A crash is told before the fault that made it: the machine has just ceased to lead.
      if (this.#leads.has(machine) || this.#ledUntilUs.get(machine) === at) roles.add('leader');
    }
    return roles;
  }

  #kind(name: string): Counted {
    const known = this.#kinds.get(name);
    if (known !== undefined) return known;
    const kind: Counted = { drawn: 0, armed: 0, bitten: 0, bites: new Bites() };
    this.#kinds.set(name, kind);
    return kind;
  }

  #seen(id: string, kind: string): Seen {
    let seen = this.#faults.get(id);
    if (seen === undefined) {
      seen = { id, kind, fromUs: -1, untilUs: -1, whom: [], hasBitten: false };
      this.#faults.set(id, seen);
    }
    return seen;
  }
}
