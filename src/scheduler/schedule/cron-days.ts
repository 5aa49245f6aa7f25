/**
 * Days of a month: how they are counted within it (`L`, `W`, `#`), and which days a rule allows in
 * any month there can be. A month is told by its length and the weekday of its first: there are 28
 * of them, so a rule is 28 sets of days, and finding the next day is arithmetic on bits.
 */
import { assert } from '../../lib/assert.ts';
import { type Field, numberOf, quoted } from './cron-field.ts';

/** `5#3` is the third Friday of a month, `5L` the last. */
export interface NthWeekday {
  /** 0 (Sunday) to 6. */
  readonly weekday: number;
  /** 1 to 5. */
  readonly nth: number | 'last';
}

/** The day fields of an expression. */
export interface DayRule {
  /** 1 to 31; empty when days are counted from the end of the month only. */
  readonly days: readonly number[];
  /** Days before the last of the month: `L` is 0, `L-3` is 3. */
  readonly daysFromEnd: readonly number[];
  /** Monday to Friday nearest to a day: `15W` is 15; `LW` is 0 and `L-3W` -3, from the last. */
  readonly nearestTo?: number;
  /** 0 (Sunday) to 6; empty when weekdays are counted within the month only. */
  readonly weekdays: readonly number[];
  readonly nthWeekdays: readonly NthWeekday[];
  /** Day of month and day of week are both restricted: a day matches when either does. */
  readonly isEitherDay: boolean;
}

/** What has been read so far of days that are counted within the month. */
export interface CountedDays {
  readonly fromEnd: Set<number>;
  /** By how they are written, so that a repeat counts once. */
  readonly nth: Map<string, NthWeekday>;
  nearestTo?: number;
}

const LAST_MAX = 30;

/**
 * Reads an item of a day field that counts within the month. Answers what is wrong with it, true
 * when it was one and was added, false when it is none.
 */
export function addCounted(
  item: string,
  field: Field,
  counted: CountedDays,
  isAlone: boolean,
): string | boolean {
  if (field.name === 'day-of-month') return addDayOfMonth(item, field, counted, isAlone);
  return field.name === 'day-of-week' && addDayOfWeek(item, field, counted);
}

/** `L`, `L-3`, `15W`, `LW`, `L-3W`. */
function addDayOfMonth(
  item: string,
  field: Field,
  counted: CountedDays,
  isAlone: boolean,
): string | boolean {
  const parts = /^(?:L(?:-(\d{1,2}))?|(\d{1,2})(?=W))(W?)$/i.exec(item);
  if (parts === null) return false;
  const [, backText = '0', dayText, nearest] = parts;
  const back = Number(backText);
  if (back > LAST_MAX) return `${quoted(item)} is before the first of every month`;
  if (nearest === '') {
    counted.fromEnd.add(back);
    return true;
  }
  // A weekday that may be that of a neighbour in the list would be hard to tell from it.
  if (!isAlone) return `${quoted(item)}: W stands alone in its field`;
  const day = dayText === undefined ? -back : numberOf(dayText, field);
  if (typeof day === 'string') return day;
  // Minus zero would show in a comparison.
  counted.nearestTo = day === 0 ? 0 : day;
  return true;
}

/** `5L`, `FRIL`, `5#3`, `FRI#3`. */
function addDayOfWeek(item: string, field: Field, counted: CountedDays): string | boolean {
  const parts = /^([a-z]{3}|\d)(?:L|#(\d{1,3}))$/i.exec(item);
  if (parts === null) {
    const isBare = /^L$/i.test(item);
    return isBare && `${quoted(item)} needs the weekday whose last it is, such as "FRIL"`;
  }
  const [, name = '', nthText] = parts;
  const number = numberOf(name, field);
  if (typeof number === 'string') return number;
  if (nthText !== undefined && !/^[1-5]$/.test(nthText)) {
    return `${quoted(item)}: a month has the first to the fifth of a weekday`;
  }
  const weekday = number % 7;
  const nth = nthText === undefined ? 'last' : Number(nthText);
  counted.nth.set(`${weekday}#${nth}`, { weekday, nth });
  return true;
}

/** Sets of days for every kind of month; day d is bit d - 1. */
export type MonthMasks = Int32Array;

/** Where a month stands among the masks: length 28 to 31, weekday of its first 0 to 6. */
export const maskIndex = (length: number, first: number): number => (length - 28) * 7 + first;

export function monthMasks(rule: DayRule): MonthMasks {
  const masks = new Int32Array(28);
  for (let length = 28; length <= 31; length++) {
    for (let first = 0; first < 7; first++) {
      masks[maskIndex(length, first)] = maskOf(rule, length, first);
    }
  }
  return masks;
}

/** The days of one kind of month. */
export function maskOf(rule: DayRule, length: number, first: number): number {
  const byDay = byDayOfMonth(rule, length, first);
  const byWeekday = byDayOfWeek(rule, length, first);
  return rule.isEitherDay ? byDay | byWeekday : byDay & byWeekday;
}

const weekdayAt = (first: number, day: number): number => (first + day - 1) % 7;

function byDayOfMonth(rule: DayRule, length: number, first: number): number {
  let mask = 0;
  const add = (day: number) => {
    if (day >= 1 && day <= length) mask |= 1 << (day - 1);
  };
  for (const day of rule.days) add(day);
  for (const back of rule.daysFromEnd) add(length - back);
  if (rule.nearestTo !== undefined) {
    const day = rule.nearestTo > 0 ? rule.nearestTo : length + rule.nearestTo;
    if (day >= 1 && day <= length) add(nearestWorkday(day, length, first));
  }
  return mask;
}

/** Monday to Friday nearest to a day, without leaving the month. */
function nearestWorkday(day: number, length: number, first: number): number {
  const weekday = weekdayAt(first, day);
  if (weekday === 6) return day === 1 ? 3 : day - 1;
  if (weekday === 0) return day === length ? day - 2 : day + 1;
  return day;
}

/** The first, eighth, fifteenth, twenty-second and twenty-ninth of a month. */
const WEEKLY = 0b0001_0000_0010_0000_0100_0000_1000_0001;

function byDayOfWeek(rule: DayRule, length: number, first: number): number {
  const whole = 2 ** length - 1;
  const daysOf = (weekday: number) => (WEEKLY << ((weekday - first + 7) % 7)) & whole;
  let mask = 0;
  for (const weekday of rule.weekdays) mask |= daysOf(weekday);
  for (const { weekday, nth } of rule.nthWeekdays) {
    const days = daysOf(weekday);
    const lastBit = 31 - Math.clz32(days);
    mask |= nth === 'last' ? 1 << lastBit : days & (0b111_1111 << (7 * (nth - 1)));
  }
  return mask;
}

/** First day of the set from `day` (1 to 31) on; 0 when there is none. */
export function firstInMask(mask: number, day: number): number {
  assert(day >= 1 && day <= 31, () => `day ${day} of a month`);
  const rest = mask >>> (day - 1);
  return rest === 0 ? 0 : day + 31 - Math.clz32(rest & -rest);
}
