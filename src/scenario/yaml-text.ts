/**
 * Text to YAML document, with every way in which a text is not one document of plain data said as a
 * problem with its place. Guards come before the parser: size, bytes that are no text, and nesting
 * that would exhaust the parser's stack.
 */
import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
  visit,
  type YAMLMap,
} from 'yaml';
import type { Problem } from '../lib/outcome.ts';
import { shown } from './values.ts';

/** A scenario is read by people: a larger file is something else. */
export const SCENARIO_BYTES_MAX = 1_048_576;
const NESTING_MAX = 64;
/** Aliases may repeat a part, but not grow a text into something that does not fit in memory. */
const ALIASES_MAX = 100;

export interface YamlText {
  readonly document: Document;
  readonly lines: LineCounter;
  readonly file: string | undefined;
}

type Path = readonly (string | number)[];

/** The document, or why there is none. */
export function readYaml(
  text: string,
  file: string | undefined,
): { readonly yaml: YamlText; readonly data: unknown } | { readonly problems: readonly Problem[] } {
  const where = file === undefined ? {} : { file };
  const guard = guardText(text);
  if (guard !== undefined) return { problems: [{ ...guard, ...where }] };
  const lines = new LineCounter();
  // Unique keys are checked below: the parser compares every key with every other.
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    uniqueKeys: false,
    // Quieter levels would let a second document pass unmentioned.
    logLevel: 'error',
  }) as unknown as Document;
  const yaml = { document, lines, file };
  const found = [...document.errors, ...document.warnings].map((error) => ({
    ...placeOf(yaml, error.pos[0]),
    ...yamlProblem(error.code, error.message),
  }));
  found.push(...repeatedKeys(yaml));
  if (found.length > 0) return { problems: found };
  if (document.contents === null) {
    return {
      problems: [{ path: '', problem: 'the file holds nothing', line: 1, column: 1, ...where }],
    };
  }
  try {
    return { yaml, data: document.toJS({ maxAliasCount: ALIASES_MAX }) };
  } catch (error) {
    return { problems: [{ ...aliasProblem(String(error)), line: 1, column: 1, ...where }] };
  }
}

function guardText(text: string): Problem | undefined {
  // Bytes are at least as many as UTF-16 units, so that counting units refuses no smaller file.
  if (text.length > SCENARIO_BYTES_MAX) {
    return {
      path: '',
      problem: `${text.length} characters are too many for a scenario`,
      hint: 'at most 1 MiB; jobs in bulk belong into a trace or a crontab file',
    };
  }
  const noise = text.search(NOISE);
  if (noise >= 0) {
    const before = text.slice(0, noise).split('\n');
    const code = text.codePointAt(noise)!.toString(16).toUpperCase().padStart(4, '0');
    return {
      path: '',
      problem: `this is not a text file: character U+${code}`,
      hint: 'a scenario is YAML in UTF-8',
      line: before.length,
      column: before.at(-1)!.length + 1,
    };
  }
  return isTooDeep(text)
    ? { path: '', problem: `brackets are nested more than ${NESTING_MAX} deep` }
    : undefined;
}

/** Control characters and what a decoder puts in place of bytes that are no UTF-8. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the purpose
const NOISE = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\ufffd]/;

/** Brackets inside strings count too: nobody writes that many without closing them. */
function isTooDeep(text: string): boolean {
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 0x5b || code === 0x7b) depth++;
    else if (code === 0x5d || code === 0x7d) depth = Math.max(0, depth - 1);
    if (depth > NESTING_MAX) return true;
  }
  return false;
}

function yamlProblem(code: string, message: string): Problem {
  switch (code) {
    case 'MULTIPLE_DOCS':
      return { path: '', problem: 'a second document begins here', hint: 'one per file' };
    case 'TAB_AS_INDENT':
      return { path: '', problem: 'a tab indents this line', hint: 'YAML is indented by spaces' };
    case 'TAG_RESOLVE_FAILED':
      return { path: '', problem: message, hint: 'a scenario holds plain data only' };
    case 'RESOURCE_EXHAUSTION':
      return { path: '', problem: 'nested too deeply' };
    default:
      return { path: '', problem: `not valid YAML: ${message}` };
  }
}

function aliasProblem(message: string): Problem {
  if (/alias count/i.test(message)) {
    return { path: '', problem: 'aliases repeat too much', hint: `at most ${ALIASES_MAX} copies` };
  }
  return { path: '', problem: message.replace(/^\w*Error: /, '') };
}

function repeatedKeys(yaml: YamlText): Problem[] {
  const found: Problem[] = [];
  visit(yaml.document, {
    Map(_, map) {
      const seen = new Set<unknown>();
      for (const { key } of map.items) {
        const name = isScalar(key) ? key.value : undefined;
        if (name !== undefined && seen.has(name)) {
          const place = isScalar(key) ? placeOf(yaml, key.range?.[0]) : {};
          found.push({ path: '', problem: `the key ${shown(name)} stands here twice`, ...place });
        }
        seen.add(name);
      }
    },
  });
  return found;
}

/** Line and column of an offset; of nothing where an override, not the text, put the node there. */
export function placeOf(yaml: YamlText, offset: number | undefined): Partial<Problem> {
  const file = yaml.file === undefined ? {} : { file: yaml.file };
  if (offset === undefined) return file;
  const { line, col } = yaml.lines.linePos(offset);
  return { ...file, line, column: col };
}

/** Where the value at a path stands, or its key; for what is not there, where its parent stands. */
export function placeOfPath(yaml: YamlText, path: Path, what: 'key' | 'value'): Partial<Problem> {
  let node: unknown = yaml.document.contents;
  let offset = rangeStart(node) ?? 0;
  let isGiven = false;
  for (const [depth, step] of path.entries()) {
    node = isAlias(node) ? node.resolve(yaml.document) : node;
    const isLast = depth === path.length - 1;
    if (isMap(node)) {
      const pair = pairsOf(node).get(String(step));
      if (pair === undefined) break;
      const place = isLast && what === 'value' ? (pair.value ?? pair.key) : pair.key;
      isGiven = rangeStart(place) === undefined;
      offset = rangeStart(place) ?? offset;
      node = pair.value;
    } else if (isSeq(node) && typeof step === 'number') {
      const item = node.items[step];
      if (item === undefined) break;
      isGiven = rangeStart(item) === undefined;
      offset = rangeStart(item) ?? offset;
      node = item;
    } else {
      // The path goes on where the text does not: a file named without a mapping around it.
      offset = rangeStart(node) ?? offset;
      break;
    }
  }
  return isGiven ? { file: '--set' } : placeOf(yaml, offset);
}

/** Found once for each map: files with very many keys are answered quickly too. */
const PAIRS = new WeakMap<YAMLMap, ReadonlyMap<string, Pair>>();

function pairsOf(map: YAMLMap): ReadonlyMap<string, Pair> {
  const known = PAIRS.get(map);
  if (known !== undefined) return known;
  const pairs = new Map(
    // An override's keys are plain strings, those of a text are scalars with a place.
    map.items.map((pair) => [String(isScalar(pair.key) ? pair.key.value : pair.key), pair]),
  );
  PAIRS.set(map, pairs);
  return pairs;
}

const rangeStart = (node: unknown): number | undefined =>
  (node as Node | null | undefined)?.range?.[0];

/** Where a path stands in a text that parses: for what is found out after the parsing. */
export function placeInText(text: string, file: string, path: Path): Partial<Problem> {
  const read = readYaml(text, file);
  return 'yaml' in read ? placeOfPath(read.yaml, path, 'value') : { file };
}
