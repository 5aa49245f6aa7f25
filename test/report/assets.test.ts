/** The scripts of the page are texts; the compiler reads them here as a browser would run them. */
import { expect, test } from 'vitest';
import { SCRIPTS } from '../../src/report/page.ts';
import { browserProblems } from '../support/browser-types.ts';

test('scripts of the page hold to the types of a browser', () => {
  expect(browserProblems(SCRIPTS.join(''))).toEqual([]);
}, 120_000);

test('and the compiler does find what is wrong in one', () => {
  const wrong = 'document.querySelectr("p"); { const row = 1; row.cells; } pageStatus.get("q");';
  const found = browserProblems(SCRIPTS.join('') + wrong);
  expect(found).toHaveLength(3);
  expect(found[0]).toContain('querySelectr');
}, 120_000);

test('a script is the text that is written: no escape, no placeholder, no end', () => {
  for (const script of SCRIPTS) expect(script).not.toMatch(/\\|`|\$\{|<\/script|<!--/);
});
