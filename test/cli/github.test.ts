/** What a workflow of GitHub is told: annotations in its log, and the summary of the step. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { reportJson } from '../../src/report/document-schema.ts';
import { renderMarkdown } from '../../src/report/markdown.ts';
import { brokenDocument } from '../support/sample-document.ts';
import { type Terminal, terminal } from './terminal.ts';

const ERROR = '::error title=lease broke tick-once::';

function withReport(env: Record<string, string> = {}): Terminal {
  const it = terminal({ env });
  it.write('report.json', reportJson(brokenDocument()));
  return it;
}

test('nothing by itself, annotations when asked, beside the files', async () => {
  const calm = withReport();
  expect(await calm.run('report', 'report.json')).toBe(0);
  expect(calm.out()).not.toContain('::');
  const asked = withReport();
  expect(await asked.run('report', 'report.json', '--reporter', 'github')).toBe(0);
  expect(asked.out()).toContain(ERROR);
  expect(asked.out()).toContain('index.html\n');
});

test('of itself in a workflow, whose summary gets report.md after what it had', async () => {
  const there = withReport();
  there.write('summary.md', 'before\n');
  const summary = join(there.folder, 'summary.md');
  const env = { GITHUB_ACTIONS: 'true', GITHUB_STEP_SUMMARY: summary };
  const it = withReport(env);
  expect(await it.run('report', 'report.json', '--reporter', 'json')).toBe(0);
  expect(it.out()).toContain(ERROR);
  expect(readFileSync(summary, 'utf8')).toBe(`before\n${renderMarkdown(brokenDocument())}`);
});

test('a summary that cannot be written is said, and changes nothing', async () => {
  const it = withReport({ GITHUB_ACTIONS: 'true', GITHUB_STEP_SUMMARY: '/none/there.md' });
  expect(await it.run('report', 'report.json')).toBe(0);
  expect(it.err()).toMatch(/^The summary of the step was not written: /);
});
