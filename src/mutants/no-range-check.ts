import { unchecked } from '../scheduler/designs/sharded/journal.ts';
import type { Mutant } from './mutant.ts';

export const noRangeCheck: Mutant = {
  name: 'no-range-check',
  sentence: 'Writes do not ask who owns the shard, so that a deposed owner writes beside the next.',
  source: 'shardingsphere-elasticjob#507',
  cause: 'ownership without fencing',
  of: 'sharded',
  parts: { rangeCheck: unchecked },
};
