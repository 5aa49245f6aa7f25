/**
 * The sentences of a report: its verdict, what broke, and how two designs compare. The terminal,
 * the page and the Markdown say the same words.
 */
import { HOUR, MINUTE } from '../lib/units.ts';
import type { EventRate } from '../metrics/rates.ts';
import { claimsOf, seedsJudged } from './claim-info.ts';
import type {
  BestRow,
  ClaimRow,
  Comparison,
  DesignReport,
  DurationRow,
  ReportDocument,
  SteadyRow,
} from './document.ts';
import { metricInfo, unitOf } from './metric-info.ts';
import {
  type Difference,
  formatDifference,
  formatMetric,
  formatPlusMinus,
  formatSize,
  formatValue,
  microseconds,
} from './numbers.ts';

export type DocumentStatus = 'held' | 'broken' | 'slo missed' | 'inconclusive' | 'empty';

/** The status of the whole document; a broken promise outweighs everything else. */
export function documentStatus(document: ReportDocument): DocumentStatus {
  const verdicts = document.designs.map((design) => design.verdict);
  if (verdicts.includes('broken')) return 'broken';
  if (document.slo.some((row) => !row.met)) return 'slo missed';
  if (document.designs.every((design) => design.seeds.length === 0)) return 'empty';
  return verdicts.includes('inconclusive') ? 'inconclusive' : 'held';
}

/** One claim that broke in at least one seed of a design. */
export interface BrokenClaim {
  readonly design: DesignReport;
  readonly claim: string;
  readonly row: ClaimRow;
}

/** Every broken claim: promised ones first, then in the order of designs and claims. */
export function brokenClaims(document: ReportDocument): BrokenClaim[] {
  const all = document.designs.flatMap((design) =>
    claimsOf([design])
      .map((claim) => ({ design, claim, row: design.claims[claim] as ClaimRow }))
      .filter(({ row }) => row.broken > 0),
  );
  return [...all.filter((it) => it.row.promised), ...all.filter((it) => !it.row.promised)];
}

/** "1 seed", "40 seeds". */
export const counted = (count: number, noun: string): string =>
  `${count} ${noun}${count === 1 ? '' : 's'}`;

/** "a", "a and b", "a, b and c". */
export function listed(items: readonly string[], last = 'and'): string {
  if (items.length < 2) return items[0] ?? '';
  return `${items.slice(0, -1).join(', ')} ${last} ${items[items.length - 1]}`;
}

/** Seeds of a design in which a claim that it promises broke, in the order of the document. */
export function failingSeeds(design: DesignReport): { seed: string; claims: string[] }[] {
  const promised = claimsOf([design]).filter((claim) => design.claims[claim]?.promised);
  return design.seeds
    .map(({ seed, verdicts }) => ({
      seed,
      claims: promised.filter((claim) => verdicts[claim] === 'broken'),
    }))
    .filter((it) => it.claims.length > 0);
}

/** The verdict in one to three sentences: what a reader knows after five seconds. */
export const verdictSentence = (document: ReportDocument): string =>
  verdictSentences(document).join(' ');

/** The same, the headline first and what qualifies it after. */
export function verdictSentences(document: ReportDocument): readonly [string, ...string[]] {
  const { designs } = document;
  const seeds = Math.max(0, ...designs.map((design) => design.seeds.length));
  if (documentStatus(document) === 'empty') return ['Nothing was run, so nothing can be said.'];
  const broken = designs.filter((design) => design.verdict === 'broken');
  const over = `${counted(seeds, 'seed')} of ${document.scenario.name}`;
  const first =
    broken.length > 0 ? brokeSentence(broken, designs.length, over) : keptSentence(document, over);
  const tail = [
    stoppedSentence(document),
    unpromisedSentence(document),
    excusedSentence(document),
    sloSentence(document),
  ].filter((it) => it !== '');
  return [first, ...tail];
}

