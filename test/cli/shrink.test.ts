/** Cases on the command line: shrunk, replayed, refused, and saved in the casebook. */
import { copyFileSync, existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readCase } from '../../src/explore/case-file.ts';
import type { ReportDocument } from '../../src/report/document.ts';
import { readDocument } from '../../src/report/document-schema.ts';
import { printScenario } from '../../src/scenario/print.ts';
import { parseScenario } from '../../src/scenario/schema.ts';
import { type Terminal, terminal } from './terminal.ts';

const NAME = 'passed-over-in-silence';
const MUTANT = 'single~silent-drop';
const CASE = join(import.meta.dirname, '../explore/cases/silent-drop.json');

/** A terminal in whose folder a case lies, changed or not. */
function withCase(change: (text: string) => string = (text) => text): Terminal {
  const it = terminal();
  it.write('a.json', change(readFileSync(CASE, 'utf8')));
  return it;
}

const caseAt = (folder: string, name: string) => {
  const read = readCase(readFileSync(join(folder, name), 'utf8'));
  if (read.kind === 'failed') throw new Error(JSON.stringify(read.error));
  return read.value;
};

test('a broken promise is shrunk, told, and replays by the command that is printed', async () => {
  const it = terminal();
  expect(await it.run('run', `incidents/${NAME}`, '--design', MUTANT, '--seed', '1')).toBe(1);
  const folder = join(it.folder, 'reports', NAME);
  const small = caseAt(folder, 'cases/1.shrunk.json');
  const found = caseAt(folder, 'cases/1.json');
  expect(small.scenario.text).not.toBe(found.scenario.text);
  expect(small.shrunkFrom?.hash).toBe(found.scenario.hash);
  expect(small.shrunkFrom?.runs).toBeLessThan(140);
  for (const line of small.story ?? []) expect(it.out()).toContain(line);
  expect(it.out()).toContain(`${small.broken.claim} is broken: ${small.broken.summary}`);
  const command = it.out().trimEnd().split('\n').at(-1) ?? '';
  const [, argv = ''] = /^npm run -s seaworthy -- (.*)$/.exec(command) ?? [];
  const again = terminal({ cwd: it.folder });
  expect(await again.run(...argv.split(' '))).toBe(1);
  expect(again.err()).toContain('The same run, step by step');
});

test('with --no-shrink nothing is shrunk or drawn; all else is the same either way', async () => {
  const reports = await Promise.all(
    [['--no-shrink'], []].map(async (options) => {
      const it = terminal();
      const argv = ['run', `incidents/${NAME}`, '--design', MUTANT, '--seed', '1', ...options];
      expect(await it.run(...argv)).toBe(1);
      const folder = join(it.folder, 'reports', NAME);
      return { cases: readdirSync(join(folder, 'cases')), document: documentIn(folder) };
    }),
  );
  expect(reports.map(({ cases }) => cases)).toEqual([['1.json'], ['1.json', '1.shrunk.json']]);
  const [plain, drawn] = reports.map(({ document }) => document);
  const { stories = [], storiesLeftOut: _, ...rest } = drawn as ReportDocument;
  expect(rest).toEqual(plain);
  expect(stories[0]?.isShrunk).toBe(true);
  expect(stories[0]?.messages.length).toBeGreaterThan(20);
});

const documentIn = (folder: string): ReportDocument => {
  const read = readDocument(readFileSync(join(folder, 'report.json'), 'utf8'));
  if (read.kind === 'failed') throw new Error(JSON.stringify(read.error));
  return read.value;
};

test('a diagram replays by its command, and `report` draws the same page again', async () => {
  const it = terminal();
  const argv = ['run', 'clocks/paused-leader', '--design', 'lease+fencing=off', '--seeds', '1'];
  expect(await it.run(...argv)).toBe(0);
  const folder = join(it.folder, 'reports/paused-leader');
  const { stories = [] } = documentIn(folder);
  const [story] = stories;
  expect(stories.map(({ promised }) => promised)).not.toContain(true);
  expect(story?.isShrunk).toBe(true);
  const page = readFileSync(join(folder, 'index.html'), 'utf8');
  expect(page).toContain(`breaks ${story?.claim}</h3>`);
  expect(await it.run('report', join(folder, 'report.json'), '--out', 'again')).toBe(0);
  expect(readFileSync(join(it.folder, 'again/index.html'), 'utf8')).toBe(page);
  const [, command = ''] = /^npm run -s seaworthy -- (.*)$/.exec(story?.replay ?? '') ?? [];
  const again = terminal({ cwd: it.folder });
  expect(await again.run(...command.split(' '))).toBe(0);
  expect(again.err()).toContain('The same run, step by step');
});

test('what breaks but was not promised is not shrunk beside its case', async () => {
  const it = terminal();
  const argv = ['run', 'clocks/paused-leader', '--design', 'lease+fencing=off', '--seeds', '2'];
  expect(await it.run(...argv)).toBe(0);
  const cases = readdirSync(join(it.folder, 'reports/paused-leader/cases'));
  expect(cases.length).toBeGreaterThan(0);
  expect(cases.filter((name) => name.includes('shrunk'))).toEqual([]);
});

