/** `shrink`: the smallest case that still breaks the claim, and its story. */
import { resolve } from 'node:path';
import { CLAIMS, findClaim } from '../checkers/claims.ts';
import { BUDGET } from '../explore/shrink.ts';
import { type SmallCase, smallCase } from '../explore/small-case.ts';
import { BadInput } from '../lib/outcome.ts';
import { suggestion } from '../scenario/nearest.ts';
import { shown } from '../scenario/values.ts';
import { breaksNothing, readyCase, shrunkName } from './cases.ts';
import { replayLine } from './front.ts';
import { EXIT, type Io } from './io.ts';
import { folderProblems, writeFile } from './output.ts';
import { shownPath } from './places.ts';

export interface ShrinkOptions {
  readonly budget?: string;
  readonly out?: string;
  readonly claim?: string;
}

const BUDGET_MAX = 1_000_000;

/** Shrinks the case, writes the small one, and tells its story; answers with the exit code. */
export function shrink(file: string, options: ShrinkOptions, io: Io): number {
  const budget = budgetOf(options.budget);
  const ready = readyCase(file, io);
  const claim = claimOf(options.claim ?? ready.file.broken.claim, options.claim, file);
  const path =
    options.out === undefined ? shrunkName(resolve(io.cwd, file)) : resolve(io.cwd, options.out);
  const problems = folderProblems(resolve(path, '..'));
  if (problems.length > 0) throw new BadInput(problems);
  const { seed, plan, broken } = ready.file;
  const small = smallCase(ready.prepared, { seed, plan, claim, budget });
  if (small === undefined) {
    throw breaksNothing({ ...ready.file, broken: { ...broken, claim } }, file);
  }
  writeFile(path, small.text);
  const before = { faults: plan.faults.length };
  io.stdout(tellSmallCase(small, before, shownPath(path, io.cwd)));
  return EXIT.held;
}

/** The story of a small case, how small it is, and the command that runs it again. */
export function tellSmallCase(
  { shrunk, story }: SmallCase,
  before: { readonly faults: number },
  path: string,
): string {
  const { prepared, seed, claim, faults, members, runs, isCutShort, robust } = shrunk;
  const size = `${count(before.faults, 'fault')} to ${faults}, ${count(members, 'scheduler')}`;
  const effort = `${runs} runs${isCutShort ? ', and there was no budget for more' : ''}`;
  const notes = robust ? [] : ['It breaks with what its seed draws, and not with everything else.'];
  return [
    `${prepared.design.name} breaks ${claim} (seed ${seed}); shrunk from ${size}, in ${effort}:`,
    '',
    ...story,
    '',
    ...notes,
    replayLine(path),
    '',
  ].join('\n');
}

const count = (n: number, what: string): string => `${n} ${what}${n === 1 ? '' : 's'}`;

function budgetOf(text: string | undefined): number {
  if (text === undefined) return BUDGET;
  const budget = /^\d{1,7}$/.test(text) ? Number(text) : 0;
  if (budget >= 1 && budget <= BUDGET_MAX) return budget;
  const problem = `${shown(text)} is not a number of runs`;
  throw new BadInput([{ path: '', file: '--budget', problem, hint: `such as ${BUDGET}` }]);
}

function claimOf(claim: string, asked: string | undefined, file: string): string {
  if (findClaim(claim) !== undefined) return claim;
  const hint = suggestion(
    claim,
    CLAIMS.map(({ id }) => id),
  );
  const place =
    asked === undefined ? { path: 'broken.claim', file } : { path: '', file: '--claim' };
  const problem = `there is no claim ${shown(claim)}`;
  throw new BadInput([{ ...place, problem, ...(hint === undefined ? {} : { hint }) }]);
}
