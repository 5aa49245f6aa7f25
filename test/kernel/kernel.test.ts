import { expect, test } from 'vitest';
import { Kernel } from '../../src/kernel/kernel.ts';

test('events happen in the order of their times, and of asking among equal times', () => {
  const kernel = new Kernel();
  const seen: string[] = [];
  const note = kernel.register('note', (arg) => seen.push(`${kernel.now}:${arg}`));
  kernel.at(20, note, 1);
  kernel.at(10, note, 2);
  kernel.at(20, note, 3);
  kernel.run(20);
  expect(seen).toEqual(['10:2', '20:1', '20:3']);
  expect(kernel.now).toBe(20);
});
