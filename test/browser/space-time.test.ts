/** Space-time diagrams in a real browser: stepped, filtered, linked to, and without scripts. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { renderPage } from '../../src/report/page.ts';
import { brokenDocument } from '../support/sample-document.ts';
import { axeFindings, openBrowser } from './browser.ts';

let browser: Browser;
const folder = mkdtempSync(join(tmpdir(), 'seaworthy-lanes-'));
const address = pathToFileURL(join(folder, 'index.html')).href;

beforeAll(async () => {
  writeFileSync(join(folder, 'index.html'), renderPage(brokenDocument()));
  browser = await openBrowser();
});
afterAll(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true, force: true });
});

async function opened(hash = '', options: BrowserContextOptions = {}): Promise<Page> {
  const page = await browser.newPage({ reducedMotion: 'reduce', ...options });
  await page.goto(`${address}${hash}`);
  return page;
}

const marked = (page: Page, name: string): Promise<string[]> =>
  page.$$eval(`.lanes [data-id].${name}`, (found) =>
    found.map((it) => it.getAttribute('data-id') ?? ''),
  );
const choice = (page: Page, label: string) =>
  page.locator('.steps label', { hasText: new RegExp(`^${label}`) }).locator('select');
const said = (page: Page): Promise<string> => page.locator('.now').innerText();

test('arrow keys step through events and messages in order of time', async () => {
  const page = await opened();
  await page.locator('.lanes').focus();
  const seen: string[] = [];
  for (let i = 0; i < 12; i++) {
    await page.keyboard.press('ArrowDown');
    seen.push(...(await marked(page, 'selected')));
  }
  const order = ['m1', 'e1', 'e2', 'e3', 'm2', 'e4', 'm3', 'e5', 'm4', 'e6', 'verdict', 'verdict'];
  expect(seen).toEqual(order);
  expect(await said(page)).toContain('tick-once is broken');
  await page.keyboard.press('Home');
  expect(await marked(page, 'selected')).toEqual(['m1']);
  await page.keyboard.press('Escape');
  expect(await marked(page, 'selected')).toEqual([]);
});

test('what may have led to an event is marked, and nothing else', async () => {
  const page = await opened('#story-1?story-1.event=e4');
  expect((await marked(page, 'past')).sort()).toEqual(['e3', 'm2']);
  expect(await said(page)).toContain('1 event and 1 message');
  expect(await marked(page, 'direct')).toEqual(['e3']);
});

test('the address opens the diagram as it was left', async () => {
  const page = await opened();
  await choice(page, 'Machine').selectOption('scheduler-2');
  await choice(page, 'Also by').selectOption('wall');
  await page.locator('.lanes').focus();
  await page.keyboard.press('ArrowDown');
  const hash = new URL(page.url()).hash;
  const again = await opened(hash);
  expect(await choice(again, 'Machine').inputValue()).toBe('scheduler-2');
  expect(await marked(again, 'selected')).toEqual(['e3']);
  expect(await said(again)).toBe(await said(page));
  expect(await again.locator('.own.wall').isVisible()).toBe(true);
  expect((await marked(again, 'filtered')).sort()).toEqual(
    ['e1', 'e2', 'e4', 'e5', 'e6', 'm1', 'm3', 'm4'].sort(),
  );
});

test('messages and jobs are filtered, and stepping passes over what is hidden', async () => {
  const page = await opened();
  await choice(page, 'Messages').selectOption('-');
  await choice(page, 'Job').selectOption('c1-7');
  const hidden = await marked(page, 'filtered');
  expect(hidden.sort()).toEqual(['e1', 'e2', 'm1', 'm2', 'm3', 'm4']);
  await page.getByRole('button', { name: 'Next' }).click();
  await page.getByRole('button', { name: 'Next' }).click();
  expect(await marked(page, 'selected')).toEqual(['e4']);
});

test('a click takes the nearest message', async () => {
  const page = await opened();
  const line = page.locator('[data-id="m1"]');
  await line.scrollIntoViewIfNeeded();
  const box = (await line.boundingBox()) as NonNullable<
    Awaited<ReturnType<typeof line.boundingBox>>
  >;
  await page.mouse.click(box.x + box.width / 3, box.y + (2 * box.height) / 3 + 3);
  expect(await marked(page, 'selected')).toEqual(['m1']);
});

test.each([
  ['wide and light', 1280, 'light'],
  ['narrow and dark', 390, 'dark'],
] as const)('axe objects to nothing, %s', async (_, width, colorScheme) => {
  const viewport = { width, height: 900 };
  const page = await opened('#story-1?story-1.event=e4', { viewport, colorScheme });
  const findings = await axeFindings(page);
  expect(findings.filter((it) => /lanes|story|steps|data-id/.test(it))).toEqual([]);
  const tooWide = await page.locator('.story').evaluate((it) => it.scrollWidth - it.clientWidth);
  expect(tooWide).toBe(0);
});

test('without scripts the diagram stands, with its table and no controls', async () => {
  const page = await opened('', { javaScriptEnabled: false });
  expect(await page.locator('.space').isVisible()).toBe(true);
  expect(await page.locator('.steps').count()).toBe(0);
  await page.locator('.story summary', { hasText: 'Show as table' }).click();
  expect(await page.locator('.story [data-row="e4"]').isVisible()).toBe(true);
});
