import { describe, expect, test } from 'vitest';
import type {
  BestRow,
  Comparison,
  DesignReport,
  ReportDocument,
} from '../../src/report/document.ts';
import { formatDifference, formatMetric, formatValue } from '../../src/report/numbers.ts';
import { replayCommand, shellWord } from '../../src/report/replay.ts';
import { PLAIN_PAINTER, summaryTable } from '../../src/report/summary.ts';
import {
  bestSentence,
  comparisonSentence,
  documentStatus,
  durationWords,
  listed,
  machinesSentence,
  rateWords,
  steadyWords,
  verdictSentence,
} from '../../src/report/words.ts';
import {
  bareDocument,
  brokenDocument,
  emptyDocument,
  sampleDocument,
} from '../support/sample-document.ts';

const withDesigns = (change: (it: DesignReport) => DesignReport): ReportDocument => {
  const sample = sampleDocument();
  return { ...sample, designs: sample.designs.map(change) };
};

describe('the verdict', () => {
  test('names what broke, and what broke without a promise', () => {
    expect(verdictSentence(brokenDocument())).toBe(
      'lease broke its promise of tick-once in 4 of 40 seeds of showcase. ' +
        'lease+fencing=off broke 4 claims that it does not promise. ' +
        'Excused in some seeds, as an assumption had failed: 1 claim of single, 1 of lease and ' +
        '1 of lease+fencing=off.',
    );
  });

  test('counts designs when several broke promises', () => {
    const document = withDesigns((it) => ({
      ...it,
      verdict: it.name === 'single' ? 'held' : 'broken',
    }));
    expect(verdictSentence(document)).toMatch(
      /^2 of 3 designs broke promises over 40 seeds of showcase: lease and lease\+fencing=off\./,
    );
    expect(documentStatus(document)).toBe('broken');
  });

  test('never calls an inconclusive or empty result good', () => {
    const unsure = withDesigns((it) => ({ ...it, verdict: 'inconclusive' }));
    expect(verdictSentence(unsure)).toContain(
      'inconclusive for single, lease and lease+fencing=off',
    );
    expect(documentStatus(unsure)).toBe('inconclusive');
    expect(documentStatus(emptyDocument())).toBe('empty');
    expect(documentStatus(bareDocument())).toBe('empty');
  });

  test('what was excused is said, although nothing was broken', () => {
    const row = { held: 0, broken: 0, excused: 40, unknown: 0, vacuous: 0 };
    const claims = { 'no-loss': { ...row, promised: true, reason: '' } };
    const sample = sampleDocument();
    const [design] = sample.designs as [DesignReport];
    const document = { ...sample, designs: [{ ...design, claims }] };
    expect(verdictSentence(document)).toContain(
      'Excused in some seeds, as an assumption had failed: 1 claim of single.',
    );
    const text = summaryTable(document, { width: 80, color: PLAIN_PAINTER });
    expect(text).toContain('~ single, seeds excused of 40: no-loss (40)');
  });

  test('says how many objectives were missed', () => {
    const sample = sampleDocument();
    const slo = sample.slo.map((row, i) => ({ ...row, met: i === 0 }));
    expect(documentStatus({ ...sample, slo })).toBe('slo missed');
    expect(verdictSentence({ ...sample, slo })).toContain('1 of 2 objectives missed.');
  });

  test('speaks of one or two designs as people do', () => {
    const sample = sampleDocument();
    const first = (n: number) =>
      verdictSentence({ ...sample, designs: sample.designs.slice(0, n) });
    expect(first(1)).toMatch(/^single kept every promise over 40 seeds of showcase\. /);
    expect(first(2)).toMatch(/^Both designs kept every promise/);
    expect(listed([])).toBe('');
  });
});

