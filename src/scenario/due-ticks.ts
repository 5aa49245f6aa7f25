/**
 * Which ticks are due, by an independent second opinion: it judges the schedulers' own evaluation,
 * so it shares no code with it. Croner says which seconds, minutes, hours and days an expression
 * matches, all in UTC; Intl says which instants each local time stands for; the daylight-saving
 * policies are applied here, explicitly, for croner's own differ.
 *
 * Croner's dialect is bent to ours where the two differ: `n/step` is asked for, the two day fields
 * are asked one by one and joined here (croner takes a stepped star for a restriction), a step
 * wider than its field, which croner refuses, is narrowed to one that means the same, a stepped 7
 * in the days of the week, which croner takes for no day at all, is written as the Sunday that it
 * is, and `L-3`, which croner has not, is looked up from the last day of the month.
 */
import { Cron } from 'croner';
import { DAY, HOUR, parseDurationUs, type WallUs, wallUs } from '../lib/units.ts';
import type { Timing } from '../scheduler/api.ts';
import { type Around, zoneOf } from './zone-clock.ts';

/** Local time is within this of UTC, and so is a time lost in a gap of the instant at its end. */
const MARGIN_US = 26 * HOUR;
const DAY_MS = DAY / 1_000;

/**
 * Nominal times of a timing with startUs <= nominal < endUs, rising, without repeats. Throws when
 * croner or the platform refuses the expression or zone: check the timing first.
 */
export function dueTicks(timing: Timing, startUs: WallUs, endUs: WallUs): readonly WallUs[] {
  if (timing.kind === 'interval') {
    return intervalTicks(timing.everyUs, timing.anchorUs, startUs, endUs);
  }
  const [, span] = /^\s*@every\s+(\S+)\s*$/i.exec(timing.expression) ?? [];
  if (span !== undefined) return intervalTicks(spanUs(span), 0, startUs, endUs);
  const zone = zoneOf(timing.zone);
  const isWildcard = hasWildcardHour(timing.expression);
  const { timesMs, hasDay } = patternOf(timing.expression);
  const found: number[] = [];
  const lastDay = Math.floor((endUs + MARGIN_US) / DAY);
  for (let day = Math.floor((startUs - MARGIN_US) / DAY); day <= lastDay; day++) {
    if (!hasDay(day)) continue;
    const around = zone.around(day);
    for (const timeMs of timesMs) {
      const localMs = day * DAY_MS + timeMs;
      if (around.before === around.after) found.push((localMs - around.before) * 1_000);
      else {
        const instants = instantsOf(around, localMs, timing, isWildcard);
        found.push(...instants.map((ms) => ms * 1_000));
      }
    }
  }
  return withoutRepeats(found)
    .filter((us) => us >= startUs && us < endUs)
    .map(wallUs);
}

/** Rising. A change of clock may bring two local times to one instant, or later ones first. */
function withoutRepeats(us: number[]): number[] {
  us.sort((a, b) => a - b);
  return us.filter((each, at) => each !== us[at - 1]);
}

/** The span of `@every`, in microseconds. */
function spanUs(span: string): number {
  const us = parseDurationUs(span);
  if (us === undefined || us <= 0) throw new RangeError(`@every ${span}: not a span`);
  return us;
}

function intervalTicks(
  everyUs: number,
  anchorUs: number,
  startUs: WallUs,
  endUs: WallUs,
): readonly WallUs[] {
  const ticks: WallUs[] = [];
  const first = Math.floor((startUs - anchorUs) / everyUs);
  for (let n = first; ; n++) {
    const us = anchorUs + n * everyUs;
    if (us >= endUs) return ticks;
    if (us >= startUs) ticks.push(wallUs(us));
  }
}

/** What an expression matches: some times of some days. */
interface Pattern {
  /** Since midnight, rising. */
  readonly timesMs: readonly number[];
  /** Whether it matches on that many days after 1970-01-01. */
  readonly hasDay: (day: number) => boolean;
}

const NICKNAMES: Readonly<Record<string, string>> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
  '@every_minute': '* * * * *',
  '@every_second': '* * * * * *',
};

const patterns = new Map<string, Pattern>();

function patternOf(expression: string): Pattern {
  const known = patterns.get(expression);
  if (known !== undefined) return known;
  const [second = '', minute = '', hour = '', ...dayFields] = narrowed(wordsOf(expression));
  const timesMs: number[] = [];
  const seconds = matchesOf(`${second} * * * * *`, 60, 1_000);
  const minutes = matchesOf(`* ${minute} * * * *`, 60, 60_000);
  for (const hourMs of matchesOf(`* * ${hour} * * *`, 24, 3_600_000)) {
    for (const minuteMs of minutes) {
      for (const secondMs of seconds) timesMs.push(hourMs + minuteMs + secondMs);
    }
  }
  const pattern = { timesMs, hasDay: daysOf(dayFields, joinsDaysByAnd(expression)) };
  patterns.set(expression, pattern);
  return pattern;
}

