import { expect, test } from 'vitest';
import { CLAIMS } from '../../src/checkers/claims.ts';
import { claimsOf, claimWords, countsInWords, isSometimes } from '../../src/report/claim-info.ts';
import type { ClaimRow, DesignReport } from '../../src/report/document.ts';
import { sampleDocument } from '../support/sample-document.ts';

const row: ClaimRow = {
  promised: true,
  reason: '',
  held: 3,
  broken: 0,
  excused: 1,
  unknown: 0,
  vacuous: 0,
};

test('every claim that is judged has words, its place and its modality', () => {
  const claims = Object.fromEntries(
    ['my-own', ...CLAIMS.map(({ id }) => id)].map((id) => [id, row]),
  );
  const design: DesignReport = { ...(sampleDocument().designs[0] as DesignReport), claims };
  expect(claimsOf([design])).toEqual([...CLAIMS.map(({ id }) => id), 'my-own']);
  expect(CLAIMS.filter(({ id }) => claimWords(id) === '')).toEqual([]);
  for (const { id, modality } of CLAIMS) expect(isSometimes(id)).toBe(modality === 'sometimes');
  expect(claimWords('my-own')).toBe('');
});

test('counts leave zeros out, and what must be met is seen or not', () => {
  expect(countsInWords('no-loss', row)).toBe('3 held · 1 excused');
  expect(countsInWords('no-loss', { ...row, held: 0, excused: 0 })).toBe('not judged');
  expect(countsInWords('sometimes-failover', row)).toBe('seen in 3 of 4');
  expect(countsInWords('sometimes-failover', { ...row, held: 0 })).toBe('never seen');
});
