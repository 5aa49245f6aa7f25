import { expect, test } from 'vitest';
import { MS, wallUs } from '../../src/lib/units.ts';
import type { BodyPlan, BodyRun, Launch } from '../../src/scheduler/api.ts';
import { createJobBody, type JobBodyOptions } from '../../src/workload/job-body.ts';
import type { BodyKnobs } from '../../src/workload/knobs.ts';
import { testHarness } from './fixtures.ts';

const launch = (job: string, attempt = 1, epoch = 1): Launch => ({
  job,
  token: { epoch, attempt },
  timeoutUs: 1,
  delivery: 'at-least-once',
  sink: 'token',
  fenced: true,
});
const bodyOf = (changes: Partial<JobBodyOptions> = {}) => {
  const harness = testHarness(() => 42);
  const options = { runUsMean: 100 * MS, failPpm: 300_000, seed: 's', harness, ...changes };
  const made = createJobBody(options);
  const begin = (worker: string, it: Launch): BodyPlan => made.begin(worker, it);
  /** A body that does not take its worker down. */
  const run = (worker: string, it: Launch): BodyRun => {
    const plan = begin(worker, it);
    if (plan.outcome === 'exits') throw new Error(`${it.job} exits`);
    return plan;
  };
  return { harness, body: { begin, run, end: made.end } };
};

test('the run time is the job’s own: every attempt, worker and epoch', () => {
  const { body } = bodyOf();
  const first = body.run('w1', launch('j-1', 1, 1)).runUs;
  expect(body.run('w2', launch('j-1', 2, 5)).runUs).toBe(first);
  expect(bodyOf().body.run('w3', launch('j-1', 3)).runUs).toBe(first);
  expect(body.run('w1', launch('j-2')).runUs).not.toBe(first);
});

test('run times and failures have the means asked for', () => {
  const { body } = bodyOf();
  const plans = Array.from({ length: 20_000 }, (_, i) => body.run('w1', launch(`j-${i}`)));
  const meanUs = plans.reduce((sum, plan) => sum + plan.runUs, 0) / plans.length;
  expect(Math.abs(meanUs / (100 * MS) - 1)).toBeLessThan(0.03);
  const failed = plans.filter((plan) => plan.outcome === 'failed');
  expect(failed.length / plans.length).toBeCloseTo(0.3, 1);
  expect(failed.every((plan) => plan.effects.length === 0)).toBe(true);
  const succeeded = plans.filter((plan) => plan.outcome === 'succeeded');
  expect(succeeded.every((plan) => plan.effects.length === 1)).toBe(true);
});

test('whether an attempt fails depends on its number, not on who runs it', () => {
  const { body } = bodyOf();
  const outcomes = (job: string, epoch: number) =>
    [1, 2, 3, 4].map((attempt) => body.begin('w', launch(job, attempt, epoch)).outcome);
  const jobs = Array.from({ length: 50 }, (_, i) => `j-${i}`);
  for (const job of jobs) expect(outcomes(job, 1)).toEqual(outcomes(job, 9));
  expect(jobs.some((job) => new Set(outcomes(job, 1)).size === 2)).toBe(true);
});

test('nothing fails at 0, everything at a million', () => {
  const outcome = (failPpm: number) =>
    new Set(
      Array.from({ length: 500 }, (_, i) => {
        return bodyOf({ failPpm }).body.begin('w', launch(`j-${i}`)).outcome;
      }),
    );
  expect([...outcome(0)]).toEqual(['succeeded']);
  expect([...outcome(1_000_000)]).toEqual(['failed']);
});

test('jobs of a trace take the time that the trace says', () => {
  const traceJobs = [{ id: 't-000001', submitUs: 0, runUs: 0, procs: 1, line: 1 }];
  const { body } = bodyOf({ traceJobs });
  expect(body.run('w1', launch('t-000001')).runUs).toBe(0);
});

test('beginning and end are recorded, of ticks with their identity', () => {
  const { body, harness } = bodyOf();
  const tick = { schedule: 's', nominalUs: wallUs(60) };
  const ticked = { ...launch('s@60'), tick };
  body.begin('w1', launch('j-1'));
  body.begin('w2', ticked);
  body.end('w2', ticked, 'stopped');
  const token = { epoch: 1, attempt: 1 };
  const delivery = 'at-least-once';
  expect(harness.facts).toEqual([
    { kind: 'body-began', at: 42, worker: 'w1', job: 'j-1', token, delivery },
    { kind: 'body-began', at: 42, worker: 'w2', job: 's@60', tick, token, delivery },
    { kind: 'body-ended', at: 42, worker: 'w2', job: 's@60', tick, token, how: 'stopped' },
  ]);
  expect(Object.hasOwn(harness.facts[0] as object, 'tick')).toBe(false);
});

