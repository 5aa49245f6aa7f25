import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ApiRequest } from '../../../src/scheduler/api.ts';
import { type Answered, AnsweredOps, inShort } from '../../../src/scheduler/parts/answered.ts';

const CANCEL: ApiRequest = { kind: 'cancel', job: 'j' };
const answered = (client: string, op: number, n = 0): Answered => ({
  ...{ kind: 'answered', client, op, request: inShort(CANCEL) },
  result: { kind: 'error', field: 'job', reason: `answer ${n}` },
});

/** The same in one list, with the latest answer last. */
class Model {
  #all: Answered[] = [];

  note(one: Answered): void {
    this.#all = this.#all.filter(({ client, op }) => client !== one.client || op !== one.op);
    this.#all.push(one);
    const own = this.#all.filter(({ client }) => client === one.client);
    if (own.length > 64) this.#all = this.#all.filter((it) => it !== own[0]);
  }

  /** By client, the one that was answered last coming last. */
  entries(): readonly Answered[] {
    const names = [...new Set(this.#all.map(({ client }) => client).reverse())].reverse();
    return names.flatMap((name) => this.#all.filter(({ client }) => client === name));
  }
}

describe('AnsweredOps', () => {
  test('knows the latest 64 answers of each client, in order', () => {
    const note = fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.nat({ max: 90 }));
    fc.assert(
      fc.property(fc.array(note, { maxLength: 400 }), (notes) => {
        const [ops, model] = [new AnsweredOps(), new Model()];
        for (const [n, [client, op]] of notes.entries()) {
          ops.note(answered(client, op, n));
          model.note(answered(client, op, n));
        }
        const entries = model.entries();
        expect([...ops.entries()]).toEqual(entries);
        expect(ops.size).toBe(entries.length);
        for (const { client, op, result } of entries) {
          expect(ops.find(client, op, CANCEL)).toEqual(result);
        }
      }),
      { numRuns: 100 },
    );
  });

  test('noting its entries makes the same of nothing', () => {
    const [ops, copy] = [new AnsweredOps(), new AnsweredOps()];
    for (let op = 0; op < 100; op++) ops.note(answered(`c${op % 3}`, op));
    ops.note(answered('c0', 3));
    for (const entry of ops.entries()) copy.note(entry);
    expect([...copy.entries()]).toEqual([...ops.entries()]);
    ops.note(answered('c4', 1));
    copy.note(answered('c4', 1));
    expect([...copy.entries()]).toEqual([...ops.entries()]);
  });

  test('of a thousand clients and one, the one that was answered longest ago is forgotten', () => {
    const ops = new AnsweredOps();
    for (let n = 0; n < 1_000; n++) ops.note(answered(`c${n}`, 1));
    ops.note(answered('c0', 2));
    ops.note(answered('c1000', 1));
    expect(ops.find('c1', 1, CANCEL)).toBeUndefined();
    expect(ops.find('c0', 1, CANCEL)).toBeDefined();
    expect(ops.size).toBe(1_001);
  });

  test('another request under the same number was not answered', () => {
    const ops = new AnsweredOps();
    ops.note(answered('a', 1));
    expect(ops.find('a', 1, { kind: 'cancel', job: 'k' })).toBeUndefined();
    expect(ops.find('b', 1, CANCEL)).toBeUndefined();
  });
});
