import fc from 'fast-check';
import { expect, test } from 'vitest';
import { InvariantBroken } from '../../src/lib/assert.ts';
import { HOUR, MS, SECOND } from '../../src/lib/units.ts';
import type { ApiRequest, ApiResult } from '../../src/scheduler/api.ts';
import type { PlannedOp } from '../../src/workload/workload.ts';
import { clientOf, MEMBERS, nextOf, OK, put, submit, target } from './client-stage.ts';

test('asks at the planned times without waiting for answers', () => {
  const { machine, harness } = clientOf([
    submit(SECOND, 'a'),
    submit(SECOND, 'b'),
    submit(2 * SECOND, 'c'),
  ]);
  machine.advance(999 * MS - 1);
  expect(harness.facts).toEqual([]);
  machine.advance(2 * SECOND);
  expect(harness.of('asked').map((fact) => [fact.at, fact.op])).toEqual([
    [SECOND, 100],
    [SECOND, 101],
    [2 * SECOND, 102],
  ]);
});

test('an answer is recorded once, with the state it told', () => {
  const { machine, harness, answer, sent } = clientOf([submit(0, 'a')]);
  const member = target(sent());
  machine.advance(30 * MS);
  answer(member, 100, OK);
  answer(member, 100, OK);
  answer(member, 100, { kind: 'error', field: 'x', reason: 'y' });
  machine.advance(HOUR);
  expect(harness.facts.map((fact) => fact.kind)).toEqual(['asked', 'answered']);
  const [fact] = harness.of('answered');
  expect(fact).toMatchObject({ at: 30 * MS, askedAt: 0, client: 'c1', op: 100 });
  expect(fact?.answer).toEqual({ kind: 'ok', state: 'waiting' });
  expect(fact?.request).toMatchObject({
    kind: 'submit',
    job: 'a',
    delayUs: 0,
    maxAttempts: 3,
    timeoutUs: 10 * SECOND,
    sink: 'token',
    delivery: 'at-least-once',
  });
  expect(fact?.request).toBe(harness.of('asked')[0]?.request);
});

test('a refusal fails with the field and the reason', () => {
  const { harness, answer, sent } = clientOf([submit(0, 'a')]);
  answer(target(sent()), 100, { kind: 'error', field: 'retry', reason: 'no attempts' });
  expect(harness.of('answered')[0]?.answer).toEqual({ kind: 'fail', reason: 'retry: no attempts' });
});

test('a refusal is unknown while an earlier copy may still be carried out', () => {
  const error: ApiResult = { kind: 'error', field: 'job', reason: 'unknown job' };
  const cancel: PlannedOp = { atUs: 0, client: 0, request: { kind: 'cancel', job: 'a' } };
  const silent = clientOf([cancel]);
  silent.machine.advance(1100 * MS);
  silent.answer('s1', 100, error);
  expect(silent.harness.of('answered')[0]?.answer).toEqual({ kind: 'unknown' });

  const turnedAway = clientOf([cancel]);
  const first = target(turnedAway.sent());
  turnedAway.answer(first, 100, { kind: 'redirect', leader: nextOf(first) });
  turnedAway.answer(nextOf(first), 100, error);
  expect(turnedAway.harness.of('answered')[0]?.answer.kind).toBe('fail');

  const status = clientOf([{ atUs: 0, client: 0, request: { kind: 'status', job: 'a' } }]);
  status.machine.advance(1100 * MS);
  status.answer('s1', 100, error);
  expect(status.harness.of('answered')[0]?.answer.kind).toBe('fail');
});

test('silence is asked again of the next member, then given up as unknown', () => {
  const { machine, harness, sent, host } = clientOf([submit(0, 'a')]);
  const first = target(sent());
  machine.advance(HOUR);
  const second = nextOf(first);
  expect(sent()).toEqual([
    [second, 100],
    [nextOf(second), 100],
    [first, 100],
  ]);
  const [fact] = harness.of('answered');
  expect(fact?.answer).toEqual({ kind: 'unknown' });
  expect(fact?.at).toBeGreaterThanOrEqual(4 * SECOND);
  expect(fact?.at).toBeLessThan(4 * SECOND + 50 * MS);
  expect(host.timers.size).toBe(0);
});

