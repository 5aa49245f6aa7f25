import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Model } from '../../../src/explore/model/model.ts';
import { permutations } from '../../../src/explore/model/places.ts';
import { search } from '../../../src/explore/model/search.ts';
import { Tuples } from '../../../src/explore/model/tuples.ts';

type Pair = readonly [number, number];

/** Two counters that count to three, each when it likes. */
const counters = (broken: (state: Pair) => string | undefined, areAlike = false): Model<Pair> => ({
  starts: [[0, 0]],
  next: ([a, b], visit) => {
    if (a < 3) visit(0, [a + 1, b]);
    if (b < 3) visit(1, [a, b + 1]);
  },
  broken,
  key: ([a, b]) => (areAlike && b < a ? [b, a] : [a, b]),
  describe: (before, move, after) => `${before.join()} -${move}-> ${after.join()}`,
});
const never = (): undefined => undefined;

test('every state is seen once, and every move is counted', () => {
  const all = search(counters(never), { statesMax: 16 });
  expect(all).toEqual({ kind: 'held', states: 16, transitions: 24, depth: 6 });
  const alike = search(counters(never, true), { statesMax: 16 });
  expect(alike).toMatchObject({ kind: 'held', states: 10, depth: 6 });
});

test('a limit that is too small never holds', () => {
  for (let statesMax = 1; statesMax < 16; statesMax++) {
    const result = search(counters(never), { statesMax });
    expect(result).toMatchObject({ kind: 'incomplete', states: statesMax });
  }
});

test('what is bad within the limit is found all the same, and what lies beyond is not', () => {
  const bad = counters(([a, b]) => (a === 2 && b === 1 ? 'bad' : undefined));
  expect(search(bad, { statesMax: 9 }).kind).toBe('broken');
  expect(search(bad, { statesMax: 3 }).kind).toBe('incomplete');
});

test('the way to a bad state is a shortest one, and can be walked', () => {
  const bad = counters(([a, b]) => (a + b === 4 && a === 1 ? 'one and three' : undefined), true);
  const result = search(bad, { statesMax: 100 });
  // The mirror image was seen first, stands for both, and is not bad.
  expect(result.kind).toBe('held');
  const plain = search({ ...bad, key: (state) => state }, { statesMax: 100 });
  expect(plain).toMatchObject({ kind: 'broken', trace: { why: 'one and three', end: [1, 3] } });
  const moves = plain.kind === 'broken' ? plain.trace.moves : [];
  expect(moves).toHaveLength(4);
  for (const [i, move] of moves.entries()) {
    const from = moves[i - 1]?.split('-> ')[1] ?? '0,0';
    expect(move.startsWith(`${from} -`)).toBe(true);
  }
});

/** Both look whether the other is inside, and then go in; `0` outside, `1` about to, `2` inside. */
const mutex = (isAtomic: boolean): Model<Pair> => ({
  ...counters(([a, b]) => (a === 2 && b === 2 ? 'both are inside' : undefined)),
  next: (state, visit) => {
    for (const me of [0, 1] as const) {
      const put = (mine: number): Pair => (me === 0 ? [mine, state[1]] : [state[0], mine]);
      const other = state[1 - me] as number;
      if (state[me] === 0 && other !== 2) visit(me, put(isAtomic ? 2 : 1));
      if (state[me] === 1) visit(me, put(2));
      if (state[me] === 2) visit(me, put(0));
    }
  },
});

test('a mutex that looks first and goes in later lets both in, after four moves', () => {
  expect(search(mutex(true), { statesMax: 9 })).toMatchObject({ kind: 'held', states: 3 });
  const result = search(mutex(false), { statesMax: 9 });
  expect(result.kind === 'broken' && result.trace.moves.length).toBe(4);
});

test('tuples are a set', () => {
  const lists = fc.array(fc.tuple(fc.integer({ max: 3 }), fc.nat(3), fc.integer()), {
    maxLength: 2_500,
    size: 'max',
  });
  fc.assert(
    fc.property(lists, (all) => {
      const known = new Set<string>();
      const tuples = new Tuples();
      for (const each of all) {
        expect(tuples.has(each)).toBe(known.has(each.join()));
        expect(tuples.add(each)).toBe(!known.has(each.join()));
        known.add(each.join());
      }
      expect(tuples.size).toBe(known.size);
    }),
    { numRuns: 8 },
  );
});

test('permutations begin with the order itself', () => {
  expect(permutations(3)[0]).toEqual([0, 1, 2]);
  expect(new Set(permutations(4).map(String)).size).toBe(24);
});
