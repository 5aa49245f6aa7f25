/**
 * Which ticks are due, by an independent second opinion: it judges the schedulers' own evaluation,
 * so it shares no code with it. Croner enumerates the local times that an expression matches, as if
 * they were UTC; Intl says which instants each local time stands for; the daylight-saving policies
 * are applied here, explicitly, for croner's own differ.
 *
 * Croner's dialect is bent to ours where the two differ: `n/step` is asked for, the day fields are
 * joined by "and" when either starts with a star (croner looks for a bare star only), a step wider
 * than its field, which croner refuses, is narrowed to one that means the same, and a stepped 7 in
 * the days of the week, which croner takes for no day at all, is written as the Sunday that it is.
 */
import { Cron } from 'croner';
import { DAY, HOUR, type WallUs, wallUs } from '../lib/units.ts';
import type { Timing } from '../scheduler/api.ts';

/** Local time is within this of UTC, and so is a time lost in a gap of the instant at its end. */
const MARGIN_US = 26 * HOUR;

/**
 * Nominal times of a timing with startUs <= nominal < endUs, rising, without repeats. Throws when
 * croner or the platform refuses the expression or zone: check the timing first.
 */
export function dueTicks(timing: Timing, startUs: WallUs, endUs: WallUs): readonly WallUs[] {
  if (timing.kind === 'interval') return intervalTicks(timing, startUs, endUs);
  const zone = zoneOf(timing.zone);
  const isWildcard = hasWildcardHour(timing.expression);
  const found = new Set<number>();
  for (const localMs of localMatches(timing.expression, startUs, endUs)) {
    for (const ms of instantsOf(zone, localMs, timing, isWildcard)) found.add(ms * 1_000);
  }
  const sorted = [...found].sort((a, b) => a - b);
  return sorted.filter((us) => us >= startUs && us < endUs).map(wallUs);
}

function intervalTicks(
  timing: Extract<Timing, { readonly kind: 'interval' }>,
  startUs: WallUs,
  endUs: WallUs,
): readonly WallUs[] {
  const ticks: WallUs[] = [];
  const first = Math.floor((startUs - timing.anchorUs) / timing.everyUs);
  for (let n = first; ; n++) {
    const us = timing.anchorUs + n * timing.everyUs;
    if (us >= endUs) return ticks;
    if (us >= startUs) ticks.push(wallUs(us));
  }
}

/** Every local time that matches, around the range, as milliseconds that pretend to be UTC. */
function* localMatches(expression: string, startUs: number, endUs: number): Iterable<number> {
  const endMs = (endUs + MARGIN_US) / 1_000;
  const cron = new Cron(forCroner(expression), {
    utcOffset: 0,
    paused: true,
    sloppyRanges: true,
    domAndDow: joinsDaysByAnd(expression),
  });
  let at = cron.nextRun(new Date((startUs - MARGIN_US) / 1_000));
  while (at !== null && at.getTime() <= endMs) {
    yield at.getTime();
    at = cron.nextRun(at);
  }
}

/** How many values each of the six fields has; a step of that size leaves the first value only. */
const FIELD_SIZES = [60, 60, 24, 31, 12, 7];

function forCroner(expression: string): string {
  const words = wordsOf(expression);
  if (words.length < 5) return expression.trim().toLowerCase();
  const sizes = FIELD_SIZES.slice(-words.length);
  words.push((words.pop() as string).replace(/(^|,)7\/\d+/g, '$17'));
  return words
    .map((word, at) =>
      word.replace(/\/(\d+)/g, (_, step) => `/${Math.min(Number(step), sizes[at] as number)}`),
    )
    .join(' ');
}

const wordsOf = (expression: string): string[] => expression.trim().split(/\s+/);
const isStar = (word: string | undefined): boolean => word !== undefined && /^[*?]/.test(word);

/** Two restricted day fields mean "either"; a leading star on one of them means "both". */
function joinsDaysByAnd(expression: string): boolean {
  const words = wordsOf(expression);
  return isStar(words.at(-3)) || isStar(words.at(-1));
}

