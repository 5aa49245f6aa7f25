/** Sweeps that last: processes, kills, shards and early ends change how long it takes, no byte. */
import { spawn } from 'node:child_process';
import { appendFileSync, existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ReportDocument } from '../../src/report/document.ts';
import { HEAD, SMALL, type Terminal, terminal } from './terminal.ts';

/** A leader that is paused: without fencing, something breaks that is not promised. */
const BREAKING = `${HEAD}designs: [single, lease+fencing=off]
workload: {arrivals: {rate: 3/s}, run: 800ms, schedules: [{name: beat, every: 4s}]}
faults: [{kind: pause, target: leader, at: 8s, for: 25s}]
phases: {warmUp: 5s, chaos: 40s}
`;

const FILES = ['index.html', 'junit.xml', 'report.json', 'report.md'];

/** Everything below a result but for when and where it was made. */
function bytesOf(it: Terminal, name: string): Record<string, string> {
  const folder = join(it.folder, name);
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
    (file) => statSync(join(folder, file)).isFile() && !/run\.json$|\.records$/.test(file),
  );
  return Object.fromEntries(
    names.sort().map((file) => [file, readFileSync(join(folder, file), 'utf8')]),
  );
}

const documentOf = (it: Terminal, name: string): ReportDocument =>
  JSON.parse(readFileSync(join(it.folder, name, 'report.json'), 'utf8')) as ReportDocument;

test('two processes give the bytes of one, cases and transcripts included', async () => {
  const it = terminal();
  it.write('x.yaml', BREAKING);
  const run = ['compare', 'x.yaml', '--seeds', '10', '--no-shrink'];
  expect(await it.run(...run, '--jobs', '1', '--out', 'one')).toBe(0);
  expect(await it.run(...run, '--jobs', '2', '--out', 'two')).toBe(0);
  const one = bytesOf(it, 'one');
  expect(Object.keys(one)).toEqual(expect.arrayContaining(FILES));
  expect(Object.keys(one).filter((name) => name.startsWith('cases/')).length).toBeGreaterThan(0);
  expect(bytesOf(it, 'two')).toEqual(one);
});

const sizeOf = (path: string): number => (existsSync(path) ? statSync(path).size : 0);

/** Runs the command in a process of its own, and kills it so long after its records have grown. */
function killedAfter(ms: number, folder: string, argv: readonly string[]): Promise<boolean> {
  const records = join(folder, 'killed/sweep.records');
  const before = sizeOf(records);
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ['--import', TSX, MAIN, ...argv], {
      cwd: folder,
      stdio: 'ignore',
    });
    const watch = setInterval(() => {
      if (sizeOf(records) === before) return;
      clearInterval(watch);
      setTimeout(() => child.kill('SIGKILL'), ms);
    }, 5);
    child.on('exit', (code) => {
      clearInterval(watch);
      resolve(code === null);
    });
  });
}

const MAIN = join(import.meta.dirname, '../../src/cli/main.ts');
const TSX = import.meta.resolve('tsx');

/** To start a process that reads TypeScript takes seconds of a processor. */
const KILLS = process.env['HUNT'] === undefined ? 3 : 10;

test(`killed at ${KILLS} moments and run again: the bytes of an undisturbed one`, async () => {
  const it = terminal();
  it.write('x.yaml', BREAKING);
  const run = ['compare', 'x.yaml', '--no-shrink', '--seeds', `${15 * KILLS}`];
  const moments = fc.sample(fc.integer({ min: 0, max: 150 }), KILLS);
  for (const [i, ms] of moments.entries()) {
    const argv = [...run, '--jobs', i === 0 ? '2' : '1', '--out', 'killed'];
    expect(await killedAfter(ms, it.folder, argv), `kill ${i + 1}, after ${ms} ms`).toBe(true);
  }
  // What a kill left half written is as good as nothing.
  const records = join(it.folder, 'killed/sweep.records');
  appendFileSync(records, Buffer.from([9, 0, 0, 0, 1, 2, 3, 4, 5]));
  expect(await it.run(...run, '--out', 'killed')).toBe(0);
  expect(it.err()).toContain('Going on where an earlier sweep ended');
  expect(existsSync(records)).toBe(false);
  expect(await it.run(...run, '--out', 'whole')).toBe(0);
  expect(bytesOf(it, 'killed')).toEqual(bytesOf(it, 'whole'));
}, 180_000);

