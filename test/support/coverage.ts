/** How often intervals hold the truth, on values whose true mean is known. */
import type { Random } from '../../src/lib/random.ts';
import type { Ends } from '../../src/metrics/mean-interval.ts';

export interface Distribution {
  readonly name: string;
  readonly mean: number;
  readonly draw: (random: Random) => number;
}

const normal = (random: Random): number =>
  Math.sqrt(-2 * Math.log(1 - random.float())) * Math.cos(2 * Math.PI * random.float());

/** Like waits, failovers, and failovers of which most seeds have none. */
export const EXPONENTIAL: Distribution = {
  name: 'exponential',
  mean: 1,
  draw: (random) => -Math.log(1 - random.float()),
};
export const LOGNORMAL: Distribution = {
  name: 'lognormal',
  mean: Math.exp(0.5),
  draw: (random) => Math.exp(normal(random)),
};
export const MOSTLY_ZERO: Distribution = {
  name: 'lognormal with 70 % zeros',
  mean: 0.3 * Math.exp(0.5),
  draw: (random) => (random.float() < 0.7 ? 0 : Math.exp(normal(random))),
};
export const SKEWED = [EXPONENTIAL, LOGNORMAL, MOSTLY_ZERO] as const;

export const drawn = ({ draw }: Distribution, count: number, random: Random): number[] =>
  Array.from({ length: count }, () => draw(random));

/** The share of trials whose interval holds the truth. */
export function share(trials: number, holds: () => boolean): number {
  let held = 0;
  for (let trial = 0; trial < trials; trial++) if (holds()) held++;
  return held / trials;
}

export const holds = ({ low, high }: Ends, truth: number): boolean => low <= truth && truth <= high;
