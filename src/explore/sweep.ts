/**
 * Designs × seeds become one report document. What a run leaves behind may come in any order, from
 * this process or another, or from a file: the document depends on the runs alone.
 *
 *   sweep/record.ts        what is kept of a run
 *   sweep/steady-shares.ts of one in steady state, the shares after its warm-up
 *   sweep/task.ts          one run, carried out
 *   sweep/stop-rules.ts    when enough was seen
 *   sweep/broken-cases.ts  broken runs as cases
 */
import { assert } from '../lib/assert.ts';
import type { Outcome, Problem } from '../lib/outcome.ts';
import { BadInput } from '../lib/outcome.ts';
import type { ReportDocument, StoppedBy } from '../report/document.ts';
import type { Prepared } from '../scenario/prepare.ts';
import { prepare } from '../scenario/prepare.ts';
import { selectDesign } from '../scenario/registry.ts';
import type { LoadedScenario } from '../scenario/scenario.ts';
import { bestOfAll, compareAll } from './comparing.ts';
import type { Nondeterminism } from './doublecheck.ts';
import { sloRows } from './objectives.ts';
import { runSeed } from './run.ts';
import { DesignSummary } from './summary.ts';
import { type BrokenCase, BrokenCases } from './sweep/broken-cases.ts';
import { type Example, exampleOf } from './sweep/record.ts';
import { ruleThatStops, type StopRule, type StopRules, withLooks } from './sweep/stop-rules.ts';
import { carryOutTask, type Reply, type Task } from './sweep/task.ts';

export type { BrokenCase } from './sweep/broken-cases.ts';

export interface SweepRequest {
  readonly loaded: LoadedScenario;
  /** Selections, in the order of the report. */
  readonly designs: readonly string[];
  readonly seeds: readonly string[];
  /** The exact command that makes the document again. */
  readonly command: string;
  /** Run every seed twice and compare every step. */
  readonly doublecheck?: boolean;
  readonly stopRules?: StopRules;
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
  readonly claims: readonly string[];
}

export interface SweepResult {
  readonly document: ReportDocument;
  readonly cases: readonly BrokenCase[];
  readonly nondeterminism: readonly Nondeterminism[];
  readonly exitCode: 0 | 1 | 4 | 5;
}

/**
 * Runs every seed under every design, seed by seed, and hands control back after each run; its
 * value is the result. Throws {@link BadInput} with every problem of selections and inputs at once.
 */
