/**
 * Whole runs for tests: a small scenario with changes, and every run done twice and compared.
 */
import { expect } from 'vitest';
import type { Verdict } from '../../src/checkers/checker.ts';
import { CLAIMS } from '../../src/checkers/claims.ts';
import { judgeWithExcuses } from '../../src/checkers/excuses.ts';
import { describeStep } from '../../src/explore/describe-step.ts';
import type { Plan, PlannedFault } from '../../src/faults/plan.ts';
import type { Fact } from '../../src/history/fact.ts';
import { ALL_KINDS, type Fold } from '../../src/history/history.ts';
import type { StepTrace } from '../../src/kernel/trace.ts';
import { required } from '../../src/lib/assert.ts';
import { SECOND } from '../../src/lib/units.ts';
import { assembleRun } from '../../src/scenario/assemble.ts';
import { type Prepared, prepare } from '../../src/scenario/prepare.ts';
import { type SelectedDesign, selectDesign } from '../../src/scenario/registry.ts';
import type { Scenario } from '../../src/scenario/scenario.ts';
import { parseScenario } from '../../src/scenario/schema.ts';

export interface TestRun {
  readonly seed: string;
  readonly fingerprint: string;
  readonly steps: number;
  /** By claim, in the order of all claims. */
  readonly verdicts: ReadonlyMap<string, Verdict>;
}

export interface TestRunOptions {
  /** Instead of the plan that scenario and seed draw. */
  readonly plan?: Plan;
  /** Sees every fact of the first of the two runs. */
  readonly onFact?: (fact: Fact) => void;
}

/** The scenario that this text says, defaults for the rest; `name` and `why` are given. */
export function scenarioOf(yaml: string): Scenario {
  const head = 'apiVersion: seaworthy/v1\nname: test\nwhy: A test.\n';
  const parsed = parseScenario(head + yaml);
  if (parsed.kind === 'failed') throw new Error(JSON.stringify(parsed.error));
  return parsed.value;
}

/** A scenario ready to run under a design; anything wrong with either is thrown. */
export function preparedOf(scenario: Scenario, selection: string | SelectedDesign): Prepared {
  const design = typeof selection === 'string' ? designOf(selection) : selection;
  const prepared = prepare({ scenario, text: '', hash: '' }, design);
  if (prepared.kind === 'failed') throw new Error(JSON.stringify(prepared.error));
  return prepared.value;
}

export function designOf(selection: string): SelectedDesign {
  const design = selectDesign(selection);
  if (design.kind === 'failed') throw new Error(JSON.stringify(design.error));
  return design.value;
}

/** Runs a seed twice, expects the same steps both times, and gives the first result. */
export function runTwice(
  prepared: Prepared,
  seed: string,
  { plan, onFact }: TestRunOptions = {},
): TestRun {
  const given = plan === undefined ? {} : { plan };
  const watcher: readonly Fold[] = onFact === undefined ? [] : [{ listens: ALL_KINDS, onFact }];
  const first = runOnce(prepared, seed, given, watcher);
  const second = runOnce(prepared, seed, given, []);
  const step = first.trace.firstDifference(second.trace);
  const words = (trace: StepTrace) => describeStep(trace.step(step as number));
  const differs = step === undefined ? 'no' : `${words(first.trace)}, then ${words(second.trace)}`;
  expect(differs, `seed ${seed} runs differently the second time`).toBe('no');
  expect(second.run.fingerprint).toBe(first.run.fingerprint);
  expect(second.run.verdicts).toEqual(first.run.verdicts);
  return first.run;
}

function runOnce(
  prepared: Prepared,
  seed: string,
  given: { readonly plan?: Plan },
  watcher: readonly Fold[],
): { readonly run: TestRun; readonly trace: StepTrace } {
  const { loaded, design, timeline } = prepared;
  const epsilonUs = loaded.scenario.claims.epsilonUs + design.assumes.wallErrorUsMax;
  const { recoverBoundUs } = timeline;
  const context = { epsilonUs, recoverBoundUs, onTimeBoundUs: epsilonUs + 2 * SECOND };
  const judges = CLAIMS.map((claim) => ({ claim, judge: judgeWithExcuses(claim, context) }));
  const folds = [...watcher, ...judges.map(({ judge }) => judge)];
  const run = assembleRun(prepared, { seed, folds, trace: true, checked: true, ...given });
  run.execute();
  const verdicts = new Map(judges.map(({ claim, judge }) => [claim.id, judge.verdict()]));
  const { steps } = run.kernel;
  const trace = required(run.kernel.trace, 'the trace that was asked for');
  return { run: { seed, fingerprint: run.kernel.fingerprint(), steps, verdicts }, trace };
}

/** The claims that a run shows broken, with what broke them. */
export function brokenOf(run: TestRun): Readonly<Record<string, string>> {
  const broken: Record<string, string> = {};
  for (const [claim, verdict] of run.verdicts) {
    if (verdict.kind === 'broken') broken[claim] = verdict.summary;
  }
  return broken;
}

/** One fault at a time of the run, on whoever leads then. */
export const onLeader = (
  kind: PlannedFault['kind'],
  atUs: number,
  durationUs: number,
  params: PlannedFault['params'] = {},
): PlannedFault => ({
  id: `${kind}-at-${atUs}`,
  kind,
  target: { by: 'role', role: 'leader' },
  start: { kind: 'at', atUs },
  durationUs,
  params,
});
