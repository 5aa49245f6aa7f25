import type { Begin, Family, World } from './beginning.ts';
import type { WorkloadKind } from './plan.ts';

const notYet: Begin = () => () => {};

export function createWorkloadFaults(_world: World): Family<WorkloadKind> {
  return {
    begin: {
      burst: notYet,
      herd: notYet,
      'poison-job': notYet,
      'long-job': notYet,
      'retry-storm': notYet,
    },
  };
}
