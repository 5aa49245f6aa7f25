/** `run --exhaustive`: every order of events of an election, within bounds. */
import { accountOf } from '../explore/model/account.ts';
import { BOUNDS } from '../explore/model/bounds.ts';
import { type Check, checkable, checkElection } from '../explore/model/check.ts';
import { BadInput, type Problem } from '../lib/outcome.ts';
import { EXIT, type Io, nextTurn } from './io.ts';
import type { RunCommandOptions } from './run.ts';

/** Walks one check after the other, up to the first that is broken; answers with the exit code. */
export async function exhaustive(
  scenario: string | undefined,
  options: RunCommandOptions,
  io: Io,
): Promise<number> {
  const asked = checkable(options.design ?? 'lease');
  const problems = [...beside(scenario, options)];
  if (asked.kind === 'failed')
    problems.push(...asked.error.map((e) => ({ ...e, file: '--design' })));
  if (problems.length > 0 || asked.kind === 'failed') throw new BadInput(problems);
  const { name, step } = asked.value;
  const checks: Check[] = [];
  if (options.json !== true) io.stdout(`${name}: every order of events, within bounds\n`);
  for (const bound of BOUNDS) {
    const check = checkElection(step, bound);
    checks.push(check);
    if (options.json !== true) io.stdout(`\n${accountOf(check)}\n`);
    if (check.result.kind === 'broken') break;
    await nextTurn();
  }
  if (options.json === true)
    io.stdout(`${JSON.stringify({ design: name, checks }, undefined, 2)}\n`);
  if (checks.some(({ result }) => result.kind === 'broken')) return EXIT.broken;
  const isWhole = checks.every(({ result }) => result.kind === 'held');
  return isWhole ? EXIT.held : EXIT.inconclusive;
}

/** What is of drawn runs has no meaning here. */
function beside(scenario: string | undefined, options: RunCommandOptions): readonly Problem[] {
  const { seed, seeds, plan, printPlan, out, doublecheck, shrink, set, reporter } = options;
  const given = {
    scenario,
    '--seed': seed,
    '--seeds': seeds,
    '--plan': plan,
    '--print-plan': printPlan,
    '--out': out,
    '--doublecheck': doublecheck,
    '--no-shrink': shrink === false ? true : undefined,
    '--set': set[0],
    '--reporter': reporter[0],
  };
  return Object.entries(given).flatMap(([what, value]): readonly Problem[] => {
    if (value === undefined) return [];
    const problem = `${what} stands beside it: it draws nothing, and its bounds are its own`;
    return [{ path: '', file: '--exhaustive', problem }];
  });
}
