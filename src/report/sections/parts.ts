/** Pieces that several sections of the page are made of. */
import type { DataTable, Figure } from '../charts/frame.ts';
import { html, type Markup, NOTHING, type Part } from '../html.ts';

/** Widths a chart is drawn for: one of them is shown, as the screen is wide or narrow. */
export interface Widths {
  readonly wide: number;
  readonly narrow: number;
}
export const FULL: Widths = { wide: 1040, narrow: 330 };
export const HALF: Widths = { wide: 500, narrow: 330 };
export const THIRD: Widths = { wide: 330, narrow: 330 };

/** A section of the page with its heading; nothing when it has no content. */
export function section(id: string, heading: string, note: string, ...body: Part[]): Markup {
  const line = note === '' ? NOTHING : html`<p class="note">${note}</p>\n`;
  return html`<section id="${id}" aria-labelledby="${id}-h">
<h2 id="${id}-h">${heading}</h2>
${line}${body}
</section>\n`;
}

/** A table that scrolls sideways on a narrow screen; the region can be reached by keyboard. */
export function scrolling(label: string, table: Markup): Markup {
  return html`<div class="scroll" role="region" aria-label="${label}"
    tabindex="0">${table}</div>\n`;
}

/** A chart with its caption, drawn twice for two screens, and its numbers as a table. */
export function figure(it: Figure, widths: Widths): Markup {
  const once = widths.wide === widths.narrow;
  const drawings = once
    ? it.draw(widths.wide, it.id)
    : html`<div class="wide">${it.draw(widths.wide, `${it.id}-w`)}</div>
<div class="narrow">${it.draw(widths.narrow, `${it.id}-n`)}</div>`;
  const note = it.note === '' ? NOTHING : html`<p class="note">${it.note}</p>`;
  const about = it.design !== undefined && html` data-design="${it.design}"`;
  return html`<figure id="fig-${it.id}"${about}><figcaption><h3>${it.title}</h3>${note}</figcaption>
${drawings}
${tableDetails(it.id, it.table)}</figure>\n`;
}

function tableDetails(id: string, table: DataTable): Markup {
  const head = table.head.map((cell) => html`<th scope="col">${cell}</th>`);
  const rows = table.rows.map(
    (row) => html`<tr>${row.map((cell) => html`<td>${cell}</td>`)}</tr>\n`,
  );
  const body = html`<table class="sortable" data-key="${id}">
    <caption>${table.caption}</caption><thead><tr>${head}</tr></thead><tbody>
${rows}</tbody></table>`;
  return html`<details id="${id}-table"><summary>Show as table</summary>
${scrolling(`Numbers: ${table.caption}`, body)}</details>`;
}

/** A field that filters the rows of its section; only there when scripts are. */
export const filterField = (label: string): Markup =>
  html`<label class="search" data-scripted hidden><span class="away">${label}</span><input
    type="search" placeholder="${label}" autocomplete="off"
    spellcheck="false"></label><output></output>`;

/** A command in a box; the script adds a button that copies it. */
export const command = (text: string): Markup =>
  html`<div class="command"><code tabindex="0">${text}</code></div>\n`;

/** Names of the designs as the heads of columns. */
export function designHeads(names: readonly string[], kind = ''): Markup {
  const attribute = kind !== '' && html` class="${kind}"`;
  return html`${names.map((name) => html`<th scope="col"${attribute}>${name}</th>`)}`;
}