export function* sweepSteps(request: SweepRequest): Generator<SweepProgress, SweepResult> {
  const whole = new Sweep(request);
  const isTwice = request.doublecheck === true;
  for (const task of whole.tasks()) {
    const prepared = whole.prepared[task.designAt] as Prepared;
    whole.take(task, carryOutTask(prepared, request.seeds[task.seedAt] as string, isTwice));
    yield whole.progress(task);
    if (whole.isOver || request.shouldStop?.() === true) break;
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

/** Takes what runs leave behind, in any order, and adds it up in the order of seeds. */
export class Sweep {
  readonly #request: SweepRequest;
  readonly #summaries: readonly DesignSummary[];
  readonly #cases = new BrokenCases();
  readonly #nondeterminism: Nondeterminism[] = [];
  /** By place of the seed: those that not every earlier seed is there for. */
  readonly #waiting = new Map<number, (Reply | undefined)[]>();
  readonly #examples = new Map<DesignSummary, Example>();
  #added = 0;
  #done = 0;
  #stoppedBy: StopRule | undefined;

  /** Throws {@link BadInput} with every problem of selections and inputs at once. */
  constructor(request: SweepRequest) {
    this.#request = request;
    this.#summaries = prepareAll(request).map((prepared) => new DesignSummary(prepared));
  }

  /** Scenario and design, ready to run, in the order of the report. */
  get prepared(): readonly Prepared[] {
    return this.#summaries.map(({ prepared }) => prepared);
  }

  /** Every run that the sweep may need: seed by seed, so that a prefix of seeds is soon whole. */
  *tasks(): Generator<Task> {
    for (let seedAt = 0; seedAt < this.#request.seeds.length; seedAt++) {
      for (let designAt = 0; designAt < this.#summaries.length; designAt++) {
        yield { seedAt, designAt };
      }
    }
  }

  /** A seed counts when all designs have met it, and all seeds before count. */
  take({ seedAt, designAt }: Task, reply: Reply): void {
    if (this.isOver || seedAt < this.#added) return;
    const seed = this.#request.seeds[seedAt];
    assert(reply.record.seed === seed, () => `a record of ${reply.record.seed}, not of ${seed}`);
    const replies = this.#waiting.get(seedAt) ?? this.#summaries.map(() => undefined);
    this.#waiting.set(seedAt, replies);
    if (replies[designAt] === undefined) this.#done++;
    replies[designAt] = reply;
    this.#addWhole();
  }

  /** All seeds count, or a rule has stopped the sweep. */
  get isOver(): boolean {
    return this.#stoppedBy !== undefined || this.#added === this.#request.seeds.length;
  }

  progress({ seedAt, designAt }: Task): SweepProgress {
    return {
      done: this.#done,
      total: this.#request.seeds.length * this.#summaries.length,
      design: (this.prepared[designAt] as Prepared).design.name,
      seed: this.#request.seeds[seedAt] as string,
      broken: this.#summaries.reduce((sum, { brokenSeeds }) => sum + brokenSeeds, 0),
      claims: [...new Set(this.#summaries.flatMap(({ brokenClaims }) => brokenClaims))],
    };
  }

  finish(): SweepResult {
    const { loaded, command, seeds } = this.#request;
    const rules = this.#request.stopRules ?? {};
    const designs = this.#summaries.map((summary) =>
      withLooks(summary.finish(this.#exampleOf(summary)), summary, rules),
    );
    const { scenario, text, hash } = loaded;
    const by: StoppedBy = this.#stoppedBy ?? 'interrupt';
    const stopped = { by, done: this.#added, asked: seeds.length };
    const document: ReportDocument = {
      apiVersion: 'seaworthy/report/v1',
      scenario: { name: scenario.name, hash, text, why: scenario.why },
      designs,
      comparisons: compareAll(this.#summaries),
      best: bestOfAll(this.#summaries),
      slo: sloRows(loaded, designs),
      inputs: this.#summaries[0]?.prepared.unused ?? [],
      command,
      ...(this.#added === seeds.length ? {} : { stopped }),
    };
    const nondeterminism = this.#nondeterminism;
    const exitCode = exitCodeOf(document, nondeterminism);
    return { document, cases: this.#cases.build(), nondeterminism, exitCode };
  }

  #addWhole(): void {
    for (;;) {
      const replies = this.#waiting.get(this.#added);
      if (replies === undefined || replies.includes(undefined) || this.isOver) return;
      this.#waiting.delete(this.#added);
      replies.forEach((reply, designAt) => {
        this.#add(this.#summaries[designAt] as DesignSummary, reply as Reply);
      });
      this.#added++;
      const rules = this.#request.stopRules ?? {};
      this.#stoppedBy = ruleThatStops(rules, this.#summaries, this.#added);
    }
  }

  #add(summary: DesignSummary, { record, example, difference }: Reply): void {
    const before = summary.exampleSeed;
    summary.add(record);
    this.#cases.add(summary.prepared, record);
    if (difference !== undefined) this.#nondeterminism.push(difference);
    if (summary.exampleSeed === before) return;
    this.#examples.delete(summary);
    if (example !== undefined) this.#examples.set(summary, example);
  }

  /** A record that comes from a file has no example: the run is done again. */
  #exampleOf(summary: DesignSummary): Example | undefined {
    const seed = summary.exampleSeed;
    if (seed === undefined) return undefined;
    return this.#examples.get(summary) ?? exampleOf(runSeed(summary.prepared, seed));
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

function exitCodeOf(
  { designs, slo }: ReportDocument,
  nondeterminism: readonly Nondeterminism[],
): SweepResult['exitCode'] {
  if (nondeterminism.length > 0) return 4;
  if (designs.some(({ verdict }) => verdict === 'broken')) return 1;
  if (slo.some(({ met }) => !met)) return 1;
  return designs.some(({ verdict }) => verdict === 'inconclusive') ? 5 : 0;
}
