import { monotonicUs } from '../lib/units.ts';
import type { StepElector } from '../scheduler/parts/elector.ts';
import { stepElector } from '../scheduler/parts/elector.ts';
import type { Mutant } from './mutant.ts';

/** The wall clock in the place of the monotonic one. */
const byTheWall: StepElector = (elector, event, config, _nowUs, wallUs) =>
  stepElector(elector, event, config, monotonicUs(wallUs));

export const wallClockLease: Mutant = {
  name: 'wall-clock-lease',
  sentence: 'The age of the lease is measured by the wall clock, which somebody may set.',
  source: 'kubernetes#125761',
  cause: 'clock arithmetic',
  of: 'lease',
  parts: { stepElector: byTheWall },
};
