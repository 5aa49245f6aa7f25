/** `init` writes the whole starter, or nothing; that the starter works is shown in package.test. */
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { terminal } from './terminal.ts';

const FILES = [
  '.github/workflows/test.yml',
  '.gitignore',
  'package.json',
  'scheduler.test.ts',
  'scheduler.ts',
  'storm.yaml',
  'tsconfig.json',
  'vitest.config.ts',
];

const filesIn = (folder: string): readonly string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();

test('init writes a folder that is ready for npm test, and says how to go on', async () => {
  const it = terminal();
  expect(await it.run('init', 'mine')).toBe(0);
  const folder = join(it.folder, 'mine');
  expect(filesIn(folder)).toEqual(FILES);
  expect(it.out()).toContain('cd mine && npm install && npm test');
  for (const name of FILES) expect(it.out()).toContain(`mine/${name}`);
  const own = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const ours = JSON.parse(readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8'));
  expect(own.dependencies).toEqual({ seaworthy: `^${ours.version}` });
  expect(await it.run('run', 'mine/storm.yaml', '--seeds', '1', '--design', 'single')).toBe(0);
});

test('without a folder it is the current one, which may hold other files', async () => {
  const it = terminal();
  it.write('notes.txt', 'mine');
  expect(await it.run('init')).toBe(0);
  expect(filesIn(it.folder)).toEqual([...FILES, 'notes.txt'].sort());
});

test('what is there already is named, all of it, and nothing is written', async () => {
  const it = terminal();
  mkdirSync(join(it.folder, 'mine'));
  it.write('mine/package.json', '{}');
  it.write('mine/storm.yaml', 'mine');
  expect(await it.run('init', 'mine')).toBe(2);
  expect(it.err()).toContain('mine/package.json: is there already');
  expect(it.err()).toContain('mine/storm.yaml: is there already');
  expect(filesIn(join(it.folder, 'mine'))).toEqual(['package.json', 'storm.yaml']);
  expect(readFileSync(join(it.folder, 'mine/storm.yaml'), 'utf8')).toBe('mine');
});

test('a file is no folder', async () => {
  const it = terminal();
  it.write('mine', '');
  expect(await it.run('init', 'mine')).toBe(2);
  expect(it.err()).toContain('is not a folder');
});