describe('numbers', () => {
  test('a share below one never reads as 100 %', () => {
    expect(formatValue('ratio', 0.999_999_9)).toBe('99.9999\u00a0%');
    expect(formatValue('ratio', 0.99996)).toBe('99.9960\u00a0%');
    expect(formatValue('ratio', 0.9512)).toBe('95.1\u00a0%');
    expect(formatValue('ratio', 1)).toBe('100.0\u00a0%');
  });

  test('spans get the unit that suits, and an interval the unit of its mean', () => {
    expect(formatValue('us', 41_000)).toBe('41.0\u00a0ms');
    expect(formatValue('us', 119_000_000)).toBe('119\u00a0s');
    expect(formatValue('s', 0.041)).toBe('41.0\u00a0ms');
    expect(formatValue('1/s', 19.1)).toBe('19.1\u00a0/s');
    expect(formatValue('count', 3)).toBe('3');
    expect(
      formatMetric({ unit: 'us', mean: 950_000, low: 900_000, high: 1_100_000, n: 3 }),
    ).toEqual({
      mean: '0.95\u00a0s',
      interval: '[0.90, 1.10]',
    });
    expect(formatValue('jobs', 40_118)).toBe('40\u202f118\u00a0jobs');
  });

  test('differences carry a sign when asked; nothing is minus zero', () => {
    const it = { difference: -0.000_001, low: -0.02, high: 0.02 };
    expect(formatDifference('ratio', it, true)).toEqual({
      difference: '0.0\u00a0points',
      interval: '[−2.0, +2.0]',
    });
  });
});

describe('replay commands', () => {
  test('name the scenario and its overrides, and quote what a shell would change', () => {
    const sample = sampleDocument();
    const command = "seaworthy compare 'my storms/a.yaml' --seeds 3 --set a.b=1 --set 'c=d e'";
    const document = { ...sample, command };
    expect(replayCommand(document, 'lease~x', '7')).toBe(
      "seaworthy replay 'my storms/a.yaml' --design lease~x --seed 7 --set a.b=1 --set 'c=d e'",
    );
    expect(shellWord("a'b; rm")).toBe("'a'\\''b; rm'");
    expect(shellWord('~root')).toBe("'~root'");
    expect(shellWord('')).toBe("''");
  });
});

describe('a sweep that was stopped', () => {
  test('says so in the verdict', () => {
    const document = {
      ...sampleDocument(),
      stopped: { by: 'interrupt' as const, done: 129, asked: 500 },
    };
    expect(verdictSentence(document)).toContain('It was interrupted after 129 of 500 seeds.');
    expect(verdictSentence(sampleDocument())).not.toContain('interrupted');
  });
});

describe('a comparison', () => {
  const sample = sampleDocument();
  const base: Comparison = { ...(sample.comparisons[0] as Comparison), a: 'raft', b: 'lease' };
  const said = (changes: Partial<Comparison>): string =>
    comparisonSentence(sample, { ...base, ...changes }).replaceAll('\u00a0', ' ');

  test('of times says sooner or later, of shares points', () => {
    const sooner = { metric: 'failover', difference: -6.1, low: -6.5, high: -5.7 };
    expect(said({ ...sooner, verdict: 'lower' })).toBe(
      'raft recovers 6.10 s ± 0.40 s sooner than lease under showcase',
    );
    expect(said({ ...sooner, difference: 6.1, low: 5.7, high: 6.5, verdict: 'higher' })).toBe(
      'raft recovers 6.10 s ± 0.40 s later than lease under showcase',
    );
    expect(said({ difference: -0.082, low: -0.09, high: -0.074, verdict: 'lower' })).toBe(
      'API success: raft is 8.2 points ± 0.8 points lower than lease under showcase, worse',
    );
  });

  test('that shows nothing says what would have shown', () => {
    const none = { difference: 0.001, low: -0.003, high: 0.005 };
    const verdict = 'no detectable difference';
    expect(said({ ...none, verdict, smallestDetectable: 0.0057 })).toBe(
      'API success: no detectable difference between raft and lease under showcase ' +
        '(+0.10 points ± 0.40 points; 0.57 points would show)',
    );
    const same = { difference: 0, low: 0, high: 0, smallestDetectable: null };
    expect(said({ ...same, verdict })).toBe(
      'API success: raft and lease had the same in all 40 seeds under showcase',
    );
  });

  test('says what is too small to matter, whether detected or not', () => {
    const small = { metric: 'goodput', difference: 0.1, low: 0.05, high: 0.15, margin: 0.95 };
    expect(said({ ...small, verdict: 'equivalent' })).toBe(
      'Goodput: raft and lease are equivalent under showcase, ' +
        'closer than 0.95 /s (+0.10 /s ± 0.05 /s)',
    );
    expect(said({ ...small, verdict: 'higher' })).toBe(
      'Goodput: raft is 0.10 /s ± 0.05 /s higher than lease under showcase, better, ' +
        'less than the margin of 0.95 /s',
    );
  });
});

