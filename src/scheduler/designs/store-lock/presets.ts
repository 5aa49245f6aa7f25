import { SECOND } from '../../../lib/units.ts';
import type { RowsPreset } from '../../parts/rows/preset.ts';

/** Workers are watched, reports and effects carry tokens that are checked. */
export const SAFE: RowsPreset = {
  name: 'safe',
  why: 'workers watched (homes every 5 s, gone after 15 s), tokens checked',
  pollUs: 5 * SECOND,
  lane: 'lock',
  aheadUs: 0,
  keepsRing: false,
  rescue: { kind: 'homes', refreshUs: 5 * SECOND, deadUs: 15 * SECOND },
  checksToken: true,
  fenced: true,
  notifies: true,
};

/**
 * XXL-JOB (JobScheduleHelper, JobRegistryHelper): ticks of the next 5 s are read ahead under the
 * lock, their next times written, and kept in a ring in memory; executors beat every 30 s and are
 * dead after 90 s; a lock is waited for as long as InnoDB does, 50 s.
 */
export const XXL_JOB: RowsPreset = {
  name: 'xxl-job',
  why: 'reads 5 s ahead into a ring in memory; executors beat every 30 s and are dead after 90 s',
  pollUs: SECOND,
  lane: 'lock',
  lockWaitUs: 50 * SECOND,
  aheadUs: 5 * SECOND,
  keepsRing: true,
  rescue: { kind: 'homes', refreshUs: 30 * SECOND, deadUs: 90 * SECOND },
  checksToken: false,
  fenced: false,
  notifies: false,
};

/**
 * Quartz (JobStoreSupport): instances check in every 7.5 s, and are failed when their last check-in
 * is 15 s ago by the clock of who looks; idleWaitTime 30 s is not waited for, for a scheduler that
 * has nothing to do is woken by what is stored.
 */
export const QUARTZ: RowsPreset = {
  name: 'quartz',
  why: 'checks in every 7.5 s, failed after 15 s by the clock of who looks',
  pollUs: SECOND,
  lane: 'lock',
  aheadUs: 0,
  keepsRing: false,
  rescue: { kind: 'check-ins', refreshUs: 7.5 * SECOND, deadUs: 15 * SECOND },
  checksToken: false,
  fenced: false,
  notifies: false,
};

export const STORE_LOCK_PRESETS: readonly RowsPreset[] = [SAFE, XXL_JOB, QUARTZ];
