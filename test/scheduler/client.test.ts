import { beforeEach, expect, test } from 'vitest';
import type { Effect } from '../../src/host/step.ts';
import { required } from '../../src/lib/assert.ts';
import { SECOND } from '../../src/lib/units.ts';
import type { ApiAnswer, ApiCall, ApiResult, FinishedAck } from '../../src/scheduler/api.ts';
import { SchedulerClient, type Settled } from '../../src/scheduler/client.ts';
import { FakeHost } from '../support/fake-host.ts';

const MEMBERS = ['s1', 's2', 's3'];
const CANCEL = { kind: 'cancel', job: 'nightly-7' } as const;
const OK: ApiResult = { kind: 'ok', state: 'cancelled' };

let host: FakeHost;
let client: SchedulerClient;
let effects: Effect[];

beforeEach(() => {
  host = new FakeHost('program');
  client = new SchedulerClient(host, { members: MEMBERS, resendUs: SECOND });
  effects = [];
});

const ask = (op: number, forUs = 10 * SECOND, isRepetition = false): void =>
  client.ask(op, CANCEL, host.nowUs + forUs, effects, isRepetition);

/** Whom it has asked since last looked at, as [member, number]. */
const sent = (): readonly (readonly [string, unknown])[] =>
  effects
    .splice(0)
    .flatMap((effect) =>
      effect.kind === 'send' ? [[effect.to, (effect.message as ApiCall).op] as const] : [],
    );

const answer = (from: string, op: number, result: ApiResult): Settled | undefined => {
  const message: ApiAnswer = { kind: 'api-answer', v: 1, op, result };
  return client.onMessage(from, message, effects);
};

/** Its timer fires so much later. */
const wait = (us: number): readonly Settled[] => {
  host.nowUs += us;
  return required(client.onTimer('client:care', effects), 'its own timer');
};

const next = (member: string): string =>
  required(MEMBERS[(MEMBERS.indexOf(member) + 1) % MEMBERS.length], member);

test('an answer settles a request, once', () => {
  ask(7);
  const first = client.believed;
  expect(sent()).toEqual([[first, 7]]);
  const settled = { op: 7, outcome: { kind: 'answered', result: OK } };
  expect(answer(first, 7, OK)).toEqual(settled);
  expect(answer(first, 7, OK)).toBeUndefined();
  expect(client.open).toEqual([]);
});

test('silence takes it to the next member, under the same number', () => {
  ask(7);
  const [[first] = ['']] = sent();
  expect(wait(SECOND)).toEqual([]);
  expect(sent()).toEqual([[next(first), 7]]);
  expect(client.believed).toBe(next(first));
});

test('every copy but the first says when it left, and the first of another life does', () => {
  const marks = (): readonly (number | undefined)[] =>
    effects
      .splice(0)
      .flatMap((it) => (it.kind === 'send' ? [(it.message as ApiCall).resentAtUs] : []));
  ask(7);
  expect(marks()).toEqual([undefined]);
  wait(SECOND);
  expect(marks()).toEqual([host.nowUs]);
  client.sendAllAgain(effects);
  expect(marks()).toEqual([host.nowUs]);
  ask(8, 10 * SECOND, true);
  expect(marks()).toEqual([host.nowUs]);
});

test('a named leader is asked at once; a second name in a row waits', () => {
  ask(7);
  const [[first] = ['']] = sent();
  expect(answer(first, 7, { kind: 'redirect', leader: next(first) })).toBeUndefined();
  expect(sent()).toEqual([[next(first), 7]]);
  answer(next(first), 7, { kind: 'redirect', leader: first });
  expect(sent()).toEqual([]);
  wait(SECOND / 2);
  expect(sent()).toEqual([[first, 7]]);
});

test('a refusal is one where nothing else is under way, and unknown where a copy is', () => {
  const refusal: ApiResult = { kind: 'error', field: 'job', reason: 'no such job' };
  ask(1);
  ask(2);
  const [[first] = ['']] = sent();
  const refused = { kind: 'refused', field: 'job', reason: 'no such job' };
  expect(answer(first, 1, refusal)).toEqual({ op: 1, outcome: refused });
  wait(SECOND);
  expect(answer(next(first), 2, refusal)).toEqual({ op: 2, outcome: { kind: 'unknown' } });
  ask(3, SECOND, true);
  expect(answer(client.believed, 3, refusal)).toEqual({ op: 3, outcome: { kind: 'unknown' } });
});

test('it gives up in the end, and the number is free', () => {
  ask(7, 3 * SECOND);
  expect([wait(SECOND), wait(SECOND)]).toEqual([[], []]);
  expect(wait(SECOND)).toEqual([{ op: 7, outcome: { kind: 'unknown' } }]);
  ask(7);
  expect(client.open).toEqual([7]);
});

test('what does not answer the request, and what is for others, is left alone', () => {
  ask(7);
  expect(answer('s1', 7, { kind: 'jobs', jobs: [] })).toBeUndefined();
  expect(answer('s1', 8, OK)).toBeUndefined();
  const other: FinishedAck = {
    kind: 'finished-ack',
    v: 1,
    job: 'j',
    token: { epoch: 1, attempt: 1 },
  };
  expect(client.onMessage('s1', other, effects)).toBeUndefined();
  expect(client.onTimer('mine', effects)).toBeUndefined();
  expect(client.open).toEqual([7]);
});

test('impatience asks again and is no news about anybody', () => {
  ask(1);
  ask(2);
  const first = client.believed;
  sent();
  client.sendAllAgain(effects);
  expect(sent()).toEqual([
    [first, 1],
    [first, 2],
  ]);
  expect(client.believed).toBe(first);
});

test('misuse is told', () => {
  ask(7);
  expect(() => ask(7)).toThrow('open already');
  const settings = { members: [], resendUs: SECOND };
  expect(() => new SchedulerClient(host, settings)).toThrow('members');
});
