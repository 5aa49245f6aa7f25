/** Case files as commands take them: read, checked, and ready to run. */
import { readFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { inflateRawSync } from 'node:zlib';
import { CASE_VERSION, type CaseFile, readCase } from '../explore/case-file.ts';
import { INLINE_CASE } from '../explore/simulate-story.ts';
import { type FindFault, findFault } from '../faults/faults.ts';
import { BadInput } from '../lib/outcome.ts';
import { type Prepared, prepare } from '../scenario/prepare.ts';
import { type SelectedDesign, selectDesign } from '../scenario/registry.ts';
import { shown } from '../scenario/values.ts';
import type { Io } from './io.ts';
import { type Loaded, loadText, readWhole } from './load.ts';

/** The `apiVersion` of a JSON text; `undefined` where there is none. */
export function versionOf(text: string): unknown {
  try {
    return (JSON.parse(text) as { apiVersion?: unknown } | null)?.apiVersion;
  } catch {
    return undefined;
  }
}

/** Refuses versions of cases that this program does not read. */
export function checkVersion(version: unknown, file: string): void {
  if (version === CASE_VERSION) return;
  if (typeof version !== 'string' || !version.startsWith('seaworthy/case/')) return;
  const problem = `a case of version ${shown(version)}`;
  throw new BadInput([{ path: '', file, problem, hint: `this program reads ${CASE_VERSION}` }]);
}

/** Reads a case; throws {@link BadInput} with everything that is wrong with it. */
export function caseIn(text: string, file: string, find: FindFault = findFault): CaseFile {
  checkVersion(versionOf(text), file);
  const read = readCase(text, find);
  if (read.kind === 'ok') return read.value;
  throw new BadInput(read.error.slice(0, 20).map((p) => ({ ...p, file })));
}

/** The text of a case that stands in the command line itself. */
export function inlineCase(word: string): string {
  try {
    return inflateRawSync(Buffer.from(word.slice(INLINE_CASE.length), 'base64url'), {
      maxOutputLength: INLINE_BYTES_MAX,
    }).toString('utf8');
  } catch {
    const hint = 'it has to be copied whole';
    throw new BadInput([{ path: '', file: INLINE_CASE, problem: 'is damaged', hint }]);
  }
}

/** No command line is that long, packed or not. */
const INLINE_BYTES_MAX = 64 * 1_048_576;

/** The canonical text of a design that exists. */
export function checkDesign(
  design: string,
  where: string,
  own: readonly SelectedDesign[] = [],
): string {
  if (own.some(({ name }) => name === design)) return design;
  const selected = selectDesign(design);
  if (selected.kind === 'ok') return selected.value.name;
  throw new BadInput(selected.error.map((p) => ({ ...p, file: where })));
}

/** A case with its scenario and its design, ready to run. */
export interface ReadyCase {
  readonly file: CaseFile;
  readonly prepared: Prepared;
  readonly loaded: Loaded;
}

/** Reads a case file that commands work on; throws {@link BadInput}. */
export function readyCase(file: string, io: Io): ReadyCase {
  const path = resolve(io.cwd, file);
  const read = caseIn(readWhole(path, file), file);
  const selected = selectDesign(read.design);
  if (selected.kind === 'failed') throw new BadInput(selected.error.map((p) => ({ ...p, file })));
  const loaded = loadText({
    text: read.scenario.text,
    shown: `${file} (its scenario)`,
    folder: scenarioFolder(path, io.cwd),
    cwd: io.cwd,
    sets: [],
  });
  if (loaded.kind === 'failed') throw new BadInput(loaded.error);
  const prepared = prepare(loaded.value.loaded, selected.value);
  if (prepared.kind === 'failed') throw new BadInput(prepared.error.map((p) => ({ file, ...p })));
  return { file: read, prepared: prepared.value, loaded: loaded.value };
}

/** A case whose run does not break its claim is none: of another design, or of other code. */
export function breaksNothing({ design, seed, broken }: CaseFile, file: string): BadInput {
  const problem = `${design}, seed ${seed}, does not break ${broken.claim} with this plan`;
  const hint = 'the case is of another design, or the code has been mended since';
  return new BadInput([{ path: 'broken.claim', file, problem, hint }]);
}

/** The folder of the scenario: as `run.json` beside the report says, else the current one. */
export function scenarioFolder(path: string, cwd: string): string {
  for (const folder of [dirname(path), dirname(dirname(path))]) {
    try {
      const run = JSON.parse(readFileSync(join(folder, 'run.json'), 'utf8')) as unknown;
      const { scenarioFolder: recorded } = run as { scenarioFolder?: unknown };
      if (typeof recorded === 'string') return resolve(folder, recorded);
    } catch {
      // No such file, or not ours: the next place.
    }
  }
  return cwd;
}

/** Names the files of a broken seed; with several designs their names stand in it. */
export const caseName = (
  { seed, design }: { readonly seed: string; readonly design: string },
  hasSeveral: boolean,
): string => (hasSeveral ? `${seed}.${design.replace(/[^A-Za-z0-9._+=-]/g, '-')}` : seed);

/** Beside the case, under the name of the case with `shrunk` in it. */
export const shrunkName = (path: string): string =>
  join(dirname(path), `${basename(path).replace(/(\.shrunk)?\.json$/, '')}.shrunk.json`);
