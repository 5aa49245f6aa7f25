/** Designs, claims and kinds of faults of a user's own, from modules that export them. */
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Claim } from '../checkers/checker.ts';
import type { OwnFault } from '../faults/own-fault.ts';
import { BadInput } from '../lib/outcome.ts';
import type { OwnCode } from '../scenario/prepare.ts';
import type { SelectedDesign } from '../scenario/registry.ts';
import { reasonOf } from './load.ts';
import { kindOf } from './places.ts';

/** Everything that modules export of what `defineDesign` and the like make. */
export interface OwnModules extends OwnCode {
  readonly designs: readonly SelectedDesign[];
}

/** Loads modules; throws {@link BadInput} for one that cannot be, or that exports none of these. */
export async function loadModules(files: readonly string[], cwd: string): Promise<OwnModules> {
  const values: unknown[] = [];
  for (const file of files) {
    const found = Object.values(await loadModule(file, cwd)).filter(
      (it) => isDesign(it) || isClaim(it) || isFault(it),
    );
    if (found.length === 0) {
      const problem = 'exports no design, claim or kind of fault';
      const hint = 'export what defineDesign, defineClaim and defineFault answer with';
      throw new BadInput([{ path: '', file, problem, hint }]);
    }
    values.push(...found);
  }
  const unique = [...new Set(values)];
  return {
    designs: unique.filter(isDesign),
    claims: unique.filter(isClaim),
    faults: unique.filter(isFault),
  };
}

async function loadModule(file: string, cwd: string): Promise<object> {
  const refuse = (problem: string, hint?: string): never => {
    throw new BadInput([{ path: '', file, problem, ...(hint === undefined ? {} : { hint }) }]);
  };
  const path = resolve(cwd, file);
  if (kindOf(path) !== 'file') refuse('there is no such file');
  try {
    return (await import(pathToFileURL(path).href)) as object;
  } catch (error) {
    if ((error as { code?: unknown }).code === 'ERR_UNKNOWN_FILE_EXTENSION') {
      const hint =
        'Node 22.18 reads TypeScript; with an older one, set NODE_OPTIONS="--import tsx"';
      return refuse('this Node does not read such files', hint);
    }
    return refuse(`cannot be loaded: ${reasonOf(error)}`);
  }
}

const has = (it: unknown, ...keys: readonly string[]): boolean =>
  typeof it === 'object' && it !== null && keys.every((key) => key in it);

const isDesign = (it: unknown): it is SelectedDesign =>
  has(it, 'isOwn', 'name', 'build', 'notPromised');
const isClaim = (it: unknown): it is Claim => has(it, 'id', 'modality', 'sentence', 'judge');
const isFault = (it: unknown): it is OwnFault =>
  has(it, 'kind', 'sentence', 'roles', 'params') && (has(it, 'onMessage') || has(it, 'onBegin'));