/** What changed since an earlier report, a line each; what is within noise is only counted. */
export function sinceSentences(document: ReportDocument): string[] {
  const { since } = document;
  if (since === undefined) return [];
  if (since.isSameRuns) return ['Since the baseline: every run is the same, step by step.'];
  const other =
    since.scenario === 'another' ? ['The scenario is another than that of the baseline.'] : [];
  const claims = since.claims.map(
    ({ design, claim, was, is }) => `${design}: ${claim} was ${was}, and is ${is}`,
  );
  const changed = since.metrics.filter(({ verdict }) => verdict !== 'within noise');
  const metrics = changed.map(({ design, metric, was, is, low, high, verdict }) => {
    const size = formatPlusMinus(
      unitOf(document, metric),
      { difference: is - was, low, high },
      true,
    );
    return `${design}: ${metricInfo(metric).label} is ${verdict} (${size})`;
  });
  const calm = since.metrics.length - changed.length;
  const noise = `${counted(calm, 'number')} of ${since.metrics.length} are within noise.`;
  return [...other, ...claims, ...metrics, `Since the baseline: ${noise}`];
}

/** A sweep that was stopped says so wherever its verdict stands. */
function stoppedSentence({ stopped }: ReportDocument): string {
  if (stopped === undefined) return '';
  const asked = counted(stopped.asked, 'seed');
  const after = `after ${stopped.done} of ${asked}`;
  switch (stopped.by) {
    case 'interrupt':
      return `It was interrupted ${after}.`;
    case 'time-budget':
      return `Its time was up ${after}.`;
    case 'bail':
      return `It was to stop at broken promises, and did ${after}.`;
    case 'missing shards':
      return `It is incomplete, for shards were missing: it has ${stopped.done} of ${asked}.`;
    case 'until-width':
      return `Its intervals were narrow enough ${after}.`;
  }
}

function keptSentence(document: ReportDocument, over: string): string {
  const { designs } = document;
  const unsure = designs.filter((design) => design.verdict === 'inconclusive');
  if (unsure.length > 0) {
    const names = listed(unsure.map((design) => design.name));
    return `No promise was seen broken, but the result is inconclusive for ${names}, over ${over}.`;
  }
  const all = ['', (designs[0] as DesignReport).name, 'Both designs'][designs.length];
  return `${all ?? `All ${designs.length} designs`} kept every promise over ${over}.`;
}

/** Names the claims when one design broke them, only the designs when several did. */
function brokeSentence(broken: readonly DesignReport[], designs: number, over: string): string {
  const [only] = broken;
  if (only !== undefined && broken.length === 1) {
    const claims = claimsOf([only]).filter((claim) => {
      const row = only.claims[claim];
      return row?.promised === true && row.broken > 0;
    });
    const failing = failingSeeds(only).length;
    const what = claims.length === 0 ? 'a promise' : `its promise of ${listed(claims)}`;
    return `${only.name} broke ${what} in ${failing === 0 ? 'some' : failing} of ${over}.`;
  }
  const names = listed(broken.map((design) => design.name));
  return `${broken.length} of ${designs} designs broke promises over ${over}: ${names}.`;
}

/** Promised claims that were excused in some seed: neither held there nor broken. */
export const excusedClaims = (design: DesignReport): { claim: string; row: ClaimRow }[] =>
  claimsOf([design])
    .map((claim) => ({ claim, row: design.claims[claim] as ClaimRow }))
    .filter(({ row }) => row.promised && row.excused > 0);

/** A promise that failed with its excuse reads as kept, unless that is said beside it. */
function excusedSentence({ designs }: ReportDocument): string {
  const counts = designs
    .map((design) => ({ name: design.name, count: excusedClaims(design).length }))
    .filter(({ count }) => count > 0);
  if (counts.length === 0) return '';
  const parts = counts.map(({ name, count }, i) =>
    i === 0 ? `${counted(count, 'claim')} of ${name}` : `${count} of ${name}`,
  );
  return `Excused in some seeds, as an assumption had failed: ${listed(parts)}.`;
}

