/**
 * A scenario's text becomes a {@link Scenario}, or every problem at once with its place.
 *
 *   text-schema.ts   which keys there are, and their defaults
 *   text-scalars.ts  their units and bounds
 *   work-schema.ts   the same for the workload
 *   work-text.ts     the workload, in the program's shape
 *   work-problems.ts what does not go together in it
 *   fault-text.ts    given faults
 *   values.ts        spans, shares, rates and instants
 *   yaml-text.ts     text to document, and the place of everything in it
 *   problems.ts      what is wrong, in words
 *   overrides.ts     `--set path=value`
 *   print.ts         the way back
 */
import { z } from 'zod';
import { PROFILES } from '../faults/profiles.ts';
import { failed, type Outcome, ok, type Problem } from '../lib/outcome.ts';
import { readCron } from '../scheduler/schedule/cron.ts';
import { faultsFrom } from './fault-text.ts';
import { suggestion } from './nearest.ts';
import { applyOverrides, type Override } from './overrides.ts';
import { arranged, issueProblems, problemAt, type SchemaNode } from './problems.ts';
import type { FaultsPart, Scenario, Slo } from './scenario.ts';
import { parseSelection } from './selection.ts';
import { type ScenarioText, scenarioText } from './text-schema.ts';
import { formatInstant, shown } from './values.ts';
import { workProblems } from './work-problems.ts';
import { workloadFrom } from './work-text.ts';
import { readYaml, type YamlText } from './yaml-text.ts';

/** What a scenario may name but is defined elsewhere; where absent, names are not checked. */
export interface KnownNames {
  readonly claims?: readonly string[];
  readonly metrics?: readonly string[];
  /** What is wrong with a selection of the right form; empty when it can be selected. */
  readonly checkDesign?: (selection: string) => readonly Problem[];
}

export interface ParseOptions extends KnownNames {
  readonly overrides?: readonly Override[];
}

/**
 * Reads a scenario from YAML (or JSON, which is YAML too). `file` is named in problems only;
 * nothing is opened. Every problem is told at once, in the order of the text.
 */
export function parseScenario(
  text: string,
  file?: string,
  options: ParseOptions = {},
): Outcome<Scenario, readonly Problem[]> {
  const read = readYaml(text, file);
  if ('problems' in read) return failed(arranged(read.problems));
  const { yaml } = read;
  const astray = applyOverrides(yaml.document, options.overrides ?? []);
  const data = options.overrides === undefined ? read.data : overridden(yaml);
  const parsed = scenarioText.safeParse(data, { reportInput: true });
  const found = [...astray, ...slackProblems(data, yaml, options)];
  if (!parsed.success) found.push(...issueProblems(parsed.error.issues, yaml, schemaNode()));
  if (!parsed.success) return failed(arranged(found));
  const faults = faultsFrom(parsed.data.faults, yaml);
  found.push(...faults.problems);
  if (found.length > 0) return failed(arranged(found));
  const scenario = scenarioFrom(parsed.data, faults.part);
  found.push(...workProblems(scenario).map((p) => problemAt(yaml, p.path, p.problem, p.hint)));
  return found.length > 0 ? failed(arranged(found)) : ok(scenario);
}

/** An override may replace what an alias of the text refers to; what it leaves is then nothing. */
function overridden(yaml: YamlText): unknown {
  try {
    return yaml.document.toJS();
  } catch {
    return undefined;
  }
}

let cachedSchema: SchemaNode | undefined;
const schemaNode = (): SchemaNode => (cachedSchema ??= scenarioJsonSchema() as SchemaNode);

/** JSON Schema (draft 7) of the text form, for editors; `scenarios/schema.json` is this. */
export function scenarioJsonSchema(): Record<string, unknown> {
  const schema = z.toJSONSchema(scenarioText, { target: 'draft-7', io: 'input' });
  const { $schema, ...rest } = schema;
  return {
    $schema,
    title: 'Seaworthy scenario',
    description: 'A cluster, a workload and hardship, for job schedulers to go through.',
    ...rest,
  } as Record<string, unknown>;
}

/**
 * Rules that zod is not asked about because they need names from elsewhere or hold between entries.
 * They look at raw data, so that they are told together with everything else that is wrong.
 */
