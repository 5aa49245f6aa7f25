/** Members that keep nothing: sampling. */
import { formatDurationUs, SECOND } from '../../lib/units.ts';
import { SAMPLING_PARTS } from '../../scheduler/designs/sampling/parts.ts';
import {
  POLICIES,
  SAMPLING_PRESETS,
  type SamplingPreset,
  SPARROW,
} from '../../scheduler/designs/sampling/presets.ts';
import { sampling } from '../../scheduler/designs/sampling/sampling.ts';
import type { Selection } from '../selection.ts';
import {
  ASSUMES,
  CLOCKS_IN_WORDS,
  type DesignEntry,
  ownMutants,
  partsWith,
  type SelectedDesign,
} from './entry.ts';

const FORGETS =
  'a member keeps its jobs in memory, and forgets them when it dies or they have ended long ago';
const NO_COUNT =
  'nobody knows all jobs that are open: limits of queues, unique keys and parents are refused';
const NO_ORDER = 'members do not know of each other’s jobs, and workers serve who comes first';
const SEVERAL_FIRE =
  'who fires a tick follows from who is thought to be alive: where two members differ in that, ' +
  'both do, and only the key of an effect tells';
const NO_TERMS = 'no member ever leads, so there are no terms to be superseded';
const NO_LEADER = 'no member ever leads';
const TOKEN_OF_CLIENT =
  'attempts are numbered by the client of a job: who uses an id again, or fires a tick as well, ' +
  'begins with the first number';
const NOBODY_ELSE = 'what a member knew of attempts on workers goes with it';
const SPREADS = 'an edit is known to the other members a moment after it was answered';

const NOT_PROMISED: Readonly<Record<string, string>> = {
  'no-loss': FORGETS,
  'token-order': TOKEN_OF_CLIENT,
  'tick-once': SEVERAL_FIRE,
  overlap: SEVERAL_FIRE,
  'dependency-order': NO_COUNT,
  'queue-order': NO_ORDER,
  cancel: FORGETS,
  'terminal-absorbs': FORGETS,
  limits: NO_COUNT,
  'linearizable-api': FORGETS,
  'superseded-acts': NO_TERMS,
  'spec-change': SPREADS,
  'explained-skips': FORGETS,
  'no-starvation': NO_ORDER,
  'orphans-released': NOBODY_ELSE,
  'bounded-catch-up': SEVERAL_FIRE,
  'stable-leadership': NO_LEADER,
  'no-silent-schedule': FORGETS,
  drains: FORGETS,
};

/** Peers hear of each other every second, and who is gone is replaced after three. */
const TAKEOVER_US = 6 * SECOND;

const RATIOS = ['2', '1', '1.05', '3', '4'] as const;

const presetWith = ({ preset: name, options }: Selection): SamplingPreset => {
  const preset = SAMPLING_PRESETS.find((each) => each.name === name) ?? SPARROW;
  const policy = POLICIES.find((each) => each === options['policy']) ?? preset.policy;
  const ratio = RATIOS.find((each) => each === options['probes']);
  return { ...preset, policy, probeRatio: ratio === undefined ? preset.probeRatio : Number(ratio) };
};

function assumptionsOf(preset: SamplingPreset): SelectedDesign['assumptions'] {
  const { policy, probeRatio, probeAgainUs } = preset;
  const asked = policy === 'random' ? 'any worker' : `${probeRatio} workers per task`;
  return [
    { what: 'placement', bound: `${policy}, ${asked}` },
    { what: 'probes without an answer', bound: `repeated after ${formatDurationUs(probeAgainUs)}` },
    { what: 'members down', bound: 'all but one; what one of them had in hand is its client’s' },
    { what: 'a client', bound: 'lives and asks until its job has ended; nobody else keeps it' },
    { what: 'ids of jobs', bound: 'used once; a client that restarts does not know what it used' },
    ...CLOCKS_IN_WORDS,
  ];
}

export const SAMPLING: DesignEntry = {
  name: 'sampling',
  family: 'stateless schedulers that sample workers, with late binding',
  presets: SAMPLING_PRESETS.map(({ name, why }) => ({ name, why })),
  options: { policy: POLICIES, probes: RATIOS },
  mutants: ownMutants('sampling'),
  select: (selection) => {
    const preset = presetWith(selection);
    return {
      build: (context) => sampling(context, preset, partsWith(SAMPLING_PARTS, selection.mutant)),
      notPromised: NOT_PROMISED,
      assumes: ASSUMES,
      assumptions: assumptionsOf(preset),
      takeoverUs: TAKEOVER_US,
      answersAtEnd: true,
      expects: [],
      coreSchedulers: () => 1,
    };
  },
};
