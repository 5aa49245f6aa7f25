import type { Resources } from '../../history/fact.ts';
import type { Beat, Launch } from '../api.ts';
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

/** Whether a launch fits beside everything that runs, wanted or not. */
export const hasRoomFor = (
  total: Resources | undefined,
  running: Iterable<Attempt>,
  { resources }: Launch,
): boolean => total === undefined || hasResources(resourcesBeside(total, running), resources);

/** What a beat tells of a worker's resources: those that bodies nobody wants do not take. */
export const resourcesTold = (
  total: Resources | undefined,
  zombies: Iterable<Attempt>,
): Pick<Beat, 'resources'> =>
  total === undefined ? {} : { resources: resourcesBeside(total, zombies) };
