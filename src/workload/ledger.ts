import { compareTokens, type Token } from '../history/fact.ts';
import type { Message } from '../host/host.ts';
import type { Program, ProgramFactory } from '../host/program.ts';
import { NOTHING, nowOnly, type Output } from '../host/step.ts';
import { type EffectAck, type EffectRequest, tickJobId } from '../scheduler/api.ts';
import type { Harness } from './workload.ts';

/** What the ledger decided about an arrival. */
interface Decision {
  readonly accepted: boolean;
  readonly repeat: boolean;
  readonly reason?: string;
}

/** An arrival that was answered; its retransmissions get the same answer. */
interface Answered {
  readonly id: string;
  readonly worker: string;
  readonly effect: string;
  readonly decision: Decision;
}

/** A job that presents tokens, or a key's job or tick: what was answered, and the newest token. */
interface Account {
  /** Few, and kept for good: not in a list that has room for more. */
  answered: readonly Answered[];
  highest: Token | undefined;
}

const ACCEPTED: Decision = Object.freeze({ accepted: true, repeat: false });
const STALE: Decision = Object.freeze({ accepted: false, repeat: false, reason: 'stale token' });
const USED: Decision = Object.freeze({ accepted: false, repeat: false, reason: 'key used before' });

/**
 * The world outside the cluster, where effects arrive: it decides by what they present, answers and
 * records every arrival, refused ones too.
 *
 *   not fenced, or sink `none`   every arrival counts, copies made by the network included
 *   sink `token`                 accepted unless a newer token was accepted for the job
 *   sink `key`                   the first effect under (tick or job, name) is accepted, no other
 *
 * It never forgets: a restart finds what was there, for a crash does not undo the world.
 */
export function createLedger(harness: Harness): ProgramFactory {
  const book = new Book();
  return (host) => new Ledger(harness, book, host.self);
}

class Ledger implements Program {
  readonly #harness: Harness;
  readonly #book: Book;
  readonly #name: string;

  constructor(harness: Harness, book: Book, name: string) {
    this.#harness = harness;
    this.#book = book;
    this.#name = name;
  }

  onStart(): Output {
    return NOTHING;
  }

  onTimer(): Output {
    return NOTHING;
  }

  onDisk(): Output {
    return NOTHING;
  }

  onMessage(from: string, message: Message): Output {
    if (message.kind !== 'effect') return NOTHING;
    const request = message as EffectRequest;
    const decision = this.#book.decide(from, request);
    this.#record(from, request, decision);
    const { accepted } = decision;
    const ack: EffectAck = { kind: 'effect-ack', v: 1, id: request.id, accepted };
    return nowOnly([{ kind: 'send', to: from, message: ack }]);
  }

  snapshot(): unknown {
    return { name: this.#name, ...this.#book.size() };
  }

  #record(worker: string, request: EffectRequest, decision: Decision): void {
    const { job, tick, effect, token, sink, fenced } = request;
    this.#harness.record({
      kind: 'effect-arrived',
      at: this.#harness.now(),
      worker,
      job,
      ...(tick === undefined ? undefined : { tick }),
      effect,
      token,
      sink,
      fenced,
      ...decision,
    });
  }
}

/** What was accepted and answered so far: an entry per job that presents anything for checking. */
class Book {
  readonly #byToken = new Map<string, Account>();
  readonly #byKey = new Map<string, Account>();

  decide(worker: string, request: EffectRequest): Decision {
    if (!request.fenced || request.sink === 'none') return ACCEPTED;
    const account = this.#accountOf(request);
    const before = repeated(account, worker, request.id);
    if (before !== undefined) return { ...before.decision, repeat: true };
    const decision = request.sink === 'token' ? byToken(account, request) : byKey(account, request);
    const { id, effect } = request;
    const answer = { id, worker, effect, decision };
    const { answered } = account;
    account.answered = answered.length === 0 ? [answer] : [...answered, answer];
    return decision;
  }

  size(): { tokens: number; keys: number } {
    return { tokens: this.#byToken.size, keys: this.#byKey.size };
  }

  #accountOf(request: EffectRequest): Account {
    const accounts = request.sink === 'token' ? this.#byToken : this.#byKey;
    // A tick is one thing whatever its job is called by whoever decided it.
    const named = request.sink === 'key' && request.tick !== undefined;
    const key = named ? tickJobId(request.tick) : request.job;
    let account = accounts.get(key);
    if (account === undefined) accounts.set(key, (account = { answered: [], highest: undefined }));
    return account;
  }
}

/** A scan, for a job has few arrivals. The same id from another worker is another effect. */
function repeated(account: Account, worker: string, id: string): Answered | undefined {
  return account.answered.find((one) => one.id === id && one.worker === worker);
}

function byToken(account: Account, { token }: EffectRequest): Decision {
  if (account.highest !== undefined && compareTokens(token, account.highest) < 0) return STALE;
  account.highest = token;
  return ACCEPTED;
}

function byKey(account: Account, { effect }: EffectRequest): Decision {
  const used = account.answered.some((one) => one.effect === effect && one.decision.accepted);
  return used ? USED : ACCEPTED;
}
