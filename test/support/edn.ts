/**
 * A strict reader of EDN (Clojure's data notation), as far as recorded histories use it: nil,
 * booleans, numbers, strings, keywords, vectors, lists, sets, maps with keywords for keys, and
 * comments. A keyword is its text with the colon, so a string that begins with one is refused.
 */
export type Edn = null | boolean | number | string | readonly Edn[] | EdnMap;

/** By the names of its keywords, without colons. */
export interface EdnMap {
  readonly [key: string]: Edn;
}

export const isEdnMap = (value: Edn): value is EdnMap =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Every value that stands in the text, one after another. */
export function readEdn(text: string): readonly Edn[] {
  const tokens = tokensOf(text);
  const values: Edn[] = [];
  while (tokens.at < tokens.list.length) values.push(ednOf(tokens));
  return values;
}

interface Tokens {
  readonly list: readonly string[];
  at: number;
}

/** White space, commas and comments; then a string, a bracket, or a run of anything else. */
const TOKEN = /(?:[\s,]|;[^\n]*)*("(?:[^"\\]|\\.)*"|#\{|[[\](){}]|[^\s,;"[\](){}#]+)/sy;

function tokensOf(text: string): Tokens {
  const list: string[] = [];
  TOKEN.lastIndex = 0;
  let end = 0;
  for (let found = TOKEN.exec(text); found !== null; found = TOKEN.exec(text)) {
    list.push(found[1] as string);
    end = TOKEN.lastIndex;
  }
  const rest = text.slice(end).replace(/;[^\n]*/g, '');
  if (/[^\s,]/.test(rest)) throw new Error(`not EDN: ${JSON.stringify(rest.trim().slice(0, 40))}`);
  return { list, at: 0 };
}

function ednOf(tokens: Tokens): Edn {
  const token = tokens.list[tokens.at++];
  if (token === undefined) throw new Error('not EDN: it ends in the middle of a value');
  if (token === '[') return manyOf(tokens, ']');
  if (token === '(') return manyOf(tokens, ')');
  if (token === '#{') return manyOf(tokens, '}');
  if (token === '{') return mapOf(manyOf(tokens, '}'));
  if (token.startsWith('"')) return stringOf(token);
  if (/^:[^:]+$/.test(token)) return token;
  if (/^[+-]?\d+(\.\d+)?$/.test(token)) return Number(token);
  if (token === 'nil') return null;
  if (token === 'true' || token === 'false') return token === 'true';
  throw new Error(`not EDN: ${token}`);
}

function manyOf(tokens: Tokens, end: string): readonly Edn[] {
  const values: Edn[] = [];
  while (tokens.list[tokens.at] !== end) values.push(ednOf(tokens));
  tokens.at++;
  return values;
}

function mapOf(values: readonly Edn[]): EdnMap {
  if (values.length % 2 !== 0) throw new Error('not EDN: a map with a key and no value');
  const map: Record<string, Edn> = {};
  for (let at = 0; at < values.length; at += 2) {
    const key = values[at] as Edn;
    if (typeof key !== 'string' || !key.startsWith(':')) throw new Error(`a map by ${key}`);
    if (Object.hasOwn(map, key.slice(1))) throw new Error(`not EDN: ${key} twice`);
    map[key.slice(1)] = values[at + 1] as Edn;
  }
  return map;
}

function stringOf(token: string): string {
  const text = JSON.parse(token) as string;
  if (text.startsWith(':')) throw new Error(`a string that looks like a keyword: ${token}`);
  return text;
}
