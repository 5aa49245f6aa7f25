import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { KNOWN_NAMES } from '../../src/cli/vocabulary.ts';
import { formatProblem } from '../../src/lib/outcome.ts';
import { type Override, readOverride } from '../../src/scenario/overrides.ts';
import { FIRST_LINE } from '../../src/scenario/print.ts';
import { parseScenario, scenarioJsonSchema } from '../../src/scenario/schema.ts';

const HEAD = 'apiVersion: seaworthy/v1\nname: small\nwhy: To be short.\n';
const KNOWN = { claims: ['no-loss', 'tick-once'], metrics: ['apiSuccess', 'goodput'] };

function problems(text: string, sets: readonly string[] = []): string[] {
  const overrides: Override[] = [];
  for (const set of sets) {
    const read = readOverride(set);
    if ('problem' in read) return [formatProblem(read)];
    overrides.push(read);
  }
  const parsed = parseScenario(text, 'x.yaml', { ...KNOWN, overrides });
  return parsed.kind === 'ok' ? [] : parsed.error.map(formatProblem);
}

function parsed(text: string, sets: readonly string[] = []) {
  const overrides = sets.map((set) => readOverride(set) as Override);
  const outcome = parseScenario(text, 'x.yaml', { ...KNOWN, overrides });
  if (outcome.kind === 'failed') throw new Error(outcome.error.map(formatProblem).join('\n'));
  return outcome.value;
}

test('three lines are a scenario; the rest has defaults', () => {
  const scenario = parsed(HEAD);
  expect(scenario.designs).toEqual(['lease']);
  expect(scenario.cluster.members).toBe(3);
  expect(scenario.cluster.ratePpmMax).toBe(50);
  expect(scenario.faults).toEqual({ kind: 'drawn', profile: 'calm', intensity: 1 });
});

test('JSON is read too, indented by tabs as well', () => {
  const data = { apiVersion: 'seaworthy/v1', name: 'small', why: 'To be short.', seeds: 4 };
  expect(parsed(JSON.stringify(data, undefined, '\t')).seeds).toBe(4);
});

test('a crontab and a trace may be written as the name of a file', () => {
  const { workload } = parsed(`${HEAD}workload: {crontab: tab.txt, trace: log.swf.gz}\n`);
  expect(workload.crontab).toEqual({
    file: 'tab.txt',
    zone: 'UTC',
    gap: 'run-at-end',
    overlap: 'first',
  });
  expect(workload.trace).toEqual({
    file: 'log.swf.gz',
    timeScale: 1,
    sizeScale: 1,
    jobsMax: 1_000,
  });
});

test('faults are given with units in their values', () => {
  const text = `${HEAD}faults:
  - {kind: loss, target: leader, at: 5s, for: 10s, params: {loss: 20%}}
  - id: jump
    kind: clock-step
    target: {role: store}
    after: {fact: dispatched, nth: 3}
    params: {step: -2s}
`;
  expect(parsed(text).faults).toEqual({
    kind: 'given',
    faults: [
      {
        id: 'f1',
        kind: 'loss',
        target: { by: 'role', role: 'leader' },
        start: { kind: 'at', atUs: 5_000_000 },
        durationUs: 10_000_000,
        params: { lossPpm: 200_000 },
      },
      {
        id: 'jump',
        kind: 'clock-step',
        target: { by: 'index', role: 'store', index: 0 },
        start: { kind: 'anchor', after: 'dispatched', nth: 3, delayUs: 0 },
        durationUs: 0,
        params: { stepUs: -2_000_000 },
      },
    ],
  });
});

