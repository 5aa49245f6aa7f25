import { expect, test } from 'vitest';
import { noLoss } from '../../src/checkers/no-loss.ts';
import * as f from '../support/facts.ts';

const acceptedJob = f.accepted(1, 'a');
const goneWhole = f.auditEnded(10);

test('holds when the audit lists every accepted job, in whatever state', () => {
  const facts = [
    acceptedJob,
    f.accepted(2, 'b'),
    f.audited(9, 'a', 'dead'),
    f.audited(9, 'b', 'waiting'),
  ];
  expect(f.verdictOn(noLoss, [...facts, goneWhole])).toEqual({ kind: 'held' });
});

test('breaks when an accepted job is not listed, and names the answer that promised it', () => {
  expect(f.verdictOn(noLoss, [acceptedJob, goneWhole])).toMatchObject({
    kind: 'broken',
    at: f.at(10),
    summary: 'job a, accepted at 1 s, is not in the complete audit',
    facts: [acceptedJob, goneWhole],
  });
});

test('breaks as well when the job had run to success before it was forgotten', () => {
  const verdict = f.verdictOn(noLoss, [acceptedJob, f.ended(3, 'a'), goneWhole]);
  expect(verdict).toMatchObject({ kind: 'broken', facts: [goneWhole] });
});

test('breaks when a cancelled job is listed in another state', () => {
  const [cancel, listed] = [f.cancelled(2, 'a'), f.audited(9, 'a', 'succeeded')];
  const verdict = f.verdictOn(noLoss, [acceptedJob, cancel, listed, goneWhole]);
  expect(verdict).toMatchObject({ kind: 'broken', at: f.at(9), facts: [cancel, listed] });
});

test('a cancel answered with another final state promises nothing', () => {
  const late = f.cancelled(2, 'a', 'succeeded');
  const facts = [acceptedJob, late, f.audited(9, 'a', 'succeeded'), goneWhole];
  expect(f.verdictOn(noLoss, facts).kind).toBe('held');
});

test('a submit that failed or timed out promises nothing', () => {
  const facts = (['fail', 'unknown'] as const).map((kind) =>
    f.answered(1, f.submitOf(kind), kind === 'fail' ? { kind, reason: 'full' } : { kind }),
  );
  expect(f.verdictOn(noLoss, [...facts, goneWhole]).kind).toBe('vacuous');
});

test('an answer that arrives while the audit reads is not held against its pages', () => {
  const facts = [
    acceptedJob,
    f.phase(8, 'audit'),
    f.accepted(9, 'late'),
    f.audited(9, 'a', 'dead'),
  ];
  expect(f.verdictOn(noLoss, [...facts, goneWhole]).kind).toBe('held');
});

test('is unknown when the audit is incomplete or missing', () => {
  expect(f.verdictOn(noLoss, [acceptedJob, f.auditEnded(10, false)])).toEqual({
    kind: 'unknown',
    reason: 'the audit is incomplete: nobody answered',
  });
  expect(f.verdictOn(noLoss, [acceptedJob]).kind).toBe('unknown');
});

test('is excused only when the store had lost what it acknowledged', () => {
  const lost = f.assumptionFailed(5, 'store-durable');
  expect(f.verdictOn(noLoss, [acceptedJob, lost, goneWhole])).toEqual({
    kind: 'excused',
    assumption: 'store-durable',
    at: f.at(5),
  });
  const other = f.assumptionFailed(5, 'wall-error');
  expect(f.verdictOn(noLoss, [acceptedJob, other, goneWhole]).kind).toBe('broken');
});
