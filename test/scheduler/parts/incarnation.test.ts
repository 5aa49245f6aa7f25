import { expect, test } from 'vitest';
import type { DiskRecord, Recovered } from '../../../src/host/host.ts';
import { IncarnationCounter } from '../../../src/scheduler/parts/incarnation.ts';
import { FakeHost, recoveredFiles } from '../../support/fake-host.ts';

function counter(recovered: Recovered, seed = 'one') {
  const host = new FakeHost('m', seed);
  const made = new IncarnationCounter(host);
  made.begin(recovered);
  return { host, made, answer: () => made.onDisk('incarnation', { kind: 'ok' }) };
}

const found = (...records: readonly DiskRecord[]): Recovered =>
  recoveredFiles({ incarnation: records });

test('the first number of a disk is 1, and each start takes the next', () => {
  expect(counter(recoveredFiles()).answer()).toBe(1);
  expect(counter(found(7)).answer()).toBe(8);
});

test('nothing is in force before it is durable, and a write that fails ends the process', () => {
  const { host, made } = counter(found(7));
  expect(host.openRequests).toMatchObject([{ kind: 'replace', records: [8] }]);
  expect(() => made.identity).toThrow('before it is durable');
  expect(() => made.stamp).toThrow('before it is durable');
  expect(made.onDisk('other', { kind: 'ok' })).toBeUndefined();
  expect(made.onDisk('incarnation', { kind: 'failed', reason: 'full' })).toBeUndefined();
  expect(host.exits).toEqual(['the incarnation could not be written: failed']);
});

test('damage and nonsense are no number: the count begins anew, and says so', () => {
  const damaged: Recovered = { files: new Map([['incarnation', [{ kind: 'damaged' }]]]) };
  const nonsense = [{ v: 1 }, 'x', -3, 1.5, 2 ** 40, null].map((data) => found(data));
  for (const recovered of [damaged, ...nonsense]) {
    const { host, answer } = counter(recovered);
    expect(answer()).toBe(1);
    expect(host.testimonies).toMatchObject([{ kind: 'note' }]);
  }
  expect(counter(recoveredFiles()).host.testimonies).toEqual([]);
});

test('two lives that count the same have different identities; a later one a greater stamp', () => {
  const lives = [counter(found(3), 'a'), counter(found(3), 'b'), counter(found(4), 'c')];
  for (const { answer } of lives) answer();
  const [one, two, later] = lives.map(({ made }) => made) as [
    IncarnationCounter,
    IncarnationCounter,
    IncarnationCounter,
  ];
  expect(one.identity).toMatch(/^4\.\d+$/);
  expect(one.identity).not.toBe(two.identity);
  expect(one.stamp).not.toBe(two.stamp);
  expect(later.stamp).toBeGreaterThan(Math.max(one.stamp, two.stamp));
  expect(Number.isSafeInteger(later.stamp)).toBe(true);
});

test('told of a later life it takes a number beyond it, but not of an earlier one or twice', () => {
  const late = counter(found(40), 'late');
  late.answer();
  const { host, made, answer } = counter(recoveredFiles());
  answer();
  const before = made.stamp;
  host.openRequests.length = 0;
  made.raise(before);
  made.raise(before - 1);
  expect(host.openRequests).toEqual([]);
  made.raise(late.made.stamp);
  made.raise(late.made.stamp);
  expect(host.openRequests).toMatchObject([{ records: [42] }]);
  expect(made.stamp).toBe(before);
  expect(answer()).toBe(42);
  expect(made.stamp).toBeGreaterThan(late.made.stamp);
  made.raise(Number.MAX_SAFE_INTEGER);
  expect(host.openRequests).toHaveLength(1);
});
