/** `compare`: the same seeds for several designs, one report per scenario. */
import { BadInput, type Problem } from '../lib/outcome.ts';
import { DESIGNS } from '../scenario/registry.ts';
import type { Assignment } from './carry-out.ts';
import { EXIT, type Io } from './io.ts';
import { designsAsked } from './seeds.ts';
import { assignment, carriedOut, commandText, type SweepOptions } from './sweeping.ts';

export interface CompareOptions extends SweepOptions {
  readonly designs?: string;
}

/** What went worse first: an exit code speaks for all scenarios of the command. */
const WORST_FIRST: readonly number[] = [
  EXIT.interrupted,
  EXIT.nondeterminism,
  EXIT.broken,
  EXIT.inconclusive,
  EXIT.held,
];

/**
 * Compares the designs asked for; else those that the scenario names, when it names several; else
 * all there are. Answers with the worst exit code.
 */
export async function compare(
  scenarios: readonly string[],
  options: CompareOptions,
  io: Io,
): Promise<number> {
  const problems: Problem[] = [];
  const tasks: Assignment[] = [];
  const hasSeveral = scenarios.length > 1;
  for (const scenario of scenarios) {
    try {
      const command = commandText('compare', scenario, options);
      tasks.push(assignment(scenario, options, command, io, chooser(options), hasSeveral));
    } catch (error) {
      if (!(error instanceof BadInput)) throw error;
      problems.push(...error.problems.filter((p) => !problems.some((q) => isSame(p, q))));
    }
  }
  problems.push(...togetherProblems(tasks, options, hasSeveral));
  if (problems.length > 0) throw new BadInput(problems);
  const codes: number[] = [];
  for (const task of tasks) {
    codes.push(await carriedOut(task, options, io));
    if (codes.includes(EXIT.interrupted)) break;
  }
  return WORST_FIRST.find((code) => codes.includes(code)) ?? EXIT.internal;
}

const isSame = (a: Problem, b: Problem): boolean => JSON.stringify(a) === JSON.stringify(b);

const chooser = (options: CompareOptions) => (own: readonly string[]) => {
  if (options.designs !== undefined) return designsAsked(options.designs.split(','), '--designs');
  return designsAsked(own.length > 1 ? own : DESIGNS.map((design) => design.name), 'designs');
};

function togetherProblems(
  tasks: readonly Assignment[],
  options: CompareOptions,
  hasSeveral: boolean,
): Problem[] {
  const problems: Problem[] = [];
  if (hasSeveral && options.json === true) {
    const hint = 'compare one scenario at a time';
    problems.push({ path: '', file: '--json', problem: 'prints one document only', hint });
  }
  const folders = tasks.map((task) => task.folder);
  if (new Set(folders).size < folders.length) {
    const problem = 'two scenarios of the same name would be written over each other';
    problems.push({ path: '', file: 'compare', problem });
  }
  return problems;
}
