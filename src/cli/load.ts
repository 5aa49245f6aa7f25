/**
 * Reads a scenario and the files it names. Whatever is on the disk, the answer is a loaded scenario
 * or a list of problems that point at the line where a file was named.
 */
import { readFileSync, statSync } from 'node:fs';
import { dirname, extname, relative, resolve, sep } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { loadedOf } from '../explore/loaded.ts';
import type { Plan } from '../faults/plan.ts';
import { BadInput, failed, type Outcome, ok, type Problem } from '../lib/outcome.ts';
import type { Override } from '../scenario/overrides.ts';
import { readOverride } from '../scenario/overrides.ts';
import type { LoadedFile, LoadedScenario, Scenario } from '../scenario/scenario.ts';
import { parseScenario } from '../scenario/schema.ts';
import { placeInText, SCENARIO_BYTES_MAX } from '../scenario/yaml-text.ts';
import { findScenario, kindOf, type Place } from './places.ts';
import { KNOWN_NAMES } from './vocabulary.ts';

const MIB = 1_048_576;
/** Of a file that a scenario names, as it lies on the disk, and unpacked. */
const FILE_BYTES_MAX = 64 * MIB;
const UNPACKED_BYTES_MAX = 256 * MIB;

/** A loaded scenario and the folder that the paths in it are relative to. */
export interface Loaded {
  readonly loaded: LoadedScenario;
  readonly folder: string;
}

/** Reads a scenario file or a bundled scenario with `--set` overrides. */
export function loadScenario(
  name: string,
  cwd: string,
  sets: readonly string[] = [],
): Outcome<Loaded, readonly Problem[]> {
  const found = findScenario(name, cwd);
  if (found.kind === 'failed') return found;
  const read = readScenarioText(found.value);
  if (read.kind === 'failed') return read;
  return loadText({
    text: read.value,
    shown: found.value.shown,
    folder: dirname(found.value.path),
    cwd,
    sets,
  });
}

export interface TextToLoad {
  readonly text: string;
  /** Names the text in problems. */
  readonly shown: string;
  readonly folder: string;
  readonly cwd: string;
  readonly sets: readonly string[];
}

/** The same scenario with a given plan instead of its faults. */
export function withPlan({ loaded, folder }: Loaded, { faults }: Plan): Loaded {
  const given: Scenario = { ...loaded.scenario, faults: { kind: 'given', faults } };
  return { loaded: loadedOf(given, loaded), folder };
}

/** Reads a scenario from its text; files it names are looked for from `folder`. */
export function loadText(input: TextToLoad): Outcome<Loaded, readonly Problem[]> {
  const overrides: Override[] = [];
  const problems: Problem[] = [];
  const relocate = (file: string): string =>
    relative(input.folder, resolve(input.cwd, file)).split(sep).join('/');
  for (const set of input.sets) {
    const read = readOverride(set, relocate);
    if ('problem' in read) problems.push(read);
    else overrides.push(read);
  }
  const options = { ...KNOWN_NAMES, overrides };
  const parsed = parseScenario(input.text, input.shown, options);
  if (parsed.kind === 'failed') return failed([...problems, ...parsed.error]);
  const scenario = parsed.value;
  const crontab = readNamed(input, overrides, 'crontab', scenario.workload.crontab?.file);
  const trace = readNamed(input, overrides, 'trace', scenario.workload.trace?.file);
  if ('problem' in crontab) problems.push(crontab.problem);
  if ('problem' in trace) problems.push(trace.problem);
  if (problems.length > 0) return failed(problems);
  const files = { crontab: fileIn(crontab), trace: fileIn(trace) };
  return ok({ loaded: loadedOf(scenario, files), folder: input.folder });
}

type Named = { readonly file?: LoadedFile } | { readonly problem: Problem };

const fileIn = (named: Named): LoadedFile | undefined => ('file' in named ? named.file : undefined);

