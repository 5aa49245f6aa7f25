/**
 * completes (L1), for a design that keeps no jobs and answers a submit when its job has ended: what
 * is accepted is what has ended, so the question is whether clients that wait get that answer.
 *
 * Checks:
 *   - a submit that is answered ok is answered with a final state;
 *   - of submits asked in the aftermath (from the heal plus the bound of the preset on, until the
 *     audit) and not refused: a body of the job begins before the audit, where it was ready early
 *     enough; and where one succeeded while its client still waited, the client hears of the end.
 *
 * Does not check: clients that were down or stood still, for they are who keeps the job; submits
 * that their client gave up before the job could end, for nobody makes further attempts of it then;
 * jobs that a client asked to cancel; ticks, which are for `on-time` and `explained-skips`.
 */
import type { FactOf, Request } from '../history/fact.ts';
import { isTerminal } from '../history/fact.ts';
import { foldOf } from '../history/history.ts';
import { SECOND } from '../lib/units.ts';
import { Aftermath } from './aftermath.ts';
import type { ClaimContext, Judge, Verdict } from './checker.ts';
import { FirstBreak, HELD, secondsText, vacuous } from './first-break.ts';

/** From the end of a body to the answer: effects, a report and an answer, each perhaps repeated. */
const TELL_US = 2 * SECOND;

type Submit = Extract<Request, { readonly kind: 'submit' }>;

/** A submit asked in the aftermath. */
interface Asked {
  readonly fact: FactOf<'asked'>;
  readonly request: Submit;
  readyUs: number;
  hasBegun: boolean;
  /** The first body that succeeded. */
  succeeded: FactOf<'body-ended'> | undefined;
  answered: FactOf<'answered'> | undefined;
}

export class AnsweredEnds implements Judge {
  readonly listens;
  readonly onFact;
  readonly #recoverBoundUs: number;
  readonly #aftermath: Aftermath;
  readonly #breaks = new FirstBreak();
  readonly #asked = new Map<string, Asked>();
  readonly #leftOut = new Set<string>();
  /** Machines that did anything but run since the heal. */
  readonly #unwell = new Set<string>();
  #startWallUs = 0;
  #ends = 0;

  constructor({ recoverBoundUs }: ClaimContext) {
    this.#recoverBoundUs = recoverBoundUs;
    this.#aftermath = new Aftermath(recoverBoundUs);
    const fold = foldOf({
      'run-began': ({ startWallUs }) => {
        this.#startWallUs = startWallUs;
      },
      asked: (fact) => this.#onAsked(fact),
      answered: (fact) => this.#onAnswered(fact),
      'body-began': ({ job }) => {
        const asked = this.#asked.get(job);
        if (asked !== undefined) asked.hasBegun = true;
      },
      'body-ended': (fact) => {
        const asked = this.#asked.get(fact.job);
        if (asked !== undefined && fact.how === 'succeeded') asked.succeeded ??= fact;
      },
      machine: ({ machine, state }) => {
        if (state === 'up' || state === 'resumed') this.#unwell.delete(machine);
        else this.#unwell.add(machine);
      },
      phase: (fact) => this.#aftermath.onPhase(fact),
    });
    this.listens = fold.listens;
    this.onFact = fold.onFact;
  }

  verdict(): Verdict {
    let judged = 0;
    for (const asked of this.#asked.values()) {
      if (this.#leftOut.has(asked.request.job) || asked.answered?.answer.kind === 'fail') continue;
      if (this.#unwell.has(asked.fact.client)) continue;
      if (this.#judge(asked)) judged++;
    }
    return this.#breaks.or(() =>
      judged + this.#ends === 0 ? vacuous('no submit was answered, nor asked after heal') : HELD,
    );
  }

  #onAsked(fact: FactOf<'asked'>): void {
    const { request, at, hostile } = fact;
    if (request.kind === 'cancel') this.#leftOut.add(request.job);
    if (request.kind !== 'submit') return;
    const { job, delayUs, atUs } = request;
    const isAgain = this.#asked.has(job) || hostile === true;
    if (isAgain) this.#leftOut.add(job);
    if (isAgain || at < this.#aftermath.fromUs || at >= this.#aftermath.untilUs) return;
    const instantUs = atUs === undefined ? 0 : atUs - this.#startWallUs;
    const readyUs = Math.max(at + delayUs, instantUs);
    const open = { hasBegun: false, succeeded: undefined, answered: undefined };
    this.#asked.set(job, { fact, request, readyUs, ...open });
  }

  #onAnswered(fact: FactOf<'answered'>): void {
    const { request, answer, hostile } = fact;
    if (request.kind !== 'submit' || hostile === true) return;
    const asked = this.#asked.get(request.job);
    if (asked !== undefined) asked.answered = fact;
    if (answer.kind !== 'ok') return;
    this.#ends++;
    if (answer.state !== undefined && isTerminal(answer.state)) return;
    const state = answer.state ?? 'in no state that was told';
    this.#breaks.add([fact], `job ${request.job} was accepted, and is ${state}`);
  }

  /** False where there was not enough time to judge by. */
  #judge({ fact, request, readyUs, hasBegun, succeeded, answered }: Asked): boolean {
    const { audit } = this.#aftermath;
    const what = `job ${request.job}, asked for at ${secondsText(fact.at)},`;
    if (answered?.answer.kind === 'ok') return true;
    if (!hasBegun) {
      if (audit === undefined || readyUs + this.#recoverBoundUs > audit.at) return false;
      this.#breaks.add([fact, audit], `${what} did not begin before the audit`);
      return true;
    }
    if (succeeded === undefined || answered === undefined) return false;
    if (succeeded.at + TELL_US > answered.at) return false;
    this.#breaks.add([fact, succeeded, answered], `${what} succeeded, and its client did not hear`);
    return true;
  }
}