function unpromisedSentence(document: ReportDocument): string {
  const parts = document.designs.flatMap((design) => {
    const broke = Object.values(design.claims).filter((row) => !row.promised && row.broken > 0);
    return broke.length === 0
      ? []
      : [`${design.name} broke ${counted(broke.length, 'claim')} that it does not promise`];
  });
  return parts.length === 0 ? '' : `${listed(parts)}.`;
}

function sloSentence(document: ReportDocument): string {
  const missed = document.slo.filter((row) => !row.met).length;
  return missed === 0 ? '' : `${missed} of ${counted(document.slo.length, 'objective')} missed.`;
}

/** "broke in 4 of 40 seeds": how often, out of the seeds that were judged. */
export const brokenShare = (row: ClaimRow): string =>
  `broke in ${row.broken} of ${counted(seedsJudged(row), 'seed')}`;

/** Said in the place of comparisons when there are designs to compare but not enough seeds. */
export const TOO_FEW_SEEDS =
  'Too few seeds to compare designs: from six on, differences are judged.';

/** What a design does sooner or later than another, by the metric that says when. */
const DOES: Readonly<Record<string, string>> = {
  failover: 'recovers',
  dispatchLatencyP99: 'begins all but 1 % of jobs',
};

/**
 * A paired comparison in plain words, with the size of the difference and its interval; and the
 * scenario's name, unless that is said already where the sentence stands.
 */
export function comparisonSentence(
  document: ReportDocument,
  it: Comparison,
  namesScenario = true,
): string {
  const { metric, a, b } = it;
  const { label, better } = metricInfo(metric);
  const unit = unitOf(document, metric);
  const under = namesScenario ? ` under ${document.scenario.name}` : '';
  const limit = (most: number): string => formatSize(unit, most);
  switch (it.verdict) {
    case 'no detectable difference': {
      if (it.smallestDetectable === null) {
        return `${label}: ${a} and ${b} had the same in all ${counted(it.n, 'seed')}${under}`;
      }
      const seen = `${formatPlusMinus(unit, it, true)}; ${limit(it.smallestDetectable)} would show`;
      return `${label}: no detectable difference between ${a} and ${b}${under} (${seen})`;
    }
    case 'equivalent': {
      const margin = limit(it.margin ?? 0);
      const seen = `closer than ${margin} (${formatPlusMinus(unit, it, true)})`;
      return `${label}: ${a} and ${b} are equivalent${under}, ${seen}`;
    }
    case 'higher':
    case 'lower': {
      const small = it.margin !== null && Math.max(Math.abs(it.low), Math.abs(it.high)) < it.margin;
      const but = small ? `, less than the margin of ${limit(it.margin)}` : '';
      // "Lower by 8 s" already tells the sign, so the numbers are those of the size.
      const size = formatPlusMinus(unit, it.verdict === 'lower' ? negative(it) : it, false);
      if (microseconds(unit) !== undefined && better === 'lower') {
        const when = it.verdict === 'lower' ? 'sooner' : 'later';
        const does = Object.hasOwn(DOES, metric) ? `${a} ${DOES[metric]}` : `${label}: ${a} is`;
        return `${does} ${size} ${when} than ${b}${under}${but}`;
      }
      const judged = better === 'neither' ? '' : it.verdict === better ? ', better' : ', worse';
      return `${label}: ${a} is ${size} ${it.verdict} than ${b}${under}${judged}${but}`;
    }
  }
}

const negative = ({ difference, low, high }: Comparison): Difference => ({
  difference: -difference,
  low: -high,
  high: -low,
});

