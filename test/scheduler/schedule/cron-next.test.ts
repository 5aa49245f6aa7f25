import { describe, expect, it } from 'vitest';
import type { WallUs } from '../../../src/lib/units.ts';
import { compileCron } from '../../../src/scheduler/schedule/cron-next.ts';
import type { ZoneRules } from '../../../src/scheduler/schedule/zone-rules.ts';
import {
  APIA,
  at,
  type CronTiming,
  compiled,
  cronOf,
  cronTiming,
  iso,
  LORD_HOWE,
  NEW_YORK,
  rulesOf,
  ticksIn,
  UTC,
} from './support.ts';

const SKIP_FIRST = { gap: 'skip', overlap: 'first' } as const;

/** Ticks of an expression from one UTC time to another, as "dd hh:mm" in UTC. */
function ticks(
  expression: string,
  rules: ZoneRules,
  [from, until]: readonly [string, string],
  gap: CronTiming['gap'] = 'skip',
  overlap: CronTiming['overlap'] = 'first',
): string[] {
  const timing = compiled(cronTiming(expression, rules.zone, gap, overlap), rules);
  return ticksIn(timing, at(from), at(until)).map((tick: WallUs) => {
    const text = iso(tick);
    return `${text.slice(8, 10)} ${text.slice(11, 16)}`;
  });
}

describe('in UTC', () => {
  it.each([
    ['0 0 29 2 *', '2024-03-01T00:00:00Z', '2028-02-29T00:00:00.000Z'],
    ['0 0 29 2 *', '2096-03-01T00:00:00Z', '2104-02-29T00:00:00.000Z'],
    ['59 23 31 12 *', '2025-12-31T23:59:00Z', '2026-12-31T23:59:00.000Z'],
    ['0 0 13 * 5', '2025-06-01T00:00:00Z', '2025-06-06T00:00:00.000Z'],
    ['0 0 */2 * 1', '2025-06-02T00:00:00Z', '2025-06-09T00:00:00.000Z'],
    ['*/7 * * * *', '2025-06-01T00:56:00Z', '2025-06-01T01:00:00.000Z'],
    ['30 */15 10 * * *', '2025-06-01T10:45:30Z', '2025-06-02T10:00:30.000Z'],
    ['0 0 1 1 *', '1969-06-01T00:00:00Z', '1970-01-01T00:00:00.000Z'],
    ['0 0 L * *', '2024-02-01T00:00:00Z', '2024-02-29T00:00:00.000Z'],
    ['0 0 L-3 2 *', '2025-02-01T00:00:00Z', '2025-02-25T00:00:00.000Z'],
    ['0 0 1,L * *', '2025-04-01T00:00:00Z', '2025-04-30T00:00:00.000Z'],
    // 15 June 2025 is a Sunday, 1 February a Saturday, 31 August a Sunday.
    ['0 0 15W * *', '2025-06-01T00:00:00Z', '2025-06-16T00:00:00.000Z'],
    ['0 0 1W 2 *', '2025-01-15T00:00:00Z', '2025-02-03T00:00:00.000Z'],
    ['0 0 LW 8 *', '2025-08-01T00:00:00Z', '2025-08-29T00:00:00.000Z'],
    ['0 0 31W * *', '2025-03-31T12:00:00Z', '2025-05-30T00:00:00.000Z'],
    ['0 0 * * 5L', '2025-06-01T00:00:00Z', '2025-06-27T00:00:00.000Z'],
    ['0 0 * * MON#1,FRI#3', '2025-06-03T00:00:00Z', '2025-06-20T00:00:00.000Z'],
    // Either of the two: the first of the month, or its last Friday.
    ['0 0 1 * 5L', '2025-06-02T00:00:00Z', '2025-06-27T00:00:00.000Z'],
    ['0 0 1 * 5L', '2025-06-27T00:00:00Z', '2025-07-01T00:00:00.000Z'],
    // The fifth Monday of February waits for a leap year, and 2100 is none.
    ['0 0 * 2 MON#5', '2025-01-01T00:00:00Z', '2044-02-29T00:00:00.000Z'],
    ['0 0 * 2 MON#5', '2073-01-01T00:00:00Z', '2112-02-29T00:00:00.000Z'],
  ])('%s after %s', (expression, after, expected) => {
    const next = compiled(cronTiming(expression)).nextAfter(at(after));
    expect(next === undefined ? 'never' : iso(next)).toBe(expected);
  });

  it('answers strictly after, to the microsecond', () => {
    const noon = at('2025-06-01T12:00:00Z');
    const timing = compiled(cronTiming('0 12 * * *'));
    expect(timing.nextAfter((noon - 1) as WallUs)).toBe(noon);
    expect(timing.nextAfter(noon)).toBe(at('2025-06-02T12:00:00Z'));
    expect(timing.nextAfter((noon + 1) as WallUs)).toBe(at('2025-06-02T12:00:00Z'));
  });

  it('gives up on what never comes', () => {
    expect(compileCron(cronOf('0 0 30 2 *'), UTC, SKIP_FIRST)(0)).toBe(Number.POSITIVE_INFINITY);
  });
});

