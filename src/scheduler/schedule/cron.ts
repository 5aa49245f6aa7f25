/**
 * Cron expressions as data. Five fields (minute, hour, day of month, month, day of week) or six (a
 * second first); lists, ranges, steps, names, the usual nicknames, and days counted within their
 * month (`L`, `W` and `#`: cron-days.ts). What differs between cron dialects is decided here once:
 *
 * - Both day fields restricted: a day matches when either does (the rule of Vixie cron); a field
 *   counts as restricted unless it starts with `*` or `?`. Otherwise a day must match both.
 * - `n/step` runs from n to the end of the field. A step past the end of an open-ended item is
 *   refused (hardly anybody means "once an hour" by every 90 minutes); in a range it is taken, for
 *   crontabs in real use have such.
 * - `?` is `*`; 0 and 7 are Sunday.
 * - A range that runs backwards is refused rather than wrapped, for dialects differ.
 * - `@every` and a span is an interval, counted from the epoch rather than from when the scheduler
 *   started, so that a restart or another leader moves no tick.
 */
import { failed, type Outcome, ok } from '../../lib/outcome.ts';
import { DAY, parseDurationUs, SECOND } from '../../lib/units.ts';
import { addCounted, type CountedDays, type DayRule, maskOf } from './cron-days.ts';
import { addItem, FIELDS, type Field, quoted } from './cron-field.ts';

/** A parsed expression: for every field the values it allows, rising and without repeats. */
export interface CronExpression extends DayRule {
  /** As it was written, without surrounding space. */
  readonly text: string;
  /** Just 0 when the expression has five fields. */
  readonly seconds: readonly number[];
  readonly minutes: readonly number[];
  readonly hours: readonly number[];
  /** 1 to 12. */
  readonly months: readonly number[];
  /** The hour field starts with `*`: daylight-saving policies do not touch such an expression. */
  readonly isHourWildcard: boolean;
}

/** Why an expression was refused; `field` is absent when the whole of it is wrong. */
export interface CronProblem {
  readonly reason: string;
  readonly field?: string;
}

/** What an expression stands for: times of the calendar, or a span from tick to tick. */
export type CronMeaning =
  | { readonly kind: 'calendar'; readonly cron: CronExpression }
  | { readonly kind: 'every'; readonly everyUs: number };

const NICKNAMES: ReadonlyMap<string, string> = new Map([
  ['@yearly', '0 0 1 1 *'],
  ['@annually', '0 0 1 1 *'],
  ['@monthly', '0 0 1 * *'],
  ['@weekly', '0 0 * * 0'],
  ['@daily', '0 0 * * *'],
  ['@midnight', '0 0 * * *'],
  ['@hourly', '0 * * * *'],
  ['@every_minute', '* * * * *'],
  ['@every_second', '* * * * * *'],
]);

/** Longer intervals are refused: hardly anybody means them. */
export const INTERVAL_MAX_US = 8 * 366 * DAY;

/** Longer texts are refused unread. */
export const CRON_TEXT_MAX = 256;

/**
 * Reads an expression for use. Never throws; refuses what it does not understand and what never
 * fires, with the reason.
 */
export function readCron(text: string): Outcome<CronMeaning, CronProblem> {
  const every = text.length > CRON_TEXT_MAX ? null : /^\s*@every\s+(.*)$/i.exec(text);
  if (every !== null) return readEvery((every[1] ?? '').trimEnd());
  const parsed = parseCron(text);
  if (parsed.kind === 'failed') return parsed;
  if (canFire(parsed.value)) return ok({ kind: 'calendar', cron: parsed.value });
  return failed({ reason: 'never fires: no month it names has such a day' });
}

function readEvery(span: string): Outcome<CronMeaning, CronProblem> {
  const everyUs = parseDurationUs(span);
  if (everyUs === undefined) {
    return failed({
      reason: `cannot read the span ${quoted(span)}; write it as in "@every 1h30m"`,
    });
  }
  // Cron counts in seconds: what is finer was hardly meant, and would swamp whoever runs it.
  if (everyUs % SECOND !== 0 || everyUs < SECOND || everyUs > INTERVAL_MAX_US) {
    return failed({ reason: `a span of ${quoted(span)} is not whole seconds, up to 8 years` });
  }
  return ok({ kind: 'every', everyUs });
}

