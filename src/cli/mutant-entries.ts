/** Planted bugs for `list mutants` and `explain`. */
import type { Mutant } from '../mutants/mutant.ts';
import { MUTANTS } from '../mutants/mutants.ts';
import { DESIGNS } from '../scenario/registry.ts';
import type { Scenario } from '../scenario/scenario.ts';
import type { CatalogEntry } from './catalog.ts';

type Scenarios = ReadonlyMap<string, Scenario | undefined>;

/** Every mutant, with the designs it can be selected with and the scenarios that show it. */
export function mutantEntries(scenarios: Scenarios): CatalogEntry[] {
  const shown = shownBy(scenarios);
  return MUTANTS.map((mutant): CatalogEntry => {
    const { name, sentence, source, cause } = mutant;
    const lines = shown.get(name) ?? [];
    return {
      name,
      what: 'mutant',
      sentence: `${sentence} (${source})`,
      sections: [
        { heading: 'planted in', lines: hosts(mutant).map((design) => `${design}~${name}`) },
        { heading: 'replaces', lines: Object.keys(mutant.parts) },
        { heading: 'at its root', lines: [cause] },
        ...(lines.length === 0 ? [] : [{ heading: 'breaks in', lines }]),
      ],
    };
  });
}

/** What is wrong with a selection on purpose; nothing when it names no mutant. */
export function mutantSection(selection: string): CatalogEntry['sections'] {
  const mutant = MUTANTS.find(({ name }) => selection.endsWith(`~${name}`));
  if (mutant === undefined) return [];
  return [{ heading: 'wrong on purpose', lines: [`${mutant.sentence} (${mutant.source})`] }];
}

const hosts = (mutant: Mutant): string[] =>
  DESIGNS.filter(({ mutants }) => mutants.includes(mutant)).map(({ name }) => name);

/** Mutant to lines that name a scenario and what breaks there. */
function shownBy(scenarios: Scenarios): ReadonlyMap<string, string[]> {
  const shown = new Map<string, string[]>();
  for (const [name, scenario] of scenarios) {
    for (const [selection, whats] of Object.entries(scenario?.breaks ?? {})) {
      const mutant = selection.split('~')[1];
      if (mutant === undefined) continue;
      const lines = shown.get(mutant) ?? [];
      shown.set(mutant, [...lines, `${name}  ${selection}: ${whats.join(', ')}`]);
    }
  }
  return shown;
}
