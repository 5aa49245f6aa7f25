/**
 * retry-policy (S9): as many attempts as were asked for, no more and no fewer, and no sooner.
 *
 * Checks, of submitted jobs:
 *   - no more bodies begin than the `maxAttempts` of the submit, and with delivery at-most-once
 *     only one; so many more for each retry of a dead job that a client asked for;
 *   - attempts are numbered from 1, and each begins at most once: a number begun again is a launch
 *     that was forgotten, or a job that was made anew;
 *   - an at-least-once job that the audit lists as dead had that many attempts: giving up earlier
 *     breaks what was asked as much as going on;
 *   - after a body that failed the next one begins no sooner than the wait that was asked for, less
 *     2 ε, for one wall clock may say when the wait is over and another when it began. How many
 *     attempts had failed by then is taken from the bodies that began, of which there may be fewer
 *     than attempts that counted: so the wait may have had to be longer.
 *
 * Bodies are counted, and not the numbers of attempts: one that its worker refused never began and
 * does not count against the policy, so on full workers numbers rise beyond `maxAttempts`.
 *
 * Does not check: launches that were lost before they began, which count for the scheduler and
 * leave no evidence; waits after attempts that were stopped or given up, whose end as the scheduler
 * knows it is not seen, and of jobs that a client asked to retry or to run now; attempts of ticks
 * and triggered jobs, for what was asked is not on record (one number launched twice is for
 * `tick-once` there); waits once a worker has a second copy under its name; numbers above 31 begun
 * again; jobs from when on they may have been forgotten, and made anew by a late copy of their
 * submit.
 */
import type { FactOf, Request } from '../history/fact.ts';
import { foldOf } from '../history/history.ts';
import { type JobRows, jobRowsFor, RowBits } from '../history/job-rows.ts';
import type { Claim, ClaimContext, Judge, Verdict } from './checker.ts';
import { FirstBreak, HELD, vacuous } from './first-break.ts';
import { Retained } from './retained.ts';
import { RetryWaits } from './retry-waits.ts';

export const retryPolicy: Claim = {
  id: 'retry-policy',
  modality: 'always',
  sentence: 'A job begins as often as its submit allows, no sooner, and is not given up before.',
  limits:
    'Attempts of ticks and triggered jobs are not judged: facts do not hold what was asked. ' +
    'Attempts that never began count for giving up only, and waits only after failed ones.',
  excusedBy: ['wall-error', 'store-durable', 'single-copy'],
  judge: (context) => new RetryJudge(context),
};

/** A bit each in 32: the numbers that are told apart. */
const NUMBERED_MAX = 31;

class RetryJudge implements Judge {
  readonly listens;
  readonly onFact;
  readonly #breaks = new FirstBreak();
  readonly #rows: JobRows;
  readonly #retained: Retained;
  readonly #waits: RetryWaits;
  /** Attempts allowed; 0 for a job that nobody submitted, about which there is nothing to say. */
  readonly #allowed = new RowBits();
  /** 1 where the job is to be run until it succeeds or the attempts are used up. */
  readonly #isPersistent = new RowBits();
  readonly #bodies = new RowBits();
  readonly #numbers = new RowBits();
  /** The numbers of attempts after which clients asked for retries: each takes effect once. */
  readonly #retries = new Map<string, Set<number>>();
  #began = 0;

  constructor(context: ClaimContext) {
    this.#rows = jobRowsFor(context);
    this.#retained = new Retained(context.epsilonUs);
    this.#waits = new RetryWaits(context, this.#breaks);
    const fold = foldOf({
      asked: (fact) => this.#asked(fact),
      'body-began': (fact) => {
        if (fact.tick === undefined) this.#onBegan(fact);
      },
      'body-ended': (fact) => {
        if (fact.tick === undefined) this.#waits.onEnded(fact);
      },
      machine: (fact) => this.#waits.onMachine(fact),
      testified: (fact) => this.#waits.onTestified(fact),
      'audited-job': (fact) => this.#audited(fact),
    });
    this.listens = fold.listens;
    this.onFact = fold.onFact;
  }

  verdict(): Verdict {
    return this.#breaks.or(() => (this.#began === 0 ? vacuous('no submitted job began') : HELD));
  }

  #asked(fact: FactOf<'asked'>): void {
    const { request } = fact;
    this.#retained.onAsked(fact);
    if (request.kind === 'submit') this.#submitted(request);
    if (request.kind === 'run-now') this.#waits.leaveOut(request.job);
    if (request.kind !== 'retry') return;
    this.#waits.leaveOut(request.job);
    const known = this.#retries.get(request.job);
    if (known === undefined) this.#retries.set(request.job, new Set([request.attempts]));
    else known.add(request.attempts);
  }

  #submitted(request: Extract<Request, { readonly kind: 'submit' }>): void {
    const row = this.#rows.row(request.job);
    this.#allowed.set(row, request.maxAttempts);
    this.#isPersistent.set(row, request.delivery === 'at-least-once' ? 1 : 0);
    this.#waits.onSubmit(request);
  }

  #onBegan(fact: FactOf<'body-began'>): void {
    this.#began++;
    const row = this.#rows.row(fact.job);
    const count = this.#bodies.get(row) + 1;
    this.#bodies.set(row, count);
    const { attempt } = fact.token;
    const bit = attempt >= 1 && attempt <= NUMBERED_MAX ? 1 << attempt : 0;
    const before = this.#numbers.get(row);
    this.#numbers.set(row, before | bit);
    const asked = this.#allowed.get(row);
    if (asked === 0 || this.#retained.mayBeGone(fact.job, fact.at)) return;
    this.#waits.onBegan(fact, count);
    const rounds = 1 + (this.#retries.get(fact.job)?.size ?? 0);
    const max = rounds * (fact.delivery === 'at-most-once' ? 1 : asked);
    if (attempt < 1) this.#breaks.add([fact], `job ${fact.job} began attempt ${attempt}`);
    else if ((before & bit) !== 0) {
      this.#breaks.add([fact], `attempt ${attempt} of job ${fact.job} began twice`);
    } else if (count > max) {
      this.#breaks.add([fact], `job ${fact.job} began ${count} of ${max} attempts`);
    }
  }

  #audited(fact: FactOf<'audited-job'>): void {
    if (fact.state !== 'dead' || this.#retained.mayBeGone(fact.job, fact.at)) return;
    const row = this.#rows.row(fact.job);
    const max = this.#allowed.get(row);
    if (this.#isPersistent.get(row) === 0 || fact.attempts >= max) return;
    this.#breaks.add([fact], `job ${fact.job} is dead after ${fact.attempts} of ${max} attempts`);
  }
}