test('every problem is told at once, each at its place, in the order of the text', () => {
  const text = `${HEAD}claster: {}
cluster:
  membrs: 5
  beat: 250
  latency: {min: 2ms, max: 300us}
workload:
  arrivals: {kind: poison, rate: 250ms}
  fail: 0.05
  schedules:
    - {name: a, cron: '0 30 * * *'}
    - {name: a, every: 5s, zone: Europe/Berlin}
    - {name: b, cron: '* * * * *', zone: Europe/Berlim}
faults: {profile: calmm}
claims: {only: [no-los]}
slo: {apiSucess: '>= 0.9', goodput: 5}
`;
  expect(problems(text)).toEqual([
    "x.yaml:4:1 claster: there is no such key (did you mean 'cluster'?)",
    "x.yaml:6:3 cluster.membrs: there is no such key (did you mean 'members'?)",
    'x.yaml:7:9 cluster.beat: 250 has no unit of time (write 250s, 250ms or 250m)',
    'x.yaml:8:12 cluster.latency: min is above max',
    'x.yaml:10:20 workload.arrivals.kind: "poison" is not known here (did you mean \'poisson\'?)',
    'x.yaml:10:34 workload.arrivals.rate: "250ms" is a span, not a rate (did you mean 4/s?)',
    'x.yaml:11:9 workload.fail: 0.05 has no unit (did you mean 5%?)',
    'x.yaml:13:23 workload.schedules.0.cron: "0 30 * * *" is not a cron expression ' +
      '(30 is outside 0-23)',
    'x.yaml:14:14 workload.schedules.1.name: "a" names two schedules',
    'x.yaml:14:34 workload.schedules.1.zone: goes with cron',
    'x.yaml:15:42 workload.schedules.2.zone: "Europe/Berlim" is not a time zone of the zone ' +
      "database (did you mean 'Europe/Berlin'?)",
    'x.yaml:16:19 faults.profile: there is no profile "calmm" (did you mean \'calm\'?)',
    'x.yaml:17:17 claims.only.0: there is no claim "no-los" (did you mean \'no-loss\'?)',
    'x.yaml:18:18 slo.apiSucess: there is no metric "apiSucess" (did you mean \'apiSuccess\'?)',
    'x.yaml:18:37 slo.goodput: 5 is not a text',
  ]);
});

test('what is missing is said where it should stand', () => {
  const text = 'name: a\ncluster:\nfaults:\n  - {kind: crash, target: leader}\n';
  expect(problems(text)).toEqual([
    'x.yaml:1:1 apiVersion: is missing (known: seaworthy/v1)',
    'x.yaml:1:1 why: is missing',
    'x.yaml:2:9 cluster: is empty (give a value or leave the key out)',
    'x.yaml:4:5 faults.0: needs at or after',
    "x.yaml:4:5 faults.0: needs 'for', how long it lasts",
  ]);
});

test('numbers of a fault have the unit of their kind', () => {
  const one = (rest: string): string[] =>
    problems(`${HEAD}faults:\n  - {target: leader, at: 1s, for: 1s, ${rest}}\n`);
  expect(one('kind: loss, params: {loss: 20}')).toEqual([
    'x.yaml:5:66 faults.0.params.loss: 20 has no unit (write 20% or 20ppm)',
  ]);
  expect(one('kind: loss, params: {los: 20%}')).toEqual([
    "x.yaml:5:65 faults.0.params.los: a loss has no such number (did you mean 'loss'?)",
  ]);
  expect(one('kind: loss')).toEqual(["x.yaml:5:5 faults.0.params.loss: a loss needs 'loss'"]);
  expect(one('kind: crash, peer: follower')).toEqual([
    'x.yaml:5:58 faults.0.peer: a crash has no peer (leave it out)',
  ]);
});

test.each([
  ['an empty file', '', 'x.yaml:1:1: the file holds nothing'],
  ['comments only', '# nothing\n', 'x.yaml:1:1: the file holds nothing'],
  ['a list', '- a\n', 'x.yaml:1:1: a list is not a mapping'],
  [
    'two documents',
    'a: 1\n---\nb: 1\n',
    'x.yaml:2:1: a second document begins here (one per file)',
  ],
  ['a tab', 'a:\n\tb: 1\n', 'x.yaml:2:1: a tab indents this line (YAML is indented by spaces)'],
  ['a key twice', `${HEAD}name: b\n`, 'x.yaml:4:1: the key "name" stands here twice'],
  [
    'a zero byte',
    'a: 1\nb: \u0000\n',
    'x.yaml:2:4: this is not a text file: character U+0000 (a scenario is YAML in UTF-8)',
  ],
  [
    'an unknown anchor',
    'a: *b\n',
    'x.yaml:1:1: Unresolved alias (the anchor must be set before the alias): b',
  ],
  [
    'a tag',
    'a: !!js/function x\n',
    'x.yaml:1:4: Unresolved tag: tag:yaml.org,2002:js/function (a scenario holds plain data only)',
  ],
  ['brackets without end', '['.repeat(500_000), 'x.yaml: brackets are nested more than 64 deep'],
  [
    'too much',
    `# ${'x'.repeat(2_000_000)}`,
    'x.yaml: 2000002 characters are too many for a scenario (at most 1 MiB; jobs in bulk belong ' +
      'into a trace or a crontab file)',
  ],
])('%s is refused', (_, text, problem) => {
  expect(problems(text)).toEqual([problem]);
});

