import { wallUs } from '../lib/units.ts';
import { type CursorOfPut, cursorOfPut } from '../scheduler/parts/edits.ts';
import type { Mutant } from './mutant.ts';

/** What the new timing would have had since the old one last ran counts as missed. */
const retroactive: CursorOfPut = (spec, sinceUs, nowUs) =>
  sinceUs === undefined
    ? cursorOfPut(spec, sinceUs, nowUs)
    : wallUs(Math.max(spec.startUs - 1, sinceUs));

export const missedComputedFromOldCursor: Mutant = {
  name: 'missed-computed-from-old-cursor',
  sentence: 'Ticks that a new timing would have had before it was put are run as missed ones.',
  source: 'kubernetes#63371',
  cause: 'clock arithmetic',
  of: 'any',
  parts: { cursorOfPut: retroactive },
};
