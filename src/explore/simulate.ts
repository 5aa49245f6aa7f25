/**
 * One simulated run for programs: a design, built-in or of one's own, under a plan, with claims and
 * kinds of faults of one's own beside the built-in ones.
 */
import type { Claim, Verdict } from '../checkers/checker.ts';
import { findAmong } from '../faults/faults.ts';
import type { OwnFault } from '../faults/own-fault.ts';
import type { Plan } from '../faults/plan.ts';
import { planProblems } from '../faults/plan-problems.ts';
import { BadInput, type Outcome, ok, type Problem } from '../lib/outcome.ts';
import type { RunNumbers } from '../metrics/metrics.ts';
import { suggestion } from '../scenario/nearest.ts';
import { type Prepared, prepare } from '../scenario/prepare.ts';
import { type SelectedDesign, selectDesign } from '../scenario/registry.ts';
import type { Cluster, Workload } from '../scenario/scenario.ts';
import { doublecheck, type Nondeterminism } from './doublecheck.ts';
import { loadedOf } from './loaded.ts';
import { replay } from './replay.ts';
import { claimsOf, type RunResult, runSeed } from './run.ts';
import { scenarioWith } from './simulate-scenario.ts';
import { ClaimBroken, type ToldCase, told } from './simulate-story.ts';

export interface SimulateOptions {
  /** Whatever the run draws, it draws from this; 1 when not told. */
  readonly seed?: string | number;
  /** The faults; those of the scenario when not told, which are none by default. */
  readonly plan?: Plan<string>;
  /** A scenario as YAML text, whatever designs it names; {@link SIMULATED} when not told. */
  readonly scenario?: string;
  /** Instead of what the scenario says, key by key. */
  readonly cluster?: Partial<Cluster>;
  readonly workload?: Partial<Workload>;
  /** Kinds of faults of one's own, which the plan may name. */
  readonly faults?: readonly OwnFault[];
  /** Claims of one's own, judged beside the built-in ones. */
  readonly claims?: readonly Claim[];
  /** Run it twice, and throw where the second run takes another step than the first. */
  readonly twice?: boolean;
  /** A folder for the case file of a claim that breaks; none is written when not told. */
  readonly saveCase?: string;
}

/** A claim that broke. */
export interface BrokenClaim {
  readonly claim: string;
  readonly atUs: number;
  readonly summary: string;
  /** The design says that it keeps it. */
  readonly isPromised: boolean;
}

/**
 * Runs a design once, to the end of its audit. The design is a selection as the command line takes
 * it, or one made by `defineDesign`. Throws {@link BadInput} with everything that is wrong with the
 * request, and an error where `twice` finds a difference.
 */
export function simulate(
  design: SelectedDesign | string,
  options: SimulateOptions = {},
): Simulation {
  const prepared = preparedFor(design, options);
  const seed = String(options.seed ?? 1);
  const plan = options.plan as Plan | undefined;
  const given = plan === undefined ? {} : { plan };
  if (options.twice !== true)
    return new Simulation(prepared, runSeed(prepared, seed, given), options);
  const { result, difference } = doublecheck(prepared, seed, given);
  if (difference !== undefined) throw new Error(inWords(prepared, difference));
  return new Simulation(prepared, result, options);
}

function preparedFor(design: SelectedDesign | string, options: SimulateOptions): Prepared {
  const { faults = [], claims = [], plan = { faults: [] } } = options;
  const selected = typeof design === 'string' ? selectDesign(design) : ok(design);
  const scenario = scenarioWith(options);
  const problems = [
    ...errorsOf(selected, 'design'),
    ...errorsOf(scenario),
    ...planProblems(plan, findAmong(faults)).map((p) => ({ ...p, path: `plan.${p.path}` })),
    ...twice(
      'claims',
      claims.map(({ id }) => id),
    ),
    ...twice(
      'faults',
      faults.map(({ kind }) => kind),
    ),
  ];
  if (problems.length > 0 || scenario.kind === 'failed' || selected.kind === 'failed') {
    throw new BadInput(problems);
  }
  const prepared = prepare(loadedOf(scenario.value), selected.value, { claims, faults });
  if (prepared.kind === 'failed') throw new BadInput(prepared.error);
  return prepared.value;
}

function errorsOf(
  outcome: Outcome<unknown, readonly Problem[]>,
  path?: string,
): readonly Problem[] {
  const found = outcome.kind === 'failed' ? outcome.error : [];
  return path === undefined ? found : found.map((p) => ({ ...p, path }));
}

const twice = (path: string, names: readonly string[]): readonly Problem[] =>
  names
    .filter((name, i) => names.indexOf(name) < i)
    .map((name) => ({ path, problem: `'${name}' is there twice` }));

