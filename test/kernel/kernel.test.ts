import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Kernel, type KernelOptions } from '../../src/kernel/kernel.ts';
import { createRng } from '../../src/kernel/rng.ts';
import { InvariantBroken } from '../../src/lib/assert.ts';
import { SortedQueue } from './sorted-queue.ts';
import { gossipOnKernel, gossipOnTinyqueue, holdOnKernel, holdOnTinyqueue } from './workloads.ts';

/** A kernel with one kind of event that notes "time:arg". */
function noting(options?: KernelOptions): { kernel: Kernel; note: number; seen: string[] } {
  const kernel = new Kernel(options);
  const seen: string[] = [];
  const note = kernel.register('note', (arg) => seen.push(`${kernel.now}:${arg}`));
  return { kernel, note, seen };
}

test('events happen in the order of their times, and of asking among equal times', () => {
  const { kernel, note, seen } = noting();
  kernel.at(20, note, 1);
  kernel.at(10, note, 2);
  kernel.at(20, note, 3);
  kernel.run(100);
  expect(seen).toEqual(['10:2', '20:1', '20:3']);
  expect(kernel.steps).toBe(3);
});

test('run handles what is due up to the end, the end included, and then it is that time', () => {
  const { kernel, note, seen } = noting();
  kernel.at(10, note, 1);
  kernel.at(11, note, 2);
  kernel.run(10);
  expect(seen).toEqual(['10:1']);
  expect(kernel.now).toBe(10);
  kernel.run(10);
  kernel.run(50);
  expect(seen).toEqual(['10:1', '11:2']);
  expect(kernel.now).toBe(50);
});

test('an event may schedule another at the very same time, which comes after those there', () => {
  const kernel = new Kernel();
  const seen: number[] = [];
  const chain = kernel.register('chain', (arg) => {
    seen.push(arg);
    if (arg < 3) kernel.at(kernel.now, chain, arg + 10);
  });
  kernel.at(5, chain, 1);
  kernel.at(5, chain, 2);
  while (kernel.step());
  expect(seen).toEqual([1, 2, 11, 12]);
});

test('arg and payload arrive as they were given', () => {
  const kernel = new Kernel();
  const seen: unknown[] = [];
  const keep = kernel.register('keep', (arg, payload) => seen.push(arg, payload));
  const payload = { text: 'hello' };
  kernel.at(1, keep, -(2 ** 31), payload);
  kernel.at(2, keep, 2 ** 31 - 1);
  kernel.run(2);
  expect(seen).toEqual([-(2 ** 31), payload, 2 ** 31 - 1, undefined]);
  expect(seen[1]).toBe(payload);
});

test('a cancelled event never happens, and its handle is over', () => {
  const { kernel, note, seen } = noting();
  const first = kernel.at(10, note, 1);
  const second = kernel.at(20, note, 2);
  expect(kernel.isPending(first)).toBe(true);
  expect(kernel.cancel(first)).toBe(true);
  expect(kernel.isPending(first)).toBe(false);
  expect(kernel.cancel(first)).toBe(false);
  expect(kernel.rearm(first, 30)).toBe(false);
  kernel.run(30);
  expect(seen).toEqual(['20:2']);
  expect(kernel.cancel(second)).toBe(false);
  expect(kernel.pending).toBe(0);
});

test('a re-armed event keeps kind, arg and payload, and comes last among equals', () => {
  const kernel = new Kernel();
  const seen: unknown[] = [];
  const keep = kernel.register('keep', (arg, payload) => seen.push([kernel.now, arg, payload]));
  const moved = kernel.at(10, keep, 1, 'a');
  kernel.at(20, keep, 2, 'b');
  expect(kernel.rearm(moved, 20)).toBe(true);
  expect(kernel.isPending(moved)).toBe(true);
  kernel.run(20);
  expect(seen).toEqual([
    [20, 2, 'b'],
    [20, 1, 'a'],
  ]);
});

test('while an event is handled its own handle is over already', () => {
  const kernel = new Kernel();
  const answers: boolean[] = [];
  const self = kernel.register('self', () => {
    answers.push(kernel.isPending(handle), kernel.cancel(handle), kernel.rearm(handle, 99));
  });
  const handle = kernel.at(1, self, 0);
  kernel.run(1);
  expect(answers).toEqual([false, false, false]);
});

