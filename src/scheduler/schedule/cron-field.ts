/**
 * One field of a cron expression: what may be written in it, and its plain items (star, value or
 * range, perhaps with a step).
 */

/** A field of the six, and what may be written in it. */
export interface Field {
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

export const FIELDS: readonly Field[] = [
  { name: 'second', low: 0, high: 59, writable: 59, names: [] },
  { name: 'minute', low: 0, high: 59, writable: 59, names: [] },
  { name: 'hour', low: 0, high: 23, writable: 23, names: [] },
  { name: 'day-of-month', low: 1, high: 31, writable: 31, names: [] },
  { name: 'month', low: 1, high: 12, writable: 12, names: MONTHS },
  { name: 'day-of-week', low: 0, high: 6, writable: 7, names: WEEKDAYS },
];

/** One item of a list: star, value or range, perhaps with a step. Answers what is wrong with it. */
export function addItem(item: string, field: Field, allowed: Set<number>): string | undefined {
  if (item === '') return 'empty item in a list';
  const parts = /^([^/-]+)(?:-([^/-]+))?(?:\/(\d{1,4}))?$/.exec(item);
  if (parts === null) return misplaced(item) ?? `cannot read ${quoted(item)}`;
  const [, from = '', to, stepText] = parts;
  const step = stepText === undefined ? 1 : Number(stepText);
  if (step === 0) return `step of 0 in ${quoted(item)}`;
  const bounds = boundsOf(item, from, to, stepText !== undefined, field);
  if (typeof bounds === 'string') return bounds;
  if (to === undefined && step > field.writable) {
    return `step of ${step} in ${quoted(item)} is past ${field.writable}: it leaves one value`;
  }
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
  if (typeof low === 'string') return misplaced(item) ?? low;
  if (to === undefined) return { low, high: hasStep ? Math.max(low, field.high) : low };
  const named = numberOf(to, field);
  if (typeof named === 'string') return misplaced(item) ?? named;
  // The week may end on a Sunday: `fri-sun` is plain, though `sun` alone is 0.
  const high = to.toLowerCase() === 'sun' && low > 0 ? 7 : named;
  if (low <= high) return { low, high };
  return `reversed range ${quoted(item)}: write it as two, such as ${rewritten(low, high, field)}`;
}

const rewritten = (low: number, high: number, field: Field): string =>
  `"${low}-${field.high},${field.low}-${high}"`;

/** A number or a name of the field; otherwise what is wrong with the text. */
export function numberOf(text: string, field: Field): number | string {
  const name = field.names.indexOf(text.toLowerCase());
  if (name >= 0) return field.low + name;
  if (!/^\d{1,4}$/.test(text)) return `cannot read ${quoted(text)}`;
  const value = Number(text);
  if (value >= field.low && value <= field.writable) return value;
  return `${value} is outside ${field.low}-${field.writable}`;
}

/** Extensions of other dialects, named so that nobody hunts for a typing error. */
function misplaced(item: string): string | undefined {
  if (/^H(\(|\/|$)/.test(item)) return `${quoted(item)}: H (hash) is not supported`;
  const isCounted = /^(L|L?W|\d+[LW]|.*#.*)$/i.test(item);
  if (!isCounted) return undefined;
  return `${quoted(item)}: L and W go with a day of the month, L and # with a weekday`;
}

/** Short and printable, whatever was typed. */
export const quoted = (text: string): string =>
  JSON.stringify(text.length > 24 ? `${text.slice(0, 24)}…` : text);
