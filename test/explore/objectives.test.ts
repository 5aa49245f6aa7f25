import { expect, test } from 'vitest';
import { sloRows } from '../../src/explore/objectives.ts';
import { HOUR, MINUTE } from '../../src/lib/units.ts';
import type { DesignReport } from '../../src/report/document.ts';
import { scenarioOf } from '../support/runs.ts';
import { sampleDocument } from '../support/sample-document.ts';

const lease = sampleDocument().designs[1] as DesignReport;
const rowsOf = (slo: string) =>
  sloRows({ scenario: scenarioOf(`slo: {${slo}}`), text: '', hash: '' }, [lease]);

test('an objective on a share has a budget, and a worst minute', () => {
  const [row] = rowsOf('apiSuccess: ">= 0.97"');
  expect(row).toMatchObject({ design: 'lease', got: 0.953, met: false });
  expect(row?.budgetUsed).toBeCloseTo(0.047 / 0.03, 9);
  // The sample dips to 31 % for two or three of the twelve buckets of a minute.
  expect(row?.worstBurn?.map(({ windowUs }) => windowUs)).toEqual([MINUTE]);
  expect(row?.worstBurn?.[0]?.rate).toBeGreaterThan(row?.budgetUsed as number);
});

test('user-uptime burns as its worst windows of a minute and an hour do', () => {
  const means = [MINUTE, HOUR].map(
    (us) => lease.windows?.find(({ windowUs }) => windowUs === us)?.mean as number,
  );
  expect(rowsOf('userUptime: ">= 0.9"')[0]?.worstBurn).toEqual([
    { windowUs: MINUTE, rate: expect.closeTo((1 - (means[0] as number)) / 0.1, 9) },
    { windowUs: HOUR, rate: expect.closeTo((1 - (means[1] as number)) / 0.1, 9) },
  ]);
});

test('other objectives have none', () => {
  const slo = 'failover: "<= 15", apiSuccess: ">= 1", goodput: ">= 0.5", tickWithin: "<= 0.99"';
  for (const row of rowsOf(slo)) {
    expect(Object.keys(row).sort(), row.metric).toEqual([
      'design',
      'got',
      'met',
      'metric',
      'wanted',
    ]);
  }
});
