/**
 * When a cron expression fires next in a zone: pure arithmetic over the zone's rules.
 *
 * Local time is a sequence of stretches of constant offset. Within a stretch the answer is the next
 * matching local time. Where two stretches meet, an expression with a fixed hour obeys the
 * policies: a local time that was jumped over is dropped or runs once at the first instant after
 * the gap, one that comes again runs in the first pass or in both. An expression with a wildcard
 * hour means elapsed time rather than a time of day: it runs in both passes and is never shifted.
 * Where a zone left out a whole day (Samoa moved across the date line), that day never was: nothing
 * of it is made up for.
 */
import type { CronExpression } from './cron.ts';
import { firstInMask, type MonthMasks, maskIndex, monthMasks } from './cron-days.ts';
import type { ZoneRules } from './zone-rules.ts';
import {
  civilFromDays,
  DAY_S,
  daysInMonth,
  type Offsets,
  offsetsOf,
  stretchAt,
  weekdayOf,
} from './zone-time.ts';

/**
 * Nothing within this span counts as never: 29 February falls on a given weekday every 28 years,
 * and 40 years apart around 2100, which is no leap year.
 */
export const HORIZON_S = 41 * 366 * DAY_S;

export interface DstPolicy {
  readonly gap: 'skip' | 'run-at-end';
  readonly overlap: 'first' | 'both';
}

/** The fields as tables: `next[n]` is the first allowed value from n on, or -1. */
interface Tables {
  readonly nextSecond: Int8Array;
  readonly nextMinute: Int8Array;
  readonly nextHour: Int8Array;
  /** 1 for a month (1 to 12) that is named. */
  readonly isMonth: Int8Array;
  readonly masks: MonthMasks;
  readonly isEveryDay: boolean;
  /** The first time of a matching day, in seconds. */
  readonly firstOfDayS: number;
  /** The first time of a matching hour, in seconds. */
  readonly firstOfHourS: number;
}

/** First firing strictly after an instant, both in UTC seconds; infinite when there is none. */
export type NextS = (afterS: number) => number;

/** Prepares an expression for one zone. The answer keeps no state: it is a function. */
export function compileCron(cron: CronExpression, rules: ZoneRules, policy: DstPolicy): NextS {
  const tables = tablesOf(cron);
  const offsets = offsetsOf(rules);
  const runsAtGapEnd = !cron.isHourWildcard && policy.gap === 'run-at-end';
  const runsFirstOnly = !cron.isHourWildcard && policy.overlap === 'first';
  return (afterS) => {
    const limitS = afterS + HORIZON_S;
    let fromS = Math.floor(afterS) + 1;
    // `matchS` is the first match from `askedS` on, so that later stretches need not search again.
    let askedS = Number.POSITIVE_INFINITY;
    let matchS = Number.NEGATIVE_INFINITY;
    for (let at = stretchAt(offsets, fromS); fromS <= limitS; at++) {
      const offsetS = offsets.offsetS[at] as number;
      const localS = (runsFirstOnly ? firstPassS(offsets, at, fromS) : fromS) + offsetS;
      const searchS = runsAtGapEnd ? localS - gapBeforeS(offsets, at, fromS) : localS;
      if (searchS < askedS || searchS > matchS) {
        askedS = searchS;
        matchS = firstLocalS(tables, searchS, limitS + 2 * DAY_S);
      }
      // Swallowed by the gap: it runs at the first instant after it.
      if (matchS < localS) return fromS;
      const foundS = matchS - offsetS;
      const endS = offsets.startS[at + 1] ?? Number.POSITIVE_INFINITY;
      if (foundS < endS) return foundS <= limitS ? foundS : Number.POSITIVE_INFINITY;
      fromS = endS;
    }
    return Number.POSITIVE_INFINITY;
  };
}

/** Local time lost just before an instant, for which is made up: a whole day is not. */
function gapBeforeS(offsets: Offsets, at: number, fromS: number): number {
  if (fromS !== offsets.startS[at]) return 0;
  const gapS = (offsets.offsetS[at] as number) - (offsets.offsetS[at - 1] as number);
  return gapS > 0 && gapS < DAY_S ? gapS : 0;
}

