import { existsSync, readFileSync } from 'node:fs';
import { parseDurationUs, type WallUs, wallUs } from '../../../src/lib/units.ts';
import { zoneRules } from '../../../src/scenario/zone-data.ts';
import type { MisfirePolicy, ScheduleSpec, Timing } from '../../../src/scheduler/api.ts';
import { type CronExpression, parseCron } from '../../../src/scheduler/schedule/cron.ts';
import { type Compiled, checkTiming } from '../../../src/scheduler/schedule/timing.ts';
import type { ZoneRules } from '../../../src/scheduler/schedule/zone-rules.ts';

/** An ISO instant as wall time. */
export const at = (iso: string): WallUs => wallUs(Date.parse(iso) * 1_000);
export const iso = (us: number): string => new Date(us / 1_000).toISOString();
export const us = (text: string): number => parseDurationUs(text) as number;

export function cronOf(text: string): CronExpression {
  const parsed = parseCron(text);
  if (parsed.kind === 'failed') throw new Error(`${text}: ${parsed.error.reason}`);
  return parsed.value;
}

const FROM = at('2010-01-01T00:00:00Z');
const UNTIL = at('2030-01-01T00:00:00Z');

/** What the platform says about a zone, 2010 to 2030. */
export function rulesOf(zone: string): ZoneRules {
  const rules = zoneRules(zone, FROM, UNTIL);
  if (rules.kind === 'failed') throw new Error(rules.error);
  return rules.value;
}

/**
 * New York around 2024 to 2026, by hand, so that these tests do not hang on the platform's data.
 */
export const NEW_YORK: ZoneRules = {
  zone: 'America/New_York',
  version: 'by hand',
  initialOffsetS: -18_000,
  transitions: [
    { atS: Date.UTC(2024, 2, 10, 7) / 1_000, offsetS: -14_400 },
    { atS: Date.UTC(2024, 10, 3, 6) / 1_000, offsetS: -18_000 },
    { atS: Date.UTC(2025, 2, 9, 7) / 1_000, offsetS: -14_400 },
    { atS: Date.UTC(2025, 10, 2, 6) / 1_000, offsetS: -18_000 },
  ],
};
/** The half-hour change of Lord Howe Island. */
export const LORD_HOWE: ZoneRules = {
  zone: 'Australia/Lord_Howe',
  version: 'by hand',
  initialOffsetS: 39_600,
  transitions: [
    { atS: Date.UTC(2025, 3, 5, 15) / 1_000, offsetS: 37_800 },
    { atS: Date.UTC(2025, 9, 4, 15, 30) / 1_000, offsetS: 39_600 },
  ],
};
/** Samoa left out 30 December 2011 altogether. */
export const APIA: ZoneRules = {
  zone: 'Pacific/Apia',
  version: 'by hand',
  initialOffsetS: -36_000,
  transitions: [{ atS: Date.UTC(2011, 11, 30, 10) / 1_000, offsetS: 50_400 }],
};
export const UTC: ZoneRules = {
  zone: 'UTC',
  version: 'by hand',
  initialOffsetS: 0,
  transitions: [],
};

export type CronTiming = Extract<Timing, { readonly kind: 'cron' }>;

export const cronTiming = (
  expression: string,
  zone = 'UTC',
  gap: CronTiming['gap'] = 'skip',
  overlap: CronTiming['overlap'] = 'first',
): CronTiming => ({ kind: 'cron', expression, zone, gap, overlap });

export function compiled(timing: Timing, ...rules: readonly ZoneRules[]): Compiled {
  const zones = new Map([UTC, ...rules].map((r) => [r.zone, r]));
  const checked = checkTiming(timing, zones);
  if (checked.kind === 'failed') throw new Error(`${checked.error.field}: ${checked.error.reason}`);
  return checked.value;
}

/** All nominal times with start <= nominal < end. */
export function ticksIn(timing: Compiled, start: WallUs, end: WallUs): WallUs[] {
  const ticks: WallUs[] = [];
  let tick = timing.nextAfter(wallUs(start - 1));
  while (tick !== undefined && tick < end) {
    ticks.push(tick);
    tick = timing.nextAfter(tick);
  }
  return ticks;
}

export const specOf = (
  timing: Timing,
  misfire: Partial<MisfirePolicy> = {},
  bounds: { readonly startUs?: WallUs; readonly endUs?: WallUs } = {},
): ScheduleSpec => ({
  timing,
  misfire: { late: 'skip', windowUs: us('1m'), catchUpMax: 3, ...misfire },
  startUs: bounds.startUs ?? at('2020-01-01T00:00:00Z'),
  endUs: bounds.endUs ?? at('2030-01-01T00:00:00Z'),
  job: {
    queue: 'default',
    delayUs: 0,
    retry: { maxAttempts: 1, backoff: 'fixed', baseUs: 0, maxUs: 0 },
    timeoutUs: us('1m'),
    delivery: 'at-least-once',
    sink: 'token',
  },
});

const DATA = new URL('../../../../shared/data/cron/', import.meta.url);

/** A file of collected cron data that is not part of this repository; undefined where absent. */
export function cronData(name: string): string | undefined {
  const file = new URL(name, DATA);
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
}
