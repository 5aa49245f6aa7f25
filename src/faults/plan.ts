/**
 * A plan is data: every fault of a run, when it begins, whom it hits, for how long and how hard. It
 * is drawn from the scenario and the seed before the run starts, never from the design, so that
 * every design meets the same storm; it can be printed, edited, shrunk and given back.
 */

import { required } from '../lib/assert.ts';

export const NETWORK_KINDS = [
  'partition',
  'one-way-partition',
  'split',
  'ring',
  'bridge',
  'flapping',
  'swizzle',
  'jam',
  'slow-link',
  'loss',
  'burst-loss',
  'delay',
  'delay-exponential',
  'delay-lognormal',
  'delay-heavy-tail',
  'duplicate',
  'reorder',
  'corrupt',
  'bandwidth',
  'queue-cap',
  'slow-pair',
] as const;
export const PROCESS_KINDS = [
  'crash',
  'kill',
  'crash-at-write',
  'crash-in-recovery',
  'stop',
  'pause',
  'suspend',
  'stall',
  'slow-cpu',
  'restart-storm',
  'wipe',
  'replace',
  'second-copy',
  'unequal-config',
] as const;
export const CLOCK_KINDS = [
  'clock-rate',
  'clock-step',
  'clock-strobe',
  'clock-freeze',
  'clock-slew',
  'ntp-false-server',
  'ntp-outage',
  'leap-second',
  'leap-smear',
  'old-zone-rules',
] as const;
export const DISK_KINDS = [
  'bit-rot',
  'read-error',
  'misdirected-write',
  'phantom-write',
  'disk-stall',
  'slow-disk',
  'disk-full',
  'sync-fail',
  'lying-sync',
  'old-snapshot',
] as const;
export const STORE_KINDS = [
  'store-failover',
  'old-primary',
  'stale-reads',
  'lost-answer',
  'lock-stall',
  'orphan-locks',
  'session-loss',
  'lossy-notification',
  'serialization-errors',
  'failover-clock-jump',
  'read-only',
] as const;
export const WORKLOAD_KINDS = ['burst', 'herd', 'poison-job', 'long-job', 'retry-storm'] as const;

export type NetworkKind = (typeof NETWORK_KINDS)[number];
export type ProcessKind = (typeof PROCESS_KINDS)[number];
export type ClockKind = (typeof CLOCK_KINDS)[number];
export type DiskKind = (typeof DISK_KINDS)[number];
export type StoreKind = (typeof STORE_KINDS)[number];
export type WorkloadKind = (typeof WORKLOAD_KINDS)[number];

export const FAULT_KINDS = [
  ...NETWORK_KINDS,
  ...PROCESS_KINDS,
  ...CLOCK_KINDS,
  ...DISK_KINDS,
  ...STORE_KINDS,
  ...WORKLOAD_KINDS,
] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

const FAMILIES = {
  network: NETWORK_KINDS,
  process: PROCESS_KINDS,
  clock: CLOCK_KINDS,
  disk: DISK_KINDS,
  store: STORE_KINDS,
  workload: WORKLOAD_KINDS,
} as const;
export type FaultFamily = keyof typeof FAMILIES;

const FAMILY_OF = new Map<FaultKind, FaultFamily>(
  (Object.keys(FAMILIES) as FaultFamily[]).flatMap((family) =>
    FAMILIES[family].map((kind) => [kind, family] as const),
  ),
);

/** The family of a kind. */
export const familyOf = (kind: FaultKind): FaultFamily => required(FAMILY_OF.get(kind), kind);

/** Machines that a fault can be aimed at by kind; the auditor is never hit. */
export const AIMED_ROLES = ['scheduler', 'store', 'worker', 'client', 'ledger'] as const;
export type AimedRole = (typeof AIMED_ROLES)[number];

/** Who is who at that moment. */
export const ROLES_AT_MOMENT = ['leader', 'follower', 'last-dispatcher', 'store-primary'] as const;
export type RoleAtMoment = (typeof ROLES_AT_MOMENT)[number];

export const SHARES = ['one', 'minority', 'majority', 'all'] as const;
export type Share = (typeof SHARES)[number];

/** Every cluster has this many racks; machines are dealt to them in turn, by role. */
export const RACKS = 3;

/**
 * Whom a fault hits, resolved at the moment it begins. `leader`, `follower`, `last-dispatcher` and
 * `store-primary` look at who is what then; an index counts machines of that role, modulo how many
 * there are; a share is drawn among the machines of a role, or of all roles (`any`); a rack is a
 * third of the schedulers, stores and workers. A role that nobody has then (a `store` where the
 * design has none) leaves the fault without a target.
 */
export type Target =
  | { readonly by: 'name'; readonly name: string }
  | { readonly by: 'role'; readonly role: RoleAtMoment }
  | { readonly by: 'index'; readonly role: AimedRole; readonly index: number }
  | { readonly by: 'share'; readonly role: AimedRole | 'any'; readonly share: Share }
  | { readonly by: 'rack'; readonly index: number };

/** Facts and events of a run that a fault may wait for. */
export const ANCHORS = [
  'dispatched',
  'effect-accepted',
  'leader-elected',
  'submit-accepted',
  'tick-decided',
  'attempt-lost',
  'lease-expired',
  'machine-down',
  'machine-up',
  /** A sync of a scheduler's or a store's disk was answered. */
  'synced',
] as const;
export type AnchorKind = (typeof ANCHORS)[number];

/** When a fault begins: at a time of the run, or some time after the nth fact of a kind. */
export type Start =
  | { readonly kind: 'at'; readonly atUs: number }
  | {
      readonly kind: 'anchor';
      readonly after: AnchorKind;
      readonly nth: number;
      readonly delayUs: number;
    };

/** `K` is wider than the built-in kinds where a user brings kinds of their own. */
export interface PlannedFault<K extends string = FaultKind> {
  /** Unique in its plan; reports and verdicts refer to it. */
  readonly id: string;
  readonly kind: K;
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

export interface Plan<K extends string = FaultKind> {
  readonly faults: readonly PlannedFault<K>[];
}
