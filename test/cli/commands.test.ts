import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { readRecords } from '../../src/explore/sweep/record-file.ts';
import { readDocument } from '../../src/report/document-schema.ts';
import { SMALL, terminal } from './terminal.ts';

const SCENARIOS = join(import.meta.dirname, '../../scenarios');

test('run writes a whole result, points latest at it, and says where', async () => {
  const it = terminal();
  it.write('x.yaml', SMALL);
  expect(await it.run('run', 'x.yaml')).toBe(0);
  const folder = join(it.folder, 'reports/small');
  expect(readdirSync(folder).sort()).toEqual([
    'index.html',
    'junit.xml',
    'report.json',
    'report.md',
    'run.json',
  ]);
  expect(readlinkSync(join(it.folder, 'reports/latest'))).toBe('small');
  expect(it.out()).toContain('single kept every promise over 2 seeds of small.');
  expect(it.out()).toMatch(/reports\/small\/index\.html\n$/);
  const run = JSON.parse(readFileSync(join(folder, 'run.json'), 'utf8')) as Record<string, unknown>;
  expect(run).toMatchObject({ exitCode: 0, interrupted: false, scenarioFolder: '../..' });
  expect(run['versions']).toMatchObject({ node: process.version, tz: process.versions.tz });
});

test('--json prints the bytes of report.json, and nothing else to stdout', async () => {
  const it = terminal();
  it.write('x.yaml', SMALL);
  expect(await it.run('run', 'x.yaml', '--json', '--seed', '7', '--reporter', 'md')).toBe(0);
  const folder = join(it.folder, 'reports/small');
  expect(it.out()).toBe(readFileSync(join(folder, 'report.json'), 'utf8'));
  expect(readdirSync(folder).sort()).toEqual(['report.json', 'report.md', 'run.json']);
  const document = readDocument(it.out());
  expect(document.kind === 'ok' && document.value.designs[0]?.seeds.map((s) => s.seed)).toEqual([
    '7',
  ]);
});

test('the same command gives the same bytes, wherever it runs', async () => {
  const texts: string[] = [];
  for (let i = 0; i < 2; i++) {
    const it = terminal();
    it.write('x.yaml', SMALL);
    expect(await it.run('run', 'x.yaml', '--seeds', '3..4')).toBe(0);
    texts.push(readFileSync(join(it.folder, 'reports/small/report.json'), 'utf8'));
    expect(texts[i]).not.toContain(it.folder);
  }
  expect(texts[1]).toBe(texts[0]);
});

test('compare runs the designs asked for over the same seeds', async () => {
  const it = terminal();
  it.write('x.yaml', SMALL);
  const argv = ['compare', 'x.yaml', '--designs', 'single,lease', '--out', 'here', '--json'];
  expect(await it.run(...argv)).toBe(0);
  const document = readDocument(it.out());
  if (document.kind === 'failed') throw new Error('no document');
  expect(document.value.designs.map((d) => d.name)).toEqual(['single', 'lease']);
  expect(document.value.command).toBe(
    'npm run -s seaworthy -- compare x.yaml --designs single,lease',
  );
  expect(existsSync(join(it.folder, 'reports'))).toBe(false);
  expect(existsSync(join(it.folder, 'here/index.html'))).toBe(true);
});

test('an objective that is missed fails the run', async () => {
  const it = terminal();
  it.write('x.yaml', `${SMALL}slo: {goodput: '>= 100000'}\n`);
  expect(await it.run('run', 'x.yaml')).toBe(1);
});

test('what broke is written out as a case, and replays step by step', async () => {
  const it = terminal();
  const name = 'clocks/paused-leader';
  const argv = ['run', name, '--design', 'lease+fencing=off', '--seeds', '6'];
  await it.run(...argv);
  const folder = join(it.folder, 'reports/paused-leader');
  const [first] = readdirSync(join(folder, 'cases'));
  expect(first).toBeDefined();
  expect(readdirSync(join(folder, 'transcripts')).length).toBeGreaterThan(0);
  const again = terminal({ cwd: it.folder });
  expect(await again.run('replay', `reports/paused-leader/cases/${first}`)).toBe(0);
  expect(again.err()).toContain('The same run, step by step: lease+fencing=off');
  const transcript = join(folder, 'transcripts', `${first?.replace('.json', '.txt')}`);
  expect(again.out()).toBe(readFileSync(transcript, 'utf8'));
});

test('replay of a report cuts and searches the transcript', async () => {
  const it = terminal();
  it.write('x.yaml', SMALL);
  await it.run('run', 'x.yaml');
  const lines = async (...options: string[]): Promise<string[]> => {
    const other = terminal({ cwd: it.folder });
    expect(await other.run('replay', 'reports/small/report.json', ...options)).toBe(0);
    expect(other.err()).toContain('The same run, step by step: single, seed ');
    return other.out().split('\n').slice(0, -1);
  };
  const all = await lines();
  const early = await lines('--until', '6s');
  expect(early.length).toBeGreaterThan(0);
  expect(early).toEqual(all.slice(0, early.length));
  expect(early.length).toBeLessThan(all.length);
  const submits = await lines('--grep', 'submit');
  expect(submits).toEqual(all.filter((line) => /submit/i.test(line)));
  expect(await lines('--seed', '2')).not.toEqual(all);
});

test('replay takes a scenario by its name, as the hint after a failure writes it', async () => {
  const it = terminal();
  const words = ['replay', 'calm/idle', '--design', 'single', '--seed', '1', '--until', '1s'];
  expect(await it.run(...words)).toBe(0);
  expect(it.out()).toContain('phase           warm-up');
  expect(it.err()).toContain('single, seed 1, fingerprint ');
});

