/**
 * A report document as a real comparison makes it: three designs, forty seeds, one storm.
 * Everything is computed from fixed formulas, so that every test sees the same document.
 */
import type { VerdictKind } from '../../src/checkers/checker.ts';
import type {
  BestRow,
  ClaimRow,
  Comparison,
  DesignReport,
  FaultCoverage,
  MetricRow,
  ReportDocument,
  Series,
} from '../../src/report/document.ts';
import {
  sampleCosts,
  sampleDatasheets,
  sampleLatency,
  samplePhases,
  sampleWindows,
} from './sample-choices.ts';
import { sampleStory } from './sample-story.ts';

const SEEDS = 40;
const BUCKET_US = 5_000_000;
const BUCKETS = 60;
const END_US = BUCKET_US * BUCKETS;

export const SAMPLE_CLAIMS = [
  'no-loss',
  'no-invention',
  'token-order',
  'single-effect',
  'tick-once',
  'never-early',
  'overlap',
  'retry-policy',
  'cancel',
  'terminal-absorbs',
  'superseded-acts',
  'completes',
  'recovers',
  'on-time',
] as const;

/** What makes one sample design differ from another. */
interface Character {
  readonly name: string;
  readonly unfenced: boolean;
  readonly api: number;
  readonly dispatch: number;
  readonly failoverUs: number;
  readonly goodput: number;
  readonly members: readonly string[];
}

const SINGLE: Character = {
  name: 'single',
  unfenced: false,
  api: 0.871,
  dispatch: 0.842,
  failoverUs: 21_400_000,
  goodput: 17.2,
  members: ['scheduler-1'],
};
const LEASE: Character = {
  name: 'lease',
  unfenced: false,
  api: 0.953,
  dispatch: 0.931,
  failoverUs: 13_100_000,
  goodput: 19.1,
  members: ['scheduler-1', 'scheduler-2', 'scheduler-3'],
};
const UNFENCED: Character = { ...LEASE, name: 'lease+fencing=off', unfenced: true, api: 0.954 };

const UNPROMISED = ['token-order', 'single-effect', 'tick-once', 'overlap', 'superseded-acts'];
const UNPROMISED_BREAKS: Readonly<Record<string, number>> = {
  'token-order': 9,
  'single-effect': 7,
  'tick-once': 6,
  'superseded-acts': 11,
};

const row = (unit: string, mean: number, spread: number): MetricRow => ({
  unit,
  mean,
  low: mean - spread,
  high: mean + spread,
  n: SEEDS,
});

function metrics(of: Character): Record<string, MetricRow> {
  const f = of.failoverUs / 1_000_000;
  return {
    apiSuccess: row('ratio', of.api, 0.006),
    userUptime: row('ratio', of.api - 0.01, 0.007),
    dispatchWithin: row('ratio', of.dispatch, 0.009),
    tickWithin: row('ratio', of.dispatch - 0.03, 0.012),
    ticksMissed: row('count', 0, 0),
    failover: row('s', f, f * 0.08),
    failoverDetection: row('s', f * 0.62, f * 0.05),
    failoverTakeover: row('s', f * 0.24, f * 0.03),
    failoverFirstDispatch: row('s', f * 0.14, f * 0.02),
    goodput: row('1/s', of.goodput, 0.31),
    wastedWork: row('ratio', 0.021, 0.004),
    dispatchLatencyP50: row('s', 0.041, 0.0019),
    dispatchLatencyP99: row('s', f * 1.1, f * 0.1),
    ...sampleCosts(of.members.length),
  };
}

/** A curve with a dip after 60 s and after 180 s, deeper and longer for slower failover. */
function curve(unit: string, of: Character, level: number, floor: number): Series {
  const values = Array.from({ length: BUCKETS }, (_, i): number | null => {
    const t = i * BUCKET_US;
    const dip = [60_000_000, 180_000_000].some((at) => t >= at && t < at + of.failoverUs);
    if (i === 0 && unit === 'ratio') return null;
    return dip ? floor : level - (0.01 * level * (i % 7)) / 7;
  });
  return { unit, bucketUs: BUCKET_US, values };
}

