/**
 * The showcase comparison as it was committed. A change that moves a number shows here, and in the
 * diff of `reports/baseline/`, as it should: `npx vitest run test/baseline.test.ts -u` takes it.
 */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { sweep } from '../src/explore/sweep.ts';
import type { Datasheet } from '../src/report/document.ts';
import { reportJson } from '../src/report/document-schema.ts';
import { renderMarkdown } from '../src/report/markdown.ts';
import { renderPage } from '../src/report/page.ts';
import { bundled, seedsOf } from './support/runs.ts';

const SEEDS = 6;
const DATASHEETS = new URL('../reports/baseline/datasheets.json', import.meta.url);
/** The page with them but without diagrams, which nothing was shrunk for, bytes. */
const OVERVIEW_MAX = 500_000;

test('the showcase comparison is the one in reports/baseline, byte for byte', async () => {
  const loaded = bundled('storms/showcase');
  const { designs } = loaded.scenario;
  const command = `npm run -s seaworthy -- compare storms/showcase --seeds ${SEEDS} --no-shrink`;
  const { document } = sweep({ loaded, designs, seeds: seedsOf(SEEDS), command });
  await expect(reportJson(document)).toMatchFileSnapshot('../reports/baseline/showcase.json');
  await expect(renderMarkdown(document)).toMatchFileSnapshot('../reports/baseline/showcase.md');
  const datasheets = JSON.parse(readFileSync(DATASHEETS, 'utf8')) as readonly Datasheet[];
  const page = renderPage({ ...document, datasheets });
  expect(Buffer.byteLength(page)).toBeLessThan(OVERVIEW_MAX);
}, 300_000);
