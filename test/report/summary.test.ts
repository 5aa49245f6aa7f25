import { describe, expect, test } from 'vitest';
import type { DesignReport } from '../../src/report/document.ts';
import { type Painter, PLAIN_PAINTER, summaryTable } from '../../src/report/summary.ts';
import {
  bareDocument,
  brokenDocument,
  emptyDocument,
  sampleDocument,
} from '../support/sample-document.ts';

const linesAt = (width: number, document = brokenDocument()): string[] =>
  summaryTable(document, { width, color: PLAIN_PAINTER }).split('\n');
const isCommand = (line: string): boolean => line.startsWith('  npm run');

describe('the terminal summary', () => {
  test('has a row per design with means and intervals', () => {
    const lines = linesAt(80);
    const at = lines.findIndex((line) => /^lease +broken +\d/.test(line));
    expect(lines[at]).toMatch(/^lease +broken +95\.3 % +93\.1 % +90\.1 % +13\.1 s +19\.1 \/s$/);
    expect(lines[at + 1]).toMatch(
      /^ +94\.7–95\.9 +92\.2–94\.0 +88\.9–91\.3 +12\.1–14\.1 +18\.8–19\.4$/,
    );
    expect(lines.some((line) => line.startsWith('lease+fencing=off held'))).toBe(true);
  });

  test('has a line per broken claim with its seed, and the command for promised ones', () => {
    const lines = linesAt(80);
    const at = lines.indexOf('✗ lease broke tick-once in 4/40 seeds, seed 17 at 61.3 s');
    expect(lines[at + 1]).toBe(
      '  npm run -s seaworthy -- replay scenarios/storms/showcase.yaml --design lease --seed 17',
    );
    expect(lines.filter((line) => line.startsWith('· lease+fencing=off broke '))).toHaveLength(4);
    expect(lines.filter(isCommand)).toHaveLength(1);
  });

  test('compares in plain words', () => {
    const text = linesAt(200).join('\n');
    expect(text).toContain(
      'API success: lease is 8.2 points ± 0.7 points higher than single under showcase, better',
    );
    expect(text).toContain('lease recovers 8.30 s ± 1.20 s sooner than single under showcase');
    expect(text).toContain('API success: lease or lease+fencing=off may be the best of 3 designs');
    expect(text).toContain('no detectable difference between lease+fencing=off and lease');
  });

  test('fits its width, whatever the names', () => {
    const sample = brokenDocument();
    const designs = sample.designs.map(
      (it): DesignReport => ({ ...it, name: `${it.name}~${'x'.repeat(70)}` }),
    );
    for (const document of [
      sample,
      sampleDocument(),
      emptyDocument(),
      bareDocument(),
      { ...sample, designs },
    ]) {
      for (const width of [50, 60, 80, 132]) {
        const wide = linesAt(width, document).filter((line) => line.length > width);
        expect(wide.filter((line) => !isCommand(line))).toEqual([]);
      }
    }
  });

  test('paints without changing the text', () => {
    const wrap = (text: string): string => `\u001b[1m${text}\u001b[0m`;
    const color: Painter = { bold: wrap, dim: wrap, red: wrap, green: wrap, yellow: wrap };
    const painted = summaryTable(brokenDocument(), { width: 80, color });
    expect(painted.split('\u001b[1m').join('').split('\u001b[0m').join('')).toBe(
      linesAt(80).join('\n'),
    );
    expect(painted).not.toBe(linesAt(80).join('\n'));
  });
});
