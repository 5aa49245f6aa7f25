/** Everything that has a name: designs, scenarios, faults, profiles, claims, mutants. */
import { readFileSync } from 'node:fs';
import { CLAIMS } from '../checkers/claims.ts';
import { FAULTS } from '../faults/faults.ts';
import type { ParamInfo } from '../faults/kinds/info.ts';
import { type FaultFamily, type FaultKind, familyOf } from '../faults/plan.ts';
import { PROFILES, type Profile } from '../faults/profiles.ts';
import { DESIGNS, type DesignEntry, selectDesign } from '../scenario/registry.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { parseScenario } from '../scenario/schema.ts';
import { formatShare, formatSpan } from '../scenario/values.ts';
import { mutantEntries, mutantSection } from './mutant-entries.ts';
import { bundledPath, bundledScenarios } from './places.ts';

/** One named thing: a sentence for `list`, and sections of lines for `explain`. */
export interface CatalogEntry {
  readonly name: string;
  readonly what: 'design' | 'preset' | 'scenario' | 'fault' | 'profile' | 'claim' | 'mutant';
  readonly sentence: string;
  readonly sections: readonly { readonly heading: string; readonly lines: readonly string[] }[];
}

/** Which list a kind of entry belongs to, by the word after `list`. */
export const LISTS = {
  designs: ['design', 'preset'],
  scenarios: ['scenario'],
  faults: ['fault'],
  profiles: ['profile'],
  claims: ['claim'],
  mutants: ['mutant'],
} as const satisfies Readonly<Record<string, readonly CatalogEntry['what'][]>>;

/** Every entry of a list, or of all lists. */
export function catalog(list?: keyof typeof LISTS): readonly CatalogEntry[] {
  const make = {
    designs: designEntries,
    scenarios: scenarioEntries,
    faults: faultEntries,
    profiles: profileEntries,
    claims: claimEntries,
    mutants: () => mutantEntries(scenariosByName()),
  };
  const wanted = list === undefined ? (Object.keys(LISTS) as (keyof typeof LISTS)[]) : [list];
  return wanted.flatMap((name) => make[name]());
}

const section = (heading: string, lines: readonly string[]): CatalogEntry['sections'] =>
  lines.length === 0 ? [] : [{ heading, lines }];

function designEntries(): CatalogEntry[] {
  return DESIGNS.flatMap(({ name, family, presets, options, mutants }): CatalogEntry[] => {
    const settings = Object.entries(options).map(
      ([option, values]) =>
        `+${option}=${values.join('|')} (${defaultsOf(option, values[0] ?? '', presets)})`,
    );
    const presetLines = presets.map((preset) => `${name}:${preset.name}  ${preset.why}`);
    const bugs = mutants.map((mutant) => `${name}~${mutant.name}`);
    const sections = [...section('presets', presetLines), ...section('options', settings)];
    return [
      {
        name,
        what: 'design',
        sentence: family,
        sections: [...sections, ...promises(name), ...section('bugs to plant', bugs)],
      },
      ...presets.map((preset): CatalogEntry => {
        const full = `${name}:${preset.name}`;
        return { name: full, what: 'preset', sentence: preset.why, sections: promises(full) };
      }),
    ];
  });
}

/** The default of an option, and that of presets with another. */
function defaultsOf(option: string, usual: string, presets: DesignEntry['presets']): string {
  const others = new Map<string, string[]>();
  for (const { name, defaults } of presets) {
    const own = defaults?.[option] ?? usual;
    if (own !== usual) others.set(own, [...(others.get(own) ?? []), name]);
  }
  const exceptions = [...others].map(([value, names]) => `${value} for ${names.join(', ')}`);
  return [`default ${usual}`, ...exceptions].join('; ');
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
      byReason(notPromised).map(([why, ids]) => `${ids.join(', ')}: ${why}`),
    ),
  ];
}

/** Claims that have a reason in common, in the order of the first of each. */
function byReason(reasons: Readonly<Record<string, string>>): readonly [string, string[]][] {
  const claims = new Map<string, string[]>();
  for (const [id, why] of Object.entries(reasons)) {
    claims.set(why, [...(claims.get(why) ?? []), id]);
  }
  return [...claims];
}

/** A selection with options is no entry of its own, but it can be explained. */
export function explainedSelection(text: string): CatalogEntry | undefined {
  const selected = selectDesign(text);
  if (selected.kind === 'failed') return undefined;
  const base = DESIGNS.find(({ name }) => /^[^:+~]*/.exec(text)?.[0] === name);
  const { name } = selected.value;
  return {
    name,
    what: 'design',
    sentence: base?.family ?? '',
    sections: [...mutantSection(name), ...promises(name)],
  };
}

let parsedScenarios: ReadonlyMap<string, Scenario | undefined> | undefined;

/** Those that come along, read once; undefined are those that cannot be read. */
function scenariosByName(): ReadonlyMap<string, Scenario | undefined> {
  parsedScenarios ??= new Map(
    bundledScenarios().map((name) => {
      const parsed = parseScenario(readFileSync(bundledPath(name), 'utf8'), name);
      return [name, parsed.kind === 'ok' ? parsed.value : undefined];
    }),
  );
  return parsedScenarios;
}

const HEALS = {
  core: 'a core that is enough, drawn; the rest stays frozen for ever',
  drawn: 'the seed draws whether all is healed, or only a core that is enough',
} as const;

