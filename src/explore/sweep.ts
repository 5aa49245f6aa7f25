/** Designs × seeds become one report document. */
import type { Verdict } from '../checkers/checker.ts';
import type { Plan } from '../faults/plan.ts';
import type { Outcome, Problem } from '../lib/outcome.ts';
import { BadInput } from '../lib/outcome.ts';
import type { DesignReport, ReportDocument } from '../report/document.ts';
import type { Prepared } from '../scenario/prepare.ts';
import { prepare } from '../scenario/prepare.ts';
import { selectDesign } from '../scenario/registry.ts';
import type { LoadedScenario } from '../scenario/scenario.ts';
import { printCase } from './case-file.ts';
import { compareAll } from './comparing.ts';
import type { Nondeterminism } from './doublecheck.ts';
import { doublecheck } from './doublecheck.ts';
import { replay } from './replay.ts';
import type { RunResult } from './run.ts';
import { runSeed } from './run.ts';
import { DesignSummary } from './summary.ts';

export interface SweepRequest {
  readonly loaded: LoadedScenario;
  /** Selections, in the order of the report. */
  readonly designs: readonly string[];
  readonly seeds: readonly string[];
  /** The exact command that makes the document again. */
  readonly command: string;
  /** Run every seed twice and compare every step. */
  readonly doublecheck?: boolean;
  /** Asked between runs: true ends the sweep with the seeds that every design has met. */
  readonly shouldStop?: () => boolean;
}

/** After each run: how far the sweep is. */
export interface SweepProgress {
  readonly done: number;
  readonly total: number;
  readonly design: string;
  readonly seed: string;
  /** Runs so far in which a promised claim broke. */
  readonly broken: number;
}

export interface BrokenCase {
  readonly seed: string;
  readonly design: string;
  /** The case file, as JSON text. */
  readonly text: string;
  readonly plan: Plan;
  /** The promised claim that broke first; absent when only others broke. */
  readonly promised?: string;
  readonly transcript: string;
}

export interface SweepResult {
  readonly document: ReportDocument;
  readonly cases: readonly BrokenCase[];
  readonly nondeterminism: readonly Nondeterminism[];
  readonly exitCode: 0 | 1 | 4 | 5;
}

/** Of each design this many broken cases are written out. */
const CASES_MAX = 3;

/**
 * Runs every seed under every design, seed by seed, and hands control back after each run; its
 * value is the result. Throws {@link BadInput} with every problem of selections and inputs at once.
 */
export function* sweepSteps(request: SweepRequest): Generator<SweepProgress, SweepResult> {
  const whole = new Sweep(request);
  for (const progress of whole.steps()) {
    yield progress;
    if (request.shouldStop?.() === true) break;
  }
  return whole.finish();
}

