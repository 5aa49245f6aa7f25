/** Small cases, told: the story, and what would have had to be otherwise. */
import { describe, expect, test } from 'vitest';
import { findClaim } from '../../src/checkers/claims.ts';
import type { Counterfactual } from '../../src/explore/counterfactual.ts';
import { retell, type Told } from '../../src/explore/retell.ts';
import { numbersOf } from '../../src/explore/shrink-plan.ts';
import { STORY_LINES_MAX } from '../../src/explore/story.ts';
import type { Plan } from '../../src/faults/plan.ts';
import { describeFact } from '../../src/history/codec.ts';
import {
  brokenOf,
  FEW_MACHINES,
  onLeader,
  preparedOf,
  runTwice,
  scenarioOf,
} from '../support/runs.ts';

/** A leader sleeps over its term and acts on when it wakes, beside the next one. */
const SCENARIO = scenarioOf(FEW_MACHINES);
const PREPARED = preparedOf(SCENARIO, 'lease+fencing=off');
const PLAN: Plan = { faults: [onLeader('pause', 11_000_000, 20_000_000)] };
const CLAIM = findClaim('tick-once') as NonNullable<ReturnType<typeof findClaim>>;
const CASE = { prepared: PREPARED, seed: '1', plan: PLAN, claim: CLAIM };
const TOLD = retell(CASE) as Told;

const brokenWith = (plan: Plan): boolean =>
  'tick-once' in brokenOf(runTwice(PREPARED, '1', { plan }));

describe('the story', () => {
  const transcript: string[] = [];
  const run = runTwice(PREPARED, '1', {
    plan: PLAN,
    onFact: (fact) => void transcript.push(describeFact(fact)),
  });
  const told = TOLD.story.filter((line) => /^ ?\d+ /.test(line));
  const facts = told.map((line) => line.slice(3).replace(/ \(after [\d, ]+\)$/, ''));

  test('is short, of lines of the transcript in their order', () => {
    expect(TOLD.story.length).toBeLessThanOrEqual(STORY_LINES_MAX);
    const places = facts.map((line) => transcript.indexOf(line));
    expect(places).not.toContain(-1);
    expect(places).toEqual([...places].sort((a, b) => a - b));
    expect(facts.length).toBeGreaterThanOrEqual(6);
  });

  test('has the fault, the next leader, both dispatches, and ends with the claim', () => {
    const text = facts.join('\n');
    expect(text).toMatch(/scheduler-\d is paused/);
    expect(text).toMatch(/says leader +epoch 2/);
    expect(text).toMatch(/says dispatched half-minutes@\d+ token 2\.1/);
    expect(text).toMatch(/says dispatched half-minutes@\d+ token 1\.1/);
    const verdict = run.verdicts.get('tick-once');
    const summary = verdict?.kind === 'broken' ? verdict.summary : '';
    const ending = TOLD.story[told.length];
    expect(ending).toContain(`tick-once is broken: ${summary}`);
    expect(TOLD.story[told.length + 1]).toContain('held, had the pause of the leader been shorter');
  });

  test('says what a worker did because of which scheduler', () => {
    const began = told.findIndex((line) => / body began .*token 2\.1/.test(line));
    const [, cause] = /\(after (\d+)\)$/.exec(told[began] ?? '') ?? [];
    expect(facts[Number(cause) - 1]).toMatch(/says dispatched .*token 2\.1/);
  });
});

test('at a bound the claim breaks, and a little beyond it holds', () => {
  const fault = PLAN.faults[0] as Plan['faults'][number];
  const withValue = ({ number }: Counterfactual, value: number): Plan => {
    const found = numbersOf(fault).find(({ path }) => path === number);
    return { faults: [found?.set(value) as typeof fault] };
  };
  const bounds = TOLD.counterfactual;
  expect(bounds.map(({ number }) => number)).toEqual(['durationUs', 'start.atUs']);
  expect(bounds[0]?.holdsBelow).toBeDefined();
  for (const bound of bounds) {
    for (const [at, beyond] of [
      [bound.holdsBelow, -10_000],
      [bound.holdsAbove, 10_000],
    ] as const) {
      if (at === undefined) continue;
      expect(brokenWith(withValue(bound, at))).toBe(true);
      expect(brokenWith(withValue(bound, at + beyond))).toBe(false);
      expect(bound.sentence).toContain(`${at / 1_000_000} s`);
    }
  }
});

test('where no bound is found, it says so', () => {
  // The client has put the schedule by then, and asks nothing else.
  const loss: Plan['faults'][number] = {
    ...onLeader('loss', 20_000_000, 5_000_000, { lossPpm: 500_000 }),
    target: { by: 'name', name: 'client-1' },
  };
  const { counterfactual } = retell({ ...CASE, plan: { faults: [...PLAN.faults, loss] } }) as Told;
  const share = counterfactual.find(({ number }) => number === 'params.lossPpm');
  expect(share).toEqual({
    fault: loss.id,
    number: 'params.lossPpm',
    value: 500_000,
    sentence: 'no bound on the loss of the loss of client-1: breaks at 0% and at 100% too',
  });
  expect(retell({ ...CASE, plan: { faults: [] } })).toBeUndefined();
});
