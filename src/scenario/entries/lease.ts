import type { Assumption } from '../../history/fact.ts';
import type { Problem } from '../../lib/outcome.ts';
import { formatDurationUs, SECOND } from '../../lib/units.ts';
import { LEASE_PARTS, lease } from '../../scheduler/designs/lease/lease.ts';
import type { LeasePreset } from '../../scheduler/designs/lease/presets.ts';
import {
  CLIENT_GO,
  LEASE_PRESETS,
  STEP_OF,
  stretched,
  takeoverAfterStormUs,
  termUsOf,
} from '../../scheduler/designs/lease/presets.ts';
import { riverBackoffUsMax } from '../../scheduler/parts/elector-river.ts';
import { pingUsOf, suspendedUsOf } from '../../scheduler/parts/elector-session.ts';
import type { Replica } from '../../scheduler/parts/store-machines.ts';
import { ANY_TIME, type Selection, timeOf } from '../selection.ts';
import type { DesignEntry, SelectedDesign } from './entry.ts';
import {
  ASSUMES,
  CLOCKS_IN_WORDS,
  mutantsOf,
  partsWith,
  REPLICAS,
  replicaOf,
  STORE_IN_WORDS,
} from './entry.ts';

/** Why two leaders may act at a time, where only the election keeps them apart. */
const UNFENCED: Readonly<Record<LeasePreset['protocol'], string>> = {
  'client-go':
    'without fencing the lease alone keeps leaders apart: a leader that was paused goes on until ' +
    "its renew deadline beside the next one (client-go: 'does not guarantee that only one client " +
    "is acting as a leader')",
  river:
    'a term guards the election and nothing that the leader does: one that was paused, or whose ' +
    'database lost or changed its clock, goes on beside the next one until it trusts its term no ' +
    'longer',
  oban:
    'a leader measures no time: one that was paused, or whose looks were rolled back, goes on ' +
    "beside the next one, and prolongs that one's row as if it were its own, so both lead for as " +
    'long as both run (oban#1488)',
  session:
    'without fencing the session alone keeps leaders apart: it is the server that ends it, and a ' +
    'leader that was paused, or whose answers were slow, learns that late and goes on meanwhile',
};
const UNGUARDED =
  'without fencing the store takes the writes of a deposed leader, which undo those of the next';

const TWO_LEADERS = ['token-order', 'single-effect', 'tick-once', 'overlap', 'superseded-acts'];
/** They rest on a book that one leader writes at a time. */
const ONE_WRITER = [
  'no-loss',
  'terminal-absorbs',
  'cancel',
  'retry-policy',
  'completes',
  'explained-skips',
  'dependency-order',
  'queue-order',
  'limits',
  'timeout',
  'linearizable-api',
  'capacity',
  'spec-change',
  'no-starvation',
  'orphans-released',
  'bounded-catch-up',
  'no-silent-schedule',
  'drains',
];

const notPromisedUnfenced = ({ protocol }: LeasePreset): Readonly<Record<string, string>> =>
  Object.fromEntries([
    ...TWO_LEADERS.map((claim) => [claim, UNFENCED[protocol]]),
    ...ONE_WRITER.map((claim) => [claim, UNGUARDED]),
  ]);

/** What waits for the next leader waits for as long as a clock was wrong that the limit is by. */
const TIME_OF_DAY: Readonly<Record<string, readonly Assumption[]>> = Object.fromEntries(
  ['completes', 'recovers', 'no-starvation', 'orphans-released', 'bounded-catch-up']
    .concat(['stable-leadership', 'no-silent-schedule', 'drains', 'timeout'])
    .map((claim) => [claim, ['wall-error']]),
);

const OWN_MUTANTS = mutantsOf('engine', 'lease');

const presetOf = (name: string | undefined): LeasePreset =>
  LEASE_PRESETS.find((each) => each.name === name) ?? CLIENT_GO;

/** All durations of the preset in proportion, so that its term is as long as the option says. */
function presetWith({ preset: name, options }: Selection): LeasePreset {
  const preset = presetOf(name);
  const termUs = timeOf(options['term'] ?? '');
  return termUs === undefined ? preset : stretched(preset, termUs / termUsOf(preset));
}

const fencingOf = ({ fenced }: LeasePreset): string => (fenced ? 'on' : 'off');

