/**
 * Patterns that tell kinds of faults apart without colour. Each kind also has its name beside it,
 * so a pattern is a help for the eye and never the only sign.
 */
import { html, type Markup } from '../html.ts';

/** Strokes of one 8 × 8 tile each; kinds beyond the last start again at the first. */
const TILES: readonly string[] = [
  'M-2,2l4,-4M0,8l8,-8M6,10l4,-4',
  'M-2,6l4,4M0,0l8,8M6,-2l4,4',
  'M0,4h8',
  'M4,0v8',
  'M0,8l8,-8M0,0l8,8',
  'M2,2h1M6,6h1',
  'M0,2h8M0,6h8',
  'M2,0v8M6,0v8',
  'M0,4h8M4,0v8',
  'M0,6l4,-4l4,4',
];

/** Which pattern a kind has: its place among all kinds of the document. */
export const patternOf = (kinds: readonly string[], kind: string): number =>
  Math.max(0, kinds.indexOf(kind)) % TILES.length;

/** The definitions, for one drawing: ids begin with the drawing's own. */
export function patternDefinitions(id: string, kinds: readonly string[]): Markup {
  const used = [...new Set(kinds.map((kind) => patternOf(kinds, kind)))];
  return html`<defs>${used.map(
    (tile) =>
      html`<pattern id="${id}-p${tile}" width="8" height="8" patternUnits="userSpaceOnUse"><rect
        class="tile" width="8" height="8"/><path class="hatch" d="${TILES[tile]}"/></pattern>`,
  )}</defs>\n`;
}

/** Under this id they are defined once for all drawings of a page that share its kinds. */
export const PAGE_PATTERNS = 'kinds';

/** An element without a size that holds the patterns of a page. */
export const pagePatterns = (kinds: readonly string[]): Markup =>
  html`<svg class="away" width="0" height="0" aria-hidden="true">${patternDefinitions(
    PAGE_PATTERNS,
    kinds,
  )}</svg>\n`;

/** The value of a `fill` attribute. */
export const patternFill = (id: string, kinds: readonly string[], kind: string): string =>
  `url(#${id}-p${patternOf(kinds, kind)})`;
