import type { Resources } from '../../history/fact.ts';
import type { Attempt } from './attempt.ts';

/** What is left of a worker's resources beside the bodies at work among these attempts. */
export function resourcesBeside(total: Resources, attempts: Iterable<Attempt>): Resources {
  let { cpu, memory } = total;
  for (const { launch, endedUs } of attempts) {
    if (endedUs !== undefined || launch.resources === undefined) continue;
    cpu -= launch.resources.cpu;
    memory -= launch.resources.memory;
  }
  return { cpu, memory };
}

/** Whether as much is there; what is not counted is there. */
export const hasResources = (left: Resources, wanted: Resources | undefined): boolean =>
  wanted === undefined || (wanted.cpu <= left.cpu && wanted.memory <= left.memory);
