import { CLAIMS } from '../../checkers/claims.ts';
import type { Assumption } from '../../history/fact.ts';
import type { Problem } from '../../lib/outcome.ts';
import { formatDurationUs, SECOND } from '../../lib/units.ts';
import {
  ETCD,
  RAFT_PRESETS,
  type RaftPreset,
  stretched,
  takeoverAfterStormUs,
} from '../../scheduler/designs/raft/presets.ts';
import { RAFT_PARTS, raft } from '../../scheduler/designs/raft/raft.ts';
import { majorityOf } from '../../scheduler/parts/raft/config.ts';
import { ANY_TIME, type Selection, timeOf } from '../selection.ts';
import { ASSUMES, CLOCKS_IN_WORDS, type DesignEntry, mutantsOf, partsWith } from './entry.ts';

const READS = ['index', 'lease'] as const;

/** A voter that has forgotten its vote or its log may let two leaders decide. */
const FORGETFUL: readonly Assumption[] = ['store-durable', 'single-copy'];
const EXCUSED = Object.fromEntries(
  CLAIMS.filter(({ modality }) => modality !== 'sometimes').map(({ id }) => [id, FORGETFUL]),
);

const OWN_MUTANTS = mutantsOf('engine', 'raft');

/** All durations of the preset in proportion, so that its least timeout is as the option says. */
function presetWith({ preset: name, options }: Selection): RaftPreset {
  const preset = RAFT_PRESETS.find((each) => each.name === name) ?? ETCD;
  const reads = READS.find((each) => each === options['reads']) ?? preset.reads;
  const timeoutUs = timeOf(options['timeout'] ?? '');
  const sized =
    timeoutUs === undefined ? preset : stretched(preset, timeoutUs / preset.electionMinUs);
  return { ...sized, reads };
}

export const RAFT: DesignEntry = {
  name: 'raft',
  family: 'members that keep one replicated log, a majority of which is enough',
  presets: RAFT_PRESETS.map(({ name, why, reads }) => ({ name, why, defaults: { reads } })),
  options: { reads: READS, timeout: ["the preset's", ANY_TIME] },
  mutants: OWN_MUTANTS,
  select: (selection) => {
    const preset = presetWith(selection);
    const parts = partsWith(RAFT_PARTS, selection.mutant);
    return {
      build: (context) => raft(context, preset, parts),
      notPromised: {},
      assumes: { ...ASSUMES, singleCopy: true, noSuspend: preset.reads === 'lease' },
      assumptions: assumptionsOf(preset),
      takeoverUs: takeoverAfterStormUs(preset) + 2 * SECOND,
      alsoExcused: EXCUSED,
      expects: ['sometimes-failover'],
      coreSchedulers: majorityOf,
    };
  },
  check: checkMutant,
};

/** A wrong lease would change nothing where reads ask a majority. */
function checkMutant(selection: Selection): readonly Problem[] {
  const { design, preset, mutant } = selection;
  const parts = OWN_MUTANTS.find(({ name }) => name === mutant)?.parts ?? {};
  if (!('leaseUntilUs' in parts) || presetWith(selection).reads === 'lease') return [];
  const problem = `'${mutant}' changes leases, and reads go by index`;
  const hint = `${design}${preset === undefined ? '' : `:${preset}`}+reads=lease~${mutant}`;
  return [{ path: '', problem, hint }];
}

function assumptionsOf(preset: RaftPreset): readonly { what: string; bound: string }[] {
  const { electionMinUs, electionMaxUs, heartbeatUs, reads, ratePpmMax } = preset;
  const [min, max, beat] = [electionMinUs, electionMaxUs, heartbeatUs].map(formatDurationUs);
  const clocks =
    reads === 'lease'
      ? [
          {
            what: 'lease reads',
            bound: `rates of two clocks ${2 * ratePpmMax} ppm apart; equal timeouts`,
          },
        ]
      : [];
  return [
    { what: 'timeouts, heartbeat', bound: `${min} to ${max}, ${beat}` },
    { what: 'members down', bound: 'fewer than half, for liveness; safety does not depend on it' },
    { what: 'disks of voters', bound: 'keep what was synced; one that lost it joins as another' },
    { what: 'copies of a member', bound: 'only one is started under a name' },
    ...CLOCKS_IN_WORDS,
    ...clocks,
  ];
}
