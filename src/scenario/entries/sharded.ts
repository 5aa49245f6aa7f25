import { formatDurationUs } from '../../lib/units.ts';
import {
  SAFE,
  SHARDED_PRESETS,
  type ShardedPreset,
  takeoverUs,
} from '../../scheduler/designs/sharded/presets.ts';
import { SHARDED_PARTS, sharded } from '../../scheduler/designs/sharded/sharded.ts';
import type { Selection } from '../selection.ts';
import {
  ASSUMES,
  CLOCKS_IN_WORDS,
  type DesignEntry,
  mutantsOf,
  partsWith,
  REPLICAS,
  replicaOf,
  type SelectedDesign,
  STORE_IN_WORDS,
} from './entry.ts';

const NO_LEADER = 'no member leads: each owns some of the shards';
const UNFENCED =
  'nothing checks who owns an item: an instance that was cut off or paused goes on with its ' +
  'items beside their next owner (elasticjob#114)';
const UNGUARDED =
  'the store takes the writes of an instance that has lost its items, and they undo newer ones';

const TWO_OWNERS = ['token-order', 'single-effect', 'tick-once', 'overlap', 'superseded-acts'];
/** They rest on rows that one owner writes at a time. */
const ONE_WRITER = ['no-loss', 'no-invention', 'terminal-absorbs', 'cancel', 'retry-policy']
  .concat(['completes', 'explained-skips', 'dependency-order', 'queue-order', 'limits'])
  .concat(['timeout', 'linearizable-api', 'capacity', 'spec-change', 'no-starvation'])
  .concat(['orphans-released', 'bounded-catch-up', 'no-silent-schedule', 'drains', 'recovers']);

function notPromised({ fenced }: ShardedPreset): Readonly<Record<string, string>> {
  const leaderless = { 'stable-leadership': NO_LEADER };
  if (fenced) return leaderless;
  return {
    ...leaderless,
    ...Object.fromEntries(TWO_OWNERS.map((claim) => [claim, UNFENCED])),
    ...Object.fromEntries(ONE_WRITER.map((claim) => [claim, UNGUARDED])),
  };
}

/** The default is the preset's. */
const SHARDS = ["the preset's", '4', '16', '64', '128', '256'] as const;

function presetWith({ preset: name, options }: Selection): ShardedPreset {
  const preset = SHARDED_PRESETS.find((each) => each.name === name) ?? SAFE;
  const shards = Number(options['shards']);
  return Number.isInteger(shards) && shards > 0 ? { ...preset, shards } : preset;
}

export const SHARDED: DesignEntry = {
  name: 'sharded',
  family: 'members own shards of the queues, by compare-and-set of an epoch per shard',
  presets: SHARDED_PRESETS.map(({ name, why }) => ({ name, why })),
  options: { replica: REPLICAS, shards: SHARDS },
  // Each shard has an output of its own.
  mutants: mutantsOf('engine', 'sharded').filter(({ parts }) => !('newOut' in parts)),
  select: (selection) => {
    const preset = presetWith(selection);
    const replica = replicaOf(selection.options);
    const parts = partsWith(SHARDED_PARTS, selection.mutant);
    return {
      build: (context) => sharded(context, { preset, replica }, parts),
      notPromised: notPromised(preset),
      assumes: { ...ASSUMES, noSuspend: false },
      assumptions: [
        numbersOf(preset),
        { what: 'members down', bound: 'all but one, for liveness; safety does not depend on it' },
        { what: 'a schedule', bound: 'stays with the queue that it was first put with' },
        { what: 'the store', bound: STORE_IN_WORDS[replica] },
        ...CLOCKS_IN_WORDS,
      ],
      takeoverUs: takeoverUs(preset),
      expects: [],
      immuneTo: {
        'lossy-notification': 'nobody listens to what the store tells of changes',
        'stale-reads': 'everything is read in transactions',
      },
      coreSchedulers: () => 1,
    };
  },
};

function numbersOf({
  shards,
  rollUs,
  deadUs,
}: ShardedPreset): SelectedDesign['assumptions'][number] {
  const [roll, dead] = [rollUs, deadUs].map((us) => formatDurationUs(us));
  return { what: 'shards, heartbeats, gone after', bound: `${shards}, ${roll}, ${dead}` };
}
