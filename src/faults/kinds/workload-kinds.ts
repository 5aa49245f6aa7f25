import type { AimedRole, WorkloadKind } from '../plan.ts';
import { type FaultInfo, sharePpm, spanUs } from './info.ts';

const workload = (
  kind: WorkloadKind,
  roles: readonly AimedRole[],
  sentence: string,
  params: FaultInfo['params'],
): FaultInfo => ({ kind, sentence, params, excuses: [], roles });

export const WORKLOAD_FAULTS: readonly FaultInfo[] = [
  workload(
    'burst',
    ['client'],
    'The client submits many more jobs while the fault lasts, as many as can be worked off ' +
      'before the audit.',
    { perSecond: { words: 'jobs per second, on top of its own', low: 1, high: 100_000 } },
  ),
  workload(
    'herd',
    ['client'],
    'The client submits jobs that all fall due at the same instant of the storm, as many as can ' +
      'be worked off before the audit.',
    {
      jobs: { words: 'how many', low: 1, high: 100_000 },
      dueUs: spanUs('microseconds from the beginning of the fault until they are due'),
    },
  ),
  workload(
    'poison-job',
    ['worker'],
    'A share of the jobs takes the whole process of the worker down each time a body of theirs ' +
      'begins there; it is started again after a second.',
    { poisonPpm: sharePpm('parts per million: the chance of each job') },
  ),
  workload(
    'long-job',
    ['worker'],
    'Bodies that begin on the worker take longer by a factor: longer than a lease, or than ' +
      'their timeout, at which they are stopped.',
    { factor: { words: 'how many times longer', low: 1, high: 1_000_000, fractional: true } },
  ),
  workload(
    'retry-storm',
    ['client'],
    'The client loses its patience: it sends every open request again and again, under the ' +
      'same number.',
    { everyUs: spanUs('microseconds from one try to the next', 1_000) },
  ),
];
