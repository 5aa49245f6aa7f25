/**
 * The terminal's table: one design per row with its verdict and headline numbers, intervals below
 * the means, then a line per broken claim and the comparisons in words. Text only; the command line
 * prints.
 */
import type { DesignReport, ReportDocument } from './document.ts';
import { formatValue, notationFor, writeNumber } from './numbers.ts';
import { replayCommand } from './replay.ts';
import {
  type BrokenClaim,
  bestSentence,
  brokenClaims,
  comparisonSentence,
  counted,
  excusedClaims,
  sinceSentences,
  TOO_FEW_SEEDS,
  verdictSentence,
} from './words.ts';

/** Colours of a terminal; each function may return its text unchanged. */
export interface Painter {
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly red: (text: string) => string;
  readonly green: (text: string) => string;
  readonly yellow: (text: string) => string;
}

/** For pipes, files and NO_COLOR. */
export const PLAIN_PAINTER: Painter = {
  bold: (text) => text,
  dim: (text) => text,
  red: (text) => text,
  green: (text) => text,
  yellow: (text) => text,
};

const COLUMNS: readonly { readonly head: string; readonly metric: string }[] = [
  { head: 'API ok', metric: 'apiSuccess' },
  { head: 'dispatch', metric: 'dispatchWithin' },
  { head: 'ticks', metric: 'tickWithin' },
  { head: 'failover', metric: 'failover' },
  { head: 'goodput', metric: 'goodput' },
];
const VERDICTS = { held: 'held', broken: 'broken', inconclusive: 'unsure' } as const;
const BROKEN_MAX = 20;
const COMPARISONS_MAX = 15;

/**
 * The summary, lines separated by newlines, none wider than `width` columns but for commands to
 * paste, which are never cut. `width` below 50 is taken as 50.
 */
export function summaryTable(
  document: ReportDocument,
  options: { readonly width: number; readonly color: Painter },
): string {
  const width = Math.max(50, options.width);
  const paint = options.color;
  return [
    ...wrapped(verdictSentence(document), width).map(paint.bold),
    ...table(document.designs, width, paint),
    ...objectives(document, width, paint),
    ...broken(document, width, paint),
    ...excused(document, width),
    ...unsure(document, width, paint),
    ...unused(document, width, paint),
    ...comparisons(document, width),
    ...changes(document, width, paint),
  ]
    .join('\n')
    .replace(/[\u00a0\u202f]/g, ' ');
}

interface Cell {
  readonly mean: string;
  readonly interval: string;
}

function cellOf(design: DesignReport, metric: string): Cell {
  const row = design.metrics[metric];
  if (row === undefined || row.n === 0) return { mean: '–', interval: '' };
  const notation = notationFor(row.unit, [row.mean, row.low, row.high]);
  const [low, high] = [row.low, row.high].map((it) => writeNumber(it, notation));
  const mean = `${writeNumber(row.mean, notation)} ${notation.suffix}`.trim();
  return { mean, interval: `${low}–${high}` };
}

/** Columns that do not fit the width are left out from the right; the page has them all. */
function table(designs: readonly DesignReport[], width: number, paint: Painter): string[] {
  if (designs.length === 0) return [];
  const rows = designs.map((it) => COLUMNS.map(({ metric }) => cellOf(it, metric)));
  const widths = COLUMNS.map(({ head }, index) =>
    Math.max(
      head.length,
      ...rows.map((cells) =>
        Math.max(cells[index]?.mean.length ?? 0, cells[index]?.interval.length ?? 0),
      ),
    ),
  );
  const verdict = Math.max('verdict'.length, ...Object.values(VERDICTS).map((it) => it.length));
  const longest = Math.max('design'.length, ...designs.map((it) => it.name.length));
  const room = width - verdict - 1;
  const name = Math.min(longest, Math.max(12, room - fitting(widths, room - 12).taken));
  const { count } = fitting(widths, room - name);
  const pad = (texts: readonly string[]): string =>
    texts
      .slice(0, count)
      .map((text, i) => `  ${text.padStart(widths[i] as number)}`)
      .join('');
  const heads = pad(COLUMNS.map((it) => it.head));
  const head = `${'design'.padEnd(name)} ${'verdict'.padEnd(verdict)}${heads}`;
  const lines = designs.flatMap((design, index) => {
    const cells = rows[index] as Cell[];
    const shown = VERDICTS[design.verdict].padEnd(verdict);
    const colored = paint[TONES[design.verdict]](shown);
    // A name that is too long stands on a line of its own, for a cut name selects nothing.
    const own = design.name.length > name ? [design.name.slice(0, width)] : [];
    const label = own.length > 0 ? '' : design.name;
    const below = `${' '.repeat(name + 1 + verdict)}${pad(cells.map((it) => it.interval))}`;
    return [
      ...own,
      `${label.padEnd(name)} ${colored}${pad(cells.map((it) => it.mean))}`.trimEnd(),
      ...(below.trim() === '' ? [] : [paint.dim(below)]),
    ];
  });
  return ['', paint.dim(head.trimEnd()), ...lines];
}

const TONES = { held: 'green', broken: 'red', inconclusive: 'yellow' } as const;

