/**
 * The designs that can be selected, with their presets and options; what each promises, what it
 * takes for granted, and the bounds that its liveness claims are judged by. A new design is a
 * folder in `scheduler/designs` and an entry here.
 */
import type { Assumes } from '../faults/fairness.ts';
import type { Outcome, Problem } from '../lib/outcome.ts';
import { failed, ok } from '../lib/outcome.ts';
import { formatDurationUs, humanDuration, MS, SECOND } from '../lib/units.ts';
import type { Mutant } from '../mutants/mutant.ts';
import { MUTANTS } from '../mutants/mutants.ts';
import type { BuiltDesign, DesignContext } from '../scheduler/designs/design.ts';
import { LEASE_PARTS, lease } from '../scheduler/designs/lease/lease.ts';
import type { LeasePreset } from '../scheduler/designs/lease/presets.ts';
import { CLIENT_GO, LEASE_PRESETS, takeoverBoundUs } from '../scheduler/designs/lease/presets.ts';
import { single } from '../scheduler/designs/single/single.ts';
import { SAFE_PARTS } from '../scheduler/parts/engine.ts';
import type { Replica } from '../scheduler/parts/store-machines.ts';
import type { Selection } from './selection.ts';
import { checkSelection, parseSelection, printSelection } from './selection.ts';

/** A selected design, ready to be built. */
export interface SelectedDesign {
  /** The selection in its one canonical text. */
  readonly name: string;
  readonly build: (context: DesignContext) => BuiltDesign;
  /** Claim to the reason why it is not promised; every other claim is. */
  readonly notPromised: Readonly<Record<string, string>>;
  readonly assumes: Assumes;
  /** The same for reports. */
  readonly assumptions: readonly { readonly what: string; readonly bound: string }[];
  /** From the heal to somebody in charge, at the latest. */
  readonly takeoverUs: number;
  /** `sometimes` claims that a storm with crashes, pauses or partitions must have shown. */
  readonly expects: readonly string[];
  /** Scheduler members that are enough to work again, beside a store and workers. */
  readonly coreSchedulers: (members: number) => number;
}

export interface DesignEntry {
  readonly name: string;
  /** One sentence: how it stays available. */
  readonly family: string;
  /** The first is the default. */
  readonly presets: readonly { readonly name: string; readonly why: string }[];
  /** Option to the values it may take; the first is the default. */
  readonly options: Readonly<Record<string, readonly string[]>>;
  /** What may be wrong with it on purpose: it then promises the same, and breaks it. */
  readonly mutants: readonly Mutant[];
  readonly select: (selection: Selection) => Omit<SelectedDesign, 'name'>;
}

const ASSUMES: Assumes = {
  ratePpmMax: 500,
  wallErrorUsMax: 500 * MS,
  singleCopy: false,
  noSuspend: false,
};

const CLOCKS_IN_WORDS = [
  { what: 'rate error of a clock', bound: `at most ${ASSUMES.ratePpmMax} ppm` },
  { what: 'wall clock error', bound: `at most ${humanDuration(ASSUMES.wallErrorUsMax)}` },
];

const UNFENCED =
  'without fencing the lease alone keeps leaders apart: a leader that was paused goes on until ' +
  "its renew deadline beside the next one (client-go: 'does not guarantee that only one client " +
  "is acting as a leader')";
const UNGUARDED =
  'without fencing the store takes the writes of a deposed leader, which undo those of the next';

const NOT_PROMISED_UNFENCED: Readonly<Record<string, string>> = {
  'token-order': UNFENCED,
  'single-effect': UNFENCED,
  'tick-once': UNFENCED,
  'no-loss': UNGUARDED,
  'terminal-absorbs': UNGUARDED,
  cancel: UNGUARDED,
  'retry-policy': UNGUARDED,
  completes: UNGUARDED,
  'explained-skips': UNGUARDED,
};

const ENGINE_MUTANTS = MUTANTS.filter((mutant) => mutant.of === 'engine');

/** The part that a mutant replaces; no mutant replaces none. */
const partOf = <M extends Mutant>(mutants: readonly M[], name: string | undefined): M['parts'] =>
  mutants.find((mutant) => mutant.name === name)?.parts ?? {};

