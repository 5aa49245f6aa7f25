/**
 * What zod found, said for people: the place in the text, what is wrong with what was found, and
 * what was meant. An unknown key is shown at the key, a missing one at its parent.
 */
import type { z } from 'zod';
import type { Problem } from '../lib/outcome.ts';
import { suggestion } from './nearest.ts';
import { shown } from './values.ts';
import { placeOfPath, type YamlText } from './yaml-text.ts';

type Issue = z.core.$ZodIssue;
type Path = readonly (string | number)[];

/** JSON Schema, as far as it is walked to find which keys exist at a place. */
export interface SchemaNode {
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly items?: SchemaNode;
  readonly anyOf?: readonly SchemaNode[];
}

/** More problems than these help nobody; the rest is counted. */
const PROBLEMS_MAX = 40;

/** Every issue as a problem with its place, in the order of the text. */
export function issueProblems(
  issues: readonly Issue[],
  yaml: YamlText,
  schema: SchemaNode,
): Problem[] {
  return issues.flatMap((issue) => problemsOf(issue, [], yaml, schema));
}

/** In the order of the text, without repeats, and not more than a person reads. */
export function arranged(problems: readonly Problem[]): readonly Problem[] {
  const place = (p: Problem): number => (p.line ?? 0) * 1e6 + (p.column ?? 0);
  const seen = new Set<string>();
  const rising = [...problems]
    .sort((a, b) => place(a) - place(b))
    .filter((p) => {
      const text = JSON.stringify(p);
      return !seen.has(text) && seen.add(text) !== undefined;
    });
  if (rising.length <= PROBLEMS_MAX) return rising;
  const more = rising.length - PROBLEMS_MAX;
  return [...rising.slice(0, PROBLEMS_MAX), { path: '', problem: `and ${more} more problems` }];
}

function problemsOf(issue: Issue, prefix: Path, yaml: YamlText, schema: SchemaNode): Problem[] {
  const path = [
    ...prefix,
    ...issue.path.map((step) => (typeof step === 'number' ? step : String(step))),
  ];
  if (issue.code === 'invalid_union') {
    const branch = bestBranch(issue.errors);
    if (branch !== undefined) return branch.flatMap((i) => problemsOf(i, path, yaml, schema));
    const word = misspelt(issue.errors, issue.input);
    if (word !== undefined) return [problemAt(yaml, path, word.problem, word.hint)];
  }
  if (issue.code === 'unrecognized_keys') {
    const known = keysAt(schema, path);
    // Looking for what was meant takes time; it is spent on those that will be shown.
    return issue.keys.map((key, i) =>
      unknownKey(yaml, [...path, key], i < PROBLEMS_MAX ? known : []),
    );
  }
  const { problem, hint } = wording(issue);
  return [problemAt(yaml, path, problem, hint)];
}

/** A problem at a path of the text. */
export function problemAt(yaml: YamlText, path: Path, problem: string, hint?: string): Problem {
  return {
    path: path.join('.'),
    problem,
    ...(hint === undefined ? {} : { hint }),
    ...placeOfPath(yaml, path, 'value'),
  };
}

function unknownKey(yaml: YamlText, path: Path, known: readonly string[]): Problem {
  const hint = suggestion(String(path.at(-1)), known);
  const shownPath = path.map((step) => String(step).slice(0, 60)).join('.');
  return {
    path: shownPath,
    problem: 'there is no such key',
    ...(hint === undefined ? {} : { hint }),
    ...placeOfPath(yaml, path, 'key'),
  };
}

/** The branch whose type was the right one, so that its own problems are worth telling. */
function bestBranch(branches: readonly (readonly Issue[])[]): readonly Issue[] | undefined {
  return branches.find((issues) => !issues.some(isWrongFromTheStart)) ?? undefined;
}

const isAboutWords = (i: Issue): i is z.core.$ZodIssueInvalidValue =>
  i.code === 'invalid_value' && i.path.length === 0;

