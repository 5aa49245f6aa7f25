/** Claims × designs, and below the table what broke, first promised claims and then the others. */
import {
  type ClaimStatus,
  claimStatus,
  claimsOf,
  claimWords,
  countsInWords,
  isSometimes,
  isWithheld,
} from '../claim-info.ts';
import type { ClaimRow, DesignReport, ReportDocument } from '../document.ts';
import { html, type Markup, NOTHING } from '../html.ts';
import { formatValue } from '../numbers.ts';
import { replayCommand } from '../replay.ts';
import { type BrokenClaim, brokenClaims, brokenShare } from '../words.ts';
import { command, designHeads, filterField, scrolling, section } from './parts.ts';

const MARKS: Readonly<Record<ClaimStatus, string>> = {
  held: '✓',
  broken: '✗',
  unknown: '?',
  excused: '~',
  vacuous: '○',
  absent: '–',
};

/** How many other failing seeds are named beside the first. */
const SEEDS_NAMED = 8;

/** The section; a document without claims says so. */
export function claimsSection(document: ReportDocument): Markup {
  const { designs } = document;
  const claims = claimsOf(designs);
  if (claims.length === 0) return section('claims', 'Claims', 'No claim was judged.');
  const shown = claims.filter(isSometimes);
  const group = html`<tr class="group"><th scope="rowgroup"
    colspan="${designs.length + 1}">What the runs must have met, in some seed</th></tr>\n`;
  const rows = [
    claims.filter((claim) => !isSometimes(claim)).map((claim) => claimLine(claim, designs)),
    shown.length > 0 && group,
    shown.map((claim) => claimLine(claim, designs)),
  ];
  const table = html`<table class="by-design">
    <caption>Verdicts by claim and design, counted in seeds</caption>
<thead><tr><th scope="col">claim</th>${designHeads(designs.map((it) => it.name))}</tr></thead>
<tbody>
${rows}</tbody></table>`;
  return section(
    'claims',
    'Claims',
    'Counts are seeds: ✓ held, ✗ broken, ~ excused, ? unknown, ○ vacuous. Hatched cells, ' +
      'marked ⊘, were not promised by the design.',
    tools(),
    scrolling('Claims by design', table),
    findings(document),
    unpromisedReasons(designs),
  );
}

/** Which rows are shown works by style alone; text and order need the script. */
function tools(): Markup {
  const choices = [
    ['all', 'All'],
    ['unsettled', 'Not held everywhere'],
    ['broken', 'Broken'],
  ];
  const chips = choices.map(
    ([value, label]) => html`<label class="chip"><input type="radio" name="show" id="show-${value}"
      value="${value}"${value === 'all' && html` checked`}>${label}</label>`,
  );
  return html`<div class="tools"><fieldset class="chips"><legend
    class="away">Which claims are shown</legend>${chips}</fieldset><label class="chip" data-scripted
    hidden><input type="checkbox" id="worst-first">Worst first</label>${filterField(
      'Filter claims',
    )}</div>\n`;
}

/** What a reader must see first: broken promises, then other breaks, then what is not known. */
const RANKS: readonly ClaimStatus[] = ['broken', 'unknown', 'excused', 'vacuous', 'absent', 'held'];

function rankOf(claim: string, rows: readonly (ClaimRow | undefined)[]): number {
  if (rows.some((row) => row !== undefined && row.broken > 0 && !isWithheld(claim, row))) return 0;
  return 1 + Math.min(...rows.map((row) => RANKS.indexOf(claimStatus(row))));
}

function claimLine(claim: string, designs: readonly DesignReport[]): Markup {
  const rows = designs.map((design) => design.claims[claim]);
  const calm = rows.every((row) => row === undefined || claimStatus(row) === 'held');
  const broke = rows.some((row) => row !== undefined && row.broken > 0);
  const look = calm ? 'calm' : broke ? 'unsettled broke' : 'unsettled';
  const words = claimWords(claim);
  const small = words !== '' && html`<small class="words">${words}</small>`;
  return html`<tr class="${look}" data-rank="${rankOf(claim, rows)}"><th
    scope="row"><code>${claim}</code>${small}</th>${rows.map((row) => cell(claim, row))}</tr>\n`;
}

function cell(claim: string, row: ClaimRow | undefined): Markup {
  if (row === undefined) return html`<td class="s-absent">–</td>`;
  const status = claimStatus(row);
  const withheld = isWithheld(claim, row);
  const look = `s-${status}${withheld ? ' free' : ''}`;
  const note = withheld && html`<small>⊘ not promised</small>`;
  return html`<td class="${look}">${MARKS[status]} ${countsInWords(claim, row)}${note}</td>`;
}

function findings(document: ReportDocument): Markup {
  const broken = brokenClaims(document);
  if (broken.length === 0) return NOTHING;
  const items = broken.map((it) => finding(document, it));
  return html`<div class="findings" id="broken"><h3>What broke</h3>${items}</div>\n`;
}

function finding(document: ReportDocument, it: BrokenClaim): Markup {
  const { example } = it.row;
  const promised = it.row.promised ? '' : ', not promised';
  const where = html`<h3>${it.design.name} · <code>${it.claim}</code></h3>
<p class="quiet">${brokenShare(it.row)}${promised}${otherSeeds(it)}</p>`;
  const first =
    example === undefined
      ? NOTHING
      : html`<p>Seed ${example.seed} at ${formatValue('us', example.atUs)}: ${example.summary}</p>
${command(replayCommand(document, it.design.name, example.seed))}`;
  return html`<div class="finding${it.row.promised ? '' : ' free'}">${where}${first}</div>\n`;
}

function otherSeeds(it: BrokenClaim): string {
  const seeds = it.design.seeds.filter((row) => row.verdicts[it.claim] === 'broken');
  if (seeds.length < 2) return '';
  const named = seeds.slice(0, SEEDS_NAMED).map((row) => row.seed);
  const more = seeds.length > named.length ? ' …' : '';
  return `: ${named.join(', ')}${more}`;
}

/** Why claims were not promised, each reason once per design. */
function unpromisedReasons(designs: readonly DesignReport[]): Markup {
  const items = designs.flatMap((design) => {
    const reasons = new Map<string, string[]>();
    for (const claim of claimsOf([design])) {
      const row = design.claims[claim] as ClaimRow;
      if (!isWithheld(claim, row)) continue;
      const broke = row.broken > 0 ? `${claim} (${brokenShare(row)})` : `${claim} (not broken)`;
      reasons.set(row.reason, [...(reasons.get(row.reason) ?? []), broke]);
    }
    return [...reasons].map(
      ([reason, claims]) =>
        html`<li><b>${design.name}</b> does not promise ${claims.join(', ')}:
${reason || 'no reason given'}</li>\n`,
    );
  });
  if (items.length === 0) return NOTHING;
  return html`<div class="findings"><h3>Not promised, and why</h3><ul
    class="words">${items}</ul></div>\n`;
}