const cronerOf = (pattern: string): Cron =>
  new Cron(pattern, { mode: '6-part', utcOffset: 0, paused: true, sloppyRanges: true });

/** Of the first `count` multiples of `unitMs`, those that match. */
function matchesOf(pattern: string, count: number, unitMs: number): number[] {
  const cron = cronerOf(pattern);
  const all = Array.from({ length: count }, (_, n) => n * unitMs);
  return all.filter((ms) => cron.match(new Date(ms)));
}

/** Days asked once: a crontab asks for the same days on every line. */
const dayAnswers = new Map<string, Map<number, boolean>>();

function daysOf(dayFields: readonly string[], joinsByAnd: boolean): (day: number) => boolean {
  const [days = '', month = '', weekdays = ''] = dayFields;
  const key = [...dayFields, joinsByAnd].join(' ');
  const answers = dayAnswers.get(key) ?? new Map<number, boolean>();
  dayAnswers.set(key, answers);
  const isMonth = cronerOf(`* * * * ${month} *`);
  const isWeekday = cronerOf(`* * * * * ${weekdays}`);
  const isOneOfDays = days.split(',').map(dayOfMonth);
  const ask = (day: number) => {
    const at = new Date(day * DAY_MS);
    if (!isMonth.match(at)) return false;
    const byDay = isOneOfDays.some((matches) => matches(day));
    return joinsByAnd ? byDay && isWeekday.match(at) : byDay || isWeekday.match(at);
  };
  return (day) => {
    const known = answers.get(day);
    if (known !== undefined) return known;
    const answer = ask(day);
    answers.set(day, answer);
    return answer;
  };
}

/** One item of the days of the month; croner has no `L-3` and no `L-3W`. */
function dayOfMonth(item: string): (day: number) => boolean {
  const back = /^L-(\d+)(W?)$/i.exec(item);
  const cron = cronerOf(`* * * ${back === null ? item : 'L'} * *`);
  if (back === null) return (day) => cron.match(new Date(day * DAY_MS));
  const isThatDay = (day: number) => {
    const last = day + Number(back[1]);
    return monthOf(last) === monthOf(day) && cron.match(new Date(last * DAY_MS));
  };
  if (back[2] === '') return isThatDay;
  // A workday stands in for its neighbours of the same month that are none.
  return (day) => {
    const weekday = new Date(day * DAY_MS).getUTCDay();
    const near = weekday === 1 ? [0, -1, -2] : weekday === 5 ? [0, 1, 2] : [0];
    if (weekday === 0 || weekday === 6) return false;
    return near.some((off) => {
      if (monthOf(day + off) !== monthOf(day) || !isThatDay(day + off)) return false;
      // Two days away only where the day that is nearer belongs to another month.
      return Math.abs(off) < 2 || monthOf(day + (3 * off) / 2) !== monthOf(day);
    });
  };
}

const monthOf = (day: number): number => new Date(day * DAY_MS).getUTCMonth();

/** How many values each of the six fields has; a step of that size leaves the first value only. */
const FIELD_SIZES = [60, 60, 24, 31, 12, 7];

/** Six fields in which croner reads what we mean. */
function narrowed(words: readonly string[]): readonly string[] {
  const six = words.length === 5 ? ['0', ...words] : [...words];
  six.push((six.pop() ?? '').replace(/(^|,)7\/\d+/g, '$17'));
  return six.map((word, at) =>
    word.replace(/\/(\d+)/g, (_, step) => `/${Math.min(Number(step), FIELD_SIZES[at] ?? 0)}`),
  );
}

/** The fields of an expression, of a nickname those that it stands for. */
function wordsOf(expression: string): string[] {
  const text = expression.trim();
  return (NICKNAMES[text.toLowerCase()] ?? text).split(/\s+/);
}

const isStar = (word: string | undefined): boolean => word !== undefined && /^[*?]/.test(word);

/** Two restricted day fields mean "either"; a leading star on one of them means "both". */
function joinsDaysByAnd(expression: string): boolean {
  const words = wordsOf(expression);
  return isStar(words.at(-3)) || isStar(words.at(-1));
}

const hasWildcardHour = (expression: string): boolean => isStar(wordsOf(expression).at(-4));

/** The instants at which a local time near a change of clock counts as a tick, in milliseconds. */
function instantsOf(
  { before, after, changeMs }: Around,
  localMs: number,
  timing: Extract<Timing, { readonly kind: 'cron' }>,
  isWildcard: boolean,
): readonly number[] {
  const instants: number[] = [];
  // The earlier instant of a local time that comes twice is the one before the change.
  if (localMs - before < changeMs) instants.push(localMs - before);
  if (localMs - after >= changeMs) instants.push(localMs - after);
  if (isWildcard) return instants;
  if (instants.length > 0) return timing.overlap === 'first' ? instants.slice(0, 1) : instants;
  // A day that a zone left out never was, and nothing of it is made up for.
  return timing.gap === 'skip' || after - before >= DAY_MS ? [] : [changeMs];
}