test('any sharding, in any order, with repetitions, merges to the bytes of the whole', async () => {
  const it = terminal();
  it.write('x.yaml', BREAKING);
  const seeds = 12;
  const run = ['compare', 'x.yaml', '--seeds', `${seeds}`, '--no-shrink', '--jobs', '1'];
  expect(await it.run(...run, '--out', 'whole')).toBe(0);
  const whole = bytesOf(it, 'whole');
  const ways = fc.sample(
    fc.integer({ min: 2, max: 5 }).chain((of) =>
      fc.shuffledSubarray([...Array(of).keys(), 0, of - 1], { minLength: of + 2 }).map((order) => {
        return { of, order };
      }),
    ),
    3,
  );
  for (const { of, order } of ways) {
    for (let at = 1; at <= of; at++) {
      const out = `part-${at}-${of}`;
      if (existsSync(join(it.folder, out))) continue;
      expect(await it.run(...run, '--shard', `${at}/${of}`, '--out', out)).toBe(0);
    }
    const folders = order.map((at) => `part-${at + 1}-${of}`);
    const merged = `merged-${folders.join('-')}`;
    expect(await it.run('merge', ...folders, '--no-shrink', '--out', merged), it.err()).toBe(0);
    expect(bytesOf(it, merged), folders.join(' ')).toEqual(whole);
  }
});

test('a result that cannot be told is not lost: its runs are kept until it is', async () => {
  let isBroken = true;
  const stdout = (): void => {
    if (isBroken) throw new Error('nobody listens');
  };
  const it = terminal({ stdout });
  it.write('x.yaml', SMALL);
  expect(await it.run('run', 'x.yaml', '--seeds', '4', '--out', 'a')).toBe(3);
  expect(existsSync(join(it.folder, 'a/sweep.records'))).toBe(true);
  isBroken = false;
  expect(await it.run('run', 'x.yaml', '--seeds', '4', '--out', 'a')).toBe(0);
  expect(it.err()).toContain('4 runs of it are there');
  expect(existsSync(join(it.folder, 'a/sweep.records'))).toBe(false);
});

test('a shard too few: said, unless that is allowed; then the report says it', async () => {
  const it = terminal();
  it.write('x.yaml', SMALL);
  const run = ['run', 'x.yaml', '--seeds', '9'];
  for (const at of [1, 3]) await it.run(...run, '--shard', `${at}/3`, '--out', `s${at}`);
  expect(await it.run('merge', 's1', 's3', '--out', 'm')).toBe(2);
  expect(it.err()).toContain('3 seeds of 9 are missing: 4, 5, 6');
  expect(existsSync(join(it.folder, 'm'))).toBe(false);
  expect(await it.run('merge', 's1', 's3', '--out', 'm', '--allow-incomplete')).toBe(0);
  expect(documentOf(it, 'm').stopped).toEqual({ by: 'missing shards', done: 6, asked: 9 });
  expect(it.out()).toMatch(/for shards were missing: it has 6\s+of 9 seeds/);
});

test('shards of different sweeps, and folders that are none, are told all at once', async () => {
  const it = terminal();
  it.write('x.yaml', SMALL);
  it.write('y.yaml', SMALL.replace('2/s', '3/s'));
  await it.run('run', 'x.yaml', '--seeds', '4', '--shard', '1/2', '--out', 'x1');
  await it.run('run', 'y.yaml', '--seeds', '4', '--shard', '2/2', '--out', 'y2');
  expect(await it.run('merge', 'x1', 'y2', '--out', 'm')).toBe(2);
  expect(it.err()).toContain('y2: is of another sweep than x1');
  it.write('stray', '');
  expect(await it.run('merge', 'x1', 'stray', 'nowhere', '--out', 'm')).toBe(2);
  expect(it.err()).toContain('stray: has no records');
  expect(it.err()).toContain('nowhere: has no records');
});

