/**
 * Results that must not move, to the bit. The language leaves Math.log and its kin to the engine,
 * so an engine that answers otherwise would change every run drawn with them; better to hear it
 * here. Where one of these fails after a deliberate change, every recorded seed has lost its
 * meaning too.
 */
import { expect, test } from 'vitest';
import { Kernel } from '../../src/kernel/kernel.ts';
import { createRng } from '../../src/kernel/rng.ts';

/** The 64 bits of a double, as 16 hex digits. */
function bits(value: number): string {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  return view.getBigUint64(0).toString(16).padStart(16, '0');
}

// A table of functions and inputs, so that no compiler can work the answers out by itself.
const FUNCTIONS: Readonly<Record<string, (x: number, y: number) => number>> = {
  log: Math.log,
  exp: Math.exp,
  sqrt: Math.sqrt,
  pow: (x, y) => x ** y,
};

test.each<[string, number[], string]>([
  ['log', [0.1], 'c0026bb1bbb55515'],
  ['log', [0.5], 'bfe62e42fefa39ef'],
  ['log', [2 ** -32], 'c0362e42fefa39ef'],
  ['log', [0.999999], 'beb0c6f82d74d230'],
  ['log', [3], '3ff193ea7aad030a'],
  ['log', [12345.678], '4022d79559791e31'],
  ['exp', [-20.5], '3e157a3afeed00ab'],
  ['exp', [-1], '3fd78b56362cef38'],
  ['exp', [-0.1], '3fecf46d99d52b3a'],
  ['exp', [0.1], '3ff1aec7b35a00d4'],
  ['exp', [1], '4005bf0a8b145769'],
  ['exp', [20.5], '41c7d6c4f0bcdd5c'],
  ['sqrt', [0.1], '3fd43d136248490f'],
  ['sqrt', [2], '3ff6a09e667f3bcd'],
  ['sqrt', [3], '3ffbb67ae8584caa'],
  ['sqrt', [12345.678], '405bc71c5eab9ed8'],
  ['pow', [0.1, 0.7], '3fc98a13577c93c0'],
  ['pow', [0.5, 0.7], '3fe3b2c47bff8329'],
  ['pow', [3, 0.7], '400142e81c889914'],
  ['pow', [12345.678, 0.7], '4086d9ed51d0b008'],
  ['pow', [0.1, -1.5], '403f9f6e4990f226'],
  ['pow', [0.5, -1.5], '4006a09e667f3bcc'],
  ['pow', [3, -1.5], '3fc8a2345cc04426'],
  ['pow', [12345.678, -1.5], '3ea876102685ad44'],
  ['pow', [1.5, 0.1], '3ff0a97dce72a0cb'],
  ['pow', [1.5, 7], '4031160000000000'],
  ['pow', [1.5, 31], '41118e2a5afb5158'],
  ['pow', [1.5, -3.3], '3fd0ca84b22d0bf9'],
])('Math.%s of %j', (name, [x, y], expected) => {
  expect(bits(FUNCTIONS[name]!(x!, y!))).toBe(expected);
});

test('draws of the generator', () => {
  const random = createRng('1').stream('network', 'm1', 'm2');
  expect([random.float(), random.float(), random.float()].map(bits)).toMatchInlineSnapshot(`
    [
      "3fbed7a9410a1728",
      "3fb9246099f5d5e8",
      "3fb7b3b88fa2bd00",
    ]
  `);
  expect([10, 1_000, 2 ** 32].map((bound) => random.below(bound))).toMatchInlineSnapshot(`
    [
      5,
      800,
      2084504348,
    ]
  `);
  const other = createRng('').stream();
  expect(bits(other.float())).toMatchInlineSnapshot(`"3fd63a1725c110ba"`);
});

test('the fingerprint of a small run', () => {
  const kernel = new Kernel();
  const beat = kernel.register('beat', (arg) => {
    kernel.fold(arg * 7);
    if (arg < 100) kernel.at(kernel.now + 2 ** 30 + arg, beat, arg + 1);
  });
  kernel.at(0, beat, 1);
  kernel.run(2 ** 40);
  expect(kernel.fingerprint()).toMatchInlineSnapshot(`"4c7ed50a196c41c6"`);
});
