/**
 * What a report says of a metric: its name in words, the group it is listed in, and which way is
 * better. A metric that is not known here is shown all the same, under a name made from its own.
 */
import type { DesignReport, ReportDocument } from './document.ts';

export type MetricGroup = 'availability' | 'failover' | 'throughput' | 'latency' | 'cost' | 'other';

export interface MetricInfo {
  readonly label: string;
  readonly group: MetricGroup;
  readonly better: 'higher' | 'lower' | 'neither';
  /** What one unit of it means, for the foot of a table; empty when the label says it all. */
  readonly meaning: string;
}

const info = (
  label: string,
  group: MetricGroup,
  better: MetricInfo['better'],
  meaning = '',
): MetricInfo => ({ label, group, better, meaning });

const percentiles = (name: string, label: string): Record<string, MetricInfo> =>
  Object.fromEntries(
    [50, 90, 99].map((p) => [`${name}P${p}`, info(`${label} p${p}`, 'latency', 'lower')]),
  );

const KNOWN: Readonly<Record<string, MetricInfo>> = {
  apiSuccess: info(
    'API success',
    'availability',
    'higher',
    'share of requests answered ok; a timeout counts as a failure',
  ),
  userUptime: info(
    'User uptime',
    'availability',
    'higher',
    'share of the time of active clients in which their last request had been answered ok',
  ),
  dispatchWithin: info(
    'Dispatch in time',
    'availability',
    'higher',
    'share of ready jobs that began within the tolerance',
  ),
  tickWithin: info(
    'Ticks in time',
    'availability',
    'higher',
    'share of due ticks that ran exactly once within the tolerance',
  ),
  ticksMissed: info('Ticks missed', 'availability', 'lower', 'due, but never run nor skipped'),
  ticksDoubled: info('Ticks doubled', 'availability', 'lower', 'run more than once'),
  noLeader: info('Without a leader', 'availability', 'lower', 'share of the storm'),
  twoLeaders: info('With two leaders', 'availability', 'lower', 'share of the storm'),
  failover: info(
    'Failover',
    'failover',
    'lower',
    'from the true moment of the fault to the first dispatch under a newer epoch',
  ),
  failoverDetection: info('— detection', 'failover', 'lower'),
  failoverTakeover: info('— takeover', 'failover', 'lower'),
  failoverFirstDispatch: info('— first dispatch', 'failover', 'lower'),
  failoverMax: info('Longest failover', 'failover', 'lower', 'mean over seeds of the longest'),
  failovers: info('Failovers', 'failover', 'neither', 'per seed'),
  failoversUnfinished: info('Unfinished failovers', 'failover', 'lower', 'per seed'),
  failoversFalse: info('False failovers', 'failover', 'lower', 'a leader deposed without a fault'),
  firstJob: info('First job after the heal', 'failover', 'lower'),
  backlogDrain: info(
    'Backlog drained',
    'failover',
    'lower',
    'from the heal until no more jobs waited than before the storm',
  ),
  backlogUndrained: info(
    'Backlog never drained',
    'failover',
    'lower',
    'share of seeds in which more jobs waited to the end',
  ),
  areaLost: info(
    'Area lost',
    'failover',
    'lower',
    'jobs that were owed and not done, beyond what is normal, times how long',
  ),
  goodput: info('Goodput', 'throughput', 'higher', 'work whose effect counted, each once'),
  completions: info('Completions', 'throughput', 'neither', 'bodies that ended in success'),
  duplicateRatio: info('Duplicates', 'throughput', 'lower', 'share of successes that were repeats'),
  wastedWork: info(
    'Wasted work',
    'throughput',
    'lower',
    'share of run time that counted for nothing',
  ),
  slowdown: info(
    'Slowdown',
    'throughput',
    'lower',
    'time from ready to done by the time of the body, bodies below 10 s taken for 10 s',
  ),
  slowdownP99: info('Slowdown p99', 'throughput', 'lower'),
  fairness: info(
    'Fairness',
    'throughput',
    'higher',
    "Jain's index of the shares of clients' jobs that were done in the storm",
  ),
  messagesPerJob: info(
    'Messages per job',
    'cost',
    'lower',
    'sent by schedulers, stores and workers, per job or tick done',
  ),
  syncsPerJob: info('Disk syncs per job', 'cost', 'lower', 'per job or tick done'),
  storeTransactionsPerJob: info(
    'Store transactions per job',
    'cost',
    'lower',
    'asked of the store, per job or tick done',
  ),
  commitConflicts: info(
    'Commits in conflict',
    'cost',
    'lower',
    'share of commits on a shared state in which something did not stand any more',
  ),
  decisionsWasted: info(
    'Decisions wasted',
    'cost',
    'lower',
    'placements thrown away for each that was kept',
  ),
  ...percentiles('dispatchLatency', 'Dispatch latency'),
  ...percentiles('jobLatency', 'Job latency'),
  ...percentiles('tickLag', 'Tick lag'),
  ...percentiles('apiLatency', 'API latency'),
};

