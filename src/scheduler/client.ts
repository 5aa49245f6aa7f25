import type { Host, Message } from '../host/host.ts';
import type { Effect } from '../host/step.ts';
import { assert } from '../lib/assert.ts';
import { intBetween, pick } from '../lib/random.ts';
import { MS } from '../lib/units.ts';
import type { AboutAttempt, ApiAnswer, ApiCall, ApiRequest, ApiResult } from './api.ts';
import { type Care, Grants, isSilent } from './care.ts';
import { LeaderBelief } from './leader-belief.ts';

/** What a program hears of a request in the end, exactly once. */
export type RequestOutcome =
  /** It was carried out, or, of a question, answered. */
  | { readonly kind: 'answered'; readonly result: Answering }
  /** It was refused, and no copy of it can still be carried out: it has changed nothing. */
  | { readonly kind: 'refused'; readonly field: string; readonly reason: string }
  /** It was or will be carried out, or not. The same request under its own names finds out. */
  | { readonly kind: 'unknown' };

type Answering = Exclude<ApiResult, { readonly kind: 'redirect' | 'error' } | AboutAttempt>;

export interface Settled {
  /** The number that the program gave the request. */
  readonly op: number;
  readonly outcome: RequestOutcome;
}

export interface ClientSettings {
  /** Names of the machines that may be asked, in any order; one of them answers. */
  readonly members: readonly string[];
  /** Without an answer for so long, the request goes to the next member. */
  readonly resendUs: number;
  /** The clock that deadlines are told by; the host's monotonic one when not told. */
  readonly nowUs?: () => number;
}

/** Redirects wait this long, unless they name a leader. */
const REDIRECT_MIN_US = 50 * MS;
const REDIRECT_MAX_US = 200 * MS;
/** Open requests are looked through at most this often, however many there are. */
const CARE_MIN_US = 20 * MS;
const CARE_TIMER = 'client:care';

/** A request that has no outcome yet. */
interface Open {
  call: ApiCall;
  readonly giveUpUs: number;
  /** When to send again, by the clock of the settings. */
  nextUs: number;
  /** The member asked last, or to be asked when `nextUs` comes. */
  target: string;
  /** Whether `target` was asked already. */
  sent: boolean;
  /** Whether a copy left before, in this life or an earlier one. */
  wasSent: boolean;
  /** Copies that left and were not turned away: each may still take effect. */
  copies: number;
  /**
   * It followed a named leader since it last waited. A second redirect waits, or two members that
   * name each other would keep the request running in circles.
   */
  hopped: boolean;
  /** Who makes an attempt of the job, where that is for the client to keep. */
  care?: Care | undefined;
  /** Attempts granted for this request. */
  granted?: number;
}

/**
 * The client library: a program asks a scheduler of any design, without waiting. It finds out whom
 * to ask, follows redirects, asks again (every design takes the same request twice as once) and
 * gives up in the end. The program hands it what its host hands the program, and hands the host
 * what gathers in `effects`:
 *
 *     client.ask(op, { kind: 'submit', job: 'nightly-7', spec }, nowUs + 4 * SECOND, effects);
 *     onMessage: const settled = client.onMessage(from, message, effects);
 *     onTimer:   for (const { op, outcome } of client.onTimer(tag, effects) ?? []) …
 *
 * A scheduler that keeps nothing asks for grants (`care.ts`): then the client sees to it that a job
 * whose attempts fail or get lost is tried again, until it hears of the end or gives up.
 *
 * Numbers of requests are the program's: unique while it lives, and best while its machine does,
 * for an answer may reach the next incarnation.
 */
export class SchedulerClient {
  readonly #host: Host;
  readonly #belief: LeaderBelief;
  readonly #resendUs: number;
  readonly #nowUs: () => number;
  readonly #open = new Map<number, Open>();
  readonly #grants = new Grants();
  #careAtUs = Number.POSITIVE_INFINITY;

  /** The member that is asked first is drawn from the host's stream. */
  constructor(host: Host, { members, resendUs, nowUs }: ClientSettings) {
    assert(members.length > 0, 'a client needs members to ask');
    assert(resendUs > 0, () => `a client that asks again after ${resendUs} µs`);
    this.#host = host;
    this.#belief = new LeaderBelief(members, pick(host.random, members));
    this.#resendUs = resendUs;
    this.#nowUs = nowUs ?? (() => host.monotonicUs());
  }

  /** The member that is asked next. */
  get believed(): string {
    return this.#belief.believed;
  }

