/** Claims that a user defines: judged beside the built-in ones, by the same rules. */
import type { Assumption, Fact } from '../history/fact.ts';
import { ALL_KINDS, foldOf } from '../history/history.ts';
import { BadInput, type Problem } from '../lib/outcome.ts';
import type { Claim, ClaimContext, Judge } from './checker.ts';
import { findClaim } from './claims.ts';
import { FirstBreak, HELD, vacuous } from './first-break.ts';

/** Says that the claim is broken: the last of the facts breaks it, the others lead there. */
export type Breaks = (facts: readonly [Fact, ...Fact[]], summary: string) => void;

/** A function per kind of fact; kinds that it does not name are not delivered. */
export type FactHandlers = Parameters<typeof foldOf>[0];

export interface ClaimSpec {
  /** Its name; no built-in claim has it. */
  readonly id: string;
  /** What a design that keeps it says, in one sentence. */
  readonly sentence: string;
  /** `always` when not told. */
  readonly modality?: Claim['modality'];
  /** What it does not check, and why. */
  readonly limits?: string;
  /** Assumptions whose failure excuses a later break; none when not told. */
  readonly excusedBy?: readonly Assumption[];
  /**
   * The short form: handlers of facts, made anew for every run, that call `breaks`. The claim held
   * where none did, and is vacuous where none was called.
   */
  readonly fold?: (breaks: Breaks, context: ClaimContext) => FactHandlers;
  /** The long form: a judge of one's own, made anew for every run. */
  readonly judge?: (context: ClaimContext) => Judge;
}

/**
 * A claim of one's own, to be handed to `simulate`. Judge evidence and truth; a program's testimony
 * may break a claim, and never support one. Throws {@link BadInput} with everything that is wrong.
 */
export function defineClaim(spec: ClaimSpec): Claim {
  const problems = claimProblems(spec);
  if (problems.length > 0) throw new BadInput(problems);
  const { id, sentence, modality = 'always', excusedBy = [], fold } = spec;
  const limits = spec.limits ?? 'What it does not check was not said.';
  const judge = spec.judge ?? ((context: ClaimContext) => judgeOfFold(fold, context));
  return Object.freeze({ id, modality, sentence, limits, excusedBy, judge });
}

function judgeOfFold(fold: ClaimSpec['fold'], context: ClaimContext): Judge {
  const found = new FirstBreak();
  let isJudged = false;
  const handlers = fold?.((facts, summary) => found.add(facts, summary), context) ?? {};
  const { listens, onFact } = foldOf(handlers);
  return {
    listens,
    onFact: (fact) => {
      isJudged = true;
      onFact(fact);
    },
    verdict: () =>
      found.or(() => (isJudged ? HELD : vacuous(`nothing was seen of ${listens.join(', ')}`))),
  };
}

const ID = /^[a-z][a-z0-9-]{0,63}$/;
const MODALITIES: readonly string[] = ['always', 'eventually', 'sometimes'];
const ASSUMPTIONS: Readonly<Record<Assumption, true>> = {
  'rate-error': true,
  'wall-error': true,
  'store-durable': true,
  'disk-damage': true,
  'single-copy': true,
  suspend: true,
  'zone-rules': true,
};

/** What is wrong with a list of assumptions. */
export function assumptionProblems(path: string, list: readonly string[] = []): Problem[] {
  const hint = `known: ${Object.keys(ASSUMPTIONS).join(', ')}`;
  return list
    .filter((one) => !Object.hasOwn(ASSUMPTIONS, one))
    .map((one) => ({ path, problem: `there is no assumption '${one}'`, hint }));
}

function claimProblems(spec: ClaimSpec): Problem[] {
  const { id, sentence, modality = 'always', fold, judge, excusedBy } = spec;
  const found: Problem[] = assumptionProblems('excusedBy', excusedBy);
  const wrong = (path: string, problem: string, hint?: string): void => {
    found.push({ path, problem, ...(hint === undefined ? {} : { hint }) });
  };
  if (typeof id !== 'string' || !ID.test(id)) {
    wrong('id', `'${id}' names no claim`, 'small letters, digits and "-"');
  } else if (findClaim(id) !== undefined) {
    wrong('id', `there is a built-in '${id}'`, 'choose another name');
  }
  if (typeof sentence !== 'string' || sentence.trim() === '') {
    wrong('sentence', 'needs a sentence: what holds');
  }
  if (!MODALITIES.includes(modality)) {
    wrong('modality', `there is no '${modality}'`, `known: ${MODALITIES.join(', ')}`);
  }
  const given = [fold, judge].filter((it) => it !== undefined);
  if (given.length !== 1) wrong('', 'needs either fold or judge', 'one function that judges');
  else if (typeof given[0] !== 'function') wrong('', 'is judged by no function');
  else if (fold !== undefined) found.push(...handlerProblems(fold));
  return found;
}

/** A kind of fact that is not there would never come, and the claim would be vacuous for ever. */
function handlerProblems(fold: NonNullable<ClaimSpec['fold']>): Problem[] {
  const kinds = Object.keys(fold(() => {}, NO_CONTEXT));
  const hint = `known: ${ALL_KINDS.join(', ')}`;
  if (kinds.length === 0) return [{ path: 'fold', problem: 'looks at no fact', hint }];
  return kinds
    .filter((kind) => !ALL_KINDS.some((known) => known === kind))
    .map((kind) => ({ path: `fold.${kind}`, problem: 'there is no such kind of fact', hint }));
}

/** Stands in for a run where only the names of handlers are asked for. */
const NO_CONTEXT: ClaimContext = {
  epsilonUs: 0,
  recoverBoundUs: 0,
  onTimeBoundUs: 0,
  slots: 1,
  startBoundUs: 0,
  rescueBoundUs: 0,
  orderSlackUs: 0,
  timeoutGraceUs: 0,
  ratePpmMax: 0,
};
