import { expect, test } from 'vitest';
import { MS, wallUs } from '../../src/lib/units.ts';
import type { Launch } from '../../src/scheduler/api.ts';
import { createJobBody, type JobBodyOptions } from '../../src/workload/job-body.ts';
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
  return { harness, body: createJobBody(options) };
};

test('the run time is the job’s own: every attempt, worker and epoch', () => {
  const { body } = bodyOf();
  const first = body.begin('w1', launch('j-1', 1, 1)).runUs;
  expect(body.begin('w2', launch('j-1', 2, 5)).runUs).toBe(first);
  expect(bodyOf().body.begin('w3', launch('j-1', 3)).runUs).toBe(first);
  expect(body.begin('w1', launch('j-2')).runUs).not.toBe(first);
});

test('run times and failures have the means asked for', () => {
  const { body } = bodyOf();
  const plans = Array.from({ length: 20_000 }, (_, i) => body.begin('w1', launch(`j-${i}`)));
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
  expect(body.begin('w1', launch('t-000001')).runUs).toBe(0);
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
