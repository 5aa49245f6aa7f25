/**
 * Every scenario that comes along loads, prints back to the same text, and runs under each of its
 * designs, every run done twice. Only storms are drawn anew for every seed and may show a promise
 * broken or a fault without effect: the others are stories that have to come out as told.
 */
import { describe, expect, test } from 'vitest';
import { loadText } from '../src/cli/load.ts';
import { BUNDLED, bundledScenarios } from '../src/cli/places.ts';
import { runSeed } from '../src/explore/run.ts';
import { DesignSummary } from '../src/explore/summary.ts';
import { recordOf } from '../src/explore/sweep/record.ts';
import { FAULT_KINDS } from '../src/faults/plan.ts';
import { HOUR } from '../src/lib/units.ts';
import { prepare } from '../src/scenario/prepare.ts';
import type { LoadedScenario } from '../src/scenario/scenario.ts';
import { bundled, designOf, runTwice, seedsOf } from './support/runs.ts';

const SEEDS = 2;
/** Of the storm that draws every kind of fault. */
const SEEDS_OF_EVERYTHING = 12;

/** A storm that is longer is condensed into this. */
const LONGEST_US = 2 * HOUR;

const names = bundledScenarios();

test('there are scenarios', () => {
  expect(names.length).toBeGreaterThan(5);
});

test.each(names)('%s prints back to the same text and means the same', (name) => {
  const loaded = bundled(name);
  const folder = `${BUNDLED}/${name.split('/')[0]}`;
  const again = loadText({ text: loaded.text, shown: name, folder, cwd: folder, sets: [] });
  if (again.kind === 'failed') throw new Error(JSON.stringify(again.error));
  expect(again.value.loaded.text).toBe(loaded.text);
  expect(again.value.loaded.hash).toBe(loaded.hash);
  expect(again.value.loaded.scenario).toEqual(loaded.scenario);
});

/** Runs under one design, each twice, added up. */
function summaryOf(loaded: LoadedScenario, design: string, seeds: number) {
  const prepared = prepare(loaded, designOf(design));
  if (prepared.kind === 'failed') throw new Error(JSON.stringify(prepared.error));
  const summary = new DesignSummary(prepared.value);
  for (const seed of seedsOf(seeds)) summary.add(recordOf(runTwice(prepared.value, seed)));
  return summary.finish();
}

/** Those in which nobody is said to fail; the others are for `incidents.test.ts`. */
const told = names.filter((name) => Object.keys(bundled(name).scenario.breaks).length === 0);

/** A month in two hours: a run of days is tried with its storm so much denser. */
function condensed(loaded: LoadedScenario): LoadedScenario {
  const { scenario } = loaded;
  const { phases, faults } = scenario;
  if (phases.chaosUs <= LONGEST_US || faults.kind === 'given') return loaded;
  const intensity = (faults.intensity * phases.chaosUs) / LONGEST_US;
  const dense = { ...faults, intensity: Math.min(intensity, 100) };
  return {
    ...loaded,
    scenario: { ...scenario, phases: { ...phases, chaosUs: LONGEST_US }, faults: dense },
  };
}

describe.each(told)('%s', (name) => {
  const loaded = condensed(bundled(name));
  const isStorm = name.startsWith('storms/');

  test.each([...loaded.scenario.designs])('runs under %s as told', (design) => {
    const { claims, inconclusive, seeds } = summaryOf(loaded, design, SEEDS);
    expect(seeds.length).toBe(SEEDS);
    if (isStorm) return;
    const broken = Object.entries(claims).filter(([, row]) => row.promised && row.broken > 0);
    expect(broken).toEqual([]);
    // A drawn plan has to bite over many seeds, a given one in each.
    if (loaded.scenario.faults.kind === 'given') expect(inconclusive).toEqual([]);
  });
});

/** Takes the kinds away that bite in the first seed of a scenario, under any of its designs. */
function takeBitten(left: Set<string>, loaded: LoadedScenario): void {
  const { faults, designs } = loaded.scenario;
  if (faults.kind === 'drawn') return;
  for (const design of designs) {
    if (!faults.faults.some(({ kind }) => left.has(kind))) return;
    const prepared = prepare(loaded, designOf(design));
    if (prepared.kind === 'failed') throw new Error(JSON.stringify(prepared.error));
    const { coverage } = runSeed(prepared.value, '1').numbers;
    for (const { kind, bitten } of coverage) if (bitten > 0) left.delete(kind);
  }
}

test('every kind of fault is given somewhere, and bites there', () => {
  const left = new Set<string>(FAULT_KINDS);
  for (const name of names) takeBitten(left, bundled(name));
  expect([...left]).toEqual([]);
}, 120_000);

test('storms/everything draws every kind, and many of them bite in a few seeds', () => {
  const loaded = bundled('storms/everything');
  const { claims, faults } = summaryOf(loaded, 'lease', SEEDS_OF_EVERYTHING);
  expect(faults.filter(({ bitten }) => bitten > 0).length).toBeGreaterThan(FAULT_KINDS.length / 2);
  for (const [id, { promised, broken }] of Object.entries(claims)) {
    expect([id, promised && broken > 0]).toEqual([id, false]);
  }
}, 120_000);
