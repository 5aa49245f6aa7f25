/**
 * Every trace replayed: what it asks for is conserved by the reader, by scaling, by the plan of
 * submits and by a run. In a run a job takes one slot, however many processors it had, so its
 * processor-seconds are its processors times the time that its body took.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Fact } from '../../../src/history/fact.ts';
import { required } from '../../../src/lib/assert.ts';
import { MINUTE, MS, SECOND, wallUs } from '../../../src/lib/units.ts';
import { prepare } from '../../../src/scenario/prepare.ts';
import { DESIGNS } from '../../../src/scenario/registry.ts';
import { readSwf, type TraceJob } from '../../../src/workload/traces/swf.ts';
import { planWorkload } from '../../../src/workload/workload.ts';
import { brokenOf, designOf, runTwice, scenarioOf } from '../../support/runs.ts';
import { DEMAND, streamsOf } from '../fixtures.ts';

const FOLDER = new URL('../../../../shared/data/traces/', import.meta.url);
const FILES = existsSync(FOLDER)
  ? readdirSync(FOLDER).filter((name) => name.endsWith('.swf.gz'))
  : [];
const WHOLE = { timeScale: 1, sizeScale: 1, jobsMax: Number.POSITIVE_INFINITY };
const JOBS = 300;
/** Schedulers that keep nothing lose what takes longer than its client waits, as jobs here do. */
const DESIGN_NAMES = DESIGNS.map(({ name }) => name).filter((name) => name !== 'sampling');

const sum = (values: readonly number[]): number => values.reduce((total, each) => total + each, 0);
const workOf = (jobs: readonly TraceJob[]): number =>
  sum(jobs.map(({ runUs, procs }) => runUs * procs));

/** A usable line, read as naively as can be. */
interface Line {
  readonly line: number;
  readonly submitS: number;
  readonly workS: number;
}

function naively(text: string): readonly Line[] {
  const lines = text.split('\n').map((content, n) => ({ n, words: content.trim().split(/\s+/) }));
  const jobs = lines.filter(({ words }) => words.length >= 5 && /^\d/.test(words[0] ?? ''));
  return jobs.flatMap(({ n, words }) => {
    const [submitS, runS] = [Number(words[1]), Number(words[3])];
    const procs = [Number(words[4]), Number(words[7])].find((each) => each >= 1) ?? 1;
    return runS < 0 ? [] : [{ line: n + 1, submitS, workS: runS * procs }];
  });
}

/** A run of a trace: of each job when it was asked for, began and ended. */
interface Replayed {
  readonly jobs: readonly TraceJob[];
  readonly slots: number;
  readonly askedUs: ReadonlyMap<string, number>;
  readonly beganUs: ReadonlyMap<string, number>;
  readonly endedUs: ReadonlyMap<string, number>;
}

interface Park {
  readonly workers: number;
  readonly slots: number;
  /** Work asked for, as a multiple of what all slots can do while it is asked for. */
  readonly load: number;
}

const WINDOW_US = MINUTE;

/**
 * A calm run of the first jobs of a trace: submitted within a minute, as much work as is asked. One
 * client submits them all, for the clocks of several differ by more than some submits do.
 */
function replay(
  design: string,
  file: string,
  text: string,
  { workers, slots, load }: Park,
): Replayed {
  const { jobs } = readSwf(text, { ...WHOLE, jobsMax: JOBS });
  const spanUs = Math.max(...jobs.map(({ submitUs }) => submitUs));
  const runUs = sum(jobs.map((job) => job.runUs));
  const scenario = scenarioOf(`
cluster: {workers: ${workers}, slots: ${slots}}
workload:
  clients: 1
  arrivals: {rate: 0/s}
  status: 0%
  cancel: 0%
  fail: 0%
  trace:
    file: ${file}
    timeScale: ${spanUs / WINDOW_US}
    sizeScale: ${runUs / (WINDOW_US * workers * slots * load)}
    jobs: ${JOBS}
phases: {warmUp: 10s, chaos: 10s}
`);
  const bytes = new TextEncoder().encode(text);
  const loaded = { scenario, text: '', hash: '', trace: { path: file, bytes } };
  const prepared = prepare(loaded, designOf(design));
  if (prepared.kind === 'failed') throw new Error(JSON.stringify(prepared.error));
  const askedUs = new Map<string, number>();
  const beganUs = new Map<string, number>();
  const endedUs = new Map<string, number>();
  const onFact = (fact: Fact) => {
    if (fact.kind === 'asked' && fact.request.kind === 'submit') {
      askedUs.set(fact.request.job, fact.at);
    } else if (fact.kind === 'body-began') beganUs.set(fact.job, fact.at);
    else if (fact.kind === 'body-ended') endedUs.set(fact.job, fact.at);
  };
  const result = runTwice(prepared.value, '1', { onFact });
  // Few slots are asked for more than they do in that time: that it piles up is meant.
  const { drains: _, 'no-starvation': __, ...broken } = brokenOf(result);
  expect(broken).toEqual({});
  return { jobs: prepared.value.traceJobs, slots: workers * slots, askedUs, beganUs, endedUs };
}

const timeOf = (times: ReadonlyMap<string, number>, { id }: TraceJob): number =>
  required(times.get(id), `a time of ${id}`);

/** Of every job, in order: what its body took times its processors. */
const workDone = ({ jobs, beganUs, endedUs }: Replayed): number[] =>
  jobs.map((job) => (timeOf(endedUs, job) - timeOf(beganUs, job)) * job.procs);

