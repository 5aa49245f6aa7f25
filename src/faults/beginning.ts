import type { Random } from '../lib/random.ts';
import type { PlannedFault } from './plan.ts';
import type { Hit } from './targets.ts';

/** A fault that begins now, with what it needs to do so. */
export interface Beginning {
  readonly fault: PlannedFault;
  readonly hit: Hit;
  /** A stream of the fault's own. */
  readonly random: Random;
  /** Says that the fault changed something; only the first time is recorded. */
  readonly bite: () => void;
}

/** Takes back what a fault did, and nothing that others did. Called once. */
export type Ending = () => void;

/** A number of the fault; plans are checked before they begin, so that only optional ones lack. */
export const param = (fault: PlannedFault, name: string): number => fault.params[name] ?? 0;
