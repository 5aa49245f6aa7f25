import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type WallUs, wallUs } from '../../../src/lib/units.ts';
import type { ScheduleSpec, Timing } from '../../../src/scheduler/api.ts';
import { checkSchedule } from '../../../src/scheduler/schedule/schedule.ts';
import { checkTiming } from '../../../src/scheduler/schedule/timing.ts';
import { at, compiled, cronTiming, NEW_YORK, specOf, UTC, us } from './support.ts';

const ZONES = new Map([UTC, NEW_YORK].map((rules) => [rules.zone, rules]));
const problem = (timing: Timing) => {
  const checked = checkTiming(timing, ZONES);
  return checked.kind === 'failed' ? checked.error : undefined;
};
const interval = (everyUs: number, anchorUs = 0): Timing => ({
  kind: 'interval',
  everyUs,
  anchorUs: wallUs(anchorUs),
});

describe('checkTiming refuses', () => {
  it.each([
    [cronTiming('0 25 * * *'), 'timing.expression', /^hour: 25 is outside 0-23$/],
    [cronTiming('@reboot'), 'timing.expression', /boots/],
    [cronTiming('0 0 30 2 *'), 'timing.expression', /never fires/],
    [cronTiming('0 0 * * *', 'Mars/Olympus'), 'timing.zone', /unknown time zone Mars\/Olympus/],
    [{ ...cronTiming('@daily'), gap: 'shift' } as unknown as Timing, 'timing.gap', /skip/],
    [{ ...cronTiming('@daily'), overlap: 'last' } as unknown as Timing, 'timing.overlap', /first/],
    [{ kind: 'moon' } as unknown as Timing, 'timing.kind', /cron/],
    [interval(0), 'timing.everyUs', /1 ms/],
    [interval(-us('1s')), 'timing.everyUs', /1 ms/],
    [interval(1_000.5), 'timing.everyUs', /whole/],
    [interval(Number.NaN), 'timing.everyUs', /whole/],
    [interval(us('1h'), Number.POSITIVE_INFINITY), 'timing.anchorUs', /whole/],
  ])('%o', (timing, field, reason) => {
    expect(problem(timing)).toEqual({ field, reason: expect.stringMatching(reason) });
  });
});

describe('intervals', () => {
  it('are the anchor plus whole multiples, before it as well', () => {
    const anchor = at('2025-01-01T00:00:05Z');
    const timing = compiled({ kind: 'interval', everyUs: us('10s'), anchorUs: anchor });
    expect(timing.nextAfter(at('2025-01-01T00:00:00Z'))).toBe(anchor);
    expect(timing.nextAfter(anchor)).toBe(anchor + us('10s'));
    expect(timing.nextAfter(at('2024-12-31T23:59:54Z'))).toBe(anchor - us('10s'));
  });

  it('leave no hole and no repeat', () => {
    const everyUs = fc.integer({ min: 1_000, max: us('1d') });
    const instant = fc.integer({ min: -(2 ** 50), max: 2 ** 52 });
    fc.assert(
      fc.property(everyUs, instant, instant, (every, anchor, from) => {
        const next = compiled(interval(every, anchor)).nextAfter(wallUs(from)) as WallUs;
        expect(next).toBeGreaterThan(from);
        expect(next - from).toBeLessThanOrEqual(every);
        expect(Math.abs((next - anchor) % every)).toBe(0);
      }),
    );
  });
});

it('@every counts from the epoch, through gaps and overlaps, whatever the zone', () => {
  const text = (span: string) => cronTiming(`@every ${span}`, NEW_YORK.zone, 'skip', 'first');
  const halves = compiled(text('30m'), NEW_YORK);
  for (const around of ['2025-03-09T07:00:00Z', '2025-11-02T06:00:00Z']) {
    expect(halves.nextAfter(at(around))).toBe(at(around) + us('30m'));
    expect(halves.nextAfter(wallUs(at(around) - 1))).toBe(at(around));
  }
  const sevens = compiled(text('7m'), NEW_YORK).nextAfter(at('2025-01-01T00:00:00Z')) as WallUs;
  expect(sevens % us('7m')).toBe(0);
  const unknown = problem(cronTiming('@every 5m', 'Mars/Olympus'));
  expect(unknown).toEqual({ field: 'timing.zone', reason: 'unknown time zone Mars/Olympus' });
});

describe('checkSchedule', () => {
  const good = specOf(cronTiming('@hourly'));
  it.each<[Partial<ScheduleSpec>, string]>([
    [{ misfire: { ...good.misfire, late: 'never' as 'skip' } }, 'misfire.late'],
    [{ misfire: { ...good.misfire, windowUs: -1 } }, 'misfire.windowUs'],
    [{ misfire: { ...good.misfire, catchUpMax: 1e9 } }, 'misfire.catchUpMax'],
    [{ startUs: wallUs(Number.NaN) }, 'startUs'],
    [{ endUs: good.startUs }, 'endUs'],
    [{ timing: cronTiming('* * *') }, 'timing.expression'],
  ])('refuses %o', (change, field) => {
    const checked = checkSchedule({ ...good, ...change }, ZONES);
    expect(checked.kind === 'failed' && checked.error.field).toBe(field);
  });

  it('accepts what is right, an open end included', () => {
    expect(checkSchedule(good, ZONES).kind).toBe('ok');
    const open = { ...good, endUs: wallUs(Number.POSITIVE_INFINITY) };
    expect(checkSchedule(open, ZONES).kind).toBe('ok');
  });
});
