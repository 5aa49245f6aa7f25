import { HOUR, MINUTE, SECOND } from '../../../lib/units.ts';
import type { RowsPreset } from '../../parts/rows/preset.ts';

const CLAIM = { lane: 'claim', aheadUs: 0, keepsRing: false } as const;

/** Workers are watched, reports and effects carry tokens that are checked. */
export const SAFE: RowsPreset = {
  ...CLAIM,
  name: 'safe',
  why: 'workers watched (homes every 5 s, gone after 15 s), tokens checked',
  pollUs: 5 * SECOND,
  rescue: { kind: 'homes', refreshUs: 5 * SECOND, deadUs: 15 * SECOND },
  checksToken: true,
  fenced: true,
  notifies: true,
};

/** What a product does that leaves it to its user that an effect takes place once. */
const PRODUCT = { ...CLAIM, checksToken: false, fenced: false } as const;

/** pg-boss: expireInSeconds 15 min, looked for every 60 s; fetched every 2 s. */
export const PG_BOSS: RowsPreset = {
  ...PRODUCT,
  name: 'pg-boss',
  why: 'polls every 2 s; an attempt expires 15 min after its claim, looked for every 60 s',
  pollUs: 2 * SECOND,
  rescue: { kind: 'age', ageUs: 15 * MINUTE, everyUs: MINUTE },
  notifies: false,
};

/** graphile-worker: locked_at older than 4 h; pollInterval 2 s; LISTEN jobs:insert. */
export const GRAPHILE_WORKER: RowsPreset = {
  ...PRODUCT,
  name: 'graphile-worker',
  why: 'told of new jobs, else polls every 2 s; a lock is taken over after 4 h',
  pollUs: 2 * SECOND,
  rescue: { kind: 'age', ageUs: 4 * HOUR, everyUs: 8 * MINUTE },
  notifies: true,
};

/** Oban: Lifeline rescues after 60 min, looks every minute; the stager runs every second. */
export const OBAN: RowsPreset = {
  ...PRODUCT,
  name: 'oban',
  why: 'stages every second and tells the others; Lifeline rescues after 60 min',
  pollUs: SECOND,
  rescue: { kind: 'age', ageUs: HOUR, everyUs: MINUTE },
  notifies: true,
};

/** River: RescueStuckJobsAfter 1 h, looks every 30 s; scheduler every 5 s, fetch poll 1 s. */
export const RIVER: RowsPreset = {
  ...PRODUCT,
  name: 'river',
  why: 'fetches every second; stuck jobs are rescued after 1 h, looked for every 30 s',
  pollUs: SECOND,
  rescue: { kind: 'age', ageUs: HOUR, everyUs: 30 * SECOND },
  notifies: true,
};

export const STORE_CLAIM_PRESETS: readonly RowsPreset[] = [
  SAFE,
  PG_BOSS,
  GRAPHILE_WORKER,
  OBAN,
  RIVER,
];