test('replay finds the files of the scenario, and notices when they changed', async () => {
  const it = terminal();
  mkdirSync(join(it.folder, 'sub'));
  it.write('sub/tab.txt', '* * * * * true\n');
  it.write('sub/x.yaml', SMALL.replace('workload: {', 'workload: {crontab: tab.txt, '));
  expect(await it.run('run', 'sub/x.yaml', '--seed', '1')).toBe(0);
  expect(await it.run('replay', 'reports/small/report.json', '--grep', 'nothing at all')).toBe(0);
  it.write('sub/tab.txt', '*/2 * * * * true\n30 * * * * false\n');
  expect(await it.run('replay', 'reports/small/report.json', '--grep', 'nothing at all')).toBe(5);
  expect(it.err()).toContain('The scenario or a file that it names has changed since.');
});

test('a recorded fingerprint that is not met again is nondeterminism', async () => {
  const it = terminal();
  it.write('x.yaml', SMALL);
  await it.run('run', 'x.yaml', '--seed', '1');
  const path = join(it.folder, 'reports/small/report.json');
  const text = readFileSync(path, 'utf8');
  writeFileSync(
    path,
    text.replace(/"fingerprint": "[0-9a-f]{16}"/, `"fingerprint": "${'0'.repeat(16)}"`),
  );
  expect(await it.run('replay', 'reports/small/report.json', '--grep', 'nothing at all')).toBe(4);
  expect(it.err()).toContain('recorded 0000000000000000');
});

test('report renders the same bytes again from the data', async () => {
  const it = terminal();
  it.write('x.yaml', SMALL);
  await it.run('run', 'x.yaml', '--seed', '1');
  expect(await it.run('report', 'reports/small/report.json', '--out', 'again')).toBe(0);
  for (const name of ['index.html', 'report.md', 'junit.xml', 'report.json']) {
    const before = readFileSync(join(it.folder, 'reports/small', name), 'utf8');
    expect(readFileSync(join(it.folder, 'again', name), 'utf8')).toBe(before);
  }
});

test('an earlier result leaves nothing behind that would lie about this one', async () => {
  const it = terminal();
  it.write('x.yaml', SMALL);
  await it.run('run', 'x.yaml', '--seed', '1');
  const folder = join(it.folder, 'reports/small');
  mkdirSync(join(folder, 'cases'));
  writeFileSync(join(folder, 'cases/9.json'), '{}');
  writeFileSync(join(folder, 'notes.txt'), 'mine');
  await it.run('run', 'x.yaml', '--seed', '2', '--reporter', 'md');
  expect(readdirSync(join(folder, 'cases'))).toEqual([]);
  expect(readdirSync(folder).sort()).toEqual([
    'cases',
    'notes.txt',
    'report.json',
    'report.md',
    'run.json',
  ]);
});

test.each([
  // A second process may be ahead of the first, which has the first seed: then no prefix is whole.
  ['1', 1],
  ['2', 0],
])(
  'Ctrl-C leaves a report over the seeds that were finished, %s processes',
  async (jobs, least) => {
    const it = terminal();
    it.write('x.yaml', SMALL);
    const running = it.run('run', 'x.yaml', '--seeds', '5000', '--jobs', jobs);
    const records = join(it.folder, 'reports/small/sweep.records');
    const watch = setInterval(() => {
      // Some runs have ended, whether or not the first is among them.
      if (!existsSync(records)) return;
      if ((readRecords(readFileSync(records))?.kept.length ?? 0) >= 3) it.interrupt();
    }, 20);
    expect(await running).toBe(130);
    clearInterval(watch);
    const text = readFileSync(join(it.folder, 'reports/small/report.json'), 'utf8');
    const document = readDocument(text);
    if (document.kind === 'failed') throw new Error('no document');
    const seeds = document.value.designs[0]?.seeds.map((row) => row.seed) ?? [];
    expect(seeds.length).toBeGreaterThanOrEqual(least);
    expect(seeds.length).toBeLessThan(5_000);
    expect(seeds).toEqual(seeds.map((_, i) => String(i + 1)));
  },
);

test('list and explain know every name', async () => {
  const it = terminal();
  expect(await it.run('list', '--json')).toBe(0);
  const lists = JSON.parse(it.out()) as Record<string, { name: string }[]>;
  const names = ['designs', 'scenarios', 'faults', 'profiles', 'claims', 'mutants'];
  expect(Object.keys(lists)).toEqual(names);
  for (const { name } of Object.values(lists).flat()) {
    const other = terminal();
    expect(await other.run('explain', name)).toBe(0);
    expect(other.out()).toContain(`${name} (`);
  }
  const other = terminal();
  expect(await other.run('explain', 'lease+fencing=off')).toBe(0);
  expect(other.out()).toContain('does not promise:');
  expect(await other.run('list', 'scenarios')).toBe(0);
  expect(other.out()).toContain('storms/showcase');
});

test('schema prints what is committed for editors', async () => {
  const it = terminal();
  expect(await it.run('schema')).toBe(0);
  expect(it.out()).toBe(readFileSync(join(SCENARIOS, 'schema.json'), 'utf8'));
  const other = terminal();
  expect(await other.run('schema', 'report')).toBe(0);
  expect(JSON.parse(other.out())).toMatchObject({ title: 'Seaworthy report' });
  expect(dirname(SCENARIOS).length).toBeGreaterThan(0);
});

test('help is no error', async () => {
  const it = terminal();
  expect(await it.run('--help')).toBe(0);
  expect(it.out()).toContain('compare');
  expect(await it.run('run', '--help')).toBe(0);
  expect(it.out()).toContain('--set <path=value>');
});
