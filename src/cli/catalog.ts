/** Everything that has a name: designs, scenarios, faults with their profiles, claims. */
import { readFileSync } from 'node:fs';
import { CLAIMS } from '../checkers/claims.ts';
import { FAULTS } from '../faults/faults.ts';
import { PROFILES } from '../faults/profiles.ts';
import { DESIGNS, selectDesign } from '../scenario/registry.ts';
import { parseScenario } from '../scenario/schema.ts';
import { bundledPath, bundledScenarios } from './places.ts';

/** One named thing: a sentence for `list`, and sections of lines for `explain`. */
export interface CatalogEntry {
  readonly name: string;
  readonly what: 'design' | 'preset' | 'scenario' | 'fault' | 'profile' | 'claim';
  readonly sentence: string;
  readonly sections: readonly { readonly heading: string; readonly lines: readonly string[] }[];
}

/** Which list a kind of entry belongs to, by the word after `list`. */
export const LISTS = {
  designs: ['design', 'preset'],
  scenarios: ['scenario'],
  faults: ['fault', 'profile'],
  claims: ['claim'],
} as const satisfies Readonly<Record<string, readonly CatalogEntry['what'][]>>;

/** Every entry of a list, or of all lists. */
export function catalog(list?: keyof typeof LISTS): readonly CatalogEntry[] {
  const make = {
    designs: designEntries,
    scenarios: scenarioEntries,
    faults: faultEntries,
    claims: claimEntries,
  };
  const wanted = list === undefined ? (Object.keys(LISTS) as (keyof typeof LISTS)[]) : [list];
  return wanted.flatMap((name) => make[name]());
}

const section = (heading: string, lines: readonly string[]): CatalogEntry['sections'] =>
  lines.length === 0 ? [] : [{ heading, lines }];

function designEntries(): CatalogEntry[] {
  return DESIGNS.flatMap(({ name, family, presets, options }): CatalogEntry[] => {
    const settings = Object.entries(options).map(
      ([option, values]) => `+${option}=${values.join('|')} (default ${values[0]})`,
    );
    const presetLines = presets.map((preset) => `${name}:${preset.name}  ${preset.why}`);
    const sections = [...section('presets', presetLines), ...section('options', settings)];
    return [
      { name, what: 'design', sentence: family, sections: [...sections, ...promises(name)] },
      ...presets.map((preset): CatalogEntry => {
        const full = `${name}:${preset.name}`;
        return { name: full, what: 'preset', sentence: preset.why, sections: promises(full) };
      }),
    ];
  });
}

/** What a selection takes for granted and what it does not promise. */
function promises(selection: string): CatalogEntry['sections'] {
  const selected = selectDesign(selection);
  if (selected.kind === 'failed') return [];
  const { assumptions, notPromised } = selected.value;
  return [
    ...section(
      'takes for granted',
      assumptions.map(({ what, bound }) => `${what}: ${bound}`),
    ),
    ...section(
      'does not promise',
      Object.entries(notPromised).map(([id, why]) => `${id}: ${why}`),
    ),
  ];
}

/** A selection with options is no entry of its own, but it can be explained. */
export function explainedSelection(text: string): CatalogEntry | undefined {
  const selected = selectDesign(text);
  if (selected.kind === 'failed') return undefined;
  const base = DESIGNS.find(({ name }) => /^[^:+~]*/.exec(text)?.[0] === name);
  const { name } = selected.value;
  return { name, what: 'design', sentence: base?.family ?? '', sections: promises(name) };
}

function scenarioEntries(): CatalogEntry[] {
  return bundledScenarios().map((name): CatalogEntry => {
    const parsed = parseScenario(readFileSync(bundledPath(name), 'utf8'), name);
    if (parsed.kind === 'failed') {
      return { name, what: 'scenario', sentence: 'cannot be read', sections: [] };
    }
    const { why, designs, faults, seeds, cluster } = parsed.value;
    const storm =
      faults.kind === 'drawn'
        ? `drawn from the profile ${faults.profile}, intensity ${faults.intensity}`
        : `${faults.faults.length} given: ${faults.faults.map((f) => f.kind).join(', ')}`;
    const { members, workers, slots } = cluster;
    const lines = [
      `designs: ${designs.join(', ')}`,
      `cluster: ${members} members, ${workers} workers of ${slots} slots`,
      `faults: ${storm}`,
      `seeds: ${seeds}`,
    ];
    return { name, what: 'scenario', sentence: why, sections: section('consists of', lines) };
  });
}

function faultEntries(): CatalogEntry[] {
  const kinds = FAULTS.map(({ kind, sentence, params, excuses }): CatalogEntry => {
    const numbers = Object.entries(params).map(
      ([name, { words }]) => `${textName(name)}: ${words}`,
    );
    const sections = [...section('numbers', numbers), ...section('excuses', excuses)];
    return { name: kind, what: 'fault', sentence, sections };
  });
  const profiles = PROFILES.map(({ name, sentence, kinds: shapes, always }): CatalogEntry => {
    const drawn = [...new Set([...always, ...shapes].map((shape) => shape.kind))];
    return { name, what: 'profile', sentence, sections: section('draws', drawn) };
  });
  return [...kinds, ...profiles];
}

/** In a scenario's text the unit stands in the value, not in the name. */
const textName = (name: string): string => name.replace(/(?:Ppm|Us)$/, '');

function claimEntries(): CatalogEntry[] {
  return CLAIMS.map(({ id, modality, sentence, limits, excusedBy }): CatalogEntry => {
    const sections = [
      ...section('judged', [modality]),
      ...section('does not check', limits === '' ? [] : [limits]),
      ...section('excused when an assumption failed before', excusedBy),
    ];
    return { name: id, what: 'claim', sentence, sections };
  });
}
