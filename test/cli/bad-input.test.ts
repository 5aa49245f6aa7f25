import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { HEAD, SMALL, terminal } from './terminal.ts';

/** Runs a scenario that must be refused, and shows that nothing was written. */
async function refused(
  files: Readonly<Record<string, string | Uint8Array>>,
  ...options: string[]
): Promise<string> {
  const it = terminal();
  for (const [name, content] of Object.entries(files)) it.write(name, content);
  expect(await it.run('run', 'x.yaml', ...options)).toBe(2);
  expect(it.out()).toBe('');
  expect(readdirSync(it.folder).sort()).toEqual(Object.keys(files).sort());
  return it.err();
}

test('unknown keys and wrong units are told at once, with what was meant', async () => {
  const text = `${HEAD}cluster: {membrs: 3, beat: 5}\nworkload: {fail: 0.1}\n`;
  expect(await refused({ 'x.yaml': text })).toBe(
    "x.yaml:4:11 cluster.membrs: there is no such key (did you mean 'members'?)\n" +
      'x.yaml:4:28 cluster.beat: 5 has no unit of time (write 5s, 5ms or 5m)\n' +
      'x.yaml:5:18 workload.fail: 0.1 has no unit (did you mean 10%?)\n',
  );
});

test('options and scenario are judged together', async () => {
  const text = `${HEAD}design: leese\n`;
  const found = await refused(
    { 'x.yaml': text },
    '--seeds',
    '9..3',
    '--reporter',
    'htm',
    '--design',
    'lease+fencing=of',
    '--set',
    'cluster.slots',
  );
  expect(found.split('\n')).toEqual([
    '--reporter: there is no reporter "htm" (did you mean \'html\'?)',
    '--set: "cluster.slots" is not path=value (such as cluster.members=5)',
    "x.yaml:4:9 design: there is no design 'leese' (did you mean 'lease'?)",
    '--seeds: "9..3" is not a number of seeds (such as 20, or 21..40)',
    "--design: there is no fencing of lease called 'of' (did you mean 'off'?)",
    '',
  ]);
});

const RELATIVE = ' (paths are relative to the scenario file)';

test('files that are not there are told at the line that names them', async () => {
  const text = `${HEAD}workload:\n  crontab: {file: tab.txt}\n  trace: log.swf\n`;
  expect(await refused({ 'x.yaml': text })).toBe(
    `x.yaml:5:19 workload.crontab: tab.txt is not there${RELATIVE}\n` +
      `x.yaml:6:10 workload.trace: log.swf is not there${RELATIVE}\n`,
  );
});

test('a folder in place of a file is told', async () => {
  const it = terminal();
  mkdirSync(join(it.folder, 'tab.txt'));
  it.write('x.yaml', `${HEAD}workload: {crontab: tab.txt}\n`);
  expect(await it.run('run', 'x.yaml')).toBe(2);
  expect(it.err()).toBe('x.yaml:4:21 workload.crontab: tab.txt is a folder\n');
});

test('a file set on the command line is relative to the current folder', async () => {
  const it = terminal();
  mkdirSync(join(it.folder, 'sub'));
  it.write('sub/x.yaml', SMALL);
  expect(await it.run('run', 'sub/x.yaml', '--set', 'workload.crontab=tab.txt')).toBe(2);
  expect(it.err()).toBe(
    '--set workload.crontab: ../tab.txt is not there (paths are relative to the scenario file)\n',
  );
});

test.each([
  ['empty', '', 'x.yaml:1:1: the file holds nothing\n'],
  [
    'noise',
    Uint8Array.from({ length: 4_000 }, (_, i) => (i * 7_919) % 251),
    'x.yaml:1:1: this is not a text file: character U+0000 (a scenario is YAML in UTF-8)\n',
  ],
  [
    'UTF-16',
    Buffer.from(`\ufeff${HEAD}`, 'utf16le'),
    'x.yaml:1:1: this is not a text file: character U+FFFD (a scenario is YAML in UTF-8)\n',
  ],
])('a scenario file of %s is refused', async (_, content, problem) => {
  expect(await refused({ 'x.yaml': content })).toBe(problem);
});

test('ten megabytes of scenario are refused in a moment', async () => {
  const began = performance.now();
  const text = `${HEAD}# ${'x'.repeat(10 * 1_048_576)}\n`;
  expect(await refused({ 'x.yaml': text })).toMatch(/^x\.yaml: 10 MiB are too many for a scenario/);
  expect(performance.now() - began).toBeLessThan(2_000);
});

test('a file with a byte order mark is a scenario like any other', async () => {
  const found = await refused({ 'x.yaml': `\ufeff${HEAD}seedz: 4\n` });
  expect(found).toBe("x.yaml:4:1 seedz: there is no such key (did you mean 'seeds'?)\n");
});

test('a crontab of garbage is refused with its first line', async () => {
  const text = `${SMALL}`.replace('workload: {', 'workload: {crontab: tab.txt, ');
  const found = await refused({ 'x.yaml': text, 'tab.txt': '\u0000\u0001 garbage\nmore of it\n' });
  expect(found).toMatch(
    /^tab\.txt:1:1 workload\.crontab: no line of this crontab can run \(2 refused\)/,
  );
});

const JOBS = Array.from({ length: 500 }, (_, i) => `${i + 1} ${i * 3} 0 10 1\n`).join('');

