import { expect, test } from 'vitest';
import { terminal } from './terminal.ts';

test('a broken election is told as a story, and exits 1', async () => {
  const it = terminal();
  expect(await it.run('run', '--exhaustive', '--design', 'lease~wall-clock-lease')).toBe(1);
  expect(it.err()).toBe('');
  expect(it.out()).toContain('patience: nobody stops leading');
  expect(it.out()).toContain('held: 24462 states');
  expect(it.out()).toContain('broken: m0 and m1 lead at the same time');
  expect(it.out()).toMatch(/t=2 +m1 gets its answer; m1 leads under epoch 2\n$/);
});

test('what the model has no part of is refused, with everything that has no meaning', async () => {
  const it = terminal();
  const words = ['--exhaustive', 'storms/showcase', '--design', 'lease:river', '--seed', '3'];
  expect(await it.run('run', ...words)).toBe(2);
  for (const said of ['no part of lease:river', 'scenario stands beside', '--seed stands beside']) {
    expect(it.err()).toContain(said);
  }
  expect(it.out()).toBe('');
});
