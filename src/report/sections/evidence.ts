/** What stands behind the numbers: accounts, inputs, the scenario, and how to read. */

import type { Accounts } from '../../metrics/accounts.ts';
import type { DesignReport, ReportDocument } from '../document.ts';
import { html, type Markup, NOTHING } from '../html.ts';
import { formatCount } from '../numbers.ts';
import { designHeads, scrolling, section } from './parts.ts';

/** Jobs and ticks must add up: what went in is what came out. */
const WHOLE_RUNS =
  'Over whole runs and all seeds. After the storm clients ask for as long as a design may take ' +
  'to recover, so totals differ between designs; the storm and its work are the same.';

export function accountsSection(document: ReportDocument): Markup {
  const { designs } = document;
  if (designs.length === 0) return NOTHING;
  const line = (label: string, of: (accounts: Accounts) => number): Markup =>
    html`<tr><th scope="row">${label}</th>${designs.map(
      (design) => html`<td class="num">${formatCount(of(design.accounts))}</td>`,
    )}</tr>\n`;
  const rows = [
    line('jobs accepted', (it) => it.jobs.accepted),
    line('= completed', (it) => it.jobs.completed),
    line('+ cancelled', (it) => it.jobs.cancelled),
    line('+ dead', (it) => it.jobs.dead),
    line('+ open at the end', (it) => it.jobs.open),
    checkLine('jobs add up', designs, jobsGap),
    line('ticks due', (it) => it.ticks.due),
    line('= run', (it) => it.ticks.run),
    line('+ skipped with a reason', (it) => it.ticks.skipped),
    line('+ missed', (it) => it.ticks.missed),
    checkLine('ticks add up', designs, ticksGap),
    line('ticks run more than once', (it) => it.ticks.doubled),
  ];
  const heads = designHeads(
    designs.map((it) => it.name),
    'num',
  );
  const table = html`<table class="by-design"><caption>Accounts of jobs and ticks</caption>
<thead><tr><th scope="col">over all seeds</th>${heads}</tr></thead><tbody>
${rows}</tbody></table>`;
  return section('accounts', 'Accounts', WHOLE_RUNS, scrolling('Accounts by design', table));
}

/** Accepted jobs that no column accounts for; negative when there are too many. */
export const jobsGap = ({ jobs }: Accounts): number =>
  jobs.accepted - jobs.completed - jobs.cancelled - jobs.dead - jobs.open;

/** Due ticks that no column accounts for. Doubled ticks stand beside the sum. */
export const ticksGap = ({ ticks }: Accounts): number =>
  ticks.due - ticks.run - ticks.skipped - ticks.missed;

function checkLine(
  label: string,
  designs: readonly DesignReport[],
  gap: (accounts: Accounts) => number,
): Markup {
  const cells = designs.map((design) => {
    const off = gap(design.accounts);
    return off === 0
      ? html`<td class="num s-held">✓ yes</td>`
      : html`<td class="num s-broken">✗ off by ${formatCount(off)}</td>`;
  });
  return html`<tr><th scope="row">${label}</th>${cells}</tr>\n`;
}

/** Lines of a crontab or a trace that were not used. */
export function inputsSection(document: ReportDocument): Markup {
  if (document.inputs.length === 0) return NOTHING;
  const shown = document.inputs.slice(0, 100);
  const rows = shown.map(
    (it) =>
      html`<tr><th scope="row">${it.file}:${it.line}</th><td
        class="text">${it.problem}</td></tr>\n`,
  );
  const table = html`<table><caption>Lines that were not used</caption>
<thead><tr><th scope="col">line</th><th scope="col">problem</th></tr></thead><tbody>
${rows}</tbody></table>`;
  const more = document.inputs.length - shown.length;
  const hidden = more > 0 ? ` (${more} more not shown)` : '';
  const note = `What of the inputs was not used, and why${hidden}.`;
  return section('inputs', 'Inputs', note, scrolling('Remarks on inputs', table));
}

/** The scenario as it was run, and what each design takes for granted. */
export function scenarioSection(document: ReportDocument): Markup {
  const assumed = document.designs.flatMap((design) => {
    if (design.assumes.length === 0) return [];
    const words = design.assumes.map((it) => `${it.what} ${it.bound}`).join('; ');
    return [html`<li><b>${design.name}</b> assumes: ${words}</li>\n`];
  });
  return section(
    'scenario',
    'Scenario',
    `SHA-256 of its text and files: ${document.scenario.hash}`,
    assumed.length > 0 && html`<ul class="words">${assumed}</ul>`,
    html`<pre tabindex="0"><code>${document.scenario.text}</code></pre>`,
  );
}

const GLOSSARY: readonly (readonly [string, string])[] = [
  ['held', 'The claim was judged in that seed and nothing broke it.'],
  ['broken', 'Something clients or the outside world saw contradicts the claim.'],
  [
    'excused',
    'It broke after an assumption of the design had failed, so the design is not blamed.',
  ],
  ['unknown', 'The run ended before the claim could be judged.'],
  ['vacuous', 'What the claim speaks of never happened in that seed.'],
  [
    'not promised',
    'The design does not make this promise; the report shows what happened all the same.',
  ],
  [
    'interval',
    'A 95 % interval of the mean over seeds: it tells of this storm, not of years in service.',
  ],
  ['100 %', 'None failed in the seeds that ran. It does not mean that none ever will.'],
  [
    'no detectable difference',
    'The interval of the paired difference contains zero. A true one of the size said to show ' +
      'would have been seen in four of five such sweeps; more seeds may tell them apart.',
  ],
  [
    'equivalent',
    'The difference is surely less than a margin for which nobody would choose a design: half a ' +
      'point of a share, 5 % of a time or a rate.',
  ],
  [
    'best',
    'Better than every other design, when all are compared at once; one that is not may still be ' +
      'as good.',
  ],
  [
    'seed',
    'Decides the storm and the work. The same seed, scenario and design always give the same run.',
  ],
];

/** Words a first-time reader needs, at the end of the page. */
export function readingSection(): Markup {
  const items = GLOSSARY.map(([word, meaning]) => html`<dt>${word}</dt><dd>${meaning}</dd>\n`);
  return section('reading', 'How to read this page', '', html`<dl class="read">${items}</dl>`);
}
