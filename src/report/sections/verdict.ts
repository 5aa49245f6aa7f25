/** The head of the page: the verdict in a sentence, the command, and a card per design. */
import type { DesignReport, ReportDocument } from '../document.ts';
import { html, type Markup, NOTHING } from '../html.ts';
import { HEADLINE_METRICS, metricInfo } from '../metric-info.ts';
import { formatMetric } from '../numbers.ts';
import { replayCommand } from '../replay.ts';
import {
  brokenClaims,
  counted,
  type DocumentStatus,
  documentStatus,
  verdictSentences,
} from '../words.ts';
import { command } from './parts.ts';

interface Badge {
  readonly tone: 'held' | 'broken' | 'unsure';
  readonly text: string;
}

const BADGES: Readonly<Record<DocumentStatus, Badge>> = {
  held: { tone: 'held', text: '✓ held' },
  broken: { tone: 'broken', text: '✗ broken' },
  'slo missed': { tone: 'broken', text: '✗ objective missed' },
  inconclusive: { tone: 'unsure', text: '? inconclusive' },
  empty: { tone: 'unsure', text: '? nothing ran' },
};

const badge = ({ tone, text }: Badge): Markup => html`<span class="badge ${tone}">${text}</span>`;

/** Verdict, what the scenario is for, how to see a break again, and how to make all again. */
export function verdictHeader(document: ReportDocument): Markup {
  const status = BADGES[documentStatus(document)];
  const { name, why, hash } = document.scenario;
  const [headline, ...rest] = verdictSentences(document);
  const again =
    document.command === ''
      ? NOTHING
      : html`<div class="again"><p
        class="note">Made by this command; it makes the same bytes again.</p>
${command(document.command)}</div>`;
  return html`<header>
<div class="brand"><b>Seaworthy</b><span>${name}</span>
<span>scenario ${hash.slice(0, 12)}</span></div>
<div class="verdict ${status.tone}">${badge(status)}
<h1>${headline}</h1>
${rest.map((line) => html`<p>${line}</p>`)}${why !== '' && html`<p class="quiet">${why}</p>`}</div>
${replayFirst(document)}${again}</header>\n`;
}

/** The command that shows the first broken promise again, where one broke. */
function replayFirst(document: ReportDocument): Markup {
  const first = brokenClaims(document).find(({ row }) => row.promised && row.example !== undefined);
  if (first?.row.example === undefined) return NOTHING;
  const { seed } = first.row.example;
  return html`<div class="again"><p class="note">Seed ${seed} of ${first.design.name} breaks
${first.claim}; this shows it again.</p>
${command(replayCommand(document, first.design.name, seed))}</div>`;
}

/** A card per design with its verdict and the numbers that a reader wants first. */
export function designCards({ designs }: ReportDocument): Markup {
  if (designs.length === 0) return NOTHING;
  return html`<div class="cards">${designs.map(card)}</div>\n`;
}

function card(design: DesignReport, index: number): Markup {
  const numbers = HEADLINE_METRICS.flatMap((metric) => {
    const row = design.metrics[metric];
    if (row === undefined) return [];
    return [html`<dt>${metricInfo(metric).label}</dt><dd>${formatMetric(row).mean}</dd>`];
  });
  const why = design.inconclusive.map((reason) => html`<p class="note">${reason}</p>`);
  return html`<div class="card" data-design="${index}"><div
    class="top"><h2>${design.name}</h2>${badge(BADGES[design.verdict])}</div>
<dl>${numbers}</dl>${why}${unpromised(design)}</div>\n`;
}

/** A claim that broke without having been promised is no failure, and no secret either. */
function unpromised(design: DesignReport): Markup {
  const broke = Object.values(design.claims).filter((row) => !row.promised && row.broken > 0);
  if (broke.length === 0) return NOTHING;
  return html`<p
    class="note s-unknown">broke ${counted(broke.length, 'claim')} it does not promise</p>`;
}
