/**
 * Text that is safe to place in a page, told apart from text that is not by its type. Everything
 * that goes through {@link html} is escaped unless it is {@link Markup} already, so a name taken
 * from a scenario can never become an element.
 */
export class Markup {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/** What may stand in a template: `undefined` and `false` leave nothing behind. */
export type Part = Markup | string | number | undefined | false | readonly Part[];

/** Template tag for HTML and SVG: literal text is trusted, every value is escaped. */
export function html(literals: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  const between = unindented(literals);
  let text = between[0] as string;
  for (let i = 0; i < parts.length; i++) {
    text += render(parts[i]) + (between[i + 1] as string);
  }
  return new Markup(text);
}

const UNINDENTED = new WeakMap<TemplateStringsArray, readonly string[]>();

/** Line breaks that only serve the source are not sent: a drawing has thousands of them. */
function unindented(literals: TemplateStringsArray): readonly string[] {
  let known = UNINDENTED.get(literals);
  if (known === undefined) {
    known = literals.map((it) => it.replace(/\n\s+/g, ' '));
    UNINDENTED.set(literals, known);
  }
  return known;
}

/** Markup that this program wrote itself, such as its style sheet; never text from a document. */
export const trusted = (text: string): Markup => new Markup(text);

/** Nothing at all, where a section does not apply. */
export const NOTHING = new Markup('');

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/**
 * Escapes for element content and quoted attributes, in HTML and XML alike. Control characters and
 * lone surrogates, which neither can carry, become the replacement character.
 */
export function escapeMarkup(text: string): string {
  return text
    .replace(/(?![\t\n\r])[\p{Cc}\p{Cs}\uFFFE\uFFFF]/gu, '\uFFFD')
    .replace(/[&<>"']/g, (character) => ENTITIES[character] as string);
}

function render(part: Part): string {
  if (part === undefined || part === false) return '';
  if (part instanceof Markup) return part.text;
  if (typeof part === 'string') return escapeMarkup(part);
  if (typeof part === 'number') return String(part);
  return part.map(render).join('');
}