const inWords = ({ design }: Prepared, it: Nondeterminism): string =>
  `${design.name} is not deterministic: with seed ${it.seed}, step ${it.step} was ${it.first}, ` +
  `and ${it.second} the second time`;

/** A run that is over, and what may be asked of it. */
export class Simulation {
  readonly seed: string;
  readonly plan: Plan<string>;
  /** By claim: the built-in ones in their order, then one's own. */
  readonly verdicts: ReadonlyMap<string, Verdict>;
  readonly broken: readonly BrokenClaim[];
  readonly numbers: RunNumbers;
  /** The same for the same run, step by step. */
  readonly fingerprint: string;
  readonly #prepared: Prepared;
  readonly #saveCase: string | undefined;
  readonly #told = new Map<string, ToldCase>();

  constructor(prepared: Prepared, result: RunResult, { saveCase }: SimulateOptions) {
    this.seed = result.seed;
    this.plan = result.plan;
    this.verdicts = result.verdicts;
    this.numbers = result.numbers;
    this.fingerprint = result.fingerprint;
    this.broken = [...result.verdicts].flatMap(([claim, verdict]) => {
      if (verdict.kind !== 'broken') return [];
      const { at: atUs, summary } = verdict;
      return [{ claim, atUs, summary, isPromised: isPromised(prepared, claim) }];
    });
    this.#prepared = prepared;
    this.#saveCase = saveCase;
  }

  get design(): string {
    return this.#prepared.design.name;
  }

  /** What is asked about when no claim is named: all that the design promises to keep. */
  get promised(): readonly string[] {
    return claimsOf(this.#prepared)
      .filter(({ id, modality }) => modality !== 'sometimes' && isPromised(this.#prepared, id))
      .map(({ id }) => id);
  }

  /**
   * True when these claims held; {@link promised} when none is named. One that is excused, or that
   * nothing was there to judge by, was not seen to break. Throws {@link ClaimBroken} with the story
   * and the command that replays it for the first that broke, or that could not be judged.
   */
  holds(claims: string | readonly string[] = this.promised): true {
    const wanted = typeof claims === 'string' ? [claims] : claims;
    this.#check(wanted);
    const broken = wanted.find((claim) => this.verdicts.get(claim)?.kind === 'broken');
    if (broken !== undefined) throw new ClaimBroken(this.#tell(broken));
    for (const claim of wanted) {
      const verdict = this.verdicts.get(claim);
      if (verdict?.kind !== 'unknown') continue;
      throw new Error(`${claim} of ${this.design} cannot be judged: ${verdict.reason}`);
    }
    return true;
  }

  /** The command that runs it again, for a claim that broke: the first one, when none is named. */
  replayCommand(claim = this.broken[0]?.claim): string | undefined {
    if (claim === undefined) return undefined;
    this.#check([claim]);
    return this.verdicts.get(claim)?.kind === 'broken' ? this.#tell(claim).command : undefined;
  }

  /** Every fact of the run as a line, in order of true time. */
  transcript(): readonly string[] {
    return replay(this.#prepared, this.seed, this.plan as Plan).lines;
  }

  /** Runs it once more: the first step that differs, if one does. */
  difference(): Nondeterminism | undefined {
    const plan = this.plan as Plan;
    const again = runSeed(this.#prepared, this.seed, { plan });
    if (again.fingerprint === this.fingerprint) return undefined;
    return doublecheck(this.#prepared, this.seed, { plan }).difference;
  }

  /** The same as words of an error; `undefined` where both runs are one. */
  differenceInWords(): string | undefined {
    const difference = this.difference();
    return difference && inWords(this.#prepared, difference);
  }

  #check(claims: readonly string[]): void {
    const problems = claims
      .filter((claim) => !this.verdicts.has(claim))
      .map((claim) => {
        const hint = suggestion(claim, [...this.verdicts.keys()]);
        const problem = `'${claim}' was not judged: there is no such claim`;
        return { path: 'claims', problem, ...(hint === undefined ? {} : { hint }) };
      });
    if (problems.length > 0) throw new BadInput(problems);
  }

  #tell(claim: string): ToldCase {
    let it = this.#told.get(claim);
    if (it === undefined) {
      const { seed, plan, fingerprint } = this;
      const run = { seed, plan: plan as Plan, fingerprint, claim };
      it = told(this.#prepared, run, this.#saveCase);
      this.#told.set(claim, it);
    }
    return it;
  }
}

const isPromised = ({ design }: Prepared, claim: string): boolean =>
  !Object.hasOwn(design.notPromised, claim);
