/**
 * The same command in two operating system processes gives the same bytes: nothing of a result
 * comes from where, when or beside what it was made.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';

const ROOT = resolve(import.meta.dirname, '../..');
const RESULTS = ['report.json', 'index.html'];

test('two processes write the same report, byte for byte; another seed another one', () => {
  const folder = mkdtempSync(join(tmpdir(), 'seaworthy-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const run = (name: string, env: Readonly<Record<string, string>>, ...seeds: string[]) => {
    const out = join(folder, name);
    const scenario = 'scenarios/crashes/leader-crash.yaml';
    const argv = ['--import', 'tsx', 'src/cli/main.ts', 'run', scenario, ...seeds, '--out', out];
    const options = { cwd: ROOT, encoding: 'utf8', env: { ...process.env, ...env } } as const;
    const { status, stderr } = spawnSync(process.execPath, argv, options);
    expect(status, stderr).toBe(0);
    return RESULTS.map((file) => readFileSync(join(out, file), 'utf8'));
  };
  const first = run('a', { TZ: 'UTC', LANG: 'C' }, '--seeds', '2');
  const second = run('b', { TZ: 'Asia/Kathmandu', LANG: 'de_DE.UTF-8' }, '--seeds', '2');
  for (const [index, text] of first.entries()) {
    expect(text === second[index], `${RESULTS[index]} differs`).toBe(true);
    expect(text).not.toContain(folder);
  }
  const other = run('c', {}, '--seeds', '3..4');
  for (const [index, text] of first.entries()) expect(other[index] === text).toBe(false);
});
