/** Designs whose members share the rows of a store: store-lock and store-claim. */
import { formatDurationUs, SECOND } from '../../lib/units.ts';
import type { BuiltDesign, DesignContext } from '../../scheduler/designs/design.ts';
import { STORE_CLAIM_PRESETS } from '../../scheduler/designs/store-claim/presets.ts';
import { storeClaim } from '../../scheduler/designs/store-claim/store-claim.ts';
import { STORE_LOCK_PRESETS } from '../../scheduler/designs/store-lock/presets.ts';
import { storeLock } from '../../scheduler/designs/store-lock/store-lock.ts';
import { ROWS_PARTS, type RowsParts } from '../../scheduler/parts/rows/parts.ts';
import { type Rescue, type RowsPreset, rescueBoundUs } from '../../scheduler/parts/rows/preset.ts';
import type { RowsOptions } from '../../scheduler/parts/rows/rows-design.ts';
import type { Replica } from '../../scheduler/parts/store-machines.ts';
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

type Build = (context: DesignContext, options: RowsOptions, parts: RowsParts) => BuiltDesign;

export const NO_TERMS = 'no member ever leads, so there are no terms to be superseded';
export const NO_LEADER = 'no member ever leads';
const UNCHECKED =
  'effects carry no token that anybody checks: an attempt that was given up may act beside the ' +
  'next one, as the product leaves it to job bodies to be idempotent';
const ANY_REPORT =
  'a report counts whichever attempt it speaks of, so that of one given up ends the job';
const RESCUED_BY_AGE =
  'an attempt is given up by its age alone, however well it is, and runs beside its successor';
const LATE_BY_AGE =
  'a launch that got lost with its worker is found by its age alone, and its job waits that long';
const RING =
  'ticks that were read ahead are in the memory of one member: when it goes, they are lost and ' +
  'nobody knows that they were due';

/** What no design of this family has. */
export const LEADERLESS = { 'superseded-acts': NO_TERMS, 'stable-leadership': NO_LEADER };

function notPromised(preset: RowsPreset): Readonly<Record<string, string>> {
  const why: Record<string, string> = { ...LEADERLESS };
  if (!preset.fenced) {
    for (const claim of ['token-order', 'single-effect']) why[claim] = UNCHECKED;
  }
  if (!preset.checksToken) {
    for (const claim of ['no-invention', 'retry-policy']) why[claim] = ANY_REPORT;
  }
  if (preset.rescue.kind === 'age') {
    for (const claim of ['overlap', 'limits']) why[claim] = RESCUED_BY_AGE;
    why['no-starvation'] = LATE_BY_AGE;
  }
  if (preset.keepsRing) {
    for (const claim of ['explained-skips', 'on-time', 'no-silent-schedule']) why[claim] = RING;
  }
  return why;
}

/**
 * Rows that somebody has locked are passed over. Who was cut off meanwhile holds them until its
 * session ends, after 30 s, and what is left behind then is cleared up a while later.
 */
export const LEFT_BEHIND_US = 60 * SECOND;

/** A worker that beats to nobody is looked after again after at most this. */
export const FOUND_US = 5 * SECOND;

const selectWith =
  (build: Build, presets: readonly RowsPreset[]): DesignEntry['select'] =>
  ({ preset: name, options, mutant }) => {
    const preset = presets.find((each) => each.name === name) ?? (presets[0] as RowsPreset);
    const replica = replicaOf(options);
    const parts = partsWith(ROWS_PARTS, mutant);
    return {
      build: (context) => build(context, { preset, replica }, parts),
      notPromised: notPromised(preset),
      assumes: ASSUMES,
      assumptions: assumptionsOf(preset, replica),
      takeoverUs: FOUND_US + 2 * preset.pollUs + (preset.lockWaitUs ?? 10 * SECOND),
      rescueUs: rescueBoundUs(preset, 0),
      orderSlackUs: LEFT_BEHIND_US,
      expects: [],
      coreSchedulers: () => 1,
    };
  };

function assumptionsOf(preset: RowsPreset, replica: Replica): SelectedDesign['assumptions'] {
  return [
    { what: 'looks for what is due', bound: `every ${formatDurationUs(preset.pollUs)}` },
    { what: 'a worker that is gone', bound: rescueInWords(preset.rescue) },
    { what: 'members down', bound: 'all but one, for liveness; safety does not depend on it' },
    ORDER_IN_WORDS,
    { what: 'the store', bound: STORE_IN_WORDS[replica] },
    ...CLOCKS_IN_WORDS,
  ];
}

export const ORDER_IN_WORDS = {
  what: 'order of a queue',
  bound:
    'but for jobs whose rows somebody keeps locked, for up to ' + formatDurationUs(LEFT_BEHIND_US),
};

export function rescueInWords(rescue: Rescue): string {
  if (rescue.kind === 'age') {
    const [age, every] = [rescue.ageUs, rescue.everyUs].map(formatDurationUs);
    return `its attempts are given up ${age} after their claim, looked for every ${every}`;
  }
  const [dead, refresh] = [rescue.deadUs, rescue.refreshUs].map(formatDurationUs);
  const clock = rescue.kind === 'homes' ? '' : ', by wall clocks that agree';
  return `its attempts are given up when its row, written every ${refresh}, is ${dead} old${clock}`;
}

const entry = (
  name: string,
  family: string,
  presets: readonly RowsPreset[],
  build: Build,
): DesignEntry => ({
  name,
  family,
  presets: presets.map((preset) => ({ name: preset.name, why: preset.why })),
  options: { replica: REPLICAS },
  mutants: mutantsOf('rows'),
  select: selectWith(build, presets),
});

export const STORE_LOCK = entry(
  'store-lock',
  'every member scans a shared store under one lock',
  STORE_LOCK_PRESETS,
  storeLock,
);

export const STORE_CLAIM = entry(
  'store-claim',
  'every member claims rows of a shared store, passing over locked ones',
  STORE_CLAIM_PRESETS,
  storeClaim,
);
