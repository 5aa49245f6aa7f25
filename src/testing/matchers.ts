/**
 * `toHold` for vitest, which is not needed here: matchers are functions that answer with an object.
 */

import { Simulation } from '../explore/simulate.ts';
import { ClaimBroken } from '../explore/simulate-story.ts';

/** What a matcher answers with. */
export interface Matched {
  readonly pass: boolean;
  readonly message: () => string;
}

/** The matchers, as types: `interface Matchers<T> extends SeaworthyMatchers<T> {}`. */
export interface SeaworthyMatchers<R = unknown> {
  /**
   * These claims held, or all that the design promises when none is named; and the same run again
   * takes the same steps.
   */
  toHold(...claims: readonly string[]): R;
}

/** For `expect.extend(matchers)`. */
export const matchers = {
  toHold(received: unknown, ...claims: readonly string[]): Matched {
    if (!(received instanceof Simulation)) {
      throw new TypeError('toHold is about a run: expect(simulate(design, options)).toHold(claim)');
    }
    const wanted = claims.length === 0 ? received.promised : claims;
    const unlike = received.differenceInWords();
    if (unlike !== undefined) throw new Error(unlike);
    try {
      received.holds(wanted);
    } catch (error) {
      if (!(error instanceof ClaimBroken)) throw error;
      return { pass: false, message: () => error.message };
    }
    const what = `${received.design} holds ${wanted.join(', ')} with seed ${received.seed}`;
    return { pass: true, message: () => `${what}, and was expected not to` };
  },
};

/** Teaches an `expect` that has `extend`, such as vitest's, the matchers. */
export const teach = (expect: { extend(matchers: object): void }): void => expect.extend(matchers);
