/** Where failover time goes, and how it is distributed. */
import { failoverBars, failoverBarsOf } from '../charts/failover-bars.ts';
import { histogram } from '../charts/histogram.ts';
import type { ReportDocument } from '../document.ts';
import { html, type Markup, NOTHING } from '../html.ts';
import { FULL, figure, section } from './parts.ts';

export function failoverSection({ designs }: ReportDocument): Markup {
  const bars = failoverBarsOf(designs);
  const samples = designs.flatMap(({ name, samples: own }, look) => {
    const it = own['failover'];
    return it === undefined ? [] : [{ label: name, look, ...it }];
  });
  if (bars.length === 0 && samples.length === 0) return NOTHING;
  const parts = bars.length > 0 && figure(failoverBars('failover-parts', bars), FULL);
  const times = histogram({
    id: 'failover-times',
    title: 'How long failovers took',
    note: 'Solid line: p50. Dashed: p99. Dotted: the largest. Bars are shares of the samples.',
    unit: samples[0]?.unit ?? '',
    designs: samples,
  });
  const drawn = samples.length > 0 && figure(times, FULL);
  return section(
    'failover',
    'Failover',
    'From the true moment of the fault to the first dispatch under a newer epoch.',
    html`<div class="stack">${parts}${drawn}</div>`,
  );
}