export const LEASE: DesignEntry = {
  name: 'lease',
  family: 'active and standby members on a lease in a shared store',
  presets: LEASE_PRESETS.map((preset) => ({
    name: preset.name,
    why: preset.why,
    defaults: { fencing: fencingOf(preset) },
  })),
  // Synchronous by default: what the store has said yes to survives its failover, and with it every
  // promise. What an asynchronous replica is worth shows when it is chosen.
  options: { fencing: ['on', 'off'], replica: REPLICAS, term: ["the preset's", ANY_TIME] },
  mutants: OWN_MUTANTS,
  select: (selection) => {
    const { options, mutant } = selection;
    const preset = presetWith(selection);
    const fenced = (options['fencing'] ?? fencingOf(preset)) === 'on';
    const replica = replicaOf(options);
    const parts = partsWith(LEASE_PARTS, mutant);
    return {
      build: (context) => lease(context, { preset, fenced, replica }, parts),
      notPromised: fenced ? {} : notPromisedUnfenced(preset),
      assumes: { ...ASSUMES, noSuspend: !fenced },
      assumptions: leaseAssumptions(preset, replica),
      takeoverUs: takeoverAfterStormUs(preset) + 2 * SECOND,
      ...(preset.protocol === 'river' ? { backoffUs: riverBackoffUsMax } : {}),
      ...(isByTimeOfDay(preset) ? { alsoExcused: TIME_OF_DAY } : {}),
      expects: ['sometimes-failover', ...expectsOf(preset)],
      coreSchedulers: () => 1,
    };
  },
  check: checkMutant,
};

/** Where the server ends a session and deletes its row, nobody sees a lease that has expired. */
const expectsOf = ({ protocol }: LeasePreset): readonly string[] =>
  protocol === 'session' ? [] : ['sometimes-lease-expired'];

const isByTimeOfDay = ({ protocol }: LeasePreset): boolean =>
  protocol === 'river' || protocol === 'oban';

/** A mutant of another protocol's election would change nothing. */
function checkMutant({ preset: name, mutant }: Selection): readonly Problem[] {
  const preset = presetOf(name);
  const steps: readonly string[] = Object.values(STEP_OF);
  const own = STEP_OF[preset.protocol];
  const parts = OWN_MUTANTS.find((each) => each.name === mutant)?.parts ?? {};
  const replaced = Object.keys(parts).filter((part) => steps.includes(part));
  if (replaced.length === 0 || replaced.includes(own)) return [];
  const others = LEASE_PRESETS.filter(({ protocol }) => replaced.includes(STEP_OF[protocol]));
  const problem = `'${mutant}' changes an election that lease:${preset.name} does not have`;
  const hint = others.map((other) => `lease:${other.name}~${mutant}`).join(' or ');
  return [{ path: '', problem, hint }];
}

function leaseAssumptions(preset: LeasePreset, replica: Replica): SelectedDesign['assumptions'] {
  return [
    numbersOf(preset),
    { what: 'members down', bound: 'all but one, for liveness; safety does not depend on it' },
    { what: 'the store', bound: STORE_IN_WORDS[replica] },
    ...CLOCKS_IN_WORDS,
    ...clockOfLease(preset),
  ];
}

function numbersOf(preset: LeasePreset): SelectedDesign['assumptions'][number] {
  const said = (what: string, ...us: readonly number[]) => ({
    what,
    bound: us.map((each) => formatDurationUs(each)).join(', '),
  });
  switch (preset.protocol) {
    case 'client-go':
      return said('lease, deadline, retry', preset.leaseUs, preset.renewDeadlineUs, preset.retryUs);
    case 'river': {
      const { ttlUs, marginUs, electUs } = preset;
      return said('term, trusted for, bids', ttlUs, ttlUs - marginUs, electUs);
    }
    case 'oban': {
      const { intervalUs, boost } = preset;
      return said('lease, looks, looks of a leader', intervalUs, intervalUs, intervalUs / boost);
    }
    case 'session': {
      const { timeoutUs } = preset;
      const [pingUs, suspendedUs] = [pingUsOf(preset), suspendedUsOf(preset)].map(
        (us) => Math.round(us / 1_000) * 1_000,
      ) as [number, number];
      return said('session timeout, suspended after, pings', timeoutUs, suspendedUs, pingUs);
    }
  }
}

/** Whose time of day a lease runs out by. */
function clockOfLease(preset: LeasePreset): SelectedDesign['assumptions'] {
  if (!isByTimeOfDay(preset)) return [];
  const whose = preset.protocol === 'river' ? 'of the store' : 'of members';
  const bound =
    `the time limit is one of its times of day: where the error is greater, a lease may outlast ` +
    'its leader by it, and whatever waits for the next one is excused';
  return [{ what: `wall clock ${whose}`, bound }];
}