/** Runs a whole sweep at once. */
export function sweep(request: SweepRequest): SweepResult {
  const steps = sweepSteps(request);
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

class Sweep {
  readonly #request: SweepRequest;
  readonly #summaries: readonly DesignSummary[];
  readonly #cases: BrokenCase[] = [];
  readonly #nondeterminism: Nondeterminism[] = [];
  #done = 0;

  constructor(request: SweepRequest) {
    this.#request = request;
    this.#summaries = prepareAll(request).map((prepared) => new DesignSummary(prepared));
  }

  *steps(): Generator<SweepProgress> {
    const total = this.#request.seeds.length * this.#summaries.length;
    for (const seed of this.#request.seeds) {
      // A seed counts when all designs have met it: results are added together, before whoever is
      // told of the last of them may stop the sweep.
      const runs: RunResult[] = [];
      for (const { prepared } of this.#summaries) {
        runs.push(this.#run(prepared, seed));
        this.#done += 1;
        if (runs.length === this.#summaries.length) this.#addAll(runs);
        const broken = this.#summaries.reduce((sum, { brokenSeeds }) => sum + brokenSeeds, 0);
        yield { done: this.#done, total, design: prepared.design.name, seed, broken };
      }
    }
  }

  finish(): SweepResult {
    const { loaded, command } = this.#request;
    const designs = this.#summaries.map((summary) => summary.finish());
    const { scenario, text, hash } = loaded;
    const slo = sloRows(loaded, designs);
    const document: ReportDocument = {
      apiVersion: 'seaworthy/report/v1',
      scenario: { name: scenario.name, hash, text, why: scenario.why },
      designs,
      comparisons: compareAll(this.#summaries),
      slo,
      inputs: this.#summaries[0]?.prepared.unused ?? [],
      command,
    };
    const { nondeterminism } = this;
    const exitCode = exitCodeOf(document, nondeterminism);
    return { document, cases: this.#cases, nondeterminism, exitCode };
  }

  get nondeterminism(): readonly Nondeterminism[] {
    return this.#nondeterminism;
  }

  #run(prepared: Prepared, seed: string): RunResult {
    if (this.#request.doublecheck !== true) return runSeed(prepared, seed);
    const { result, difference } = doublecheck(prepared, seed);
    if (difference !== undefined) this.#nondeterminism.push(difference);
    return result;
  }

  #addAll(runs: readonly RunResult[]): void {
    for (const [index, run] of runs.entries()) {
      this.#add(this.#summaries[index] as DesignSummary, run);
    }
  }

  #add(summary: DesignSummary, run: RunResult): void {
    summary.add(run);
    const { prepared } = summary;
    const design = prepared.design.name;
    const written = this.#cases.filter((each) => each.design === design).length;
    const broken = firstBroken(run);
    if (broken === undefined || written >= CASES_MAX) return;
    const { seed, fingerprint, plan } = run;
    const text = printCase(prepared.loaded, { design, seed, fingerprint, plan, broken });
    const transcript = replay(prepared, seed, plan).lines.join('\n');
    const promised = firstBroken(run, prepared.design.notPromised)?.claim;
    const more = promised === undefined ? {} : { promised };
    this.#cases.push({ seed, design, text, plan, transcript: `${transcript}\n`, ...more });
  }
}

function prepareAll(request: SweepRequest): readonly Prepared[] {
  const problems: Problem[] = [];
  const keep = <T>(outcome: Outcome<T, readonly Problem[]>): T[] => {
    if (outcome.kind === 'ok') return [outcome.value];
    // The same input is wrong for every design: say it once.
    for (const problem of outcome.error) {
      if (!problems.some((known) => JSON.stringify(known) === JSON.stringify(problem))) {
        problems.push(problem);
      }
    }
    return [];
  };
  const selected = request.designs.flatMap((text) => keep(selectDesign(text)));
  const prepared = selected.flatMap((design) => keep(prepare(request.loaded, design)));
  if (problems.length > 0) throw new BadInput(problems);
  return prepared;
}

/** The claim that broke first, of those that are not left out. */
function firstBroken(
  run: RunResult,
  leftOut: Readonly<Record<string, string>> = {},
): { readonly claim: string; readonly atUs: number; readonly summary: string } | undefined {
  let first: { claim: string; verdict: Extract<Verdict, { kind: 'broken' }> } | undefined;
  for (const [claim, verdict] of run.verdicts) {
    if (verdict.kind !== 'broken' || Object.hasOwn(leftOut, claim)) continue;
    if (first === undefined || verdict.at < first.verdict.at) first = { claim, verdict };
  }
  if (first === undefined) return undefined;
  const { claim, verdict } = first;
  return { claim, atUs: verdict.at, summary: verdict.summary };
}

function sloRows(loaded: LoadedScenario, designs: readonly DesignReport[]): ReportDocument['slo'] {
  return designs.flatMap(({ name: design, metrics }) =>
    loaded.scenario.slo.map(({ metric, op, value }) => {
      const got = metrics[metric]?.mean ?? null;
      const met = got !== null && (op === '>=' ? got >= value : got <= value);
      return { design, metric, wanted: `${op} ${value}`, got, met };
    }),
  );
}

function exitCodeOf(
  { designs, slo }: ReportDocument,
  nondeterminism: readonly Nondeterminism[],
): SweepResult['exitCode'] {
  if (nondeterminism.length > 0) return 4;
  if (designs.some(({ verdict }) => verdict === 'broken')) return 1;
  if (slo.some(({ met }) => !met)) return 1;
  return designs.some(({ verdict }) => verdict === 'inconclusive') ? 5 : 0;
}
