/**
 * How a design is named: `lease`, `lease:client-go`, `lease:client-go+fencing=off`, and a mutant as
 * `lease~token-reset-on-release`. Only the form is judged here; `checkSelection` compares it with
 * what there is.
 */
import { failed, type Outcome, ok, type Problem } from '../lib/outcome.ts';
import { parseDurationUs, SECOND } from '../lib/units.ts';
import { suggestion } from './nearest.ts';
import { shown } from './values.ts';

export interface Selection {
  readonly design: string;
  readonly preset?: string;
  /** Option to value, as written. */
  readonly options: Readonly<Record<string, string>>;
  readonly mutant?: string;
}

const WORD = /^[a-z0-9][a-z0-9.-]{0,63}$/;
const FORM = 'a selection looks like lease, lease:client-go or lease+fencing=off';

/** Reads a selection; a failure says what is wrong with its form. */
export function parseSelection(text: string): Outcome<Selection, readonly Problem[]> {
  const refuse = (problem: string): Outcome<Selection, readonly Problem[]> =>
    failed([{ path: '', problem, hint: FORM }]);
  const [head = '', ...mutants] = text.split('~');
  const [start = '', ...settings] = head.split('+');
  const [design = '', ...presets] = start.split(':');
  if (mutants.length > 1) return refuse(`${shown(text)} names two mutants`);
  if (presets.length > 1) return refuse(`${shown(text)} names two presets`);
  for (const word of [design, ...presets, ...mutants]) {
    if (!WORD.test(word)) return refuse(`${shown(word)} in ${shown(text)} is not a name`);
  }
  const options = new Map<string, string>();
  for (const setting of settings) {
    const [key = '', value = '', ...rest] = setting.split('=');
    if (!WORD.test(key) || !WORD.test(value) || rest.length > 0) {
      return refuse(`${shown(setting)} in ${shown(text)} is not option=value`);
    }
    if (options.has(key)) return refuse(`${shown(text)} sets '${key}' twice`);
    options.set(key, value);
  }
  return ok({
    design,
    ...(presets[0] === undefined ? {} : { preset: presets[0] }),
    options: Object.fromEntries([...options].sort(([a], [b]) => (a < b ? -1 : 1))),
    ...(mutants[0] === undefined ? {} : { mutant: mutants[0] }),
  });
}

/** The one text of a selection: options in order of their names. */
export function printSelection(selection: Selection): string {
  const { design, preset, options, mutant } = selection;
  const settings = Object.keys(options)
    .sort()
    .map((key) => `+${key}=${options[key]}`);
  return [
    design,
    preset === undefined ? '' : `:${preset}`,
    ...settings,
    mutant === undefined ? '' : `~${mutant}`,
  ].join('');
}

/** Stands for any time among the values of an option. */
export const ANY_TIME = 'a time';
const TIME_MIN_US = SECOND / 1_000;
const TIME_MAX_US = 3_600 * SECOND;

/** Microseconds of such a value; `undefined` for what is no time, or none that makes sense. */
export function timeOf(value: string): number | undefined {
  const us = parseDurationUs(value);
  return us !== undefined && us >= TIME_MIN_US && us <= TIME_MAX_US ? us : undefined;
}

/** What there is to select from. */
export interface DesignChoice {
  readonly name: string;
  readonly presets: readonly string[];
  /** Option to the values it may take, {@link ANY_TIME} among them. */
  readonly options: Readonly<Record<string, readonly string[]>>;
  readonly mutants: readonly string[];
}

/** Everything in a selection that does not exist, with what was probably meant. */
export function checkSelection(
  selection: Selection,
  designs: readonly DesignChoice[],
): readonly Problem[] {
  const unknown = (what: string, word: string, known: readonly string[]): Problem => {
    const hint = known.length === 0 ? 'it has none' : suggestion(word, known);
    return {
      path: '',
      problem: `there is no ${what} '${word}'`,
      ...(hint === undefined ? {} : { hint }),
    };
  };
  const names = designs.map((d) => d.name);
  const design = designs.find((d) => d.name === selection.design);
  if (design === undefined) return [unknown('design', selection.design, names)];
  const problems: Problem[] = [];
  const { preset, mutant } = selection;
  const of = `of ${design.name} called`;
  if (preset !== undefined && !design.presets.includes(preset)) {
    problems.push(unknown(`preset ${of}`, preset, design.presets));
  }
  if (mutant !== undefined && !design.mutants.includes(mutant)) {
    problems.push(unknown(`mutant ${of}`, mutant, design.mutants));
  }
  for (const [key, value] of Object.entries(selection.options)) {
    const values = Object.hasOwn(design.options, key) ? design.options[key] : undefined;
    if (values === undefined)
      problems.push(unknown(`option ${of}`, key, Object.keys(design.options)));
    else if (values.includes(ANY_TIME) && timeOf(value) !== undefined) continue;
    else if (!values.includes(value)) problems.push(unknown(`${key} ${of}`, value, values));
  }
  return problems;
}