const inOrder = (jobs: readonly TraceJob[], times: ReadonlyMap<string, number>): string[] =>
  [...jobs].sort((a, b) => timeOf(times, a) - timeOf(times, b)).map(({ id }) => id);

/** Bodies last as long as their worker's clock says: in calm runs it is right to 100 ppm. */
const CLOCK_ERROR = 1e-4;

describe.skipIf(FILES.length === 0)(
  'real traces (skipped where ../shared/data/traces is absent)',
  () => {
    test('there are five', () => expect(FILES).toHaveLength(5));

    describe.each(FILES)('%s', (file) => {
      let text = '';
      beforeAll(() => {
        text = gunzipSync(readFileSync(new URL(file, FOLDER))).toString('utf8');
      });

      test('the reader keeps every job, all processor-seconds and the order', () => {
        const lines = naively(text);
        const { jobs } = readSwf(text, WHOLE);
        expect(jobs.length).toBe(lines.length);
        expect(workOf(jobs) / SECOND).toBeCloseTo(sum(lines.map(({ workS }) => workS)), 0);
        const sorted = [...lines].sort((a, b) => a.submitS - b.submitS);
        expect(jobs.map(({ line }) => line)).toEqual(sorted.map(({ line }) => line));
      });

      test('scales keep count and order, and divide times and work', () => {
        const { jobs } = readSwf(text, WHOLE);
        const scaled = readSwf(text, { ...WHOLE, timeScale: 1_000, sizeScale: 7 }).jobs;
        expect(scaled.map(({ line }) => line)).toEqual(jobs.map(({ line }) => line));
        // Half a microsecond of rounding for every processor of a job.
        const roundingUs = sum(jobs.map(({ procs }) => procs)) / 2;
        expect(Math.abs(workOf(scaled) - workOf(jobs) / 7)).toBeLessThanOrEqual(roundingUs + 1);
        const offUs = scaled.map((job, n) => job.submitUs - (jobs[n]?.submitUs ?? 0) / 1_000);
        expect(Math.max(...offUs.map(Math.abs))).toBeLessThanOrEqual(0.5);
      });

      test('every job is submitted once, at its time and in its order', () => {
        const { jobs: traceJobs } = readSwf(text, { ...WHOLE, timeScale: 1_000 });
        const startUs = 5 * SECOND;
        const endUs = startUs + (traceJobs.at(-1)?.submitUs ?? 0) + 1;
        const workload = { ...DEMAND, arrivals: { kind: 'fixed', perSecond: 0 } as const };
        const rng = streamsOf('3');
        const startWallUs = wallUs(0);
        const options = { workload, rng, startUs, endUs, startWallUs, schedules: [], traceJobs };
        const submits = planWorkload(options).flatMap(({ atUs, request }) =>
          request.kind === 'submit' ? [{ id: request.job, submitUs: atUs - startUs }] : [],
        );
        expect(submits).toEqual(traceJobs.map(({ id, submitUs }) => ({ id, submitUs })));
      });

      test.each(DESIGN_NAMES)('%s: with a slot for every job none waits a second', (design) => {
        const replayed = replay(design, file, text, { workers: 10, slots: 32, load: 0.5 });
        const { jobs, askedUs, beganUs } = replayed;
        expect(jobs).toHaveLength(JOBS);
        expect(replayed.slots).toBeGreaterThan(JOBS);
        // Members may not have come to terms yet when the first jobs are asked for.
        const readyUs = Math.min(...jobs.map((job) => timeOf(beganUs, job)));
        const later = jobs.filter((job) => timeOf(askedUs, job) >= readyUs);
        expect(later.length).toBeGreaterThan(0.9 * JOBS);
        const waits = later.map((job) => timeOf(beganUs, job) - timeOf(askedUs, job));
        expect(Math.max(...waits)).toBeLessThan(SECOND);
        expect(Math.min(...waits)).toBeGreaterThan(0);
        expect(inOrder(jobs, askedUs)).toEqual(jobs.map(({ id }) => id));
        expect(sum(workDone(replayed)) / workOf(jobs)).toBeCloseTo(1, 3);
      });

      test.each(DESIGN_NAMES)(
        '%s: few slots take the area at least, a list schedule at most',
        (design) => {
          const replayed = replay(design, file, text, { workers: 2, slots: 2, load: 2 });
          const { jobs, slots, askedUs, endedUs } = replayed;
          expect(endedUs.size).toBe(JOBS);
          const firstUs = Math.min(...jobs.map((job) => timeOf(askedUs, job)));
          const lastAskedUs = Math.max(...jobs.map((job) => timeOf(askedUs, job)));
          const makespanUs = Math.max(...jobs.map((job) => timeOf(endedUs, job))) - firstUs;
          const areaUs = sum(jobs.map(({ runUs }) => runUs)) / slots;
          const longestUs = Math.max(...jobs.map(({ runUs }) => runUs));
          expect(makespanUs).toBeGreaterThanOrEqual(
            Math.max(areaUs, longestUs) * (1 - CLOCK_ERROR),
          );
          // Graham (1969), after the last submit; a slot stands empty between two jobs a moment.
          const betweenUs = (JOBS / slots) * 50 * MS;
          expect(makespanUs).toBeLessThan(lastAskedUs - firstUs + areaUs + longestUs + betweenUs);
          expect(sum(workDone(replayed)) / workOf(jobs)).toBeCloseTo(1, 3);
        },
      );
    });
  },
);
