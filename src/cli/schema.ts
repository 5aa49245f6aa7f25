/** `schema`: JSON Schemas for editors and other programs. */
import { BadInput } from '../lib/outcome.ts';
import { documentJsonSchema } from '../report/document-schema.ts';
import { suggestion } from '../scenario/nearest.ts';
import { scenarioJsonSchema } from '../scenario/schema.ts';
import { shown } from '../scenario/values.ts';
import { EXIT, type Io } from './io.ts';

const SCHEMAS = { scenario: scenarioJsonSchema, report: documentJsonSchema } as const;

/** The bytes of a published schema. */
export const schemaText = (what: keyof typeof SCHEMAS): string =>
  `${JSON.stringify(SCHEMAS[what](), undefined, 2)}\n`;

/** Prints the schema of scenarios or of `report.json`; answers with the exit code. */
export function schema(what: string, io: Io): number {
  if (!Object.hasOwn(SCHEMAS, what)) {
    const hint = suggestion(what, Object.keys(SCHEMAS)) ?? 'scenario or report';
    throw new BadInput([{ path: '', problem: `there is no schema ${shown(what)}`, hint }]);
  }
  io.stdout(schemaText(what as keyof typeof SCHEMAS));
  return EXIT.held;
}
