/** The names that a scenario may use although they are defined elsewhere. */
import { CLAIMS } from '../checkers/claims.ts';
import { createMetrics } from '../metrics/metrics.ts';
import { selectDesign } from '../scenario/registry.ts';
import type { KnownNames } from '../scenario/schema.ts';

/** A run in which nothing happened has every metric too, if only without a value. */
const METRIC_NAMES = Object.keys(createMetrics({ epsilonUs: 0 }).finish().metrics);

export const KNOWN_NAMES: KnownNames = {
  claims: CLAIMS.map((claim) => claim.id),
  metrics: METRIC_NAMES,
  checkDesign: (text) => {
    const selected = selectDesign(text);
    return selected.kind === 'failed' ? selected.error : [];
  },
};
