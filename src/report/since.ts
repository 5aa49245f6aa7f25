/**
 * What changed since a report that was kept: claims whose verdict is another, and numbers that
 * differ by more than noise. The seeds of both may be the same or not: differences are judged as if
 * they were not, which for the same seeds says "within noise" rather too often than too seldom.
 */
import { claimStatus, claimsOf } from './claim-info.ts';
import type { ClaimRow, DesignReport, MetricRow, ReportDocument, Since } from './document.ts';
import { metricInfo, metricsOf } from './metric-info.ts';

/** Half of a 95 % interval in standard errors. */
const ERRORS = 1.96;

export function since(before: ReportDocument, now: ReportDocument): Since {
  const both = now.designs.flatMap((design) => {
    const earlier = before.designs.find(({ name }) => name === design.name);
    return earlier === undefined ? [] : [{ earlier, design }];
  });
  const names = (document: ReportDocument) => document.designs.map(({ name }) => name);
  return {
    scenario: before.scenario.hash === now.scenario.hash ? 'same' : 'another',
    isSameRuns: both.length > 0 && both.every(({ earlier, design }) => areSame(earlier, design)),
    added: names(now).filter((name) => !names(before).includes(name)),
    gone: names(before).filter((name) => !names(now).includes(name)),
    claims: both.flatMap(({ earlier, design }) => claimChanges(earlier, design)),
    metrics: both.flatMap(({ earlier, design }) => metricChanges(earlier, design)),
  };
}

const areSame = (a: DesignReport, b: DesignReport): boolean =>
  a.seeds.length === b.seeds.length &&
  a.seeds.every(
    ({ seed, fingerprint }, i) =>
      seed === b.seeds[i]?.seed && fingerprint === b.seeds[i]?.fingerprint,
  );

function claimChanges(before: DesignReport, now: DesignReport): Since['claims'] {
  return claimsOf([now]).flatMap((claim) => {
    const row = now.claims[claim] as ClaimRow;
    const earlier = before.claims[claim];
    const [was, is] = [earlier === undefined ? 'absent' : claimStatus(earlier), claimStatus(row)];
    return was === is ? [] : [{ design: now.name, claim, was, is }];
  });
}

function metricChanges(before: DesignReport, now: DesignReport): Since['metrics'] {
  return metricsOf([now]).flatMap((metric) => {
    const [was, is] = [before.metrics[metric], now.metrics[metric]];
    if (was === undefined || is === undefined || was.n === 0 || is.n === 0) return [];
    const difference = is.mean - was.mean;
    const reach = ERRORS * Math.hypot(errorOf(was), errorOf(is));
    const [low, high] = [difference - reach, difference + reach];
    const { better } = metricInfo(metric);
    const direction = low > 0 ? 'higher' : high < 0 ? 'lower' : undefined;
    const verdict =
      direction === undefined
        ? 'within noise'
        : better === 'neither'
          ? direction
          : direction === better
            ? 'better'
            : 'worse';
    return [{ design: now.name, metric, was: was.mean, is: is.mean, low, high, verdict }];
  });
}

/** The standard error that an interval stands for. */
const errorOf = ({ low, high }: MetricRow): number => (high - low) / 2 / ERRORS;
