import type { Claim } from '../checkers/checker.ts';
import type { Plan, PlannedFault } from '../faults/plan.ts';
import { planProblems } from '../faults/plan-problems.ts';
import type { LostDraws } from '../kernel/rng.ts';
import { InvariantBroken } from '../lib/assert.ts';
import { stableJson } from '../lib/stable-json.ts';
import { type Prepared, prepare } from '../scenario/prepare.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { parseScenario } from '../scenario/schema.ts';
import { loadedOf } from './loaded.ts';
import { type Broken, type Probe, probe } from './probe.ts';

/** What is made smaller: a scenario and the faults of one seed. */
export interface Subject {
  readonly scenario: Scenario;
  readonly plan: Plan;
}

/** The same with these faults; a scenario that gives its faults gives these then. */
export function withFaults(subject: Subject, faults: readonly PlannedFault[]): Subject {
  const { scenario } = subject;
  const isGiven = scenario.faults.kind === 'given';
  const given = isGiven ? { ...scenario, faults: { kind: 'given' as const, faults } } : scenario;
  return { scenario: given, plan: { faults } };
}

export interface TrialsOptions {
  readonly prepared: Prepared;
  readonly seed: string;
  readonly plan: Plan;
  readonly claim: Claim;
  /** Runs in all. */
  readonly budget: number;
  readonly stopsEarly: boolean;
}

/**
 * Draws that are lost everywhere at once move every number that is drawn: a case that breaks
 * nevertheless does hardly rest on what its seed happened to draw.
 */
const SHAKES: readonly LostDraws[] = [() => 1, () => 2];

/** Runs subjects, and keeps the smallest that still breaks the claim. */
export class Trials {
  readonly #options: TrialsOptions;
  readonly #refused = new Set<string>();
  #best: Subject;
  #prepared: Prepared;
  #broken: Broken | undefined;
  #runs = 0;
  #isShaken = false;
  #shakes = SHAKES;

  constructor(options: TrialsOptions) {
    this.#options = options;
    this.#prepared = options.prepared;
    this.#best = { scenario: options.prepared.loaded.scenario, plan: options.plan };
  }

  get best(): Subject {
    return this.#best;
  }

  get prepared(): Prepared {
    return this.#prepared;
  }

  /** How the best so far breaks the claim. */
  get broken(): Broken | undefined {
    return this.#broken;
  }

  get runs(): number {
    return this.#runs;
  }

  get isOver(): boolean {
    return this.#runs >= this.#options.budget;
  }

  /** From here on a subject must break the claim whatever is drawn. */
  get isShaken(): boolean {
    return this.#isShaken;
  }

  /** Runs the subject as it is; false when it does not break the claim, and there is no case. */
  begin(): boolean {
    this.#broken = this.#probe(this.#prepared, this.#best.plan);
    return this.#broken !== undefined;
  }

  /** Whether the best so far breaks the claim whatever is drawn; then all that follow must. */
  shake(): boolean {
    this.#isShaken ||= this.#shakes.every((lost) => this.breaksWith(lost));
    return this.#isShaken;
  }

  /** Shakes with these from now on, too: they were found to matter. */
  shakeAlso(lostDraws: LostDraws): void {
    this.#shakes = [lostDraws, ...this.#shakes];
    this.#isShaken = false;
  }

  /**
   * As {@link accept}, of a subject that breaks the claim whatever is drawn; then all that follow
   * must.
   */
  acceptSteady(subject: Subject): boolean {
    if (keyOf(subject) === keyOf(this.#best)) return this.shake();
    const before = this.#isShaken;
    this.#isShaken = true;
    const isAccepted = this.accept(subject);
    this.#isShaken = isAccepted || before;
    return isAccepted;
  }

  /** Whether the best so far breaks the claim with these draws lost. */
  breaksWith(lostDraws: LostDraws): boolean {
    return this.#probe(this.#prepared, this.#best.plan, { lostDraws }) !== undefined;
  }

  /** Runs the best so far again for its facts. */
  watch(onFact: NonNullable<Probe['onFact']>): void {
    this.#probe(this.#prepared, this.#best.plan, { onFact, stopsEarly: false });
  }

  /** Takes the subject for the best so far if it is sound and still breaks the claim. */
  accept(subject: Subject): boolean {
    // What was refused for being unsteady may do where that does not matter.
    const how = this.#isShaken ? 'shaken' : 'as it is';
    const key = `${how}: ${keyOf(subject)}`;
    if (key === `${how}: ${keyOf(this.#best)}`) return true;
    if (this.isOver || this.#refused.has(key)) return false;
    const prepared = this.#prepare(subject);
    const broken = prepared === undefined ? undefined : this.#breaks(prepared, subject.plan);
    if (prepared === undefined || broken === undefined) {
      this.#refused.add(key);
      return false;
    }
    this.#best = subject;
    this.#prepared = prepared;
    this.#broken = broken;
    return true;
  }

  #breaks(prepared: Prepared, plan: Plan): Broken | undefined {
    const broken = this.#probe(prepared, plan);
    if (broken === undefined || !this.#isShaken) return broken;
    const isAlways = this.#shakes.every(
      (lostDraws) => this.#probe(prepared, plan, { lostDraws }) !== undefined,
    );
    return isAlways ? broken : undefined;
  }

  /** Nothing where the subject is none that a text could say. */
  #prepare({ scenario, plan }: Subject): Prepared | undefined {
    const { design, loaded } = this.#options.prepared;
    const made = loadedOf(scenario, loaded);
    const isSound = parseScenario(made.text).kind === 'ok' && planProblems(plan).length === 0;
    const prepared = isSound ? prepare(made, design) : undefined;
    return prepared?.kind === 'ok' ? prepared.value : undefined;
  }

  #probe(prepared: Prepared, plan: Plan, more: Partial<Probe> = {}): Broken | undefined {
    this.#runs++;
    const { seed, claim, stopsEarly } = this.#options;
    try {
      return probe(prepared, { seed, plan, claim, stopsEarly, ...more });
    } catch (error) {
      // Another failure than the one that is looked for.
      if (error instanceof InvariantBroken) return undefined;
      throw error;
    }
  }
}

const keyOf = ({ scenario, plan }: Subject): string => stableJson({ scenario, plan });
