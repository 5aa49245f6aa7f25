/** Parts of a sample document that only some reports have: sweeps, datasheets, worst windows. */
import type {
  Datasheet,
  DesignReport,
  MetricRow,
  PhaseCell,
  PhaseDiagram,
  WindowRow,
} from '../../src/report/document.ts';

/** One outage that a long window dilutes: the ratio of the worst window of each length. */
export const sampleWindows = (outageUs: number): WindowRow[] =>
  [1, 5, 15, 60, 300, 900, 3600].map((seconds) => {
    const windowUs = seconds * 1_000_000;
    const mean = Math.max(0, 1 - outageUs / windowUs);
    return {
      windowUs,
      worst: Math.max(0, mean - 0.06),
      mean,
      low: Math.max(0, mean - 0.02),
      high: Math.min(1, mean + 0.02),
    };
  });

const TERMS = ['2s', '5s', '10s', '20s', '40s', '80s'];
const RATES = ['0', '100', '500', '2000', '10000'];

function phaseCell(x: number, y: number): PhaseCell {
  if (x === 5 && y === 4) return { x, y, verdict: 'unknown', share: 0.5 };
  if (y >= 3 && x + y > 5) return { x, y, verdict: 'unsafe', share: 0.4, claim: 'superseded-acts' };
  if (x === 0) return { x, y, verdict: 'unavailable', share: 0.9, claim: 'dispatchWithin' };
  return { x, y, verdict: 'safe', share: 1 };
}

/** Safe in the middle, unavailable where terms are short, unsafe where clocks are too wrong. */
export const samplePhases = (design: string): PhaseDiagram[] => [
  {
    design,
    x: { key: 'lease.termMs', values: TERMS },
    y: { key: 'clock.ratePpm', values: RATES },
    cells: RATES.flatMap((_, y) => TERMS.map((_, x) => phaseCell(x, y))),
  },
];

export const sampleDatasheets = (design: string): Datasheet[] => [
  {
    design,
    rows: [
      {
        claim: 'superseded-acts',
        assumption: 'clock rate error',
        unit: 'ppm',
        assumed: 200,
        measured: 1840,
        low: 1800,
        high: 1880,
        note: '40 seeds each',
      },
      {
        claim: 'no-loss',
        assumption: 'lost tail of the store',
        unit: 'us',
        assumed: 0,
        measured: 120_000,
        low: 100_000,
        high: 140_000,
        note: '',
      },
      {
        claim: 'tick-once',
        assumption: 'pause of the leader',
        unit: 'us',
        assumed: null,
        measured: null,
        low: 90_000_000,
        high: null,
        note: 'longest that was tried',
      },
    ],
  },
];

/** What a job costs: more members, more messages. */
export const sampleCosts = (members: number): Record<string, MetricRow> => {
  const row = (mean: number): MetricRow => ({
    unit: 'count',
    mean,
    low: mean * 0.97,
    high: mean * 1.03,
    n: 40,
  });
  return {
    messagesPerJob: row(11 + 2.4 * members),
    storeTransactionsPerJob: row(members > 1 ? 4.2 : 0.4),
    syncsPerJob: row(3.1),
  };
};

/** Quantiles of latency over time, beside the series `of` a design has. */
export function sampleLatency(of: DesignReport['series']): DesignReport['series'] {
  const backlog = of['backlog'];
  if (backlog === undefined) return {};
  const scaled = (factor: number) => ({
    unit: 's',
    bucketUs: backlog.bucketUs,
    values: backlog.values.map((value) => (value === null ? null : (value * factor) / 1000)),
  });
  return { latencyP50: scaled(3), latencyP90: scaled(9), latencyP99: scaled(40) };
}
