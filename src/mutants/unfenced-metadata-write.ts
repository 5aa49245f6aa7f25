import { Journal } from '../scheduler/designs/lease/journal.ts';
import type { Mutant } from './mutant.ts';

export const unfencedMetadataWrite: Mutant = {
  name: 'unfenced-metadata-write',
  sentence: "Workers and the outside world check tokens, but the store takes anybody's writes.",
  source: 'bull#1416',
  cause: 'ownership without fencing',
  of: 'lease',
  parts: { newJournal: (session, term) => new Journal(session, term, false) },
};
