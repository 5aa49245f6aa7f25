/** A broken run as a diagram: what is drawn, and that looking on changes nothing. */
import { describe, expect, test } from 'vitest';
import { findClaim } from '../../src/checkers/claims.ts';
import { type CaseToDraw, spaceTime } from '../../src/explore/space-time.ts';
import { TrafficLog } from '../../src/explore/traffic-log.ts';
import type { Plan } from '../../src/faults/plan.ts';
import { required } from '../../src/lib/assert.ts';
import { stableJson } from '../../src/lib/stable-json.ts';
import type { SpaceTime } from '../../src/report/space-time.ts';
import { spaceTimeSchema } from '../../src/report/space-time-schema.ts';
import { assembleRun } from '../../src/scenario/assemble.ts';
import { FEW_MACHINES, onLeader, preparedOf, runTwice, scenarioOf } from '../support/runs.ts';

const SCENARIO = scenarioOf(FEW_MACHINES);
const PREPARED = preparedOf(SCENARIO, 'lease+fencing=off');
/** A leader sleeps over its term, is cut off when it wakes, and then acts beside the next one. */
const PLAN: Plan = {
  faults: [
    onLeader('pause', 11_000_000, 20_000_000),
    {
      ...onLeader('partition', 12_000_000, 6_000_000),
      target: { by: 'name', name: 'scheduler-2' },
    },
    {
      ...onLeader('clock-step', 10_000_000, 40_000_000, { stepUs: 2_000_000 }),
      target: { by: 'name', name: 'scheduler-2' },
    },
  ],
};
const CASE: CaseToDraw = {
  prepared: PREPARED,
  seed: '1',
  plan: PLAN,
  claim: required(findClaim('tick-once'), 'tick-once'),
  isShrunk: false,
  replay: 'replay it',
};
const draw = (more: Partial<CaseToDraw> = {}): SpaceTime =>
  required(spaceTime({ ...CASE, ...more }), 'a broken run');

const DRAWN = draw();
const numberOf = (id: string): number => DRAWN.events.findIndex((event) => event.id === id);

test('the same run is drawn in the same bytes, and they are a document', () => {
  expect(stableJson(draw())).toBe(stableJson(DRAWN));
  expect(spaceTimeSchema.parse(JSON.parse(stableJson(DRAWN)))).toEqual(DRAWN);
});

test('a run that is looked at goes as one that is not', () => {
  const plain = runTwice(PREPARED, '1', { plan: PLAN });
  const run = assembleRun(PREPARED, { seed: '1', plan: PLAN, folds: [] });
  const log = new TrafficLog(() => run.kernel.now);
  run.sim.network.watchTraffic(log);
  run.execute();
  expect(run.kernel.fingerprint()).toBe(plain.fingerprint);
  const journeys = log.journeys();
  expect(journeys.length).toBeGreaterThan(100);
  const isWhole = journeys.every(({ sentUs, receivedUs = sentUs }) => receivedUs >= sentUs);
  expect(isWhole).toBe(true);
  expect(journeys.some(({ lost }) => lost?.startsWith('partition') === true)).toBe(true);
});

test('a run that does not break the claim is not drawn', () => {
  expect(spaceTime({ ...CASE, plan: { faults: [] } })).toBeUndefined();
});

describe('what is drawn', () => {
  test('the verdict comes last and rests on events that are there', () => {
    const verdict = DRAWN.events.at(-1);
    expect(verdict?.isVerdict).toBe(true);
    expect(verdict?.after.length).toBeGreaterThan(0);
    for (const id of verdict?.after ?? []) expect(numberOf(id)).toBeGreaterThanOrEqual(0);
    expect(DRAWN.events.filter(({ isVerdict }) => isVerdict)).toHaveLength(1);
  });

  test('both leaders, the pause, the cut and the wrong clock are bands', () => {
    const bands = DRAWN.bands.map(({ machine, kind, label }) => `${machine} ${kind} ${label}`);
    expect(bands).toContain('scheduler-1 paused paused');
    expect(bands).toContain('scheduler-1 leader leads, epoch 1');
    expect(bands).toContain('scheduler-2 leader leads, epoch 2');
    expect(bands).toContain('scheduler-2 lease holds the lease, epoch 2');
    expect(bands.some((band) => band.startsWith('scheduler-2 clock clock 2 s ahead'))).toBe(true);
    expect(bands).toContain('scheduler-2 fault partition');
    expect(bands.some((band) => band.includes('fault pause'))).toBe(false);
  });

  test('a lease is told in its holder’s own time where its clock is wrong', () => {
    const lease = DRAWN.bands.find((it) => it.machine === 'scheduler-2' && it.kind === 'lease');
    expect(lease?.wall?.fromUs).toBe((lease?.fromUs ?? 0) + 2_000_000);
    expect(lease?.monotonic).toBeUndefined();
  });

  test('what led to an event is before it, on another machine, and bound by a message', () => {
    for (const [place, { after, machine, isVerdict }] of DRAWN.events.entries()) {
      if (isVerdict) continue;
      for (const id of after) {
        expect(numberOf(id)).toBeLessThan(place);
        expect(DRAWN.events[numberOf(id)]?.machine).not.toBe(machine);
      }
    }
    const body = DRAWN.events.find(({ text }) => /^body began .* token 2\.1/.test(text));
    const causes = body?.after.map((id) => DRAWN.events[numberOf(id)]?.text) ?? [];
    expect(causes.join('\n')).toContain('says dispatched');
  });

  test('everything is drawn or counted', () => {
    const { before, between, after } = DRAWN.left;
    const counted = before.messages + between.messages + after.messages;
    const run = assembleRun(PREPARED, { seed: '1', plan: PLAN, folds: [] });
    const log = new TrafficLog(() => run.kernel.now);
    run.sim.network.watchTraffic(log);
    run.execute();
    expect(counted + DRAWN.messages.length).toBe(log.journeys().length);
  });
});

test('where there is little room, what the verdict rests on stays', () => {
  const small = draw({ room: { events: 8, messages: 6 } });
  expect(small.events).toHaveLength(9);
  expect(small.messages).toHaveLength(6);
  const rests = small.events.at(-1)?.after ?? [];
  expect(rests.length).toBe(DRAWN.events.at(-1)?.after.length);
  expect(small.messages.every(({ job }) => job?.startsWith('half-minutes@') === true)).toBe(true);
});
