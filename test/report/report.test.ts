import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { DesignReport, ReportDocument } from '../../src/report/document.ts';
import { readDocument, renderFiles, reportJson } from '../../src/report/report.ts';
import { bigDocument } from '../support/big-document.ts';
import {
  bareDocument,
  brokenDocument,
  emptyDocument,
  sampleDocument,
} from '../support/sample-document.ts';
import { sampleStory } from '../support/sample-story.ts';

const page = (document: ReportDocument): string => renderFiles(document)['index.html'];
const EVIL = `</script><script>alert(1)</script><img src=x onerror="alert('2')">`;

/** Every text that a scenario, a design or a program chose is hostile. */
function hostileDocument(evil: string): ReportDocument {
  const sample = brokenDocument();
  const rename = (it: DesignReport): DesignReport => ({
    ...it,
    name: `${it.name}${evil}`,
    claims: Object.fromEntries(
      Object.entries(it.claims).map(([claim, row]) => [
        `${claim}${evil}`,
        row.example === undefined
          ? { ...row, reason: evil }
          : { ...row, reason: evil, example: { ...row.example, seed: evil, summary: evil } },
      ]),
    ),
    metrics: { ...it.metrics, [evil]: { unit: evil, mean: 1, low: 0, high: 2, n: 1 } },
    series: { ...it.series, [evil]: { unit: evil, bucketUs: 1, values: [1] } },
    samples: { [evil]: { unit: evil, values: [1, 2], n: 2 } },
    faults: [evil, `other ${evil}`].map((kind) => ({
      ...{ kind, drawn: 1, notApplicable: 0, armed: 1, bitten: 1 },
      bites: [{ role: 'store' as const, phase: 'chaos' as const, count: 1 }],
    })),
    examples: it.examples.map((example) => ({
      ...example,
      seed: evil,
      faults: example.faults.map((band) => ({ ...band, id: evil, kind: evil, whom: [evil] })),
      leaders: example.leaders.map((span) => ({ ...span, machine: evil })),
    })),
    assumes: [{ what: evil, bound: evil }],
    inconclusive: [evil],
  });
  return {
    ...sample,
    scenario: { name: evil, hash: evil, text: evil, why: evil },
    designs: sample.designs.map(rename),
    comparisons: sample.comparisons.map((it) => ({ ...it, a: evil, b: evil, metric: evil })),
    slo: [{ design: evil, metric: evil, wanted: evil, got: null, met: false }],
    inputs: [{ file: evil, line: 1, problem: evil }],
    command: evil,
  };
}

/** Without the script, whose words are not those of a document. */
const unscripted = (text: string): string => text.replace(/<script>[\s\S]*?<\/script>/, '');

const count = (text: string, pattern: RegExp): number => text.match(pattern)?.length ?? 0;

