/**
 * Failures of real schedulers, told again. Every scenario of `incidents/` that says who fails in it
 * says it rightly: those selections break what they are said to break, all the others hold. Every
 * run is done twice.
 */
import { describe, expect, test } from 'vitest';
import { CLAIMS } from '../src/checkers/claims.ts';
import { bundledScenarios } from '../src/cli/places.ts';
import { sweep } from '../src/explore/sweep.ts';
import { HUNTED } from '../src/mutants/mutants.ts';
import type { LoadedScenario } from '../src/scenario/scenario.ts';
import { bundled, seedsOf } from './support/runs.ts';

const INCIDENTS = bundledScenarios()
  .filter((name) => name.startsWith('incidents/'))
  .filter((name) => Object.keys(bundled(name).scenario.breaks).length > 0);

/** The result of one design, as `run` would have it; `missed` are thresholds. */
function outcomeOf(loaded: LoadedScenario, design: string) {
  const seeds = seedsOf(loaded.scenario.seeds);
  const request = { loaded, designs: [design], seeds, command: '', doublecheck: true };
  const { document, nondeterminism, exitCode } = sweep(request);
  expect(nondeterminism).toEqual([]);
  const claims = Object.entries(document.designs[0]?.claims ?? {});
  const broken = claims.filter(([, row]) => row.broken > 0).map(([id]) => id);
  const promised = claims.filter(([, row]) => row.promised && row.broken > 0).map(([id]) => id);
  const missed = document.slo.filter(({ met }) => !met).map(({ metric }) => metric);
  return { broken, promised, missed, exitCode, reasons: document.designs[0]?.inconclusive };
}

describe.each(INCIDENTS)('%s', (name) => {
  const loaded = bundled(name);
  const { designs, breaks, seeds, phases, why } = loaded.scenario;

  test('cites its source, is short, and has one that holds before those that fail', () => {
    expect(why).toMatch(/^[\w./-]+#\d+: /);
    expect(phases.warmUpUs + phases.chaosUs).toBeLessThanOrEqual(120_000_000);
    expect(seeds).toBeLessThanOrEqual(3);
    expect(Object.keys(breaks)).not.toContain(designs[0]);
    expect(Object.keys(breaks).length).toBeLessThan(designs.length);
  });

  test.each(designs.filter((design) => breaks[design] === undefined))('%s holds', (design) => {
    const outcome = outcomeOf(loaded, design);
    expect(outcome).toMatchObject({ broken: [], missed: [], reasons: [], exitCode: 0 });
  });

  test.each(Object.entries(breaks))('%s breaks %j', (design, whats) => {
    const { broken, promised, missed, exitCode } = outcomeOf(loaded, design);
    expect([...broken, ...missed]).toEqual(expect.arrayContaining([...whats]));
    // What a design says it does not promise is shown, and is no failure of it.
    expect(exitCode === 1).toBe(promised.length + missed.length > 0);
    if (design.includes('~')) expect(exitCode).toBe(1);
  });
});

/** Selections that fail somewhere, each with what it breaks and why. */
const FAILURES = INCIDENTS.flatMap((name) => {
  const { breaks, why } = bundled(name).scenario;
  return Object.entries(breaks).map(([selection, whats]) => ({ selection, whats, why }));
});

test('every mutant that is hunted fails in some incident, and does what its issue tells of', () => {
  for (const { name, source } of HUNTED) {
    const whys = FAILURES.filter(({ selection }) => selection.split('~')[1] === name);
    expect(whys.map(({ why }) => why.split(': ')[0])).toContain(source);
  }
});

/** What no run is expected to break: that it has met something at all. */
const PROMISED = CLAIMS.filter(({ modality }) => modality !== 'sometimes');

test.each(PROMISED)('somebody breaks $id', ({ id }) => {
  expect(FAILURES.filter(({ whats }) => whats.includes(id))).not.toEqual([]);
});

test('there are at least forty of them, ten of which fail on a shared store', () => {
  const isShared = (name: string): boolean =>
    Object.keys(bundled(name).scenario.breaks).some((selection) => selection.startsWith('store-'));
  expect(INCIDENTS.length).toBeGreaterThanOrEqual(40);
  expect(INCIDENTS.filter(isShared).length).toBeGreaterThanOrEqual(10);
});
