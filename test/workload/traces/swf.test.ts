import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SECOND } from '../../../src/lib/units.ts';
import { readSwf } from '../../../src/workload/traces/swf.ts';

const WHOLE = { timeScale: 1, sizeScale: 1, jobsMax: Number.POSITIVE_INFINITY };
const line = (fields: Readonly<Record<number, string>>): string =>
  Array.from({ length: 18 }, (_, i) => fields[i + 1] ?? '-1').join(' ');
const job = (submit: string, run: string, procs = '1'): string =>
  line({ 1: '1', 2: submit, 4: run, 5: procs });

test('reads headers and jobs; times count from the first submit', () => {
  const head = '; MaxProcs: 128\n;UnixStartTime:   749458803 \r\n; a remark\n\n';
  const text = `${head}${job('100', '60', '4')}\r\n${job('130', '0')}`;
  const { jobs, rejected, header } = readSwf(text, WHOLE);
  expect(rejected).toEqual([]);
  expect([...header]).toEqual([
    ['MaxProcs', '128'],
    ['UnixStartTime', '749458803'],
  ]);
  expect(jobs).toEqual([
    { id: 't-000001', submitUs: 0, runUs: 60 * SECOND, procs: 4, line: 5 },
    { id: 't-000002', submitUs: 30 * SECOND, runUs: 0, procs: 1, line: 6 },
  ]);
});

test('fractional seconds keep their microseconds, and scales divide', () => {
  const text = `${job('0', '552.21')}\n${job('10.5', '1')}`;
  const options = { timeScale: 10, sizeScale: 100, jobsMax: 9 };
  const { jobs } = readSwf(text, options);
  expect(jobs.map((one) => [one.submitUs, one.runUs])).toEqual([
    [0, 5_522_100],
    [1_050_000, 10_000],
  ]);
});

test('an unknown run time or submit is rejected with line and reason', () => {
  const text = [job('0', '-1'), job('-1', '5'), job('x', '5'), job('0', 'NaN'), '1 2 3 4'].join(
    '\n',
  );
  const { jobs, rejected, rejectedCount } = readSwf(text, WHOLE);
  expect(jobs).toEqual([]);
  expect(rejectedCount).toBe(5);
  expect(rejected).toEqual([
    { line: 1, reason: 'run time unknown or negative: "-1"' },
    { line: 2, reason: 'submit time unknown or negative: "-1"' },
    { line: 3, reason: 'submit time is not a number: "x"' },
    { line: 4, reason: 'run time is not a number: "NaN"' },
    { line: 5, reason: '4 fields, at least 5 needed' },
  ]);
});

test('unsorted submits are sorted stably, after the limit took the first of the file', () => {
  const text = [job('50', '1'), job('10', '2'), job('50', '3'), job('0', '4')].join('\n');
  const { jobs } = readSwf(text, { ...WHOLE, jobsMax: 3 });
  expect(jobs.map((one) => [one.id, one.line, one.submitUs])).toEqual([
    ['t-000001', 2, 0],
    ['t-000002', 1, 40 * SECOND],
    ['t-000003', 3, 40 * SECOND],
  ]);
});

test('processors: allocated, else requested, else 1', () => {
  const text = [
    line({ 2: '0', 4: '1', 5: '-1', 8: '16' }),
    line({ 2: '0', 4: '1', 5: '8', 8: '16' }),
    '1 0 0 1 -1',
  ].join('\n');
  expect(readSwf(text, WHOLE).jobs.map((one) => one.procs)).toEqual([16, 8, 1]);
});

test('a byte order mark, tabs, and columns too many do no harm', () => {
  const text = `\uFEFF; Version: 2\n\t${job('0', '1').replaceAll(' ', '\t')}\textra columns`;
  const { jobs, header } = readSwf(text, WHOLE);
  expect(jobs).toHaveLength(1);
  expect(header.get('Version')).toBe('2');
});

test('what is too long, too large or no decimal number is rejected', () => {
  const rejects = (text: string) => readSwf(text, WHOLE).rejected[0]?.reason;
  expect(rejects(' '.repeat(5000) + job('0', '1'))).toMatch(/^line of 50\d\d characters/);
  expect(rejects(job('1e300', '1'))).toMatch(/^submit time out of range/);
  expect(rejects(job('0', '0x10'))).toMatch(/^run time is not a number/);
  expect(rejects(job('0', 'Infinity'))).toMatch(/^run time is not a number/);
  const tiny = readSwf(job('0', '10'), { ...WHOLE, sizeScale: 1e-9 });
  expect(tiny.rejected[0]?.reason).toMatch(/^run time out of range/);
});