  /** Numbers of the requests without an outcome, in the order they were asked. */
  get open(): readonly number[] {
    return [...this.#open.keys()];
  }

  /** Asks, until `giveUpUs` by the clock of the settings. A repetition has left before. */
  ask(
    op: number,
    request: ApiRequest,
    giveUpUs: number,
    effects: Effect[],
    isRepetition = false,
  ): void {
    assert(!this.#open.has(op), () => `request ${op} is open already`);
    const open: Open = {
      call: { kind: 'api', v: 1, op, request },
      giveUpUs,
      nextUs: 0,
      target: '',
      sent: false,
      wasSent: isRepetition,
      copies: isRepetition ? 1 : 0,
      hopped: false,
    };
    this.#open.set(op, open);
    this.#send(open, this.#belief.believed, effects);
  }

  /** What became of a request by this message; most messages settle none. */
  onMessage(from: string, message: Message, effects: Effect[]): Settled | undefined {
    if (message.kind !== 'api-answer') return undefined;
    const { op, result } = message as ApiAnswer;
    const open = this.#open.get(op);
    // Late, doubled, or for a request given up: it was settled once already.
    if (open === undefined) return undefined;
    if (result.kind === 'redirect') {
      this.#redirected(open, from, result.leader, effects);
      return undefined;
    }
    if (isAboutAttempt(result)) return this.#onAttempt(open, from, result, effects);
    if (!fits(result, open.call.request)) return undefined;
    this.#open.delete(op);
    if (open.care !== undefined && result.kind !== 'error') this.#grants.over(jobOf(open));
    if (result.kind !== 'error') {
      this.#belief.answered(from);
      return { op, outcome: { kind: 'answered', result } };
    }
    // A refusal is one only where no other copy of the request may still be carried out.
    if ((open.copies > 1 || (open.granted ?? 0) > 0) && !isQuestion(open.call.request))
      return { op, outcome: UNKNOWN };
    const { field, reason } = result;
    return { op, outcome: { kind: 'refused', field, reason } };
  }

  /** What was given up by now; undefined for timers of others. */
  onTimer(tag: string, effects: Effect[]): readonly Settled[] | undefined {
    return tag === CARE_TIMER ? this.#care(effects) : undefined;
  }

  /**
   * Impatience: every open request leaves once more, under its number. It is no news about anybody,
   * so when and whom to ask next after a silence stays as it was.
   */
  sendAllAgain(effects: Effect[]): void {
    for (const open of this.#open.values()) {
      if (!open.sent) this.#send(open, open.target, effects);
      else this.#sendCopy(open, effects);
    }
  }

  #send(open: Open, target: string, effects: Effect[]): void {
    open.target = target;
    open.sent = true;
    this.#sendCopy(open, effects);
    this.#careBy(open, this.#nowUs() + this.#resendUs, effects);
  }

  /** Every copy after the first says when it left, so that it is not taken for a doubled one. */
  #sendCopy(open: Open, effects: Effect[]): void {
    const { call, target, wasSent } = open;
    const resentAtUs = this.#host.monotonicUs();
    const message: ApiCall = wasSent ? { resentAtUs, ...call } : call;
    open.copies++;
    open.wasSent = true;
    effects.push({ kind: 'send', to: target, message });
  }

  /** Sets when this request needs care again; its end, where that comes first. */
  #careBy(open: Open, atUs: number, effects: Effect[]): void {
    open.nextUs = Math.min(atUs, open.giveUpUs);
    if (open.nextUs >= this.#careAtUs) return;
    this.#armCare(open.nextUs, effects);
  }

  #armCare(atUs: number, effects: Effect[]): void {
    this.#careAtUs = atUs;
    const afterUs = Math.max(1, Math.round(atUs - this.#nowUs()));
    effects.push({ kind: 'setTimer', tag: CARE_TIMER, afterUs });
  }

  /** Goes through what is open: gives up what is overdue, sends again what got no answer. */
  #care(effects: Effect[]): readonly Settled[] {
    const nowUs = this.#nowUs();
    const settled: Settled[] = [];
    // Sends below must not arm the timer each on its own; it is armed once, at the end.
    this.#careAtUs = 0;
    let earliestUs = Number.POSITIVE_INFINITY;
    for (const [op, open] of this.#open) {
      if (nowUs >= open.giveUpUs) {
        this.#open.delete(op);
        settled.push({ op, outcome: UNKNOWN });
        continue;
      }
      if (nowUs >= open.nextUs) this.#sendAgain(open, effects);
      earliestUs = Math.min(earliestUs, open.nextUs);
    }
    this.#careAtUs = Number.POSITIVE_INFINITY;
    if (earliestUs < this.#careAtUs) {
      this.#armCare(Math.max(earliestUs, nowUs + CARE_MIN_US), effects);
    }
    return settled;
  }

