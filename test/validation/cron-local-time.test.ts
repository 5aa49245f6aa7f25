/**
 * Our local time against Temporal (by its polyfill, whatever the platform may have), in ten zones
 * over twenty years, where no difference at all is allowed: every change of clock and every offset;
 * the instants of local times that are lost or come twice; and when expressions fire next, under
 * each of the four policies.
 *
 * Temporal reads no cron. What an expression asks for is taken as `parseCron` read it (croner and
 * cron-parser judge that: cron-differential.test.ts); calendar, weekdays, clocks, gaps and overlaps
 * are Temporal's own. Both have their zone data from the platform.
 *
 * Samples are drawn with a fixed seed, so that every run asks the same.
 */
import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill/implementation';
import { describe, expect, it } from 'vitest';
import type { CronExpression } from '../../src/scheduler/schedule/cron.ts';
import { compileCron, type DstPolicy } from '../../src/scheduler/schedule/cron-next.ts';
import { DAY_S, offsetAtS } from '../../src/scheduler/schedule/zone-time.ts';
import { cronOf } from '../scheduler/schedule/support.ts';
import { FROM_S, rulesIn, type Sample, samples, UNTIL_S, ZONE_NAMES } from './cron-samples.ts';

type PlainDate = Temporal.PlainDate;
type PlainDateTime = Temporal.PlainDateTime;
type Zoned = Temporal.ZonedDateTime;

const SEED = 4;
const OPPOSITES: readonly DstPolicy[] = [
  { gap: 'skip', overlap: 'first' },
  { gap: 'run-at-end', overlap: 'both' },
];
const policies = fc.record<DstPolicy>({
  gap: fc.constantFrom('skip', 'run-at-end'),
  overlap: fc.constantFrom('first', 'both'),
});

const zonedAt = (zone: string, atS: number): Zoned =>
  Temporal.Instant.fromEpochMilliseconds(atS * 1_000).toZonedDateTimeISO(zone);
const secondsOf = (zoned: Zoned): number => zoned.epochMilliseconds / 1_000;

/** Every change of clock in the twenty years. */
function changesOf(zone: string): readonly Zoned[] {
  const found: Zoned[] = [];
  let at = zonedAt(zone, FROM_S).getTimeZoneTransition('next');
  while (at !== null && secondsOf(at) < UNTIL_S) {
    found.push(at);
    at = at.getTimeZoneTransition('next');
  }
  return found;
}

/** The instants of a local time: two when it comes twice, none when it is lost. */
function instantsOf(local: PlainDateTime, zone: string): readonly Zoned[] {
  const earlier = local.toZonedDateTime(zone, { disambiguation: 'earlier' });
  if (!earlier.toPlainDateTime().equals(local)) return [];
  const later = local.toZonedDateTime(zone, { disambiguation: 'later' });
  return earlier.equals(later) ? [earlier] : [earlier, later];
}

/** The end of the gap in which a local time is lost; undefined where a whole day is. */
function gapEndOf(local: PlainDateTime, zone: string): Zoned | undefined {
  const before = local.toZonedDateTime(zone, { disambiguation: 'earlier' });
  const after = local.toZonedDateTime(zone, { disambiguation: 'later' });
  const isDay = before.until(after, { largestUnit: 'hours' }).hours >= 24;
  return isDay ? undefined : (before.getTimeZoneTransition('next') ?? undefined);
}

/** When a local time that an expression asks for is due, in UTC seconds. */
function dueAt(
  local: PlainDateTime,
  zone: string,
  { gap, overlap }: DstPolicy,
  isWildcard: boolean,
): readonly number[] {
  const instants = instantsOf(local, zone).map(secondsOf);
  if (isWildcard) return instants;
  if (instants.length > 0) return overlap === 'first' ? instants.slice(0, 1) : instants;
  const end = gap === 'skip' ? undefined : gapEndOf(local, zone);
  return end === undefined ? [] : [secondsOf(end)];
}

