/**
 * Cron expressions as data. Five fields (minute, hour, day of month, month, day of week) or six (a
 * second first); lists, ranges, steps, names and the usual nicknames. What differs between cron
 * dialects is decided here once: `n/step` runs from n to the end of the field, `?` is `*`, 0 and 7
 * are Sunday, a range that runs backwards is refused rather than wrapped, and a field counts as
 * restricted unless it starts with `*` (the rule of Vixie cron).
 */
import { failed, type Outcome, ok } from '../../lib/outcome.ts';

/** A parsed expression: for every field the values it allows, rising and without repeats. */
export interface CronExpression {
  /** As it was written, without surrounding space. */
  readonly text: string;
  /** Just 0 when the expression has five fields. */
  readonly seconds: readonly number[];
  readonly minutes: readonly number[];
  readonly hours: readonly number[];
  /** 1 to 31. */
  readonly days: readonly number[];
  /** 1 to 12. */
  readonly months: readonly number[];
  /** 0 (Sunday) to 6. */
  readonly weekdays: readonly number[];
  /** The hour field starts with `*`: daylight-saving policies do not touch such an expression. */
  readonly isHourWildcard: boolean;
  /** Day of month and day of week are both restricted: a day matches when either does. */
  readonly isEitherDay: boolean;
}

/** Why an expression was refused; `field` is absent when the whole of it is wrong. */
export interface CronProblem {
  readonly reason: string;
  readonly field?: string;
}

interface Field {
  readonly name: string;
  readonly low: number;
  /** Where `*` and `n/step` end. */
  readonly high: number;
  /** The largest number that may be written. */
  readonly writable: number;
  readonly names: readonly string[];
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const WEEKDAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

const FIELDS: readonly Field[] = [
  { name: 'second', low: 0, high: 59, writable: 59, names: [] },
  { name: 'minute', low: 0, high: 59, writable: 59, names: [] },
  { name: 'hour', low: 0, high: 23, writable: 23, names: [] },
  { name: 'day-of-month', low: 1, high: 31, writable: 31, names: [] },
  { name: 'month', low: 1, high: 12, writable: 12, names: MONTHS },
  { name: 'day-of-week', low: 0, high: 6, writable: 7, names: WEEKDAYS },
];

const NICKNAMES: ReadonlyMap<string, string> = new Map([
  ['@yearly', '0 0 1 1 *'],
  ['@annually', '0 0 1 1 *'],
  ['@monthly', '0 0 1 * *'],
  ['@weekly', '0 0 * * 0'],
  ['@daily', '0 0 * * *'],
  ['@midnight', '0 0 * * *'],
  ['@hourly', '0 * * * *'],
]);

/** Longer texts are refused unread. */
export const CRON_TEXT_MAX = 256;

/** Reads an expression. Never throws; refuses what it does not understand, with the reason. */
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
  for (const [at, field] of FIELDS.entries()) {
    const parsed = parseField(words[at] as string, field);
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
    months,
    weekdays,
    isHourWildcard: isStarred(words[2] as string),
    isEitherDay: !isStarred(words[3] as string) && !isStarred(words[5] as string),
  });
}

/** Vixie cron looks at the first character only, so that a stepped star is a star too. */
const isStarred = (word: string): boolean => word.startsWith('*') || word.startsWith('?');

function parseField(word: string, field: Field): Outcome<number[], string> {
  const allowed = new Set<number>();
  for (const item of word.split(',')) {
    const problem = addItem(item, field, allowed);
    if (problem !== undefined) return failed(problem);
  }
  return ok([...allowed].sort((a, b) => a - b));
}

/** One item of a list: star, value or range, perhaps with a step. Answers what is wrong with it. */
function addItem(item: string, field: Field, allowed: Set<number>): string | undefined {
  if (item === '') return 'empty item in a list';
  const parts = /^([^/-]+)(?:-([^/-]+))?(?:\/(\d{1,4}))?$/.exec(item);
  if (parts === null) return unsupported(item, field) ?? `cannot read ${quoted(item)}`;
  const [, from = '', to, stepText] = parts;
  const step = stepText === undefined ? 1 : Number(stepText);
  if (step === 0) return `step of 0 in ${quoted(item)}`;
  const bounds = boundsOf(item, from, to, stepText !== undefined, field);
  if (typeof bounds === 'string') return bounds;
  // 7 is Sunday as well; only the days of the week can hold a value above their last.
  for (let value = bounds.low; value <= bounds.high; value += step) {
    allowed.add(value > field.high ? field.low : value);
  }
  return undefined;
}

/** First and last value of an item, or what is wrong with it. */
function boundsOf(
  item: string,
  from: string,
  to: string | undefined,
  hasStep: boolean,
  field: Field,
): { readonly low: number; readonly high: number } | string {
  if (from === '*' || from === '?') {
    return to === undefined ? { low: field.low, high: field.high } : `cannot read ${quoted(item)}`;
  }
  const low = numberOf(from, field);
  if (typeof low === 'string') return unsupported(item, field) ?? low;
  if (to === undefined) return { low, high: hasStep ? Math.max(low, field.high) : low };
  const named = numberOf(to, field);
  if (typeof named === 'string') return unsupported(item, field) ?? named;
  // The week may end on a Sunday: `fri-sun` is plain, though `sun` alone is 0.
  const high = to.toLowerCase() === 'sun' && low > 0 ? 7 : named;
  if (low <= high) return { low, high };
  return `reversed range ${quoted(item)}: write it as two, such as ${rewritten(low, high, field)}`;
}

const rewritten = (low: number, high: number, field: Field): string =>
  `"${low}-${field.high},${field.low}-${high}"`;

/** A number or a name of the field; otherwise what is wrong with the text. */
function numberOf(text: string, field: Field): number | string {
  const name = field.names.indexOf(text.toLowerCase());
  if (name >= 0) return field.low + name;
  if (!/^\d{1,4}$/.test(text)) return `cannot read ${quoted(text)}`;
  const value = Number(text);
  if (value >= field.low && value <= field.writable) return value;
  return `${value} is outside ${field.low}-${field.writable}`;
}

/** Extensions of other dialects, named so that nobody hunts for a typing error. */
function unsupported(item: string, field: Field): string | undefined {
  if (field.name.startsWith('day') && /^(\d*L|L-?\d*W?|\d+W|[a-z]{3}L|.*#.*)$/i.test(item)) {
    return `${quoted(item)}: L, W and # (last, nearest weekday, nth) are not supported`;
  }
  return /^H(\(|\/|$)/.test(item) ? `${quoted(item)}: H (hash) is not supported` : undefined;
}

/** Short and printable, whatever was typed. */
const quoted = (text: string): string =>
  JSON.stringify(text.length > 24 ? `${text.slice(0, 24)}…` : text);

/**
 * Whether the expression can ever fire: some month that it names must have one of its days. (Only
 * 30 and 31 of short months fail; 29 February comes round.)
 */
export function canFire(cron: CronExpression): boolean {
  if (cron.isEitherDay) return true;
  const longest = cron.months.reduce((most, month) => Math.max(most, LONGEST[month - 1] ?? 0), 0);
  return (cron.days[0] ?? Number.POSITIVE_INFINITY) <= longest;
}

const LONGEST = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
