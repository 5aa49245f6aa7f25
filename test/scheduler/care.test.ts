/** A client of a scheduler that keeps nothing: it counts the attempts of its jobs itself. */
import { beforeEach, expect, test } from 'vitest';
import type { Effect } from '../../src/host/step.ts';
import { required } from '../../src/lib/assert.ts';
import { SECOND } from '../../src/lib/units.ts';
import type { ApiAnswer, ApiCall, ApiResult, JobSpec } from '../../src/scheduler/api.ts';
import { SchedulerClient, type Settled } from '../../src/scheduler/client.ts';
import { FakeHost } from '../support/fake-host.ts';

const SPEC: JobSpec = {
  queue: 'default',
  delayUs: 3 * SECOND,
  retry: { maxAttempts: 2, backoff: 'fixed', baseUs: 2 * SECOND, maxUs: 2 * SECOND },
  timeoutUs: 5 * SECOND,
  delivery: 'at-least-once',
  sink: 'key',
};
const MEMBERS = ['s1', 's2'];

let host: FakeHost;
let client: SchedulerClient;
let effects: Effect[];

beforeEach(() => {
  host = new FakeHost('program');
  client = new SchedulerClient(host, { members: MEMBERS, resendUs: SECOND });
  effects = [];
});

const submit = (op: number, spec = SPEC): void =>
  client.ask(op, { kind: 'submit', job: 'j', spec }, host.nowUs + 60 * SECOND, effects);

/** What it has sent since last looked at: to whom, and which attempt of which life. */
const sent = (): readonly string[] =>
  effects.splice(0).flatMap((effect) => {
    if (effect.kind !== 'send') return [];
    const { grant } = effect.message as ApiCall;
    const what = grant === undefined ? 'asks' : `grants ${grant.attempt} to life ${grant.life}`;
    return [`${effect.to}: ${what}`];
  });

const answer = (from: string, result: ApiResult, op = 7): Settled | undefined => {
  const message: ApiAnswer = { kind: 'api-answer', v: 1, op, result };
  return client.onMessage(from, message, effects);
};

const wait = (us: number): readonly Settled[] => {
  host.nowUs += us;
  return required(client.onTimer('client:care', effects), 'its own timer');
};

const other = (member: string): string => (member === 's1' ? 's2' : 's1');

/** The first attempt is granted to this member. */
function granted(life = 10): string {
  submit(7);
  const member = client.believed;
  answer(member, { kind: 'address', life });
  effects = [];
  return member;
}

test('it grants the first attempt to the life that answers, and hears how the job ended', () => {
  submit(7);
  const member = client.believed;
  expect(sent()).toEqual([`${member}: asks`]);
  answer(member, { kind: 'address', life: 10 });
  expect(sent()).toEqual([`${member}: grants 1 to life 10`]);
  // A second copy of what was answered before grants nothing.
  answer(member, { kind: 'address', life: 10 });
  expect(sent()).toEqual([]);
  const result = { kind: 'ok', state: 'succeeded', attempts: 1 } as const;
  expect(answer(member, result)).toEqual({ op: 7, outcome: { kind: 'answered', result } });
});

test('after an attempt that failed it waits as was asked, and grants the next', () => {
  const member = granted();
  answer(member, { kind: 'attempt-ended', attempt: 1 });
  wait(1.9 * SECOND);
  expect(sent()).toEqual([]);
  wait(0.1 * SECOND);
  expect(sent()).toEqual([`${member}: asks`]);
  answer(member, { kind: 'address', life: 10 });
  expect(sent()).toEqual([`${member}: grants 2 to life 10`]);
});

test('another life has no part in what the one before was granted', () => {
  const member = granted(10);
  wait(SECOND);
  expect(sent()).toEqual([`${member}: grants 1 to life 10`]);
  answer(member, { kind: 'address', life: 11 });
  wait(2 * SECOND);
  answer(member, { kind: 'address', life: 11 });
  expect(sent()).toEqual([`${member}: asks`, `${member}: grants 2 to life 11`]);
});

test('a member that falls silent is left for the next, one that gives signs of life is not', () => {
  const member = granted();
  for (let i = 0; i < 5; i++) {
    wait(SECOND);
    answer(member, { kind: 'pending', attempt: 1 });
  }
  expect(new Set(sent())).toEqual(new Set([`${member}: grants 1 to life 10`]));
  for (let i = 0; i < 3; i++) wait(SECOND);
  effects = [];
  wait(2 * SECOND);
  expect(sent()).toEqual([`${other(member)}: asks`]);
});

test('with no attempt left what came of the last one is not known', () => {
  const member = granted(10);
  answer(member, { kind: 'address', life: 11 });
  wait(2 * SECOND);
  answer(member, { kind: 'address', life: 11 });
  wait(SECOND);
  expect(answer(member, { kind: 'address', life: 12 })).toEqual({
    op: 7,
    outcome: { kind: 'unknown' },
  });
});

test('an id whose job has ended is not begun anew', () => {
  const member = granted();
  answer(member, { kind: 'ok', state: 'succeeded', attempts: 1 });
  submit(8);
  expect(answer(member, { kind: 'address', life: 10 }, 8)).toMatchObject({
    outcome: { kind: 'refused', field: 'job' },
  });
});

test('what is left of a delay is told with the grant', () => {
  const member = granted();
  answer(member, { kind: 'attempt-ended', attempt: 1 });
  wait(2 * SECOND);
  answer(member, { kind: 'address', life: 10 });
  const calls = effects.flatMap((it) => (it.kind === 'send' ? [it.message as ApiCall] : []));
  expect(calls.at(-1)?.grant).toEqual({ life: 10, attempt: 2, delayUs: SECOND });
});