test('gzip that was cut off is refused at the line that names it', async () => {
  const text = `${HEAD}workload: {trace: log.swf.gz}\n`;
  const whole = gzipSync(JOBS);
  const found = await refused({ 'x.yaml': text, 'log.swf.gz': whole.subarray(0, 400) });
  expect(found).toBe(
    'x.yaml:4:19 workload.trace: log.swf.gz is cut off: its gzip data ends early ' +
      '(fetch the file again)\n',
  );
});

test('gzip that is damaged, and a name that promises gzip, are refused', async () => {
  const text = `${HEAD}workload: {trace: log.swf.gz}\n`;
  const damaged = gzipSync(JOBS);
  damaged.fill(0x55, 20, 200);
  expect(await refused({ 'x.yaml': text, 'log.swf.gz': damaged })).toMatch(
    /^x\.yaml:4:19 workload\.trace: log\.swf\.gz is damaged gzip data: /,
  );
  expect(await refused({ 'x.yaml': text, 'log.swf.gz': JOBS })).toBe(
    'x.yaml:4:19 workload.trace: log.swf.gz is not gzip, as its name says\n',
  );
});

test('gzip that unpacks to more than fits is refused without unpacking it all', async () => {
  const text = `${HEAD}workload: {trace: log.swf.gz}\n`;
  const bomb = gzipSync(Buffer.alloc(300 * 1_048_576), { level: 1 });
  expect(await refused({ 'x.yaml': text, 'log.swf.gz': bomb })).toBe(
    'x.yaml:4:19 workload.trace: log.swf.gz unpacks to more than 256 MiB\n',
  );
});

test('a scenario that is not there is told with the nearest that is', async () => {
  const it = terminal();
  expect(await it.run('run', 'storms/shwcase')).toBe(2);
  expect(it.err()).toBe(
    "storms/shwcase: there is no such scenario (did you mean 'storms/showcase'?)\n",
  );
  mkdirSync(join(it.folder, 'mine'));
  it.write('mine/a.yaml', SMALL);
  expect(await it.run('run', 'mine')).toBe(2);
  expect(it.err()).toContain('mine: this is a folder, not a scenario (it holds a.yaml)\n');
});

test.each([
  [['rnu'], "error: unknown command 'rnu'\n(Did you mean run?)"],
  [['run', 'x', '--sedes', '1'], "error: unknown option '--sedes'\n(Did you mean --seeds?)"],
  [['run'], 'run: names no scenario (a file, a name such as storms/showcase, or --exhaustive)'],
  [['list', 'desings'], 'there is no list "desings" (did you mean \'designs\'?)'],
  [['explain', 'no-los'], 'nothing is called "no-los" (did you mean \'no-loss\'?)'],
  [['schema', 'reprot'], 'there is no schema "reprot" (did you mean \'report\'?)'],
  [['replay', 'none.json'], 'none.json: there is no such file'],
  [['report', 'none.json'], 'none.json: there is no such file'],
])('%j is bad usage', async (argv, problem) => {
  const it = terminal();
  expect(await it.run(...argv)).toBe(2);
  expect(it.err()).toContain(problem);
  expect(it.out()).toBe('');
});

test('what is no report and no case is not replayed', async () => {
  const it = terminal();
  it.write('a.json', '{"apiVersion": "seaworthy/v1"}');
  expect(await it.run('replay', 'a.json')).toBe(2);
  expect(it.err()).toContain('a.json apiVersion: ');
  it.write('b.json', 'not json');
  expect(await it.run('report', 'b.json')).toBe(2);
  expect(it.err()).toContain('b.json');
  it.write('c.json', '{"apiVersion": "seaworthy/case/v1"}');
  expect(await it.run('replay', 'c.json', '--until', 'soon')).toBe(2);
  expect(it.err()).toContain('--until: "soon" is not a span of time (such as 12s or 90500ms)');
});

test('a folder that cannot be written to is told before the work is done', async () => {
  const it = terminal();
  it.write('x.yaml', SMALL);
  expect(await it.run('run', 'x.yaml', '--out', 'x.yaml/below')).toBe(2);
  expect(it.err()).toMatch(/^--out: .*x\.yaml is not a folder\n$/);
  expect(await it.run('run', 'x.yaml', '--out', 'reports/latest')).toBe(2);
  expect(it.err()).toContain("--out: 'latest' is the link to the newest result");
});

/** Root may read everything: it is somebody else meanwhile. */
async function notAsRoot<T>(act: () => Promise<T>): Promise<T> {
  const isRoot = process.geteuid?.() === 0;
  if (isRoot) process.seteuid?.(NOBODY);
  try {
    return await act();
  } finally {
    if (isRoot) process.seteuid?.(0);
  }
}
const NOBODY = 65_534;

test('a file without permission to read is told', async () => {
  const it = terminal();
  it.write('x.yaml', SMALL);
  chmodSync(it.folder, 0o755);
  chmodSync(join(it.folder, 'x.yaml'), 0);
  expect(await notAsRoot(() => it.run('run', 'x.yaml'))).toBe(2);
  expect(it.err()).toBe('x.yaml: cannot be read: permission denied\n');
});

test('the program itself exits 2, without a stack trace unless asked', () => {
  const cli = join(import.meta.dirname, '../../src/cli/main.ts');
  const run = (...argv: string[]) =>
    spawnSync(process.execPath, ['--import', 'tsx', cli, ...argv], { encoding: 'utf8' });
  const quiet = run('run', 'nowhere.yaml');
  expect(quiet.status).toBe(2);
  expect(quiet.stderr).toMatch(/^nowhere\.yaml: there is no such scenario/);
  expect(quiet.stderr).not.toContain('    at ');
  expect(run('run', 'nowhere.yaml', '--debug').stderr).toContain('    at ');
});
