import { expect, test } from 'vitest';
import { Kernel } from '../../src/kernel/kernel.ts';
import type { StepTrace } from '../../src/kernel/trace.ts';

/** Counts to `steps`; at the step `odd` something that two runs should share is different. */
function counted(steps: number, odd?: { readonly step: number; readonly by: string }): StepTrace {
  const kernel = new Kernel({ trace: true });
  const count = kernel.register('count', (arg) => {
    const strange = arg === odd?.step;
    if (strange && odd.by === 'fold') kernel.fold(1);
    const later = strange && odd.by === 'time' ? 2 : 1;
    if (arg + 1 < steps) kernel.at(kernel.now + later, count, arg + 1);
  });
  kernel.at(0, count, 0);
  while (kernel.step());
  return kernel.trace!;
}

test('equal runs do not differ', () => {
  const trace = counted(40_000);
  expect(trace.length).toBe(40_000);
  expect(trace.firstDifference(counted(40_000))).toBeUndefined();
});

test.each([0, 7, 16_383, 16_384, 39_998])('a difference made in step %i shows there', (step) => {
  const trace = counted(40_000);
  expect(trace.firstDifference(counted(40_000, { step, by: 'fold' }))).toBe(step);
  // A step that schedules otherwise shows when that event happens.
  expect(trace.firstDifference(counted(40_000, { step, by: 'time' }))).toBe(step + 1);
});

test('a run that ends earlier differs at its end', () => {
  expect(counted(10).firstDifference(counted(12))).toBe(10);
  expect(counted(12).firstDifference(counted(10))).toBe(10);
});

test('a step can be read back', () => {
  const trace = counted(10);
  expect(trace.step(3)).toMatchObject({ index: 3, atUs: 3, kind: 0, arg: 3 });
  expect(trace.step(3)?.fingerprint).toMatch(/^[0-9a-f]{16}$/);
  expect(trace.step(10)).toBeUndefined();
  expect(trace.step(-1)).toBeUndefined();
});

test('nothing is kept unless asked', () => {
  expect(new Kernel().trace).toBeUndefined();
});
