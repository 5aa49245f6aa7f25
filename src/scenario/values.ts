/**
 * The scalars of a scenario's text, each read and printed: spans ("250ms"), shares ("5%",
 * "200ppm"), rates ("4/s") and instants ("2025-03-30T00:00:00Z"). The unit always stands in the
 * value, so a value without one, or with one of another kind, is refused with what was probably
 * meant.
 */
import { formatDurationUs, parseDurationUs } from '../lib/units.ts';

/** A number in the unit that the program uses, or what is wrong with the text. */
export type Reading =
  | { readonly value: number }
  | { readonly problem: string; readonly hint?: string };

/** What a scalar may be, besides having the right unit. */
export interface Bounds {
  readonly min?: number;
  readonly max?: number;
}

export const PPM = 1_000_000;

const LONG_UNITS: Readonly<Record<string, string>> = {
  us: 'us',
  µs: 'us',
  μs: 'us',
  microsecond: 'us',
  ms: 'ms',
  msec: 'ms',
  millisecond: 'ms',
  s: 's',
  sec: 's',
  second: 's',
  m: 'm',
  min: 'm',
  minute: 'm',
  h: 'h',
  hr: 'h',
  hour: 'h',
  d: 'd',
  day: 'd',
};

/** What was found, short enough for a message. */
export function shown(value: unknown): string {
  if (value === null) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a mapping';
  const text = typeof value === 'string' ? JSON.stringify(value) : String(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

/** A span in microseconds; a sign is allowed where `bounds.min` is below zero. */
export function readDuration(value: unknown, bounds: Bounds = {}): Reading {
  if (typeof value === 'number') {
    if (value === 0) return within(0, bounds, formatSpan);
    const hint = `write ${value}s, ${value}ms or ${value}m`;
    return { problem: `${shown(value)} has no unit of time`, hint };
  }
  if (typeof value !== 'string') return { problem: `${shown(value)} is not a span of time` };
  const negative = value.startsWith('-');
  const us = parseDurationUs(negative ? value.slice(1) : value);
  if (us === undefined) return notASpan(value);
  return within(negative ? -us : us, bounds, formatSpan);
}

function notASpan(text: string): Reading {
  const problem = `${shown(text)} is not a span of time`;
  const parts = /^(-?\d+(?:\.\d+)?)\s*([a-zµμ]*)$/i.exec(text.trim().slice(0, 60));
  const unit = LONG_UNITS[(parts?.[2] ?? '').toLowerCase().replace(/(?<=..)s$/, '')];
  if (parts !== null && unit !== undefined)
    return { problem, hint: `did you mean ${parts[1]}${unit}?` };
  if (parts !== null && parts[2] === '') {
    return {
      problem: `${shown(text)} has no unit of time`,
      hint: `write ${parts[1]}s or ${parts[1]}ms`,
    };
  }
  if (/%$|ppm$/.test(text))
    return { problem, hint: 'this is a share; a span looks like 250ms or 30s' };
  if (/\//.test(text)) return { problem, hint: 'this is a rate; a span looks like 250ms or 30s' };
  return { problem, hint: 'spans look like 250ms, 1.5s, 10m, 2h, 1h30m' };
}

/** The span that {@link readDuration} reads back to the same number. */
export const formatSpan = (us: number): string =>
  us < 0 ? `-${formatDurationUs(-us)}` : formatDurationUs(us);

/** A share in parts per million, from "5%" or "200ppm". Fractions of a ppm pass when `fine`. */
export function readShare(
  value: unknown,
  bounds: Bounds = { min: 0, max: PPM },
  fine = false,
): Reading {
  if (value === 0) return within(0, bounds, formatShare);
  if (typeof value === 'number') {
    const hint =
      value > 0 && value < 1
        ? `did you mean ${trimmed(value * 100)}%?`
        : `write ${value}% or ${value}ppm`;
    return { problem: `${shown(value)} has no unit`, hint };
  }
  const hint = 'shares look like 5% or 200ppm';
  if (typeof value !== 'string') return { problem: `${shown(value)} is not a share`, hint };
  const parts = /^([+-]?\d{1,17}(?:\.\d{1,17})?(?:e-\d)?)\s*(%|ppm)$/.exec(value);
  if (parts === null) return { problem: `${shown(value)} is not a share`, hint };
  // 0.07 * 10000 is 700.0000000000001: the dust of the multiplication is not the writer's.
  const percent = Number((Number(parts[1]) * 10_000).toPrecision(15));
  const exact = parts[2] === '%' ? percent : Number(parts[1]);
  if (!fine && !Number.isInteger(exact)) {
    return {
      problem: `${shown(value)} is finer than a part per million`,
      hint: `${Math.round(exact)}ppm is near`,
    };
  }
  // "-0%" is zero: a negative zero would print differently and compare unequal.
  return within(exact === 0 ? 0 : exact, bounds, formatShare);
}

/** The share that {@link readShare} reads back to the same number. */
export const formatShare = (ppm: number): string =>
  ppm % 100 === 0 && (ppm === 0 || Math.abs(ppm) >= 1_000) ? `${ppm / 10_000}%` : `${ppm}ppm`;

const RATE_UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, min: 60, h: 3_600, d: 86_400 };

/** Events per second, from "4/s", "30/m" or "100/h". */
export function readRate(value: unknown, bounds: Bounds = {}): Reading {
  if (value === 0) return within(0, bounds, formatRate);
  if (typeof value === 'number') {
    return {
      problem: `${shown(value)} has no unit`,
      hint: `write ${value}/s, ${value}/m or ${value}/h`,
    };
  }
  const hint = 'rates look like 4/s, 30/m or 100/h';
  if (typeof value !== 'string') return { problem: `${shown(value)} is not a rate`, hint };
  const parts = /^(\d{1,15}(?:\.\d{1,40})?(?:e[+-]?\d{1,3})?)\s*\/\s*(s|m|min|h|d)$/.exec(value);
  if (parts === null) {
    const span = parseDurationUs(value);
    if (span === undefined || span === 0) return { problem: `${shown(value)} is not a rate`, hint };
    const perSecond = formatRate(1_000_000 / span);
    return { problem: `${shown(value)} is a span, not a rate`, hint: `did you mean ${perSecond}?` };
  }
  const perSecond = Number(parts[1]) / RATE_UNITS[parts[2] as string]!;
  return within(perSecond, bounds, formatRate);
}

/** The rate that {@link readRate} reads back to the same number, in the unit that reads best. */
export function formatRate(perSecond: number): string {
  for (const unit of ['s', 'm', 'h', 'd']) {
    const count = trimmed(perSecond * RATE_UNITS[unit]!);
    if (count.length <= 8 && Number(count) / RATE_UNITS[unit]! === perSecond)
      return `${count}/${unit}`;
  }
  return `${perSecond}/s`;
}

/** Few digits, without the dust of binary fractions; never in scientific notation below 10^12. */
const trimmed = (value: number): string => String(Number(value.toPrecision(6)));

const INSTANT = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,6}))?)?Z$/;
const FIRST_YEAR = 1970;
const LAST_YEAR = 2200;

