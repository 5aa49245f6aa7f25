import type { FactOf, Token } from '../history/fact.ts';
import { compareTokens } from '../history/fact.ts';

type Began = FactOf<'body-began'>;

/** An attempt whose body began, with what a judge keeps about it. */
export interface Live<T> {
  readonly fact: Began;
  readonly of: T;
}

/**
 * The name under which bodies begin on that machine: a second copy of a worker, a machine of its
 * own, bears the name of the first. Of a body that began there it is not known on which.
 */
export const workerOf = (machine: string): string => machine.replace(/'\d*$/, '');

/**
 * The attempts that hold a grant: their bodies run, and the scheduler has not given them up. A
 * grant ends
 *   - when its body ends, or its machine goes down, or a copy of that machine;
 *   - when a scheduler testifies that it has given the attempt up: the body, or one that begins
 *     later from a launch that was under way, is a zombie then, which nobody can rule out;
 *   - when a cancel of its job is asked, for it may be in effect before its answer is heard;
 *   - when a later attempt of the same job begins, for then the earlier one was given up.
 */
export class LiveAttempts<T> {
  readonly #onOver: (live: Live<T>) => void;
  readonly #live = new Map<string, Live<T>>();
  readonly #lost = new Map<string, Token[]>();
  readonly #cancelled = new Set<string>();

  constructor(onOver: (live: Live<T>) => void) {
    this.#onOver = onOver;
  }

  /** The attempt that began; undefined where its grant was over before. */
  begin(fact: Began, of: T): Live<T> | undefined {
    const { job, token } = fact;
    if (this.#cancelled.has(job)) return undefined;
    const lost = this.#lost.size === 0 ? undefined : this.#lost.get(job);
    if (lost?.some((one) => compareTokens(one, token) >= 0)) return undefined;
    const before = this.#live.get(job);
    if (before !== undefined) {
      if (compareTokens(before.fact.token, token) >= 0) return undefined;
      this.#end(before);
    }
    const live = { fact, of };
    this.#live.set(job, live);
    return live;
  }

  onEnded({ job, token, worker }: FactOf<'body-ended'>): void {
    const live = this.#live.get(job);
    if (live === undefined || live.fact.worker !== worker) return;
    if (compareTokens(live.fact.token, token) === 0) this.#end(live);
  }

  onMachine({ machine, state }: FactOf<'machine'>): void {
    if (state !== 'down') return;
    const worker = workerOf(machine);
    for (const live of this.#live.values()) if (live.fact.worker === worker) this.#end(live);
  }

  onTestified({ said }: FactOf<'testified'>): void {
    if (said.kind !== 'attempt-lost') return;
    const lost = this.#lost.get(said.job);
    if (lost === undefined) this.#lost.set(said.job, [said.token]);
    else lost.push(said.token);
    const live = this.#live.get(said.job);
    if (live !== undefined && compareTokens(live.fact.token, said.token) <= 0) this.#end(live);
  }

  onCancelAsked(job: string): void {
    this.#cancelled.add(job);
    const live = this.#live.get(job);
    if (live !== undefined) this.#end(live);
  }

  #end(live: Live<T>): void {
    this.#live.delete(live.fact.job);
    this.#onOver(live);
  }
}
