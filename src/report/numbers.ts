/**
 * Numbers as people read them. A mean and its interval are written in one unit, so that the eye
 * compares digits and never converts. Nothing is rounded up to perfection: 99.996 % stays below 100
 * %.
 */
import { DAY, HOUR, MINUTE, MS, SECOND } from '../lib/units.ts';
import type { MetricRow } from './document.ts';

/** One way of writing values of a unit: divide, round, and name the unit. */
export interface Notation {
  readonly suffix: string;
  readonly digits: number;
  readonly factor: number;
}

const TIME_UNITS: readonly (readonly [string, number])[] = [
  ['d', DAY],
  ['h', HOUR],
  ['min', MINUTE],
  ['s', SECOND],
  ['ms', MS],
  ['µs', 1],
];

/** The notation that suits these values of `unit` together; the largest decides. */
export function notationFor(unit: string, values: readonly number[]): Notation {
  const finite = values.filter(Number.isFinite);
  const largest = finite.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  if (unit === 'ratio') return { suffix: '%', factor: 0.01, digits: percentDigits(finite) };
  const us = microseconds(unit);
  if (us !== undefined) {
    const [suffix, size] = timeUnit(largest * us);
    return { suffix, factor: size / us, digits: plainDigits((largest * us) / size) };
  }
  if (unit === 'count') {
    const whole = finite.every(Number.isInteger);
    return { suffix: '', factor: 1, digits: whole ? 0 : plainDigits(largest) };
  }
  return { suffix: unit === '1/s' ? '/s' : unit, factor: 1, digits: plainDigits(largest) };
}

/** How many microseconds one of the unit is; undefined when it is no unit of time. */
export const microseconds = (unit: string): number | undefined =>
  unit === 's' ? SECOND : unit === 'us' ? 1 : undefined;

/** A span below two minutes stays in seconds, as in `humanDuration`. */
function timeUnit(us: number): readonly [string, number] {
  if (us === 0) return ['s', SECOND];
  for (const [suffix, factor] of TIME_UNITS) {
    const least = suffix === 'd' || suffix === 'h' || suffix === 'min' ? 2 : 1;
    if (us >= least * factor) return [suffix, factor];
  }
  return ['µs', 1];
}

/** Shares close to one need the digits that tell nines apart. */
function percentDigits(values: readonly number[]): number {
  const missing = values.map((value) => 1 - value).filter((gap) => gap > 0);
  const least = missing.length === 0 ? 1 : Math.min(...missing);
  if (least < 0.000_1) return 4;
  if (least < 0.001) return 3;
  return least < 0.01 ? 2 : 1;
}

function plainDigits(largest: number): number {
  if (largest >= 100 || largest === 0) return 0;
  return largest >= 10 ? 1 : 2;
}

/** The number alone, in this notation. A share below one is never rounded up to 100. */
export function writeNumber(value: number, notation: Notation): string {
  if (!Number.isFinite(value)) return '–';
  const scale = 10 ** notation.digits;
  const scaled = value / notation.factor;
  let rounded = Math.round(scaled * scale) / scale;
  if (notation.suffix === '%' && scaled < 100 && rounded >= 100) rounded = 100 - 1 / scale;
  const text = grouped(Math.abs(rounded).toFixed(notation.digits));
  return rounded < 0 ? `−${text}` : text;
}

/** Thin spaces between thousands from five digits on: 40 118, but 2400. */
function grouped(digits: string): string {
  const [whole = '', part] = digits.split('.');
  const spaced = whole.length < 5 ? whole : whole.replace(/\B(?=(\d{3})+$)/g, '\u202f');
  return part === undefined ? spaced : `${spaced}.${part}`;
}

const withSuffix = (text: string, notation: Notation): string =>
  notation.suffix === '' ? text : `${text}\u00a0${notation.suffix}`;

/** One value with its unit: "95.3 %", "13.1 s", "19.1 per s". */
export function formatValue(unit: string, value: number): string {
  const notation = notationFor(unit, [value]);
  return withSuffix(writeNumber(value, notation), notation);
}

/** A whole number with thin spaces. */
export const formatCount = (value: number): string => grouped(String(Math.round(value)));

/** The mean of a metric and its interval, written in the same unit. */
export function formatMetric(row: MetricRow): { readonly mean: string; readonly interval: string } {
  const notation = notationFor(row.unit, [row.mean, row.low, row.high]);
  return {
    mean: withSuffix(writeNumber(row.mean, notation), notation),
    interval: `[${writeNumber(row.low, notation)}, ${writeNumber(row.high, notation)}]`,
  };
}

export interface Difference {
  readonly difference: number;
  readonly low: number;
  readonly high: number;
}

/** Shares differ by percentage points. */
function differenceNotation(unit: string, values: readonly number[]): Notation {
  if (unit !== 'ratio') return notationFor(unit, values);
  const digits = values.every((value) => Math.abs(value) < 0.01) ? 2 : 1;
  return { suffix: 'points', factor: 0.01, digits };
}

function signed(value: number, notation: Notation, plus: boolean): string {
  const text = writeNumber(value, notation);
  return plus && value > 0 && !/^[0.]+$/.test(text) ? `+${text}` : text;
}

/** A difference and its interval, with plus signs when asked. */
export function formatDifference(
  unit: string,
  { difference, low, high }: Difference,
  plus: boolean,
): { readonly difference: string; readonly interval: string } {
  const notation = differenceNotation(unit, [difference, low, high]);
  return {
    difference: withSuffix(signed(difference, notation, plus), notation),
    interval: `[${signed(low, notation, plus)}, ${signed(high, notation, plus)}]`,
  };
}

/** "8.30 s ± 1.20 s": the wider half where the interval is not symmetric. */
export function formatPlusMinus(
  unit: string,
  { difference, low, high }: Difference,
  plus: boolean,
): string {
  const reach = Math.max(high - difference, difference - low);
  const notation = differenceNotation(unit, [difference, reach]);
  const size = withSuffix(signed(difference, notation, plus), notation);
  return `${size} ± ${withSuffix(writeNumber(reach, notation), notation)}`;
}

/** How large a difference is, without a sign. */
export function formatSize(unit: string, size: number): string {
  const notation = differenceNotation(unit, [size]);
  return withSuffix(writeNumber(Math.abs(size), notation), notation);
}
