/** `casebook`: a found bug becomes a scenario that stays. */
import { relative, resolve, sep } from 'node:path';
import { savedCase } from '../explore/casebook.ts';
import { BadInput, type Problem } from '../lib/outcome.ts';
import { shown } from '../scenario/values.ts';
import { breaksNothing, readyCase } from './cases.ts';
import { EXIT, type Io } from './io.ts';
import { folderProblems, writeFile } from './output.ts';
import { kindOf, shownPath } from './places.ts';

export interface CasebookOptions {
  readonly name: string;
  readonly why: string;
  readonly out?: string;
}

/** Writes `scenarios/casebook/<name>.yaml`; answers with the exit code. */
export function casebook(file: string, options: CasebookOptions, io: Io): number {
  const { name, why } = options;
  const folder = resolve(io.cwd, options.out ?? 'scenarios/casebook');
  const path = resolve(folder, `${name}.yaml`);
  const problems = [...nameProblems(name, why), ...folderProblems(folder)];
  if (problems.length === 0 && kindOf(path) !== 'nothing') {
    const problem = `${shownPath(path, io.cwd)} is there already`;
    problems.push({ path: '', file: '--name', problem, hint: 'choose another name' });
  }
  if (problems.length > 0) throw new BadInput(problems);
  const { file: read, prepared, loaded } = readyCase(file, io);
  const relocate = (input: string): string =>
    relative(folder, resolve(loaded.folder, input)).split(sep).join('/');
  const { seed, plan, broken } = read;
  const request = { name, why, seed, plan, claim: broken.claim, relocate };
  const saved = savedCase(prepared, request);
  if (saved.kind === 'failed') {
    if (saved.error === 'holds') throw breaksNothing(read, file);
    const problem = `${broken.claim} breaks with seed ${seed}, and with none of the first seeds`;
    const hint = 'shrink the case first: what is left rests on its seed less';
    throw new BadInput([{ path: 'seed', file, problem, hint }]);
  }
  writeFile(path, saved.value.text);
  const shownName = shownPath(path, io.cwd);
  io.stdout(`${shownName}: ${prepared.design.name} breaks ${broken.claim}\n`);
  return EXIT.held;
}

function nameProblems(name: string, why: string): Problem[] {
  const found: Problem[] = [];
  if (!/^[a-z0-9][a-z0-9-]{0,63}$/.test(name)) {
    const problem = `${shown(name)} does not name a scenario`;
    found.push({ path: '', file: '--name', problem, hint: 'small letters, digits and "-"' });
  }
  if (why.trim() === '' || why.length > 4_000) {
    found.push({ path: '', file: '--why', problem: 'needs a sentence: what went wrong, and why' });
  }
  return found;
}
