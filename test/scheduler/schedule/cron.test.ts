import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type CronExpression,
  canFire,
  parseCron,
  readCron,
} from '../../../src/scheduler/schedule/cron.ts';
import { cronOf, us } from './support.ts';

const refusal = (text: string) => {
  const parsed = parseCron(text);
  return parsed.kind === 'failed' ? parsed.error : undefined;
};
const range = (low: number, high: number, step = 1) =>
  Array.from({ length: Math.floor((high - low) / step) + 1 }, (_, n) => low + n * step);

/** What every expression must have at least one of: a day field may count within the month only. */
const dayParts = (cron: CronExpression): readonly (readonly unknown[])[] => [
  cron.hours,
  [...cron.days, ...cron.daysFromEnd, ...(cron.nearestTo === undefined ? [] : [cron.nearestTo])],
  [...cron.weekdays, ...cron.nthWeekdays],
];

describe('what an expression allows', () => {
  it('reads five fields, and six with seconds first', () => {
    const five = cronOf('15 3 1 6 2');
    expect(five.seconds).toEqual([0]);
    expect(five.minutes).toEqual([15]);
    expect(five.hours).toEqual([3]);
    expect(five.days).toEqual([1]);
    expect(five.months).toEqual([6]);
    expect(five.weekdays).toEqual([2]);
    const six = cronOf('*/10 15 3 * * *');
    expect(six.seconds).toEqual([0, 10, 20, 30, 40, 50]);
    expect(six.minutes).toEqual([15]);
  });

  it.each([
    ['*', range(0, 59)],
    ['?', range(0, 59)],
    ['*/20', [0, 20, 40]],
    ['5/20', [5, 25, 45]],
    ['0/15', [0, 15, 30, 45]],
    ['10-20/5', [10, 15, 20]],
    ['14-23/24', [14]],
    ['*/59', [0, 59]],
    ['50,1-3,2', [1, 2, 3, 50]],
    ['00', [0]],
    ['007', [7]],
    ['59', [59]],
  ])('minute field %s', (field, expected) => {
    expect(cronOf(`${field} * * * *`).minutes).toEqual(expected);
  });

  it.each([
    ['0', [0]],
    ['7', [0]],
    ['SUN', [0]],
    ['5-7', [0, 5, 6]],
    ['fri-sun', [0, 5, 6]],
    ['sun-tue', [0, 1, 2]],
    ['MON-FRI', [1, 2, 3, 4, 5]],
    ['mon/2', [1, 3, 5]],
    ['6,0', [0, 6]],
    ['0-7', range(0, 6)],
    ['7/2', [0]],
  ])('day-of-week field %s', (field, expected) => {
    expect(cronOf(`0 0 * * ${field}`).weekdays).toEqual(expected);
  });

  it('reads days counted within the month, in any case and by any name of theirs', () => {
    expect(cronOf('0 0 L,L-3,15 * *')).toMatchObject({ days: [15], daysFromEnd: [0, 3] });
    expect(cronOf('0 0 l * *')).toMatchObject({ days: [], daysFromEnd: [0] });
    expect(cronOf('0 0 15W * *')).toMatchObject({ days: [], nearestTo: 15 });
    expect(cronOf('0 0 lw * *')).toMatchObject({ days: [], nearestTo: 0 });
    expect(cronOf('0 0 L-3W * *')).toMatchObject({ days: [], nearestTo: -3 });
    expect(cronOf('0 0 1 * *').nearestTo).toBeUndefined();
    const friday = { weekday: 5, nth: 'last' };
    for (const text of ['5L', 'FRIL', 'fril,5L']) {
      expect(cronOf(`0 0 * * ${text}`)).toMatchObject({ weekdays: [], nthWeekdays: [friday] });
    }
    const days = [
      { weekday: 0, nth: 2 },
      { weekday: 6, nth: 5 },
    ];
    expect(cronOf('0 0 * * 7#2,sat#5,MON')).toMatchObject({ weekdays: [1], nthWeekdays: days });
  });

  it('reads the names of months in any case', () => {
    expect(cronOf('0 0 1 jan,MAR-May,Dec *').months).toEqual([1, 3, 4, 5, 12]);
  });

  it.each([
    ['@hourly', '0 * * * *'],
    ['@daily', '0 0 * * *'],
    ['@midnight', '0 0 * * *'],
    ['@weekly', '0 0 * * 0'],
    ['@monthly', '0 0 1 * *'],
    ['@yearly', '0 0 1 1 *'],
    ['@ANNUALLY', '0 0 1 1 *'],
    ['@every_minute', '* * * * *'],
    ['@Every_Second', '* * * * * *'],
  ])('%s is %s', (nickname, fields) => {
    expect(cronOf(nickname)).toEqual({ ...cronOf(fields), text: nickname });
  });

  it('takes a field that starts with a star for unrestricted, as Vixie cron does', () => {
    expect(cronOf('0 0 1 * MON').isEitherDay).toBe(true);
    for (const text of ['0 0 */2 * MON', '0 0 1 * *', '0 0 ? * MON', '0 0 1 * */2']) {
      expect(cronOf(text).isEitherDay, text).toBe(false);
    }
    expect(cronOf('0 */2 * * *').isHourWildcard).toBe(true);
    expect(cronOf('0 0-23 * * *').isHourWildcard).toBe(false);
    expect(cronOf('* 2 * * *').isHourWildcard).toBe(false);
  });
});