test('the member that answered is asked first from then on', () => {
  const { machine, answer, sent } = clientOf([submit(0, 'a'), submit(SECOND, 'b')]);
  const other = nextOf(target(sent()));
  answer(other, 100, OK);
  machine.advance(SECOND);
  expect(sent()).toEqual([[other, 101]]);
});

test('a named leader is asked at once, and remembered', () => {
  const { machine, answer, sent } = clientOf([submit(0, 'a'), submit(SECOND, 'b')]);
  const first = target(sent());
  const leader = nextOf(nextOf(first));
  answer(first, 100, { kind: 'redirect', leader });
  expect(sent()).toEqual([[leader, 100]]);
  answer(leader, 100, OK);
  machine.advance(SECOND);
  expect(sent()).toEqual([[leader, 101]]);
});

test('members that name each other are asked no faster than one of them per short wait', () => {
  const { machine, answer, sent } = clientOf([submit(0, 'a')]);
  let asked = sent();
  let count = 1;
  for (let step = 0; step < 1000; step++) {
    const member = String(asked[0]?.[0] ?? '');
    if (member !== '') answer(member, 100, { kind: 'redirect', leader: nextOf(member) });
    machine.advance(MS);
    asked = sent();
    count += asked.length;
  }
  // Two per wait of at least 50 ms, in one second.
  expect(count).toBeGreaterThan(8);
  expect(count).toBeLessThan(44);
});

test('a redirect to nobody waits 50 to 200 ms, then asks the next member', () => {
  const { machine, answer, sent } = clientOf([submit(0, 'a')]);
  const first = target(sent());
  answer(first, 100, { kind: 'redirect' });
  answer(first, 100, { kind: 'redirect' });
  machine.advance(49 * MS);
  expect(sent()).toEqual([]);
  machine.advance(172 * MS);
  expect(sent()).toEqual([[nextOf(first), 100]]);
});

test('a redirect from a member that was asked before is ignored', () => {
  const { machine, answer, sent } = clientOf([submit(0, 'a')]);
  const first = target(sent());
  machine.advance(1100 * MS);
  expect(sent()).toEqual([[nextOf(first), 100]]);
  answer(first, 100, { kind: 'redirect', leader: nextOf(nextOf(first)) });
  expect(sent()).toEqual([]);
});

test('copies of a redirect do not put the next try off', () => {
  const { machine, answer, sent } = clientOf([submit(0, 'a')], ['s1']);
  sent();
  let tries = 0;
  for (let step = 0; step < 23; step++) {
    if (tries === 0) answer('s1', 100, { kind: 'redirect' });
    machine.advance(10 * MS);
    tries += sent().length;
  }
  expect(tries).toBe(1);
});

test('after a silence a named leader is asked at once again', () => {
  const { machine, answer, sent } = clientOf([submit(0, 'a')]);
  const first = target(sent());
  answer(first, 100, { kind: 'redirect', leader: nextOf(first) });
  sent();
  machine.advance(1100 * MS);
  const third = target(sent());
  answer(third, 100, { kind: 'redirect', leader: first });
  expect(sent()).toEqual([[first, 100]]);
});

test('an answer of the wrong kind is no answer', () => {
  const { machine, harness, answer, sent } = clientOf([submit(0, 'a')]);
  answer(target(sent()), 100, { kind: 'jobs', jobs: [] });
  expect(harness.of('answered')).toEqual([]);
  machine.advance(HOUR);
  expect(harness.of('answered').map((fact) => fact.answer.kind)).toEqual(['unknown']);
});

test('a schedule is put until somebody says yes, across a restart too', () => {
  const { machine, harness, answer, sent } = clientOf([put(0)]);
  machine.advance(20 * SECOND);
  expect(harness.of('answered')).toEqual([]);
  sent();
  machine.start();
  const again = sent();
  expect(again).toHaveLength(1);
  answer(target(again), 100, { kind: 'ok' });
  expect(harness.facts.map((fact) => fact.kind)).toEqual(['asked', 'answered']);
  expect(harness.of('answered')[0]?.answer).toEqual({ kind: 'ok' });
});

