import { BadInput, failed, type Outcome, ok, type Problem } from '../lib/outcome.ts';
import { stableJson } from '../lib/stable-json.ts';
import type { Fact } from './fact.ts';
import { problemsOfFact } from './shape.ts';

export { describeFact, MARKS } from './describe.ts';

/** A fact as one line of JSON, without the line's end; equal facts give equal bytes. */
export const encodeFact = (fact: Fact): string => stableJson(fact);

/** Facts as a text of lines, each with its end. */
export const encodeFacts = (facts: readonly Fact[]): string =>
  facts.map((fact) => `${encodeFact(fact)}\n`).join('');

/** Reads one line back; fails with everything that is wrong with it. */
export function decodeFact(line: string): Outcome<Fact, readonly Problem[]> {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    const problem = `not JSON: ${error instanceof Error ? error.message : String(error)}`;
    return failed([{ path: '', problem, hint: 'one fact per line' }]);
  }
  const problems = problemsOfFact(value);
  return problems.length === 0 ? ok(value as Fact) : failed(problems);
}

/**
 * Reads lines back, empty ones left out. Throws {@link BadInput} with the problems of all lines,
 * each with its line number (and `file`, where one is given); facts out of order of time are one of
 * them.
 */
export function decodeFacts(text: string, file?: string): Fact[] {
  const facts: Fact[] = [];
  const problems: Problem[] = [];
  const place = file === undefined ? {} : { file };
  let lastAt = 0;
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    const read = decodeFact(line);
    if (read.kind === 'failed') {
      for (const problem of read.error) problems.push({ ...problem, ...place, line: index + 1 });
      continue;
    }
    if (read.value.at < lastAt) {
      const problem = `time ${read.value.at} after ${lastAt}: facts come in the order of time`;
      problems.push({ path: 'at', problem, ...place, line: index + 1 });
    }
    lastAt = read.value.at;
    facts.push(read.value);
  }
  if (problems.length > 0) throw new BadInput(problems);
  return facts;
}
