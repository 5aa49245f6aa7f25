/** What follows a broken promise: the first case of each design, made small and told. */
import { join } from 'node:path';
import { preparedFor } from '../explore/loaded.ts';
import { type SmallCase, smallCase } from '../explore/small-case.ts';
import type { BrokenCase } from '../explore/sweep.ts';
import { caseName } from './cases.ts';
import { type Io, nextTurn } from './io.ts';
import type { Loaded } from './load.ts';
import { writeFile } from './output.ts';
import { shownPath } from './places.ts';
import { tellSmallCase } from './shrink.ts';

/** Nobody asked for it, so it takes the time of a few seeds; `shrink` takes what it needs. */
const BUDGET = 100;
const BOUNDS_BUDGET = 60;

/** A sweep that is over, and where its result lies. */
export interface Swept {
  readonly loaded: Loaded;
  readonly designs: readonly string[];
  readonly folder: string;
  readonly options: { readonly json?: boolean };
}

/**
 * Shrinks, for each design, the first case in which a promised claim broke; writes it beside that
 * case and tells its story. The report is on the disk by then. Answers with the small cases.
 */
export async function shrinkBroken(
  task: Swept,
  cases: readonly BrokenCase[],
  io: Io,
): Promise<readonly SmallCase[]> {
  const smalls: SmallCase[] = [];
  const seen = new Set<string>();
  for (const broken of cases) {
    if (broken.promised === undefined || seen.has(broken.design)) continue;
    seen.add(broken.design);
    await nextTurn();
    const small = shrunkCase(task, broken, broken.promised);
    if (small === undefined) continue;
    smalls.push(small);
    const told = written(task, broken, small, io);
    if (task.options.json === true) io.stderr(told);
    else io.stdout(`\n${told}`);
  }
  return smalls;
}

function shrunkCase(task: Swept, broken: BrokenCase, claim: string): SmallCase | undefined {
  const prepared = preparedFor(task.loaded.loaded, broken.design);
  const { seed, plan } = broken;
  const request = { seed, plan, claim, budget: BUDGET, boundsBudget: BOUNDS_BUDGET };
  return smallCase(prepared, request);
}

function written(task: Swept, broken: BrokenCase, small: SmallCase, io: Io): string {
  const name = caseName(broken, task.designs.length > 1);
  const path = join(task.folder, 'cases', `${name}.shrunk.json`);
  writeFile(path, small.text);
  return tellSmallCase(small, { faults: broken.plan.faults.length }, shownPath(path, io.cwd));
}
