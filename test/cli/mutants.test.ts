/** Planted bugs on the command line: looked up, explained, selected like a design. */
import { expect, test } from 'vitest';
import { MUTANTS } from '../../src/mutants/mutants.ts';
import { terminal } from './terminal.ts';

test('list mutants names each with its sentence and its source', async () => {
  const it = terminal({ width: 1_000 });
  expect(await it.run('list', 'mutants')).toBe(0);
  const lines = it.out().trimEnd().split('\n');
  expect(lines.length).toBe(MUTANTS.length);
  for (const [i, { name, sentence, source }] of MUTANTS.entries()) {
    expect(lines[i]?.trim().startsWith(`${name} `)).toBe(true);
    expect(lines[i]).toContain(`${sentence} (${source})`);
  }
});

test('explain tells where a mutant is planted, what it replaces, and where it shows', async () => {
  const it = terminal();
  expect(await it.run('explain', 'pop-then-push')).toBe(0);
  const text = it.out();
  for (const part of ['single~pop-then-push', 'lease~pop-then-push', 'suspicion']) {
    expect(text).toContain(part);
  }
  expect(text).toContain('incidents/popped-and-gone lease~pop-then-push: completes');
});

test('a selection with a mutant is explained with what is wrong with it', async () => {
  const it = terminal();
  expect(await it.run('explain', 'lease+fencing=off~no-self-fence')).toBe(0);
  expect(it.out()).toContain('goes on leading, whoever leads by then');
  expect(it.out()).toContain('does not promise');
});

test('an incident holds when run, and breaks under the one that fails', async () => {
  const name = 'incidents/ghost-job';
  const it = terminal();
  expect(await it.run('run', name)).toBe(0);
  const other = terminal();
  const mutant = 'single~delete-not-propagated-to-memory';
  expect(await other.run('run', name, '--design', mutant)).toBe(1);
  expect(other.out()).toContain(`${mutant} broke its promise of cancel`);
  expect(await terminal().run('explain', name)).toBe(0);
});

test('a mutant that does not exist is refused with what was meant', async () => {
  const it = terminal();
  const design = 'lease~no-self-fense';
  expect(await it.run('run', 'incidents/ghost-job', '--design', design)).toBe(2);
  expect(it.err()).toContain("no mutant of lease called 'no-self-fense'");
  expect(it.err()).toContain("did you mean 'no-self-fence'?");
});
