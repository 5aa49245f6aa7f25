/**
 * Reads a crontab: five fields and a command per line, comments, settings (`NAME=value`) and
 * nicknames (`@daily`, `@every 5m`). A file found in the wild is never refused as a whole: lines
 * that cannot run are listed with their number and the reason, and the rest run.
 */
import { readCron } from '../../scheduler/schedule/cron.ts';

export interface CrontabEntry {
  /** 1-based. */
  readonly line: number;
  readonly expression: string;
  /** Empty when the line has none. */
  readonly command: string;
}

export interface RejectedLine {
  /** 1-based. */
  readonly line: number;
  /** The first 80 characters, control characters replaced. */
  readonly text: string;
  readonly reason: string;
}

export interface Crontab {
  readonly entries: readonly CrontabEntry[];
  readonly rejected: readonly RejectedLine[];
}

/** Lines after these are not read; the first of them is rejected and says so. */
export const CRONTAB_LINES_MAX = 100_000;
/** Longer lines are rejected. */
export const CRONTAB_LINE_MAX = 4_096;

const FIELDS = 5;
const TEXT_SHOWN = 80;

/** Reads a whole file, whatever is in it. Never throws. */
export function readCrontab(text: string): Crontab {
  const entries: CrontabEntry[] = [];
  const rejected: RejectedLine[] = [];
  // A byte order mark is how some editors begin a file; it is no part of the first line.
  let at = text.startsWith('\uFEFF') ? 1 : 0;
  for (let line = 1; at < text.length; line++) {
    const newline = text.indexOf('\n', at);
    const end = newline < 0 ? text.length : newline;
    if (line > CRONTAB_LINES_MAX) {
      const reason = `more than ${CRONTAB_LINES_MAX} lines: this one and the rest are not read`;
      rejected.push({ line, text: shown(text.slice(at, Math.min(end, at + TEXT_SHOWN))), reason });
      break;
    }
    readLine(text, at, end, line, entries, rejected);
    at = end + 1;
  }
  return { entries, rejected };
}

function readLine(
  text: string,
  from: number,
  end: number,
  line: number,
  entries: CrontabEntry[],
  rejected: RejectedLine[],
): void {
  const reject = (reason: string) =>
    rejected.push({ line, text: shown(text.slice(from, Math.min(end, from + 200))), reason });
  if (end - from > CRONTAB_LINE_MAX) {
    reject(`longer than ${CRONTAB_LINE_MAX} characters`);
    return;
  }
  const content = text.slice(from, end).replace(/^[ \t]+|[ \t\r]+$/g, '');
  if (content === '' || content.startsWith('#') || isSetting(content)) return;
  if (CONTROL.test(content)) {
    reject('control characters: not a text');
    return;
  }
  const split = splitLine(content);
  const problem = problemOf(split.expression);
  if (problem === undefined) entries.push({ line, ...split });
  else reject(problem);
}

/** `NAME=value`, the name perhaps in quotes and the sign perhaps in spaces. */
const isSetting = (content: string): boolean =>
  !CONTROL.test(content) && /^(?:[A-Za-z_]\w*|"[^"]*"|'[^']*')[ \t]*=/.test(content);

/** The first five words, or the nickname (of `@every`, the span as well), and what follows. */
function splitLine(content: string): { readonly expression: string; readonly command: string } {
  const words = content.startsWith('@') ? (/^@every[ \t]/i.test(content) ? 2 : 1) : FIELDS;
  let at = 0;
  const fields: string[] = [];
  while (fields.length < words && at < content.length) {
    const start = at;
    while (at < content.length && !isBlank(content, at)) at++;
    fields.push(content.slice(start, at));
    while (at < content.length && isBlank(content, at)) at++;
  }
  return { expression: fields.join(' '), command: content.slice(at) };
}

const isBlank = (text: string, at: number): boolean => text[at] === ' ' || text[at] === '\t';

/** Why an expression cannot run; undefined when it can. */
function problemOf(expression: string): string | undefined {
  const words = expression.split(' ').length;
  if (words < FIELDS && !expression.startsWith('@'))
    return `needs ${FIELDS} fields, found ${words}`;
  const read = readCron(expression);
  if (read.kind === 'ok') return undefined;
  const { field, reason } = read.error;
  return field === undefined ? reason : `${field}: ${reason}`;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must be found
const CONTROL = /[\u0000-\u0008\u000a-\u001f\u007f]/;

/** Printable on any terminal, and short. */
function shown(text: string): string {
  const start = text.replace(/^[ \t]+|[ \t\r]+$/g, '').slice(0, TEXT_SHOWN);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these must not reach a terminal
  return start.replace(/[\u0000-\u001f\u007f-\u009f]/g, '\uFFFD');
}
