/**
 * The house rules as pure functions over (path, text); `test/tidy.test.ts` applies them.
 *
 *   tidy-tables.ts  who may what
 *   tidy-rules.ts   rules for one file (this file)
 *   tidy-graph.ts   rules for all files together: dead files, cycles
 *
 * Paths are relative to the checkout, with forward slashes.
 */
import ts from 'typescript';
import {
  AMBIENT_MEMBERS,
  AMBIENT_WORDS,
  MAX_COLUMNS,
  MAX_FILE_LINES,
  MAX_FUNCTION_LINES,
  MAY_IMPORT,
  PACKAGE_OWNERS,
  PLATFORM_EXCEPTIONS,
  PLATFORM_OWNERS,
  PURE_ROOMS,
  UNBOUND_ROOMS,
} from './tidy-tables.ts';

/** A file to judge; `tree` is its text, parsed. */
export interface Source {
  readonly path: string;
  readonly text: string;
  readonly tree: ts.SourceFile;
}

/** Something a rule does not like, at a line counted from 1, and what to do about it. */
export interface Finding {
  readonly path: string;
  readonly line: number;
  readonly problem: string;
}

export type Rule = (source: Source) => readonly Finding[];

export function parse(path: string, text: string): Source {
  return { path, text, tree: ts.createSourceFile(path, text, ts.ScriptTarget.ES2023, true) };
}

export const formatFinding = (found: Finding): string =>
  `${found.path}:${found.line} ${found.problem}`;

/** One import, export-from, dynamic import or `new URL('./x.ts', import.meta.url)` of a file. */
export interface Import {
  /** As written. */
  readonly target: string;
  readonly typesOnly: boolean;
  readonly line: number;
}

/** `kernel` for src/kernel/rng.ts, `testing.ts` for src/testing.ts; nothing outside src. */
export const roomOf = (path: string): string | undefined => /^src\/([^/]+)/.exec(path)?.[1];

/** The path that a relative import means, seen from the file that holds it. */
export function resolveImport(from: string, target: string): string {
  const parts = from.split('/').slice(0, -1);
  for (const part of target.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '.') parts.push(part);
  }
  return parts.join('/');
}

function lineOf(source: Source, node: ts.Node): number {
  return source.tree.getLineAndCharacterOfPosition(node.getStart(source.tree)).line + 1;
}

/** Every node of the tree for which `pick` has something to say. */
function collect(source: Source, pick: (node: ts.Node) => string | undefined): Finding[] {
  const found: Finding[] = [];
  const visit = (node: ts.Node): void => {
    const problem = pick(node);
    if (problem !== undefined)
      found.push({ path: source.path, line: lineOf(source, node), problem });
    ts.forEachChild(node, visit);
  };
  visit(source.tree);
  return found;
}

export function importsOf(source: Source): readonly Import[] {
  const imports: Import[] = [];
  const visit = (node: ts.Node): void => {
    const found = importedBy(node);
    if (found !== undefined) imports.push({ ...found, line: lineOf(source, node) });
    ts.forEachChild(node, visit);
  };
  visit(source.tree);
  return imports;
}

function importedBy(node: ts.Node): Omit<Import, 'line'> | undefined {
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) {
    const { moduleSpecifier } = node;
    if (moduleSpecifier === undefined || !ts.isStringLiteral(moduleSpecifier)) return undefined;
    return { target: moduleSpecifier.text, typesOnly: takesTypesOnly(node) };
  }
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
    const { literal } = node.argument;
    return ts.isStringLiteral(literal) ? { target: literal.text, typesOnly: true } : undefined;
  }
  const isCall = ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword;
  const isUrl = ts.isNewExpression(node) && node.expression.getText() === 'URL';
  if (!isCall && !isUrl) return undefined;
  const target = node.arguments?.[0];
  if (target === undefined || !ts.isStringLiteral(target)) return undefined;
  if (isUrl && !/^\.\.?\/.*\.ts$/.test(target.text)) return undefined;
  return { target: target.text, typesOnly: false };
}

function takesTypesOnly(node: ts.ImportDeclaration | ts.ExportDeclaration): boolean {
  if (ts.isExportDeclaration(node)) return node.isTypeOnly;
  const clause = node.importClause;
  if (clause === undefined) return false;
  if (clause.phaseModifier === ts.SyntaxKind.TypeKeyword) return true;
  const named = clause.namedBindings;
  if (clause.name !== undefined || named === undefined || !ts.isNamedImports(named)) return false;
  return named.elements.length > 0 && named.elements.every((element) => element.isTypeOnly);
}