/**
 * Reads what is written in fields or stands for fields, which `@every` does not. Never throws;
 * refuses what it does not understand, with the reason.
 */
export function parseCron(text: string): Outcome<CronExpression, CronProblem> {
  if (text.length > CRON_TEXT_MAX) {
    return failed({ reason: `longer than ${CRON_TEXT_MAX} characters` });
  }
  const trimmed = text.trim();
  if (trimmed.startsWith('@')) return parseNickname(trimmed);
  return parseFields(trimmed, trimmed);
}

function parseNickname(text: string): Outcome<CronExpression, CronProblem> {
  const name = text.toLowerCase();
  if (name === '@reboot') {
    return failed({ reason: '@reboot runs when a machine boots: it has no times' });
  }
  if (/^@every(\s|$)/.test(name)) {
    return failed({ reason: '@every is an interval: give its span, as in "@every 5m"' });
  }
  const fields = NICKNAMES.get(name);
  if (fields !== undefined) return parseFields(text, fields);
  const known = [...NICKNAMES.keys()].join(' ');
  return failed({ reason: `unknown nickname ${quoted(text)}; known are ${known}` });
}

function parseFields(text: string, fields: string): Outcome<CronExpression, CronProblem> {
  const words = fields === '' ? [] : fields.split(/[ \t]+/);
  if (words.length < 5 || words.length > 6) {
    const hint = words.length === 7 ? ' (a year field is not supported)' : '';
    return failed({ reason: `needs 5 or 6 fields, found ${words.length}${hint}` });
  }
  if (words.length === 5) words.unshift('0');
  const values: number[][] = [];
  const counted: CountedDays = { fromEnd: new Set(), nth: new Map() };
  for (const [at, field] of FIELDS.entries()) {
    const parsed = parseField(words[at] as string, field, counted);
    if (parsed.kind === 'failed') return failed({ reason: parsed.error, field: field.name });
    values.push(parsed.value);
  }
  const [seconds = [], minutes = [], hours = [], days = [], months = [], weekdays = []] = values;
  return ok({
    text,
    seconds,
    minutes,
    hours,
    days,
    daysFromEnd: [...counted.fromEnd].sort((a, b) => a - b),
    ...(counted.nearestTo === undefined ? {} : { nearestTo: counted.nearestTo }),
    months,
    weekdays,
    nthWeekdays: [...counted.nth.values()],
    isHourWildcard: isStarred(words[2] as string),
    isEitherDay: !isStarred(words[3] as string) && !isStarred(words[5] as string),
  });
}

/** Vixie cron looks at the first character only, so that a stepped star is a star too. */
const isStarred = (word: string): boolean => word.startsWith('*') || word.startsWith('?');

/** The plain values of a field, rising; what is counted within the month goes to `counted`. */
function parseField(word: string, field: Field, counted: CountedDays): Outcome<number[], string> {
  const allowed = new Set<number>();
  for (const item of word.split(',')) {
    const found = addCounted(item, field, counted, item === word);
    if (found === true) continue;
    const problem = found === false ? addItem(item, field, allowed) : found;
    if (problem !== undefined) return failed(problem);
  }
  return ok([...allowed].sort((a, b) => a - b));
}

/**
 * Whether the expression can ever fire: some month that it names must have one of its days, some
 * day. (30 February fails, and 31 June; 29 February comes round, on every weekday.)
 */
export function canFire(cron: CronExpression): boolean {
  const isPossible = (length: number) =>
    [0, 1, 2, 3, 4, 5, 6].some((first) => maskOf(cron, length, first) !== 0);
  return cron.months.some((month) => (LENGTHS[month - 1] ?? []).some(isPossible));
}

const LENGTHS = [31, [28, 29], 31, 30, 31, 30, 31, 31, 30, 31, 30, 31].map((each) => [each].flat());
