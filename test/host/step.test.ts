import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Effect, Output } from '../../src/host/step.ts';
import { LOG_FILE, MARK_FILE, NOTHING, nowOnly, StepRunner } from '../../src/host/step.ts';
import { FakeHost, recoveredFiles } from '../support/fake-host.ts';

const OK = { kind: 'ok' } as const;
const say = (word: string): Effect => ({ kind: 'send', to: 'peer', message: { kind: word } });
const output = (parts: Partial<Output>): Output => ({ ...NOTHING, ...parts });

function onFakeHost(): { host: FakeHost; runner: StepRunner; said: () => string[] } {
  const host = new FakeHost();
  return {
    host,
    runner: new StepRunner(host),
    said: () => host.takeMessages().map((message) => message.kind),
  };
}

/** Answers the oldest open disk request. */
function answer(host: FakeHost, runner: StepRunner): void {
  const request = host.openRequests.shift()!;
  expect(runner.onDisk(request.token, OK)).toBe(true);
}

const requests = (host: FakeHost): string[] => host.diskRequests.map((request) => request.kind);

test('every kind of effect is carried out, in order', () => {
  const { host, runner, said } = onFakeHost();
  runner.perform(
    nowOnly([
      say('one'),
      { kind: 'setTimer', tag: 'a', afterUs: 10 },
      { kind: 'setTimer', tag: 'b', afterUs: 20 },
      { kind: 'cancelTimer', tag: 'a' },
      { kind: 'observe', testimony: { kind: 'note', text: 'here' } },
      say('two'),
      { kind: 'exit', reason: 'done' },
    ]),
  );
  expect(said()).toEqual(['one', 'two']);
  expect([...host.timers.keys()]).toEqual(['b']);
  expect(host.testimonies).toEqual([{ kind: 'note', text: 'here' }]);
  expect(host.exits).toEqual(['done']);
});

test('nothing asked, nothing done', () => {
  const { host, runner, said } = onFakeHost();
  runner.perform(NOTHING);
  expect(said()).toEqual([]);
  expect(host.diskRequests).toEqual([]);
});

test('what waits for the sync leaves when it is answered, what does not at once', () => {
  const { host, runner, said } = onFakeHost();
  runner.perform({ now: [say('beat')], persist: ['r1', 'r2'], afterSync: [say('accepted')] });
  expect(said()).toEqual(['beat']);
  expect(host.diskRequests).toMatchObject([
    { kind: 'append', file: LOG_FILE, record: 'r1' },
    { kind: 'append', file: LOG_FILE, record: 'r2' },
    { kind: 'sync', file: LOG_FILE },
  ]);
  answer(host, runner);
  expect(said()).toEqual(['accepted']);
});

test('with nothing unsynced, what waits for the sync leaves at once', () => {
  const { host, runner, said } = onFakeHost();
  runner.perform(output({ afterSync: [say('status')] }));
  expect(said()).toEqual(['status']);
  expect(host.diskRequests).toEqual([]);
});

test('an answer that rests on a record still being synced waits for that sync, no longer', () => {
  const { host, runner, said } = onFakeHost();
  runner.perform(output({ persist: ['r1'], afterSync: [say('accepted')] }));
  runner.perform(output({ afterSync: [say('status')] }));
  expect(said()).toEqual([]);
  answer(host, runner);
  expect(said()).toEqual(['accepted', 'status']);
  expect(host.openRequests).toEqual([]);
});

test('what arrives during a sync shares the next one', () => {
  const { host, runner, said } = onFakeHost();
  for (const word of ['a', 'b', 'c']) {
    runner.perform(output({ persist: [word], afterSync: [say(word)] }));
  }
  expect(requests(host)).toEqual(['append', 'sync', 'append', 'append']);
  answer(host, runner);
  expect(said()).toEqual(['a']);
  answer(host, runner);
  expect(said()).toEqual(['b', 'c']);
  expect(requests(host).filter((kind) => kind === 'sync')).toHaveLength(2);
});

