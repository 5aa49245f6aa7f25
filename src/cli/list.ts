/** `list` and `explain`: look-ups. */
import { BadInput } from '../lib/outcome.ts';
import { suggestion } from '../scenario/nearest.ts';
import { selectDesign } from '../scenario/registry.ts';
import { shown } from '../scenario/values.ts';
import { type CatalogEntry, catalog, explainedSelection, LISTS } from './catalog.ts';
import { EXIT, type Io } from './io.ts';

const isList = (text: string): text is keyof typeof LISTS => Object.hasOwn(LISTS, text);

/** Prints one list, or all of them; answers with the exit code. */
export function list(what: string | undefined, options: { json?: boolean }, io: Io): number {
  if (what !== undefined && !isList(what)) {
    const known = Object.keys(LISTS);
    throw new BadInput([problem(`there is no list ${shown(what)}`, suggestion(what, known))]);
  }
  const wanted = what === undefined ? (Object.keys(LISTS) as (keyof typeof LISTS)[]) : [what];
  if (options.json === true) {
    const all = Object.fromEntries(wanted.map((name) => [name, catalog(name)]));
    const document = what === undefined ? all : all[what];
    io.stdout(`${JSON.stringify(document, undefined, 2)}\n`);
    return EXIT.held;
  }
  for (const [i, name] of wanted.entries()) {
    const entries = catalog(name);
    if (what === undefined) io.stdout(`${i === 0 ? '' : '\n'}${name}\n`);
    const width = Math.max(...entries.map((entry) => entry.name.length));
    for (const entry of entries) io.stdout(row(entry, width, io.width));
  }
  return EXIT.held;
}

function row({ name, sentence }: CatalogEntry, width: number, columns: number): string {
  const room = Math.max(40, columns - width - 4);
  const [first = '', ...rest] = wrapped(sentence, room);
  const indent = ' '.repeat(width + 4);
  return [`  ${name.padEnd(width)}  ${first}`, ...rest.map((line) => `${indent}${line}`), ''].join(
    '\n',
  );
}

/** Prints everything that is known under a name; answers with the exit code. */
export function explain(name: string, io: Io): number {
  const all = catalog();
  const matches = all.filter(
    (entry) =>
      entry.name === name || (entry.what === 'scenario' && entry.name.endsWith(`/${name}`)),
  );
  const selection = matches.length === 0 ? explainedSelection(name) : undefined;
  const found = selection === undefined ? matches : [selection];
  if (found.length === 0) {
    // What begins with a design is a selection, whose own problems say more than a name nearby.
    const selected = selectDesign(name);
    const isSelection = all.some(
      ({ what, name: base }) => what === 'design' && /^[^:+~]*/.exec(name)?.[0] === base,
    );
    if (isSelection && selected.kind === 'failed') {
      throw new BadInput(selected.error.map((it) => ({ ...it, path: '' })));
    }
    const hint =
      suggestion(
        name,
        all.map((entry) => entry.name),
      ) ?? 'seaworthy list has all names';
    throw new BadInput([problem(`nothing is called ${shown(name)}`, hint)]);
  }
  io.stdout(found.map((entry) => explained(entry, io.width)).join('\n'));
  return EXIT.held;
}

function explained(entry: CatalogEntry, columns: number): string {
  const room = Math.max(40, Math.min(columns, 100) - 4);
  const lines = [`${entry.name} (${entry.what})`, ''];
  lines.push(...wrapped(entry.sentence, room).map((line) => `  ${line}`));
  for (const { heading, lines: items } of entry.sections) {
    lines.push('', `  ${heading}:`);
    for (const item of items) {
      const [first = '', ...rest] = wrapped(item, room - 4);
      lines.push(`    ${first}`, ...rest.map((line) => `      ${line}`));
    }
  }
  return `${lines.join('\n')}\n`;
}

const problem = (text: string, hint: string | undefined) => ({
  path: '',
  problem: text,
  ...(hint === undefined ? {} : { hint }),
});

/** Lines of at most `width` characters, broken between words. */
function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/)) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