/** Imports go down only, and say the file they mean. */
export const roomRule: Rule = (source) => {
  const room = roomOf(source.path);
  if (room === undefined || UNBOUND_ROOMS.includes(room)) return [];
  const allowed = MAY_IMPORT[room];
  if (allowed === undefined) {
    const problem = `room ${room} is not in the table of imports (test/support/tidy-tables.ts)`;
    return [{ path: source.path, line: 1, problem }];
  }
  return importsOf(source).flatMap((each) => {
    if (!each.target.startsWith('.')) return [];
    const target = resolveImport(source.path, each.target);
    const to = roomOf(target);
    const mayHave = allowed.some((entry) => grants(entry, target, each.typesOnly));
    if (to === room || (to !== undefined && mayHave)) return [];
    const how = each.typesOnly ? 'types of' : '';
    const problem = `${room} may not import ${how} ${target}; it sees ${allowed.join(', ')}`;
    return [{ path: source.path, line: each.line, problem: problem.replace('  ', ' ') }];
  });
};

/** Whether an entry of the table covers this import. */
function grants(entry: string, target: string, typesOnly: boolean): boolean {
  const [place, limit] = entry.split(':') as [string, string?];
  if (limit === 'types' && !typesOnly) return false;
  const path = `src/${place}`;
  if (path.endsWith('.ts')) return target === path;
  return target.startsWith(path.endsWith('/') ? path : `${path}/`);
}

/** Relative imports carry the extension, so that they run without a build. */
export const extensionRule: Rule = (source) =>
  importsOf(source)
    .filter(({ target }) => target.startsWith('.') && !/\.(ts|json)$/.test(target))
    .map(({ target, line }) => ({ path: source.path, line, problem: `${target}: say .ts` }));

/** Designs share parts and never import each other. */
export const designRule: Rule = (source) => {
  const design = designOf(source.path);
  if (design === undefined) return [];
  return importsOf(source).flatMap(({ target, line }) => {
    const other = target.startsWith('.') ? designOf(resolveImport(source.path, target)) : undefined;
    if (other === undefined || other === design) return [];
    const problem = `design ${design} imports design ${other}: put what both need into parts/`;
    return [{ path: source.path, line, problem }];
  });
};

const designOf = (path: string): string | undefined =>
  /^src\/scheduler\/designs\/([^/]+)\//.exec(path)?.[1];

/** Every package has one owner; the platform's modules belong to the rooms that do I/O. */
export const packageRule: Rule = (source) =>
  importsOf(source).flatMap(({ target, line }) => {
    if (target.startsWith('.')) return [];
    const owners = ownersOf(target);
    const isOwner = owners.some((owner) =>
      owner.endsWith('/') ? source.path.startsWith(owner) : source.path === owner,
    );
    if (isOwner) return [];
    const advice = owners.length === 0 ? 'is not in the table' : `belongs to ${owners.join(', ')}`;
    return [{ path: source.path, line, problem: `package ${target} ${advice}` }];
  });

function ownersOf(target: string): readonly string[] {
  if (target.startsWith('node:')) {
    return [...PLATFORM_OWNERS, ...(PLATFORM_EXCEPTIONS[target] ?? [])];
  }
  const name = /^(@[^/]+\/)?[^/]+/.exec(target)?.[0] ?? target;
  return PACKAGE_OWNERS[name] ?? [];
}

/** The platform does not occur in the rooms that are simulated, not even as a word. */
export const ambientRule: Rule = (source) => {
  const room = roomOf(source.path);
  if (room === undefined || !PURE_ROOMS.includes(room)) return [];
  return collect(source, (node) => {
    const word = ambientWord(node);
    if (word === undefined) return undefined;
    const instead = AMBIENT_WORDS[word] ?? AMBIENT_MEMBERS[word];
    return `${word} in ${room}; instead: ${instead}`;
  });
};

function ambientWord(node: ts.Node): string | undefined {
  if (node.kind === ts.SyntaxKind.AsyncKeyword) return 'async';
  if (node.kind === ts.SyntaxKind.AwaitKeyword || ts.isAwaitExpression(node)) return 'await';
  if (ts.isPropertyAccessExpression(node)) {
    const whole = `${node.expression.getText()}.${node.name.text}`;
    if (Object.hasOwn(AMBIENT_MEMBERS, whole)) return whole;
    return Object.hasOwn(AMBIENT_MEMBERS, node.name.text) ? node.name.text : undefined;
  }
  if (!ts.isIdentifier(node) || namesAMember(node)) return undefined;
  return Object.hasOwn(AMBIENT_WORDS, node.text) ? node.text : undefined;
}

/** True for the `a` of `x.a`, `{ a: 1 }` and their like, which mean something of one's own. */
function namesAMember(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent) || ts.isQualifiedName(parent)) {
    return ('name' in parent ? parent.name : parent.right) === node;
  }
  const isMember =
    ts.isPropertyAssignment(parent) ||
    ts.isPropertySignature(parent) ||
    ts.isPropertyDeclaration(parent) ||
    ts.isMethodSignature(parent) ||
    ts.isMethodDeclaration(parent);
  return isMember && parent.name === node;
}

/** No index.ts: each room has a file of its own name. */
export const nameRule: Rule = ({ path }) =>
  /(^|\/)index\.ts$/.test(path)
    ? [{ path, line: 1, problem: 'no index.ts: a room opens with a file of its own name' }]
    : [];

/** Parts of the language that the house does without. */
export const syntaxRule: Rule = (source) => collect(source, bannedSyntax);

