import { checkTiming } from '../scheduler/schedule/timing.ts';
import type { Mutant } from './mutant.ts';

const skipping: typeof checkTiming = (timing, zones) =>
  checkTiming(timing.kind === 'cron' ? { ...timing, gap: 'skip' } : timing, zones);

export const gapAlwaysSkipped: Mutant = {
  name: 'gap-always-skipped',
  sentence: 'A local time that the clock jumps over never comes, whatever the schedule asks for.',
  source: 'robfig/cron#541',
  cause: 'clock arithmetic',
  of: 'any',
  parts: { checkTiming: skipping },
};