test('a failed sync stops the process and releases nothing', () => {
  const { host, runner, said } = onFakeHost();
  runner.perform(output({ persist: ['r1'], afterSync: [say('accepted')] }));
  const { token } = host.openRequests[0]!;
  expect(runner.onDisk(token, { kind: 'failed', reason: 'no space' })).toBe(true);
  expect(host.exits).toEqual(['sync of log failed: no space']);
  runner.perform(output({ persist: ['r2'], afterSync: [say('later')] }));
  expect(said()).toEqual([]);
});

test("answers to the program's own disk requests are left to the program", () => {
  const { runner } = onFakeHost();
  expect(runner.onDisk('snapshot', OK)).toBe(false);
});

/** A step of a program that persists some records and wants something said, or a sync answered. */
type Move = { readonly records: number; readonly speaks: boolean } | 'answer';
const move: fc.Arbitrary<Move> = fc.oneof(
  fc.record({ records: fc.nat(2), speaks: fc.boolean() }),
  fc.constant('answer' as const),
);

test('nothing is said before all that it rests on is synced, and nothing is held longer', () => {
  fc.assert(
    fc.property(fc.array(move, { maxLength: 60 }), (moves) => {
      const { host, runner, said } = onFakeHost();
      let appended = 0;
      let synced = 0;
      let covered = 0;
      // Words name how many records must be safe before they may be heard.
      const waiting: string[] = [];
      for (const each of moves) {
        if (each !== 'answer') {
          appended += each.records;
          const word = String(appended);
          if (each.speaks) waiting.push(word);
          const afterSync = each.speaks ? [say(word)] : [];
          runner.perform(output({ persist: new Array(each.records).fill('r'), afterSync }));
        } else if (host.openRequests.length > 0) {
          synced = covered;
          answer(host, runner);
        }
        expect(host.openRequests.length).toBeLessThanOrEqual(1);
        covered = recordsCovered(host);
        const due = waiting.filter((word) => Number(word) <= synced);
        expect(said()).toEqual(due);
        waiting.splice(0, due.length);
      }
    }),
  );
});

/** How many records were appended before the last sync that was asked for. */
function recordsCovered(host: FakeHost): number {
  const kinds = requests(host);
  return kinds.slice(0, kinds.lastIndexOf('sync') + 1).filter((kind) => kind === 'append').length;
}

/** The runner's only timer fires. */
function tick(host: FakeHost, runner: StepRunner): void {
  const [tag] = [...host.timers.keys()];
  host.timers.clear();
  expect(runner.onTimer(tag!)).toBe(true);
}
const numbered = (n: number) => ({ v: 1, n, entries: [] });

test('numbered records tell how far the log is synced, and so does the mark, a while later', () => {
  const { host, runner } = onFakeHost();
  runner.perform(output({ persist: [numbered(1)] }));
  runner.perform(output({ persist: [numbered(2)] }));
  answer(host, runner);
  runner.perform(output({ persist: [numbered(3)] }));
  answer(host, runner);
  const appended = host.diskRequests.flatMap((r) => (r.kind === 'append' ? [r.record] : []));
  expect(appended).toEqual([
    { ...numbered(1), synced: 0 },
    { ...numbered(2), synced: 0 },
    { ...numbered(3), synced: 1 },
  ]);
  expect([...host.timers.values()]).toMatchObject([{ afterUs: 500_000 }]);
  tick(host, runner);
  expect(host.diskRequests.at(-1)).toMatchObject({
    kind: 'replace',
    file: MARK_FILE,
    records: [{ v: 1, n: 2 }],
  });
  answer(host, runner);
  answer(host, runner);
  // Record 3 was synced after the mark was asked for: it gets another.
  tick(host, runner);
  expect(host.diskRequests.at(-1)).toMatchObject({ records: [{ n: 3 }] });
  answer(host, runner);
  expect(host.timers.size).toBe(0);
});

