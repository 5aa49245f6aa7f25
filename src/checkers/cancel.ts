/**
 * cancel (S11): a cancel that was answered ok is obeyed.
 *
 * A cancel wins over a launch that is decided after it, and loses to one decided before. What was
 * launched before may still be in the network when the client hears of the cancel, and begin after,
 * in any design. So a body that begins after the answer breaks the claim in two cases:
 *   - the job was not ready when the answer came (its delay was not over, beyond ε), so it cannot
 *     have been launched before;
 *   - a scheduler testified that it dispatched that very token after the answer. Testimony may
 *     break a claim; it supports none here, for without it the first case still counts.
 * Where an attempt had begun before the answer, the second case is "no later attempt".
 *
 * Does not check: attempts launched before the answer; whether a running body is stopped; that the
 * job ends as cancelled, which is for `no-loss`; in the first case jobs that a client asked to run
 * now, which were ready then; jobs that may have been forgotten since, and were made anew. A cancel
 * that answered with another final state came too late, and promises nothing.
 */
import type { FactOf, Testimony } from '../history/fact.ts';
import { compareTokens } from '../history/fact.ts';
import { foldOf } from '../history/history.ts';
import type { Claim, ClaimContext, Judge, Verdict } from './checker.ts';
import { FirstBreak, HELD, secondsText, tokenText, vacuous } from './first-break.ts';
import { Retained } from './retained.ts';

export const cancel: Claim = {
  id: 'cancel',
  modality: 'always',
  sentence: 'After a cancel is answered ok, no attempt is launched.',
  limits: 'A launch that was under way when the answer came may still begin.',
  excusedBy: ['store-durable', 'single-copy'],
  judge: (context) => new Cancel(context),
};

interface Cancelled {
  readonly answer: FactOf<'answered'>;
  /** The submit, where its delay was not over when the answer came. */
  readonly early: FactOf<'asked'> | undefined;
  /** Dispatches of the job that were testified after the answer. */
  readonly dispatches: FactOf<'testified'>[];
}

class Cancel implements Judge {
  readonly listens;
  readonly onFact;
  readonly #epsilonUs: number;
  readonly #breaks = new FirstBreak();
  /** Submits with a delay that have not begun. */
  readonly #delayed = new Map<string, FactOf<'asked'>>();
  readonly #cancelled = new Map<string, Cancelled>();
  readonly #retained: Retained;
  #startWallUs: number | undefined;

  constructor({ epsilonUs }: ClaimContext) {
    this.#epsilonUs = epsilonUs;
    this.#retained = new Retained(epsilonUs);
    const fold = foldOf({
      'run-began': ({ startWallUs }) => {
        this.#startWallUs = startWallUs;
      },
      asked: (fact) => this.#asked(fact),
      answered: (fact) => this.#answered(fact),
      'body-began': (fact) => this.#began(fact),
      testified: (fact) => {
        if (this.#cancelled.size === 0 || fact.said.kind !== 'dispatched') return;
        this.#cancelled.get(fact.said.job)?.dispatches.push(fact);
      },
    });
    this.listens = fold.listens;
    this.onFact = fold.onFact;
  }

  verdict(): Verdict {
    return this.#breaks.or(() =>
      this.#cancelled.size === 0 ? vacuous('no cancel was answered ok') : HELD,
    );
  }

  #asked(fact: FactOf<'asked'>): void {
    const { request } = fact;
    this.#retained.onAsked(fact);
    if (request.kind === 'run-now') this.#delayed.delete(request.job);
    if (request.kind !== 'submit') return;
    if (request.delayUs === 0 && request.atUs === undefined) return;
    if (!this.#delayed.has(request.job)) this.#delayed.set(request.job, fact);
  }

  #answered(fact: FactOf<'answered'>): void {
    const { request, answer } = fact;
    if (request.kind !== 'cancel' || answer.kind !== 'ok') return;
    if (answer.state === 'succeeded' || answer.state === 'dead') return;
    if (this.#cancelled.has(request.job)) return;
    const asked = this.#delayed.get(request.job);
    const early = asked !== undefined && fact.at < this.#readyUs(asked) - this.#epsilonUs;
    this.#cancelled.set(request.job, {
      answer: fact,
      early: early ? asked : undefined,
      dispatches: [],
    });
  }

  #readyUs({ at, request }: FactOf<'asked'>): number {
    if (request.kind !== 'submit') return at;
    const delayedUs = at + request.delayUs;
    if (request.atUs === undefined || this.#startWallUs === undefined) return delayedUs;
    return Math.max(delayedUs, request.atUs - this.#startWallUs);
  }

  #began(fact: FactOf<'body-began'>): void {
    if (this.#delayed.size > 0) this.#delayed.delete(fact.job);
    if (this.#cancelled.size === 0) return;
    const cancelled = this.#cancelled.get(fact.job);
    if (cancelled === undefined || this.#retained.mayBeGone(fact.job, fact.at)) return;
    const { answer, early, dispatches } = cancelled;
    const what = `job ${fact.job}, cancelled at ${secondsText(answer.at)},`;
    if (early !== undefined) {
      const summary = `${what} before it was ready, began at ${secondsText(fact.at)}`;
      return this.#breaks.add([early, answer, fact], summary);
    }
    const dispatch = dispatches.find(({ said }) => isDispatchOf(said, fact));
    if (dispatch === undefined) return;
    const summary = `${what} was dispatched as ${tokenText(fact.token)} after that, and began`;
    this.#breaks.add([answer, dispatch, fact], summary);
  }
}

const isDispatchOf = (said: Testimony, { token }: FactOf<'body-began'>): boolean =>
  said.kind === 'dispatched' && compareTokens(said.token, token) === 0;