/** A word where one of a few words could stand, or a mapping: which words there are. */
function misspelt(branches: readonly (readonly Issue[])[], input: unknown) {
  const words = branches.flat().find(isAboutWords);
  const isMapping = (i: Issue): boolean => i.code === 'invalid_type' && i.expected === 'object';
  if (typeof input !== 'string' || words === undefined) return undefined;
  const { problem, hint } = wording({ ...words, input });
  const orMapping = branches.flat().some(isMapping) && hint?.startsWith('known: ') === true;
  return {
    problem,
    hint: orMapping ? `${hint}, or a mapping such as {role: client, index: 0}` : hint,
  };
}

const isWrongFromTheStart = (issue: Issue): boolean =>
  issue.path.length === 0 && (issue.code === 'invalid_type' || issue.code === 'invalid_value');

/** Keys that the schema knows at a path, of every alternative. */
export function keysAt(schema: SchemaNode, path: Path): readonly string[] {
  let nodes: readonly SchemaNode[] = alternatives(schema);
  for (const step of path) {
    nodes = nodes
      .map((n) => (/^\d+$/.test(String(step)) ? n.items : own(n.properties, String(step))))
      .filter((n) => n !== undefined)
      .flatMap(alternatives);
  }
  return [...new Set(nodes.flatMap((n) => Object.keys(n.properties ?? {})))];
}

const own = (
  properties: Readonly<Record<string, SchemaNode>> | undefined,
  key: string,
): SchemaNode | undefined =>
  properties !== undefined && Object.hasOwn(properties, key) ? properties[key] : undefined;

const alternatives = (node: SchemaNode): readonly SchemaNode[] => [
  node,
  ...(node.anyOf ?? []).flatMap(alternatives),
];

function wording(issue: Issue): { readonly problem: string; readonly hint?: string | undefined } {
  const input = issue.input;
  switch (issue.code) {
    case 'custom':
      return { problem: issue.message, hint: issue.params?.['hint'] as string | undefined };
    case 'invalid_type':
      if (input === undefined) return { problem: 'is missing' };
      if (input === null) return { problem: 'is empty', hint: 'give a value or leave the key out' };
      return { problem: `${shown(input)} is not ${TYPES[issue.expected] ?? issue.expected}` };
    case 'invalid_value': {
      if (input === undefined)
        return { problem: 'is missing', hint: `known: ${issue.values.join(', ')}` };
      const hint = suggestion(String(input), issue.values.map(String));
      return { problem: `${shown(input)} is not known here`, hint };
    }
    case 'invalid_union':
      return { problem: input === undefined ? 'is missing' : `${shown(input)} does not fit here` };
    case 'too_small':
      return { problem: sizeWords(issue.origin, input, 'few', 'least', issue.minimum) };
    case 'too_big':
      return { problem: sizeWords(issue.origin, input, 'many', 'most', issue.maximum) };
    case 'invalid_format':
      return { problem: formatWords(issue, input) };
    default:
      return { problem: `${shown(input)}: ${issue.message}` };
  }
}

const TYPES: Readonly<Record<string, string>> = {
  object: 'a mapping',
  record: 'a mapping',
  array: 'a list',
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
};

function sizeWords(
  origin: string,
  input: unknown,
  amount: 'few' | 'many',
  bound: 'least' | 'most',
  limit: number | bigint,
): string {
  if (origin === 'string') return `has too ${amount} characters; at ${bound} ${limit}`;
  if (origin === 'array') return `has too ${amount} entries; at ${bound} ${limit}`;
  return `${shown(input)} is ${amount === 'few' ? 'below' : 'above'} the ${bound}, ${limit}`;
}

function formatWords(issue: z.core.$ZodIssueInvalidStringFormat, input: unknown): string {
  const isOwnWording = !issue.message.startsWith('Invalid');
  if (isOwnWording) return `${shown(input)} ${issue.message}`;
  return `${shown(input)} is not of the form wanted here`;
}