/** Groups in the order of a report, with their headings. */
export const METRIC_GROUPS: readonly { readonly group: MetricGroup; readonly heading: string }[] = [
  { group: 'availability', heading: 'Availability' },
  { group: 'failover', heading: 'Failover' },
  { group: 'throughput', heading: 'Throughput' },
  { group: 'latency', heading: 'Latency' },
  { group: 'cost', heading: 'Cost' },
  { group: 'other', heading: 'Other numbers' },
];

/** The three spans a failover is made of, in the order in which they happen. */
export const FAILOVER_PARTS = [
  { metric: 'failoverDetection', label: 'detection' },
  { metric: 'failoverTakeover', label: 'takeover' },
  { metric: 'failoverFirstDispatch', label: 'first dispatch' },
] as const;

/** The numbers a reader wants first, in order. */
export const HEADLINE_METRICS = [
  'apiSuccess',
  'dispatchWithin',
  'tickWithin',
  'failover',
  'goodput',
] as const;

/** Never fails: an unknown metric gets a label made from its name. */
export function metricInfo(metric: string): MetricInfo {
  if (Object.hasOwn(KNOWN, metric)) return KNOWN[metric] as MetricInfo;
  return { label: wordsOf(metric), group: guessGroup(metric), better: 'neither', meaning: '' };
}

const SERIES_METRICS: Readonly<Record<string, string>> = {
  api: 'apiSuccess',
  dispatch: 'dispatchWithin',
  ticks: 'tickWithin',
};

/** The name of a series: that of the metric whose course it is, where there is one. */
export const seriesLabel = (name: string): string =>
  metricInfo(Object.hasOwn(SERIES_METRICS, name) ? (SERIES_METRICS[name] as string) : name).label;

/** `dispatchLatencyP99` → "Dispatch latency p99". */
export function wordsOf(name: string): string {
  const words = name.replace(/([a-z0-9])([A-Z])/g, '$1 $2').toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function guessGroup(metric: string): MetricGroup {
  if (/failover/i.test(metric)) return 'failover';
  if (/latency|(^|[a-z])P\d/.test(metric) || /latency/i.test(metric)) return 'latency';
  if (/goodput|throughput|complet|waste|drain|saturation|backlog/i.test(metric)) {
    return 'throughput';
  }
  return /success|within|uptime|avail|leader|missed|doubled/i.test(metric)
    ? 'availability'
    : 'other';
}

/** Every metric of any design: the known ones in their order, then the others by name. */
export function metricsOf(designs: readonly DesignReport[]): string[] {
  const present = new Set(designs.flatMap((design) => Object.keys(design.metrics)));
  const known = Object.keys(KNOWN).filter((metric) => present.has(metric));
  const others = [...present].filter((metric) => !Object.hasOwn(KNOWN, metric)).sort();
  return [...known, ...others];
}

/** The unit of a metric, from the first design that has it. */
export function unitOf(document: ReportDocument, metric: string): string {
  for (const design of document.designs) {
    const row = design.metrics[metric];
    if (row !== undefined) return row.unit;
  }
  return '';
}
