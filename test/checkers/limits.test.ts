import { describe, expect, test } from 'vitest';
import { limits } from '../../src/checkers/limits.ts';
import { SECOND } from '../../src/lib/units.ts';
import * as f from '../support/facts.ts';

const jobs = ['a', 'b', 'c'].map((job) => f.submit(0, job));
const put = (s: number, of: Parameters<typeof f.queueOf>[0], revision = 1) =>
  f.asks(s, f.queueOf(of, { revision }));
const two = [...f.granted(2, 'a'), ...f.granted(3, 'b')];
const third = f.granted(4, 'c');
const base = [...jobs, ...put(1, { concurrency: 2 })];

describe('concurrency', () => {
  test('holds while no more attempts run than are allowed', () => {
    const facts = [...base, ...two, f.ended(3.5, 'a', 'failed'), ...third];
    expect(f.verdictOn(limits, facts).kind).toBe('held');
  });

  test('breaks when one more begins', () => {
    const [ask, answer] = put(1, { concurrency: 2 });
    expect(f.verdictOn(limits, [...jobs, ask, answer, ...two, ...third])).toEqual({
      kind: 'broken',
      at: f.at(4.01),
      summary: '3 attempts of queue default run, where 2 may',
      facts: [answer, two[1], two[3], third[1]],
    });
  });

  test.each([
    ['was given up', f.lost(3.5, 'a')],
    ['was to be cancelled', f.asked(3.5, { kind: 'cancel', job: 'a' })],
    ['went down with its machine', f.machine(3.5, 'worker-1', 'down', { role: 'worker' })],
    ['may have gone down with a copy', f.machine(3.5, "worker-1'", 'down', { role: 'worker' })],
  ])('a body that %s does not count', (_, end) => {
    expect(f.verdictOn(limits, [...base, ...two, end, ...third]).kind).toBe('held');
  });

  test('nor does one launched late, when it was given up, or behind a later attempt', () => {
    const zombie = f.began(2, 'c');
    const facts = [...base, f.lost(1.5, 'c', f.token(1, 2)), zombie, ...f.granted(3, 'a')];
    expect(f.verdictOn(limits, [...facts, ...f.granted(4, 'b')]).kind).toBe('held');
    const again = f.granted(4, 'a', { token: f.token(2, 2), worker: 'worker-2' });
    expect(f.verdictOn(limits, [...base, ...two, ...again]).kind).toBe('held');
  });

  test('nor does one whose time limit is over, for its worker gives it up by itself', () => {
    const limited = (timeoutUs: number) => [
      ...['b', 'c'].map((job) => f.submit(0, job)),
      f.submit(0, 'a', { timeoutUs }),
      ...put(1, { concurrency: 2 }),
      ...two,
      ...third,
    ];
    expect(f.verdictOn(limits, limited(1.5 * SECOND)).kind).toBe('held');
    expect(f.verdictOn(limits, limited(2.5 * SECOND)).kind).toBe('broken');
    const silent = f.submit(0, 'a', { heartbeatUs: SECOND });
    expect(f.verdictOn(limits, [silent, ...base.slice(1), ...two, ...third]).kind).toBe('held');
  });

  test('a lower limit counts for what is granted under it', () => {
    const lower = [...base, ...two, ...put(3.5, { concurrency: 1 }, 2)];
    expect(f.verdictOn(limits, lower).kind).toBe('held');
    const under = [...lower, f.ended(3.7, 'b'), ...third];
    expect(f.verdictOn(limits, under)).toMatchObject({ kind: 'broken' });
    // Granted before the answer, however late it begins.
    const [grant, began] = [f.dispatched(3.2, 'scheduler-1', 'c', f.token(1, 1)), f.began(5, 'c')];
    const before = [...jobs, ...put(1, {}), ...two, grant, ...put(4, { concurrency: 1 }, 2), began];
    expect(f.verdictOn(limits, before).kind).toBe('held');
  });

  test('none is certain once another put was asked for, until that is answered', () => {
    const other = f.asked(3.5, f.queueOf({ concurrency: 9 }, { revision: 2 }));
    expect(f.verdictOn(limits, [...base, ...two, other, ...third]).kind).toBe('held');
    const heard = f.heard(3.6, other);
    const four = [...f.granted(5, 'd')];
    const facts = [...base, ...two, other, heard, ...third, f.submit(4.5, 'd'), ...four];
    expect(f.verdictOn(limits, facts).kind).toBe('held');
  });

  test('where nobody said when, what was asked for under the limit was granted under it', () => {
    const mute = ['a', 'b', 'c'].map((job, at) => f.began(3 + at, job));
    const [ask, answer] = put(1, { concurrency: 2 });
    const after = ['a', 'b', 'c'].map((job) => f.submit(2, job));
    expect(f.verdictOn(limits, [ask, answer, ...after, ...mute]).kind).toBe('broken');
    expect(f.verdictOn(limits, [...jobs, ask, answer, ...mute]).kind).toBe('held');
  });

  test('ticks and triggered jobs count for the queue of their schedule', () => {
    const put = f.asks(0.5, f.putOf('backup', { queue: 'default' }));
    const trigger = f.asked(1.5, { kind: 'trigger', schedule: 'backup', job: 'now' });
    const tick = { tick: f.tickAt(2) };
    const facts = [...put, ...base.slice(3), trigger, ...f.granted(2, 'now')];
    const both = [...facts, ...f.granted(2.1, 't', tick)];
    const last = [f.submit(2.2, 'a'), ...f.granted(3, 'a')];
    expect(f.verdictOn(limits, both).kind).toBe('held');
    expect(f.verdictOn(limits, [...both, ...last]).kind).toBe('broken');
  });
});