/** The instant from which local time, in this stretch, is not a repetition of the one before. */
function firstPassS(offsets: Offsets, at: number, fromS: number): number {
  if (at === 0) return fromS;
  const fallS = (offsets.offsetS[at - 1] as number) - (offsets.offsetS[at] as number);
  return fallS > 0 ? Math.max(fromS, (offsets.startS[at] as number) + fallS) : fromS;
}

/** First matching local time from `fromS` on; infinite when none comes by the day of `untilS`. */
function firstLocalS(tables: Tables, fromS: number, untilS: number): number {
  const day = Math.floor(fromS / DAY_S);
  const timeS = firstTimeS(tables, fromS - day * DAY_S);
  const found = firstDay(tables, timeS >= 0 ? day : day + 1, Math.floor(untilS / DAY_S));
  return found * DAY_S + (found === day ? timeS : tables.firstOfDayS);
}

/** First matching time of day from `fromS` (seconds since midnight) on; -1 when none is left. */
function firstTimeS(tables: Tables, fromS: number): number {
  const hour = Math.floor(fromS / 3_600);
  if (tables.nextHour[hour] === hour) {
    const restS = firstInHourS(tables, fromS - hour * 3_600);
    if (restS >= 0) return hour * 3_600 + restS;
  }
  const next = tables.nextHour[hour + 1] as number;
  return next < 0 ? -1 : next * 3_600 + tables.firstOfHourS;
}

function firstInHourS(tables: Tables, fromS: number): number {
  const minute = Math.floor(fromS / 60);
  if (tables.nextMinute[minute] === minute) {
    const second = tables.nextSecond[fromS - minute * 60] as number;
    if (second >= 0) return minute * 60 + second;
  }
  const next = tables.nextMinute[minute + 1] as number;
  return next < 0 ? -1 : next * 60 + (tables.nextSecond[0] as number);
}

/** First matching day from `from` to `last`, as days since 1970-01-01; infinite when none. */
function firstDay(tables: Tables, from: number, last: number): number {
  if (tables.isEveryDay) return from;
  let { year, month, day } = civilFromDays(from);
  let firstOfMonth = from - day + 1;
  while (firstOfMonth <= last) {
    const length = daysInMonth(year, month);
    if (tables.isMonth[month] === 1) {
      const mask = tables.masks[maskIndex(length, weekdayOf(firstOfMonth))] as number;
      const found = firstInMask(mask, day);
      if (found !== 0) return firstOfMonth + found - 1;
    }
    firstOfMonth += length;
    day = 1;
    month = (month % 12) + 1;
    if (month === 1) year++;
  }
  return Number.POSITIVE_INFINITY;
}

function tablesOf(cron: CronExpression): Tables {
  const nextSecond = nextTable(cron.seconds, 60);
  const nextMinute = nextTable(cron.minutes, 60);
  const nextHour = nextTable(cron.hours, 24);
  const masks = monthMasks(cron);
  const firstOfHourS = (nextMinute[0] as number) * 60 + (nextSecond[0] as number);
  return {
    nextSecond,
    nextMinute,
    nextHour,
    isMonth: Int8Array.from({ length: 13 }, (_, month) => (cron.months.includes(month) ? 1 : 0)),
    masks,
    isEveryDay: cron.months.length === 12 && masks.every(isWhole),
    firstOfHourS,
    firstOfDayS: (nextHour[0] as number) * 3_600 + firstOfHourS,
  };
}

/** Every day of that kind of month is in the mask; seven of them share a length. */
const isWhole = (mask: number, index: number): boolean =>
  mask === 2 ** (28 + Math.floor(index / 7)) - 1;

/** One entry more than there are values, so that "the next after the last" is in the table. */
function nextTable(values: readonly number[], size: number): Int8Array {
  const table = new Int8Array(size + 1).fill(-1);
  let next = -1;
  for (let at = size - 1; at >= 0; at--) {
    if (values.includes(at)) next = at;
    table[at] = next;
  }
  return table;
}