const knobsOf = (): BodyKnobs => ({ poison: new Map(), longer: new Map() });

test('poison takes the worker down: the same jobs in every attempt, on that worker only', () => {
  const knobs = knobsOf();
  const { body, harness } = bodyOf({ knobs: new Map([['w1', knobs]]) });
  let bites = 0;
  knobs.poison.set('f', { seed: '7', poisonPpm: 300_000, onBegan: () => bites++ });
  const jobs = Array.from({ length: 1_000 }, (_, i) => `j-${i}`);
  const exits = (worker: string, attempt: number) =>
    jobs.filter((job) => body.begin(worker, launch(job, attempt)).outcome === 'exits');
  const first = exits('w1', 1);
  expect(first.length / jobs.length).toBeCloseTo(0.3, 1);
  expect(bites).toBe(first.length);
  expect(exits('w1', 2)).toEqual(first);
  expect(exits('w2', 1)).toEqual([]);
  // Each began, which is evidence; none was seen to end.
  expect(harness.of('body-began')).toHaveLength(3 * jobs.length);
  knobs.poison.delete('f');
  expect(exits('w1', 3)).toEqual([]);
});

test('bodies take longer by all factors that are on, and as drawn when none is', () => {
  const knobs = knobsOf();
  const { body } = bodyOf({ knobs: new Map([['w1', knobs]]) });
  const drawnUs = body.run('w1', launch('j-1')).runUs;
  let bites = 0;
  const onBegan = () => bites++;
  knobs.longer.set('one', { factor: 1, onBegan });
  expect(body.run('w1', launch('j-1')).runUs).toBe(drawnUs);
  expect(bites).toBe(0);
  knobs.longer.set('two', { factor: 2.5, onBegan });
  knobs.longer.set('four', { factor: 4, onBegan });
  expect(body.run('w1', launch('j-1')).runUs).toBe(Math.round(drawnUs * 2.5) * 4);
  expect(bites).toBe(2);
  knobs.longer.set('million', { factor: 1_000_000, onBegan });
  knobs.longer.set('again', { factor: 1_000_000, onBegan });
  expect(Number.isSafeInteger(body.run('w1', launch('j-1')).runUs)).toBe(true);
  knobs.longer.clear();
  expect(body.run('w1', launch('j-1')).runUs).toBe(drawnUs);
});

test('zombies and silent bodies are drawn by job and attempt, each in their share', () => {
  const { body } = bodyOf({ zombiePpm: 300_000, silentPpm: 200_000 });
  const jobs = Array.from({ length: 5_000 }, (_, i) => `j-${i}`);
  const plans = jobs.map((job) => body.run('w1', launch(job)));
  const share = (isIt: (plan: BodyRun) => boolean) => plans.filter(isIt).length / plans.length;
  const isZombie = (plan: BodyRun) => plan.ignoresStop === true;
  const isSilent = (plan: BodyRun) => plan.silentFromUs !== undefined;
  expect(share(isZombie)).toBeCloseTo(0.3, 1);
  expect(share(isSilent)).toBeCloseTo(0.2, 1);
  expect(share((plan) => isZombie(plan) && isSilent(plan))).toBeCloseTo(0.06, 1);
  expect(jobs.map((job) => body.run('w2', launch(job, 1, 7)))).toEqual(plans);
  expect(jobs.map((job) => isZombie(body.run('w1', launch(job, 2))))).not.toEqual(
    plans.map(isZombie),
  );
});

test('a body falls silent at any time of its run, which is else as it was', () => {
  const plain = bodyOf().body;
  const { body } = bodyOf({ silentPpm: 1_000_000, zombiePpm: 1_000_000 });
  const parts = Array.from({ length: 5_000 }, (_, i) => {
    const { silentFromUs = -1, ignoresStop, ...plan } = body.run('w1', launch(`j-${i}`));
    expect(ignoresStop).toBe(true);
    expect(plan).toEqual(plain.run('w1', launch(`j-${i}`)));
    expect(silentFromUs).toBeGreaterThanOrEqual(0);
    expect(silentFromUs).toBeLessThanOrEqual(plan.runUs);
    return plan.runUs === 0 ? 0.5 : silentFromUs / plan.runUs;
  });
  expect(parts.reduce((sum, part) => sum + part, 0) / parts.length).toBeCloseTo(0.5, 1);
  expect(Object.keys(plain.run('w1', launch('j-1')))).toEqual(['runUs', 'outcome', 'effects']);
});
