/**
 * What cron evaluation is tried on: expressions of every form, in ten zones over twenty years,
 * three samples in four around a change of clock. Those who draw from it fix the seed, so that
 * every run asks the same questions and a difference can be asked for again.
 *
 * All that is compared here has its zone data from the platform (Intl): what is put to the test is
 * what is made of them, not whether they are right.
 */
import fc from 'fast-check';
import { canFire, parseCron } from '../../src/scheduler/schedule/cron.ts';
import type { ZoneRules } from '../../src/scheduler/schedule/zone-rules.ts';
import { rulesOf } from '../scheduler/schedule/support.ts';

/** What they are picked for, beside being places where people live. */
const ZONES: Readonly<Record<string, string>> = {
  'America/New_York': 'the usual hour',
  'Europe/Dublin': 'winter is the exception by law: saving is negative in the zone data',
  'Australia/Lord_Howe': 'half an hour',
  'Asia/Amman': 'at midnight; for good in 2022',
  'Pacific/Apia': 'a day left out; for good in 2021',
  'America/Santiago': 'at midnight; the south',
  'America/Sao_Paulo': 'at midnight; given up in 2019',
  'Africa/Casablanca': 'four changes a year, around Ramadan; negative from 2018 on',
  'Antarctica/Troll': 'two hours',
  'America/Nuuk': 'on a Saturday evening; a gap that ends at midnight from 2024 on',
};
const RULES = new Map(Object.keys(ZONES).map((zone) => [zone, rulesOf(zone)]));
export const ZONE_NAMES: readonly string[] = [...RULES.keys()];
export const rulesIn = (zone: string): ZoneRules => RULES.get(zone) ?? rulesOf(zone);

/** The twenty years that the rules cover. */
export const FROM_S = Date.UTC(2010, 0, 1) / 1_000;
export const UNTIL_S = Date.UTC(2030, 0, 1) / 1_000;

/** A field: star, number, list, range or step. Croner refuses steps wider than the field. */
function field(low: number, high: number): fc.Arbitrary<string> {
  const value = fc.integer({ min: low, max: high });
  const step = fc.integer({ min: 2, max: Math.max(2, high >> 1) });
  return fc.oneof(
    { weight: 3, arbitrary: fc.constant('*') },
    { weight: 4, arbitrary: value.map(String) },
    fc.array(value, { minLength: 2, maxLength: 3 }).map(String),
    fc.tuple(value, value).map(([a, b]) => `${Math.min(a, b)}-${Math.max(a, b)}`),
    fc.tuple(fc.oneof(fc.constant('*'), value.map(String)), step).map((x) => x.join('/')),
  );
}

/** The hours in which clocks change, more often than others. */
const hours = fc.constantFrom('0', '1', '2', '3', '22', '23', '1,2', '0-3', '2,14', '1-9', '*/2');
const star = { weight: 6, arbitrary: fc.constant('*') };
const days = fc.oneof(star, field(1, 31), fc.constantFrom('L', 'LW', '15W', '1W', '1,L'));
const counted = fc.constantFrom('5L', 'SUN#2', 'MON#1,FRI#3', 'sun', 'fri-sun');
const weekdays = fc.oneof(star, field(0, 7), counted);
const months = fc.oneof(star, field(1, 12));
const fiveFields = fc
  .tuple(field(0, 59), fc.oneof(hours, field(0, 23)), days, months, weekdays)
  .map((fields) => fields.join(' '));
const expressions = fc
  .oneof(
    { weight: 4, arbitrary: fiveFields },
    fc.tuple(field(0, 59), fiveFields).map((x) => x.join(' ')),
  )
  .filter((text) => {
    const parsed = parseCron(text);
    return parsed.kind === 'ok' && canFire(parsed.value);
  });

/** When does it fire next? */
export interface Sample {
  readonly text: string;
  readonly zone: string;
  /** In UTC seconds, as all instants here. */
  readonly afterS: number;
}

/** Seconds from a change of clock: within two days of it, or two hours. */
const offsetsS = fc.oneof(
  fc.integer({ min: -36 * 3_600, max: 12 * 3_600 }),
  fc.integer({ min: -2 * 3_600, max: 2 * 3_600 }),
);

export const samples: fc.Arbitrary<Sample> = fc
  .record({
    text: expressions,
    zone: fc.constantFrom(...ZONE_NAMES),
    change: fc.nat(1_000),
    offS: fc.option(offsetsS, { freq: 3 }),
    anywhereS: fc.integer({ min: FROM_S, max: UNTIL_S - 1 }),
  })
  .map(({ text, zone, change, offS, anywhereS }) => {
    const { transitions } = rulesIn(zone);
    const changeS = transitions[change % transitions.length]?.atS;
    const isNear = offS !== null && changeS !== undefined;
    return { text, zone, afterS: isNear ? changeS + offS : anywhereS };
  });
