/** What the storm was: faults by kind, whom they bit, and when. */
import { BITTEN_ROLES, type BittenRole } from '../../metrics/storm.ts';
import type { DesignReport, FaultCoverage, ReportDocument } from '../document.ts';
import { html, type Markup } from '../html.ts';
import { formatCount } from '../numbers.ts';
import { designHeads, scrolling, section } from './parts.ts';

const NOTE =
  'Drawn by the plan, armed when its moment came, bitten when it changed something. A kind that ' +
  'never bit proves nothing; one aimed at machines that a design does not have is not ' +
  'applicable. The darker a cell, the more often they bit.';

/** Which faults were drawn, began, and changed something; and below, whom and when. */
export function coverageSection(document: ReportDocument): Markup {
  const { designs } = document;
  const kinds = [...new Set(designs.flatMap((it) => it.faults.map((row) => row.kind)))].sort();
  if (kinds.length === 0) return section('faults', 'Fault coverage', 'No fault was planned.');
  const most = Math.max(1, ...designs.flatMap((it) => it.faults.map((row) => row.bitten)));
  const rows = kinds.map((kind) => {
    const cells = designs.map((it) =>
      countsCell(
        it.faults.find((row) => row.kind === kind),
        most,
      ),
    );
    return html`<tr><th scope="row"><code>${kind}</code></th>${cells}</tr>\n`;
  });
  const heads = designHeads(
    designs.map((it) => it.name),
    'num',
  );
  const table = html`<table class="by-design"><caption>Faults drawn, armed and bitten</caption>
<thead><tr><th scope="col">drawn · armed · bitten</th>${heads}</tr></thead><tbody>
${rows}</tbody></table>`;
  const details = designs.map((design, index) => bitesDetails(design, index));
  return section('faults', 'Fault coverage', NOTE, scrolling('Faults by design', table), details);
}

/** True when every fault of the kind was aimed at what the design does not have. */
export const isNotApplicable = ({ drawn, notApplicable }: FaultCoverage): boolean =>
  drawn > 0 && drawn === notApplicable;

/** Five shades, by the logarithm of the count: from once to the most that any kind has. */
export const heatOf = (count: number, most: number): number =>
  count <= 0 ? 0 : 1 + Math.round((4 * Math.log(count)) / Math.log(Math.max(2, most)));

function countsCell(row: FaultCoverage | undefined, most: number): Markup {
  if (row === undefined) return html`<td class="num quiet">–</td>`;
  if (isNotApplicable(row)) return html`<td class="num quiet">not applicable</td>`;
  const never = row.bitten === 0 && html` <b class="s-unknown">never bit</b>`;
  const heat = heatOf(row.bitten, most);
  return html`<td class="num h${heat}">${row.drawn} · ${row.armed} · ${row.bitten}${never}</td>`;
}

/** Of one design: a row per kind and phase, a column per role that was bitten at all. */
function bitesDetails({ name, faults }: DesignReport, index: number): Markup | undefined {
  const bites = faults.flatMap(({ kind, bites: own }) => own.map((bite) => ({ kind, ...bite })));
  const roles = BITTEN_ROLES.filter((role) => bites.some((bite) => bite.role === role));
  if (roles.length === 0) return undefined;
  const isAlike = (a: (typeof bites)[number], b: (typeof bites)[number]): boolean =>
    a.kind === b.kind && a.phase === b.phase;
  const firsts = bites.filter((bite, i) => bites.findIndex((it) => isAlike(it, bite)) === i);
  const most = Math.max(1, ...bites.map((bite) => bite.count));
  const rows = firsts.map((first) => {
    const { kind, phase } = first;
    const of = (role: BittenRole): number =>
      bites.find((it) => isAlike(it, first) && it.role === role)?.count ?? 0;
    const cells = roles.map((role) =>
      of(role) === 0
        ? html`<td class="num quiet">–</td>`
        : html`<td class="num h${heatOf(of(role), most)}">${formatCount(of(role))}</td>`,
    );
    return html`<tr><th scope="row"><code>${kind}</code></th><td>${phase}</td>${cells}</tr>\n`;
  });
  const caption = `Whom faults bit under ${name}, and when`;
  const heads = designHeads(roles, 'num');
  const table = html`<table><caption>${caption}</caption><thead><tr><th scope="col">kind</th><th
    scope="col">phase</th>${heads}</tr></thead><tbody>
${rows}</tbody></table>`;
  return html`<details id="bites-${index}" data-design="${index}"><summary>${caption}</summary>
<p class="note">Faults by the machines that they changed something on, in the phase in which they
first did; the leader is counted among the schedulers as well.</p>
${scrolling(caption, table)}</details>\n`;
}
