/** The page in a real browser. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { renderPage } from '../../src/report/page.ts';
import { brokenDocument } from '../support/sample-document.ts';
import { axeFindings, openBrowser } from './browser.ts';

let browser: Browser;
const folder = mkdtempSync(join(tmpdir(), 'seaworthy-page-'));

beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true, force: true });
});

test('the sample has nothing that axe objects to', async () => {
  const path = join(folder, 'index.html');
  writeFileSync(path, renderPage(brokenDocument()));
  const page = await browser.newPage();
  await page.goto(pathToFileURL(path).href);
  expect(await axeFindings(page)).toEqual([]);
});