test('a schedule nobody ever takes becomes unknown in the end', () => {
  const { machine, harness } = clientOf([put(0)]);
  machine.advance(HOUR);
  expect(harness.of('answered').map((fact) => fact.answer.kind)).toEqual(['unknown']);
});

test('a restart leaves open operations unknown and asks what was missed at once', () => {
  const { machine, harness, host, answer, sent } = clientOf([
    submit(0, 'a'),
    submit(SECOND, 'b'),
    submit(9 * SECOND, 'c'),
  ]);
  const first = target(sent());
  // Down from 0 to 5 s: nothing fires.
  host.timers.clear();
  machine.advance(5 * SECOND);
  machine.start();
  answer(first, 100, OK);
  expect(harness.facts.map((fact) => [fact.kind, fact.at, 'op' in fact ? fact.op : 0])).toEqual([
    ['asked', 0, 100],
    ['answered', 5 * SECOND, 100],
    ['asked', 5 * SECOND, 101],
  ]);
  expect(harness.of('answered')[0]?.answer.kind).toBe('unknown');
  machine.advance(4 * SECOND);
  expect(harness.of('asked').map((fact) => fact.op)).toEqual([100, 101, 102]);
});

/** Surplus submits at these times. */
const surplusOf = (...timesUs: readonly number[]) => {
  const asked: number[] = [];
  const ops = timesUs.map((atUs, i) => submit(atUs, `x-${i}`));
  return { asked, ops, next: 0, onAsked: () => void asked.push(asked.length) };
};

test('a surplus is asked besides the plan, with numbers that nobody else has', () => {
  const { machine, harness, knobs, turned, host } = clientOf([submit(SECOND, 'a')]);
  const surplus = surplusOf(0, 500 * MS, SECOND, 2 * SECOND);
  knobs.surplus.set('f', surplus);
  machine.advance(10 * MS);
  expect(harness.facts).toEqual([]);
  turned();
  machine.advance(3 * SECOND);
  expect(harness.of('asked').map(({ at, op }) => [at, op])).toEqual([
    [10 * MS, 201],
    [500 * MS, 203],
    [SECOND, 100],
    [SECOND, 205],
    [2 * SECOND, 207],
  ]);
  expect(surplus.asked).toHaveLength(4);
  expect([...host.timers.keys()]).toEqual(['client:care']);
});

test('what is left of a surplus is never asked once its fault is over', () => {
  const { machine, harness, knobs, turned } = clientOf([]);
  knobs.surplus.set('f', surplusOf(0, SECOND));
  knobs.surplus.set('g', surplusOf(2 * SECOND));
  turned();
  knobs.surplus.delete('f');
  machine.advance(HOUR);
  expect(harness.of('asked').map(({ at }) => at)).toEqual([0, 2 * SECOND]);
});

test('a client that restarts asks what it missed of a surplus that is still on', () => {
  const { machine, harness, host, knobs, turned } = clientOf([]);
  knobs.surplus.set('f', surplusOf(0, SECOND, 2 * SECOND, 9 * SECOND));
  turned();
  host.timers.clear();
  machine.advance(5 * SECOND);
  machine.start();
  machine.advance(10 * SECOND);
  expect(harness.of('asked').map(({ at }) => at)).toEqual([0, 5, 5, 9].map((s) => s * SECOND));
});

test('an impatient client sends what is open again and again, under the same number', () => {
  const { machine, harness, knobs, turned, sent, answer, host } = clientOf([
    submit(0, 'a'),
    submit(0, 'b'),
  ]);
  const member = target(sent());
  let bites = 0;
  knobs.impatience.set('slow', { everyUs: SECOND, onSent: () => expect.unreachable() });
  knobs.impatience.set('f', { everyUs: 100 * MS, onSent: () => bites++ });
  turned();
  machine.advance(250 * MS);
  const twice = [100, 101].map((op) => [member, op]);
  expect(sent()).toEqual([...twice, ...twice]);
  expect(bites).toBe(2);
  answer(member, 100, OK);
  machine.advance(100 * MS);
  expect(sent()).toEqual([[member, 101]]);
  knobs.impatience.clear();
  machine.advance(200 * MS);
  expect(sent()).toEqual([]);
  expect([...host.timers.keys()]).toEqual(['client:care']);
  expect(harness.of('asked')).toHaveLength(2);
  expect(harness.of('answered')).toHaveLength(1);
});

