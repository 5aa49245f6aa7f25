import { expect, onTestFinished, test } from 'vitest';
import { readCase } from '../../src/explore/case-file.ts';
import { type SweepRequest, sweep, sweepSteps } from '../../src/explore/sweep.ts';
import { BadInput } from '../../src/lib/outcome.ts';
import { readDocument, reportJson } from '../../src/report/document-schema.ts';
import { DESIGNS, type DesignEntry, type SelectedDesign } from '../../src/scenario/registry.ts';
import type { LoadedScenario } from '../../src/scenario/scenario.ts';
import { bundled, designOf, scenarioOf, seedsOf } from '../support/runs.ts';
import { forgetful } from './forgetful.ts';

const SMALL = `
workload: {arrivals: {rate: 2/s}, schedules: [{name: beat, every: 4s}]}
phases: {warmUp: 5s, chaos: 10s}
`;
const loadedOf = (yaml: string): LoadedScenario => {
  return { scenario: scenarioOf(yaml), text: yaml, hash: 'a'.repeat(64) };
};
const request = (changes: Partial<SweepRequest> = {}): SweepRequest => ({
  loaded: loadedOf(SMALL),
  designs: ['single', 'lease'],
  seeds: seedsOf(2),
  command: 'a command',
  ...changes,
});

/** A design that the registry has for the length of one test. */
function registered(name: string, design: SelectedDesign): string {
  const entry: DesignEntry = {
    ...{ name, family: 'for a test', options: {}, mutants: [] },
    presets: [{ name: 'default', why: 'for a test' }],
    select: () => design,
  };
  const designs = DESIGNS as DesignEntry[];
  designs.push(entry);
  onTestFinished(() => void designs.splice(designs.indexOf(entry), 1));
  return name;
}

test('designs meet the same seeds, and the same request gives the same bytes', () => {
  const first = sweep(request());
  expect(first.exitCode).toBe(0);
  expect(first.cases).toEqual([]);
  const { designs, command, comparisons } = first.document;
  expect(command).toBe('a command');
  for (const { seeds } of designs) expect(seeds.map(({ seed }) => seed)).toEqual(['1', '2']);
  for (const { a, b } of comparisons) expect([a, b]).toEqual(['single', 'lease']);
  const again = sweep(request());
  expect(reportJson(again.document)).toBe(reportJson(first.document));
  expect(readDocument(reportJson(first.document))).toEqual({ kind: 'ok', value: first.document });
});

test('runs done twice make the same document as runs done once', () => {
  const twice = sweep(request({ doublecheck: true }));
  expect(twice.nondeterminism).toEqual([]);
  expect(twice.exitCode).toBe(0);
  expect(reportJson(twice.document)).toBe(reportJson(sweep(request()).document));
});

test.each([
  [1, []],
  [2, ['1']],
  [3, ['1']],
  [4, ['1', '2']],
  [5, ['1', '2']],
])('stopped after %i runs, it keeps the seeds that every design has met', (stopAfter, kept) => {
  let runs = 0;
  const shouldStop = (): boolean => ++runs >= stopAfter;
  const { document } = sweep(request({ seeds: seedsOf(9), shouldStop }));
  expect(runs).toBe(stopAfter);
  for (const { seeds } of document.designs) expect(seeds.map(({ seed }) => seed)).toEqual(kept);
});

test('progress counts every run, and says what broke as soon as all have met a seed', () => {
  const steps = [...sweepSteps(request())];
  expect(steps.map(({ done, total, design, seed }) => [done, total, design, seed])).toEqual([
    [1, 4, 'single', '1'],
    [2, 4, 'lease', '1'],
    [3, 4, 'single', '2'],
    [4, 4, 'lease', '2'],
  ]);
  expect(steps.every(({ broken }) => broken === 0)).toBe(true);
});

test('a promise that breaks: exit code 1, and a case that replays without the generator', () => {
  const boastful = { ...designOf('lease+fencing=off'), notPromised: {} };
  const designs = [registered('boastful', boastful)];
  const loaded = bundled('clocks/paused-leader');
  const result = sweep(request({ loaded, designs, seeds: seedsOf(6) }));
  expect(result.exitCode).toBe(1);
  expect(result.document.designs[0]?.verdict).toBe('broken');
  expect(result.cases.length).toBeGreaterThan(0);
  expect(result.cases.length).toBeLessThanOrEqual(3);
  for (const { text, seed, transcript } of result.cases) {
    const read = readCase(text);
    expect(read.kind === 'ok' && read.value.seed).toBe(seed);
    expect(transcript.split('\n').length).toBeGreaterThan(100);
  }
});

test('what is not promised may break: exit code 0', () => {
  const loaded = bundled('clocks/paused-leader');
  const result = sweep(request({ loaded, designs: ['lease+fencing=off'], seeds: seedsOf(6) }));
  expect(result.cases.length).toBeGreaterThan(0);
  expect(result.exitCode).toBe(0);
});

test('an objective that is missed: exit code 1, for the design that misses it', () => {
  const result = sweep(request({ loaded: loadedOf(`${SMALL}slo: {goodput: '>= 1000'}\n`) }));
  expect(result.exitCode).toBe(1);
  expect(result.document.slo.map(({ design, met }) => [design, met])).toEqual([
    ['single', false],
    ['lease', false],
  ]);
});

test('a run that differs from itself: exit code 4, whatever else was found', () => {
  const designs = [registered('forgetful', forgetful())];
  const result = sweep(request({ designs, doublecheck: true }));
  expect(result.exitCode).toBe(4);
  expect(result.nondeterminism.map(({ seed }) => seed)).toContain('1');
});

test('a given fault that changes nothing: exit code 5', () => {
  const faults = 'faults: [{kind: crash, target: {name: nobody}, at: 8s, for: 1s}]\n';
  const result = sweep(request({ loaded: loadedOf(`${SMALL}${faults}`) }));
  expect(result.exitCode).toBe(5);
  for (const design of result.document.designs) {
    expect(design.verdict).toBe('inconclusive');
    expect(design.inconclusive).toEqual([expect.stringContaining('2')]);
  }
});

test('every selection that is wrong is named at once', () => {
  const designs = ['singel', 'lease:nobody', 'single'];
  expect(() => sweep(request({ designs }))).toThrow(BadInput);
  expect(() => sweep(request({ designs }))).toThrow(/singel[\s\S]*nobody/);
});