/** Microseconds since 1970 from ISO 8601 in UTC, to the microsecond. */
export function readInstant(value: unknown): Reading {
  const hint = 'instants are in UTC and look like 2025-03-30T00:00:00Z';
  if (typeof value !== 'string') return { problem: `${shown(value)} is not an instant`, hint };
  const parts = INSTANT.exec(value);
  if (parts === null) {
    if (/^\d{4}-\d\d-\d\d$/.test(value)) {
      return {
        problem: `${shown(value)} has no time of day`,
        hint: `did you mean ${value}T00:00:00Z?`,
      };
    }
    if (/^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?$/.test(value)) {
      return { problem: `${shown(value)} has no zone`, hint: `did you mean ${value}Z?` };
    }
    return { problem: `${shown(value)} is not an instant`, hint };
  }
  const [year, month, day, hour, minute, second] = parts.slice(1, 7).map((p) => Number(p ?? '0'));
  const ms = Date.UTC(year!, month! - 1, day!, hour!, minute!, second!);
  const back = new Date(ms);
  const real = back.getUTCMonth() === month! - 1 && back.getUTCDate() === day && hour! < 24;
  if (!real || minute! > 59 || second! > 59)
    return { problem: `${shown(value)} does not exist`, hint };
  if (year! < FIRST_YEAR || year! > LAST_YEAR) {
    return { problem: `${shown(value)} is outside ${FIRST_YEAR} to ${LAST_YEAR}` };
  }
  return { value: ms * 1_000 + Number((parts[7] ?? '').padEnd(6, '0')) };
}

/** The instant that {@link readInstant} reads back to the same number. */
export function formatInstant(us: number): string {
  const second = new Date(Math.floor(us / 1_000_000) * 1_000).toISOString().slice(0, 19);
  const fraction = String(us % 1_000_000)
    .padStart(6, '0')
    .replace(/0+$/, '');
  return `${second}${fraction === '' ? '' : `.${fraction}`}Z`;
}

function within(value: number, bounds: Bounds, print: (value: number) => string): Reading {
  const { min = 0, max = Number.MAX_SAFE_INTEGER } = bounds;
  if (!Number.isFinite(value)) return { problem: 'the number is too large' };
  if (value < min) return { problem: `${print(value)} is below the least, ${print(min)}` };
  if (value > max) return { problem: `${print(value)} is above the most, ${print(max)}` };
  return { value };
}