test('perKey counts attempts with the same key', () => {
  const keyed = ['a', 'b', 'c'].map((job) => f.submit(0, job, { key: job === 'c' ? 'y' : 'x' }));
  const [ask, answer] = put(1, { perKey: 1 });
  const apart = [...keyed, ask, answer, ...f.granted(2, 'a'), ...third];
  expect(f.verdictOn(limits, apart).kind).toBe('held');
  expect(f.verdictOn(limits, [...keyed, ask, answer, ...two])).toMatchObject({
    summary: '2 attempts of one key of queue default run, where 1 may',
  });
});

describe('rate', () => {
  // Two at once, then one every 5 s; clocks may differ by 2 s.
  const rate = { starts: 2, perUs: 10 * SECOND };
  const run = (times: readonly number[]) =>
    times.flatMap((s, at) => [...f.granted(s, `j${at}`), f.ended(s + 0.02, `j${at}`)]);
  const asks = (count: number) => Array.from({ length: count }, (_, at) => f.submit(0, `j${at}`));

  test('holds at the pace that the bucket allows', () => {
    const times = [2, 2.1, 7.2, 12.3, 17.4, 40, 40.1];
    expect(f.verdictOn(limits, [...asks(7), ...put(1, { rate }), ...run(times)]).kind).toBe('held');
  });

  test.each([
    ['a burst', [2, 2.1, 2.2, 2.3]],
    ['a pace that is a little too fast', [2, 2.1, 6, 10, 14, 18, 22, 26, 30]],
  ])('breaks with %s', (_, times) => {
    const facts = [...asks(times.length), ...put(1, { rate }), ...run(times)];
    expect(f.verdictOn(limits, facts)).toMatchObject({ kind: 'broken' });
  });

  test('grants that come to nothing do not count, nor those decided before the put', () => {
    const lost = [2.2, 2.3, 2.4].map((s) =>
      f.dispatched(s, 'scheduler-1', 'x', f.token(1, s * 10)),
    );
    const facts = [...asks(2), ...put(1, { rate }), ...run([2, 2.1]), ...lost];
    expect(f.verdictOn(limits, facts).kind).toBe('held');
    const early = [...asks(4), ...put(0.5, {}), ...run([0.6, 0.7]), ...put(1, { rate }, 2)];
    const times = [...f.granted(2, 'j2'), ...f.granted(2.1, 'j3')];
    expect(f.verdictOn(limits, [...early, ...times]).kind).toBe('held');
  });
});

describe('unique keys', () => {
  const first = f.asks(1, f.submitOf('a', { uniqueKey: 'k' }), { kind: 'ok', state: 'waiting' });
  const second = f.asks(5, f.submitOf('b', { uniqueKey: 'k' }), { kind: 'ok', state: 'waiting' });

  test('breaks when both jobs were accepted and nothing ended the first', () => {
    expect(f.verdictOn(limits, [...first, ...second])).toEqual({
      kind: 'broken',
      at: f.at(5),
      summary: 'a and b are open at a time, with the unique key k',
      facts: [first[1], second[1]],
    });
    expect(f.verdictOn(limits, [...first, f.began(2, 'a'), ...second]).kind).toBe('broken');
  });

  test.each([
    ['may have ended with an attempt', [f.began(2, 'a'), f.ended(3, 'a', 'failed')]],
    ['may have ended with an attempt that was lost', [f.lost(3, 'a')]],
    ['may be cancelled', [f.asked(3, { kind: 'cancel', job: 'a' })]],
  ])('no break when the first %s', (_, ends) => {
    expect(f.verdictOn(limits, [...first, ...ends, ...second]).kind).toBe('held');
    // A repeated submit is told ok, and makes nothing of it.
    const again = f.asks(4, f.submitOf('a', { uniqueKey: 'k' }));
    expect(f.verdictOn(limits, [...first, ...ends, ...again, ...second]).kind).toBe('held');
  });

  test('a refusal is as it should be, and so is another key', () => {
    const refused = f.asks(5, f.submitOf('b', { uniqueKey: 'k' }), {
      kind: 'fail',
      reason: 'used',
    });
    const other = f.asks(6, f.submitOf('c', { uniqueKey: 'l' }));
    const again = f.asks(7, f.submitOf('a', { uniqueKey: 'k' }));
    expect(f.verdictOn(limits, [...first, ...refused, ...other, ...again]).kind).toBe('held');
  });

  test('of jobs with parents it is never certain that they are open', () => {
    const child = f.asks(1, f.submitOf('a', { uniqueKey: 'k', parents: ['p'] }));
    expect(f.verdictOn(limits, [...child, ...second]).kind).toBe('held');
  });
});

test('is vacuous without limits, excused by a clock that was off before', () => {
  expect(f.verdictOn(limits, [...jobs, ...put(1, {}), ...two]).kind).toBe('vacuous');
  const off = f.assumptionFailed(1, 'wall-error');
  expect(f.verdictOn(limits, [...base, off, ...two, ...third]).kind).toBe('excused');
});