const series = (of: Character): Record<string, Series> => ({
  api: curve('ratio', of, 0.999, 0.31),
  dispatch: curve('ratio', of, 0.996, 0.08),
  goodput: curve('1/s', of, of.goodput * 1.1, 2.4),
  backlog: curve('count', of, 12, 160),
});

/** Quantiles of a skewed distribution: `median` in the middle and a long tail. */
const skewed = (median: number, count: number): number[] =>
  Array.from({ length: count }, (_, i) => {
    const q = (i + 0.5) / count;
    return Math.round(median * (q / (1 - q)) ** 0.6 * 1_000_000) / 1_000_000;
  });

const verdictOf = (broken: number, index: number): VerdictKind =>
  index % 4 === 1 && Math.floor(index / 4) < broken ? 'broken' : 'held';

const brokenIn = (of: Character, claim: string): number =>
  of.unfenced ? Math.min(9, UNPROMISED_BREAKS[claim] ?? 0) : 0;

function claimRow(of: Character, claim: string): ClaimRow {
  const promised = !(of.unfenced && UNPROMISED.includes(claim));
  const broken = brokenIn(of, claim);
  const vacuous = claim === 'cancel' ? 3 : 0;
  const excused = claim === 'on-time' ? 2 : 0;
  return {
    promised,
    reason: promised ? '' : 'without fencing a superseded leader may still act',
    held: SEEDS - broken - vacuous - excused,
    broken,
    excused,
    unknown: 0,
    vacuous,
    ...(broken > 0
      ? {
          example: {
            seed: '2',
            atUs: 83_412_907,
            summary: `effect of job c1-0042 accepted with token (3, 1) after (4, 1)`,
          },
        }
      : {}),
  };
}

function seedRows(of: Character): DesignReport['seeds'] {
  return Array.from({ length: SEEDS }, (_, i) => ({
    seed: String(i + 1),
    fingerprint: (0x9e3779b97f4a + i * 7919).toString(16).padStart(16, '0'),
    verdicts: Object.fromEntries(
      SAMPLE_CLAIMS.map((claim) => [claim, verdictOf(brokenIn(of, claim), i)]),
    ),
  }));
}

function example(of: Character): DesignReport['examples'][number] {
  const band = (id: string, kind: string, fromS: number, untilS: number, whom: string[]) => ({
    id,
    kind,
    fromUs: fromS * 1_000_000,
    untilUs: untilS * 1_000_000,
    whom,
  });
  const leads = (index: number, epoch: number, fromS: number, untilS: number) => ({
    machine: of.members[index % of.members.length] as string,
    epoch,
    fromUs: fromS * 1_000_000,
    untilUs: untilS * 1_000_000,
  });
  return {
    seed: of.unfenced ? '2' : '1',
    endUs: END_US,
    series: {
      api: series(of)['api'] as Series,
      dispatch: series(of)['dispatch'] as Series,
      ...sampleLatency(series(of)),
    },
    faults: [
      band('f1', 'crash', 60, 78, ['scheduler-1']),
      band('f2', 'partition', 110, 131, ['worker-2', 'store-1']),
      band('f3', 'loss', 118, 160, ['scheduler-2']),
      band('f4', 'pause', 180, 204, ['scheduler-2']),
      band('f5', 'clock-step', 215, 216, ['scheduler-3']),
      band('f6', 'crash', 221, 229, ['worker-1']),
    ],
    leaders: [leads(0, 1, 2, 60), leads(1, 2, 74, of.unfenced ? 208 : 190), leads(2, 3, 193, 300)],
  };
}

