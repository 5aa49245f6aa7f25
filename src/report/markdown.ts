/**
 * report.md: what fits a pull request, in at most sixty lines. Tables are cut with a line that says
 * what was left out; the page has everything.
 */
import { assert } from '../lib/assert.ts';
import { BITTEN_ROLES } from '../metrics/storm.ts';
import { claimStatus, claimsOf, countsInWords, isWithheld } from './claim-info.ts';
import type { ClaimRow, DesignReport, FaultCoverage, ReportDocument } from './document.ts';
import { HEADLINE_METRICS, metricInfo, metricsOf } from './metric-info.ts';
import { formatMetric } from './numbers.ts';
import { replayCommand } from './replay.ts';
import { isNotApplicable } from './sections/coverage.ts';
import {
  bestSentence,
  brokenClaims,
  brokenShare,
  comparisonSentence,
  failingSeeds,
  verdictSentence,
} from './words.ts';

export const MARKDOWN_LINES_MAX = 60;
const CLAIMS_MAX = 18;
const METRICS_MAX = 9;
const SEEDS_MAX = 8;
const NOTES_MAX = 5;
const NEVER_MAX = 8;
const COMPARED_MAX = 8;

/** The whole document, ending in a newline. */
export function renderMarkdown(document: ReportDocument): string {
  const before = [
    `# ${plain(document.scenario.name)}`,
    '',
    plain(verdictSentence(document)),
    ...claimsTable(document),
    ...numbersTable(document),
  ];
  const after = [
    ...failing(document),
    ...notes(document),
    ...(document.command === '' ? [] : ['', 'Made by:', ...fenced([document.command])]),
  ];
  const room = MARKDOWN_LINES_MAX - before.length - after.length;
  const coverage = coverageTable(document, room);
  const compared = comparedLines(document, room - coverage.length);
  const lines = [...before, ...compared, ...coverage, ...after];
  assert(lines.length <= MARKDOWN_LINES_MAX, () => `report.md has ${lines.length} lines`);
  return `${lines.join('\n')}\n`;
}

/** Text on one line that Markdown leaves alone, and a table cell too. */
export function plain(text: string): string {
  return text
    .replace(/[\p{Cc}\p{Cs}\u2028\u2029]+/gu, ' ')
    .replace(/[\\`*_[\]<>|#~&]/g, (character) =>
      character === '<' ? '&lt;' : character === '&' ? '&amp;' : `\\${character}`,
    );
}

/** A code block whose fence is longer than any run of backticks inside. */
function fenced(commands: readonly string[]): string[] {
  const inside = commands.map((it) => it.replace(/[\p{Cc}\p{Cs}\u2028\u2029]+/gu, ' '));
  const longest = Math.max(
    2,
    ...inside.flatMap((it) => it.match(/`+/g) ?? []).map((it) => it.length),
  );
  const fence = '`'.repeat(longest + 1);
  return [`${fence}sh`, ...inside, fence];
}

const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

function tableHead(first: string, designs: readonly DesignReport[]): string[] {
  return [
    '',
    row([first, ...designs.map((it) => plain(it.name))]),
    `|${' --- |'.repeat(designs.length + 1)}`,
  ];
}

/** Claims that did not simply hold come first, so that the cut takes the uneventful ones. */
function claimsTable({ designs }: ReportDocument): string[] {
  const claims = claimsOf(designs);
  if (claims.length === 0) return [];
  const eventful = claims.filter((claim) => !calm(claim, designs));
  const chosen = new Set(
    [...eventful, ...claims.filter((it) => calm(it, designs))].slice(0, CLAIMS_MAX),
  );
  const rows = claims
    .filter((claim) => chosen.has(claim))
    .map((claim) =>
      row([plain(claim), ...designs.map((it) => claimCell(claim, it.claims[claim]))]),
    );
  const left = claims.length - chosen.size;
  const more = left > 0 ? [row([`${left} more`, ...designs.map(() => 'see the page')])] : [];
  return [...tableHead('claim', designs), ...rows, ...more];
}

const calm = (claim: string, designs: readonly DesignReport[]): boolean =>
  designs.every((it) => claimStatus(it.claims[claim]) === 'held');

function claimCell(claim: string, it: ClaimRow | undefined): string {
  if (it === undefined) return '–';
  const counts = countsInWords(claim, it);
  const text = it.broken > 0 && it.promised ? `**${counts}**` : counts;
  return isWithheld(claim, it) ? `${text} (not promised)` : text;
}

