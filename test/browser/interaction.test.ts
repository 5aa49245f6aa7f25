/** What the scripts of the page do: filters, sorting, keys, downloads, and links to any state. */
import { readFileSync } from 'node:fs';
import type { Download, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { brokenDocument } from '../support/sample-document.ts';
import { type Opened, Reports } from './opened.ts';

let reports: Reports;
const sample = brokenDocument();

beforeAll(() => {
  reports = new Reports();
});
afterAll(() => reports.close());

const rows = (page: Page) => page.locator('#claims tbody tr:not(.group)');
const namesOf = async (page: Page): Promise<string[]> =>
  (await rows(page).filter({ visible: true }).locator('th code').allTextContents()) as string[];

async function finished({ page, complaints }: Opened): Promise<void> {
  expect(complaints).toEqual([]);
  await page.close();
}

test('the filter keeps claims that have all words, and Escape clears it', async () => {
  const opened = await reports.open(sample);
  const { page } = opened;
  await page.keyboard.press('/');
  await page.keyboard.type('once tick');
  expect(await namesOf(page)).toEqual(['tick-once']);
  expect(await page.locator('#claims output').textContent()).toBe('1 of 14 rows');
  expect(await page.locator('.finding:visible').count()).toBe(2);
  await page.keyboard.press('Escape');
  expect(await namesOf(page)).toHaveLength(14);
  await finished(opened);
});

test('only what broke, and the worst first', async () => {
  const opened = await reports.open(sample);
  const { page } = opened;
  await page.locator('#show-broken').check();
  await page.locator('#worst-first').check();
  const names = await namesOf(page);
  expect(names[0]).toBe('tick-once');
  expect([...names].sort()).toEqual([
    'single-effect',
    'superseded-acts',
    'tick-once',
    'token-order',
  ]);
  await page.locator('#show-all').check();
  await page.locator('#worst-first').uncheck();
  expect((await namesOf(page))[0]).toBe('no-loss');
  await finished(opened);
});

test('one design alone: its column, its card, its figures; the others are faint', async () => {
  const opened = await reports.open(sample);
  const { page } = opened;
  await page.locator('#design').selectOption({ label: 'lease' });
  expect(await page.locator('#claims thead th:visible').allTextContents()).toEqual([
    'claim',
    'lease',
  ]);
  expect(await page.locator('.cards .card:visible h2').allTextContents()).toEqual(['lease']);
  expect(await page.locator('#fig-example-1').isVisible()).toBe(true);
  expect(await page.locator('#fig-example-0').isVisible()).toBe(false);
  const line = (look: number) => page.locator(`#time-api3-w > .line.look${look}`);
  expect(await line(0).getAttribute('class')).toContain('dim');
  expect(await line(1).getAttribute('class')).not.toContain('dim');
  await finished(opened);
});

test('a table is sorted by value, not by text: up, down, and as it was', async () => {
  const opened = await reports.open(sample);
  const { page } = opened;
  const figure = page.locator('#fig-failover-parts');
  await figure.locator('summary').click();
  const sums = () => figure.locator('tbody td:last-child').allTextContents();
  const before = await sums();
  const head = figure.locator('th', { hasText: 'sum' });
  await head.locator('button').click();
  expect(await head.getAttribute('aria-sort')).toBe('ascending');
  expect((await sums()).map(parseFloat)).toEqual([13.1, 13.1, 21.4]);
  await head.locator('button').click();
  expect((await sums()).map(parseFloat)).toEqual([21.4, 13.1, 13.1]);
  await head.locator('button').click();
  expect(await sums()).toEqual(before);
  await finished(opened);
});

test('j and k go through the page, ? opens the help and Escape closes it', async () => {
  const opened = await reports.open(sample);
  const { page } = opened;
  const focused = () => page.evaluate<string>('document.activeElement.id');
  await page.keyboard.press('j');
  expect(await focused()).toBe('objectives');
  for (let i = 0; i < 5; i++) await page.keyboard.press('j');
  expect(await focused()).toBe('fig-nines');
  await page.keyboard.press('k');
  expect(await focused()).toBe('availability');
  expect(page.url()).toContain('#availability');
  await page.keyboard.press('?');
  expect(await page.locator('#help').isVisible()).toBe(true);
  await page.keyboard.press('j');
  expect(page.url()).toContain('#availability');
  await page.keyboard.press('Escape');
  expect(await page.locator('#help').isVisible()).toBe(false);
  await page.locator('#help-button').click();
  await page.locator('#help button').click();
  expect(await page.locator('#help').isVisible()).toBe(false);
  await finished(opened);
});

test('one cursor over all charts of time, by pointer and by key', async () => {
  const opened = await reports.open(sample);
  const { page } = opened;
  const cursors = page.locator('svg [data-cursor][visibility=visible]');
  expect(await cursors.count()).toBe(0);
  await page.locator('#time-api3-w').hover();
  const charts = await page.locator('svg[data-time]').count();
  expect(charts).toBeGreaterThan(5);
  expect(await cursors.count()).toBe(charts);
  expect(await page.locator('#clock').textContent()).toMatch(/^1\d\d\.\d s$/);
  await page.mouse.move(0, 0);
  expect(await cursors.count()).toBe(0);
  await page.keyboard.press('.');
  await page.keyboard.press('.');
  expect(await page.locator('#clock').textContent()).toBe('6.0 s');
  await finished(opened);
});

/** Everything that a reader may have chosen, as it shows. */
async function stateOf(page: Page): Promise<unknown> {
  return {
    claims: await namesOf(page),
    filter: await page.locator('#claims input[type=search]').inputValue(),
    numbers: await page.locator('#numbers tbody tr:visible').count(),
    design: await page.locator('#design').inputValue(),
    heads: await page.locator('#claims thead th:visible').allTextContents(),
    open: await page.locator('details[open]').evaluateAll((all) => all.map((it) => it.id)),
    sorted: await page.locator('#fig-failover-parts tbody td:first-child').allTextContents(),
    // Below the bar that stays at the top; scrolling there may be smooth and still under way.
    isThere: await page.evaluate(
      'Math.abs(document.getElementById("failover").getBoundingClientRect().top - 56) < 20',
    ),
  };
}

test('a link reopens the same state, also by way of a link to a section', async () => {
  const first = await reports.open(sample);
  const { page } = first;
  await page.locator('#show-unsettled').check();
  await page.locator('#worst-first').check();
  await page.locator('#claims input[type=search]').fill('o');
  await page.locator('#numbers input[type=search]').fill('latency');
  await page.locator('#design').selectOption({ label: 'lease' });
  await page.locator('#fig-failover-parts summary').click();
  await page.locator('#fig-failover-parts th', { hasText: 'design' }).locator('button').click();
  await page.locator('nav a', { hasText: 'Failover' }).click();
  const before = await stateOf(page);
  const hash = new URL(page.url()).hash;
  expect(hash).toContain('#failover?');
  await finished(first);
  const second = await reports.open(sample, { hash });
  expect(await stateOf(second.page)).toEqual(before);
  await finished(second);
});

async function saved(page: Page, id: string, name: string): Promise<[Download, string]> {
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.locator(`#${id} .save button`, { hasText: name }).click(),
  ]);
  return [download, readFileSync(await download.path(), 'utf8')];
}

