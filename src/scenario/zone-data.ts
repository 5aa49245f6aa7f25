/**
 * Zone rules read from the platform's zone database, found by bisection over what
 * Intl.DateTimeFormat answers. A scenario hands them to machines as data; what the platform
 * believes is recorded as their version.
 */
import { failed, type Outcome, ok } from '../lib/outcome.ts';
import { SECOND, type WallUs } from '../lib/units.ts';
import type { ZoneRules, ZoneTable } from '../scheduler/schedule/zone-rules.ts';

/** Two changes of clock within one step that cancel out would be missed; none are that close. */
const STEP_S = 86_400;
const CACHE_MAX = 1_000;

const cache = new Map<string, ZoneRules>();

/**
 * The rules of an IANA zone with every transition in (fromUs, untilUs]. Outside that range the
 * nearest offset is taken to hold for ever. Fails, in words, for a name that the platform does not
 * know and for a range that runs backwards.
 */
export function zoneRules(
  zone: string,
  fromUs: WallUs,
  untilUs: WallUs,
): Outcome<ZoneRules, string> {
  const fromS = Math.floor(fromUs / SECOND);
  const untilS = Math.ceil(untilUs / SECOND);
  if (!(fromS <= untilS)) return failed(`zone ${zone}: a range from ${fromUs} to ${untilUs}`);
  const key = `${zone} ${fromS} ${untilS}`;
  const known = cache.get(key);
  if (known !== undefined) return ok(known);
  const format = formatOf(zone);
  if (format === undefined) return failed(`unknown time zone ${JSON.stringify(zone.slice(0, 64))}`);
  const rules: ZoneRules = {
    zone,
    version: process.versions.tz ?? 'unknown',
    initialOffsetS: offsetS(format, fromS),
    transitions: transitionsOf(format, fromS, untilS),
  };
  if (cache.size >= CACHE_MAX) cache.clear();
  cache.set(key, rules);
  return ok(rules);
}

/** Rules of several zones; the first that is unknown fails the whole. */
export function zoneTable(
  zones: readonly string[],
  fromUs: WallUs,
  untilUs: WallUs,
): Outcome<ZoneTable, string> {
  const table = new Map<string, ZoneRules>();
  for (const zone of zones) {
    const rules = zoneRules(zone, fromUs, untilUs);
    if (rules.kind === 'failed') return rules;
    table.set(zone, rules.value);
  }
  return ok(table);
}

type Transitions = { readonly atS: number; readonly offsetS: number }[];

function transitionsOf(format: Intl.DateTimeFormat, fromS: number, untilS: number): Transitions {
  const transitions: Transitions = [];
  let atS = fromS;
  let offset = offsetS(format, fromS);
  while (atS < untilS) {
    const stepS = Math.min(atS + STEP_S, untilS);
    if (offsetS(format, stepS) === offset) {
      atS = stepS;
      continue;
    }
    // Looks on from the change itself, so that a second one within the same step is found as well.
    atS = firstChange(format, atS, stepS, offset);
    offset = offsetS(format, atS);
    transitions.push({ atS, offsetS: offset });
  }
  return transitions;
}

/** The first second in (fromS, untilS] with another offset; one is known to exist. */
function firstChange(
  format: Intl.DateTimeFormat,
  fromS: number,
  untilS: number,
  offset: number,
): number {
  let before = fromS;
  let after = untilS;
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2);
    if (offsetS(format, middle) === offset) before = middle;
    else after = middle;
  }
  return after;
}

function formatOf(zone: string): Intl.DateTimeFormat | undefined {
  // Bare offsets such as "+05:00" are left out: whether they work depends on the platform's age.
  if (!/^[A-Za-z][A-Za-z0-9_+/-]{0,63}$/.test(zone)) return undefined;
  try {
    return new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
  } catch {
    return undefined;
  }
}

/** Local time minus UTC at an instant, in seconds: the local fields read as if they were UTC. */
function offsetS(format: Intl.DateTimeFormat, atS: number): number {
  const text = format.format(atS * 1_000);
  const [month, day, year, hour, minute, second] = (text.match(/\d+/g) ?? []).map(Number);
  const localMs = Date.UTC(
    year as number,
    (month as number) - 1,
    day as number,
    hour as number,
    minute as number,
    second as number,
  );
  return localMs / 1_000 - atS;
}
