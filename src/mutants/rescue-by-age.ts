import { SECOND } from '../lib/units.ts';
import type { Suspicion } from '../scheduler/parts/suspicion.ts';
import { suspicion } from '../scheduler/parts/suspicion.ts';
import type { Mutant } from './mutant.ts';

/** Attempts older than this are rescued; a job may well take longer. */
const RESCUE_AFTER_US = 6 * SECOND;

const byAge: Suspicion = {
  ...suspicion,
  atSweep: (evidence) =>
    evidence.ageUs > RESCUE_AFTER_US ? 'timeout' : suspicion.atSweep(evidence),
};

export const rescueByAge: Mutant = {
  name: 'rescue-by-age',
  sentence: 'Attempts are taken for dead when they are old, although their workers beat.',
  source: 'hexpm#1825',
  cause: 'time-only suspicion',
  of: 'any',
  parts: { suspicion: byAge },
};
