/** The scenario of a simulated run: a text, and what is to be otherwise. */

import { InvariantBroken } from '../lib/assert.ts';
import { failed, type Outcome, ok, type Problem } from '../lib/outcome.ts';
import { SECOND } from '../lib/units.ts';
import { suggestion } from '../scenario/nearest.ts';
import { printScenario } from '../scenario/print.ts';
import type { Cluster, Scenario, Workload } from '../scenario/scenario.ts';
import { parseScenario } from '../scenario/schema.ts';

/** What `simulate` runs when it is not given a scenario: faults may begin from 5 s to 35 s. */
export const SIMULATED = `apiVersion: seaworthy/v1
name: simulated
why: A small cluster, for a plan of faults.
cluster: {members: 3, workers: 3, slots: 2}
workload:
  arrivals: {rate: 2/s}
  schedules: [{name: beat, every: 5s}]
phases: {warmUp: 5s, chaos: 30s}
`;

/** When the faults of a plan for {@link SIMULATED} may begin. */
export const SIMULATED_CHAOS = { fromUs: 5 * SECOND, untilUs: 35 * SECOND } as const;

export interface ScenarioChanges {
  readonly scenario?: string;
  readonly cluster?: Partial<Cluster>;
  readonly workload?: Partial<Workload>;
}

/** The scenario that these say, or everything that is wrong with them. */
export function scenarioWith(changes: ScenarioChanges): Outcome<Scenario, readonly Problem[]> {
  const { scenario = SIMULATED, cluster = {}, workload = {} } = changes;
  const parsed = parsedOnce(scenario, changes.scenario === undefined ? undefined : 'scenario');
  const unknown = [
    ...unknownKeys('cluster', cluster, CLUSTER_KEYS),
    ...unknownKeys('workload', workload, WORKLOAD_KEYS),
  ];
  if (parsed.kind === 'failed') return failed([...parsed.error, ...unknown]);
  const base = parsed.value;
  const files = (['crontab', 'trace'] as const)
    .filter((key) => ({ ...base.workload, ...workload })[key] !== undefined)
    .map((key) => ({ path: `workload.${key}`, problem: 'names a file, and none is read here' }));
  const wanted: Scenario = {
    ...base,
    cluster: { ...base.cluster, ...cluster },
    workload: { ...base.workload, ...workload },
  };
  const isChanged = Object.keys(cluster).length + Object.keys(workload).length > 0;
  const sound = isChanged ? checked(wanted) : parsed;
  const problems = [...unknown, ...files, ...(sound.kind === 'failed' ? sound.error : [])];
  return problems.length > 0 ? failed(problems) : sound;
}

type Parsed = ReturnType<typeof parseScenario>;
let latest: { readonly text: string; readonly parsed: Parsed } | undefined;

/** A property asks for the same scenario a hundred times, and reading it takes as long as a run. */
function parsedOnce(text: string, file: string | undefined): Parsed {
  if (latest?.text !== text) latest = { text, parsed: parseScenario(text, file) };
  return latest.parsed;
}

/** Reads it back from its text, where everything is checked; places in that text say nothing. */
function checked(scenario: Scenario): Outcome<Scenario, readonly Problem[]> {
  let text: string;
  try {
    text = printScenario(scenario);
  } catch (error) {
    if (!(error instanceof InvariantBroken || error instanceof TypeError)) throw error;
    return failed([{ path: '', problem: `this is no scenario: ${error.message}` }]);
  }
  const parsed = parseScenario(text);
  if (parsed.kind === 'ok') return ok(parsed.value);
  return failed(parsed.error.map(({ line: _, column: __, ...problem }) => problem));
}

function unknownKeys(
  part: string,
  given: object,
  known: Readonly<Record<string, true>>,
): readonly Problem[] {
  return Object.keys(given)
    .filter((key) => !Object.hasOwn(known, key))
    .map((key) => {
      const hint = suggestion(key, Object.keys(known));
      const problem = 'there is no such key';
      return { path: `${part}.${key}`, problem, ...(hint === undefined ? {} : { hint }) };
    });
}

const CLUSTER_KEYS: Readonly<Record<keyof Cluster, true>> = {
  members: true,
  workers: true,
  slots: true,
  cpu: true,
  resources: true,
  beatUs: true,
  startsAt: true,
  latencyMinUs: true,
  latencyMaxUs: true,
  ratePpmMax: true,
  wallErrorUsMax: true,
  ntp: true,
};

const WORKLOAD_KEYS: Readonly<Record<keyof Workload, true>> = {
  clients: true,
  arrivals: true,
  delayedPpm: true,
  delayUsMax: true,
  instantPpm: true,
  runNowPpm: true,
  statusPpm: true,
  cancelPpm: true,
  retriesPpm: true,
  runUsMean: true,
  sinks: true,
  delivery: true,
  retry: true,
  timeoutUs: true,
  heartbeatUs: true,
  retainUs: true,
  priorities: true,
  queues: true,
  unique: true,
  tags: true,
  families: true,
  resources: true,
  gangs: true,
  edits: true,
  hostilePpm: true,
  failPpm: true,
  silentPpm: true,
  zombiePpm: true,
  clientTimeoutUs: true,
  schedules: true,
  misfire: true,
  crontab: true,
  trace: true,
};