const coverage = (kind: string, drawn: number, armed: number, bitten: number): FaultCoverage => ({
  kind,
  drawn,
  notApplicable: 0,
  armed,
  bitten,
  bites:
    bitten === 0
      ? []
      : [
          { role: 'leader', phase: 'chaos', count: Math.floor(bitten / 2) },
          { role: 'scheduler', phase: 'chaos', count: bitten - 9 },
          { role: 'worker', phase: 'chaos', count: 9 },
          { role: 'worker', phase: 'quiescence', count: 1 },
        ],
});

function design(of: Character): DesignReport {
  return {
    name: of.name,
    seeds: seedRows(of),
    claims: Object.fromEntries(SAMPLE_CLAIMS.map((claim) => [claim, claimRow(of, claim)])),
    accounts: {
      jobs: { accepted: 40_118, completed: 39_402, cancelled: 511, dead: 205, open: 0 },
      ticks: { due: 2_400, run: 2_291, skipped: 109, missed: 0, doubled: of.unfenced ? 6 : 0 },
    },
    metrics: metrics(of),
    durations: {
      failover: {
        ...{ n: 81, unfinished: 2, quantiles: [{ q: 0.5, value: 13, low: 12, high: 14 }] },
        restricted: { until: 60, value: 15, low: 13, high: 18 },
      },
    },
    rates: {
      failoversFalse: { events: 3, hours: 4, low: 0.1547, high: 2.1918, method: 'garwood' },
      ticksMissed: { events: 0, hours: 4, low: 0, high: 0.7489, method: 'none seen' },
    },
    series: series(of),
    windows: sampleWindows(of.failoverUs),
    samples: {
      dispatchLatency: {
        ...{ unit: 's', values: skewed(0.041, 400), n: 40_118 },
        percentiles: [
          { q: 0.5, value: 0.041, low: 0.0391, high: 0.0429 },
          { q: 0.99, value: 0.645, low: 0.512, high: 0.834 },
        ],
      },
      failover: { unit: 's', values: skewed(of.failoverUs / 1_000_000, 79), n: 79 },
    },
    faults: [
      coverage('crash', 81, 80, 78),
      coverage('partition', 44, 44, 44),
      coverage('pause', 39, 39, 37),
      coverage('loss', 61, 61, 61),
      coverage('clock-step', 20, 20, 0),
      { ...coverage('lock-stall', 12, 0, 0), notApplicable: of.members.length > 1 ? 0 : 12 },
    ],
    examples: [example(of)],
    assumes: [
      { what: 'clock rate error', bound: 'at most 200 ppm' },
      { what: 'store', bound: 'keeps what it acknowledged' },
    ],
    verdict: 'held',
    inconclusive: [],
  };
}

const compared = (a: string, b: string, metric: string, d: number, s: number): Comparison => ({
  metric,
  a,
  b,
  difference: d,
  low: d - s,
  high: d + s,
  n: SEEDS,
  correlation: 0.61,
  varianceReduction: 2.4,
  margin: Math.abs(d) / 2 + s / 2,
  smallestDetectable: s * 1.4,
  verdict: d - s > 0 ? 'higher' : d + s < 0 ? 'lower' : 'no detectable difference',
});

const against = (
  metric: string,
  design: string,
  [low, difference, high]: readonly [number, number, number],
  verdict: BestRow['verdict'],
): BestRow => ({ metric, design, difference, low, high, n: SEEDS, verdict });

const SCENARIO_TEXT = `apiVersion: seaworthy/v1
name: showcase
why: A day in five minutes, with everything that breaks on a bad one.
designs: [single, lease, lease+fencing=off]
seeds: 40
cluster:
  members: 3
  workers: 4
faults:
  profile: everything
`;

