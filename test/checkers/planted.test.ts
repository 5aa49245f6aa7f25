/**
 * Claims that no mutant of the catalogue breaks, shown to break by bugs planted for the purpose: a
 * judge that never says no judges nothing.
 */
import { expect, test } from 'vitest';
import type { BuiltDesign, DesignContext } from '../../src/scheduler/designs/design.ts';
import { LEASE_PARTS, lease } from '../../src/scheduler/designs/lease/lease.ts';
import { CLIENT_GO } from '../../src/scheduler/designs/lease/presets.ts';
import { single } from '../../src/scheduler/designs/single/single.ts';
import type { StepElector } from '../../src/scheduler/parts/elector.ts';
import { SAFE_PARTS } from '../../src/scheduler/parts/engine.ts';
import type { Suspicion } from '../../src/scheduler/parts/suspicion.ts';
import { brokenOf, designOf, preparedOf, runTwice, scenarioOf } from '../support/runs.ts';

const CRASH = `
workload: {run: 3s, timeout: 5s, status: 30%}
faults:
  - {id: crash, kind: crash, target: {role: worker, share: all}, at: 20s, for: 2s}
phases: {warmUp: 10s, chaos: 15s}
`;

function brokenBy(design: string, build: (context: DesignContext) => BuiltDesign): string[] {
  const prepared = preparedOf(scenarioOf(CRASH), { ...designOf(design), build });
  return Object.keys(brokenOf(runTwice(prepared, '1')));
}

test('whoever never gives up an attempt leaves orphans and breaks time limits', () => {
  const suspicion: Suspicion = { atBeat: () => 'fine', atSweep: () => undefined };
  const broken = brokenBy('single', (context) => single(context, { ...SAFE_PARTS, suspicion }));
  expect(broken).toEqual(expect.arrayContaining(['timeout', 'orphans-released']));
});

test('a leader that takes the time to renew for its deposition changes its term for ever', () => {
  const stepElector: StepElector = (elector, event, ...rest) => {
    const isRenewal = elector.isLeader && event.kind === 'timer';
    return LEASE_PARTS.stepElector(elector, isRenewal ? { kind: 'deposed' } : event, ...rest);
  };
  const options = { preset: CLIENT_GO, fenced: true };
  const broken = brokenBy('lease', (context) =>
    lease(context, options, { ...LEASE_PARTS, stepElector }),
  );
  expect(broken).toContain('stable-leadership');
});

test('whoever seldom finds a worker starves jobs, and the backlog does not drain', () => {
  let turn = 0;
  const chooseWorker = (seats: Parameters<typeof SAFE_PARTS.chooseWorker>[0]) =>
    ++turn % 50 === 0 ? SAFE_PARTS.chooseWorker(seats, 0) : undefined;
  const build = (context: DesignContext) => {
    turn = 0;
    return single(context, { ...SAFE_PARTS, chooseWorker });
  };
  expect(brokenBy('single', build)).toEqual(expect.arrayContaining(['no-starvation', 'drains']));
});
