import type { FactOf, Request, Token } from '../history/fact.ts';
import { compareTokens } from '../history/fact.ts';
import { humanDuration } from '../lib/units.ts';
import type { ClaimContext } from './checker.ts';
import { type Decisions, decisionsFor } from './decisions.ts';
import type { FirstBreak } from './first-break.ts';
import { workerOf } from './live-attempts.ts';

type Submit = Extract<Request, { readonly kind: 'submit' }>;
type Ended = FactOf<'body-ended'>;

/** The last body of a job, which failed, and whether the scheduler had given it up. */
interface Failed {
  readonly fact: Ended;
  isGivenUp: boolean;
}

/** How long jobs wait between a failed attempt and the next: a part of `retry-policy`. */
export class RetryWaits {
  readonly #breaks: FirstBreak;
  readonly #decisions: Decisions;
  readonly #toleranceUs: number;
  /** Submits of jobs that ask for a wait; undefined where it may be cut short. */
  readonly #submits = new Map<string, Submit | undefined>();
  readonly #failed = new Map<string, Failed>();
  readonly #lost = new Map<string, Token>();
  #isDoubled = false;

  constructor(context: ClaimContext, breaks: FirstBreak) {
    this.#breaks = breaks;
    this.#decisions = decisionsFor(context);
    this.#toleranceUs = 2 * context.epsilonUs;
  }

  onSubmit(request: Submit): void {
    // What is no longer than the tolerance is not worth keeping.
    if (backoffUs(request, request.maxAttempts) <= this.#toleranceUs) return;
    if (!this.#submits.has(request.job)) this.#submits.set(request.job, request);
  }

  leaveOut(job: string): void {
    this.#submits.set(job, undefined);
    this.#failed.delete(job);
  }

  /** Given up while its body went on: the wait began when the scheduler gave up. */
  onTestified(fact: FactOf<'testified'>): void {
    this.#decisions.onTestified(fact);
    const { said } = fact;
    if (said.kind !== 'attempt-lost') return;
    this.#lost.set(said.job, said.token);
    const failed = this.#failed.get(said.job);
    if (failed !== undefined) failed.isGivenUp = true;
  }

  /** Of two workers with one name the other may answer that it refused what this one runs. */
  onMachine({ machine }: FactOf<'machine'>): void {
    if (workerOf(machine) !== machine) this.#isDoubled = true;
  }

  onEnded(fact: Ended): void {
    if (fact.how === 'succeeded') this.#submits.delete(fact.job);
    if (fact.how !== 'failed' || this.#submits.get(fact.job) === undefined) return;
    const lost = this.#lost.get(fact.job);
    const isGivenUp = lost !== undefined && compareTokens(lost, fact.token) >= 0;
    this.#failed.set(fact.job, { fact, isGivenUp });
  }

  /** `count` bodies of the job began so far, this one included. */
  onBegan(fact: FactOf<'body-began'>, count: number): void {
    const failed = this.#failed.get(fact.job);
    const submit = this.#submits.get(fact.job);
    if (failed === undefined || submit === undefined || this.#isDoubled) return;
    this.#failed.delete(fact.job);
    const isNext = compareTokens(fact.token, failed.fact.token) > 0;
    const decidedUs = this.#decisions.atUs(fact.job, fact.token) ?? fact.at;
    // A grant that was decided before was not decided because of this failure.
    if (!isNext || failed.isGivenUp || decidedUs < failed.fact.at) return;
    const leastUs = backoffUs(submit, count - 1);
    const waitedUs = fact.at - failed.fact.at;
    if (waitedUs >= leastUs - this.#toleranceUs) return;
    const after = `${humanDuration(waitedUs)} after it had failed`;
    const summary = `job ${fact.job} began again ${after}, and not ${humanDuration(leastUs)}`;
    this.#breaks.add([failed.fact, fact], summary);
  }
}

/** The wait that was asked for after so many attempts. */
function backoffUs({ backoffUs, backoffMaxUs, doubles }: Submit, attempts: number): number {
  const factor = doubles ? 2 ** Math.min(Math.max(attempts - 1, 0), 40) : 1;
  return Math.min(backoffUs * factor, backoffMaxUs);
}