/** Three designs that all kept their promises; the unfenced one broke four it does not make. */
export function sampleDocument(): ReportDocument {
  return {
    apiVersion: 'seaworthy/report/v1',
    scenario: {
      name: 'showcase',
      hash: '4be1d7c2a90f35e86b1c2d3e4f5061728394a5b6c7d8e9f00112233445566778',
      text: SCENARIO_TEXT,
      why: 'A day in five minutes, with everything that breaks on a bad one.',
    },
    designs: [design(SINGLE), design(LEASE), design(UNFENCED)],
    comparisons: [
      compared('lease', 'single', 'apiSuccess', 0.082, 0.007),
      compared('lease', 'single', 'dispatchWithin', 0.089, 0.011),
      compared('lease', 'single', 'failover', -8.3, 1.2),
      compared('lease', 'single', 'goodput', 1.9, 0.42),
      compared('lease+fencing=off', 'lease', 'apiSuccess', 0.001, 0.004),
      compared('lease+fencing=off', 'lease', 'goodput', 0.02, 0.11),
    ],
    best: [
      against('apiSuccess', 'single', [-0.091, -0.083, 0], 'not best'),
      against('apiSuccess', 'lease', [-0.005, -0.001, 0.003], 'possibly best'),
      against('apiSuccess', 'lease+fencing=off', [-0.003, 0.001, 0.005], 'possibly best'),
      against('goodput', 'single', [-2.4, -1.92, 0], 'not best'),
      against('goodput', 'lease', [-0.12, -0.02, 0.09], 'possibly best'),
      against('goodput', 'lease+fencing=off', [-0.09, 0.02, 0.12], 'possibly best'),
    ],
    phases: samplePhases('lease'),
    datasheets: sampleDatasheets('lease'),
    slo: [
      { design: 'single', metric: 'apiSuccess', wanted: '>= 0.8', got: 0.871, met: true },
      {
        design: 'lease',
        metric: 'apiSuccess',
        wanted: '>= 0.8',
        got: 0.953,
        met: true,
        budgetUsed: 0.235,
        worstBurn: [{ windowUs: 60_000_000, rate: 2.1 }],
      },
    ],
    inputs: [{ file: 'team.crontab', line: 7, problem: 'not a cron line: "@sometimes backup"' }],
    command: 'npm run -s seaworthy -- compare scenarios/storms/showcase.yaml',
  };
}

/** The same, with one promise of `lease` broken in four seeds. */
export function brokenDocument(): ReportDocument {
  const sample = sampleDocument();
  const designs = sample.designs.map((it): DesignReport => {
    if (it.name !== 'lease') return it;
    const broken: ClaimRow = {
      ...(it.claims['tick-once'] as ClaimRow),
      held: SEEDS - 4,
      broken: 4,
      example: {
        seed: '17',
        atUs: 61_250_000,
        summary: 'tick nightly@02:00 began twice: on worker-1 and on worker-3',
      },
    };
    return {
      ...it,
      verdict: 'broken',
      claims: { ...it.claims, 'tick-once': broken },
      seeds: it.seeds.map((seed, i) => ({
        ...seed,
        verdicts: { ...seed.verdicts, 'tick-once': i >= 16 && i < 20 ? 'broken' : 'held' },
      })),
    };
  });
  return { ...sample, designs, stories: [sampleStory()], storiesLeftOut: 2 };
}

/** Nothing ran: every list empty, every map empty. */
export function emptyDocument(): ReportDocument {
  const { phases: _, datasheets: __, ...sample } = sampleDocument();
  return { ...sample, designs: [], comparisons: [], best: [], slo: [], inputs: [], command: '' };
}

/** One design that has seeds but no numbers, series of nulls, and empty samples. */
export function bareDocument(): ReportDocument {
  const sample = emptyDocument();
  const nulls: Series = { unit: 'ratio', bucketUs: BUCKET_US, values: [null, null] };
  const it = sampleDocument().designs[0] as DesignReport;
  const bare: DesignReport = {
    ...it,
    windows: [],
    seeds: [],
    claims: {},
    metrics: {},
    series: { api: nulls },
    samples: { failover: { unit: 'us', values: [], n: 0 } },
    faults: [],
    examples: [{ seed: '1', endUs: 0, series: { api: nulls }, faults: [], leaders: [] }],
    assumes: [],
    verdict: 'inconclusive',
    inconclusive: ['no seed was run'],
  };
  return { ...sample, designs: [bare], command: sampleDocument().command };
}
