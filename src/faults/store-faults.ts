import type { Begin, Family, World } from './beginning.ts';
import type { StoreKind } from './plan.ts';

const notYet: Begin = () => () => {};

export function createStoreFaults(_world: World): Family<StoreKind> {
  return {
    begin: {
      'store-failover': notYet,
      'old-primary': notYet,
      'stale-reads': notYet,
      'lost-answer': notYet,
      'lock-stall': notYet,
      'orphan-locks': notYet,
      'session-loss': notYet,
      'lossy-notification': notYet,
      'serialization-errors': notYet,
      'failover-clock-jump': notYet,
      'read-only': notYet,
    },
  };
}
