import { checkTiming } from '../scheduler/schedule/timing.ts';
import type { Mutant } from './mutant.ts';

const repeating: typeof checkTiming = (timing, zones) =>
  checkTiming(timing.kind === 'cron' ? { ...timing, overlap: 'both' } : timing, zones);

export const overlapRunsTwice: Mutant = {
  name: 'overlap-runs-twice',
  sentence: 'A local time that comes twice runs twice, whatever the schedule asks for.',
  source: 'nomad#7894',
  cause: 'clock arithmetic',
  of: 'any',
  parts: { checkTiming: repeating },
};
