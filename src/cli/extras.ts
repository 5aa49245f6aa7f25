/** What a sweep is asked for besides: a phase diagram of each design, and its datasheet. */
import { preparedFor } from '../explore/loaded.ts';
import { DATASHEET_SEEDS, datasheetSteps } from '../explore/phases/datasheet.ts';
import { type Axis, diagramSteps } from '../explore/phases/diagram.ts';
import { DIALS, findDial } from '../explore/phases/dials.ts';
import { BadInput, type Problem } from '../lib/outcome.ts';
import type { Datasheet, PhaseDiagram, ReportDocument } from '../report/document.ts';
import { suggestion } from '../scenario/nearest.ts';
import type { Prepared } from '../scenario/prepare.ts';
import { parseSelection, printSelection } from '../scenario/selection.ts';
import { shown } from '../scenario/values.ts';
import type { Assignment } from './carry-out.ts';
import { committedSheets } from './committed-sheets.ts';
import { type Io, nextTurn } from './io.ts';
import { type Loaded, loadScenario, loadText } from './load.ts';
import { Progress } from './progress.ts';

export interface Extras {
  /** Two numbers to turn against each other. */
  readonly axes: readonly [Axis, Axis] | undefined;
  readonly datasheets: 'none' | 'new' | 'committed';
}

/** Each point is run under these: a diagram has many points. */
const SEEDS = ['1', '2', '3'];
const POINTS_MAX = 24;
const POINTS_IN_RANGE = 6;

/** Reads `--sweep key=values,key=values`; values are a list a:b:c, or a range a..b or a..b/n. */
export function axesAsked(
  text: string | undefined,
): { readonly axes: Extras['axes'] } | { readonly problems: readonly Problem[] } {
  if (text === undefined) return { axes: undefined };
  const refuse = (problem: string, hint: string) => {
    return { problems: [{ path: '', file: '--sweep', problem, hint }] };
  };
  const parts = text.split(',').map((part) => part.split('='));
  if (parts.length !== 2 || parts.some((it) => it.length !== 2 || it.includes(''))) {
    return refuse(`${shown(text)} are not two keys with values`, EXAMPLE);
  }
  const [x, y] = parts.map(([key = '', values = '']) => ({ key, values: valuesOf(values) }));
  if (x === undefined || y === undefined) return refuse('names no keys', EXAMPLE);
  for (const { key, values } of [x, y]) {
    if (values === undefined) return refuse(`${key} has no values that can be read`, EXAMPLE);
    if (values.length > POINTS_MAX) {
      return refuse(`${key} has ${values.length} values`, `at most ${POINTS_MAX}`);
    }
    if (isSize(key) && values.some((value) => !(Number(value) >= 0))) {
      return refuse(`${key} takes numbers from 0 on`, EXAMPLE);
    }
  }
  if (x.key === y.key) return refuse(`${x.key} stands on both axes`, EXAMPLE);
  return { axes: [x as Axis, y as Axis] };
}

const EXAMPLE = 'such as lease.termMs=2000..30000,pause.ms=1000..60000 or cluster.members=1:3:5';

/** A key whose values are bare numbers, with their unit in its name. */
const isSize = (key: string): boolean => findDial(key) !== undefined || optionOf(key) !== undefined;

function valuesOf(text: string): readonly string[] | undefined {
  const [, low, high, count] = /^([\d.]+?)\.\.([\d.]+?)(?:\/(\d{1,2}))?$/.exec(text) ?? [];
  if (low === undefined || high === undefined) {
    const values = text.split(':');
    return values.some((value) => value.trim() === '') ? undefined : values;
  }
  const [from, to, points] = [Number(low), Number(high), Number(count ?? POINTS_IN_RANGE)];
  if (!(from < to) || points < 2) return undefined;
  // Over more than a factor of five, equal steps would leave the small ones out.
  const isWide = from > 0 && to / from > 5;
  const at = (share: number): number =>
    isWide ? from * (to / from) ** share : from + (to - from) * share;
  const values = Array.from({ length: points }, (_, i) => at(i / (points - 1)));
  return [...new Set(values.map((value) => String(Number(value.toPrecision(2)))))];
}

/** `lease.termMs`: an option of a design that takes a time. */
function optionOf(key: string): { readonly design: string; readonly option: string } | undefined {
  const [, design, option] = /^([a-z][a-z-]*)\.([a-z]+)Ms$/.exec(key) ?? [];
  if (design === undefined || option === undefined || findDial(key) !== undefined) return undefined;
  return { design, option };
}

