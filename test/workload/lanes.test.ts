/** Operations that a client asks one after another, and on which it insists; nonsense. */
import { expect, test } from 'vitest';
import { HOUR, MINUTE, MS, SECOND } from '../../src/lib/units.ts';
import type { ApiRequest, ApiResult } from '../../src/scheduler/api.ts';
import type { PlannedOp } from '../../src/workload/workload.ts';
import { clientOf, OK, put, submit, target } from './client-stage.ts';

const edit = (atUs: number, edit: 'pause' | 'resume', revision: number): PlannedOp => {
  const request = { kind: 'edit-schedule', edit, schedule: 'nightly', revision } as const;
  return { atUs, client: 0, request, lane: 'nightly' };
};
const asked = ({ harness }: ReturnType<typeof clientOf>) =>
  harness.of('asked').map(({ at, op }) => [at, op]);

test('an edit waits until the one before it in its lane was answered, others do not', () => {
  const client = clientOf([
    { ...put(0), lane: 'nightly' },
    edit(SECOND, 'pause', 2),
    edit(2 * SECOND, 'resume', 3),
    submit(2 * SECOND, 'a'),
  ]);
  client.machine.advance(3 * SECOND);
  expect(asked(client)).toEqual([
    [0, 100],
    [2 * SECOND, 103],
  ]);
  client.answer('s1', 100, { kind: 'ok' });
  expect(asked(client).slice(2)).toEqual([[3 * SECOND, 101]]);
  client.machine.advance(SECOND);
  client.answer('s1', 101, { kind: 'ok' });
  expect(asked(client).slice(3)).toEqual([[4 * SECOND, 102]]);
});

test('an edit that is refused or given up lets the next one be asked', () => {
  const client = clientOf([edit(0, 'pause', 2), edit(SECOND, 'resume', 3)]);
  const member = target(client.sent());
  client.answer(member, 100, { kind: 'error', field: 'revision', reason: 'known' });
  client.machine.advance(SECOND);
  expect(asked(client)).toEqual([
    [0, 100],
    [SECOND, 101],
  ]);

  const silent = clientOf([edit(0, 'pause', 2), edit(SECOND, 'resume', 3)]);
  silent.machine.advance(9 * MINUTE);
  expect(asked(silent)).toHaveLength(1);
  silent.machine.advance(2 * MINUTE);
  expect(silent.harness.of('answered').map(({ answer }) => answer.kind)).toEqual(['unknown']);
  expect(asked(silent)).toHaveLength(2);
});

test.each([
  ['edit-schedule', edit(0, 'pause', 2).request],
  ['put-queue', { kind: 'put-queue', queue: 'mail', spec: {}, revision: 1 }],
  ['edit-queue', { kind: 'edit-queue', edit: 'pause', queue: 'mail', revision: 2 }],
] as const)('%s is insisted on across a restart, and its lane stays in order', (_, request) => {
  const client = clientOf([
    { atUs: 0, client: 0, request, lane: 'nightly' },
    edit(SECOND, 'resume', 3),
  ]);
  client.machine.advance(20 * SECOND);
  client.sent();
  client.machine.start();
  expect(client.sent().map(([, op]) => op)).toEqual([100]);
  expect(client.harness.of('answered')).toEqual([]);
  client.answer('s1', 100, { kind: 'ok', revision: 2 });
  expect(client.harness.of('answered')[0]?.answer).toEqual({ kind: 'ok', revision: 2 });
});

test('what a restart gives up lets others of its lane be asked, and keeps those open', () => {
  const inLane = (op: PlannedOp): PlannedOp => ({ ...op, lane: 'jobs' });
  const client = clientOf([inLane(submit(0, 'a')), inLane(submit(SECOND, 'b'))]);
  client.machine.advance(2 * SECOND);
  client.machine.start();
  expect(client.harness.facts.map(({ kind }) => kind)).toEqual(['asked', 'answered', 'asked']);
  expect(client.harness.of('asked').at(-1)?.op).toBe(101);
});

test('an id is used again only once its job was accepted', () => {
  const again: PlannedOp = { ...submit(SECOND, 'a'), lane: 'a', onlyAfterOk: true };
  const refused: ApiResult = { kind: 'error', field: 'job', reason: 'used' };
  const timesAsked = (answeredUs: number, result: ApiResult): number => {
    const client = clientOf([{ ...submit(0, 'a'), lane: 'a' }, again], ['s1']);
    client.machine.advance(answeredUs);
    client.answer('s1', 100, result);
    client.machine.advance(2 * SECOND);
    return client.harness.of('asked').length;
  };
  expect(timesAsked(500 * MS, OK)).toBe(2);
  expect(timesAsked(500 * MS, refused)).toBe(1);
  expect(timesAsked(1_500 * MS, OK)).toBe(2);
  // A second copy left by then: what became of the first is not known.
  expect(timesAsked(1_500 * MS, refused)).toBe(1);
});

test('nonsense is sent as it is, marked, and not insisted on', () => {
  const meant = { kind: 'put-queue', queue: 'x', revision: 1, limits: {} } as const;
  const request = { kind: 'put-queue', queue: null } as unknown as ApiRequest;
  const client = clientOf([{ atUs: 0, client: 0, request, meant }]);
  expect(client.host.takeSent()[0]?.message).toMatchObject({ request });
  client.machine.advance(HOUR);
  const [fact] = client.harness.of('answered');
  expect(fact).toMatchObject({ hostile: true, request: meant, answer: { kind: 'unknown' } });
  expect(fact?.at).toBeLessThan(5 * SECOND);
});
