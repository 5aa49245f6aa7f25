/**
 * A document as large as they get: eight designs, twenty-five claims, forty-five metrics, ten
 * thousand seeds of each design.
 */
import type {
  ClaimRow,
  DesignReport,
  MetricRow,
  ReportDocument,
} from '../../src/report/document.ts';
import { samplePhases } from './sample-choices.ts';
import { brokenDocument, SAMPLE_CLAIMS } from './sample-document.ts';

const DESIGNS = 8;
const CLAIMS = 25;
const METRICS = 45;

export function bigDocument(seeds = 10_000): ReportDocument {
  const sample = brokenDocument();
  const claims = Array.from({ length: CLAIMS }, (_, i) => SAMPLE_CLAIMS[i] ?? `my-own-${i}`);
  const designs = Array.from({ length: DESIGNS }, (_, d) =>
    grown(sample.designs[d % 3] as DesignReport, d, claims, seeds),
  );
  const phases = designs.slice(0, 2).flatMap(({ name }) => samplePhases(name));
  const comparisons = designs
    .slice(1)
    .flatMap(({ name }) =>
      sample.comparisons.map((it) => ({ ...it, a: name, b: (designs[0] as DesignReport).name })),
    );
  return { ...sample, designs, comparisons, phases };
}

function grown(
  base: DesignReport,
  d: number,
  claims: readonly string[],
  seeds: number,
): DesignReport {
  const verdicts = Object.fromEntries(claims.map((claim) => [claim, 'held' as const]));
  const row: ClaimRow = {
    promised: true,
    reason: '',
    held: seeds,
    broken: 0,
    excused: 0,
    unknown: 0,
    vacuous: 0,
  };
  const metrics: Record<string, MetricRow> = { ...base.metrics };
  for (let i = Object.keys(metrics).length; i < METRICS; i++) {
    metrics[`measure${i}`] = { unit: 's', mean: 1 + i + d, low: i + d, high: 2 + i + d, n: seeds };
  }
  const buckets = (unit: string) => ({
    unit,
    bucketUs: 1_000_000,
    values: Array.from({ length: 3_600 }, (_, i) => 0.9 + 0.1 * Math.sin(i * 0.37 + d)),
  });
  const fault = base.examples[0]?.faults[0];
  const faults = Array.from({ length: 120 }, (_, i) => ({
    ...{ id: `f${i}`, kind: `kind-${i % 12}`, whom: ['scheduler-1'] },
    fromUs: i * 2_400_000,
    untilUs: i * 2_400_000 + (fault?.untilUs ?? 0) / 20,
  }));
  return {
    ...base,
    name: `design-${d}+option=${d}`,
    seeds: Array.from({ length: seeds }, (_, i) => ({
      seed: String(i + 1),
      fingerprint: i.toString(16).padStart(16, '0'),
      verdicts,
    })),
    claims: Object.fromEntries(claims.map((claim) => [claim, { ...row, ...base.claims[claim] }])),
    metrics,
    series: Object.fromEntries(
      ['api', 'dispatch', 'ticks', 'goodput', 'backlog'].map((name) => [name, buckets('ratio')]),
    ),
    examples: base.examples.map((it) => ({ ...it, faults })),
  };
}