test('lists in lists in lists are refused before the stack is exhausted', () => {
  const found = problems('- '.repeat(20_000));
  expect(found.map((text) => text.replace(/\d+/g, 'n'))).toEqual(['x.yaml:n:n: nested too deeply']);
});

test('an alias bomb is refused before it grows', () => {
  const rows = ['a: &a [1, 1, 1, 1, 1, 1, 1, 1, 1]'];
  for (const [name, of] of ['ba', 'cb', 'dc', 'ed', 'fe', 'gf', 'hg'].map((pair) => [...pair])) {
    rows.push(`${name}: &${name} [${Array.from({ length: 9 }, () => `*${of}`).join(', ')}]`);
  }
  expect(problems(rows.join('\n'))).toEqual([
    'x.yaml:1:1: aliases repeat too much (at most 100 copies)',
  ]);
});

test('a file of nothing but unknown keys is not answered at length', () => {
  const text = Array.from({ length: 60_000 }, (_, i) => `key${i}: ${i}`).join('\n');
  const found = problems(text);
  expect(found.length).toBe(41);
  expect(found.at(-1)).toMatch(/and \d+ more problems/);
});

const ONE_CRASH = 'faults:\n  - {kind: crash, target: leader, at: 1s, for: 1s}\n';

test('overrides replace any key and obey the same rules', () => {
  const text = `${HEAD}design: lease\nworkload: {crontab: a.txt}\n${ONE_CRASH}`;
  const scenario = parsed(text, [
    'cluster.members=5',
    'designs=[single, lease]',
    'workload.crontab.zone=Europe/Berlin',
    'faults.0.for=9s',
    'phases={chaos: 3m}',
  ]);
  expect(scenario.cluster.members).toBe(5);
  expect(scenario.designs).toEqual(['single', 'lease']);
  expect(scenario.workload.crontab).toMatchObject({ file: 'a.txt', zone: 'Europe/Berlin' });
  expect(scenario.faults.kind === 'given' && scenario.faults.faults[0]?.durationUs).toBe(9_000_000);
  expect(scenario.phases.chaosUs).toBe(180_000_000);
});

test.each([
  ['cluster.membrs=5', "--set cluster.membrs: there is no such key (did you mean 'members'?)"],
  ['cluster.beat=5', '--set cluster.beat: 5 has no unit of time (write 5s, 5ms or 5m)'],
  ['name.first=a', '--set name.first: name is not a mapping in this scenario'],
  ['cluster', '--set: "cluster" is not path=value (such as cluster.members=5)'],
  ['cluster..members=5', '--set: "cluster..members" is not a path (such as cluster.members)'],
  ['seeds=[1', '--set: "seeds=[1": Flow sequence must end with a ]'],
])('the override %s is refused', (set, problem) => {
  expect(problems(HEAD, [set])).toEqual([problem]);
});

test('an override cannot mix a list of faults with a profile', () => {
  const text = `${HEAD}${ONE_CRASH}`;
  expect(problems(text, ['faults.profile=storm'])).toEqual([
    '--set faults.profile: faults is a list in this scenario; its entries count from 0',
  ]);
  expect(problems(text, ['faults.3.for=1s'])).toEqual([
    '--set faults.3.for: faults has 1 entries; they count from 0',
  ]);
});

const SCENARIOS = join(import.meta.dirname, '../../scenarios');

test('scenarios/schema.json is what the schema says; `seaworthy schema` writes it anew', () => {
  const committed = JSON.parse(readFileSync(join(SCENARIOS, 'schema.json'), 'utf8')) as unknown;
  expect(committed).toEqual(scenarioJsonSchema());
});

const files = readdirSync(SCENARIOS, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.yaml'))
  .sort();

test.each(files)('%s is sound and points editors at the schema', (file) => {
  const text = readFileSync(join(SCENARIOS, file), 'utf8');
  expect(text.split('\n')[0]).toBe(FIRST_LINE);
  // With the names that there really are: these files are run, not only read.
  const read = parseScenario(text, file, KNOWN_NAMES);
  if (read.kind === 'failed') throw new Error(read.error.map(formatProblem).join('\n'));
  const scenario = read.value;
  expect(file).toMatch(new RegExp(`/${scenario.name}\\.yaml$`));
  expect(scenario.why.length).toBeGreaterThan(40);
});
