/**
 * The house rules, applied to every file of src and test, and then to samples that break them, for
 * a rule that never fails guards nothing. The rules: `support/tidy-rules.ts`; who may what:
 * `support/tidy-tables.ts`.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { cycleIn, fileGraph, roomGraph, unreachable } from './support/tidy-graph.ts';
import { formatFinding, parse, RULES, type Source } from './support/tidy-rules.ts';
import { BREAKING, PASSING } from './support/tidy-samples.ts';

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const ENTRANCES = ['src/cli/main.ts', 'src/seaworthy.ts', 'src/testing.ts', 'src/vitest.ts'];

function sourcesUnder(folder: string): readonly Source[] {
  return readdirSync(resolve(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .map((name) => `${folder}/${name.replaceAll('\\', '/')}`)
    .filter((path) => path.endsWith('.ts'))
    .sort()
    .map((path) => parse(path, readFileSync(resolve(ROOT, path), 'utf8')));
}

const sources = [...sourcesUnder('src'), ...sourcesUnder('test')];
const files = fileGraph(sources);

describe('every file', () => {
  test.each(Object.entries(RULES))('%s', (_, rule) => {
    expect(sources.flatMap((source) => rule(source)).map(formatFinding)).toEqual([]);
  });
});

describe('all files together', () => {
  test('no file of src is dead', () => {
    const tests = sources.map((source) => source.path).filter((path) => !path.startsWith('src/'));
    expect(unreachable(files, [...ENTRANCES, ...tests])).toEqual([]);
  });

  test('rooms form no cycle', () => {
    expect(cycleIn(roomGraph(files))).toBeUndefined();
  });
});

describe('a rule fails on its sample', () => {
  test('every rule has one, and one that passes', () => {
    expect(new Set(BREAKING.map(([name]) => name))).toEqual(new Set(Object.keys(RULES)));
    expect(new Set(PASSING.map(([name]) => name))).toEqual(new Set(Object.keys(RULES)));
  });

  test.each(BREAKING)('%s: %s', (name, path, text, says) => {
    const found = RULES[name]!(parse(path, text));
    expect(found.map(formatFinding).join('\n')).toContain(says);
  });

  test.each(PASSING)('and not on what is fine: %s: %s', (name, path, text) => {
    expect(RULES[name]!(parse(path, text)).map(formatFinding)).toEqual([]);
  });

  test('a file that nothing leads to, even in company, is dead', () => {
    const graph = fileGraph([
      parse('src/cli/main.ts', "import './used.ts';\nawait import('./lazy.ts');"),
      parse('src/cli/used.ts', "new Worker(new URL('./worker.ts', import.meta.url));"),
      parse('src/cli/lazy.ts', ''),
      parse('src/cli/worker.ts', ''),
      parse('src/cli/a.ts', "export { b } from './b.ts';"),
      parse('src/cli/b.ts', "import type { A } from './a.ts';"),
    ]);
    expect(unreachable(graph, ['src/cli/main.ts'])).toEqual(['src/cli/a.ts', 'src/cli/b.ts']);
  });

  test('rooms that import each other in a circle are found, types included', () => {
    const circle = [
      parse('src/a/one.ts', "import '../b/two.ts';"),
      parse('src/b/two.ts', "import './more.ts';"),
      parse('src/b/more.ts', "import type { Three } from '../c/three.ts';"),
      parse('src/c/three.ts', "import '../a/one.ts';"),
    ];
    expect(cycleIn(roomGraph(fileGraph(circle)))).toEqual(['a', 'b', 'c', 'a']);
    expect(cycleIn(roomGraph(fileGraph(circle.slice(0, 3))))).toBeUndefined();
  });
});