function numbersTable({ designs }: ReportDocument): string[] {
  const all = metricsOf(designs);
  const headline = HEADLINE_METRICS.filter((metric) => all.includes(metric));
  const rest = all.filter((metric) => !headline.some((it) => it === metric));
  const metrics = [...headline, ...rest].slice(0, METRICS_MAX);
  if (metrics.length === 0) return [];
  const rows = metrics.map((metric) => {
    const cells = designs.map((design) => {
      const it = design.metrics[metric];
      if (it === undefined || it.n === 0) return '–';
      const { mean, interval } = formatMetric(it);
      return `${mean} ${interval}`;
    });
    return row([plain(metricInfo(metric).label), ...cells]);
  });
  return [...tableHead('mean, 95 % interval', designs), ...rows];
}

/** How designs compare in the headline numbers, as far as there is room for sentences. */
function comparedLines(document: ReportDocument, room: number): string[] {
  const headline = (metric: string): boolean => HEADLINE_METRICS.some((it) => it === metric);
  const best = HEADLINE_METRICS.map((metric) => bestSentence(document, metric));
  const paired = document.comparisons
    .filter(({ metric }) => headline(metric))
    .map((it) => comparisonSentence(document, it));
  const all = [...best.filter((it) => it !== ''), ...paired];
  const shown = all.slice(0, Math.max(0, Math.min(COMPARED_MAX, room - 1)));
  return shown.length === 0 ? [] : ['', ...shown.map((it) => `- ${plain(it)}`)];
}

/**
 * What the storm was for each design: kinds that never bit, and whom the others bit. It gives way
 * to what failed: designs for which there is no room are left to the page.
 */
function coverageTable({ designs }: ReportDocument, room: number): string[] {
  const stormy = designs.filter(({ faults }) => faults.length > 0).slice(0, Math.max(0, room - 3));
  if (stormy.length === 0) return [];
  const roles = BITTEN_ROLES.filter((role) =>
    stormy.some((it) => it.faults.some(({ bites }) => bites.some((bite) => bite.role === role))),
  );
  const head = ['faults', 'kinds', 'drawn', 'armed', 'bitten', ...roles, 'never bit'];
  const rows = stormy.map(({ name, faults }) => {
    const sum = (of: (it: FaultCoverage) => number): string =>
      String(faults.reduce((total, it) => total + of(it), 0));
    const bitten = roles.map((role) =>
      sum(({ bites }) => bites.reduce((n, it) => n + (it.role === role ? it.count : 0), 0)),
    );
    const counts = [sum((it) => it.drawn), sum((it) => it.armed), sum((it) => it.bitten)];
    const kinds = faults.filter((it) => !isNotApplicable(it));
    return row([plain(name), String(kinds.length), ...counts, ...bitten, neverBit(kinds)]);
  });
  return ['', row(head), `|${' --- |'.repeat(head.length)}`, ...rows];
}

function neverBit(kinds: readonly FaultCoverage[]): string {
  const never = kinds.filter(({ bitten }) => bitten === 0).map(({ kind }) => plain(kind));
  const more = never.length - NEVER_MAX;
  return [...never.slice(0, NEVER_MAX), ...(more > 0 ? [`${more} more`] : [])].join(', ') || '–';
}

/** Seeds in which a promise broke, each with the command that shows it again. */
function failing(document: ReportDocument): string[] {
  const all = document.designs.flatMap((design) =>
    failingSeeds(design).map(({ seed, claims }) => ({ design: design.name, seed, claims })),
  );
  if (all.length === 0) return [];
  const shown = all.slice(0, SEEDS_MAX);
  const commands = shown.map(
    (it) => `${replayCommand(document, it.design, it.seed)}  # ${it.claims.join(', ')}`,
  );
  const cut = all.length > shown.length ? `, the first ${shown.length} of ${all.length}` : '';
  return ['', `Failing seeds${cut}:`, ...fenced(commands)];
}

/** What a reader must not miss, though it fails nothing. */
function notes(document: ReportDocument): string[] {
  const unpromised = brokenClaims(document)
    .filter((it) => !it.row.promised)
    .map(
      (it) =>
        `- ${plain(it.design.name)} ${brokenShare(it.row)}: ${plain(it.claim)} (not promised)`,
    );
  const unsure = document.designs.flatMap((design) =>
    design.inconclusive.map((why) => `- ${plain(design.name)} is inconclusive: ${plain(why)}`),
  );
  const missed = document.slo
    .filter((it) => !it.met)
    .map((it) => `- ${plain(it.design)} missed ${plain(it.metric)} ${plain(it.wanted)}`);
  const all = [...missed, ...unsure, ...unpromised];
  if (all.length === 0) return [];
  const shown = all.length > NOTES_MAX ? all.slice(0, NOTES_MAX - 1) : all;
  const more = all.length > shown.length ? [`- ${all.length - shown.length} more on the page`] : [];
  return ['', ...shown, ...more];
}
