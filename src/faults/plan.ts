/**
 * A plan is data: every fault of a run, when it begins, whom it hits, for how long and how hard. It
 * is drawn from the scenario and the seed before the run starts, never from the design, so that
 * every design meets the same storm; it can be printed, edited, shrunk and given back.
 */
export const FAULT_KINDS = [
  'crash',
  'pause',
  'partition',
  'one-way-partition',
  'loss',
  'delay',
  'duplicate',
  'clock-rate',
  'clock-step',
  'slow-cpu',
] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

/**
 * Whom a fault hits, resolved at the moment it begins. `leader`, `follower` and `last-dispatcher`
 * look at who is what then; an index counts machines of that role, modulo how many there are. A
 * role that nobody has then (a `store` where the design has none) leaves the fault without a
 * target.
 */
export type Target =
  | { readonly by: 'name'; readonly name: string }
  | { readonly by: 'role'; readonly role: 'leader' | 'follower' | 'last-dispatcher' }
  | {
      readonly by: 'index';
      readonly role: 'scheduler' | 'store' | 'worker' | 'client' | 'ledger';
      readonly index: number;
    };

/** When a fault begins: at a time of the run, or some time after the nth fact of a kind. */
export type Start =
  | { readonly kind: 'at'; readonly atUs: number }
  | {
      readonly kind: 'anchor';
      readonly after: 'dispatched' | 'effect-accepted' | 'leader-elected' | 'submit-accepted';
      readonly nth: number;
      readonly delayUs: number;
    };

export interface PlannedFault {
  /** Unique in its plan; reports and verdicts refer to it. */
  readonly id: string;
  readonly kind: FaultKind;
  readonly target: Target;
  /** For network faults: the other side; absent means everybody else. */
  readonly peer?: Target;
  readonly start: Start;
  /** How long it lasts; a crash is followed by a restart after this, a step lasts for good. */
  readonly durationUs: number;
  /**
   * Kind-specific numbers with their unit in the name: lossPpm, delayUs, ratePpm, stepUs, factor.
   */
  readonly params: Readonly<Record<string, number>>;
}

export interface Plan {
  readonly faults: readonly PlannedFault[];
}