/** Which designs may be the best in a metric, of all that have it; empty when fewer than three. */
export function bestSentence(document: ReportDocument, metric: string): string {
  const rows = document.best.filter((it) => it.metric === metric);
  if (rows.length < 3) return '';
  const named = (verdict: BestRow['verdict']): string[] =>
    rows.filter((it) => it.verdict === verdict).map(({ design }) => design);
  const { label } = metricInfo(metric);
  const best = rows.find(({ verdict }) => verdict === 'best');
  if (best !== undefined) {
    const { difference, interval } = formatDifference(unitOf(document, metric), best, true);
    // Hsu's interval says that it is ahead, and at most by how much; it begins at no lead.
    const ahead = `${difference} from the next; by Hsu's method ${interval}`;
    return `${label}: ${best.design} is the best of ${rows.length} designs (${ahead})`;
  }
  const maybe = named('possibly best');
  if (maybe.length === rows.length)
    return `${label}: any of ${rows.length} designs may be the best`;
  return `${label}: ${listed(maybe, 'or')} may be the best of ${rows.length} designs`;
}

/**
 * What each design had to work with: "With 10 workers and 4 clients each, designs ran on
 * 1 scheduler (single) and 3 schedulers and 1 store (lease)". Empty where documents do not say.
 */
export function machinesSentence({ designs }: ReportDocument): string {
  const first = designs[0]?.machines;
  if (first === undefined) return '';
  const groups = new Map<string, string[]>();
  for (const { name, machines } of designs) {
    if (machines === undefined) return '';
    const { schedulers, stores } = machines;
    const parts = [
      counted(schedulers, 'scheduler'),
      ...(stores > 0 ? [counted(stores, 'store')] : []),
    ];
    const kinds = parts.join(' and ');
    groups.set(kinds, [...(groups.get(kinds) ?? []), name]);
  }
  const beside = `${counted(first.workers, 'worker')} and ${counted(first.clients, 'client')}`;
  const [only] = groups.keys();
  if (groups.size === 1) return `Every design ran on ${only}, with ${beside}.`;
  const each = [...groups].map(([kinds, names]) => `${kinds} (${listed(names)})`);
  return `With ${beside} each, designs ran on ${listed(each)}.`;
}

/** Metrics of which it is known who may be best, in the order of the document. */
export const metricsWithBest = ({ best }: ReportDocument): string[] => [
  ...new Set(best.map(({ metric }) => metric)),
];

/** How often something rare was seen: "3 in 4.00 h: 0.15 to 2.19 per hour". */
export function rateWords({ events, hours, low, high, method }: EventRate): string {
  const time = formatValue('us', hours * HOUR);
  const perHour = (rate: number): string => rate.toPrecision(2).replace(/e\+?(.*)$/, ' · 10^$1');
  switch (method) {
    case 'none seen':
      return `none in ${time}: at most ${perHour(high)} per hour`;
    case 'garwood':
      return `${events} in ${time}: ${perHour(low)} to ${perHour(high)} per hour`;
  }
}

/** Seconds that something lasted: "median 13.1 s, p90 21.0 s; 2 of 41 had not ended". */
export function durationWords({ n, unfinished, quantiles }: DurationRow): string {
  const within = quantiles.map(({ q, value }) => {
    const time = value === null ? 'more than was seen' : formatValue('s', value);
    return `${q === 0.5 ? 'median' : `p${Math.round(100 * q)}`} ${time}`;
  });
  const open = unfinished === 0 ? '' : `; ${unfinished} of ${n} had not ended`;
  return `${within.join(', ')}${open}`;
}

/** A share in steady state and what it makes of a year. */
export function steadyWords(row: SteadyRow): string {
  const { mean, low, high, nines } = row;
  if (nines === null) return `nothing failed in ${counted(row.seeds, 'steady seed')}`;
  const down = (minutes: number): string => formatValue('us', minutes * MINUTE);
  const year = `${nines.toFixed(1)} nines, down ${down(row.downMinutesPerYear)} a year`;
  if (low === null || high === null) return `${formatValue('ratio', mean)}, ${year}`;
  const { mean: share, interval } = formatMetric({ unit: 'ratio', mean, low, high, n: row.seeds });
  const most = row.downHigh === null ? '' : `, at most ${down(row.downHigh)}`;
  return `${share} ${interval}, ${year}${most}`;
}
