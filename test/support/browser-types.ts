/** Checks plain JavaScript against the types of a browser, without a file of it. */
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import ts from 'typescript';

const NAME = '/page-script.js';
const OPTIONS: ts.CompilerOptions = {
  allowJs: true,
  checkJs: true,
  noEmit: true,
  strict: true,
  // Parameters of small helpers may go without a type; what is called on the page may not.
  noImplicitAny: false,
  target: ts.ScriptTarget.ES2023,
  lib: ['lib.es2023.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts'],
  types: [],
};

/** What the compiler objects to, one line each with its place in the script. */
export function browserProblems(script: string): string[] {
  const host = ts.createCompilerHost(OPTIONS);
  const { getSourceFile, fileExists, readFile } = host;
  const library = dirname(createRequire(import.meta.url).resolve('typescript'));
  host.getDefaultLibLocation = () => library;
  host.fileExists = (name) => name === NAME || fileExists(name);
  host.readFile = (name) => (name === NAME ? script : readFile(name));
  host.getSourceFile = (name, version) =>
    name === NAME
      ? ts.createSourceFile(NAME, script, version, true, ts.ScriptKind.JS)
      : getSourceFile(name, version);
  const program = ts.createProgram([NAME], OPTIONS, host);
  const source = program.getSourceFile(NAME);
  return [
    ...program.getSyntacticDiagnostics(source),
    ...program.getSemanticDiagnostics(source),
  ].map(({ start = 0, messageText }) => {
    const line = script.slice(0, start).split('\n').length;
    const text = ts.flattenDiagnosticMessageText(messageText, ' ');
    return `${line}: ${text}: ${(script.split('\n')[line - 1] ?? '').trim().slice(0, 90)}`;
  });
}
