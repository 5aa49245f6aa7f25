/**
 * Time and its units. Every instant and span is an integer count of microseconds in a number (exact
 * for 285 years). Three clocks, three brands, so that mixing them does not compile.
 */
declare const clock: unique symbol;

/** True time of the simulation; 0 is the start of the run. Programs never see it. */
export type VirtualUs = number & { readonly [clock]: 'virtual' };
/** One machine's monotonic clock; its zero is arbitrary and differs per machine and incarnation. */
export type MonotonicUs = number & { readonly [clock]: 'monotonic' };
/** A wall clock's reading: microseconds since 1970-01-01T00:00:00Z, as one machine believes. */
export type WallUs = number & { readonly [clock]: 'wall' };

export const MS = 1_000;
export const SECOND = 1_000_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

export const virtualUs = (us: number): VirtualUs => us as VirtualUs;
export const monotonicUs = (us: number): MonotonicUs => us as MonotonicUs;
export const wallUs = (us: number): WallUs => us as WallUs;

const UNIT_US: Readonly<Record<string, number>> = {
  us: 1,
  ms: MS,
  s: SECOND,
  m: MINUTE,
  min: MINUTE,
  h: HOUR,
  d: DAY,
};

/**
 * Reads "250ms", "1.5s", "10m", "2h", "1h30m" as microseconds; `undefined` when the text is not a
 * duration (a bare number has no unit and is refused, except "0").
 */
export function parseDurationUs(text: string): number | undefined {
  if (text === '0') return 0;
  if (text.length > 40 || !/^(\d+(\.\d+)?(us|ms|min|s|m|h|d))+$/.test(text)) return undefined;
  let total = 0;
  for (const part of text.matchAll(/(\d+(?:\.\d+)?)(us|ms|min|s|m|h|d)/g)) {
    total += Number(part[1]) * (UNIT_US[part[2] as string] as number);
  }
  return Number.isSafeInteger(Math.round(total)) ? Math.round(total) : undefined;
}

/** The shortest exact text that {@link parseDurationUs} reads back to the same number. */
export function formatDurationUs(us: number): string {
  if (us === 0) return '0s';
  for (const unit of ['d', 'h', 'm', 's', 'ms']) {
    const size = UNIT_US[unit] as number;
    if (us % size === 0) return `${us / size}${unit}`;
  }
  return `${us}us`;
}

/** A span for people: three significant digits in the unit that suits ("1.23 s", "45 ms"). */
export function humanDuration(us: number): string {
  const abs = Math.abs(us);
  if (abs < MS) return `${Math.round(us)} µs`;
  if (abs < SECOND) return `${trim3(us / MS)} ms`;
  if (abs < 2 * MINUTE) return `${trim3(us / SECOND)} s`;
  if (abs < 2 * HOUR) return `${trim3(us / MINUTE)} min`;
  return abs < 2 * DAY ? `${trim3(us / HOUR)} h` : `${trim3(us / DAY)} d`;
}

/** Three significant digits without trailing zeros. */
function trim3(value: number): string {
  return Math.abs(value) >= 100 ? String(Math.round(value)) : String(Number(value.toPrecision(3)));
}
