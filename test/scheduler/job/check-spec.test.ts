import { expect, test } from 'vitest';
import { MS, SECOND } from '../../../src/lib/units.ts';
import type { JobSpec } from '../../../src/scheduler/api.ts';
import { checkId, checkJob, checkSpec } from '../../../src/scheduler/job/check-spec.ts';

const SPEC: JobSpec = {
  queue: 'default',
  delayUs: 0,
  retry: { maxAttempts: 3, backoff: 'fixed', baseUs: 500 * MS, maxUs: 10 * SECOND },
  timeoutUs: 20 * SECOND,
  delivery: 'at-least-once',
  sink: 'none',
};

test('what can be kept is taken, up to the bounds', () => {
  const widest = { maxAttempts: 1_000, backoff: 'fixed', baseUs: 0, maxUs: 0 } as const;
  expect(checkJob('j', SPEC)).toBeUndefined();
  expect(checkJob('x'.repeat(200), { ...SPEC, timeoutUs: 1, retry: widest })).toBeUndefined();
});

test('the field that is wrong is named, with what was found', () => {
  expect(checkId('schedule', '')).toEqual({ field: 'schedule', reason: 'must not be empty' });
  expect(checkJob('x'.repeat(201), SPEC)?.field).toBe('job');
  const fields = [
    { delayUs: -1 },
    { delayUs: 1.5 },
    { delayUs: Number.NaN },
    { timeoutUs: 0 },
    { timeoutUs: Number.POSITIVE_INFINITY },
    { retry: { ...SPEC.retry, baseUs: -1 } },
    { retry: { ...SPEC.retry, maxUs: 0.5 } },
    { retry: { ...SPEC.retry, maxAttempts: 0 } },
    { retry: { ...SPEC.retry, maxAttempts: 1_001 } },
  ].map((change) => checkSpec({ ...SPEC, ...change })?.field);
  expect(fields).toEqual([
    ...['delayUs', 'delayUs', 'delayUs', 'timeoutUs', 'timeoutUs', 'retry.baseUs', 'retry.maxUs'],
    ...['retry.maxAttempts', 'retry.maxAttempts'],
  ]);
  expect(checkSpec({ ...SPEC, timeoutUs: 0 })?.reason).toContain('not 0');
});
