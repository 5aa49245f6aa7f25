import type { Fact } from '../../src/history/fact.ts';
import { Recorder } from '../../src/history/history.ts';
import { SECOND } from '../../src/lib/units.ts';
import { createMetrics, type RunNumbers } from '../../src/metrics/metrics.ts';

/** The numbers of a run that consists of these facts; ε is one second. */
export function measure(facts: readonly Fact[], bucketUs = SECOND): RunNumbers {
  const metrics = createMetrics({ epsilonUs: SECOND, bucketUs });
  const recorder = new Recorder();
  for (const fold of metrics.folds) recorder.subscribe(fold);
  for (const fact of [...facts].sort((a, b) => a.at - b.at)) recorder.record(fact);
  return metrics.finish();
}

/** One metric of it. */
export const metricOf = (name: string, facts: readonly Fact[]): number | undefined => {
  const metric = measure(facts).metrics[name];
  if (metric === undefined) throw new Error(`no metric ${name}`);
  return metric.value;
};