/** Whether an expression asks for a day. */
function asksFor(cron: CronExpression, date: PlainDate): boolean {
  if (!cron.months.includes(date.month)) return false;
  const { day, daysInMonth } = date;
  const weekday = date.dayOfWeek % 7;
  const byDay =
    cron.days.includes(day) ||
    cron.daysFromEnd.includes(daysInMonth - day) ||
    (cron.nearestTo !== undefined && isNearest(date, cron.nearestTo));
  const byWeekday =
    cron.weekdays.includes(weekday) ||
    cron.nthWeekdays.some(
      (each) =>
        each.weekday === weekday &&
        (each.nth === 'last' ? day + 7 > daysInMonth : Math.ceil(day / 7) === each.nth),
    );
  return cron.isEitherDay ? byDay || byWeekday : byDay && byWeekday;
}

/** Whether no other workday of the month is nearer to a day (from its end, when not positive). */
function isNearest(date: PlainDate, nearestTo: number): boolean {
  const target = nearestTo > 0 ? nearestTo : date.daysInMonth + nearestTo;
  if (target < 1 || target > date.daysInMonth) return false;
  const distances = Array.from({ length: date.daysInMonth }, (_, n) => n + 1)
    .filter((day) => date.with({ day }).dayOfWeek <= 5)
    .map((day) => Math.abs(day - target));
  return date.dayOfWeek <= 5 && Math.abs(date.day - target) === Math.min(...distances);
}

const FAR = Temporal.PlainDate.from('2032-01-01');

/** When an expression fires next by Temporal, in UTC seconds; infinite for not in these years. */
function nextByTemporal({ text, zone, afterS }: Sample, policy: DstPolicy): number {
  const cron = cronOf(text);
  let date = zonedAt(zone, afterS).toPlainDate().subtract({ days: 1 });
  for (;;) {
    if (Temporal.PlainDate.compare(date, FAR) > 0) return Number.POSITIVE_INFINITY;
    const tomorrow = date.add({ days: 1 });
    const foundS = firstOn(date, cron, zone, policy, afterS);
    // Where clocks go back across midnight, a day begins before the one before it has ended.
    if (Number.isFinite(foundS)) {
      return Math.min(foundS, firstOn(tomorrow, cron, zone, policy, afterS));
    }
    date = cron.months.includes(date.month) ? tomorrow : date.with({ day: 1 }).add({ months: 1 });
  }
}

/** The first due instant after another for the times of one day; infinite when there is none. */
function firstOn(
  date: PlainDate,
  cron: CronExpression,
  zone: string,
  policy: DstPolicy,
  afterS: number,
): number {
  if (!asksFor(cron, date)) return Number.POSITIVE_INFINITY;
  let firstS = Number.POSITIVE_INFINITY;
  /** Whether times from one to another of the day cannot hold it: too early all, or too late. */
  const isOut = (from: Temporal.PlainTimeLike, to: Temporal.PlainTimeLike) => {
    const low = date.toPlainDateTime(from).toZonedDateTime(zone, { disambiguation: 'earlier' });
    const high = date.toPlainDateTime(to).toZonedDateTime(zone, { disambiguation: 'later' });
    return secondsOf(high) <= afterS || secondsOf(low) >= firstS;
  };
  const end = { minute: 59, second: 59 };
  if (isOut({ hour: 0 }, { hour: 23, ...end })) return firstS;
  for (const hour of cron.hours) {
    if (isOut({ hour }, { hour, ...end })) continue;
    for (const minute of cron.minutes) {
      if (isOut({ hour, minute }, { hour, minute, second: 59 })) continue;
      for (const second of cron.seconds) {
        const local = date.toPlainDateTime({ hour, minute, second });
        const due = dueAt(local, zone, policy, cron.isHourWildcard);
        firstS = Math.min(firstS, ...due.filter((atS) => atS > afterS));
      }
    }
  }
  return firstS;
}

