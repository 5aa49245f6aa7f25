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

/** Where the result of this document's command was written: `--out`, or the default folder. */
export function reportFolder(document: ReportDocument): string {
  const out = /(?:^|\s)--out[ =](?:'([^']+)'|(\S+))/.exec(document.command);
  return out?.[1] ?? out?.[2] ?? `reports/${document.scenario.name}`;
}

/** The command that runs one seed of a design again, with its transcript. */
export function replayCommand(document: ReportDocument, design: string, seed: string): string {
  const front = document.command.startsWith('seaworthy ') ? 'seaworthy' : 'npm run -s seaworthy --';
  const file = shellWord(`${reportFolder(document)}/report.json`);
  return `${front} replay ${file} --design ${shellWord(design)} --seed ${shellWord(seed)}`;
}
