import { SECOND } from '../lib/units.ts';

/** Numbers of one run by name. One that the run cannot have is undefined, never zero. */
export type Metrics = Readonly<
  Record<string, { readonly unit: string; readonly value: number | undefined }>
>;

/** Values behind a metric, rising, so that runs can be pooled. */
export type Samples = Readonly<
  Record<string, { readonly unit: string; readonly values: readonly number[] }>
>;

/** Microseconds as a metric in seconds. */
export const inSeconds = (us: number | undefined): Metrics[string] => ({
  unit: 's',
  value: us === undefined ? undefined : us / SECOND,
});

/** Microseconds as samples in seconds, rising. */
export const samplesInSeconds = (us: ArrayLike<number>): Samples[string] => ({
  unit: 's',
  values: Array.from(Float64Array.from(us).sort(), (one) => one / SECOND),
});
