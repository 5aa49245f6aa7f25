/**
 * Whole runs for tests: a small scenario with changes, and every run done twice and compared.
 */
import { expect } from 'vitest';
import { loadScenario } from '../../src/cli/load.ts';
import { doublecheck } from '../../src/explore/doublecheck.ts';
import type { RunOptions, RunResult } from '../../src/explore/run.ts';
import type { PlannedFault } from '../../src/faults/plan.ts';
import { type Prepared, prepare } from '../../src/scenario/prepare.ts';
import { type SelectedDesign, selectDesign } from '../../src/scenario/registry.ts';
import type { LoadedScenario, Scenario } from '../../src/scenario/scenario.ts';
import { parseScenario } from '../../src/scenario/schema.ts';

/** The scenario that this text says, defaults for the rest; `name` and `why` are given. */
export function scenarioOf(yaml: string): Scenario {
  const head = 'apiVersion: seaworthy/v1\nname: test\nwhy: A test.\n';
  const parsed = parseScenario(head + yaml);
  if (parsed.kind === 'failed') throw new Error(JSON.stringify(parsed.error));
  return parsed.value;
}

/** A scenario that comes along, with its files, by its name. */
export function bundled(name: string): LoadedScenario {
  const loaded = loadScenario(name, import.meta.dirname);
  if (loaded.kind === 'failed') throw new Error(JSON.stringify(loaded.error));
  return loaded.value.loaded;
}

/** Few machines and calm clocks: what a paused leader does afterwards stands out. */
export const FEW_MACHINES = `
cluster: {members: 2, workers: 1, latency: {min: 2ms, max: 2ms}, clockRate: 0%, wallError: 0s}
workload:
  clients: 1
  arrivals: {rate: 0/s}
  schedules: [{name: half-minutes, cron: '*/30 * * * * *'}]
phases: {warmUp: 2s, chaos: 29s}
`;

/** `1`, `2`, … as the command line takes them. */
export const seedsOf = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, i) => String(i + 1));

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

/**
 * Runs a seed twice with messages frozen, expects the same steps both times, and gives the first
 * result; `onFact` sees the facts of the first.
 */
export function runTwice(
  prepared: Prepared,
  seed: string,
  options: Pick<RunOptions, 'plan' | 'onFact' | 'lostDraws'> = {},
): RunResult {
  const { result, difference } = doublecheck(prepared, seed, { ...options, checked: true });
  expect(difference, `seed ${seed} runs differently the second time`).toBeUndefined();
  return result;
}

/** The claims that a run shows broken, with what broke them. */
export function brokenOf({
  verdicts,
}: Pick<RunResult, 'verdicts'>): Readonly<Record<string, string>> {
  const broken: Record<string, string> = {};
  for (const [claim, verdict] of verdicts) {
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