  /** A scheduler that keeps nothing speaks of an attempt; others never do. */
  #onAttempt(open: Open, from: string, said: AboutAttempt, effects: Effect[]): Settled | undefined {
    const { care } = open;
    if (open.call.request.kind !== 'submit') return undefined;
    if (said.kind === 'address') {
      // From one that was not asked last, or of a life that is over.
      if (from !== open.target || !open.sent) return undefined;
      if (care !== undefined && (care.member !== from || said.life <= care.grant.life)) {
        return undefined;
      }
      // This copy did nothing, and what an earlier life was granted is lost.
      open.copies--;
      if (care === undefined) return this.#grant(open, from, said.life, effects);
      return this.#tryAgain(open, effects);
    }
    if (care?.member !== from || care.grant.attempt !== said.attempt) return undefined;
    care.silences = 0;
    this.#belief.answered(from);
    return said.kind === 'pending' ? undefined : this.#tryAgain(open, effects);
  }

  /** Grants the next attempt; without one left what came of those before is not known. */
  #grant(open: Open, member: string, life: number, effects: Effect[]): Settled | undefined {
    const { request, op } = open.call;
    assert(request.kind === 'submit', () => `a grant for ${request.kind}`);
    const { job, spec } = request;
    const grant = this.#grants.next(job, spec, life, this.#nowUs());
    if (grant === undefined) {
      this.#open.delete(op);
      if ((open.granted ?? 0) > 0) return { op, outcome: UNKNOWN };
      const reason = 'this client has used the id before';
      return { op, outcome: { kind: 'refused', field: 'job', reason } };
    }
    open.granted = (open.granted ?? 0) + 1;
    open.care = { member, grant, silences: 0 };
    open.call = { kind: 'api', v: 1, op, request, grant };
    this.#send(open, member, effects);
    return undefined;
  }

  /** The attempt is over or lost: another one, after the wait that was asked for. */
  #tryAgain(open: Open, effects: Effect[]): Settled | undefined {
    const { request, op } = open.call;
    assert(request.kind === 'submit', () => `another attempt of ${request.kind}`);
    if (!this.#grants.hasNext(request.job, request.spec)) {
      this.#open.delete(op);
      return { op, outcome: UNKNOWN };
    }
    open.care = undefined;
    open.call = { kind: 'api', v: 1, op, request };
    open.target = this.#belief.believed;
    open.sent = false;
    const waitUs = this.#grants.waitUs(request.job, request.spec, this.#host.random);
    this.#careBy(open, this.#nowUs() + waitUs, effects);
    return undefined;
  }

  /** Asks whether the attempt is still waited for; who was silent before is left for another. */
  #askAfter(open: Open, care: Care, effects: Effect[]): void {
    const { request } = open.call;
    assert(request.kind === 'submit', () => `an attempt of ${request.kind}`);
    if (isSilent(care) && this.#grants.hasNext(request.job, request.spec)) {
      this.#belief.silent(care.member);
      this.#tryAgain(open, effects);
      return;
    }
    care.silences += 1;
    this.#send(open, care.member, effects);
  }

  #sendAgain(open: Open, effects: Effect[]): void {
    if (open.care !== undefined) return this.#askAfter(open, open.care, effects);
    // Silence is news about a member only where that member was asked.
    const target = open.sent ? this.#belief.silent(open.target) : this.#belief.believed;
    open.hopped = false;
    this.#send(open, target, effects);
  }

  #redirected(open: Open, from: string, leader: string | undefined, effects: Effect[]): void {
    // From a member asked earlier, or a second copy: it says nothing about the one asked now.
    if (from !== open.target || !open.sent) return;
    open.copies--;
    const next = this.#belief.redirected(from, leader);
    if (next.named && !open.hopped) {
      open.hopped = true;
      this.#send(open, next.member, effects);
    } else {
      open.target = next.member;
      open.sent = false;
      const waitUs = intBetween(this.#host.random, REDIRECT_MIN_US, REDIRECT_MAX_US);
      this.#careBy(open, this.#nowUs() + waitUs, effects);
    }
  }
}

const UNKNOWN: RequestOutcome = { kind: 'unknown' };

/** What lists are answered with. */
const LISTS: { readonly [kind: string]: Answering['kind'] } = {
  'list-jobs': 'jobs',
  'list-skips': 'skips',
  'list-schedules': 'schedules',
};

const isQuestion = ({ kind }: ApiRequest): boolean =>
  kind === 'status' || kind === 'schedule-status' || kind in LISTS;

const isAboutAttempt = (result: ApiResult): result is AboutAttempt =>
  result.kind === 'address' || result.kind === 'pending' || result.kind === 'attempt-ended';

const jobOf = ({ call: { request } }: Open): string =>
  request.kind === 'submit' ? request.job : '';

/** Whether it answers such a request; another one is nobody's, and left alone. */
const fits = (result: ApiResult, { kind }: ApiRequest): boolean =>
  result.kind === 'error' || result.kind === (LISTS[kind] ?? 'ok');