function scenarioEntries(): CatalogEntry[] {
  return [...scenariosByName()].map(([name, scenario]): CatalogEntry => {
    if (scenario === undefined) {
      return { name, what: 'scenario', sentence: 'cannot be read', sections: [] };
    }
    const { why, designs, faults, seeds, cluster, phases, breaks } = scenario;
    const storm =
      faults.kind === 'drawn'
        ? `drawn from the profile ${faults.profile}, intensity ${faults.intensity}`
        : `${faults.faults.length} given: ${faults.faults.map((f) => f.kind).join(', ')}`;
    const { members, workers, slots } = cluster;
    const sound = designs.filter((design) => !Object.hasOwn(breaks, design));
    const lines = [
      `designs: ${designs.join(', ')}`,
      `cluster: ${members} members, ${workers} workers of ${slots} slots`,
      `faults: ${storm}`,
      ...(phases.heal === 'total' ? [] : [`heal: ${HEALS[phases.heal]}`]),
      `seeds: ${seeds}`,
      ...(Object.keys(breaks).length === 0 || sound.length === 0
        ? []
        : [`known to hold: ${sound.join(', ')}`]),
      ...Object.entries(breaks).map(([who, what]) => `known to fail: ${who} (${what.join(', ')})`),
    ];
    return { name, what: 'scenario', sentence: why, sections: section('consists of', lines) };
  });
}

/** One number of a fault. */
interface ParamEntry {
  /** As a scenario writes it: there the unit stands in the value. */
  readonly name: string;
  /** As plans in case files have it: there the unit ends the name. */
  readonly planName: string;
  readonly words: string;
  readonly unit: 'us' | 'ppm' | 'number';
  /** In that unit, both ends allowed. */
  readonly low: number;
  readonly high: number;
  /** When left out; one without must be given. */
  readonly default?: number;
}

/** What programs read of a fault, besides what every entry has. */
interface FaultEntry extends CatalogEntry {
  readonly kind: FaultKind;
  readonly family: FaultFamily;
  readonly params: readonly ParamEntry[];
  readonly excuses: readonly string[];
  readonly roles: readonly string[];
  readonly hasPeer: boolean;
  readonly lasts: boolean;
}

function faultEntries(): FaultEntry[] {
  const users = faultUsers();
  return FAULTS.map((info): FaultEntry => {
    const { kind, sentence, excuses, roles } = info;
    const params = Object.entries(info.params).map(paramEntry);
    const family = familyOf(kind);
    const sections = [
      ...section('family', [family]),
      ...section('numbers', params.map(paramLine)),
      ...section('can hit', [
        `${roles.join(', ')}${info.hasPeer ? '; towards a peer, or all' : ''}`,
      ]),
      ...(info.lasts ? section('lasts', ['until the end of the storm or longer']) : []),
      ...section('excuses', excuses.length === 0 ? ['no claim'] : excuses),
      ...section('used by', users.get(kind) ?? []),
    ];
    const { hasPeer = false, lasts = false } = info;
    return {
      ...{ name: kind, what: 'fault', sentence, sections, kind, family },
      ...{ params, excuses, roles, hasPeer, lasts },
    };
  });
}

const UNITS = {
  us: { words: 'a span of time', print: formatSpan },
  ppm: { words: 'a share', print: formatShare },
  number: { words: 'a number', print: String },
} as const;

function paramEntry([planName, info]: [string, ParamInfo]): ParamEntry {
  const suffix = /(?:Us|Ppm)$/.exec(planName)?.[0];
  const { words, low, high, otherwise } = info;
  return {
    name: suffix === undefined ? planName : planName.slice(0, -suffix.length),
    planName,
    words: inText(words),
    unit: suffix === 'Us' ? 'us' : suffix === 'Ppm' ? 'ppm' : 'number',
    low,
    high,
    ...(otherwise === undefined ? {} : { default: otherwise }),
  };
}

/** Plans count microseconds and parts per million; a scenario's text writes any unit. */
const inText = (words: string): string =>
  words
    .replace(/^(?:microseconds|parts per million)(?:, |: )/, '')
    .replace(/^microseconds /, 'how long ');

function paramLine({ name, words, unit, low, high, default: otherwise }: ParamEntry): string {
  const { words: what, print } = UNITS[unit];
  const range = `${what}, ${print(low)} to ${print(high)}`;
  const rest = otherwise === undefined ? '' : `, default ${print(otherwise)}`;
  return `${name}: ${words} (${range}${rest})`;
}

/** Bundled scenarios by the kinds of faults that they give, or that their profile may draw. */
function faultUsers(): ReadonlyMap<string, readonly string[]> {
  const users = new Map<string, string[]>();
  for (const [name, scenario] of scenariosByName()) {
    if (scenario === undefined) continue;
    const { faults } = scenario;
    const kinds =
      faults.kind === 'given' ? faults.faults.map((f) => f.kind) : drawnBy(faults.profile);
    for (const kind of new Set(kinds)) users.set(kind, [...(users.get(kind) ?? []), name]);
  }
  return users;
}

const drawnBy = (name: string): readonly string[] => {
  const profile = PROFILES.find((each) => each.name === name);
  return profile === undefined ? [] : profileKinds(profile);
};

const profileKinds = ({ always, kinds, rare, composed }: Profile): readonly string[] => [
  ...new Set([
    ...[...always, ...kinds, ...(rare?.shapes ?? [])].map((shape) => shape.kind),
    ...(composed?.kinds ?? []),
  ]),
];

const profileEntries = (): CatalogEntry[] =>
  PROFILES.map((profile): CatalogEntry => {
    const { name, sentence, composed } = profile;
    const sections = [
      ...section('draws', profileKinds(profile)),
      ...section('where its numbers come from', composed?.sources ?? []),
    ];
    return { name, what: 'profile', sentence, sections };
  });

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