test('a chart is saved as it looks, and its numbers as CSV', async () => {
  const opened = await reports.open(sample);
  const [drawing, svg] = await saved(opened.page, 'fig-example-1', 'SVG');
  expect(drawing.suggestedFilename()).toBe('example-1.svg');
  expect(svg).toMatch(/^<svg [^>]*xmlns="http:\/\/www.w3.org\/2000\/svg"/);
  expect(svg).not.toMatch(/ class="|var\(/);
  const named = [...svg.matchAll(/url\((?:"|&quot;)?#([\w-]+)/g)].map((it) => it[1]);
  expect(named.length).toBeGreaterThan(3);
  for (const id of named) expect(svg).toContain(`id="${id}"`);
  const [table, csv] = await saved(opened.page, 'fig-failover-parts', 'CSV');
  expect(table.suggestedFilename()).toBe('failover-parts.csv');
  const lines = csv.trimEnd().split('\r\n');
  expect(lines[0]).toBe('design,detection,takeover,first dispatch,sum');
  expect(lines).toHaveLength(4);
  expect(lines[1]).toMatch(/^single,13\.3.s,/u);
  await finished(opened);
});

test('so is the diagram of a broken run, with its events', async () => {
  const opened = await reports.open(sample);
  const [drawing, svg] = await saved(opened.page, 'story-1', 'SVG');
  expect(drawing.suggestedFilename()).toBe('story-1.svg');
  expect(svg).toMatch(/<title[^>]*>[^<]+<\/title>/);
  for (const name of ['harness', 'store', 'scheduler-1', 'worker-1']) expect(svg).toContain(name);
  // Bands and labels stand left of where they are anchored, too.
  expect(svg).toContain('overflow="visible"');
  expect(svg).not.toMatch(/ class="|var\(/);
  const [table, csv] = await saved(opened.page, 'story-1', 'CSV');
  expect(table.suggestedFilename()).toBe('story-1.csv');
  expect(csv).toMatch(/^time,where,what,by its own clocks\r\n/);
  const rows = await opened.page.locator('#story-1-rows tbody tr').count();
  expect(csv.trimEnd().split('\r\n')).toHaveLength(rows + 1);
  await finished(opened);
});

test('on a narrow screen a drawing is saved with the title that it shares', async () => {
  const opened = await reports.open(sample, { width: 390 });
  const [, svg] = await saved(opened.page, 'fig-example-1', 'SVG');
  expect(svg).toMatch(/<title[^>]*>[^<]+<\/title>/);
  expect(svg).toMatch(/<desc[^>]*>[^<]+<\/desc>/);
  await finished(opened);
});