test('shrink writes the small case beside the other, within its budget', async () => {
  const it = withCase();
  expect(await it.run('shrink', 'a.json', '--budget', '20')).toBe(0);
  const small = caseAt(it.folder, 'a.shrunk.json');
  expect(small.shrunkFrom?.runs).toBeLessThan(60);
  expect(small.broken.claim).toBe(caseAt(it.folder, 'a.json').broken.claim);
  expect(it.out()).toContain('a.shrunk.json');
  const other = terminal({ cwd: it.folder });
  expect(await other.run('shrink', 'a.json', '--budget', '20', '--out', 'b/c.json')).toBe(0);
  expect(readFileSync(join(it.folder, 'b/c.json'), 'utf8')).toBe(
    readFileSync(join(it.folder, 'a.shrunk.json'), 'utf8'),
  );
});

const COMMANDS: readonly (readonly string[])[] = [
  ['replay', 'a.json'],
  ['shrink', 'a.json'],
  ['casebook', 'a.json', '--name', 'x', '--why', 'It broke.'],
];

const BAD: readonly (readonly [what: string, change: (text: string) => string, says: RegExp])[] = [
  ['another version', (text) => text.replace('case/v1', 'case/v9'), /case of version .*case\/v9/],
  ['an unknown fault', (text) => text.replaceAll('"lock-stall"', '"earthquake"'), /earthquake/],
  ['half a file', (text) => text.slice(0, text.length / 2), /not JSON/],
  ['nothing', () => '', /not JSON|no report|Unexpected end/],
  ['a design that is not', (text) => text.replace('"store-lock~', '"store-lokc~'), /store-lokc/],
  [
    'a design that keeps the claim',
    (text) => text.replace('"design": "store-lock~silent-drop"', '"design": "store-lock"'),
    /store-lock, seed 1, does not break explained-skips/,
  ],
  ['a claim that is not', (text) => text.replaceAll('explained-skips', 'no-skips'), /no-skips/],
];

test.each(BAD)('a case with %s is refused by every command', async (_, change, says) => {
  for (const argv of COMMANDS) {
    const it = withCase(change);
    expect(await it.run(...argv), argv.join(' ')).toBe(2);
    expect(it.err()).toMatch(says);
    expect(it.err()).not.toContain('Internal error');
    expect(it.out()).toBe('');
    expect(readdirSync(it.folder)).toEqual(['a.json']);
  }
});

test('options that make no sense are refused', async () => {
  const taken = withCase();
  taken.write('taken.yaml', '');
  for (const argv of [
    ['shrink', 'a.json', '--budget', 'many'],
    ['shrink', 'a.json', '--claim', 'no-lost'],
    ['shrink', 'none.json'],
    ['casebook', 'a.json', '--name', '../x', '--why', 'It broke.'],
    ['casebook', 'a.json', '--name', 'x', '--why', ' '],
    ['casebook', 'a.json', '--name', 'taken', '--why', 'It broke.', '--out', '.'],
    ['casebook', 'a.json'],
  ]) {
    expect(await terminal({ cwd: taken.folder }).run(...argv), argv.join(' ')).toBe(2);
  }
});

test('a case recorded by other code counts as long as its claim is broken', async () => {
  const it = withCase((text) =>
    text.replace(/"fingerprint": "\w+"/, '"fingerprint": "0123456789abcdef"'),
  );
  expect(await it.run('replay', 'a.json')).toBe(1);
  expect(it.err()).toContain('explained-skips is broken all the same');
});

test('casebook saves a case as a scenario, which prints to the same bytes and breaks', async () => {
  const it = terminal();
  copyFileSync(CASE, join(it.folder, 'a.json'));
  const why = 'A tick that came due behind a lock was dropped: nobody was told.';
  expect(await it.run('casebook', 'a.json', '--name', 'behind-a-lock', '--why', why)).toBe(0);
  const name = 'scenarios/casebook/behind-a-lock.yaml';
  const text = readFileSync(join(it.folder, name), 'utf8');
  const parsed = parseScenario(text, name);
  if (parsed.kind === 'failed') throw new Error(JSON.stringify(parsed.error));
  expect(printScenario(parsed.value)).toBe(text);
  const { plan, design, broken } = caseAt(it.folder, 'a.json');
  expect(parsed.value).toMatchObject({
    name: 'behind-a-lock',
    why,
    designs: ['store-lock', design],
    faults: { kind: 'given', faults: plan.faults },
    claims: { only: [broken.claim] },
    breaks: { [design]: [broken.claim] },
  });
  const sound = terminal({ cwd: it.folder });
  expect(await sound.run('run', name)).toBe(0);
  const mutant = terminal({ cwd: it.folder });
  expect(await mutant.run('run', name, '--design', design, '--no-shrink')).toBe(1);
  expect(mutant.out()).toContain(broken.claim);
  expect(existsSync(join(it.folder, 'a.shrunk.json'))).toBe(false);
});
