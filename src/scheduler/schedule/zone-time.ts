/**
 * Civil time by arithmetic: days and calendar (proleptic Gregorian), UTC and the local time of a
 * zone. Local time is written as seconds, as if it were UTC. Nothing here reads a clock or a zone
 * database; the calendar algorithms are those of Howard Hinnant's "chrono-compatible low-level date
 * algorithms".
 */
import { assert } from '../../lib/assert.ts';
import type { ZoneRules } from './zone-rules.ts';

export const DAY_S = 86_400;

export interface CivilDay {
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  /** 1 to 31. */
  readonly day: number;
}

/** Days since 1970-01-01; exact for any year that matters. */
export function daysFromCivil(year: number, month: number, day: number): number {
  // Years start in March, so that the leap day is the last of its year.
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * ((month + 9) % 12) + 2) / 5) + day - 1;
  const leapDays = Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100);
  return era * 146_097 + yearOfEra * 365 + leapDays + dayOfYear - 719_468;
}

/** The calendar day that many days after 1970-01-01. */
export function civilFromDays(days: number): CivilDay {
  const z = days + 719_468;
  const era = Math.floor(z / 146_097);
  const dayOfEra = z - era * 146_097;
  const leapDays =
    Math.floor(dayOfEra / 1_460) - Math.floor(dayOfEra / 36_524) + Math.floor(dayOfEra / 146_096);
  const yearOfEra = Math.floor((dayOfEra - leapDays) / 365);
  const dayOfYear =
    dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const fromMarch = Math.floor((5 * dayOfYear + 2) / 153);
  const month = fromMarch < 10 ? fromMarch + 3 : fromMarch - 9;
  return {
    year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0),
    month,
    day: dayOfYear - Math.floor((153 * fromMarch + 2) / 5) + 1,
  };
}

const LENGTHS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** How many days the month (1 to 12) has in that year. */
export function daysInMonth(year: number, month: number): number {
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return month === 2 && isLeap ? 29 : (LENGTHS[month - 1] as number);
}

/** 0 is Sunday; 1970-01-01 was a Thursday. */
export const weekdayOf = (days: number): number => (((days + 4) % 7) + 7) % 7;

/** Stretches of constant offset: the i-th runs from `startS[i]` (UTC) to the next start. */
export interface Offsets {
  /** Rising; the first is minus infinity. */
  readonly startS: readonly number[];
  /** Local minus UTC. */
  readonly offsetS: readonly number[];
}

/** The rules in the form that evaluation wants; changes of name without a change of clock go. */
export function offsetsOf(rules: ZoneRules): Offsets {
  const startS = [Number.NEGATIVE_INFINITY];
  const offsetS = [rules.initialOffsetS];
  for (const { atS, offsetS: offset } of rules.transitions) {
    const before = startS.at(-1) as number;
    assert(atS > before, () => `${rules.zone}: transition at ${atS} not after ${before}`);
    if (offset === offsetS.at(-1)) continue;
    startS.push(atS);
    offsetS.push(offset);
  }
  return { startS, offsetS };
}

/** Index of the stretch that holds the instant (UTC seconds). */
export function stretchAt(offsets: Offsets, atS: number): number {
  let low = 0;
  let high = offsets.startS.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((offsets.startS[middle] as number) <= atS) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** Offset from UTC in force at the instant (UTC seconds), in seconds. */
export function offsetAtS(rules: ZoneRules, atS: number): number {
  let offset = rules.initialOffsetS;
  for (const transition of rules.transitions) {
    if (transition.atS > atS) break;
    offset = transition.offsetS;
  }
  return offset;
}
