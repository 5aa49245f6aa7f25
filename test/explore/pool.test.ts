/** What goes wrong in a process of the pool is told to who waits, and nothing is left behind. */
import { afterEach, expect, test } from 'vitest';
import { preparedFor } from '../../src/explore/loaded.ts';
import { Pool } from '../../src/explore/sweep/pool.ts';
import { carryOutTask } from '../../src/explore/sweep/task.ts';
import { bundled } from '../support/runs.ts';

const loaded = bundled('storms/showcase');
const TASK = { seed: '1', designAt: 0, isFirst: false };
let pool: Pool;

afterEach(() => pool.end());

test('a process that ends by itself fails the run that it had, and every later one', async () => {
  // No design of that name can be prepared, which no sweep would ask for.
  pool = new Pool(1, { loaded, designs: ['nobody'], isTwice: false });
  await expect(pool.run(0, TASK)).rejects.toThrow(/ended by itself \(exit [1-9]\d*\)/);
  await expect(pool.run(0, TASK)).rejects.toThrow(/ended by itself/);
});

test('a run is the same in another process, which takes one at a time', async () => {
  pool = new Pool(1, { loaded, designs: ['single'], isTwice: false });
  const reply = pool.run(0, TASK);
  await expect(pool.run(0, TASK)).rejects.toThrow('process 0 is not idle');
  const { record } = carryOutTask(preparedFor(loaded, 'single'), '1', false);
  expect((await reply).record).toEqual(record);
});
