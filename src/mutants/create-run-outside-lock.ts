import { readLimits } from '../scheduler/parts/rows/claims.ts';
import type { StoreOp } from '../scheduler/store/protocol.ts';
import type { Mutant } from './mutant.ts';

/** The same reads, and nobody is kept from doing the same meanwhile. */
const unlocked = (queue: string): readonly StoreOp[] =>
  readLimits(queue).map((op) => (op.kind === 'read' ? { kind: 'read', key: op.key } : op));

export const createRunOutsideLock: Mutant = {
  name: 'create-run-outside-lock',
  sentence: 'What runs is counted without a lock, so that two who count see the same free place.',
  source: 'airflow#31414',
  cause: 'ownership without fencing',
  of: 'rows',
  parts: { readLimits: unlocked },
};
