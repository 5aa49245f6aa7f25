/** A report opened in a browser, with a record of everything that it should not do. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import type { ReportDocument } from '../../src/report/document.ts';
import { renderPage } from '../../src/report/page.ts';
import { openBrowser } from './browser.ts';

export interface Opened {
  readonly page: Page;
  /** Errors, refusals of its policy, and requests for anything but the file itself. */
  readonly complaints: readonly string[];
}

export interface Screen {
  readonly width?: number;
  readonly scheme?: 'light' | 'dark';
  readonly scripts?: boolean;
  /** What follows the address of the file. */
  readonly hash?: string;
}

/** One browser and one folder of reports, for the tests of a file. */
export class Reports {
  readonly #folder = mkdtempSync(join(tmpdir(), 'seaworthy-page-'));
  readonly #browser: Promise<Browser> = openBrowser();
  readonly #urls = new Map<ReportDocument, string>();

  async close(): Promise<void> {
    await (await this.#browser).close();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  urlOf(document: ReportDocument): string {
    const known = this.#urls.get(document);
    if (known !== undefined) return known;
    const path = join(this.#folder, `${this.#urls.size}.html`);
    writeFileSync(path, renderPage(document));
    const url = pathToFileURL(path).href;
    this.#urls.set(document, url);
    return url;
  }

  async open(document: ReportDocument, screen: Screen = {}): Promise<Opened> {
    const { width = 1280, scheme = 'light', scripts = true, hash = '' } = screen;
    const url = this.urlOf(document);
    const page = await (await this.#browser).newPage({
      viewport: { width, height: 900 },
      colorScheme: scheme,
      javaScriptEnabled: scripts,
    });
    const complaints: string[] = [];
    page.on('pageerror', (error) => complaints.push(`error: ${error.message}`));
    page.on('dialog', (dialog) => complaints.push(`dialog: ${dialog.message()}`));
    page.on('console', (message) => complaints.push(`console: ${message.text()}`));
    page.on('request', (request) => {
      if (!request.url().startsWith(url)) complaints.push(`request: ${request.url()}`);
    });
    await page.route('**/*', (route) =>
      route.request().url().startsWith(url) ? route.continue() : route.abort(),
    );
    await page.goto(url + hash);
    return { page, complaints };
  }
}