function readScenarioText(place: Place): Outcome<string, readonly Problem[]> {
  const problem = (what: string, hint?: string): Outcome<string, readonly Problem[]> =>
    failed([
      { path: '', file: place.shown, problem: what, ...(hint === undefined ? {} : { hint }) },
    ]);
  try {
    const { size } = statSync(place.path);
    if (size > SCENARIO_BYTES_MAX) {
      const hint = 'at most 1 MiB; jobs in bulk belong into a trace or a crontab file';
      return problem(`${inMib(size)} are too many for a scenario`, hint);
    }
    return ok(new TextDecoder('utf-8').decode(readFileSync(place.path)));
  } catch (error) {
    return problem(`cannot be read: ${reasonOf(error)}`);
  }
}

/** Reads a file that a key of the scenario names, unpacked; nothing when the key is not there. */
function readNamed(
  input: TextToLoad,
  overrides: readonly Override[],
  key: 'crontab' | 'trace',
  file: string | undefined,
): Named {
  if (file === undefined) return {};
  const read = readUnpacked(resolve(input.folder, file));
  if (read instanceof Uint8Array) return { file: { path: file, bytes: read } };
  const isSet = overrides.some(({ path }) => path[0] === 'workload' && path[1] === key);
  const place = isSet
    ? { file: '--set' }
    : placeInText(input.text, input.shown, ['workload', key, 'file']);
  const { problem, hint } = read;
  return {
    problem: {
      path: `workload.${key}`,
      problem: `${file} ${problem}`,
      ...(hint === undefined ? {} : { hint }),
      ...place,
    },
  };
}

/** A case, a report or a plan is read whole. */
const BYTES_MAX = 512 * 1_048_576;

/** The text of a file; throws {@link BadInput} with why it cannot be read. */
export function readWhole(path: string, file: string): string {
  const refuse = (problem: string): never => {
    throw new BadInput([{ path: '', file, problem }]);
  };
  const kind = kindOf(path);
  if (kind === 'nothing') refuse('there is no such file');
  if (kind !== 'file') refuse(kind === 'folder' ? 'this is a folder' : 'this is not a file');
  if (statSync(path).size > BYTES_MAX) refuse('is too large');
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    return refuse(`cannot be read: ${reasonOf(error)}`);
  }
}

interface Unreadable {
  readonly problem: string;
  readonly hint?: string;
}

function readUnpacked(path: string): Uint8Array | Unreadable {
  const kind = kindOf(path);
  if (kind === 'nothing') {
    return { problem: 'is not there', hint: 'paths are relative to the scenario file' };
  }
  if (kind !== 'file') return { problem: kind === 'folder' ? 'is a folder' : 'is not a file' };
  try {
    const { size } = statSync(path);
    if (size > FILE_BYTES_MAX) {
      return { problem: `has ${inMib(size)}`, hint: `at most ${inMib(FILE_BYTES_MAX)}` };
    }
    const bytes = readFileSync(path);
    const isPacked = bytes[0] === 0x1f && bytes[1] === 0x8b;
    if (!isPacked && extname(path) === '.gz') return { problem: 'is not gzip, as its name says' };
    return isPacked ? unpacked(bytes) : bytes;
  } catch (error) {
    return { problem: `cannot be read: ${reasonOf(error)}` };
  }
}

function unpacked(bytes: Uint8Array): Uint8Array | Unreadable {
  try {
    return gunzipSync(bytes, { maxOutputLength: UNPACKED_BYTES_MAX });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ERR_BUFFER_TOO_LARGE') {
      return { problem: `unpacks to more than ${inMib(UNPACKED_BYTES_MAX)}` };
    }
    if (code === 'Z_BUF_ERROR') {
      return { problem: 'is cut off: its gzip data ends early', hint: 'fetch the file again' };
    }
    return { problem: `is damaged gzip data: ${reasonOf(error)}` };
  }
}

const inMib = (bytes: number): string => `${Number((bytes / MIB).toFixed(1))} MiB`;

const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  ENOENT: 'it is not there',
  EISDIR: 'it is a folder',
  ENOTDIR: 'a part of its path is a file',
  ENOSPC: 'no space left on the device',
  EROFS: 'the file system is read-only',
};

/** Why the system refused, in words and without paths. */
export function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return REASONS[code ?? ''] ?? message ?? String(error);
}
