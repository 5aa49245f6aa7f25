/**
 * Jobs from a log in the Standard Workload Format, version 2.2 (Parallel Workloads Archive; Chapin
 * et al., JSSPP 1999): 18 numbers per line separated by blanks, -1 for unknown, and header lines
 * that begin with a semicolon. Real logs bend the rules: fractional seconds, gaps in the numbering,
 * unknown run times, columns cut off or added at the end; what cannot be used is listed with its
 * line and the reason, and nothing in a text makes the reader throw.
 */
import { assert } from '../../lib/assert.ts';
import { SECOND } from '../../lib/units.ts';
import { numberedId } from '../arrivals.ts';

export interface TraceJob {
  /** `t-000123`, numbered in order of submits. */
  readonly id: string;
  /** Since the first submit of those read. */
  readonly submitUs: number;
  readonly runUs: number;
  /** Processors allocated, else requested; 1 where the log knows neither. */
  readonly procs: number;
  /** Line of the text, 1-based. */
  readonly line: number;
}

export interface SwfOptions {
  /** Times between submits are divided by this. */
  readonly timeScale: number;
  /** Run times are divided by this. */
  readonly sizeScale: number;
  /** At most this many jobs, from the start of the text. */
  readonly jobsMax: number;
}

export interface RejectedLine {
  readonly line: number;
  readonly reason: string;
}

export interface Swf {
  readonly jobs: readonly TraceJob[];
  /** Lines not used and why, at most the first 1000. */
  readonly rejected: readonly RejectedLine[];
  /** All lines not used. */
  readonly rejectedCount: number;
  /** `MaxProcs` to `128`; of a repeated label the first. */
  readonly header: ReadonlyMap<string, string>;
}

const LINE_MAX = 4_096;
const REJECTED_MAX = 1_000;
const HEADER_MAX = 200;
const FIELDS_MIN = 5;
/** 126 years: twice as much still has exact microseconds. */
const SECONDS_MAX = 4e9;
const NUMBER = /^[+-]?\d+(\.\d*)?([eE][+-]?\d{1,3})?$/;

/** A usable line, times in seconds as the log has them. */
interface RawJob {
  readonly line: number;
  readonly submitS: number;
  readonly runS: number;
  readonly procs: number;
}

/** Reads a log; never throws on account of the text. Scales must be positive. */
export function readSwf(text: string, options: SwfOptions): Swf {
  const { timeScale, sizeScale, jobsMax } = options;
  assert(timeScale > 0 && sizeScale > 0, () => `scales ${timeScale} and ${sizeScale}`);
  const raw: RawJob[] = [];
  const rejected: RejectedLine[] = [];
  const header = new Map<string, string>();
  let rejectedCount = 0;
  let line = 0;
  for (let start = 0; start < text.length && raw.length < jobsMax; ) {
    const found = text.indexOf('\n', start);
    const end = found < 0 ? text.length : found;
    const read = readLine(text, start, end, { line: ++line, header, options });
    start = end + 1;
    if (read === undefined) continue;
    if (typeof read !== 'string') raw.push(read);
    else if (++rejectedCount <= REJECTED_MAX) rejected.push({ line, reason: read });
  }
  return { jobs: scaled(raw, options), rejected, rejectedCount, header };
}

interface Reading {
  readonly line: number;
  readonly header: Map<string, string>;
  readonly options: SwfOptions;
}

/** A job, the reason why there is none, or `undefined` where there need not be one. */
function readLine(
  text: string,
  start: number,
  end: number,
  reading: Reading,
): RawJob | string | undefined {
  if (end - start > LINE_MAX) return `line of ${end - start} characters, at most ${LINE_MAX}`;
  // Trimming also takes a byte order mark and the carriage return of other systems.
  const content = text.slice(start, end).trim();
  if (content === '') return undefined;
  if (!content.startsWith(';')) return readJob(content, reading);
  const colon = content.indexOf(':');
  const label = content.slice(1, Math.max(colon, 1)).trim();
  const { header } = reading;
  if (/^[A-Za-z]\w*$/.test(label) && header.size < HEADER_MAX && !header.has(label)) {
    header.set(label, content.slice(colon + 1).trim());
  }
  return undefined;
}

function readJob(content: string, { line, options }: Reading): RawJob | string {
  const fields = content.split(/\s+/);
  if (fields.length < FIELDS_MIN) return `${fields.length} fields, at least ${FIELDS_MIN} needed`;
  const submitS = seconds('submit time', fields[1], options.timeScale);
  if (typeof submitS === 'string') return submitS;
  const runS = seconds('run time', fields[3], options.sizeScale);
  if (typeof runS === 'string') return runS;
  return { line, submitS, runS, procs: procsOf(fields) };
}

/** The field as seconds, or why it cannot be used; what it scales to must be in range too. */
function seconds(what: string, field: string | undefined, scale: number): number | string {
  const value = number(field);
  if (value === undefined) return `${what} is not a number: ${shown(field)}`;
  if (value < 0) return `${what} unknown or negative: ${shown(field)}`;
  if (value > SECONDS_MAX || value / scale > SECONDS_MAX) {
    return `${what} out of range: ${shown(field)}`;
  }
  // Negative zero would show in results.
  return Math.abs(value);
}

function procsOf(fields: readonly string[]): number {
  for (const field of [fields[4], fields[7]]) {
    const procs = number(field);
    if (procs !== undefined && procs >= 1 && procs <= 1e9) return Math.floor(procs);
  }
  return 1;
}

/** A decimal number; not hexadecimal, not infinite, not empty, all of which `Number` would take. */
function number(field: string | undefined): number | undefined {
  if (field === undefined || !NUMBER.test(field)) return undefined;
  const value = Number(field);
  return Number.isFinite(value) ? value : undefined;
}

const shown = (field: string | undefined): string => JSON.stringify(field?.slice(0, 40) ?? '');

/** In order of submits (stable), counted from the first, divided by the scales. */
function scaled(raw: RawJob[], { timeScale, sizeScale }: SwfOptions): readonly TraceJob[] {
  raw.sort((a, b) => a.submitS - b.submitS);
  const firstS = raw[0]?.submitS ?? 0;
  return raw.map(({ line, submitS, runS, procs }, index) => ({
    id: numberedId('t', index + 1, raw.length),
    submitUs: Math.round(((submitS - firstS) * SECOND) / timeScale),
    runUs: Math.round((runS * SECOND) / sizeScale),
    procs,
    line,
  }));
}
