/**
 * The package as users get it: packed, installed, and the starter of `init` passing its own `npm
 * test` in an empty folder, with the property test of README.md beside it. Nothing is fetched.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Installed, installPacked } from './support/packing.ts';

const README = resolve(import.meta.dirname, '../README.md');
const SLOW_MS = 600_000;

let installed: Installed;
beforeAll(() => {
  installed = installPacked();
}, SLOW_MS);
afterAll(() => installed?.remove());

/** Runs a command in a folder; answers with its exit code and all it said. */
function run(folder: string, command: string, ...args: readonly string[]) {
  // What this test runs in is not what a user's own tests run in.
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(VITEST|NODE_ENV|npm_|TEST$)/.test(name)),
  );
  const { status, stdout, stderr } = spawnSync(command, args, {
    cwd: folder,
    env: { ...env, NO_COLOR: '1', CI: '1' },
    encoding: 'utf8',
  });
  return { status, said: `${stdout}\n${stderr}` };
}

const front = (): string => join(installed.seaworthy, 'dist/cli/main.js');

/** Blocks of TypeScript in README.md. */
function snippets(): readonly string[] {
  if (!existsSync(README)) return [];
  const text = readFileSync(README, 'utf8');
  return [...text.matchAll(/^```ts\n(.*?)^```/gms)].map(([, block = '']) => block);
}

test(
  'the starter passes its own npm test, and so does what README.md shows',
  () => {
    const mine = join(installed.folder, 'mine');
    mkdirSync(mine);
    const made = run(mine, process.execPath, front(), 'init');
    expect(made.said).toContain('npm install && npm test');
    expect(made.status).toBe(0);
    for (const name of ['.gitignore', '.github/workflows/test.yml']) {
      expect(existsSync(join(mine, name)), name).toBe(true);
    }
    const shown = snippets();
    for (const [i, text] of shown.entries()) writeFileSync(join(mine, `readme-${i}.test.ts`), text);
    const tested = run(mine, 'npm', 'test');
    expect(tested.status, tested.said).toBe(0);
    expect(tested.said).toMatch(/Tests +\d+ passed \(\d+\)/);
    expect(tested.said).toContain(`Test Files  ${1 + shown.length} passed`);
  },
  SLOW_MS,
);

test(
  'a bug in the starter is found, shrunk and replayed by the command that is printed',
  () => {
    const mine = join(installed.folder, 'buggy');
    expect(run(installed.folder, process.execPath, front(), 'init', 'buggy').status).toBe(0);
    const path = join(mine, 'scheduler.ts');
    const text = readFileSync(path, 'utf8');
    // Forgets what was waiting when it starts again.
    const bug = text.replace("place.kind === 'intact'", '$& && !isWaiting(place.data as Entry)');
    expect(bug).not.toBe(text);
    const isWaiting = "const isWaiting = (it: Entry) => 'state' in it && it.state === 'waiting';\n";
    writeFileSync(path, `${bug}\n${isWaiting}`);
    const { status, said } = run(mine, 'npm', 'test');
    expect(status, said).toBe(1);
    expect(said).toContain('Counterexample: ');
    const [command = ''] = /npx seaworthy replay case:\S+ --module \S+/.exec(said) ?? [];
    expect(command, said).not.toBe('');
    const replayed = run(
      mine,
      process.execPath,
      '--import',
      'tsx',
      front(),
      ...command.split(' ').slice(2),
    );
    expect(replayed.said).toMatch(/The same run, step by step: first-come, seed 1/);
    expect(replayed.status).toBe(1);
  },
  SLOW_MS,
);