/** How many columns fit into `room`, and how much of it they take. */
function fitting(widths: readonly number[], room: number): { count: number; taken: number } {
  let taken = 0;
  let count = 0;
  for (const width of widths) {
    if (taken + width + 2 > room) break;
    taken += width + 2;
    count += 1;
  }
  return { count, taken };
}

function broken(document: ReportDocument, width: number, paint: Painter): string[] {
  const all = brokenClaims(document);
  if (all.length === 0) return [];
  const shown = all.slice(0, BROKEN_MAX);
  const lines = shown.flatMap((it, index) => {
    const first = !it.row.promised && (index === 0 || shown[index - 1]?.row.promised);
    const head = first ? [paint.dim('not promised, but seen broken:')] : [];
    return [...head, ...brokenLines(document, it, width, paint)];
  });
  const more = all.length > shown.length ? [`… and ${all.length - shown.length} more`] : [];
  return ['', ...lines, ...more];
}

/** One line per claim; a promise that broke also gets the command that shows it again. */
function brokenLines(
  document: ReportDocument,
  it: BrokenClaim,
  width: number,
  paint: Painter,
): string[] {
  const { example, promised, broken } = it.row;
  const seeds = it.design.seeds.length;
  const first =
    example === undefined ? '' : `, seed ${example.seed} at ${formatValue('us', example.atUs)}`;
  const mark = promised ? '✗' : '·';
  const line = `${mark} ${it.design.name} broke ${it.claim} in ${broken}/${seeds} seeds${first}`;
  const painted = (promised ? paint.red : paint.dim)(cut(line, width));
  if (!promised || example === undefined) return [painted];
  return [painted, `  ${replayCommand(document, it.design.name, example.seed)}`];
}

function objectives(document: ReportDocument, width: number, paint: Painter): string[] {
  const missed = document.slo.filter((row) => !row.met);
  if (missed.length === 0) return [];
  const lines = missed.map((row) => {
    const got = row.got === null ? 'not measured' : `got ${Number(row.got.toPrecision(4))}`;
    const used = row.budgetUsed;
    const budget = used === undefined ? '' : `, ${Number(used.toPrecision(2))} × its error budget`;
    const line = `✗ ${row.design} missed ${row.metric} ${row.wanted}: ${got}${budget}`;
    return paint.red(cut(line, width));
  });
  return ['', ...lines];
}

/** One line per design that was excused anything: which claims, and in how many seeds. */
function excused({ designs }: ReportDocument, width: number): string[] {
  const lines = designs.flatMap((design) => {
    const parts = excusedClaims(design).map(({ claim, row }) => `${claim} (${row.excused})`);
    if (parts.length === 0) return [];
    const text = `~ ${design.name}, seeds excused of ${design.seeds.length}: ${parts.join(', ')}`;
    return wrapped(text, width - 2).map((line, i) => (i === 0 ? line : `  ${line}`));
  });
  return lines.length === 0 ? [] : ['', ...lines];
}

function unsure(document: ReportDocument, width: number, paint: Painter): string[] {
  const lines = document.designs.flatMap((design) =>
    design.inconclusive.map((why) => paint.yellow(cut(`? ${design.name}: ${why}`, width))),
  );
  return lines.length === 0 ? [] : ['', ...lines];
}

/** Lines of inputs that were left out: how many, and the first. */
function unused({ inputs }: ReportDocument, width: number, paint: Painter): string[] {
  const [first] = inputs;
  if (first === undefined) return [];
  const remarks = counted(inputs.length, 'remark');
  const text = `${remarks} on inputs: ${first.file}:${first.line}: ${first.problem}`;
  return ['', paint.yellow(cut(text, width))];
}

function comparisons(document: ReportDocument, width: number): string[] {
  const all = document.comparisons.filter((it) =>
    COLUMNS.some(({ metric }) => metric === it.metric),
  );
  const hidden = document.comparisons.length - Math.min(all.length, COMPARISONS_MAX);
  const hasSeeds = document.designs.some(({ seeds }) => seeds.length > 0);
  if (all.length === 0) return document.designs.length > 1 && hasSeeds ? ['', TOO_FEW_SEEDS] : [];
  const shown = all.slice(0, COMPARISONS_MAX);
  const best = COLUMNS.map(({ metric }) => bestSentence(document, metric)).filter(
    (it) => it !== '',
  );
  const lines = [...best, ...shown.map((it) => comparisonSentence(document, it))].flatMap((text) =>
    wrapped(text, width - 2).map((line, i) => (i === 0 ? line : `  ${line}`)),
  );
  return ['', ...lines, ...(hidden > 0 ? [`… and ${hidden} more in the report`] : [])];
}

function changes(document: ReportDocument, width: number, paint: Painter): string[] {
  const lines = sinceSentences(document).flatMap((text) => wrapped(text, width));
  return lines.length === 0 ? [] : ['', ...lines.map(paint.bold)];
}

const cut = (text: string, width: number): string => {
  const line = text.replace(/[\p{Cc}\p{Cs}]+/gu, ' ');
  return line.length <= width ? line : `${line.slice(0, width - 1)}…`;
};

/** Breaks at spaces; a word longer than the width is cut, so that no line is wider. */
function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.replace(/[\p{Cc}\p{Cs}]+/gu, ' ').split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (longer.length > width && line !== '') {
      lines.push(line);
      line = word;
    } else {
      line = longer;
    }
  }
  return [...lines, line].map((it) => cut(it, width));
}