describe('the best', () => {
  const of = (...verdicts: readonly BestRow['verdict'][]): string => {
    const interval = { difference: -2, low: -3.5, high: 0, n: 40 };
    const best = verdicts.map((verdict, i): BestRow => {
      return { metric: 'failover', design: 'abc'.charAt(i), ...interval, verdict };
    });
    return bestSentence({ ...sampleDocument(), best }, 'failover');
  };

  test('is named when it is sure, and else all that may be', () => {
    expect(of('not best', 'best', 'not best').replaceAll('\u00a0', ' ')).toBe(
      "Failover: b is the best of 3 designs (−2.00 s from the next; by Hsu's method [−3.50, 0.00])",
    );
    expect(of('possibly best', 'not best', 'possibly best')).toBe(
      'Failover: a or c may be the best of 3 designs',
    );
    expect(of('possibly best', 'possibly best', 'possibly best')).toBe(
      'Failover: any of 3 designs may be the best',
    );
    expect(of('best', 'not best')).toBe('');
  });
});

describe('what designs ran on', () => {
  const beside = { workers: 10, clients: 4 };
  const [design] = sampleDocument().designs as readonly [DesignReport];
  const on = (name: string, schedulers: number, stores: number): DesignReport => ({
    ...{ ...design, name, machines: { schedulers, stores, ...beside } },
  });
  const of = (...designs: readonly DesignReport[]): string =>
    machinesSentence({ ...sampleDocument(), designs });

  test('is one sentence where all are alike, and names those that are not', () => {
    expect(of(on('a', 3, 1), on('b', 3, 1))).toBe(
      'Every design ran on 3 schedulers and 1 store, with 10 workers and 4 clients.',
    );
    expect(of(on('a', 1, 0), on('b', 3, 1), on('c', 3, 1))).toBe(
      'With 10 workers and 4 clients each, designs ran on 1 scheduler (a) and ' +
        '3 schedulers and 1 store (b and c).',
    );
  });

  test('is not said of documents that do not say', () => {
    expect(of(on('a', 3, 1), design)).toBe('');
  });
});

test('what is rare is said with its time, and what was not seen is not called never', () => {
  const rate = { events: 3, hours: 4, low: 0.1547, high: 2.1918, method: 'garwood' } as const;
  const plainly = (text: string): string => text.replaceAll('\u00a0', ' ');
  expect(plainly(rateWords(rate))).toBe('3 in 4.00 h: 0.15 to 2.2 per hour');
  const none = { ...rate, events: 0, low: 0, high: 0.7489, method: 'none seen' } as const;
  expect(plainly(rateWords(none))).toBe('none in 4.00 h: at most 0.75 per hour');
});

test('what had not ended is counted, and a quantile beyond it is not made up', () => {
  const restricted = { until: 60, value: 20, low: 15, high: 25 };
  const quantiles = [
    { q: 0.5, value: 13.1, low: 12, high: 14 },
    { q: 0.9, value: null, low: 30, high: null },
  ];
  expect(durationWords({ n: 41, unfinished: 2, quantiles, restricted })).toBe(
    'median 13.1\u00a0s, p90 more than was seen; 2 of 41 had not ended',
  );
});

test('a year is spoken of with nines, and never of none failed', () => {
  const row = { mean: 0.999, low: 0.998, high: 0.9995, seeds: 3, unsteady: 0 };
  const year = { downMinutesPerYear: 526, downLow: 263, downHigh: 1_052, nines: 3 };
  const method = 'replication-deletion';
  expect(steadyWords({ ...row, ...year, method }).replaceAll('\u00a0', ' ')).toBe(
    '99.900 % [99.800, 99.950], 3.0 nines, down 8.77 h a year, at most 17.5 h',
  );
  expect(steadyWords({ ...row, ...year, mean: 1, nines: null, method })).toBe(
    'nothing failed in 3 steady seeds',
  );
});