function slackProblems(data: unknown, yaml: YamlText, known: KnownNames): Problem[] {
  const at = (...path: (string | number)[]): unknown =>
    path.reduce<unknown>(
      (value, key) => (value as Record<string, unknown> | null | undefined)?.[key],
      data,
    );
  const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
  const found: Problem[] = [];
  const wrong = (path: readonly (string | number)[], problem: string, hint?: string): void => {
    found.push(problemAt(yaml, path, problem, hint));
  };
  const name = (
    what: string,
    value: unknown,
    names: readonly string[] | undefined,
    path: (string | number)[],
  ) => {
    if (typeof value !== 'string' || names === undefined || names.includes(value)) return;
    wrong(path, `there is no ${what} ${shown(value)}`, suggestion(value, names));
  };
  name(
    'profile',
    at('faults', 'profile'),
    PROFILES.map((p) => p.name),
    ['faults', 'profile'],
  );
  for (const [i, claim] of list(at('claims', 'only')).entries()) {
    name('claim', claim, known.claims, ['claims', 'only', i]);
  }
  const slo = at('slo');
  for (const metric of typeof slo === 'object' && slo !== null ? Object.keys(slo) : []) {
    name('metric', metric, known.metrics, ['slo', metric]);
  }
  found.push(...breaksProblems(data, yaml, known));
  const designs = list(at('designs')).map((design, i) => [design, ['designs', i]] as const);
  for (const [design, path] of [[at('design'), ['design']] as const, ...designs]) {
    if (typeof design !== 'string' || parseSelection(design).kind === 'failed') continue;
    for (const { problem, hint } of known.checkDesign?.(design) ?? []) wrong(path, problem, hint);
  }
  found.push(...scheduleProblems(list(at('workload', 'schedules')), yaml));
  return found;
}

/** Who is said to fail must be among the designs, and fail at what is judged. */
function breaksProblems(data: unknown, yaml: YamlText, known: KnownNames): Problem[] {
  const { design, designs, breaks, slo } = (data ?? {}) as Record<string, unknown>;
  const isMap = (value: unknown): value is Record<string, unknown> =>
    typeof value === 'object' && value !== null && !Array.isArray(value);
  if (!isMap(breaks)) return [];
  const selections = Array.isArray(designs) ? designs.map(String) : [String(design ?? 'lease')];
  const judged = [...(known.claims ?? []), ...(isMap(slo) ? Object.keys(slo) : [])];
  const found: Problem[] = [];
  for (const [selection, whats] of Object.entries(breaks)) {
    if (!selections.includes(selection)) {
      const problem = `${shown(selection)} is not among the designs`;
      const hint = suggestion(selection, selections);
      found.push(problemAt(yaml, ['breaks', selection], problem, hint));
    }
    if (known.claims === undefined || !Array.isArray(whats)) continue;
    for (const [i, what] of whats.entries()) {
      if (typeof what !== 'string' || judged.includes(what)) continue;
      const problem = `there is no claim or threshold ${shown(what)}`;
      found.push(problemAt(yaml, ['breaks', selection, i], problem, suggestion(what, judged)));
    }
  }
  return found;
}

function scheduleProblems(schedules: readonly unknown[], yaml: YamlText): Problem[] {
  const found: Problem[] = [];
  const seen = new Set<unknown>();
  for (const [i, entry] of schedules.entries()) {
    const { name: id, cron } = (entry ?? {}) as { name?: unknown; cron?: unknown };
    const path = ['workload', 'schedules', i];
    if (id !== undefined && seen.has(id)) {
      found.push(problemAt(yaml, [...path, 'name'], `${shown(id)} names two schedules`));
    }
    seen.add(id);
    const read = typeof cron === 'string' ? readCron(cron) : undefined;
    if (read?.kind !== 'failed') continue;
    const problem = `${shown(cron)} is not a cron expression`;
    found.push(problemAt(yaml, [...path, 'cron'], problem, read.error.reason));
  }
  return found;
}

function scenarioFrom(text: ScenarioText, faults: FaultsPart): Scenario {
  const { cluster, phases, claims } = text;
  return {
    apiVersion: text.apiVersion,
    name: text.name,
    why: text.why,
    designs: text.designs ?? [text.design ?? 'lease'],
    seeds: text.seeds,
    cluster: {
      members: cluster.members,
      workers: cluster.workers,
      slots: cluster.slots,
      ...(cluster.cpu === undefined ? {} : { cpu: cluster.cpu }),
      ...(cluster.resources === undefined ? {} : { resources: cluster.resources }),
      beatUs: cluster.beat,
      startsAt: formatInstant(cluster.startsAt),
      latencyMinUs: cluster.latency.min,
      latencyMaxUs: cluster.latency.max,
      ratePpmMax: cluster.clockRate,
      wallErrorUsMax: cluster.wallError,
      ...(cluster.ntp === undefined
        ? {}
        : { ntp: { pollUs: cluster.ntp.poll, errorUs: cluster.ntp.error } }),
    },
    workload: workloadFrom(text.workload),
    faults,
    phases: { warmUpUs: phases.warmUp, chaosUs: phases.chaos, heal: phases.heal },
    claims: { epsilonUs: claims.epsilon, only: claims.only },
    slo: Object.entries(text.slo).map(([metric, wanted]): Slo => {
      return { metric, op: wanted.startsWith('>=') ? '>=' : '<=', value: Number(wanted.slice(2)) };
    }),
    breaks: text.breaks,
  };
}
