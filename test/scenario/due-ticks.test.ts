import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DAY, HOUR, type WallUs, wallUs } from '../../src/lib/units.ts';
import { dueTicks } from '../../src/scenario/due-ticks.ts';
import { canFire, parseCron } from '../../src/scheduler/schedule/cron.ts';
import { decideTicks } from '../../src/scheduler/schedule/decide.ts';
import { checkTiming } from '../../src/scheduler/schedule/timing.ts';
import {
  at,
  type CronTiming,
  cronData,
  cronTiming,
  iso,
  rulesOf,
  specOf,
  ticksIn,
  us,
} from '../scheduler/schedule/support.ts';

/** A change of clock in each of the awkward zones, both ways where there are both. */
const CHANGES: readonly (readonly [string, string])[] = [
  ['America/New_York', '2025-03-09T07:00:00Z'],
  ['America/New_York', '2025-11-02T06:00:00Z'],
  ['Australia/Lord_Howe', '2025-04-05T15:00:00Z'],
  ['Australia/Lord_Howe', '2025-10-04T15:30:00Z'],
  ['Asia/Amman', '2021-03-25T22:00:00Z'],
  ['Asia/Amman', '2021-10-28T22:00:00Z'],
  ['Pacific/Apia', '2011-12-30T10:00:00Z'],
  ['Pacific/Apia', '2012-03-31T14:00:00Z'],
];
type Policy = Pick<CronTiming, 'gap' | 'overlap'>;
const POLICIES: readonly [Policy, Policy, Policy, Policy] = [
  { gap: 'skip', overlap: 'first' },
  { gap: 'skip', overlap: 'both' },
  { gap: 'run-at-end', overlap: 'first' },
  { gap: 'run-at-end', overlap: 'both' },
];
/** Enough where only one change is in sight: it is a gap or an overlap, never both. */
const EITHER_POLICY: readonly Policy[] = [POLICIES[0], POLICIES[3]];
const ZONES = new Map(CHANGES.map(([zone]) => [zone, rulesOf(zone)]));

const listed = (ticks: readonly number[]) => ticks.map(iso);

/** Ticks by the schedulers' own evaluation. */
function ours(timing: CronTiming, start: WallUs, end: WallUs): readonly WallUs[] {
  const checked = checkTiming(timing, ZONES);
  if (checked.kind === 'failed') throw new Error(checked.error.reason);
  return ticksIn(checked.value, start, end);
}

describe('dueTicks', () => {
  it('lists an interval by arithmetic, start included, end not', () => {
    const start = at('2025-01-01T00:00:00Z');
    const timing = { kind: 'interval', everyUs: us('10s'), anchorUs: start } as const;
    const end = at('2025-01-01T00:00:30Z');
    expect(dueTicks(timing, start, end)).toEqual([0, 10, 20].map((s) => start + s * 1e6));
    expect(dueTicks(timing, wallUs(start + 1), end)).toHaveLength(2);
    expect(dueTicks({ ...timing, anchorUs: end }, start, end)).toHaveLength(3);
  });

  it('start is included, end is not', () => {
    const start = at('2025-01-01T00:00:00Z');
    expect(dueTicks(cronTiming('* * * * *'), start, wallUs(start + us('3m')))).toHaveLength(3);
  });

  it.each([
    ['0 0 */2 * 1', '2025-06-01', ['2025-06-09', '2025-06-23']],
    ['0 0 1 * 1', '2025-06-01', ['2025-06-01', '2025-06-02', '2025-06-09', '2025-06-16']],
    ['0 0 ? * 7', '2025-06-03', ['2025-06-08', '2025-06-15', '2025-06-22']],
    ['0 0 1 JAN/6 *', '2025-06-01', ['2025-07-01', '2026-01-01']],
    ['0 0 29 2 *', '2025-06-01', []],
  ])('reads %s as this dialect does', (expression, from, expected) => {
    const start = at(`${from}T00:00:00Z`);
    const end = wallUs(start + 230 * DAY);
    const ticks = listed(dueTicks(cronTiming(expression), start, end));
    expect(ticks.slice(0, expected.length)).toEqual(expected.map((day) => `${day}T00:00:00.000Z`));
    expect(expected.length > 0 || ticks.length === 0).toBe(true);
  });

  it('applies the policies around a change', () => {
    const night = [at('2025-03-09T05:00:00Z'), at('2025-03-09T10:00:00Z')] as const;
    const half = (gap: CronTiming['gap']) => cronTiming('30 2 * * *', 'America/New_York', gap);
    expect(dueTicks(half('skip'), ...night)).toEqual([]);
    expect(listed(dueTicks(half('run-at-end'), ...night))).toEqual(['2025-03-09T07:00:00.000Z']);
    const autumn = [at('2025-11-02T04:00:00Z'), at('2025-11-02T08:00:00Z')] as const;
    const both = cronTiming('30 1 * * *', 'America/New_York', 'skip', 'both');
    expect(dueTicks(both, ...autumn)).toHaveLength(2);
    expect(dueTicks({ ...both, overlap: 'first' }, ...autumn)).toHaveLength(1);
    const every = cronTiming('30 * * * *', 'America/New_York', 'skip', 'first');
    expect(dueTicks(every, ...autumn)).toHaveLength(4);
  });
});

