/** A fact in the words of transcripts, without its time and its machine. */
import { describeFact } from '../history/describe.ts';
import type { Fact } from '../history/fact.ts';
import { machineOf } from './causes.ts';

/** "says leader epoch 2", "body began c1-17 token 3.1". */
export function factWords(fact: Fact): string {
  const words = describeFact(fact)
    .replace(/^\s*\S+ \S /, '')
    .replaceAll(/\s+/g, ' ');
  const who = machineOf(fact) ?? 'harness';
  return words.startsWith(`${who} `) ? words.slice(who.length + 1) : words;
}
