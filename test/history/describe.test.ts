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
  timeoutUs: 30 * SECOND,
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
  { kind: 'tick-due', at, tick, delivery: 'at-least-once', sink: 'none' },
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

test('a transcript reads like a lesson', () => {
  expect(`\n${STORY.map(describeFact).join('\n')}\n`).toMatchInlineSnapshot(`
    "
       0.000000s # harness     run began       at 2026-03-29T00:00:00Z: lease-1 worker-2
       0.000001s # harness     phase           warm-up
      12.345678s · client-1    asked           #9 submit c1-17: in 5 s, 3 attempts of 30 s, sink token
      12.345678s · client-1    answered        #9 submit c1-17: ok after 1.2 ms
      12.345678s · client-1    answered        #10 status c1-17: unknown after 2 s
      12.345678s · worker-2    body began      c1-17 token 3.1
      12.345678s · worker-2    body began      nightly#1 token 3.1 for tick nightly 2026-03-29T01:00:00Z, once at most
      12.345678s · worker-2    effect accepted c1-17 token 3.1 effect e1, sink token
      12.345678s · worker-2    effect refused  c1-17 token 3.1 effect e1, sink token, not fenced, sent again, token 2.1 is older
      12.345678s · worker-2    body stopped    c1-17 token 3.1
      12.345678s ~ lease-1     says leader     epoch 3
      12.345678s ~ lease-1     says lease      lost, epoch 3
      12.345678s ~ lease-1     says dispatched c1-17 token 3.1 to worker-2
      12.345678s ~ lease-1     says skip       tick nightly 2026-03-29T01:00:00Z: overlap
      12.345678s # harness     tick due        nightly 2026-03-29T01:00:00Z
      12.345678s # harness     fault bitten    f1 partition on lease-1 lease-2
      12.345678s # lease-1     is up           incarnation 2, because of f1
      12.345678s # lease-1     clock           120 ppm slow, wall clock 1.5 s ahead
      12.345678s # lease-1     not as assumed  wall-error: 1.5 s beyond 1 s
      12.345678s · auditor     job read back   c1-17: succeeded, 2 attempts
      12.345678s · auditor     skip read back  tick nightly 2026-03-29T01:00:00Z: overlap
      12.345678s · auditor     audit complete
    "
  `);
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
