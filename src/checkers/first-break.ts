import type { Fact, Token } from '../history/fact.ts';
import { foldOf } from '../history/history.ts';
import type { VirtualUs } from '../lib/units.ts';
import type { Judge, Verdict } from './checker.ts';

type Broken = Extract<Verdict, { readonly kind: 'broken' }>;

/** Keeps the earliest break that a judge has found; the first to be told among equals. */
export class FirstBreak {
  #first: Broken | undefined;

  get found(): boolean {
    return this.#first !== undefined;
  }

  /** Broken by the last of `facts`, at the time of that fact unless another is told. */
  add(facts: readonly [Fact, ...Fact[]], summary: string, at?: number): void {
    const when = (at ?? (facts[facts.length - 1] as Fact).at) as VirtualUs;
    if (this.#first !== undefined && this.#first.at <= when) return;
    this.#first = { kind: 'broken', at: when, summary, facts };
  }

  /** The break, or what the judge says in its absence. */
  or(otherwise: () => Verdict): Verdict {
    return this.#first ?? otherwise();
  }
}

/** A judge made of one function per kind of fact and one for the end. */
export const judgeOf = (handlers: Parameters<typeof foldOf>[0], verdict: () => Verdict): Judge => ({
  ...foldOf(handlers),
  verdict,
});

export const HELD: Verdict = Object.freeze({ kind: 'held' });
export const vacuous = (reason: string): Verdict => ({ kind: 'vacuous', reason });
export const unknown = (reason: string): Verdict => ({ kind: 'unknown', reason });

/** A time of the run in words: "83.412907 s". */
export const secondsText = (us: number): string => `${us / 1_000_000} s`;

/** A token in words: "(3, 1)", epoch first. */
export const tokenText = (token: Token): string => `(${token.epoch}, ${token.attempt})`;
