/** `init`: a folder with a small design, a scenario, a property test and a CI file that run. */
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { BadInput, type Problem } from '../lib/outcome.ts';
import { EXIT, type Io } from './io.ts';
import { folderProblems, writeFile } from './output.ts';
import { kindOf, PACKAGE_ROOT, shownPath } from './places.ts';

const STARTER = join(PACKAGE_ROOT, 'starter');
/** Files that must not have their real name where they are kept; all others keep theirs. */
const PLACES: Readonly<Record<string, string>> = {
  'ci.yml': '.github/workflows/test.yml',
  gitignore: '.gitignore',
};

/** Writes the starter into a folder, or nothing of it; answers with the exit code. */
export function init(folder: string, io: Io): number {
  const target = resolve(io.cwd, folder);
  const files = starterFiles();
  const problems = [
    ...folderProblems(target).map(({ problem }): Problem => ({ path: '', file: folder, problem })),
    ...[...files.keys()].flatMap((name) => thereAlready(join(target, name), io)),
  ];
  if (problems.length > 0) throw new BadInput(problems);
  writeAll(target, files);
  const names = [...files.keys()].map((name) => `  ${shownPath(join(target, name), io.cwd)}\n`);
  const steps = `${target === io.cwd ? '' : `cd ${folder} && `}npm install && npm test`;
  io.stdout(`${names.join('')}\n${steps}\n`);
  return EXIT.held;
}

/** Names in the new folder to texts, in order of name. */
export function starterFiles(): ReadonlyMap<string, string> {
  const names = readdirSync(STARTER, { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => name)
    .sort();
  return new Map(
    names.map((name) => [PLACES[name] ?? name, readFileSync(join(STARTER, name), 'utf8')]),
  );
}

function thereAlready(path: string, io: Io): readonly Problem[] {
  if (kindOf(path) === 'nothing') return [];
  const hint = 'init overwrites nothing';
  return [{ path: '', file: shownPath(path, io.cwd), problem: 'is there already', hint }];
}

/** Where one cannot be written, those before it are taken back. */
function writeAll(folder: string, files: ReadonlyMap<string, string>): void {
  const done: string[] = [];
  try {
    for (const [name, text] of files) {
      const path = join(folder, name);
      writeFile(path, text);
      done.push(path);
    }
  } catch (error) {
    for (const path of done) rmSync(path, { force: true });
    throw error;
  }
}