function bannedSyntax(node: ts.Node): string | undefined {
  if (ts.isEnumDeclaration(node)) return 'no enum: a union of texts';
  // `declare module 'vitest'` adds to the types of a package, and is no namespace.
  if (ts.isModuleDeclaration(node) && ts.isIdentifier(node.name)) {
    return 'no namespace: a file is one';
  }
  if (ts.isExportAssignment(node)) return 'no default export: name it';
  if (node.kind === ts.SyntaxKind.AnyKeyword) return 'no any: say the type, or unknown';
  if (node.kind === ts.SyntaxKind.DefaultKeyword && !ts.isDefaultClause(node.parent)) {
    return 'no default export: name it';
  }
  if (ts.isExportSpecifier(node) && node.name.text === 'default')
    return 'no default export: name it';
  if (ts.isParameter(node) && ts.isParameterPropertyDeclaration(node, node.parent)) {
    return 'no parameter property: declare the field and assign it';
  }
  return undefined;
}

/** Functions that can be read at a glance; the body of a `describe` is not one in that sense. */
export const functionLengthRule: Rule = (source) =>
  collect(source, (node) => {
    if (!ts.isFunctionLike(node) || !('body' in node) || isDescribeBody(node)) return undefined;
    const { tree } = source;
    const first = tree.getLineAndCharacterOfPosition(node.getStart(tree)).line;
    const lines = tree.getLineAndCharacterOfPosition(node.end).line - first + 1;
    if (lines <= MAX_FUNCTION_LINES) return undefined;
    return `a function of ${lines} lines; split it below ${MAX_FUNCTION_LINES}, better 30`;
  });

function isDescribeBody(node: ts.Node): boolean {
  const { parent } = node;
  return ts.isCallExpression(parent) && /^describe\b/.test(parent.expression.getText());
}

/** Files that can be read in one go, in lines that fit. */
export const sizeRule: Rule = ({ path, text }) => {
  const lines = text.replace(/\n$/, '').split('\n');
  const found: Finding[] = [];
  if (lines.length > MAX_FILE_LINES) {
    const problem = `${lines.length} lines; split it below ${MAX_FILE_LINES}, better 200`;
    found.push({ path, line: MAX_FILE_LINES + 1, problem });
  }
  for (const [index, line] of lines.entries()) {
    const columns = [...line].length;
    // An address cannot be broken.
    if (columns <= MAX_COLUMNS || /https?:\/\/\S{40}/.test(line)) continue;
    const problem = `${columns} columns; break it at ${MAX_COLUMNS}`;
    found.push({ path, line: index + 1, problem });
  }
  return found;
};

/** Written so that this file does not find itself. */
const LEFT_OVER = /\b(TO[D]O|FIX[M]E|XX[X]|HAC[K])\b/;

/** Nothing is left for later where nobody looks. */
export const leftOverRule: Rule = ({ path, text }) =>
  text.split('\n').flatMap((line, index) => {
    const word = LEFT_OVER.exec(line)?.[0];
    if (word === undefined) return [];
    return [{ path, line: index + 1, problem: `${word}: do it now, or say what is so and why` }];
  });

/** A test left out says why: in a comment above it, in its title, or to the context. */
export const skipRule: Rule = (source) =>
  collect(source, (node) => {
    if (!ts.isPropertyAccessExpression(node) || !isTestFunction(node.expression)) return undefined;
    const how = node.name.text;
    if (how === 'only') return 'only: the rest of the tests would not run';
    if (!['skip', 'skipIf', 'runIf', 'todo'].includes(how)) return undefined;
    let statement: ts.Node = node;
    while (!ts.isStatement(statement)) statement = statement.parent;
    const comments = ts.getLeadingCommentRanges(source.text, statement.getFullStart()) ?? [];
    if (comments.length > 0 || /skipped (where|because|until|on)/.test(headOf(statement))) {
      return undefined;
    }
    return `${how} without a reason: say in the title or above "skipped where ..."`;
  });

/** `test`, `it`, `describe`, `context`, also as `test.concurrent` and the like. */
function isTestFunction(node: ts.Expression): boolean {
  return /^(test|it|describe|suite|bench|context|ctx)\b[\w.]*$/.test(node.getText());
}

/** The first lines of a statement, where the title of a test stands. */
const headOf = (statement: ts.Node): string =>
  statement.getText().split('\n').slice(0, 3).join('\n');

/** Every rule for one file, by the name under which it is tested. */
export const RULES: Readonly<Record<string, Rule>> = {
  'imports go down only': roomRule,
  'imports carry .ts': extensionRule,
  'designs never import each other': designRule,
  'packages have one owner': packageRule,
  'pure rooms know no platform': ambientRule,
  'no index.ts': nameRule,
  'no enum, namespace, default export, any, parameter property': syntaxRule,
  'functions are short': functionLengthRule,
  'files and lines are short': sizeRule,
  'nothing is left over': leftOverRule,
  'no test is skipped without a reason': skipRule,
};