const SINGLE: DesignEntry = {
  name: 'single',
  family: 'one scheduler with a write-ahead log, restarted when it dies',
  presets: [{ name: 'default', why: 'a supervisor restarts it a second after it exits' }],
  options: {},
  mutants: ENGINE_MUTANTS,
  select: ({ mutant }) => ({
    build: (context) => single(context, { ...SAFE_PARTS, ...partOf(ENGINE_MUTANTS, mutant) }),
    notPromised: {},
    assumes: { ...ASSUMES, singleCopy: true },
    assumptions: [
      { what: 'members', bound: 'one; while it is down nothing is scheduled' },
      { what: 'its disk', bound: 'keeps what was synced' },
      { what: 'copies', bound: 'only one is started' },
      ...CLOCKS_IN_WORDS,
    ],
    takeoverUs: 5 * SECOND,
    expects: ['sometimes-failover'],
    coreSchedulers: () => 1,
  }),
};

const LEASE: DesignEntry = {
  name: 'lease',
  family: 'active and standby members on a lease in a shared store',
  presets: LEASE_PRESETS.map(({ name, why }) => ({ name, why })),
  // Synchronous by default: what the store has said yes to survives its failover, and with it every
  // promise. What an asynchronous replica is worth shows when it is chosen.
  options: { fencing: ['on', 'off'], replica: ['sync', 'async', 'none'] },
  mutants: MUTANTS,
  select: ({ preset: name, options, mutant }) => {
    const preset = LEASE_PRESETS.find((each) => each.name === name) ?? CLIENT_GO;
    const fenced = options['fencing'] !== 'off';
    const replica = REPLICAS.find((each) => each === options['replica']) ?? 'sync';
    const parts = { ...LEASE_PARTS, ...partOf(MUTANTS, mutant) };
    return {
      build: (context) => lease(context, { preset, fenced, replica }, parts),
      notPromised: fenced ? {} : NOT_PROMISED_UNFENCED,
      assumes: { ...ASSUMES, noSuspend: !fenced },
      assumptions: leaseAssumptions(preset, replica),
      takeoverUs: takeoverBoundUs(preset) + 2 * SECOND,
      expects: ['sometimes-failover', 'sometimes-lease-expired'],
      coreSchedulers: () => 1,
    };
  },
};

const REPLICAS: readonly Replica[] = ['sync', 'async', 'none'];
const STORES: Readonly<Record<Replica, string>> = {
  sync: 'keeps what it committed; a replica has it too, or has been away for seconds',
  async: 'keeps what it committed; a failover loses what its replica did not have yet',
  none: 'one machine that keeps what it committed',
};

function leaseAssumptions(preset: LeasePreset, replica: Replica): SelectedDesign['assumptions'] {
  const { leaseUs, renewDeadlineUs, retryUs } = preset;
  return [
    {
      what: 'lease, deadline, retry',
      bound: [leaseUs, renewDeadlineUs, retryUs].map(formatDurationUs).join(', '),
    },
    { what: 'members down', bound: 'all but one, for liveness; safety does not depend on it' },
    { what: 'the store', bound: STORES[replica] },
    ...CLOCKS_IN_WORDS,
  ];
}

export const DESIGNS: readonly DesignEntry[] = [SINGLE, LEASE];

/** Reads a selection and finds the design; every problem at once. */
export function selectDesign(text: string): Outcome<SelectedDesign, readonly Problem[]> {
  const parsed = parseSelection(text);
  if (parsed.kind === 'failed') return parsed;
  const choices = DESIGNS.map(({ name, presets, options, mutants }) => ({
    name,
    presets: presets.map((preset) => preset.name),
    options,
    mutants: mutants.map((mutant) => mutant.name),
  }));
  const problems = checkSelection(parsed.value, choices);
  if (problems.length > 0) return failed(problems);
  const entry = DESIGNS.find(({ name }) => name === parsed.value.design) as DesignEntry;
  return ok({ name: printSelection(parsed.value), ...entry.select(parsed.value) });
}
