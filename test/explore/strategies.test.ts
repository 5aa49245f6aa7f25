import { describe, expect, test } from 'vitest';
import { mutated } from '../../src/explore/strategies/mutate.ts';
import { Situations } from '../../src/explore/strategies/situation.ts';
import { STRATEGIES, type Strategy } from '../../src/explore/strategies/strategy.ts';
import { planProblems } from '../../src/faults/plan-problems.ts';
import type { Fact } from '../../src/history/fact.ts';
import { createRng } from '../../src/kernel/rng.ts';
import { required } from '../../src/lib/assert.ts';
import { hashedRandom } from '../../src/lib/random.ts';
import { virtualUs } from '../../src/lib/units.ts';
import { assembleRun } from '../../src/scenario/assemble.ts';
import { bundled, preparedOf } from '../support/runs.ts';

const DRAWN = bundled('storms/showcase').scenario;
const GIVEN = bundled('incidents/leads-again-from-memory').scenario;
const named = (name: string, seed = 'a', scenario = DRAWN): Strategy =>
  required(
    STRATEGIES.find((info) => info.name === name),
    name,
  ).create(scenario, createRng(seed));
const NAMES = STRATEGIES.map(({ name }) => name);

/** So many trials of a strategy that hears of no run. */
const trials = (strategy: Strategy, count: number) =>
  Array.from({ length: count }, () => {
    const { seed, plan } = strategy.next();
    strategy.ended();
    return { seed, plan };
  });
const kinds = (strategy: Strategy, count: number): readonly string[] =>
  trials(strategy, count).flatMap(({ plan }) => plan.faults.map(({ kind }) => kind));

describe.each(NAMES)('%s', (name) => {
  test.each([
    ['drawn', DRAWN],
    ['given', GIVEN],
  ])('chooses sound plans for faults that are %s, the same for the same root', (_, scenario) => {
    const chosen = trials(named(name, 'a', scenario), 40);
    for (const { plan } of chosen) expect(planProblems(plan)).toEqual([]);
    expect(trials(named(name, 'a', scenario), 40)).toEqual(chosen);
    expect(trials(named(name, 'b', scenario), 40)).not.toEqual(chosen);
    expect(new Set(chosen.map(({ plan }) => JSON.stringify(plan))).size).toBeGreaterThan(30);
  });
});

test('around given faults their kinds stay, and their times move', () => {
  const given = GIVEN.faults.kind === 'given' ? GIVEN.faults.faults : [];
  for (const { plan } of trials(named('random', 'a', GIVEN), 20)) {
    const near = plan.faults.slice(0, given.length);
    expect(near.map(({ kind }) => kind)).toEqual(given.map(({ kind }) => kind));
    expect(near.map(({ start }) => start)).not.toEqual(given.map(({ start }) => start));
  }
});

test('swarm plans have fewer kinds than random ones of as many faults', () => {
  const variety = (name: string): number => {
    const all = trials(named(name), 40).map(({ plan }) => plan.faults.map(({ kind }) => kind));
    return all.reduce((sum, each) => sum + new Set(each).size / Math.max(1, each.length), 0);
  };
  expect(variety('swarm')).toBeLessThan(variety('random'));
});

test('prioritised plans make what one machine sends late, after some fact', () => {
  for (const { plan } of trials(named('prioritised'), 20)) {
    const late = plan.faults.filter(({ id }) => id.startsWith('p'));
    expect(late.length).toBeGreaterThan(0);
    for (const { kind, start, params } of late) {
      expect(kind).toBe('delay');
      expect(start.kind).toBe('anchor');
      expect(params['direction']).toBe(1);
    }
  }
  expect(kinds(named('random'), 20)).not.toContain('p1-delay');
});

test('coverage changes what has reached something new, and draws where nothing has', () => {
  const deaf = new Set(trials(named('coverage'), 30).map(({ seed }) => seed));
  expect(deaf.size).toBe(30);
  const prepared = preparedOf(bundled('calm/idle').scenario, 'lease');
  const strategy = named('coverage', 'a', bundled('storms/showcase').scenario);
  const seeds: string[] = [];
  for (let runs = 0; runs < 12; runs++) {
    const { seed, plan, watcher } = strategy.next();
    assembleRun(prepared, { seed, plan, folds: watcher === undefined ? [] : [watcher] }).execute();
    strategy.ended();
    seeds.push(seed);
  }
  // A changed plan keeps its seed.
  expect(new Set(seeds).size).toBeLessThan(seeds.length);
});

test('a changed plan is sound and differs, most of the time', () => {
  const plans = trials(named('swarm'), 20).map(({ plan }) => plan);
  const others = plans.flatMap(({ faults }) => faults);
  let changed = 0;
  plans.forEach((plan, i) => {
    const random = hashedRandom('mutate', String(i));
    const next = mutated(plan, { random, others, untilUs: 60_000_000 });
    expect(planProblems(next)).toEqual([]);
    const bare = ({ faults }: typeof plan) => faults.map(({ id: _, ...fault }) => fault);
    if (JSON.stringify(bare(next)) !== JSON.stringify(bare(plan))) changed++;
  });
  expect(changed).toBeGreaterThan(plans.length / 2);
});

describe('a situation', () => {
  const at = virtualUs(0);
  const says = (machine: string, role: 'leader' | 'follower', epoch: number): Fact => ({
    kind: 'testified',
    at,
    machine,
    said: { kind: 'role', role, epoch },
  });
  const newsOf = (...facts: readonly Fact[]): number => {
    const situations = new Situations(new Set());
    for (const fact of facts) situations.fold.onFact(fact);
    return situations.news;
  };

  test('is the same whoever leads, and in whichever term', () => {
    const first = [says('m1', 'follower', 1), says('m2', 'follower', 1)];
    const leads = [says('m1', 'leader', 2), says('m1', 'follower', 2)];
    const once = newsOf(...first, ...leads);
    expect(newsOf(...first, ...leads, ...leads)).toBe(once);
    const other = [says('m2', 'leader', 2), says('m2', 'follower', 2)];
    expect(newsOf(...first, ...leads, ...other)).toBe(
      newsOf(...first, ...leads, ...leads, ...other),
    );
  });

  test('is another with another phase, other faults or more jobs', () => {
    const base = [says('m1', 'leader', 1)];
    const one = newsOf(...base);
    expect(newsOf(...base, { kind: 'phase', at, phase: 'chaos' })).toBe(one + 1);
    const bitten = { kind: 'fault', at, fault: 'f', faultKind: 'crash', whom: [] } as const;
    expect(newsOf(...base, { ...bitten, event: 'bitten' })).toBe(one + 1);
    expect(newsOf(...base, { ...bitten, event: 'drawn' })).toBe(one);
  });

  test('that one run has reached is no news in the next', () => {
    const reached = new Set<string>();
    const first = new Situations(reached);
    first.fold.onFact(says('m1', 'leader', 1));
    const second = new Situations(reached);
    second.fold.onFact(says('m9', 'leader', 7));
    expect([first.news, second.news]).toEqual([1, 0]);
  });
});