/** Compares both opinions around a change; the window shrinks for expressions that fire often. */
function compare(expression: string, zone: string, change: string, policy: Policy) {
  const parsed = parseCron(expression);
  if (parsed.kind === 'failed') throw new Error(`${expression}: ${parsed.error.reason}`);
  const { seconds, minutes, hours } = parsed.value;
  const perDay = seconds.length * minutes.length * hours.length;
  const spanUs = perDay > 1_500 ? 3 * HOUR : perDay > 100 ? 12 * HOUR : 8 * DAY;
  const timing = cronTiming(expression, zone, policy.gap, policy.overlap);
  const start = wallUs(at(change) - spanUs);
  const end = wallUs(at(change) + spanUs);
  const theirs = dueTicks(timing, start, end);
  const mine = ours(timing, start, end);
  const same = mine.length === theirs.length && mine.every((tick, n) => tick === theirs[n]);
  if (!same) {
    const told = `${expression} in ${zone}, gap ${policy.gap}, overlap ${policy.overlap}`;
    expect(listed(mine), told).toEqual(listed(theirs));
  }
  return mine.length;
}

const realText = cronData('real-expressions.txt');
const REAL = (realText ?? '').split('\n').filter((line) => line !== '');

describe.skipIf(realText === undefined)(
  'expressions in real use (skipped where ../shared/data/cron is absent)',
  () => {
    const usable = REAL.filter((text) => {
      const parsed = parseCron(text);
      return parsed.kind === 'ok' && canFire(parsed.value);
    });

    it('all are usable but for a bad hour, @reboot and two that never fire', () => {
      expect(REAL).toHaveLength(334);
      expect(REAL.filter((text) => !usable.includes(text))).toEqual([
        '0 0 30 2 *',
        '0 0 31 2 *',
        '0 30 * * *',
        '@reboot',
      ]);
    });

    it.each(CHANGES)('both opinions agree in %s around %s', (zone, change) => {
      let compared = 0;
      for (const expression of usable) {
        for (const policy of EITHER_POLICY) compared += compare(expression, zone, change, policy);
      }
      expect(compared).toBeGreaterThan(8_000);
    });
  },
);

/** A field: star, number, list, range or step, in this dialect. */
const field = (low: number, high: number): fc.Arbitrary<string> => {
  const value = fc.integer({ min: low, max: high });
  const span = fc.tuple(value, value).map(([a, b]) => `${Math.min(a, b)}-${Math.max(a, b)}`);
  const step = fc.integer({ min: 1, max: high + 5 });
  return fc.oneof(
    { weight: 4, arbitrary: fc.constant('*') },
    { weight: 3, arbitrary: value.map(String) },
    fc.constant('?'),
    fc.array(fc.oneof(value.map(String), span), { minLength: 1, maxLength: 4 }).map(String),
    fc.tuple(fc.oneof(fc.constant('*'), span, value.map(String)), step).map((x) => x.join('/')),
  );
};
/** Days counted within the month, as croner and this dialect both have them or as ours alone. */
const back = fc.integer({ min: 0, max: 30 }).map((n) => `L-${n}`);
const counted = fc.oneof(
  fc.constantFrom('L', '1,L', 'LW', 'L-3,15', 'L,L-7'),
  back,
  back.map((item) => `${item}W`),
  fc.integer({ min: 1, max: 31 }).map((day) => `${day}W`),
);
const weekday = fc.constantFrom('0', '1', '5', '7', 'SUN', 'wed', 'Sat');
const countedWeekday = fc.oneof(
  weekday.map((name) => `${name}L`),
  fc.tuple(weekday, fc.integer({ min: 1, max: 5 })).map((x) => x.join('#')),
  fc.constantFrom('MON#1,FRI#3', '2,5L', 'sunl,SUN#1'),
);
const dayOfMonth = fc.oneof({ weight: 3, arbitrary: field(1, 31) }, counted);
const dayOfWeek = fc.oneof({ weight: 3, arbitrary: field(0, 7) }, countedWeekday);
const expressions = fc
  .tuple(field(0, 59), field(0, 23), dayOfMonth, field(1, 12), dayOfWeek)
  .map((fields) => fields.join(' '))
  .filter((text) => {
    const parsed = parseCron(text);
    return parsed.kind === 'ok' && canFire(parsed.value);
  });

