/** `report`: pictures and texts again from the same data. */
import { dirname, resolve } from 'node:path';
import { BadInput } from '../lib/outcome.ts';
import { readDocument } from '../report/document-schema.ts';
import { EXIT, type Io } from './io.ts';
import { readWhole } from './load.ts';
import {
  folderProblems,
  type Reporter,
  renderedFiles,
  reporterProblems,
  tellWorkflow,
  writeFiles,
} from './output.ts';
import { shownPath } from './places.ts';

export interface ReportOptions {
  readonly out?: string;
  readonly reporter: readonly string[];
}

/** Writes the files beside the document, or into `--out`; answers with the exit code. */
export function report(file: string, options: ReportOptions, io: Io): number {
  const path = resolve(io.cwd, file);
  const out = options.out === undefined ? dirname(path) : resolve(io.cwd, options.out);
  const problems = [...reporterProblems(options.reporter)];
  if (options.out !== undefined) problems.push(...folderProblems(out));
  if (problems.length > 0) throw new BadInput(problems);
  const document = readDocument(readWhole(path, file));
  if (document.kind === 'failed') throw new BadInput(document.error.map((p) => ({ ...p, file })));
  const files = renderedFiles(document.value, options.reporter as readonly Reporter[]);
  writeFiles(out, files);
  for (const name of files.keys()) io.stdout(`${shownPath(resolve(out, name), io.cwd)}\n`);
  tellWorkflow(document.value, options.reporter, io.stdout, io);
  return EXIT.held;
}