test('a mark that cannot be written is written again, and nobody dies of it', () => {
  const { host, runner } = onFakeHost();
  runner.perform(output({ persist: [numbered(1)] }));
  answer(host, runner);
  tick(host, runner);
  const { token } = host.openRequests.shift()!;
  expect(runner.onDisk(token, { kind: 'failed', reason: 'no space' })).toBe(true);
  expect(host.exits).toEqual([]);
  tick(host, runner);
  expect(host.openRequests).toMatchObject([{ file: MARK_FILE, records: [{ n: 1 }] }]);
});

test('logs without numbers have no mark, and timers of the program are its own', () => {
  const { host, runner } = onFakeHost();
  runner.perform(output({ persist: ['r1'] }));
  answer(host, runner);
  expect(host.timers.size).toBe(0);
  expect(runner.onTimer('mine')).toBe(false);
});

test('a log that is found is synced before anything leaves that rests on it', () => {
  const { host, runner, said } = onFakeHost();
  const found = recoveredFiles({ [LOG_FILE]: [numbered(1)], [MARK_FILE]: [{ v: 1, n: 1 }] });
  runner.start(found, () => ({ ...NOTHING, now: [say('up')], afterSync: [say('one')] }));
  expect(said()).toEqual(['up']);
  expect(requests(host)).toEqual(['sync']);
  answer(host, runner);
  expect(said()).toEqual(['one']);
  // It was marked before: there is nothing to mark.
  expect(host.timers.size).toBe(0);
});

test('with a file that cannot be read, the program is not begun; the process ends', () => {
  const { host, runner } = onFakeHost();
  const unreadable = new Set([MARK_FILE, LOG_FILE]);
  runner.start({ ...recoveredFiles(), unreadable }, () => expect.fail('it was begun'));
  expect(host.exits).toEqual(['cannot read log, log.mark']);
});

test('who ends itself at its start writes nothing', () => {
  const { host, runner } = onFakeHost();
  runner.start(recoveredFiles({ [LOG_FILE]: ['r'] }), () =>
    nowOnly([{ kind: 'exit', reason: 'no' }]),
  );
  expect(host.diskRequests).toEqual([]);
});

test('a log is rewritten before what follows; both are durable before anybody hears of it', () => {
  const { host, runner, said } = onFakeHost();
  runner.perform(output({ persist: [numbered(1)], afterSync: [say('one')] }));
  const rewrite = [numbered(2)];
  runner.perform(output({ rewrite, persist: [numbered(3)], afterSync: [say('two')] }));
  expect(requests(host)).toEqual(['append', 'sync', 'replace', 'append']);
  answer(host, runner);
  expect(said()).toEqual(['one']);
  expect(requests(host).at(-1)).toBe('sync');
  answer(host, runner);
  expect(said()).toEqual([]);
  answer(host, runner);
  expect(said()).toEqual(['two']);
});

test('a log that cannot be rewritten stops the process', () => {
  const { host, runner } = onFakeHost();
  runner.perform(output({ rewrite: [] }));
  const { token } = host.openRequests.shift()!;
  runner.onDisk(token, { kind: 'failed', reason: 'no space' });
  expect(host.exits).toEqual(['log not rewritten: no space']);
});

test('a log that is given up counts anew, and tells nothing of what was synced of it', () => {
  const { host, runner } = onFakeHost();
  const found = recoveredFiles({ [LOG_FILE]: [numbered(5)], [MARK_FILE]: [{ v: 1, n: 5 }] });
  runner.start(found, () => ({ ...NOTHING, rewrite: [] }));
  expect(requests(host)).toEqual(['replace', 'replace', 'sync']);
  expect(host.diskRequests[1]).toMatchObject({ file: MARK_FILE, records: [{ v: 1, n: 0 }] });
  runner.perform(output({ persist: [numbered(1)] }));
  expect(host.diskRequests.at(-1)).toMatchObject({ record: { ...numbered(1), synced: 0 } });
  for (let answers = 0; answers < 3; answers++) answer(host, runner);
  runner.perform(output({ persist: [numbered(2)] }));
  expect(host.diskRequests.at(-1)).toMatchObject({ record: { ...numbered(2), synced: 0 } });
});
