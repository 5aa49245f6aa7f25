import type { Suspicion } from '../scheduler/parts/suspicion.ts';
import { suspicion } from '../scheduler/parts/suspicion.ts';
import type { Mutant } from './mutant.ts';

/** Whose name beats is alive, and so is all that was ever given to that name. */
const byName: Suspicion = {
  atBeat: (evidence) => suspicion.atBeat({ ...evidence, isSameLife: true }),
  atSweep: (evidence) => suspicion.atSweep({ ...evidence, ageUs: 0 }),
};

export const identityWithoutIncarnation: Mutant = {
  name: 'identity-without-incarnation',
  sentence: 'A worker that comes back under its name is taken for the one that died.',
  source: 'oban#862',
  cause: 'identity without incarnation',
  of: 'any',
  parts: { suspicion: byName },
};
