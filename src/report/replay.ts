/**
 * Commands that a reader can paste: the one that shows a seed again, made from the command that
 * made the document and from nothing else.
 */
import type { ReportDocument } from './document.ts';

/** Quotes a word for a POSIX shell, only where it needs quoting. */
export function shellWord(word: string): string {
  return /^[\w@%+=:,./~-]+$/.test(word) && !word.startsWith('~')
    ? word
    : `'${word.replaceAll("'", "'\\''")}'`;
}

/**
 * The command that runs one seed of a design again, with its transcript: that of the document with
 * another verb, so that it works wherever the document lies.
 */
export function replayCommand(document: ReportDocument, design: string, seed: string): string {
  const [, front = 'npm run -s seaworthy --', scenario = ''] =
    /^(.*?seaworthy(?: --)?) (?:run|compare) ('(?:[^']|'\\'')*'|\S+)/.exec(document.command) ?? [];
  const kept = document.command.match(/ --(?:set|plan) (?:'(?:[^']|'\\'')*'|\S+)/g) ?? [];
  const which = `--design ${shellWord(design)} --seed ${shellWord(seed)}`;
  return `${front} replay ${scenario} ${which}${kept.join('')}`;
}
