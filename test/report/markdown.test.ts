import { describe, expect, test } from 'vitest';
import type { ClaimRow, DesignReport, ReportDocument } from '../../src/report/document.ts';
import { plain, renderMarkdown } from '../../src/report/markdown.ts';
import { bigDocument } from '../support/big-document.ts';
import { brokenDocument, sampleDocument } from '../support/sample-document.ts';

/** As long as it gets: eight designs, forty claims that all broke everywhere, many metrics. */
function crowded(): ReportDocument {
  const sample = sampleDocument();
  const row: ClaimRow = {
    promised: true,
    reason: '',
    held: 0,
    broken: 40,
    excused: 0,
    unknown: 0,
    vacuous: 0,
  };
  const claims = Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`claim-${i}`, row]));
  const designs = Array.from(
    { length: 8 },
    (_, d): DesignReport => ({
      ...(sample.designs[0] as DesignReport),
      name: `design-${d}`,
      claims,
      seeds: Array.from({ length: 100 }, (_, i) => ({
        seed: String(i),
        fingerprint: '0'.repeat(16),
        verdicts: Object.fromEntries(
          Object.keys(claims).map((claim) => [claim, 'broken' as const]),
        ),
      })),
      metrics: Object.fromEntries(
        Array.from({ length: 30 }, (_, i) => [
          `m${i}`,
          { unit: 'us', mean: 1, low: 0, high: 2, n: 3 },
        ]),
      ),
      verdict: 'broken',
      inconclusive: Array.from({ length: 9 }, (_, i) => `reason ${i}`),
    }),
  );
  return { ...sample, designs };
}

describe('report.md', () => {
  test('has verdict, claims, numbers and failing seeds with their commands', () => {
    const text = renderMarkdown(brokenDocument());
    expect(text).toContain('lease broke its promise of tick-once in 4 of 40 seeds of showcase.');
    expect(text).toContain(
      '| tick-once | 40 held | **4 broken · 36 held** | 6 broken · 34 held (not promised) |',
    );
    expect(text).toMatch(/\| API success \| 87\.1\u00a0% \[86\.5, 87\.7\] \|/);
    const commands = text.match(/^npm run -s seaworthy -- replay .* --design lease --seed \d+/gm);
    expect(commands).toHaveLength(4);
  });

  test('has who is best and who recovers sooner', () => {
    const text = renderMarkdown(sampleDocument());
    expect(text).toContain('- Goodput: lease or lease+fencing=off may be the best of 3 designs\n');
    expect(text).toMatch(/^- lease recovers 8\.30\u00a0s ± 1\.20\u00a0s sooner than single/m);
  });

  test('has no failing seeds to show when promises held', () => {
    expect(renderMarkdown(sampleDocument())).not.toContain('Failing seeds');
  });

  test('has what the storm was, unless more important lines need the room', () => {
    const text = renderMarkdown(sampleDocument());
    expect(text).toContain('| single | 5 | 257 | 244 | 220 | 109 | 184 | 40 | clock-step |');
    expect(text).toContain(
      '| lease | 6 | 257 | 244 | 220 | 109 | 184 | 40 | clock-step, lock-stall |',
    );
    expect(renderMarkdown(crowded())).not.toContain('| never bit |');
  });

  test('never has more than sixty lines', () => {
    for (const document of [sampleDocument(), brokenDocument(), crowded(), bigDocument()]) {
      const lines = renderMarkdown(document).trimEnd().split('\n');
      expect(lines.length).toBeLessThanOrEqual(60);
    }
    expect(renderMarkdown(crowded())).toContain('| 22 more | see the page');
  });

  test('keeps names from becoming markup', () => {
    expect(plain('a|b\n*c* <b> [x](y) `d`')).toBe('a\\|b \\*c\\* &lt;b\\> \\[x\\](y) \\`d\\`');
    const sample = sampleDocument();
    const text = renderMarkdown({ ...sample, command: 'run ```\nevil' });
    expect(text).toContain('````sh\nrun ``` evil\n````');
  });
});