test('times in the past, fractions and strange records are broken invariants', () => {
  const { kernel, note } = noting();
  kernel.run(100);
  const handle = kernel.at(200, note, 0);
  for (const wrong of [99, 100.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53]) {
    expect(() => kernel.at(wrong, note, 0)).toThrow(InvariantBroken);
    expect(() => kernel.rearm(handle, wrong)).toThrow(InvariantBroken);
    expect(() => kernel.run(wrong)).toThrow(InvariantBroken);
  }
  for (const arg of [0.5, 2 ** 31, Number.NaN]) {
    expect(() => kernel.at(200, note, arg)).toThrow(InvariantBroken);
  }
  expect(() => kernel.at(200, 7, 0)).toThrow(InvariantBroken);
  expect(() => kernel.at(200, -1, 0)).toThrow(InvariantBroken);
  expect(() => kernel.register('note', () => {})).toThrow('registered twice');
});

/** A run in which every step draws, sends on, cancels and re-arms; everything hangs on order. */
function tangle(seed: string, options: KernelOptions = {}): Kernel {
  const kernel = new Kernel(options);
  const random = createRng(seed).stream('tangle');
  const handles: number[] = [];
  const go = kernel.register('go', (arg) => {
    const some = handles[random.below(handles.length)]!;
    if (random.below(3) === 0) kernel.cancel(some);
    else kernel.rearm(some, kernel.now + random.below(5));
    handles[arg % 50] = kernel.at(kernel.now + random.below(5), go, random.below(1000));
    if (kernel.pending < 60) kernel.at(kernel.now + 1 + random.below(9), go, random.below(1000));
  });
  for (let arg = 0; arg < 50; arg++) handles.push(kernel.at(random.below(5), go, arg));
  for (let i = 0; i < 3_000 && kernel.step(); i++);
  return kernel;
}

test('a run is a function of its seed, and different seeds run differently', () => {
  const prints = ['a', 'b', 'c'].map((seed) => tangle(seed).fingerprint());
  expect(prints).toEqual(['a', 'b', 'c'].map((seed) => tangle(seed).fingerprint()));
  expect(new Set(prints).size).toBe(3);
});

test('the run is the same on another queue', () => {
  fc.assert(
    fc.property(fc.string(), (seed) => {
      const onList = tangle(seed, { queue: new SortedQueue() });
      expect(tangle(seed).fingerprint()).toBe(onList.fingerprint());
    }),
    { numRuns: 10 },
  );
});

test('tieBreak permutes equal times and nothing else, as its seed says', () => {
  const times = fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 2, maxLength: 60 });
  fc.assert(
    fc.property(times, fc.string(), (drawn, seed) => {
      const order = (): string[] => {
        const { kernel, note, seen } = noting({ tieBreak: createRng(seed).stream('tie') });
        for (const [arg, time] of drawn.entries()) kernel.at(time, note, arg);
        kernel.run(5);
        return seen;
      };
      const seen = order();
      expect(order()).toEqual(seen);
      const timesSeen = seen.map((text) => Number(text.split(':')[0]));
      expect(timesSeen).toEqual([...drawn].sort((a, b) => a - b));
      expect([...seen].sort()).toEqual(drawn.map((time, arg) => `${time}:${arg}`).sort());
    }),
  );
});

test('tieBreak reaches every order of three equal events', () => {
  const orders = new Set<string>();
  for (let seed = 0; seed < 100; seed++) {
    const { kernel, note, seen } = noting({ tieBreak: createRng(String(seed)).stream('tie') });
    for (const arg of [1, 2, 3]) kernel.at(7, note, arg);
    kernel.run(7);
    orders.add(seen.join(' '));
  }
  expect(orders.size).toBe(6);
});

test('the fingerprint depends on times, kinds, args, order and folds', () => {
  const printOf = (play: (kernel: Kernel, a: number, b: number) => void): string => {
    const kernel = new Kernel();
    const a = kernel.register('a', () => {});
    const b = kernel.register('b', () => {});
    play(kernel, a, b);
    kernel.run(2 ** 40);
    return kernel.fingerprint();
  };
  const prints = [
    printOf(() => {}),
    printOf((kernel, a) => kernel.at(1, a, 0)),
    printOf((kernel, _, b) => kernel.at(1, b, 0)),
    printOf((kernel, a) => kernel.at(2, a, 0)),
    printOf((kernel, a) => kernel.at(1 + 2 ** 32, a, 0)),
    printOf((kernel, a) => kernel.at(1, a, 1)),
    printOf((kernel) => kernel.fold(1)),
    printOf((kernel, a) => [kernel.at(1, a, 0), kernel.at(1, a, 1)]),
    printOf((kernel, a) => [kernel.at(1, a, 1), kernel.at(1, a, 0)]),
  ];
  expect(new Set(prints).size).toBe(prints.length);
  for (const print of prints) expect(print).toMatch(/^[0-9a-f]{16}$/);
});

test('the kernel does the same work as an event loop on tinyqueue', () => {
  expect(holdOnKernel(50_000)).toBe(holdOnTinyqueue(50_000));
  expect(gossipOnKernel(50_000)).toBe(gossipOnTinyqueue(50_000));
});
