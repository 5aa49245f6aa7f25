/** Intervals of shares and of rates of events: exact enough where there are few, or none. */
import { assert } from '../lib/assert.ts';
import { normalQuantile } from './normal.ts';

/** Wilson's interval of a share, which stays sensible at 0 and at 1 and for few trials. */
export function wilson(
  successes: number,
  trials: number,
  level = 0.95,
): { readonly low: number; readonly high: number } {
  assert(successes >= 0 && successes <= trials, () => `${successes} of ${trials}`);
  if (trials === 0) return { low: 0, high: 1 };
  const z = normalQuantile((1 + level) / 2);
  const share = successes / trials;
  const center = share + (z * z) / (2 * trials);
  const reach = z * Math.sqrt((share * (1 - share)) / trials + (z * z) / (4 * trials * trials));
  const scale = 1 + (z * z) / trials;
  // At the ends the two terms cancel exactly, but for rounding.
  const low = successes === 0 ? 0 : (center - reach) / scale;
  const high = successes === trials ? 1 : (center + reach) / scale;
  return { low, high };
}

export interface EventRate {
  readonly events: number;
  /** Time under observation, summed over seeds. */
  readonly hours: number;
  /** Events per hour. */
  readonly low: number;
  readonly high: number;
  readonly method: 'garwood' | 'none seen';
}

/**
 * The rate of events in a time under observation. With none seen, all that can be said is that it
 * is at most 3 / T: at a rate of 3 / T, none would be seen in 5 % of such times (e⁻³). With some,
 * Garwood's interval (Biometrika 28, 1936), which no Poisson rate escapes more often than it says;
 * events that come in clusters scatter more than that. Undefined without any time.
 */
export function eventRate(events: number, hours: number, level = 0.95): EventRate | undefined {
  assert(Number.isInteger(events) && events >= 0 && hours >= 0, () => `${events} in ${hours} h`);
  if (hours === 0) return undefined;
  if (events === 0) {
    return { events, hours, low: 0, high: -Math.log(1 - level) / hours, method: 'none seen' };
  }
  const { low, high } = garwood(events, level);
  return { events, hours, low: low / hours, high: high / hours, method: 'garwood' };
}

/** Garwood's exact interval of the mean of a Poisson variable of which this was seen once. */
export function garwood(
  events: number,
  level = 0.95,
): { readonly low: number; readonly high: number } {
  const tail = (1 - level) / 2;
  const most = events + 10 * Math.sqrt(events + 1) + 20;
  // Seen as many or more at `low`, as many or fewer at `high`, each with the chance of a tail.
  const low = events === 0 ? 0 : rootOf((mu) => 1 - poissonCdf(events - 1, mu) - tail, 0, events);
  const high = rootOf((mu) => tail - poissonCdf(events, mu), events, most);
  return { low, high };
}

/** Chance that a Poisson variable of this mean is at most `k`. */
function poissonCdf(k: number, mu: number): number {
  if (mu === 0) return 1;
  let log = -mu;
  let sum = Math.exp(log);
  for (let i = 1; i <= k; i++) {
    log += Math.log(mu / i);
    sum += Math.exp(log);
  }
  return Math.min(1, sum);
}

/** Where a rising function crosses zero, by halving. */
function rootOf(rising: (x: number) => number, from: number, to: number): number {
  let [low, high] = [from, to];
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (rising(middle) < 0) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