test('of very many bad lines the first thousand are listed, and all are counted', () => {
  const { rejected, rejectedCount } = readSwf('bad\n'.repeat(5000), WHOLE);
  expect(rejected).toHaveLength(1000);
  expect(rejectedCount).toBe(5000);
});

test('a header cannot touch anything but the header', () => {
  const { header } = readSwf('; __proto__: x\n; constructor: y\n; Note: a\n; Note: b', WHOLE);
  expect([...header]).toEqual([
    ['constructor', 'y'],
    ['Note', 'a'],
  ]);
});

const fieldArbitrary = fc.oneof(
  fc.constantFrom('-1', '0', '1', '-0', '1e3', '1e999', '.5', '5.', '--1', 'NaN', ';', '\0'),
  fc.integer().map(String),
  fc.double().map(String),
  fc.string({ maxLength: 5 }),
);
const textArbitrary = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc
    .array(fc.array(fieldArbitrary, { maxLength: 20 }), { maxLength: 30 })
    .map((lines) => lines.map((fields) => fields.join(' ')).join('\n')),
);

test('no text makes it throw, and every job that comes out is sound', () => {
  fc.assert(
    fc.property(textArbitrary, fc.nat(40), (text, jobsMax) => {
      const { jobs } = readSwf(text, { timeScale: 7, sizeScale: 0.5, jobsMax });
      expect(jobs.length).toBeLessThanOrEqual(jobsMax);
      jobs.forEach((one, i) => {
        expect(Number.isSafeInteger(one.submitUs) && one.submitUs >= 0).toBe(true);
        expect(Number.isSafeInteger(2 * one.runUs) && one.runUs >= 0).toBe(true);
        expect(Object.is(one.runUs, -0)).toBe(false);
        expect(Number.isSafeInteger(one.procs) && one.procs >= 1).toBe(true);
        expect(one.submitUs).toBeGreaterThanOrEqual(jobs[i - 1]?.submitUs ?? 0);
        expect(one.id > (jobs[i - 1]?.id ?? '')).toBe(true);
      });
    }),
    { numRuns: 500 },
  );
});

/** One entry of the manifest beside the traces. */
interface Described {
  readonly file: string;
  readonly jobs: number;
  readonly missing_runtime: number;
  readonly span_days: number;
  readonly runtime_mean_s: number;
  readonly runtime_max: number;
  readonly procs_max: number;
}
const FOLDER = new URL('../../../../shared/data/traces/', import.meta.url);
const present = existsSync(new URL('manifest.json', FOLDER));
const described: readonly Described[] = present
  ? (JSON.parse(readFileSync(new URL('manifest.json', FOLDER), 'utf8')) as Described[]).filter(
      (one) => one.file.endsWith('.swf.gz'),
    )
  : [];

describe.skipIf(!present)('real traces (skipped where ../shared/data/traces is absent)', () => {
  test('there are some', () => expect(described.length).toBeGreaterThanOrEqual(5));

  test.each(described)('$file is read as described', (one) => {
    const text = gunzipSync(readFileSync(new URL(one.file, FOLDER))).toString('utf8');
    const { jobs, rejected, rejectedCount } = readSwf(text, WHOLE);
    expect(rejectedCount).toBe(one.missing_runtime);
    expect(rejected.every(({ reason }) => reason.startsWith('run time unknown'))).toBe(true);
    expect(jobs.length).toBe(one.jobs - one.missing_runtime);
    const runS = jobs.map((job) => job.runUs / SECOND);
    const meanS = runS.reduce((sum, s) => sum + s, 0) / runS.length;
    expect(meanS).toBeCloseTo(one.runtime_mean_s, 0);
    expect(Math.max(...runS)).toBe(one.runtime_max);
    expect(Math.max(...jobs.map((job) => job.procs))).toBe(one.procs_max);
    const spanDays = (jobs.at(-1)?.submitUs ?? 0) / SECOND / 86_400;
    expect(spanDays).toBeCloseTo(one.span_days, 1);
  });
});