describe('any expression', () => {
  it.each([
    '@hourly',
    '@daily',
    '@Midnight',
    '@weekly',
    '@monthly',
    '@yearly',
    '@ANNUALLY',
    '0 0 * * fri-sun',
    '30 2 * mar,NOV sun/3',
    '0 3 * * 7/2',
    ' 0   2 * * MON ',
  ])('both opinions read %s alike', (text) => {
    for (const [zone, change] of CHANGES) {
      for (const policy of POLICIES) compare(text, zone, change, policy);
    }
    const year = [at('2025-01-01T00:00:00Z'), at('2026-01-02T00:00:00Z')] as const;
    const timing = cronTiming(text, 'America/New_York');
    expect(ours(timing, ...year)).toEqual(dueTicks(timing, ...year));
    expect(ours(timing, ...year).length).toBeGreaterThan(0);
  });

  it.each(['@every 1h30m', ' @EVERY 7m', '@every 45s', '@every_minute', '@every_second'])(
    'and %s',
    (text) => {
      for (const [zone, change] of CHANGES) {
        const night = [wallUs(at(change) - 6 * HOUR), wallUs(at(change) + 6 * HOUR)] as const;
        const ticks = ours(cronTiming(text, zone), ...night);
        expect(ticks).toEqual(dueTicks(cronTiming(text, zone), ...night));
        expect(ticks.length).toBeGreaterThan(6);
      }
    },
  );

  it('both opinions agree on the days of ten years', () => {
    const dates = fc
      .tuple(dayOfMonth, field(1, 12), dayOfWeek)
      .map((fields) => `0 12 ${fields.join(' ')}`)
      .filter((text) => {
        const parsed = parseCron(text);
        return parsed.kind === 'ok' && canFire(parsed.value);
      });
    const [start, end] = [at('2020-01-01T00:00:00Z'), at('2030-01-01T00:00:00Z')];
    fc.assert(
      fc.property(dates, (text) => {
        const timing = cronTiming(text, 'America/New_York');
        expect(ours(timing, start, end)).toEqual(dueTicks(timing, start, end));
      }),
      { numRuns: 60 },
    );
  });

  it('both opinions agree around a change of clock', () => {
    fc.assert(
      fc.property(
        expressions,
        fc.constantFrom(...CHANGES),
        fc.constantFrom(...POLICIES),
        (text, [zone, change], policy) => {
          compare(text, zone, change, policy);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('decided on time, however often, the ticks that run are the ones that are due', () => {
    const looks = fc.array(fc.integer({ min: 0, max: 2 * DAY }), { maxLength: 12 });
    fc.assert(
      fc.property(
        expressions,
        fc.constantFrom(...CHANGES),
        fc.constantFrom(...POLICIES),
        looks,
        (text, [zone, change], policy, offsets) => {
          const timing = cronTiming(text, zone, policy.gap, policy.overlap);
          const start = wallUs(at(change) - DAY);
          const end = wallUs(at(change) + DAY);
          const checked = checkTiming(timing, ZONES);
          if (checked.kind === 'failed') throw new Error(checked.error.reason);
          const spec = specOf(timing, { windowUs: 4 * DAY }, { startUs: start, endUs: end });
          const run: WallUs[] = [];
          let cursor = wallUs(start - 1);
          for (const offset of [...offsets.sort((a, b) => a - b), 2 * DAY]) {
            const now = wallUs(start + offset);
            const decided = decideTicks(spec, checked.value, cursor, now, 1e6);
            run.push(...decided.decisions.map((decision) => decision.nominalUs));
            cursor = decided.cursorUs;
          }
          expect(run).toEqual(dueTicks(timing, start, end));
        },
      ),
      { numRuns: 100 },
    );
  });
});
