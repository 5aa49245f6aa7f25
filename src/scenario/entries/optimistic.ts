/** The design whose members decide on copies of a shared state. */
import { formatDurationUs, MS, SECOND } from '../../lib/units.ts';
import { optimistic } from '../../scheduler/designs/optimistic/optimistic.ts';
import {
  OPTIMISTIC_PRESETS,
  type OptimisticPreset,
  withDecisionUs,
} from '../../scheduler/designs/optimistic/presets.ts';
import type { Habits } from '../../scheduler/parts/optimistic/habits.ts';
import { OPTIMISTIC_PARTS } from '../../scheduler/parts/optimistic/optimist.ts';
import { rescueBoundUs } from '../../scheduler/parts/rows/preset.ts';
import { ANY_TIME, type Selection, timeOf } from '../selection.ts';
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
import { FOUND_US, LEADERLESS, LEFT_BEHIND_US, ORDER_IN_WORDS, rescueInWords } from './rows.ts';

/** Ticks are to begin within two seconds and the tolerance: two such decisions take that long. */
const SLOW_US = 500 * MS;
const SLOW =
  'a decision takes so long that what becomes ready during one starts too late to be on time';

const notPromised = ({ jobUs }: Habits): Readonly<Record<string, string>> =>
  jobUs > SLOW_US ? { ...LEADERLESS, 'on-time': SLOW } : LEADERLESS;

function habitsOf(preset: OptimisticPreset, options: Selection['options']): Habits {
  const { habits } = preset;
  const jobUs = timeOf(options['decision'] ?? '');
  const timed = jobUs === undefined ? habits : withDecisionUs(habits, jobUs);
  return {
    ...timed,
    patienceUs: timeOf(options['patience'] ?? '') ?? timed.patienceUs,
    check: options['check'] === 'coarse' ? 'coarse' : 'fine',
    commit: options['commit'] === 'gang' ? 'gang' : 'incremental',
  };
}

const select: DesignEntry['select'] = ({ preset: name, options, mutant }) => {
  const presets = OPTIMISTIC_PRESETS;
  const preset = presets.find((each) => each.name === name) ?? (presets[0] as OptimisticPreset);
  const habits = habitsOf(preset, options);
  const replica = replicaOf(options);
  const parts = partsWith(OPTIMISTIC_PARTS, mutant);
  return {
    build: (context) => optimistic(context, { preset, replica, habits }, parts),
    notPromised: notPromised(habits),
    assumes: ASSUMES,
    assumptions: assumptionsOf(preset, habits, STORE_IN_WORDS[replica]),
    takeoverUs: FOUND_US + 2 * preset.pollUs + 10 * SECOND + 4 * habits.leftUs,
    rescueUs: rescueBoundUs(preset, 0),
    orderSlackUs: LEFT_BEHIND_US + 2 * habits.leftUs,
    expects: [],
    knows: ['resources', 'gangs'],
    coreSchedulers: () => 1,
  };
};

function assumptionsOf(
  { pollUs, rescue }: OptimisticPreset,
  { jobUs, taskUs, leftUs, patienceUs }: Habits,
  store: string,
): SelectedDesign['assumptions'] {
  const [job, task, left, patience] = [jobUs, taskUs, leftUs, patienceUs].map(formatDurationUs);
  return [
    { what: 'a decision', bound: `takes ${job}, and ${task} for every part that is placed` },
    { what: 'a job whose member is away', bound: `is placed by another one after ${left}` },
    { what: 'a job that finds no room', bound: `is waited for by lesser ones after ${patience}` },
    { what: 'looks for what is due', bound: `every ${formatDurationUs(pollUs)}` },
    { what: 'a worker that is gone', bound: rescueInWords(rescue) },
    { what: 'members down', bound: 'all but one, for liveness; safety does not depend on it' },
    ORDER_IN_WORDS,
    { what: 'the store', bound: store },
    ...CLOCKS_IN_WORDS,
  ];
}

export const OPTIMISTIC: DesignEntry = {
  name: 'optimistic',
  family: 'several schedulers decide on copies of a shared state, and conflicts show at the commit',
  presets: OPTIMISTIC_PRESETS.map(({ name, why }) => ({ name, why })),
  options: {
    check: ['fine', 'coarse'],
    commit: ['incremental', 'gang'],
    decision: ["the preset's", ANY_TIME],
    patience: ["the preset's", ANY_TIME],
    replica: REPLICAS,
  },
  mutants: mutantsOf('rows', 'optimistic'),
  select,
};
