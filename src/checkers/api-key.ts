import type { Answer, FactOf, Request } from '../history/fact.ts';
import { required } from '../lib/assert.ts';
import type { SearchBudget } from './linear-search.ts';
import { type Finding, type Happening, linearize, type Register } from './linearize.ts';

type Answered = FactOf<'answered'>;

/** A request about one job or schedule, and its answer once that was heard. */
interface Entry<O> {
  readonly op: number;
  readonly request: Request;
  answered: Answered | undefined;
  /** What it is to the register; undefined until it is judged. */
  judged: O | undefined;
}

/** An answer that fits no order, and what was answered before it. */
export interface Unfit {
  readonly facts: readonly [Answered, ...Answered[]];
  /** Those since nothing was open, in an order that fits the states before them. */
  readonly order: readonly Answered[];
}

const UNKNOWN: Answer = { kind: 'unknown' };

/** What clients asked and heard about one job or schedule, since nothing about it was open. */
export class ApiKey<S, O extends object, M> {
  readonly #opOf: (request: Request, answer: Answer) => O;
  #states: readonly S[];
  readonly #moves: M[];
  #happened: { readonly kind: 'asked' | 'answered'; readonly entry: Entry<O> }[] = [];
  #open = 0;
  #last: Answered | undefined;
  #isGivenUp = false;
  #excess: string | undefined;

  constructor(
    opOf: (request: Request, answer: Answer) => O,
    states: readonly S[],
    moves: readonly M[],
  ) {
    this.#opOf = opOf;
    this.#states = states;
    this.#moves = [...moves];
  }

  get states(): readonly S[] {
    return this.#states;
  }

  get moves(): readonly M[] {
    return this.#moves;
  }

  /** Whether nothing more of it is judged: an answer was unfit, or there was an excess. */
  get isGivenUp(): boolean {
    return this.#isGivenUp;
  }

  /** In what way there was more to look at than the budget allowed; undefined where not. */
  get excess(): string | undefined {
    return this.#excess;
  }

  /** Whether nothing is open that was asked. */
  get isQuiet(): boolean {
    return this.#open === 0;
  }

  asked({ op, request }: FactOf<'asked'>): void {
    if (this.#isGivenUp) return;
    this.#open++;
    const entry = { op, request, answered: undefined, judged: undefined };
    this.#happened.push({ kind: 'asked', entry });
  }

  /** `isHeard` is false where the answer is not to be judged: it may be any, or none. */
  answered(fact: Answered, isHeard: boolean): void {
    const entry = this.#happened.find((one) => one.entry.op === fact.op)?.entry;
    if (entry === undefined || entry.answered !== undefined) return;
    this.#open--;
    if (!isHeard) return;
    entry.answered = fact;
    this.#happened.push({ kind: 'answered', entry });
  }

  /** Judges what happened since the last time; what is still open is taken for never answered. */
  settle(register: Register<S, O, M>, budget: SearchBudget): Unfit | undefined {
    if (this.#happened.length === 0) return undefined;
    const entries: Entry<O>[] = [];
    const answers: Answered[] = [];
    const happened = this.#happened.map(({ kind, entry }): Happening<O> => {
      const { request, answered } = entry;
      if (entry.judged === undefined) {
        entry.judged = this.#opOf(request, answered?.answer ?? UNKNOWN);
        entries.push(entry);
      }
      if (kind === 'answered' && answered !== undefined) answers.push(answered);
      return { kind, op: entry.judged };
    });
    const found = linearize(register, this.#states, this.#moves, happened, budget);
    this.#happened = [];
    this.#open = 0;
    this.#giveUpIfOver(found);
    if (found.kind === 'fits') this.#states = found.states;
    const before = this.#last === undefined ? [] : [this.#last];
    this.#last = answers.at(-1) ?? this.#last;
    if (found.kind !== 'unfit') return undefined;
    // One break is enough, and of what comes after it nothing is certain.
    this.#isGivenUp = true;
    const heard = new Map<O, Answered | undefined>();
    for (const { answered, judged } of entries)
      if (judged !== undefined) heard.set(judged, answered);
    const unfit = heard.get(found.op);
    const until = answers.indexOf(required(unfit, 'the answer that does not fit')) + 1;
    const facts = [...before, ...answers.slice(0, until)];
    const order = found.order.flatMap((op) => heard.get(op) ?? []);
    return { facts: facts as [Answered, ...Answered[]], order };
  }

  /** Whether this answer, of something asked just now, fits what is known. */
  fits(register: Register<S, O, M>, op: O, budget: SearchBudget): boolean {
    const happened: Happening<O>[] = [
      { kind: 'asked', op },
      { kind: 'answered', op },
    ];
    const found = linearize(register, this.#states, this.#moves, happened, budget);
    this.#giveUpIfOver(found);
    return found.kind !== 'unfit';
  }

  #giveUpIfOver(found: Finding<S, O>): void {
    if (found.kind !== 'over-budget') return;
    this.#isGivenUp = true;
    this.#excess = found.reason;
  }

  /** The last answer that was judged. */
  get last(): Answered | undefined {
    return this.#last;
  }
}