test('impatience keeps nobody from turning to the next member after a silence', () => {
  const { machine, knobs, turned, sent } = clientOf([submit(0, 'a')]);
  const first = target(sent());
  knobs.impatience.set('f', { everyUs: 100 * MS, onSent: () => {} });
  turned();
  machine.advance(1_500 * MS);
  const asked = sent().map(([member]) => member);
  expect(asked.slice(0, 9)).toEqual(Array(9).fill(first));
  expect(asked.at(-1)).toBe(nextOf(first));
});

test('after many copies a refusal does not say that nothing happened', () => {
  const { machine, harness, knobs, turned, sent, answer } = clientOf([submit(0, 'a')]);
  const member = target(sent());
  knobs.impatience.set('f', { everyUs: MS, onSent: () => {} });
  turned();
  machine.advance(10 * MS);
  answer(member, 100, { kind: 'error', field: 'job', reason: 'used' });
  expect(harness.of('answered')[0]?.answer).toEqual({ kind: 'unknown' });
  machine.advance(10 * MS);
  expect(sent()).toHaveLength(10);
});

test('a client that was told of nothing is not disturbed', () => {
  const { turned, host } = clientOf([]);
  turned();
  expect(host.timers.size).toBe(0);
});

test('a client never lists', () => {
  const request: ApiRequest = { kind: 'list-jobs', after: '', limit: 1 };
  expect(() => clientOf([{ atUs: 0, client: 0, request }])).toThrow(InvariantBroken);
});

const resultArbitrary = fc.constantFrom<ApiResult>(
  OK,
  { kind: 'ok' },
  { kind: 'redirect' },
  { kind: 'redirect', leader: 's2' },
  { kind: 'redirect', leader: 'stranger' },
  { kind: 'error', field: 'f', reason: 'r' },
  { kind: 'skips', skips: [] },
);
const stepArbitrary = fc.oneof(
  fc.record({ kind: fc.constant('advance' as const), us: fc.nat(3 * SECOND) }),
  fc.record({ kind: fc.constant('restart' as const) }),
  fc.record({
    kind: fc.constant('answer' as const),
    from: fc.constantFrom(...MEMBERS),
    op: fc.integer({ min: 99, max: 106 }),
    result: resultArbitrary,
  }),
);

test('whatever happens: asked once, answered once at most, nothing left open in the end', () => {
  const plan = [0, 0, 1, 2, 4, 6].map((s, i) => (i === 1 ? put(0) : submit(s * SECOND, `j${i}`)));
  fc.assert(
    fc.property(fc.array(stepArbitrary, { maxLength: 40 }), (steps) => {
      const { machine, harness, answer } = clientOf(plan);
      for (const step of steps) {
        if (step.kind === 'advance') machine.advance(step.us);
        else if (step.kind === 'restart') machine.start();
        else answer(step.from, step.op, step.result);
      }
      machine.advance(HOUR);
      const asked = harness.of('asked').map((fact) => fact.op);
      expect(asked).toEqual([100, 101, 102, 103, 104, 105]);
      const answered = harness.of('answered').map((fact) => fact.op);
      expect(answered.toSorted()).toEqual(asked);
      let lastAt = 0;
      for (const fact of harness.facts) {
        expect(fact.at).toBeGreaterThanOrEqual(lastAt);
        lastAt = fact.at;
      }
    }),
    { numRuns: 300 },
  );
});

test('an outage with many open operations costs few timers', () => {
  const plan = Array.from({ length: 2000 }, (_, i) => submit(i * MS, `j${i}`));
  const { machine, harness, host } = clientOf(plan);
  let timers = 0;
  const setTimer = host.setTimer.bind(host);
  host.setTimer = (tag, afterUs) => {
    if (tag === 'client:care') timers++;
    setTimer(tag, afterUs);
  };
  machine.advance(10 * SECOND);
  expect(harness.of('answered')).toHaveLength(2000);
  // Every 20 ms for 6 s at most.
  expect(timers).toBeLessThan(310);
});