function hasWildcardHour(expression: string): boolean {
  const words = wordsOf(expression);
  return words.length < 5 ? /^@hourly$/i.test(words[0] ?? '') : isStar(words.at(-4));
}

/** The instants at which a local time counts as a tick, in milliseconds. */
function instantsOf(
  zone: Zone,
  localMs: number,
  timing: Extract<Timing, { readonly kind: 'cron' }>,
  isWildcard: boolean,
): readonly number[] {
  const { before, after, changeMs } = zone.around(localMs);
  if (before === after) return [localMs - before];
  const instants: number[] = [];
  // The earlier instant of a local time that comes twice is the one before the change.
  if (localMs - before < changeMs) instants.push(localMs - before);
  if (localMs - after >= changeMs) instants.push(localMs - after);
  if (isWildcard) return instants;
  if (instants.length > 0) return timing.overlap === 'first' ? instants.slice(0, 1) : instants;
  return timing.gap === 'skip' ? [] : [changeMs];
}

/** The clock around a local day, in milliseconds: offsets before and after the only change. */
interface Around {
  readonly before: number;
  readonly after: number;
  /** The first instant with the offset `after`; meaningless when both are equal. */
  readonly changeMs: number;
}

const zones = new Map<string, Zone>();

/** One per name: a crontab asks about the same days of the same zone on every line. */
function zoneOf(name: string): Zone {
  const known = zones.get(name);
  if (known !== undefined) return known;
  const zone = new Zone(name);
  zones.set(name, zone);
  return zone;
}

/** What Intl says about a zone, asked for its offset by name ("GMT-04:00"). */
class Zone {
  readonly #format: Intl.DateTimeFormat;
  readonly #days = new Map<number, Around>();

  constructor(name: string) {
    this.#format = new Intl.DateTimeFormat('en-US', { timeZone: name, timeZoneName: 'longOffset' });
  }

  /** Local minus UTC, in milliseconds. */
  #offsetMs(ms: number): number {
    const found = /GMT(?:([+-])(\d\d):(\d\d)(?::(\d\d))?)?$/.exec(this.#format.format(ms));
    if (found === null) throw new RangeError(`no offset in ${this.#format.format(ms)}`);
    const [, sign, hours = '0', minutes = '0', seconds = '0'] = found;
    const totalS = Number(hours) * 3_600 + Number(minutes) * 60 + Number(seconds);
    return (sign === '-' ? -totalS : totalS) * 1_000;
  }

  /**
   * The clock around all the instants that a local time of this day can stand for. At most one
   * change falls into so short a stretch: changes come weeks apart.
   */
  around(localMs: number): Around {
    const dayMs = DAY / 1_000;
    const day = Math.floor(localMs / dayMs);
    const known = this.#days.get(day);
    if (known !== undefined) return known;
    // Local time is at most 15 hours ahead of UTC and at most 13 behind it; a lost day adds one.
    const fromMs = day * dayMs - 1.125 * dayMs;
    const untilMs = (day + 1) * dayMs + 1.125 * dayMs;
    const [before, after] = [this.#offsetMs(fromMs), this.#offsetMs(untilMs)];
    const changeMs = before === after ? fromMs : this.#changeWithin(fromMs, untilMs);
    const around = { before, after, changeMs };
    this.#days.set(day, around);
    return around;
  }

  /** The first whole second after the change of clock between two instants, in milliseconds. */
  #changeWithin(fromMs: number, untilMs: number): number {
    const offset = this.#offsetMs(fromMs);
    let before = Math.floor(fromMs / 1_000);
    let after = Math.ceil(untilMs / 1_000);
    while (after - before > 1) {
      const middle = Math.floor((before + after) / 2);
      if (this.#offsetMs(middle * 1_000) === offset) before = middle;
      else after = middle;
    }
    return after * 1_000;
  }
}
