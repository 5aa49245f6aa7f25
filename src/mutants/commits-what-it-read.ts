import type { LockReady } from '../scheduler/parts/optimistic/commit.ts';
import type { Mutant } from './mutant.ts';

/** Jobs as they were copied: whatever has become of them meanwhile is written over. */
const asCopied: LockReady = function* (_, placements) {
  return new Map(placements.map(({ job }) => [job.id, job]));
};

export const commitsWhatItRead: Mutant = {
  name: 'commits-what-it-read',
  sentence: 'A commit does not look again at the jobs that were decided upon.',
  source: 'hashicorp/nomad#15560',
  cause: 'cursor and effect not atomic',
  of: 'optimistic',
  parts: { lockReady: asCopied },
};