describe('New York springs forward: 02:00 to 03:00 does not exist on 9 March 2025', () => {
  const night = ['2025-03-09T05:00:00Z', '2025-03-10T05:00:00Z'] as const;

  it('a fixed hour in the gap is skipped, or runs once at its end', () => {
    expect(ticks('30 2 * * *', NEW_YORK, night)).toEqual([]);
    expect(ticks('30 2 * * *', NEW_YORK, night, 'run-at-end')).toEqual(['09 07:00']);
    expect(ticks('*/10 2 * * *', NEW_YORK, night, 'run-at-end')).toEqual(['09 07:00']);
  });

  it('a tick at the end of the gap is not doubled by one from inside', () => {
    expect(ticks('0 2,3 * * *', NEW_YORK, night, 'run-at-end')).toEqual(['09 07:00']);
    expect(ticks('0 1-4 * * *', NEW_YORK, night, 'run-at-end')).toEqual([
      '09 06:00',
      '09 07:00',
      '09 08:00',
    ]);
  });

  it('a time just outside the gap is untouched', () => {
    expect(ticks('59 1 * * *', NEW_YORK, night, 'run-at-end')).toEqual(['09 06:59']);
    expect(ticks('0 3 * * *', NEW_YORK, night)).toEqual(['09 07:00']);
  });

  it('a wildcard hour is never shifted: elapsed time', () => {
    const short = ['2025-03-09T06:00:00Z', '2025-03-09T09:00:00Z'] as const;
    expect(ticks('30 * * * *', NEW_YORK, short, 'run-at-end')).toEqual([
      '09 06:30',
      '09 07:30',
      '09 08:30',
    ]);
    // 02:00 is not there, and 04:00 comes an hour early.
    expect(ticks('0 */2 * * *', NEW_YORK, short, 'run-at-end')).toEqual(['09 08:00']);
  });
});

describe('New York falls back: 01:00 to 02:00 comes twice on 2 November 2025', () => {
  const night = ['2025-11-02T04:00:00Z', '2025-11-02T08:00:00Z'] as const;

  it('a fixed hour runs in the first pass, or in both', () => {
    expect(ticks('30 1 * * *', NEW_YORK, night)).toEqual(['02 05:30']);
    expect(ticks('30 1 * * *', NEW_YORK, night, 'skip', 'both')).toEqual(['02 05:30', '02 06:30']);
    expect(ticks('0,30 1,2 * * *', NEW_YORK, night)).toEqual([
      '02 05:00',
      '02 05:30',
      '02 07:00',
      '02 07:30',
    ]);
  });

  it('a wildcard hour runs in both whatever the policy', () => {
    const expected = ['02 04:30', '02 05:30', '02 06:30', '02 07:30'];
    expect(ticks('30 * * * *', NEW_YORK, night, 'skip', 'first')).toEqual(expected);
    expect(ticks('30 */1 * * *', NEW_YORK, night, 'skip', 'first')).toEqual(expected);
  });

  it('asked in the middle of the second pass, the first is over', () => {
    const timing = compiled(cronTiming('45 1 * * *', NEW_YORK.zone), NEW_YORK);
    const next = timing.nextAfter(at('2025-11-02T06:30:00Z')) as WallUs;
    expect(iso(next)).toBe('2025-11-03T06:45:00.000Z');
  });
});

describe('unusual zones', () => {
  it('Lord Howe Island moves by half an hour', () => {
    const spring = ['2025-10-04T14:00:00Z', '2025-10-05T14:00:00Z'] as const;
    expect(ticks('15 2 * * *', LORD_HOWE, spring)).toEqual([]);
    expect(ticks('15 2 * * *', LORD_HOWE, spring, 'run-at-end')).toEqual(['04 15:30']);
    expect(ticks('30 2 * * *', LORD_HOWE, spring)).toEqual(['04 15:30']);
    const autumn = ['2025-04-05T14:00:00Z', '2025-04-05T18:00:00Z'] as const;
    expect(ticks('45 1 * * *', LORD_HOWE, autumn, 'skip', 'both')).toEqual([
      '05 14:45',
      '05 15:15',
    ]);
    expect(ticks('15 1 * * *', LORD_HOWE, autumn, 'skip', 'both')).toEqual(['05 14:15']);
  });

  it('Samoa lost a whole day', () => {
    const around = ['2011-12-29T00:00:00Z', '2012-01-01T00:00:00Z'] as const;
    expect(ticks('0 12 * * *', APIA, around)).toEqual(['29 22:00', '30 22:00', '31 22:00']);
    // 30 December never was, and nothing of it is made up for.
    for (const gap of ['skip', 'run-at-end'] as const) {
      const daily = ticks('0 12 * * *', APIA, around, gap);
      expect(daily).toEqual(['29 22:00', '30 22:00', '31 22:00']);
      expect(ticks('0 12 30 12 *', APIA, around, gap)).toEqual([]);
    }
  });

  it('Troll moves by two hours', () => {
    const night = ['2026-03-28T12:00:00Z', '2026-03-29T12:00:00Z'] as const;
    const troll = rulesOf('Antarctica/Troll');
    expect(ticks('30 1 * * *', troll, night, 'run-at-end')).toEqual(['29 01:00']);
    expect(ticks('30 2 * * *', troll, night, 'run-at-end')).toEqual(['29 01:00']);
    expect(ticks('0 3 * * *', troll, night)).toEqual(['29 01:00']);
  });
});
