/** The kill table as a page for people. */
import { MUTANTS } from '../mutants/mutants.ts';
import type { KillBudget, KillRow, StrategyRow } from './kill-table.ts';
import { STRATEGIES } from './strategies/strategy.ts';

/** Kill tables as a page: one row per mutant. */
export function killTableText(rows: readonly KillRow[], { restarts, runsMax }: KillBudget): string {
  const names = STRATEGIES.map(({ name }) => name);
  const killed = rows.filter(({ killed: it }) => it).length;
  const head = ['mutant', 'design', 'broke', ...names, 'faults', 'members'];
  const lines = rows.map((row) => [
    row.mutant,
    row.design,
    row.claim ?? 'nothing',
    ...row.strategies.map((strategy) => cell(strategy, runsMax)),
    row.faults ?? '–',
    row.members ?? '–',
  ]);
  return [
    '# Planted bugs, and how soon they are found',
    '',
    `${killed} of ${rows.length} mutants are killed. Each is hunted around the incident that it`,
    `was taken from; a cell is the median of ${restarts} hunts: seeds, and kernel steps in`,
    `thousands, to the first kill. A hunt ends after ${runsMax} seeds; what found none counts as`,
    'longer, and is said: 14/20 is fourteen hunts of twenty. `faults` and `members` are those of',
    'the case after shrinking.',
    '',
    unmutatedText(rows),
    '',
    ...NOT_HUNTED,
    ...table([head, ...lines]),
    '',
    'All mutants together:',
    '',
    ...table([['strategy', 'kills', 'hunts'], ...sums(rows, names)]),
    '',
  ].join('\n');
}

/** Mutants that no run shows, and what does. */
const NOT_HUNTED: readonly string[] = MUTANTS.flatMap(({ name, shownBy }) =>
  shownBy === undefined
    ? []
    : [
        `Not hunted is ${name}: storms hardly ever show it to clients,`,
        `and ${shownBy} shows it.`,
        '',
      ],
);

function unmutatedText(rows: readonly KillRow[]): string {
  const unclean = rows.filter(({ unmutatedBroke }) => unmutatedBroke.length > 0);
  if (unclean.length === 0) return 'The designs without their bugs broke nothing in the same runs.';
  const broke = unclean.map(({ design, mutant, unmutatedBroke }) => {
    return `${design} (beside ${mutant}: ${unmutatedBroke.join(', ')})`;
  });
  return `Without their bugs broke something, too: ${broke.join('; ')}.`;
}

function cell({ kills, restarts, seeds, steps }: StrategyRow, runsMax: number): string {
  const found = kills === restarts ? '' : ` (${kills}/${restarts})`;
  if (seeds === null || steps === null) return `> ${runsMax}${found}`;
  return `${seeds}, ${Math.round(steps / 1_000)} k${found}`;
}

const sums = (rows: readonly KillRow[], names: readonly string[]): (string | number)[][] =>
  names.map((name) => {
    const all = rows.flatMap(({ strategies }) => strategies.filter((s) => s.strategy === name));
    const total = (of: (row: StrategyRow) => number): number =>
      all.reduce((sum, row) => sum + of(row), 0);
    return [name, total(({ kills }) => kills), total(({ restarts }) => restarts)];
  });

function table(rows: readonly (readonly (string | number)[])[]): readonly string[] {
  const line = (cells: readonly (string | number)[]): string => `| ${cells.join(' | ')} |`;
  const [head = [], ...rest] = rows;
  return [line(head), line(head.map(() => '---')), ...rest.map(line)];
}
