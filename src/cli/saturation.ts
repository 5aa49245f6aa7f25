/** `saturation`: the highest rate of arrivals that each design carries. */
import type { Saturation, SaturationRequest } from '../explore/saturation.ts';
import { saturationSteps } from '../explore/saturation.ts';
import { BadInput, type Problem } from '../lib/outcome.ts';
import { parseDurationUs } from '../lib/units.ts';
import { DESIGNS, selectDesign } from '../scenario/registry.ts';
import { shown } from '../scenario/values.ts';
import { EXIT, type Io, nextTurn } from './io.ts';
import { loadScenario } from './load.ts';
import { designsAsked, seedsAsked } from './seeds.ts';

export interface SaturationOptions {
  readonly designs?: string;
  readonly seed?: string;
  readonly seeds?: string;
  readonly p99?: string;
  readonly from?: string;
  readonly to?: string;
  readonly precision?: string;
  readonly set: readonly string[];
  readonly json?: boolean;
}

const DEFAULTS = { p99: '1s', from: '1/s', to: '2000/s', precision: '5%' } as const;

/** Searches for every design in turn, and prints a table; answers with the exit code. */
export async function saturation(
  scenario: string,
  options: SaturationOptions,
  io: Io,
): Promise<number> {
  const read = loadScenario(scenario, io.cwd, options.set);
  const own = read.kind === 'ok' ? read.value.loaded.scenario : undefined;
  const seeds = seedsAsked(options, own?.seeds ?? 1);
  const texts = options.designs?.split(',') ?? own?.designs ?? DESIGNS.map(({ name }) => name);
  const designs = designsAsked(texts, '--designs');
  const asked = limitsAsked(options);
  const problems: Problem[] = [...('problems' in asked ? asked.problems : [])];
  if (read.kind === 'failed') problems.push(...read.error);
  for (const one of [seeds, designs]) if ('problems' in one) problems.push(...one.problems);
  if (
    problems.length > 0 ||
    read.kind === 'failed' ||
    'problems' in seeds ||
    'problems' in designs ||
    'problems' in asked
  ) {
    throw new BadInput(problems);
  }
  const { loaded } = read.value;
  const request: SaturationRequest = { ...asked.limits, seeds: seeds.list };
  const found: Saturation[] = [];
  for (const text of designs.list) {
    const design = selectDesign(text);
    if (design.kind === 'failed') throw new BadInput(design.error);
    const steps = saturationSteps(loaded, design.value, request);
    for (let step = steps.next(); ; step = steps.next()) {
      if (step.done === true) {
        found.push(step.value);
        break;
      }
      io.stderr(`${text}, seed ${step.value.seed}: ${step.value.perS} jobs/s tried\n`);
      await nextTurn();
    }
  }
  if (options.json === true) {
    const { scenario: of, hash } = loaded;
    const document = { scenario: { name: of.name, hash }, request, designs: found };
    io.stdout(`${JSON.stringify(document, undefined, 2)}\n`);
  } else io.stdout(tableOf(found, options.p99 ?? DEFAULTS.p99, request));
  return EXIT.held;
}

type Limits = Omit<SaturationRequest, 'seeds'>;

/** What the options say, or everything that is wrong with them. */
function limitsAsked(
  options: SaturationOptions,
): { readonly limits: Limits } | { readonly problems: readonly Problem[] } {
  const { p99, from, to, precision } = { ...DEFAULTS, ...options };
  const problems: Problem[] = [];
  const refuse = (option: string, text: string, hint: string): void => {
    problems.push({ path: '', file: option, problem: `${shown(text)} cannot be used`, hint });
  };
  const p99Us = parseDurationUs(p99) ?? 0;
  if (p99Us <= 0) refuse('--p99', p99, 'a time, such as 1s or 250ms');
  const lowPerS = numberIn(from, '/s');
  const highPerS = numberIn(to, '/s');
  if (!(lowPerS > 0)) refuse('--from', from, 'a rate above 0, such as 10/s');
  if (!(highPerS > lowPerS)) refuse('--to', to, 'a rate above that of --from, such as 2000/s');
  const share = numberIn(precision, '%') / 100;
  if (!(share >= 0.001 && share <= 1)) refuse('--precision', precision, 'from 0.1% to 100%');
  if (problems.length > 0) return { problems };
  return { limits: { p99Us, lowPerS, highPerS, precision: share } };
}

/** NaN where the text is no number with this unit. */
function numberIn(text: string, unit: string): number {
  const digits = text.endsWith(unit) ? text.slice(0, -unit.length) : '';
  return /^\d+(\.\d+)?$/.test(digits) ? Number(digits) : Number.NaN;
}

const LIMITS = {
  latency: 'dispatch p99',
  backlog: 'growing backlog',
  api: 'requests without an ok',
} as const;

function tableOf(found: readonly Saturation[], p99: string, request: SaturationRequest): string {
  const head = ['design', 'jobs/s', '95 % interval', 'seeds', 'then the limit is'];
  const rows = found.map((it) => [it.design, ...cellsOf(it, request)]);
  const widths = head.map((text, i) =>
    Math.max(text.length, ...rows.map((row) => (row[i] as string).length)),
  );
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, i) => cell.padEnd(widths[i] as number))
      .join('  ')
      .trimEnd();
  const what = `Highest rate of arrivals with a bounded backlog and a dispatch p99 within ${p99}:`;
  return `${[what, '', line(head), ...rows.map(line)].join('\n')}\n`;
}

function cellsOf({ seeds, mean, low, high }: Saturation, request: SaturationRequest): string[] {
  const limits = new Set(seeds.flatMap(({ limit }) => (limit === undefined ? [] : [limit])));
  const why = [...limits].map((limit) => LIMITS[limit]).join(', ');
  const count = String(seeds.length);
  if (mean === undefined || low === undefined || high === undefined) {
    return [`below ${request.lowPerS}`, '', count, why];
  }
  // A search that ends at its upper end, or below its lower, says only on which side the rate is.
  const isOpen = seeds.some(({ limit }) => limit === undefined);
  const [text, from, until] = [mean, low, high].map((perS) => String(Number(perS.toPrecision(3))));
  return [`${isOpen ? 'over ' : ''}${text}`, `${from} to ${until}`, count, why];
}
