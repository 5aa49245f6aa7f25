/**
 * `--set path.in.scenario=value`: a key of the text is replaced before the text is judged, so that
 * an override obeys every rule of the text and a wrong one is told in the same words.
 */
import { type Document, isCollection, isMap, isScalar, isSeq, parseDocument } from 'yaml';
import type { Problem } from '../lib/outcome.ts';
import { shown } from './values.ts';

export interface Override {
  readonly path: readonly (string | number)[];
  /** As `document.createNode` takes it: a scalar, a list or a mapping. */
  readonly value: unknown;
}

/** Keys that name files: a mapping with `file`, or for short the file itself. */
const FILE_KEYS: readonly string[] = ['workload.crontab', 'workload.trace'];
const PATH_MAX = 16;

/**
 * Reads `path.in.scenario=value`. The value is one YAML scalar, list or mapping in flow form.
 * `relocate` translates the names of files, which are relative to the current folder here and to
 * the scenario's folder in its text.
 */
export function readOverride(
  text: string,
  relocate: (file: string) => string = (file) => file,
): Override | Problem {
  const problem = (what: string, hint?: string): Problem => ({
    path: '',
    file: '--set',
    problem: what,
    ...(hint === undefined ? {} : { hint }),
  });
  const equals = text.indexOf('=');
  if (equals <= 0) return problem(`${shown(text)} is not path=value`, 'such as cluster.members=5');
  const keys = text.slice(0, equals).trim().split('.');
  if (keys.some((key) => key === '') || keys.length > PATH_MAX) {
    return problem(`${shown(text.slice(0, equals))} is not a path`, 'such as cluster.members');
  }
  const path = keys.map((key) => (/^\d{1,9}$/.test(key) ? Number(key) : key));
  const parsed = parseDocument(text.slice(equals + 1), { logLevel: 'silent', prettyErrors: false });
  const wrong = parsed.errors[0] ?? parsed.warnings[0];
  if (wrong !== undefined) return problem(`${shown(text)}: ${wrong.message}`);
  try {
    return { path, value: relocated(keys.join('.'), parsed.toJS({ maxAliasCount: 0 }), relocate) };
  } catch {
    return problem(`${shown(text)}: aliases have no place here`);
  }
}

function relocated(path: string, value: unknown, relocate: (file: string) => string): unknown {
  const isFile = FILE_KEYS.some((key) => path === key || path === `${key}.file`);
  if (isFile && typeof value === 'string') return relocate(value);
  if (isFile && typeof value === 'object' && value !== null && 'file' in value) {
    return { ...value, file: typeof value.file === 'string' ? relocate(value.file) : value.file };
  }
  return value;
}

/** Replaces the keys in the document, in order; what cannot be reached is a problem. */
export function applyOverrides(document: Document, overrides: readonly Override[]): Problem[] {
  return overrides.flatMap(({ path, value }) => {
    if (!isMap(document.contents)) return [];
    for (let depth = 1; depth < path.length; depth++) {
      const stop = openUp(document, path.slice(0, depth), path[depth] as string | number);
      if (stop !== undefined) return [{ path: path.join('.'), file: '--set', problem: stop }];
    }
    if (path.length === 1 && (path[0] === 'design' || path[0] === 'designs')) {
      // They say the same in two ways; the one given on the command line is the one meant.
      document.delete(path[0] === 'design' ? 'designs' : 'design');
    }
    document.setIn(placeOf(document, path, value), document.createNode(value));
    return [];
  });
}

/** A file name put in the place of a mapping with a file replaces the file, and keeps the rest. */
function placeOf(
  document: Document,
  path: readonly (string | number)[],
  value: unknown,
): readonly (string | number)[] {
  const isFile = FILE_KEYS.includes(path.join('.')) && typeof value === 'string';
  return isFile && isMap(document.getIn(path, true)) ? [...path, 'file'] : path;
}

/** Makes the node at `path` one that `next` can be set in; says why not where it cannot. */
function openUp(
  document: Document,
  path: readonly (string | number)[],
  next: string | number,
): string | undefined {
  const node = document.getIn(path, true);
  const name = path.join('.');
  if (isSeq(node)) {
    if (typeof next === 'number' && next < node.items.length) return undefined;
    return typeof next === 'number'
      ? `${name} has ${node.items.length} entries; they count from 0`
      : `${name} is a list in this scenario; its entries count from 0`;
  }
  if (node === undefined || isMap(node)) return undefined;
  const isFileName = isScalar(node) && FILE_KEYS.includes(name) && typeof node.value === 'string';
  if (isFileName || (isScalar(node) && node.value === null)) {
    document.setIn(path, document.createNode(isFileName ? { file: node.value } : {}));
    return undefined;
  }
  return isCollection(node) ? undefined : `${name} is not a mapping in this scenario`;
}
