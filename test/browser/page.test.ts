/** The page in a real browser: what is drawn, who can read it, and what it must not do. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ReportDocument } from '../../src/report/document.ts';
import { brokenDocument } from '../support/sample-document.ts';
import { axeFindings } from './browser.ts';
import { Reports } from './opened.ts';
import { realDocument } from './real-document.ts';

let reports: Reports;
let real: ReportDocument;
const sample = brokenDocument();

beforeAll(() => {
  reports = new Reports();
  real = realDocument();
}, 240_000);
afterAll(() => reports.close());

const FAMILIES = ['nines', 'windows', 'time-', 'band-', 'example-', 'failover-', 'distribution-'];
const MORE = ['dots-', 'pareto-', 'phase-'];

/**
 * What is wrong with the charts that are shown: without a mark, with a number that is none, or with
 * a text or a mark that leaves the drawing.
 */
const BAD_CHARTS = `[...document.querySelectorAll('svg[id]')]
  .filter((svg) => svg.getClientRects().length > 0)
  .flatMap((svg) => {
    const problems = [];
    if (!svg.querySelector('path, rect, circle, line')) problems.push('no mark');
    if (/NaN|undefined|Infinity/.test(svg.outerHTML)) problems.push('no number');
    const box = svg.getBoundingClientRect();
    for (const it of svg.querySelectorAll('text, circle, rect, path')) {
      if (it.closest('pattern, defs')) continue;
      const { left, right, top, bottom, width } = it.getBoundingClientRect();
      const leaves = left < box.left - 4 || right > box.right + 4 || top < box.top - 6
        || bottom > box.bottom + 6;
      if (leaves && width > 0) problems.push('leaves: ' + it.outerHTML.slice(0, 120));
    }
    return problems.map((problem) => svg.id + ' ' + problem);
  })`;

test.each([1280, 390])(
  'every chart of real runs is drawn, inside its frame, at %i',
  async (width) => {
    for (const document of [real, sample]) {
      const { page, complaints } = await reports.open(document, { width });
      expect(await page.evaluate(BAD_CHARTS)).toEqual([]);
      const ids = await page.locator('figure').evaluateAll((all) => all.map((it) => it.id));
      const missing = [...FAMILIES, ...MORE].filter(
        (family) => !ids.some((id) => id.startsWith(`fig-${family}`)),
      );
      expect(missing).toEqual([]);
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(
        width,
      );
      expect(complaints).toEqual([]);
      await page.close();
    }
  },
);

test.each([
  ['light', 1280],
  ['dark', 1280],
  ['light', 390],
  ['dark', 390],
] as const)('axe finds nothing, %s at %i, with every table open', async (scheme, width) => {
  const { page } = await reports.open(real, { scheme, width });
  await page.evaluate('for (const it of document.querySelectorAll("details")) it.open = true');
  expect(await axeFindings(page)).toEqual([]);
  await page.close();
});

test('without scripts all charts and tables are there, and no idle control', async () => {
  const { page, complaints } = await reports.open(real, { scripts: false });
  const figures = await page.locator('figure').count();
  expect(figures).toBeGreaterThan(20);
  expect(await page.locator('figure svg:visible').count()).toBe(figures);
  expect(
    await page.locator('input[type=search]:visible, button:visible, select:visible').count(),
  ).toBe(0);
  const first = page.locator('figure details').first();
  await first.locator('summary').click();
  expect(await first.locator('td').first().isVisible()).toBe(true);
  await page.locator('#show-broken').check();
  expect(await page.locator('#claims tbody tr.calm:visible').count()).toBe(0);
  expect(complaints).toEqual([]);
  await page.close();
});

test('a fault, a design and a scenario that are named like a script stay text', async () => {
  const evil = `</script><script>alert(1)</script><img src="http://example.invalid/x">`;
  const [first, ...others] = sample.designs as readonly [
    ReportDocument['designs'][number],
    ...ReportDocument['designs'],
  ];
  const faults = first.faults.map((it, i) => (i === 0 ? { ...it, kind: evil } : it));
  const examples = first.examples.map((it) => ({
    ...it,
    faults: it.faults.map((band) => ({ ...band, kind: evil })),
  }));
  const { page, complaints } = await reports.open({
    ...sample,
    scenario: { ...sample.scenario, name: evil },
    designs: [{ ...first, name: evil, faults, examples }, ...others],
  });
  expect(await page.locator('img').count()).toBe(0);
  expect(await page.locator('script').count()).toBe(1);
  expect(await page.locator('#faults code', { hasText: '</script>' }).first().isVisible()).toBe(
    true,
  );
  expect(await page.locator('#design option').nth(1).textContent()).toBe(evil);
  expect(complaints).toEqual([]);
  await page.close();
});

test('prints to several pages, light, with every table open and nothing to press', async () => {
  const { page } = await reports.open(real, { scheme: 'dark' });
  const pdf = (await page.pdf({ format: 'A4' })).toString('latin1');
  const pages = pdf.match(/\/Type\s*\/Page\b(?!s)/g)?.length ?? 0;
  expect(pages).toBeGreaterThan(3);
  await page.emulateMedia({ media: 'print' });
  // What sorts a column is its name, and stays.
  const controls = page.locator('button:not(th button):visible, select:visible, input:visible');
  expect(await controls.count()).toBe(0);
  expect(await page.locator('nav:visible').count()).toBe(0);
  expect(await page.locator('figure details td').first().isVisible()).toBe(true);
  expect(await page.evaluate('getComputedStyle(document.body).backgroundColor')).toBe(
    'rgb(255, 255, 255)',
  );
  await page.close();
});