describe('the page', () => {
  test('says the verdict first and how to make it again', () => {
    const text = page(sampleDocument());
    const heading = /<h1>(.*?)<\/h1>/.exec(text)?.[1];
    expect(heading).toBe('All 3 designs kept every promise over 40 seeds of showcase.');
    expect(text.indexOf('<h1>')).toBeLessThan(text.indexOf('seaworthy -- compare'));
    expect(text.indexOf('seaworthy -- compare')).toBeLessThan(text.indexOf('id="claims"'));
  });

  test('has its sections in the order in which questions arise', () => {
    const ids = [...page(sampleDocument()).matchAll(/<section id="(\w+)"/g)].map((it) => it[1]);
    expect(ids).toEqual([
      'objectives',
      'claims',
      'availability',
      'time',
      'failover',
      'distributions',
      'comparison',
      'tradeoffs',
      'phases',
      'datasheets',
      'numbers',
      'accounts',
      'faults',
      'inputs',
      'scenario',
      'reading',
    ]);
  });

  test('shows counts per claim, what was not promised, and how to replay a break', () => {
    const text = page(brokenDocument());
    expect(text).toContain('✗ 4 broken · 36 held');
    expect(text).toMatch(/✗ 6 broken · 34 held<small>⊘ not promised<\/small>/);
    expect(text).toContain('does not promise token-order (broke in 9 of 40 seeds)');
    expect(text).toContain('replay scenarios/storms/showcase.yaml --design lease --seed 17');
    expect(text).toContain('tick nightly@02:00 began twice: on worker-1 and on worker-3');
  });

  test('shows numbers with intervals, accounts, faults that never bit and rejected lines', () => {
    const text = page(sampleDocument());
    expect(text).toContain('95.3\u00a0%<small>[94.7, 95.9]</small>');
    expect(text).toContain('40\u202f118');
    expect(text).toContain('20 · 20 · 0 <b class="s-unknown">never bit</b>');
    expect(text).toContain('<td class="num quiet">not applicable</td>');
    expect(text).toContain('team.crontab:7');
    expect(text).toContain('none in 4.00\u00a0h: at most 0.75 per hour');
    expect(text).toContain('Failover of lease: median 13.0\u00a0s; 2 of 81 had not ended');
    expect(text).toContain('no detectable difference between lease+fencing=off and lease');
  });

  test('shows whom faults bit under each design, and in which phase', () => {
    const text = page(sampleDocument());
    expect(count(text, /<summary>Whom faults bit under [^<]*, and when<\/summary>/g)).toBe(3);
    const row = /<code>crash<\/code><\/th><td>chaos<\/td>(.*?)<\/tr>/s.exec(text)?.[1] ?? '';
    expect([...row.matchAll(/>(\d+|–)</g)].map((it) => it[1])).toEqual(['39', '69', '9']);
  });

  test('says so when jobs or ticks do not add up', () => {
    const sample = sampleDocument();
    const first = sample.designs[0] as DesignReport;
    const jobs = { ...first.accounts.jobs, accepted: first.accounts.jobs.accepted + 3 };
    const designs = [{ ...first, accounts: { ...first.accounts, jobs } }];
    expect(page({ ...sample, designs })).toContain('✗ off by 3');
    expect(page(sample)).not.toContain('off by');
  });

  test('asks for nothing outside itself and allows exactly its own style and script', () => {
    const text = page(sampleDocument());
    expect(text).not.toMatch(/\b(src|href)="(?!#)/);
    expect(text).not.toMatch(/@import|url\((?!#)/);
    expect(text).not.toMatch(/\sstyle="|\son\w+="/);
    const policy = /Content-Security-Policy" content="([^"]*)"/.exec(text)?.[1] ?? '';
    expect(policy).toMatch(/^default-src 'none'; /);
    for (const tag of ['style', 'script']) {
      const bodies = [...text.matchAll(new RegExp(`<${tag}>([\\s\\S]*?)</${tag}>`, 'g'))];
      expect(bodies).toHaveLength(1);
      const hash = createHash('sha256')
        .update(bodies[0]?.[1] as string)
        .digest('base64');
      expect(policy).toContain(`${tag}-src 'sha256-${hash}'`);
    }
  });

  test('keeps hostile names as text', () => {
    const calm = page(brokenDocument());
    const text = page(hostileDocument(EVIL));
    expect(text).toContain('&lt;/script&gt;&lt;script&gt;alert(1)');
    expect(count(text, /<script/g)).toBe(count(calm, /<script/g));
    expect(count(text, /<img/g)).toBe(0);
    expect(text).not.toMatch(/<[^>]*\sonerror="/);
  });

  test('never gives two elements the same id, and names only ids that are there', () => {
    const text = page(sampleDocument());
    const ids = [...text.matchAll(/\sid="([^"]+)"/g)].map((it) => it[1]);
    expect(new Set(ids).size).toBe(ids.length);
    const named = [...text.matchAll(/(?:href="#|url\(#|aria-labelledby=")([^")]+)/g)];
    const wanted = named.flatMap((it) => (it[1] as string).split(' '));
    expect(wanted.filter((id) => !ids.includes(id))).toEqual([]);
  });

  test('every drawing has a title and a description, and a table beside it', () => {
    const text = page(sampleDocument());
    const drawings = count(text, /<svg id=/g);
    expect(drawings).toBeGreaterThan(15);
    expect(count(text, /<svg [^>]*role="img" aria-labelledby=/g)).toBe(drawings);
    // Drawn for narrow screens too, it has the words of the wide one, and both are always there.
    const narrow = count(text, /<svg id="[^"]+-n" role="img" aria-labelledby="\S+-w-t \S+-w-d"/g);
    expect(narrow).toBeGreaterThan(5);
    expect(count(text, /<title id=/g)).toBe(drawings - narrow);
    expect(count(text, /<desc id="[^"]+">[^<]+<\/desc>/g)).toBe(drawings - narrow);
    expect(count(text, /<summary>Show as table/g)).toBe(count(text, /<figure /g));
  });

  test('names the foot of an axis as it is drawn, after buckets were merged', () => {
    const sample = sampleDocument();
    const values = Array.from({ length: 200 }, (_, i) => (i === 100 || i === 199 ? 0.05 : 1));
    const designs = sample.designs.map((it) => ({
      ...it,
      series: { api: { unit: 'ratio', bucketUs: 1_000_000, values } },
    }));
    // Four buckets become one: (1 + 1 + 1 + 0.05) / 4 lies between 70 % and 80 %.
    expect(page({ ...sample, designs })).toContain('The vertical axis begins at 70 %.');
  });

  test('stays small with as much as there can be, and six stories', () => {
    const big = bigDocument();
    const stories = Array.from({ length: 6 }, () => sampleStory());
    expect(Buffer.byteLength(page({ ...big, stories: [] }))).toBeLessThan(500_000);
    expect(Buffer.byteLength(page({ ...big, stories }))).toBeLessThan(5_000_000);
  });

  test('writes no number with more than four decimals into a drawing', () => {
    for (const svg of page(sampleDocument()).match(/<svg[\s\S]*?<\/svg>/g) ?? []) {
      expect(svg).not.toMatch(/\d\.\d{5}|NaN|Infinity|undefined/);
    }
  });
});

describe('every file', () => {
  test('is a function of the document, in memory or read back', () => {
    for (const document of [sampleDocument(), brokenDocument(), hostileDocument(EVIL)]) {
      const again = readDocument(reportJson(document));
      expect(again.kind).toBe('ok');
      if (again.kind === 'ok') expect(renderFiles(again.value)).toEqual(renderFiles(document));
    }
  });

  test('is made of documents with nothing in them', () => {
    for (const document of [emptyDocument(), bareDocument()]) {
      const files = renderFiles(document);
      expect(files['index.html']).toContain('Nothing was run');
      expect(files['report.md']).toContain('Nothing was run');
      expect(files['junit.xml']).toContain('</testsuites>');
      expect(unscripted(Object.values(files).join(''))).not.toMatch(/NaN|undefined|Infinity/);
    }
  });

  test('survives any text, and no text changes the elements of the page', () => {
    const tags = (text: string): number => count(page(hostileDocument(text)), /<[a-z]/gi);
    const expected = tags('x');
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1, maxLength: 20 }), (text) => {
        expect(tags(`${text}x`)).toBe(expected);
      }),
      { numRuns: 25 },
    );
  });

  test('is made of any numbers', () => {
    const number = fc.double({ noNaN: true, min: -1e15, max: 1e15 });
    fc.assert(
      fc.property(
        number,
        number,
        number,
        fc.constantFrom('ratio', 's', '1/s', 'count'),
        (a, b, c, unit) => {
          const sample = sampleDocument();
          const design: DesignReport = {
            ...(sample.designs[0] as DesignReport),
            metrics: {
              apiSuccess: { unit, mean: a, low: b, high: c, n: 1 },
              failoverDetection: { unit: 'us', mean: a, low: b, high: c, n: 1 },
            },
            series: { api: { unit, bucketUs: 1, values: [a, null, b, c] } },
            samples: { failover: { unit, values: [a, b, c].sort((x, y) => x - y), n: 3 } },
          };
          const other = { ...design, name: 'other' };
          const text = unscripted(page({ ...sample, designs: [design, other] }));
          expect(/.{40}(NaN|undefined|Infinity).{20}/.exec(text)?.[0]).toBe(undefined);
        },
      ),
      { numRuns: 30 },
    );
  });
});
