import { describe, expect, test } from 'vitest';
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

test('a job that was to be kept only for a while need not be listed', () => {
  const short = f.asks(1, f.submitOf('s', { retainUs: f.at(3) }), { kind: 'ok', state: 'waiting' });
  expect(f.verdictOn(noLoss, [...short, goneWhole]).kind).toBe('held');
  const long = f.asks(1, f.submitOf('s', { retainUs: f.at(30) }));
  expect(f.verdictOn(noLoss, [...long, goneWhole]).kind).toBe('broken');
});

describe('schedules', () => {
  const listed = (schedule: string, revision = 1) =>
    ({ kind: 'audited-schedule', at: f.at(9), schedule, revision, standing: 'active' }) as const;
  const put = f.asks(1, f.putOf('backup'));
  const other = listed('other');

  test('breaks when one that was accepted is not listed, or as it was before', () => {
    expect(f.verdictOn(noLoss, [...put, listed('backup'), goneWhole]).kind).toBe('held');
    expect(f.verdictOn(noLoss, [...put, other, goneWhole])).toMatchObject({
      kind: 'broken',
      summary: 'schedule backup, accepted at 1 s, is not in the complete audit',
    });
    const edit = f.asks(2, f.editOf('pause', 2));
    const old = listed('backup');
    expect(f.verdictOn(noLoss, [...put, ...edit, old, goneWhole])).toMatchObject({
      facts: [edit[1], old],
    });
  });

  test('one that anybody asked to delete, or that was refused, need not be', () => {
    const gone = f.asks(2, f.editOf('delete', 2), { kind: 'unknown' });
    expect(f.verdictOn(noLoss, [...put, ...gone, other, goneWhole]).kind).toBe('held');
    const back = f.asks(3, f.putOf('backup', { revision: 3 }));
    expect(f.verdictOn(noLoss, [...put, ...gone, ...back, other, goneWhole]).kind).toBe('broken');
    const refused = f.asks(1, f.putOf(), { kind: 'fail', reason: 'zone' });
    expect(f.verdictOn(noLoss, [...refused, other, goneWhole]).kind).toBe('vacuous');
  });

  test('an audit that lists no schedule at all does not read them', () => {
    expect(f.verdictOn(noLoss, [...put, goneWhole]).kind).toBe('vacuous');
    expect(f.verdictOn(noLoss, [...put, other, f.auditEnded(10, false)]).kind).toBe('unknown');
  });
});
