import type { FactOf } from '../history/fact.ts';
import { SECOND } from '../lib/units.ts';
import type { JobBook } from './jobs.ts';
import { Level } from './level.ts';
import type { Metrics } from './numbers.ts';
import { inSeconds } from './numbers.ts';
import type { Responses } from './responses.ts';
import type { Window } from './window.ts';

/** What was not exceeded for this share of the warm-up is normal. */
const NORMAL_SHARE = 0.99;

/**
 * The way back after the storm, for designs with a leader or without.
 *
 *   firstJob          from the heal to the first body that began after it ('s')
 *   backlogDrain      from the heal until the backlog (of the series of that name) was for the
 *                     first time what it normally is, or less: its p99 over the warm-up, weighted
 *                     by time; 0 where there was no warm-up ('s'). No value where it never was
 *                     again before the run ended
 *   backlogUndrained  1 in that case, else 0 ('count')
 *   areaLost          the area between what was asked and what was done, beyond what is normal,
 *                     from the start of chaos to the end of the run ('job·s'):
 *                       ∫ max(0, N(t) − N₀) dt
 *                     where N(t) is how many jobs were owed (ready, not done, and not over), and N₀
 *                     the p99 of N over the warm-up. A job that its client was never told of is
 *                     owed until the client gave up. Ticks are left out: they have policies
 *
 * None has a value in a run without a heal.
 */
export class Recovery {
  readonly #window: Window;
  #firstUs: number | undefined;

  constructor(window: Window) {
    this.#window = window;
  }

  onBegan({ at }: FactOf<'body-began'>): void {
    if (at >= this.#window.untilUs) this.#firstUs ??= at;
  }

  metrics(jobs: JobBook, responses: Responses): Metrics {
    const { fromUs, untilUs: healUs, endUs } = this.#window;
    if (healUs > endUs) return NONE;
    const backlog = backlogOf(jobs, endUs);
    const normal = backlog.quantile(0, fromUs, NORMAL_SHARE);
    const drainedUs = backlog.firstAtMost(normal, healUs, endUs);
    const drained = drainedUs === undefined ? undefined : drainedUs - healUs;
    const { fromUs: owedFrom, untilUs: owedUntil } = responses.owed();
    const owed = new Level(owedFrom, owedUntil);
    const area = owed.areaAbove(owed.quantile(0, fromUs, NORMAL_SHARE), fromUs, endUs);
    return {
      firstJob: inSeconds(this.#firstUs === undefined ? undefined : this.#firstUs - healUs),
      backlogDrain: inSeconds(drained),
      backlogUndrained: { unit: 'count', value: drained === undefined ? 1 : 0 },
      areaLost: { unit: 'job·s', value: area / SECOND },
    };
  }
}

const NONE: Metrics = {
  firstJob: inSeconds(undefined),
  backlogDrain: inSeconds(undefined),
  backlogUndrained: { unit: 'count', value: undefined },
  areaLost: { unit: 'job·s', value: undefined },
};

/** Accepted jobs that were ready and had not begun. */
function backlogOf(jobs: JobBook, endUs: number): Level {
  const came: number[] = [];
  const went: number[] = [];
  jobs.eachDispatch((readyUs, acceptedUs, beganUs) => {
    const us = Math.max(readyUs, acceptedUs);
    came.push(us);
    // What never began is there until the end, and one more moment: nothing is drained by that.
    went.push(beganUs === -1 ? Math.max(us, endUs) + 1 : Math.max(us, beganUs));
  });
  return new Level(came, went);
}