/** The document with what was asked for besides; progress is shown while it is made. */
export async function withExtras(
  document: ReportDocument,
  task: Assignment,
  { axes, datasheets: which }: Extras,
  io: Io,
): Promise<ReportDocument> {
  const phases: PhaseDiagram[] = [];
  for (const design of axes === undefined ? [] : task.designs.filter(isOn(axes))) {
    const [x, y] = axes as readonly [Axis, Axis];
    const preparedAt = (xValue: string, yValue: string): Prepared =>
      preparedWith(task, design, [
        [x.key, xValue],
        [y.key, yValue],
      ]);
    const steps = diagramSteps({ design, x, y, seeds: SEEDS, preparedAt });
    phases.push(await shownWhile(steps, `the phases of ${design}`, io));
  }
  const datasheets = which === 'none' ? [] : await sheetsOf(task.designs, which, io);
  return {
    ...document,
    ...(phases.length === 0 ? {} : { phases }),
    ...(datasheets.length === 0 ? {} : { datasheets }),
  };
}

async function sheetsOf(
  designs: readonly string[],
  which: 'new' | 'committed',
  io: Io,
): Promise<readonly Datasheet[]> {
  if (which === 'committed') return committedSheets(designs);
  const sheets: Datasheet[] = [];
  for (const design of designs) {
    const steps = datasheetSteps(preparedFor(benchOf(io).loaded, design), DATASHEET_SEEDS);
    sheets.push(await shownWhile(steps, `the datasheet of ${design}`, io));
  }
  return sheets;
}

/** What is wrong with how `--datasheet` was asked for. */
export function sheetProblems(asked: true | string | undefined): readonly Problem[] {
  if (typeof asked !== 'string' || asked === 'committed') return [];
  const problem = `${shown(asked)} is no way to have a datasheet`;
  return [{ path: '', file: '--datasheet', problem, hint: 'committed, or nothing to measure it' }];
}

/** What is wrong with the axes for this scenario and these designs, before any work is done. */
export function extrasProblems(task: Assignment, { axes }: Extras): readonly Problem[] {
  if (axes === undefined) return [];
  const designs = task.designs.filter(isOn(axes));
  if (designs.length === 0) {
    const keys = axes.map(({ key }) => key).join(' or ');
    return [{ path: '', file: '--sweep', problem: `no design here has ${keys}` }];
  }
  const problems = new Map<string, Problem>();
  for (const { key, values } of axes) {
    for (const value of values) {
      try {
        preparedWith(task, designs[0] as string, [[key, value]]);
      } catch (error) {
        if (!(error instanceof BadInput)) throw error;
        const [{ problem, hint = hintFor(key) } = { problem: 'cannot be used' }] = error.problems;
        const told = { path: '', file: '--sweep', problem: `${key}=${value}: ${problem}` };
        const known = `${key} ${problem}`;
        if (problems.has(known)) continue;
        problems.set(known, { ...told, ...(hint === undefined ? {} : { hint }) });
      }
    }
  }
  return [...problems.values()];
}

const hintFor = (key: string): string | undefined =>
  suggestion(
    key,
    DIALS.map((dial) => dial.key),
  );

/** Whether a design has the options that the axes turn. */
const isOn =
  (axes: readonly [Axis, Axis]) =>
  (design: string): boolean =>
    axes.every(({ key }) => {
      const option = optionOf(key);
      return option === undefined || option.design === /^[a-z-]+/.exec(design)?.[0];
    });

/** Scenario and design with what these keys say of them. */
function preparedWith(
  { loaded }: Assignment,
  design: string,
  settings: readonly (readonly [key: string, value: string])[],
): Prepared {
  let selection = design;
  const sets: string[] = [];
  for (const [key, value] of settings) {
    const option = optionOf(key);
    if (findDial(key) !== undefined) continue;
    if (option === undefined) sets.push(`${key}=${value}`);
    else selection = withOption(selection, option.option, `${value}ms`);
  }
  const changedBy = sets.length === 0 ? loaded : changed(loaded, sets);
  return preparedFor(changedBy.loaded, selection);
}

function withOption(selection: string, option: string, value: string): string {
  const parsed = parseSelection(selection);
  if (parsed.kind === 'failed') throw new BadInput(parsed.error);
  return printSelection({
    ...parsed.value,
    options: { ...parsed.value.options, [option]: value },
  });
}

function changed({ loaded, folder }: Loaded, sets: readonly string[]): Loaded {
  const read = loadText({ text: loaded.text, shown: '--sweep', folder, cwd: folder, sets });
  if (read.kind === 'failed') throw new BadInput(read.error);
  return read.value;
}

/** Where datasheets are measured: nothing else happens there. */
function benchOf(io: Io): Loaded {
  const read = loadScenario('calm/datasheet', io.cwd);
  if (read.kind === 'failed') throw new BadInput(read.error);
  return read.value;
}

/** Carries out steps, with the event loop at work between them. */
async function shownWhile<P, T>(steps: Generator<P, T>, what: string, io: Io): Promise<T> {
  const progress = new Progress(io);
  let done = 0;
  try {
    for (;;) {
      const step = steps.next();
      if (step.done === true) return step.value;
      progress.note(`${what}: ${++done} points`);
      await nextTurn();
    }
  } finally {
    progress.clear();
  }
}
