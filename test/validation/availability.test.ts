/**
 * A group of machines that needs a majority: each crashes and is repaired after exponential times,
 * by itself, and the history of the simulator says when too few were up. Theory: a birth and death
 * process on the number that is down, which for independent repairs is binomial.
 */
import { describe, expect, test } from 'vitest';
import { foldOf, Recorder } from '../../src/history/history.ts';
import { NOTHING } from '../../src/host/step.ts';
import { Kernel } from '../../src/kernel/kernel.ts';
import { createRng } from '../../src/kernel/rng.ts';
import { exponential } from '../../src/lib/random.ts';
import { SECOND, wallUs } from '../../src/lib/units.ts';
import { Sim } from '../../src/sim/sim.ts';
import { interval999, REPLICATIONS, show } from '../support/interval.ts';

const UP_US = 600 * SECOND;
const DOWN_US = 60 * SECOND;
/** All are up at first; what that was is forgotten after a few repairs. */
const WARM_UP_US = 20 * DOWN_US;

interface Group {
  readonly machines: number;
  /** So many must be up. */
  readonly needed: number;
}

interface Found {
  /** Shares of the time. */
  readonly machineDown: number;
  readonly groupDown: number;
  /** From one loss of the group to the next. */
  readonly lossEveryS: number;
}

const idle = () => ({
  onStart: () => NOTHING,
  onMessage: () => NOTHING,
  onTimer: () => NOTHING,
  onDisk: () => NOTHING,
  snapshot: () => undefined,
});

function replicate({ machines, needed }: Group, seed: string, forUs: number): Found {
  const kernel = new Kernel();
  const recorder = new Recorder();
  const rng = createRng(seed);
  const network = { latencyMinUs: 0, latencyMaxUs: 0 };
  const sim = new Sim({ kernel, rng, recorder, startWallUs: wallUs(0), network });
  const names = Array.from({ length: machines }, (_, i) => `machine-${i + 1}`);
  const chances = names.map((name) => rng.stream('crashes', name));
  const next = (index: number, kind: number, meanUs: number): void => {
    kernel.at(kernel.now + exponential(chances[index]!, meanUs), kind, index);
  };
  const fail = kernel.register('fail', (index) => {
    sim.machines[index]!.crash('test');
    next(index, repair, DOWN_US);
  });
  const repair = kernel.register('repair', (index) => {
    sim.machines[index]!.restart('test');
    next(index, fail, UP_US);
  });
  for (const name of names) sim.add({ name, role: 'scheduler', factory: idle });
  sim.startAll();
  for (const index of names.keys()) next(index, fail, UP_US);
  kernel.run(WARM_UP_US);
  const up = sim.machines.filter(({ state }) => state === 'up').length;
  const count = accountOf(recorder, { machines, needed }, up);
  kernel.run(WARM_UP_US + forUs);
  return count(forUs);
}

/** Adds up, from the facts alone, for how long how many were down. */
function accountOf(recorder: Recorder, { machines, needed }: Group, upAtFirst: number) {
  let [up, sinceUs, downUs, lostUs, losses] = [upAtFirst, WARM_UP_US, 0, 0, 0];
  const until = (atUs: number): void => {
    downUs += (machines - up) * (atUs - sinceUs);
    if (up < needed) lostUs += atUs - sinceUs;
    sinceUs = atUs;
  };
  recorder.subscribe(
    foldOf({
      machine: ({ at, state }) => {
        until(at);
        if (state === 'down' && up === needed) losses += 1;
        up += state === 'up' ? 1 : -1;
      },
    }),
  );
  return (forUs: number): Found => {
    until(WARM_UP_US + forUs);
    const machineDown = downUs / forUs / machines;
    return { machineDown, groupDown: lostUs / forUs, lossEveryS: forUs / losses / SECOND };
  };
}

/** Chance that exactly this many of the group are down. */
function chanceDown(machines: number, down: number): number {
  const share = DOWN_US / (UP_US + DOWN_US);
  let chance = (1 - share) ** machines;
  for (let n = 0; n < down; n++) chance *= ((machines - n) / (n + 1)) * (share / (1 - share));
  return chance;
}

function theoryOf({ machines, needed }: Group): Found {
  const spare = machines - needed;
  let groupDown = 0;
  for (let down = spare + 1; down <= machines; down++) groupDown += chanceDown(machines, down);
  // It is lost when one of those that are just enough crashes.
  const lossEveryS = UP_US / SECOND / (chanceDown(machines, spare) * needed);
  return { machineDown: DOWN_US / (UP_US + DOWN_US), groupDown, lossEveryS };
}

describe('a majority of machines that crash and are repaired', () => {
  test.each([
    { machines: 3, needed: 2, days: 32, width: 0.05 },
    { machines: 5, needed: 3, days: 16, width: 0.1 },
  ])('$needed of $machines', ({ days, width, ...group }) => {
    const name = `${group.needed} of ${group.machines}`;
    const theory = theoryOf(group);
    const found = Array.from({ length: REPLICATIONS }, (_, i) =>
      replicate(group, `${name}, ${i}`, days * 86_400 * SECOND),
    );
    for (const number of ['machineDown', 'groupDown', 'lossEveryS'] as const) {
      const interval = interval999(found.map((each) => each[number]));
      const value = theory[number];
      console.log(`${name}: ${number} ${show(interval)}, in theory ${value.toPrecision(5)}`);
      expect(2 * interval.reach).toBeLessThan(width * value);
      expect(Math.abs(interval.mean - value)).toBeLessThan(interval.reach);
    }
  });

  test('the closed form, against the process on the number that is down, solved apart', () => {
    // 600 s up and 60 s down on average, repairs independent.
    const three = theoryOf({ machines: 3, needed: 2 });
    expect(three.groupDown).toBeCloseTo(0.023290758827948954, 14);
    expect(three.lossEveryS).toBeCloseTo(1331, 6);
    const five = theoryOf({ machines: 5, needed: 3 });
    expect(five.groupDown).toBeCloseTo(0.0065258831053517374, 14);
    expect(five.lossEveryS).toBeCloseTo(3221.02, 6);
  });
});
