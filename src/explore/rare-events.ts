/** Events too rare for a mean over seeds to tell much of them: how often per simulated hour. */
import { HOUR } from '../lib/units.ts';
import { type EventRate, eventRate } from '../metrics/rates.ts';

/** Metrics that count such events, over the whole run. */
const COUNTED = ['failovers', 'failoversFalse', 'ticksMissed', 'ticksDoubled'];
/** Of more events than these the mean over seeds tells more, for events of a seed come together. */
const FEW = 30;

/** Values of a metric by seed; NaN where a seed had none, and was not under observation. */
export function ratesOf(
  metrics: ReadonlyMap<string, { readonly values: readonly number[] }>,
  endsUs: readonly number[],
): Readonly<Record<string, EventRate>> {
  const rates: Record<string, EventRate> = {};
  for (const name of COUNTED) {
    let [events, timeUs] = [0, 0];
    for (const [seed, value] of (metrics.get(name)?.values ?? []).entries()) {
      if (Number.isNaN(value)) continue;
      events += value;
      timeUs += endsUs[seed] as number;
    }
    const rate = events > FEW ? undefined : eventRate(events, timeUs / HOUR);
    if (rate !== undefined) rates[name] = rate;
  }
  return rates;
}
