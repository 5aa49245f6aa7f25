/** A timing, checked and made ready: which nominal times a schedule has. */
import { failed, type Outcome, ok } from '../../lib/outcome.ts';
import { MS, SECOND, type WallUs, wallUs } from '../../lib/units.ts';
import type { Timing } from '../api.ts';
import { known } from '../job/check-spec.ts';
import { INTERVAL_MAX_US, readCron } from './cron.ts';
import { compileCron } from './cron-next.ts';
import type { ZoneTable } from './zone-rules.ts';

/** A timing ready for use: a pure function of the timing and the zone rules it was checked with. */
export interface Compiled {
  /** First nominal time strictly after `us`; undefined when none comes within about 41 years. */
  nextAfter(us: WallUs): WallUs | undefined;
}

/** What is wrong with a request, and in which of its fields. */
export interface TimingProblem {
  readonly field: string;
  readonly reason: string;
}

/** Shorter intervals are refused: nothing here is timed more finely. */
const INTERVAL_MIN_US = MS;

/** Of a name that nobody knows, this much is repeated. */
const ZONE_LENGTH_MAX = 64;

const FIELDS: {
  readonly [K in Timing['kind']]: Readonly<
    Record<keyof Extract<Timing, { readonly kind: K }>, true>
  >;
} = {
  cron: { kind: true, expression: true, zone: true, gap: true, overlap: true },
  interval: { kind: true, everyUs: true, anchorUs: true },
};

/**
 * Checks a timing and compiles it. Refused with field and reason: an unreadable expression, one
 * that never fires, a zone that the table lacks, unknown policies, an interval under a millisecond.
 */
export function checkTiming(timing: Timing, zones: ZoneTable): Outcome<Compiled, TimingProblem> {
  switch (timing.kind) {
    case 'cron':
      return strange(timing, FIELDS.cron) ?? checkCron(timing, zones);
    case 'interval':
      return strange(timing, FIELDS.interval) ?? checkInterval(timing.everyUs, timing.anchorUs);
    default:
      return refused('timing.kind', 'neither cron nor interval');
  }
}

const refused = (field: string, reason: string): Outcome<never, TimingProblem> =>
  failed({ field, reason });

function strange(
  timing: Timing,
  fields: Readonly<Record<string, true>>,
): Outcome<never, TimingProblem> | undefined {
  const problem = known('timing.', timing, fields);
  return problem && failed(problem);
}

function checkCron(
  timing: Extract<Timing, { readonly kind: 'cron' }>,
  zones: ZoneTable,
): Outcome<Compiled, TimingProblem> {
  const { expression, zone } = timing;
  if (typeof expression !== 'string') return refused('timing.expression', 'must be a text');
  if (typeof zone !== 'string') return refused('timing.zone', 'must be a text');
  const read = readCron(expression);
  if (read.kind === 'failed') {
    const { field, reason } = read.error;
    return refused('timing.expression', field === undefined ? reason : `${field}: ${reason}`);
  }
  const rules = zones.get(zone);
  if (rules === undefined)
    return refused('timing.zone', `unknown time zone ${zone.slice(0, ZONE_LENGTH_MAX)}`);
  if (timing.gap !== 'skip' && timing.gap !== 'run-at-end') {
    return refused('timing.gap', 'neither skip nor run-at-end');
  }
  if (timing.overlap !== 'first' && timing.overlap !== 'both') {
    return refused('timing.overlap', 'neither first nor both');
  }
  if (read.value.kind === 'every') return ok(intervalOf(read.value.everyUs, wallUs(0)));
  const nextS = compileCron(read.value.cron, rules, timing);
  return ok({
    nextAfter(us) {
      const foundS = nextS(Math.floor(us / SECOND));
      return Number.isFinite(foundS) ? wallUs(foundS * SECOND) : undefined;
    },
  });
}

function checkInterval(everyUs: number, anchorUs: WallUs): Outcome<Compiled, TimingProblem> {
  if (!Number.isSafeInteger(everyUs) || everyUs < INTERVAL_MIN_US || everyUs > INTERVAL_MAX_US) {
    return refused('timing.everyUs', 'not whole microseconds between 1 ms and 8 years');
  }
  if (!Number.isSafeInteger(anchorUs)) {
    return refused('timing.anchorUs', 'not a whole number of microseconds');
  }
  return ok(intervalOf(everyUs, anchorUs));
}

/** Nominal times are the anchor plus every whole multiple of the interval, before it as well. */
function intervalOf(everyUs: number, anchorUs: WallUs): Compiled {
  // Remainders are exact where a quotient of such sizes would be rounded.
  const phaseUs = anchorUs % everyUs;
  return {
    nextAfter(us) {
      const sinceUs = ((us % everyUs) - phaseUs + 2 * everyUs) % everyUs;
      const nextUs = us - sinceUs + everyUs;
      return Number.isSafeInteger(nextUs) ? wallUs(nextUs) : undefined;
    },
  };
}
