/**
 * Datasheets that were measured before and committed: measuring those of all designs takes minutes.
 * A test measures them anew, so that they are those of the code beside them.
 */
import { readFileSync } from 'node:fs';
import { BadInput } from '../lib/outcome.ts';
import type { Datasheet } from '../report/document.ts';
import { readDatasheets } from '../report/document-schema.ts';

const FILE = 'reports/baseline/datasheets.json';

/** Of these designs, in their order; a design that has none is left out. */
export function committedSheets(designs: readonly string[]): readonly Datasheet[] {
  const read = readDatasheets(textOf(new URL(`../../${FILE}`, import.meta.url)));
  if (read.kind === 'failed') throw new BadInput(read.error.map((it) => ({ ...it, file: FILE })));
  return designs.flatMap((design) => read.value.filter((sheet) => sheet.design === design));
}

function textOf(file: URL): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    const problem = 'is not there: only a checkout has it';
    const hint = '--datasheet alone measures them';
    throw new BadInput([{ path: '', file: FILE, problem, hint }]);
  }
}
