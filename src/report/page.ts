/**
 * index.html: one file that needs nothing else. It works from a folder and with scripts off, asks
 * for nothing over a network, and its content security policy allows exactly the style and the
 * script that it carries, by their hashes.
 */
import { createHash } from 'node:crypto';
import { CHOICES_SCRIPT } from './assets/choices.ts';
import { FIGURES_SCRIPT } from './assets/figures.ts';
import { KEYS_SCRIPT } from './assets/keys.ts';
import { STATE_SCRIPT } from './assets/script.ts';
import { SPACE_TIME_SCRIPT } from './assets/space-time.ts';
import { SPACE_TIME_STYLE } from './assets/space-time-style.ts';
import { STYLE } from './assets/style.ts';
import type { ReportDocument } from './document.ts';
import { html, type Markup, trusted } from './html.ts';
import { availabilitySection } from './sections/availability.ts';
import { datasheetsSection, paretoSection, phasesSection } from './sections/choices.ts';
import { claimsSection } from './sections/claims.ts';
import { coverageSection } from './sections/coverage.ts';
import {
  accountsSection,
  inputsSection,
  readingSection,
  scenarioSection,
} from './sections/evidence.ts';
import { failoverSection } from './sections/failover.ts';
import { helpDialog } from './sections/help.ts';
import { numbersSection } from './sections/numbers.ts';
import { objectivesSection } from './sections/objectives.ts';
import { comparisonSection, distributionSection, overTimeSection } from './sections/pictures.ts';
import { storiesSection } from './sections/stories.ts';
import { designCards, verdictHeader } from './sections/verdict.ts';

/** Every interaction is a script of its own: `assets/script.ts` says how they share the page. */
export const SCRIPTS: readonly string[] = [
  STATE_SCRIPT,
  FIGURES_SCRIPT,
  CHOICES_SCRIPT,
  SPACE_TIME_SCRIPT,
  KEYS_SCRIPT,
];

/** Without indentation and comments, which no reader of a report needs a third of a script for. */
const compacted = (script: string): string =>
  script
    .replace(/\/\*\*[\s\S]*?\*\/ ?/g, '')
    .replace(/^\s*\/\/.*$/gm, '')
    .replace(/\n\s+/g, '\n');

const ALL_SCRIPTS = SCRIPTS.map(compacted).join('');
const ALL_STYLES = [STYLE, SPACE_TIME_STYLE].join('');

/** The value of a `style-src` or `script-src` that allows this text and no other. */
export const cspHash = (text: string): string =>
  `'sha256-${createHash('sha256').update(text, 'utf8').digest('base64')}'`;

const POLICY = [
  "default-src 'none'",
  `style-src ${cspHash(ALL_STYLES)}`,
  `script-src ${cspHash(ALL_SCRIPTS)}`,
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

const LINKS: readonly (readonly [string, string])[] = [
  ['objectives', 'Objectives'],
  ['claims', 'Claims'],
  ['stories', 'How it broke'],
  ['availability', 'Availability'],
  ['time', 'Over time'],
  ['failover', 'Failover'],
  ['distributions', 'Distributions'],
  ['comparison', 'Compared'],
  ['tradeoffs', 'Costs'],
  ['phases', 'Phases'],
  ['datasheets', 'Datasheets'],
  ['numbers', 'Numbers'],
  ['accounts', 'Accounts'],
  ['faults', 'Faults'],
  ['inputs', 'Input'],
  ['scenario', 'Scenario'],
  ['reading', 'How to read'],
];

/** The whole page. The same document always gives the same bytes. */
export function renderPage(document: ReportDocument): string {
  const sections = [
    objectivesSection(document),
    claimsSection(document),
    storiesSection(document),
    availabilitySection(document),
    overTimeSection(document),
    failoverSection(document),
    distributionSection(document),
    comparisonSection(document),
    paretoSection(document),
    phasesSection(document),
    datasheetsSection(document),
    numbersSection(document),
    accountsSection(document),
    coverageSection(document),
    inputsSection(document),
    scenarioSection(document),
    readingSection(),
  ];
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${trusted(POLICY)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="generator" content="Seaworthy">
<title>${document.scenario.name} · Seaworthy</title>
<style>${trusted(ALL_STYLES)}</style>
</head>
<body>
${verdictHeader(document)}${contents(document, sections)}<main>
${designCards(document)}${sections}</main>
<footer>Seaworthy report of ${document.scenario.name}. The same numbers stand in report.json and
report.md, the verdicts in junit.xml.</footer>
${helpDialog()}<script>${trusted(ALL_SCRIPTS)}</script>
</body>
</html>
`.text;
}

/** Links to the sections that are there, which design is shown, and where the keys are told. */
function contents({ designs }: ReportDocument, sections: readonly Markup[]): Markup {
  const present = LINKS.filter(([id]) =>
    sections.some((it) => it.text.startsWith(`<section id="${id}"`)),
  );
  const items = present.map(([id, label]) => html`<li><a href="#${id}">${label}</a></li>`);
  const options = designs.map(({ name }, i) => html`<option value="${i}">${name}</option>`);
  const chooser =
    designs.length > 1 &&
    html`<label class="design" data-scripted hidden><span class="away">Design</span><select
id="design"><option value="">All designs</option>${options}</select></label>`;
  return html`<nav aria-label="Contents"><div class="bar"><ul>${items}</ul><span id="clock"
aria-live="off"></span>${chooser}<button type="button" id="help-button" data-scripted hidden
aria-label="Keyboard help">?</button></div></nav>\n`;
}
