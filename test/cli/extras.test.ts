/** What `run` and `compare` can be asked for besides. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { ReportDocument } from '../../src/report/document.ts';
import { readDocument } from '../../src/report/document-schema.ts';
import { SMALL, type Terminal, terminal } from './terminal.ts';

function documentOf(it: Terminal, name: string): ReportDocument {
  const read = readDocument(readFileSync(join(it.folder, name, 'report.json'), 'utf8'));
  if (read.kind === 'failed') throw new Error(JSON.stringify(read.error));
  return read.value;
}

test('two numbers turned against each other: short pauses and long leases are safe', async () => {
  const it = terminal();
  const sweep = 'lease.termMs=3000:30000,pause.ms=0:8000';
  const run = [
    'compare',
    'calm/datasheet',
    '--designs',
    'single,lease+fencing=off',
    '--seeds',
    '1',
  ];
  expect(await it.run(...run, '--sweep', sweep, '--out', 'a')).toBe(0);
  const { phases, command } = documentOf(it, 'a');
  expect(command).toContain(`--sweep ${sweep}`);
  // `single` has no lease.
  expect(phases?.map(({ design }) => design)).toEqual(['lease+fencing=off']);
  const verdictAt = (x: number, y: number) =>
    phases?.[0]?.cells.find((cell) => cell.x === x && cell.y === y)?.verdict;
  expect([verdictAt(0, 0), verdictAt(1, 0)]).toEqual(['safe', 'safe']);
  expect([verdictAt(0, 1), verdictAt(1, 1)]).toEqual(['unsafe', 'safe']);
  expect(await it.run(...run, '--sweep', sweep, '--out', 'b')).toBe(0);
  const files = ['report.json', 'index.html'].map((file) =>
    ['a', 'b'].map((name) => readFileSync(join(it.folder, name, file), 'utf8')),
  );
  for (const [a, b] of files) expect(a === b).toBe(true);
});

test.each([
  ['pause.ms', 'are not two keys with values'],
  ['pause.ms=1:2,pause.ms=1:2', 'stands on both axes'],
  ['pause.ms=x,cluster.members=1:3', 'takes numbers from 0 on'],
  ['cluster.mebers=1:3,pause.ms=1:2', 'cluster.mebers=1'],
  ['store.termMs=1:3,pause.ms=1:2', 'no design here has'],
  ['pause.ms=1..9/30,cluster.members=1:3', 'at most 24'],
])('--sweep %s is refused before anything is done', async (sweep, says) => {
  const it = terminal();
  it.write('x.yaml', SMALL);
  expect(await it.run('run', 'x.yaml', '--sweep', sweep)).toBe(2);
  expect(it.err()).toContain(says);
  expect(existsSync(join(it.folder, 'reports'))).toBe(false);
});

test('since a baseline: the same runs, other numbers, and what is within noise', async () => {
  const it = terminal();
  it.write('x.yaml', SMALL);
  it.write('y.yaml', SMALL.replace('rate: 2/s', 'rate: 6/s'));
  expect(await it.run('run', 'x.yaml', '--seeds', '8', '--out', 'a')).toBe(0);
  const run = ['run', 'x.yaml', '--seeds', '8', '--baseline', 'a/report.json', '--out', 'b'];
  expect(await it.run(...run)).toBe(0);
  expect(it.out()).toContain('Since the baseline: every run is the same, step by step.');
  const other = ['run', 'y.yaml', '--seeds', '8', '--baseline', 'a/report.json', '--out', 'c'];
  expect(await it.run(...other)).toBe(0);
  const { since } = documentOf(it, 'c');
  expect(since).toMatchObject({ scenario: 'another', isSameRuns: false, claims: [] });
  const verdicts = new Map(since?.metrics.map(({ metric, verdict }) => [metric, verdict]));
  expect(verdicts.get('goodput')).toBe('better');
  expect(verdicts.get('apiSuccess')).toBe('within noise');
  expect(it.out()).toMatch(/\d+ numbers of \d+ are within noise/);
  expect(await it.run('run', 'x.yaml', '--baseline', 'x.yaml')).toBe(2);
  expect(it.err()).toContain('x.yaml');
});

test('until an interval is narrow: stops at a look, the same one in any case', async () => {
  const it = terminal();
  it.write('x.yaml', SMALL);
  const run = ['run', 'x.yaml', '--until-width', 'goodput=0.5'];
  expect(await it.run(...run, '--jobs', '1', '--out', 'a')).toBe(0);
  expect(await it.run(...run, '--jobs', '2', '--out', 'b')).toBe(0);
  const [a, b] = ['a', 'b'].map((name) => readFileSync(join(it.folder, name, 'report.json')));
  expect(a?.equals(b as Buffer)).toBe(true);
  const { stopped, designs } = documentOf(it, 'a');
  expect(stopped).toMatchObject({ by: 'until-width', asked: 10_000 });
  expect([50, 75, 113, 170, 255]).toContain(stopped?.done);
  const row = designs[0]?.metrics['goodput'];
  expect(row?.method).toBe('at any look');
  expect((row?.high ?? 9) - (row?.low ?? 0)).toBeLessThanOrEqual(0.5);
});

test('what never varies never stops a sweep', async () => {
  const it = terminal();
  it.write('x.yaml', SMALL);
  const run = ['run', 'x.yaml', '--until-width', 'apiSuccess=1%', '--seeds', '60'];
  expect(await it.run(...run, '--out', 'a')).toBe(0);
  expect(documentOf(it, 'a').stopped).toBeUndefined();
});

test.each([
  ['goodput', 'is not metric=width'],
  ['godput=1', 'did you mean'],
  ['goodput=-1', 'is not a width'],
  ['failover=soon', 'is not a width'],
])('--until-width %s is refused', async (width, says) => {
  const it = terminal();
  it.write('x.yaml', SMALL);
  expect(await it.run('run', 'x.yaml', '--until-width', width)).toBe(2);
  expect(it.err()).toContain(says);
});
