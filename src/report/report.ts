/**
 * report: report.json becomes pictures. Everything here is a pure function of the document: no
 * dates, no paths, no randomness, so that the same document gives the same bytes on every machine.
 *
 *   document.ts         what a report.json holds (types)
 *   space-time.ts, space-time-schema.ts   its part about a broken run, and the text form of that
 *   document-schema.ts  its text form: read with every problem, written with sorted keys
 *   scheduler-info.ts   what a report says of a preset
 *   claim-info.ts       claims in their order, their words, counts and statuses
 *   metric-info.ts      metrics in their order, their names and which way is better
 *   numbers.ts          numbers as people read them
 *   words.ts            the verdict, what broke, and comparisons, as sentences
 *   replay.ts           commands that show a seed again
 *   html.ts             markup that escapes what it is given
 *   page.ts             index.html; its parts are in sections/, its style and script in assets/
 *   charts/             pure functions from data to SVG
 *   markdown.ts, junit.ts, github.ts, summary.ts   the same for pull requests, for machines, for
 *                       the log of a workflow, for the terminal
 */
import type { ReportDocument } from './document.ts';
import { renderJunit } from './junit.ts';
import { renderMarkdown } from './markdown.ts';
import { renderPage } from './page.ts';

/** Names of the rendered files, beside `report.json` in a result folder. */
export interface RenderedFiles {
  readonly 'index.html': string;
  readonly 'report.md': string;
  readonly 'junit.xml': string;
}

/** All files that are made from a document; they depend on the document alone. */
export function renderFiles(document: ReportDocument): RenderedFiles {
  return {
    'index.html': renderPage(document),
    'report.md': renderMarkdown(document),
    'junit.xml': renderJunit(document),
  };
}

export { documentJsonSchema, documentSchema, readDocument, reportJson } from './document-schema.ts';
export { replayCommand } from './replay.ts';
export { type Painter, PLAIN_PAINTER, summaryTable } from './summary.ts';
export { documentStatus, verdictSentence } from './words.ts';
