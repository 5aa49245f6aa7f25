import { expect, test } from 'vitest';
import { simulate } from '../../src/explore/simulate.ts';
import { defineDesign } from '../../src/scenario/own-design.ts';
import { single } from '../../src/scheduler/designs/single/single.ts';
import '../../src/vitest.ts';
import { onLeader } from '../support/runs.ts';

const LOST_ANSWER = { faults: [onLeader('crash', 20_000_000, 2_000_000)] };

test('toHold passes for what holds, by name or all that is promised', () => {
  const run = simulate('single', { plan: LOST_ANSWER });
  expect(run).toHold();
  expect(run).toHold('no-loss', 'single-effect');
  expect(() => expect(run).not.toHold('no-loss')).toThrow(
    'single holds no-loss with seed 1, and was expected not to',
  );
});

test('toHold says what broke, how it came about, and how to see it again', () => {
  const run = simulate('lease~impatient-leader');
  expect(run).not.toHold('stable-leadership');
  expect(run).toHold('no-loss');
  const broken = run.broken.find(({ claim }) => claim === 'stable-leadership');
  expect(() => expect(run).toHold('no-loss', 'stable-leadership')).toThrow(
    `lease~impatient-leader breaks stable-leadership (seed 1, 0 faults): ${broken?.summary}`,
  );
  expect(() => expect(run).toHold('stable-leadership')).toThrow(
    /\n +\d+ .*stable-leadership is broken: .*\nAgain: npx seaworthy replay case:[\w-]+$/s,
  );
});

test('a design that does not do the same twice is not taken for one that holds', () => {
  let starts = 0;
  const fickle = defineDesign({
    name: 'fickle',
    build: (context) => {
      starts += 1;
      const workerTimeoutUs = context.workerTimeoutUs * (starts % 2 === 0 ? 0.1 : 1);
      return single({ ...context, workerTimeoutUs }).machines.map(({ name, factory }) => ({
        name,
        program: factory,
      }));
    },
  });
  const plan = { faults: [onLeader('crash', 20_000_000, 2_000_000)] };
  const run = simulate(fickle, { plan, workload: { arrivals: { kind: 'poisson', perSecond: 5 } } });
  expect(() => expect(run).toHold('no-loss')).toThrow(/fickle is not deterministic.*step \d+ was/);
});

test('toHold is about runs', () => {
  expect(() => expect(7).toHold('no-loss')).toThrow('toHold is about a run');
});
