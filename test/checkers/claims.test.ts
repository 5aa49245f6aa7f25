import { expect, test } from 'vitest';
import { CLAIMS, findClaim } from '../../src/checkers/claims.ts';
import * as f from '../support/facts.ts';

test('every claim has an id of its own, a sentence, and what it does not check', () => {
  expect(CLAIMS.map((claim) => claim.id)).toEqual([
    'no-loss',
    'no-invention',
    'token-order',
    'single-effect',
    'tick-once',
    'never-early',
    'overlap',
    'dependency-order',
    'queue-order',
    'retry-policy',
    'timeout',
    'cancel',
    'terminal-absorbs',
    'limits',
    'linearizable-api',
    'capacity',
    'superseded-acts',
    'spec-change',
    'explained-skips',
    'completes',
    'recovers',
    'on-time',
    'no-starvation',
    'orphans-released',
    'bounded-catch-up',
    'stable-leadership',
    'no-silent-schedule',
    'drains',
    'sometimes-failover',
    'sometimes-lease-expired',
    'sometimes-job-completed',
    'sometimes-tick-run',
  ]);
  for (const { sentence, limits } of CLAIMS) {
    expect(sentence).toMatch(/^[A-Z].*\.$/);
    expect(limits).toMatch(/^[A-Z].*\.$/);
  }
});

test('claims are found by id', () => {
  for (const claim of CLAIMS) expect(findClaim(claim.id)).toBe(claim);
  expect(findClaim('no-such-claim')).toBeUndefined();
});

test.each(CLAIMS)('$id is vacuous in an empty run, and judges twice alike', (claim) => {
  const empty = [f.runBegan(), f.phase(1, 'audit'), f.auditEnded(2), f.phase(3, 'end')];
  expect(f.verdictOn(claim, empty).kind).toBe('vacuous');
});

test('crash, partition, pause, delay, duplication and loss excuse nothing', () => {
  const kinds = ['crash', 'partition', 'pause', 'delay', 'duplicate', 'loss'];
  const faults = kinds.map((kind) => f.fault(1, 'bitten', { kind }));
  const invented = f.began(2, 'a');
  const claim = CLAIMS[1]!;
  expect(f.verdictOn(claim, [...faults, invented]).kind).toBe('broken');
});
