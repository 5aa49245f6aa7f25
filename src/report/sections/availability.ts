/** How available each design was: by nines, and in the worst window of every length. */
import { type LadderGroup, type LadderRow, ninesLadder } from '../charts/nines-ladder.ts';
import { type WindowCurve, worstWindows } from '../charts/worst-windows.ts';
import type { DesignReport, ReportDocument } from '../document.ts';
import { html, type Markup, NOTHING } from '../html.ts';
import { metricInfo, metricsOf } from '../metric-info.ts';
import { FULL, figure, section } from './parts.ts';

/** More would be a wall of bars; the table of numbers has all of them. */
const GROUPS_MAX = 4;

export function availabilitySection({ designs }: ReportDocument): Markup {
  const groups = laddersOf(designs);
  const curves = designs.flatMap(({ name, windows }, look): WindowCurve[] =>
    windows.length === 0 ? [] : [{ label: name, look, rows: windows }],
  );
  if (groups.length === 0 && curves.length === 0) return NOTHING;
  return section(
    'availability',
    'Availability',
    'Under this storm, which is worse than most days.',
    html`<div class="stack">${groups.length > 0 && figure(ninesLadder('nines', groups), FULL)}${
      curves.length > 0 && figure(worstWindows('windows', curves), FULL)
    }</div>`,
  );
}

/** Shares of availability that are better when higher: those that count in nines. */
function laddersOf(designs: readonly DesignReport[]): LadderGroup[] {
  const groups = metricsOf(designs).flatMap((metric): LadderGroup[] => {
    const { label, group, better } = metricInfo(metric);
    if (group !== 'availability' || better !== 'higher') return [];
    const rows = designs.flatMap((design, look): LadderRow[] => {
      const row = design.metrics[metric];
      const counts = row !== undefined && row.n > 0 && row.unit === 'ratio';
      return counts ? [{ label: design.name, look, metric: row }] : [];
    });
    return rows.length === 0 ? [] : [{ heading: label, rows }];
  });
  return groups.slice(0, GROUPS_MAX);
}
