import type { Begin, Family, World } from './beginning.ts';
import type { DiskKind } from './plan.ts';

const notYet: Begin = () => () => {};

export function createDiskFaults(_world: World): Family<DiskKind> {
  return {
    begin: {
      'bit-rot': notYet,
      'read-error': notYet,
      'misdirected-write': notYet,
      'phantom-write': notYet,
      'disk-stall': notYet,
      'slow-disk': notYet,
      'disk-full': notYet,
      'sync-fail': notYet,
      'lying-sync': notYet,
      'old-snapshot': notYet,
    },
  };
}
