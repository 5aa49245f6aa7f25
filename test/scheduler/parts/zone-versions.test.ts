/** Which version of the rules of a zone decides: older ones never after newer ones. */
import { expect, test } from 'vitest';
import { type WallUs, wallUs } from '../../../src/lib/units.ts';
import type { ScheduleRecord } from '../../../src/scheduler/parts/book.ts';
import { Ticks } from '../../../src/scheduler/parts/ticks.ts';
import { decideTicks } from '../../../src/scheduler/schedule/decide.ts';
import { checkTiming } from '../../../src/scheduler/schedule/timing.ts';
import type { ZoneTable } from '../../../src/scheduler/schedule/zone-rules.ts';

const HOUR_US = 3_600_000_000;

const tableOf = (version: string): ZoneTable =>
  new Map([['X/Y', { zone: 'X/Y', version, initialOffsetS: 0, transitions: [] }]]);
const ticksBy = (version: string): Ticks => new Ticks(tableOf(version), decideTicks, checkTiming);

const schedule = (timing: ScheduleRecord['spec']['timing'], rules?: string): ScheduleRecord => ({
  v: 1,
  id: 'hourly',
  spec: {
    timing,
    misfire: { late: 'all', windowUs: HOUR_US, catchUpMax: 10 },
    startUs: wallUs(0),
    endUs: wallUs(100 * HOUR_US),
    job: {
      queue: 'default',
      delayUs: 0,
      retry: { maxAttempts: 1, backoff: 'fixed', baseUs: 0, maxUs: 0 },
      timeoutUs: 1,
      delivery: 'at-least-once',
      sink: 'none',
    },
  },
  cursorUs: wallUs(0),
  ...(rules === undefined ? {} : { rules }),
});
const CRON = {
  kind: 'cron',
  expression: '0 * * * *',
  zone: 'X/Y',
  gap: 'skip',
  overlap: 'first',
} as const;

const decided = (ticks: Ticks, record: ScheduleRecord, nowUs: WallUs) =>
  ticks.decideNext(new Map([[record.id, record]]), nowUs);

test('what newer rules have decided is left to them', () => {
  const record = schedule(CRON, '2025b');
  const old = ticksBy('2024b');
  expect(old.track(record)).toBe(false);
  expect(old.nextUs()).toBeUndefined();
  expect(decided(old, record, wallUs(5 * HOUR_US))).toBeUndefined();
});

test('the same rules and newer ones go on, and leave their mark', () => {
  for (const version of ['2025b', '2025c', '2026a']) {
    const ticks = ticksBy(version);
    const record = schedule(CRON, '2025b');
    expect(ticks.track(record)).toBe(true);
    const pass = decided(ticks, record, wallUs(2 * HOUR_US));
    expect(pass?.ticks.length).toBe(2);
    expect(pass?.schedule.rules).toBe(version);
  }
});

test('a schedule without a mark is marked when it is accepted or decided', () => {
  const record = schedule(CRON);
  expect(ticksBy('2024b').stamped(record).rules).toBe('2024b');
  const ticks = ticksBy('2024b');
  expect(ticks.track(record)).toBe(true);
  expect(decided(ticks, record, wallUs(HOUR_US))?.schedule.rules).toBe('2024b');
});

test('an interval has no zone, and so no mark and no version to mind', () => {
  const record = schedule({ kind: 'interval', everyUs: HOUR_US, anchorUs: wallUs(0) });
  const ticks = ticksBy('2024b');
  expect(ticks.stamped(record)).toBe(record);
  expect(ticks.track(record)).toBe(true);
  expect(decided(ticks, record, wallUs(HOUR_US))?.schedule).not.toHaveProperty('rules');
});
