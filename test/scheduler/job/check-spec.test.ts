import { expect, test } from 'vitest';
import { MS, SECOND } from '../../../src/lib/units.ts';
import type { JobSpec } from '../../../src/scheduler/api.ts';
import { checkQueue, checkRevision } from '../../../src/scheduler/job/check-edit.ts';
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

test('what is optional is left out or right: nulls, other types and odd words are refused', () => {
  const wrong: Readonly<Record<string, readonly unknown[]>> = {
    atUs: [null, -1, '0', 0.5],
    heartbeatUs: [null, 0, SECOND - 1],
    priority: [null, 1_001, -1_001, 0.5],
    tags: [null, 'a', ['a', 'a'], [''], [5], Array.from({ length: 101 }, (_, i) => `t${i}`)],
    uniqueKey: [null, '', 5, 'x'.repeat(201)],
    key: [null, '', {}],
    parents: [null, ['p', 'p'], [null]],
    onFailedParent: [null, 'Cancel', 'constructor'],
    retainUs: [null, 0, 3_599 * SECOND],
    payload: [null, {}, 'x'.repeat(64 * 1024 + 1)],
  };
  for (const [field, values] of Object.entries(wrong)) {
    for (const value of values) {
      expect(checkSpec({ ...SPEC, [field]: value } as JobSpec)?.field, field).toBe(field);
    }
  }
  for (const jitterPpm of [null, -1, 1_000_001]) {
    const retry = { ...SPEC.retry, jitterPpm } as JobSpec['retry'];
    expect(checkSpec({ ...SPEC, retry })?.field).toBe('retry.jitterPpm');
  }
  expect(checkSpec({ ...SPEC, tags: ['a'], priority: -1_000, payload: '' })).toBeUndefined();
});

test('what is missing is named, and so is what nobody knows', () => {
  for (const field of Object.keys(SPEC)) {
    expect(checkSpec({ ...SPEC, [field]: undefined } as unknown as JobSpec)?.field).toContain(
      field,
    );
  }
  for (const spec of [null, undefined, 5, 'spec', [], [SPEC]]) {
    expect(checkSpec(spec as unknown as JobSpec)?.field).toBe('spec');
  }
  const misspelt = { ...SPEC, prioritty: 5 } as JobSpec;
  expect(checkSpec(misspelt)).toEqual({ field: 'prioritty', reason: 'unknown field' });
  const retry = { ...SPEC.retry, max: 3 } as JobSpec['retry'];
  expect(checkSpec({ ...SPEC, retry })?.field).toBe('retry.max');
  const foreign = JSON.parse('{ "__proto__": { "queue": "q" } }') as JobSpec;
  expect(checkSpec(foreign)?.field).toBe('__proto__');
  expect(checkSpec({ ...SPEC, ['y'.repeat(1_000_000)]: 1 } as JobSpec)?.field).toHaveLength(50);
});

test('a job is not its own parent, and has no id that a tick will have', () => {
  expect(checkJob('j', { ...SPEC, parents: ['i', 'j'] })?.field).toBe('parents');
  expect(checkJob('backup@1700000000000000', SPEC)?.field).toBe('job');
  expect(checkJob('me@example.org', SPEC)).toBeUndefined();
});

test('limits of queues: what means nothing is named', () => {
  expect(checkQueue({})).toBeUndefined();
  expect(checkQueue({ concurrency: 0, perKey: 1, rate: { starts: 1, perUs: 1 } })).toBeUndefined();
  const wrong = [
    [{ concurrency: -1 }, 'concurrency'],
    [{ concurrency: null }, 'concurrency'],
    [{ perKey: 0 }, 'perKey'],
    [{ rate: null }, 'rate'],
    [{ rate: 5 }, 'rate'],
    [{ rate: { starts: 0, perUs: 1 } }, 'rate.starts'],
    [{ rate: { starts: 1 } }, 'rate.perUs'],
    [{ rate: { starts: 1, perUs: 1, burst: 2 } }, 'rate.burst'],
    [{ concurency: 5 }, 'concurency'],
    [[], 'spec'],
    [null, 'spec'],
  ] as const;
  for (const [spec, field] of wrong) expect(checkQueue(spec as never)?.field).toBe(field);
  for (const revision of [0, -1, 1.5, Number.NaN, '1', undefined]) {
    expect(checkRevision(revision as number)?.field).toBe('revision');
  }
});
