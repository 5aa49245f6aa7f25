import fc from 'fast-check';
import { expect, test } from 'vitest';
import { describeFact, MARKS } from '../../src/history/codec.ts';
import type { Fact } from '../../src/history/fact.ts';
import { SECOND, virtualUs, wallUs } from '../../src/lib/units.ts';
import { fact } from '../support/fact-arbitraries.ts';

const at = virtualUs(12_345_678);
const token = { epoch: 3, attempt: 1 };
const tick = { schedule: 'nightly', nominalUs: wallUs(1_774_746_000 * SECOND) };
const submit = {
  kind: 'submit',
  job: 'c1-17',
  delayUs: 5 * SECOND,
  maxAttempts: 3,
  backoffUs: SECOND,
  backoffMaxUs: SECOND,
  doubles: false,
  timeoutUs: 30 * SECOND,
  queue: 'default',
  priority: 0,
  sink: 'token',
  delivery: 'at-least-once',
} as const;
const began = {
  kind: 'body-began',
  at,
  worker: 'worker-2',
  job: 'c1-17',
  token,
  delivery: 'at-least-once',
} as const;
const arrived = {
  kind: 'effect-arrived',
  at,
  worker: 'worker-2',
  job: 'c1-17',
  effect: 'e1',
  token,
  sink: 'token',
  fenced: true,
  accepted: true,
  repeat: false,
} as const;

const STORY: readonly Fact[] = [
  {
    kind: 'run-began',
    at: virtualUs(0),
    startWallUs: wallUs(1_774_742_400 * SECOND),
    machines: [
      { name: 'lease-1', role: 'scheduler' },
      { name: 'worker-2', role: 'worker' },
    ],
  },
  { kind: 'phase', at: virtualUs(1), phase: 'warm-up' },
  { kind: 'asked', at, client: 'client-1', op: 9, request: submit },
  {
    kind: 'answered',
    at,
    client: 'client-1',
    op: 9,
    request: submit,
    answer: { kind: 'ok' },
    askedAt: virtualUs(at - 1_200),
  },
  {
    kind: 'answered',
    at,
    client: 'client-1',
    op: 10,
    request: { kind: 'status', job: 'c1-17' },
    answer: { kind: 'unknown' },
    askedAt: virtualUs(at - 2_000_000),
  },
  began,
  { ...began, job: 'nightly#1', tick, delivery: 'at-most-once' },
  arrived,
  { ...arrived, fenced: false, accepted: false, repeat: true, reason: 'token 2.1 is older' },
  { kind: 'body-ended', at, worker: 'worker-2', job: 'c1-17', token, how: 'stopped' },
  { kind: 'testified', at, machine: 'lease-1', said: { kind: 'role', role: 'leader', epoch: 3 } },
  { kind: 'testified', at, machine: 'lease-1', said: { kind: 'lease', event: 'lost', epoch: 3 } },
  {
    kind: 'testified',
    at,
    machine: 'lease-1',
    said: { kind: 'dispatched', job: 'c1-17', token, worker: 'worker-2' },
  },
  {
    kind: 'testified',
    at,
    machine: 'lease-1',
    said: { kind: 'tick-decided', tick, action: 'skip', reason: 'overlap' },
  },
  { kind: 'tick-due', at, tick, revision: 1, delivery: 'at-least-once', sink: 'none' },
  {
    kind: 'fault',
    at,
    fault: 'f1',
    faultKind: 'partition',
    event: 'bitten',
    whom: ['lease-1', 'lease-2'],
  },
  {
    kind: 'machine',
    at,
    machine: 'lease-1',
    role: 'scheduler',
    state: 'up',
    incarnation: 2,
    why: 'f1',
  },
  { kind: 'clock', at, machine: 'lease-1', ratePpm: -120, wallErrorUs: 1_500_000 },
  { kind: 'spent', at, messages: 1_204, syncs: 87, transactions: 240 },
  {
    kind: 'assumption-failed',
    at,
    assumption: 'wall-error',
    machine: 'lease-1',
    detail: '1.5 s beyond 1 s',
  },
  { kind: 'audited-job', at, job: 'c1-17', state: 'succeeded', attempts: 2 },
  { kind: 'audited-skip', at, tick, reason: 'overlap' },
  { kind: 'audit-ended', at, complete: true },
];

test('a transcript reads like a lesson', async () => {
  const text = STORY.map((each) => `${describeFact(each)}\n`).join('');
  await expect(text).toMatchFileSnapshot('../transcripts/kinds-of-facts.txt');
});

test('every fact is one line that starts with its time and the mark of its kind', () => {
  fc.assert(
    fc.property(fact, (each) => {
      const line = describeFact(each);
      expect(line).not.toMatch(/[\n\r\u2028\u2029]/);
      expect(line).not.toMatch(/undefined|NaN|\[object/);
      const found = /^ *(\d+)\.(\d{6})s (.) /u.exec(line);
      expect(Number(found?.[1]) * SECOND + Number(found?.[2])).toBe(each.at);
      const marks: string[] = Object.values(MARKS).map((entry) => entry.mark);
      expect(marks).toContain(found?.[3]);
      expect(found?.[3] === MARKS.testimony.mark).toBe(each.kind === 'testified');
    }),
    { numRuns: 1_000 },
  );
});

test('times line up at the right', () => {
  const line = (us: number) => describeFact({ kind: 'phase', at: virtualUs(us), phase: 'end' });
  expect(line(1).indexOf('s #')).toBe(line(9_999 * SECOND).indexOf('s #'));
  expect(line(59_999_999)).toMatch(/^ {2}59\.999999s/);
});
