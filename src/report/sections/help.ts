/** What the keys do: a dialog that the script opens. */
import { html, type Markup } from '../html.ts';

const KEYS: readonly (readonly [string, string])[] = [
  ['/', 'to the filter of this section'],
  ['j', 'next section or figure'],
  ['k', 'the one before'],
  [',', 'in charts of time: the cursor earlier'],
  ['.', 'the cursor later'],
  ['←', 'in a diagram of a broken run: the event before'],
  ['→', 'the next event'],
  ['Esc', 'clear the filter, hide the cursor, close this'],
  ['?', 'this help'],
];

export function helpDialog(): Markup {
  const rows = KEYS.map(([key, what]) => html`<dt><kbd>${key}</kbd></dt><dd>${what}</dd>\n`);
  return html`<dialog id="help" aria-labelledby="help-h"><h2 id="help-h">Keys</h2>
<dl class="keys">${rows}</dl>
<p class="note">Whatever is chosen on the page stands in its address: a link to it opens the page
as it is now.</p>
<form method="dialog"><button type="submit">Close</button></form></dialog>\n`;
}
