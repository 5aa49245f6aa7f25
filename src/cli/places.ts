/** Where things lie: the scenarios that come with Seaworthy, and what a user means by a name. */
import { readdirSync, statSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Outcome, Problem } from '../lib/outcome.ts';
import { failed, ok } from '../lib/outcome.ts';
import { suggestion } from '../scenario/nearest.ts';

/** The root of the package, of a checkout and of an installed one alike. */
export const PACKAGE_ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '..', '..');
export const BUNDLED = join(PACKAGE_ROOT, 'scenarios');

export interface Place {
  readonly path: string;
  /** As problems name it: relative to the current folder where it lies below. */
  readonly shown: string;
}

const YAML = /\.(ya?ml|json)$/;

/** Bundled scenarios by name (`storms/showcase`), sorted. */
export function bundledScenarios(): readonly string[] {
  const names: string[] = [];
  for (const family of readdirSync(BUNDLED, { withFileTypes: true })) {
    if (!family.isDirectory()) continue;
    for (const file of readdirSync(join(BUNDLED, family.name))) {
      if (/\.ya?ml$/.test(file)) names.push(`${family.name}/${file.replace(YAML, '')}`);
    }
  }
  return names.sort();
}

/** The path of a bundled scenario. */
export const bundledPath = (name: string): string => join(BUNDLED, `${name}.yaml`);

/**
 * Finds a scenario: a file, or the name of a bundled one with or without its family. A folder is
 * refused with what it holds.
 */
export function findScenario(name: string, cwd: string): Outcome<Place, readonly Problem[]> {
  const path = resolve(cwd, name);
  const kind = kindOf(path);
  if (kind === 'file') return ok({ path, shown: name });
  const plain = name.replace(/^scenarios\//, '').replace(YAML, '');
  const bundled = bundledScenarios();
  const matches = bundled.filter((each) => each === plain || basename(each) === plain);
  if (matches.length === 1 && !YAML.test(name)) {
    const found = bundledPath(matches[0] as string);
    return ok({ path: found, shown: shownPath(found, cwd) });
  }
  if (kind === 'folder') {
    const held = readdirSync(path).filter((file) => YAML.test(file));
    const hint = held.length === 0 ? 'it holds no scenario' : `it holds ${held.join(', ')}`;
    return failed([{ path: '', file: name, problem: 'this is a folder, not a scenario', hint }]);
  }
  const hint = suggestion(plain, [...bundled, ...bundled.map((each) => basename(each))]);
  const problem = 'there is no such scenario';
  const list = 'seaworthy list scenarios names those that come along';
  return failed([{ path: '', file: name, problem, hint: hint ?? list }]);
}

/** What lies at a path; nothing when it is not there or cannot be looked at. */
export function kindOf(path: string): 'file' | 'folder' | 'other' | 'nothing' {
  try {
    const stat = statSync(path);
    if (stat.isFile()) return 'file';
    return stat.isDirectory() ? 'folder' : 'other';
  } catch {
    return 'nothing';
  }
}

/** A path as a person in the current folder would write it. */
export function shownPath(path: string, cwd: string): string {
  const short = relative(cwd, path);
  return short === '' || short.startsWith('..') ? path : short;
}
