import { expect, test } from 'vitest';
import type { Claim } from '../../src/checkers/checker.ts';
import { judgeWithExcuses } from '../../src/checkers/excuses.ts';
import { FirstBreak, HELD, judgeOf } from '../../src/checkers/first-break.ts';
import type { Assumption } from '../../src/history/fact.ts';
import * as f from '../support/facts.ts';

/** Broken by the first body that begins. */
const nothingBegins = (excusedBy: readonly Assumption[]): Claim => ({
  id: 'nothing-begins',
  modality: 'always',
  sentence: 'Nothing begins.',
  limits: 'Planted for this test.',
  excusedBy,
  judge: () => {
    const breaks = new FirstBreak();
    return judgeOf({ 'body-began': (fact) => breaks.add([fact], 'began') }, () =>
      breaks.or(() => HELD),
    );
  },
});

const broken = f.began(5, 'a');

test('an assumption that failed before, or in the same instant, excuses', () => {
  const claim = nothingBegins(['suspend']);
  for (const s of [4, 5]) {
    const verdict = f.verdictOn(claim, [f.assumptionFailed(s, 'suspend'), broken]);
    expect(verdict).toEqual({ kind: 'excused', assumption: 'suspend', at: f.at(s) });
  }
});

test('a break before the assumption failed counts', () => {
  const facts = [broken, f.assumptionFailed(6, 'suspend')];
  expect(f.verdictOn(nothingBegins(['suspend']), facts).kind).toBe('broken');
});

test('the first assumption that failed is named; others do not excuse', () => {
  const facts = [
    f.assumptionFailed(1, 'wall-error'),
    f.assumptionFailed(2, 'suspend'),
    f.assumptionFailed(3, 'rate-error'),
    broken,
  ];
  const claim = nothingBegins(['rate-error', 'suspend']);
  expect(f.verdictOn(claim, facts)).toMatchObject({ kind: 'excused', at: f.at(2) });
  expect(f.verdictOn(nothingBegins([]), facts).kind).toBe('broken');
});

test('what holds is not excused', () => {
  const judge = judgeWithExcuses(nothingBegins(['suspend']), f.CONTEXT);
  judge.onFact(f.assumptionFailed(1, 'suspend'));
  expect(judge.verdict()).toEqual({ kind: 'held' });
  expect(judge.listens).toEqual(['body-began', 'assumption-failed']);
});

test('what could not be judged is excused where a design may be down for good', () => {
  const unclear: Claim = {
    ...nothingBegins([]),
    judge: () => judgeOf({}, () => ({ kind: 'unknown', reason: 'nobody answered' })),
  };
  for (const assumption of ['disk-damage', 'store-durable', 'single-copy'] as const) {
    const facts = [f.assumptionFailed(1, 'wall-error'), f.assumptionFailed(2, assumption)];
    expect(f.verdictOn(unclear, facts)).toEqual({ kind: 'excused', assumption, at: f.at(2) });
  }
  expect(f.verdictOn(unclear, [f.assumptionFailed(1, 'wall-error')]).kind).toBe('unknown');
});

test('a claim that nothing excuses is still broken after a disk was damaged', () => {
  const facts = [f.assumptionFailed(1, 'disk-damage'), broken];
  expect(f.verdictOn(nothingBegins([]), facts).kind).toBe('broken');
});

test('the earliest break is kept, whichever is told first', () => {
  const breaks = new FirstBreak();
  breaks.add([f.began(9, 'late')], 'late');
  breaks.add([f.began(7, 'early')], 'early');
  breaks.add([f.began(8, 'between')], 'between');
  expect(breaks.or(() => HELD)).toMatchObject({ at: f.at(7), summary: 'early' });
});
