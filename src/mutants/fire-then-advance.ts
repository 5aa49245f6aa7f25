import { EagerOut } from './eager-out.ts';
import type { Mutant } from './mutant.ts';

export const fireThenAdvance: Mutant = {
  name: 'fire-then-advance',
  sentence:
    'A launch leaves at once, and is written down afterwards: who dies in between forgot it.',
  source: 'PowerJob#661',
  cause: 'cursor and effect not atomic',
  of: 'engine',
  parts: { newOut: () => new EagerOut('run') },
};
