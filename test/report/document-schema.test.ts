import { describe, expect, test } from 'vitest';
import { documentJsonSchema, readDocument, reportJson } from '../../src/report/document-schema.ts';
import {
  bareDocument,
  brokenDocument,
  emptyDocument,
  sampleDocument,
} from '../support/sample-document.ts';

/** Paths of what is wrong with the sample after a change to its plain data. */
function problemsAfter(change: (value: Record<string, never>) => void): string[] {
  const value = JSON.parse(reportJson(sampleDocument())) as Record<string, never>;
  change(value);
  const outcome = readDocument(JSON.stringify(value));
  return outcome.kind === 'ok' ? [] : outcome.error.map((it) => it.path);
}

describe('readDocument', () => {
  test('gives back what was written', () => {
    for (const document of [sampleDocument(), brokenDocument(), emptyDocument(), bareDocument()]) {
      const text = reportJson(document);
      const outcome = readDocument(text);
      expect(outcome).toEqual({ kind: 'ok', value: document });
      if (outcome.kind === 'ok') expect(reportJson(outcome.value)).toBe(text);
    }
  });

  test('names the path of everything that is wrong, all at once', () => {
    const paths = problemsAfter((value) => {
      const document = value as unknown as {
        apiVersion: string;
        extra: number;
        designs: {
          verdict: string;
          accounts: { jobs: { open: number } };
          seeds: { fingerprint: string; verdicts: Record<string, string> }[];
        }[];
      };
      document.apiVersion = 'seaworthy/report/v0';
      document.extra = 1;
      document.designs[1]!.verdict = 'fine';
      document.designs[0]!.accounts.jobs.open = -1;
      document.designs[0]!.seeds[3]!.fingerprint = 'xyz';
      document.designs[0]!.seeds[3]!.verdicts['no-loss'] = 'maybe';
    });
    expect(paths.sort()).toEqual([
      'apiVersion',
      'designs.0.accounts.jobs.open',
      'designs.0.seeds.3.fingerprint',
      'designs.0.seeds.3.verdicts.no-loss',
      'designs.1.verdict',
      'extra',
    ]);
  });

  test('refuses keys and gaps deep inside', () => {
    expect(
      problemsAfter((value) => {
        const { designs } = value as unknown as { designs: { accounts: { jobs: object } }[] };
        Object.assign(designs[0]!.accounts.jobs, { lost: 1 });
        Object.assign(designs[2]!.accounts, { ticks: undefined });
      }),
    ).toEqual(['designs.0.accounts.jobs.lost', 'designs.2.accounts.ticks']);
  });

  test('says that text is not JSON, and where if the parser tells', () => {
    const outcome = readDocument('{\n  "apiVersion": oops\n}');
    expect(outcome.kind).toBe('failed');
    if (outcome.kind !== 'failed') return;
    expect(outcome.error).toHaveLength(1);
    expect(outcome.error[0]?.problem).toMatch(/^not JSON: /);
    expect([undefined, 2]).toContain(outcome.error[0]?.line);
  });

  test('refuses JSON that is not an object', () => {
    for (const text of ['null', '[]', '3', '""']) expect(readDocument(text).kind).toBe('failed');
  });
});

test('the published schema is draft 7 and closed', () => {
  const schema = documentJsonSchema();
  expect(schema['$schema']).toContain('draft-07');
  expect(schema['additionalProperties']).toBe(false);
  expect(schema['required']).toEqual(
    Object.keys(emptyDocument()).sort((a, b) => order(a) - order(b)),
  );
  expect(JSON.stringify(schema)).toContain('no detectable difference');

  function order(key: string): number {
    return Object.keys(schema['properties'] as object).indexOf(key);
  }
});