describe('a span from tick to tick', () => {
  it.each([
    ['@every 5m', '5m'],
    ['@every 1h30m', '90m'],
    [' @EVERY\t1.5h ', '90m'],
    ['@every 90s', '90s'],
  ])('%s', (text, span) => {
    expect(readCron(text)).toEqual({ kind: 'ok', value: { kind: 'every', everyUs: us(span) } });
  });

  it.each([
    ['@every ', /cannot read the span ""/],
    ['@every soon', /cannot read the span "soon"; write it as in "@every 1h30m"/],
    ['@every 5 m', /cannot read the span "5 m"/],
    ['@every -5m', /cannot read/],
    ['@every 0s', /not whole seconds/],
    ['@every 1500ms', /not whole seconds/],
    ['@every 5000d', /up to 8 years/],
    [`@every ${' '.repeat(300)}5m`, /longer than 256/],
    ['@every_hour', /unknown nickname/],
    ['@everything 5m', /unknown nickname/],
    ['0 0 30 2 *', /never fires/],
  ])('refuses %s', (text, reason) => {
    const read = readCron(text);
    expect(read.kind === 'failed' && read.error.reason).toMatch(reason);
  });
});

describe('what is refused, and why', () => {
  it.each([
    ['0 30 * * *', 'hour', /30 is outside 0-23/],
    ['60 * * * *', 'minute', /60 is outside 0-59/],
    ['0 0 0 * *', 'day-of-month', /0 is outside 1-31/],
    ['0 0 * 13 *', 'month', /13 is outside 1-12/],
    ['0 0 * * 8', 'day-of-week', /8 is outside 0-7/],
    ['60 0 0 * * *', 'second', /outside/],
    ['0 22-4 * * *', 'hour', /reversed range "22-4": write it as two, such as "22-23,0-4"/],
    ['0 0 * * 6-0', 'day-of-week', /reversed range/],
    ['*/0 * * * *', 'minute', /step of 0/],
    ['1, * * * *', 'minute', /empty item/],
    ['-1 * * * *', 'minute', /cannot read/],
    ['1-2-3 * * * *', 'minute', /cannot read/],
    ['*-5 * * * *', 'minute', /cannot read/],
    ['1.5 * * * *', 'minute', /cannot read/],
    ['0 0 * foo *', 'month', /cannot read "foo"/],
    ['0 0 * * friday', 'day-of-week', /cannot read/],
    ['*/60 * * * *', 'minute', /step of 60 in "\*\/60" is past 59: it leaves one value/],
    ['0 3/24 * * *', 'hour', /past 23/],
    ['0 0 L-31 * *', 'day-of-month', /before the first of every month/],
    ['0 0 0W * *', 'day-of-month', /0 is outside 1-31/],
    ['0 0 1,15W * *', 'day-of-month', /"15W": W stands alone/],
    ['0 0 1-5W * *', 'day-of-month', /cannot read/],
    ['0 0 FRIL * *', 'day-of-month', /cannot read/],
    ['0 0 5#3 * *', 'day-of-month', /L and # with a weekday/],
    ['0 0 * * L', 'day-of-week', /needs the weekday whose last it is, such as "FRIL"/],
    ['0 0 * * 15W', 'day-of-week', /L and W go with a day of the month/],
    ['0 0 * * 5#6', 'day-of-week', /first to the fifth/],
    ['0 0 * * 8L', 'day-of-week', /8 is outside 0-7/],
    ['0 0 * * MON-FRI#2', 'day-of-week', /L and # with a weekday/],
    ['0 L * * *', 'hour', /L and W go with a day/],
    ['H * * * *', 'minute', /H \(hash\) is not supported/],
  ])('%s', (text, field, reason) => {
    expect(refusal(text)).toEqual({ field, reason: expect.stringMatching(reason) });
  });

  it.each([
    ['', /needs 5 or 6 fields, found 0/],
    ['* * * *', /found 4/],
    ['0 0 0 1 1 * 2030', /found 7 \(a year field is not supported\)/],
    ['@reboot', /boots/],
    ['@every', /an interval: give its span, as in "@every 5m"/],
    ['@fortnightly', /unknown nickname "@fortnightly"/],
    [`${'1,'.repeat(200)}1 * * * *`, /longer than 256/],
  ])('%s', (text, reason) => {
    expect(refusal(text)).toEqual({ reason: expect.stringMatching(reason) });
  });

  it('never throws, whatever the text', () => {
    const soup = fc.string({
      unit: fc.constantFrom(...'0159*?/-,LW#@ \tmonJAN\u0000é'),
      maxLength: 40,
    });
    fc.assert(
      fc.property(fc.oneof(fc.string({ maxLength: 300 }), soup), (text) => {
        const parsed = parseCron(text);
        if (parsed.kind === 'failed') expect(parsed.error.reason).not.toBe('');
        else for (const values of dayParts(parsed.value)) expect(values.length).toBeGreaterThan(0);
      }),
    );
  });
});

const NEVER = [
  '0 0 30 2 *',
  '0 0 31 2 *',
  '0 0 31 2,4,6,9,11 *',
  '0 0 31 4 */2',
  '0 0 L-29 2 *',
  '0 0 L-30 4 *',
  '0 0 31W 6 *',
];
const SOME_DAY = [
  '0 0 29 2 *',
  '0 0 30 2 1',
  '0 0 31 2,3 *',
  '0 0 30,1 2 *',
  '0 0 L-28 2 *',
  '0 0 L-29 4 *',
  '0 0 * 2 SUN#5',
];

it('knows which expressions never fire', () => {
  for (const text of NEVER) {
    expect(canFire(cronOf(text)), text).toBe(false);
  }
  for (const text of SOME_DAY) {
    expect(canFire(cronOf(text)), text).toBe(true);
  }
});
