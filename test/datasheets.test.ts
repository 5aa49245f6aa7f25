/**
 * The datasheets in `reports/baseline/`, which `npm start` shows, are those of the code beside
 * them. One is measured anew here, all with HUNT=1, which takes minutes;
 * `HUNT=1 npx vitest run test/datasheets.test.ts -u` takes a change.
 */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { preparedFor } from '../src/explore/loaded.ts';
import { DATASHEET_SEEDS, datasheetSteps } from '../src/explore/phases/datasheet.ts';
import { stableJson } from '../src/lib/stable-json.ts';
import type { Datasheet } from '../src/report/document.ts';
import { readDatasheets } from '../src/report/document-schema.ts';
import { bundled } from './support/runs.ts';

const FILE = '../reports/baseline/datasheets.json';
const isWhole = process.env['HUNT'] === '1';
const { designs } = bundled('storms/showcase').scenario;

function measured(design: string): Datasheet {
  const steps = datasheetSteps(preparedFor(bundled('calm/datasheet'), design), DATASHEET_SEEDS);
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

test.runIf(isWhole)(
  'all of them, byte for byte (skipped where nobody hunts: HUNT=1)',
  { timeout: 1_800_000 },
  async () => {
    const sheets = designs.map(measured);
    await expect(`${stableJson(sheets, 1)}\n`).toMatchFileSnapshot(FILE);
  },
);

test('every design of the showcase has one, and that of `single` is as it is now', () => {
  const read = readDatasheets(readFileSync(new URL(FILE, import.meta.url), 'utf8'));
  const sheets = read.kind === 'ok' ? read.value : [];
  expect(sheets.map(({ design }) => design)).toEqual(designs);
  expect(sheets.find(({ design }) => design === 'single')).toEqual(measured('single'));
});