test('records that differ are nondeterminism, and nothing is written', async () => {
  const it = terminal();
  it.write('x.yaml', SMALL);
  const run = ['run', 'x.yaml', '--seeds', '2', '--shard', '1/1'];
  await it.run(...run, '--out', 'a');
  await it.run(...run, '--out', 'b');
  const path = join(it.folder, 'b/sweep.records');
  const { RecordFile, readRecords } = await import('../../src/explore/sweep/record-file.ts');
  const read = readRecords(readFileSync(path));
  if (read === undefined) throw new Error('no records');
  const other = new RecordFile(path, read.header, true);
  for (const [design, record] of read.kept) {
    other.add(design, record.seed === '2' ? { ...record, fingerprint: '0'.repeat(16) } : record);
  }
  other.close();
  expect(await it.run('merge', 'a', 'b', '--out', 'm')).toBe(4);
  expect(it.err()).toContain('single, seed 2, differs in a and b');
  expect(existsSync(join(it.folder, 'm'))).toBe(false);
});

test('bail stops at the same seed whatever the processes, and says so', async () => {
  const it = terminal();
  const scenario = 'incidents/child-of-a-failed-parent';
  const run = ['run', scenario, '--design', 'single~failed-parent-will-do', '--no-shrink'];
  const bail = [...run, '--seeds', '40', '--bail', '2'];
  expect(await it.run(...bail, '--jobs', '1', '--out', 'one')).toBe(1);
  expect(await it.run(...bail, '--jobs', '2', '--out', 'two')).toBe(1);
  expect(bytesOf(it, 'two')).toEqual(bytesOf(it, 'one'));
  const { stopped, designs } = documentOf(it, 'one');
  expect(stopped).toMatchObject({ by: 'bail', asked: 40 });
  expect(designs[0]?.seeds.length).toBe(stopped?.done);
  expect(stopped?.done).toBeLessThan(40);
  expect(it.out()).toContain('It was to stop at broken promises, and did after');
});

test('when its time is up, a sweep reports what it has, and goes on when asked again', async () => {
  const it = terminal();
  it.write('x.yaml', SMALL);
  const run = ['run', 'x.yaml', '--seeds', '4000', '--jobs', '1'];
  expect(await it.run(...run, '--time-budget', '700ms', '--out', 'a')).toBe(0);
  const { stopped } = documentOf(it, 'a');
  expect(stopped).toMatchObject({ by: 'time-budget', asked: 4_000 });
  expect(await it.run(...run, '--time-budget', '700ms', '--out', 'a')).toBe(0);
  expect(it.err()).toMatch(/Going on where an earlier sweep ended: \d+ runs of it are there/);
  expect(documentOf(it, 'a').stopped?.done).toBeGreaterThan(stopped?.done ?? 0);
});

test.each([
  [['--jobs', '0'], '--jobs: "0" is not a whole number'],
  [['--bail', 'x'], '--bail: "x" is not a whole number'],
  [['--time-budget', 'soon'], '--time-budget: "soon" is not a time'],
  [['--shard', '3/2'], '--shard: "3/2" is not a part of a whole'],
  [['--shard', '1/9'], '--shard: there is no seed for this part of 2'],
  [['--shard', '1/2', '--bail'], '--bail: stands beside --shard'],
])('%j is refused before anything is done', async (argv, says) => {
  const it = terminal();
  it.write('x.yaml', SMALL);
  expect(await it.run('run', 'x.yaml', ...argv)).toBe(2);
  expect(it.err()).toContain(says);
  expect(existsSync(join(it.folder, 'reports'))).toBe(false);
});
