/**
 * timeout (S10): an attempt that is overdue comes to an end, or counts for nothing any more.
 *
 * Its time limit is the `timeoutUs` of the submit, from the beginning of the body. Checks:
 *   - the worker's duty: a body that its worker stops is stopped when the limit is over, and not
 *     later. One that ends by itself beyond the limit may have ignored the stop; then nobody may be
 *     told that the job succeeded in that attempt. Judged only where the worker was plainly well
 *     from the beginning to the end of the body: up, not standing still, and under no fault but
 *     cuts of its links, bodies made longer and poison, none of which touches its timers;
 *   - the scheduler's duty: from the heal plus the bound of the preset on, nobody is told that an
 *     attempt runs whose limit is over by more than the grace of a timeout and the rescue from a
 *     lost worker together.
 *
 * Does not check: heartbeats, for signs of life leave no evidence; jobs of ticks and triggers,
 * whose limits are not on record; what effects of an overdue attempt do, which is for
 * `token-order` and `single-effect`; bodies that have not ended, but by what is told of their jobs.
 */
import type { FactOf } from '../history/fact.ts';
import { foldOf } from '../history/history.ts';
import { type JobRows, jobRowsFor, RowBits, RowNumbers } from '../history/job-rows.ts';
import { humanDuration, SECOND } from '../lib/units.ts';
import { Aftermath } from './aftermath.ts';
import type { Claim, ClaimContext, Judge, Verdict } from './checker.ts';
import { FirstBreak, HELD, secondsText, vacuous } from './first-break.ts';
import { type Told, toldByAnswer, toldByAudit } from './told-jobs.ts';
import { WorkerHealth } from './worker-health.ts';

export const timeout: Claim = {
  id: 'timeout',
  modality: 'always',
  sentence: 'An attempt beyond its time limit is stopped, and soon nobody is told that it runs.',
  limits:
    'Heartbeats and attempts of ticks are not judged: facts do not hold what was asked. Workers ' +
    'under a fault are not judged, nor what is told before the recovery after heal.',
  excusedBy: ['rate-error', 'suspend', 'store-durable', 'disk-damage', 'single-copy'],
  judge: (context) => new Timeout(context),
};

/** A well worker handles a timer within this, whatever else it does. */
const STOP_SLACK_US = SECOND;
/** Of a job that nobody is known to have submitted, or that was asked for in two ways. */
const NO_LIMIT = Number.POSITIVE_INFINITY;

class Timeout implements Judge {
  readonly listens;
  readonly onFact;
  readonly #context: ClaimContext;
  readonly #breaks = new FirstBreak();
  readonly #aftermath: Aftermath;
  readonly #health = new WorkerHealth();
  readonly #rows: JobRows;
  readonly #limitUs = new RowNumbers(NO_LIMIT);
  /** The attempt that began last, and when. */
  readonly #attempt = new RowBits();
  readonly #beganUs = new RowNumbers(0);
  /** Bodies of well workers that succeeded beyond their limits, by job. */
  readonly #overdue = new Map<string, FactOf<'body-ended'>>();
  #judged = 0;

  constructor(context: ClaimContext) {
    this.#context = context;
    this.#rows = jobRowsFor(context);
    this.#aftermath = new Aftermath(context.recoverBoundUs);
    const fold = foldOf({
      asked: (fact) => this.#asked(fact),
      answered: (fact) => this.#told(toldByAnswer(fact)),
      'body-began': (fact) => this.#began(fact),
      'body-ended': (fact) => this.#ended(fact),
      machine: (fact) => this.#health.onMachine(fact),
      fault: (fact) => this.#health.onFault(fact),
      phase: (fact) => this.#aftermath.onPhase(fact),
      'audited-job': (fact) => this.#told(toldByAudit(fact, this.#aftermath)),
    });
    this.listens = fold.listens;
    this.onFact = fold.onFact;
  }

  verdict(): Verdict {
    const nothing = 'no attempt with a known limit was seen to end';
    return this.#breaks.or(() => (this.#judged === 0 ? vacuous(nothing) : HELD));
  }

  #asked({ request }: FactOf<'asked'>): void {
    if (request.kind !== 'submit') return;
    const row = this.#rows.row(request.job);
    // Asked again with another limit it is refused or not: the longer one is safe to judge by.
    const known = this.#limitUs.get(row);
    const limitUs = known === NO_LIMIT ? request.timeoutUs : Math.max(known, request.timeoutUs);
    this.#limitUs.set(row, limitUs);
  }

  #began({ at, job, token }: FactOf<'body-began'>): void {
    const row = this.#rows.row(job);
    this.#attempt.set(row, token.attempt);
    this.#beganUs.set(row, at);
  }

  #ended(fact: FactOf<'body-ended'>): void {
    const row = this.#rows.row(fact.job);
    const limitUs = this.#limitUs.get(row);
    if (limitUs === NO_LIMIT || this.#attempt.get(row) !== fact.token.attempt) return;
    const beganUs = this.#beganUs.get(row);
    if (!this.#health.wasWell(fact.worker, beganUs)) return;
    this.#judged++;
    const rateUs = (limitUs * this.#context.ratePpmMax) / 1e6;
    if (fact.at <= beganUs + limitUs + rateUs + STOP_SLACK_US) return;
    if (fact.how === 'succeeded') this.#overdue.set(fact.job, fact);
    if (fact.how !== 'stopped') return;
    const ran = humanDuration(fact.at - beganUs);
    const summary = `a body of job ${fact.job} was stopped after ${ran}`;
    this.#breaks.add([fact], `${summary}; its limit is ${humanDuration(limitUs)}`);
  }

  #told(told: Told | undefined): void {
    if (told === undefined) return;
    if (told.state === 'running') this.#toldRunning(told);
    if (told.state !== 'succeeded' || this.#overdue.size === 0) return;
    const overdue = this.#overdue.get(told.job);
    if (overdue === undefined || overdue.token.attempt !== told.attempts) return;
    const what = `job ${told.job} succeeded in attempt ${told.attempts}`;
    this.#breaks.add([overdue, told.fact], `${what}, which ended long after its time limit`);
  }

  #toldRunning({ fact, job, attempts, asOfUs }: Told): void {
    const row = this.#rows.row(job);
    const limitUs = this.#limitUs.get(row);
    if (limitUs === NO_LIMIT || this.#attempt.get(row) !== attempts) return;
    const { timeoutGraceUs, rescueBoundUs } = this.#context;
    const overUs = this.#beganUs.get(row) + limitUs;
    const boundUs = Math.max(overUs, this.#aftermath.fromUs) + timeoutGraceUs + rescueBoundUs;
    if (asOfUs <= boundUs) return;
    const what = `attempt ${attempts} of job ${job}, overdue since ${secondsText(overUs)},`;
    this.#breaks.add([fact], `${what} is said to run`);
  }
}
