/**
 * Annotations of GitHub Actions: what broke as errors, what a reader must not miss as warnings, in
 * the commands that a workflow's log is searched for. A step shows ten of a kind, so of more the
 * last tells how many there are.
 */
import type { ClaimRow, DesignReport, ReportDocument } from './document.ts';
import { formatValue } from './numbers.ts';
import { replayCommand } from './replay.ts';
import { brokenClaims, brokenShare } from './words.ts';

/** What a step of a workflow shows of a kind. */
export const ANNOTATIONS_MAX = 10;

type Kind = 'error' | 'warning';

interface Annotation {
  readonly title: string;
  readonly message: string;
  /** A file of the checkout that it is about, with a line. */
  readonly file?: string;
  readonly line?: number;
}

/** One command a line, errors first; nothing when there is nothing to say. */
export function renderGithub(document: ReportDocument): string {
  const lines = [
    ...commands('error', [...broken(document), ...missed(document)]),
    ...commands('warning', [...unsure(document), ...unused(document)]),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

function broken(document: ReportDocument): Annotation[] {
  return brokenClaims(document)
    .filter(({ row }) => row.promised)
    .map(({ design, claim, row }) => ({
      title: `${design.name} broke ${claim}`,
      message: `${brokenShare(row)} of ${document.scenario.name}${first(document, design, row)}`,
    }));
}

function first(document: ReportDocument, { name }: DesignReport, { example }: ClaimRow): string {
  if (example === undefined) return '';
  const at = `\nSeed ${example.seed} at ${formatValue('us', example.atUs)}: ${example.summary}`;
  return `${at}\n${replayCommand(document, name, example.seed)}`;
}

const missed = ({ slo }: ReportDocument): Annotation[] =>
  slo
    .filter((row) => !row.met)
    .map(({ design, metric, wanted, got }) => ({
      title: `${design} missed ${metric}`,
      message: `wanted ${wanted}, ${got === null ? 'not measured' : `got ${got}`}`,
    }));

const unsure = ({ designs }: ReportDocument): Annotation[] =>
  designs.flatMap(({ name, inconclusive }) =>
    inconclusive.map((why) => ({ title: `${name} is inconclusive`, message: why })),
  );

const unused = ({ inputs }: ReportDocument): Annotation[] =>
  inputs.map(({ file, line, problem }) => ({ title: 'Not used', message: problem, file, line }));

function commands(kind: Kind, all: readonly Annotation[]): string[] {
  if (all.length <= ANNOTATIONS_MAX) return all.map((it) => command(kind, it));
  const shown = all.slice(0, ANNOTATIONS_MAX - 1);
  const left = all.length - shown.length;
  const rest = { title: `${left} more`, message: 'All of them are in the report.' };
  return [...shown, rest].map((it) => command(kind, it));
}

function command(kind: Kind, { title, message, file, line }: Annotation): string {
  const properties = [
    ...(file === undefined ? [] : [`file=${property(file)}`]),
    ...(line === undefined ? [] : [`line=${line}`]),
    `title=${property(title)}`,
  ];
  return `::${kind} ${properties.join(',')}::${data(message)}`;
}

/** A message is one line of the log: what would end it is written in hexadecimal. */
const data = (text: string): string =>
  text
    .replace(/%/g, '%25')
    .replace(/\r/g, '%0D')
    .replace(/\n/g, '%0A')
    .replace(/[\p{Cc}\p{Cs}\u2028\u2029]/gu, ' ');

const property = (text: string): string => data(text).replace(/:/g, '%3A').replace(/,/g, '%2C');