/** An expression for one local time of every year. */
const expressionOf = ({ second, minute, hour, day, month }: PlainDateTime) =>
  `${second} ${minute} ${hour} ${day} ${month} *`;

/** Local times at the edges of what a change of clock leaves out or repeats, and inside of it. */
function localTimesAround(change: Zoned): readonly PlainDateTime[] {
  const after = change.toPlainDateTime();
  const before = change.subtract({ seconds: 1 }).toPlainDateTime().add({ seconds: 1 });
  const [low, high] = [before, after].sort(Temporal.PlainDateTime.compare) as [
    PlainDateTime,
    PlainDateTime,
  ];
  const width = low.until(high, { largestUnit: 'seconds' }).seconds;
  return [-1, 0, Math.floor(width / 3), width - 1, width].map((seconds) => low.add({ seconds }));
}

describe.each(ZONE_NAMES)('%s', (zone) => {
  const rules = rulesIn(zone);
  const changes = changesOf(zone);

  it('changes its clocks when Temporal says, by as much', () => {
    const offsetOf = (zoned: Zoned) => zoned.offsetNanoseconds / 1e9;
    expect(rules.initialOffsetS).toBe(offsetOf(zonedAt(zone, FROM_S)));
    expect(rules.transitions).toEqual(
      changes.map((change) => ({ atS: secondsOf(change), offsetS: offsetOf(change) })),
    );
    for (const atS of fc.sample(fc.integer({ min: FROM_S, max: UNTIL_S }), { seed: SEED })) {
      expect(offsetAtS(rules, atS), `offset at ${atS}`).toBe(offsetOf(zonedAt(zone, atS)));
    }
  });

  // A time is lost or comes twice, never both: two of the four policies try all there is.
  it.each(OPPOSITES)('local times that are lost or come twice: $gap, $overlap', (policy) => {
    const wrong: string[] = [];
    for (const change of changes) {
      const changeS = secondsOf(change);
      for (const local of localTimesAround(change)) {
        const next = compileCron(cronOf(expressionOf(local)), rules, policy);
        const found: number[] = [];
        let atS = next(changeS - 2 * DAY_S);
        for (; atS < changeS + 2 * DAY_S; atS = next(atS)) found.push(atS);
        const due = dueAt(local, zone, policy, false);
        if (String(found) !== String(due)) wrong.push(`${local}: ${found}, not ${due}`);
      }
    }
    expect(wrong).toEqual([]);
  });
});

it('an expression fires next when Temporal says', () => {
  const wrong: string[] = [];
  const met = { gapEnd: 0, secondPass: 0 };
  const drawn = fc.sample(fc.tuple(samples, policies), { seed: SEED, numRuns: 500 });
  for (const [sample, policy] of drawn) {
    const { text, zone, afterS } = sample;
    const oursS = compileCron(cronOf(text), rulesIn(zone), policy)(afterS);
    if (oursS >= UNTIL_S) continue;
    const at = zonedAt(zone, oursS);
    const theirsS = nextByTemporal(sample, policy);
    if (oursS !== theirsS) {
      const asked = `${text} after ${zonedAt(zone, afterS)}, ${policy.gap}, ${policy.overlap}`;
      const theirs = Number.isFinite(theirsS) ? zonedAt(zone, theirsS) : 'never';
      wrong.push(`${asked}: ${at}, not ${theirs}`);
    }
    if (at.subtract({ seconds: 1 }).offsetNanoseconds < at.offsetNanoseconds) met.gapEnd++;
    if (instantsOf(at.toPlainDateTime(), zone)[1]?.equals(at) === true) met.secondPass++;
  }
  expect(wrong).toEqual([]);
  // The sample is worth something: answers that are awkward are among it.
  expect(met.gapEnd).toBeGreaterThan(4);
  expect(met.secondPass).toBeGreaterThan(4);
});
