import type { Grant } from '../../api.ts';
import type { EngineParts } from '../../parts/engine.ts';
import { SAFE_PARTS } from '../../parts/engine.ts';
import { type ProbesAgain, probesAgain } from './placement.ts';

/** The replaceable decisions: a mutant replaces one. */
export interface SamplingParts
  extends Pick<
    EngineParts,
    | 'stepJob'
    | 'decideTicks'
    | 'checkTiming'
    | 'decideOverlap'
    | 'cursorOfPut'
    | 'suspicion'
    | 'newOut'
  > {
  readonly probesAgain: ProbesAgain;
  /** Whether a grant is for this life of the member, and not for an earlier one. */
  readonly isMeant: (grant: Grant, life: number) => boolean;
}

export const SAMPLING_PARTS: SamplingParts = {
  stepJob: SAFE_PARTS.stepJob,
  decideTicks: SAFE_PARTS.decideTicks,
  checkTiming: SAFE_PARTS.checkTiming,
  decideOverlap: SAFE_PARTS.decideOverlap,
  cursorOfPut: SAFE_PARTS.cursorOfPut,
  suspicion: SAFE_PARTS.suspicion,
  newOut: SAFE_PARTS.newOut,
  probesAgain,
  isMeant: (grant, life) => grant.life === life,
};
