import { type DecideOverlap, decideOverlap } from '../scheduler/parts/overlap.ts';
import type { Mutant } from './mutant.ts';

/** What is found late is run by force. */
const forced: DecideOverlap = (spec, open, reason) =>
  reason === 'on-time' ? decideOverlap(spec, open, reason) : { kind: 'run', replaces: [] };

export const catchupSkipsOverlapCheck: Mutant = {
  name: 'catchup-skips-overlap-check',
  sentence: 'Late ticks are made up for without a look at what still runs of their schedule.',
  source: 'nomad#11052',
  cause: 'state kept or lost across terms',
  of: 'any',
  parts: { decideOverlap: forced },
};
