import { describe, expect, test } from 'vitest';
import type { PlannedFault, Target } from '../../src/faults/plan.ts';
import type { FactOf } from '../../src/history/fact.ts';
import { MS, virtualUs } from '../../src/lib/units.ts';
import { fault, named, OWN_RATE_PPM, OWN_WALL_ERROR_US, type Stage, stage } from './stage.ts';

const FROM = 100 * MS;
const UNTIL = 300 * MS;
/**
 * Sent before a fault began, delivered after: what is under way when a rule comes still arrives.
 */
const UNDER_WAY = 2 * MS;

/** Deliveries from one machine to another while the fault lasts, those under way left out. */
const between = ({ delivered }: Stage, from: string, to: string): number =>
  delivered.filter(
    (d) => d.from === from && d.to === to && d.atUs > FROM + UNDER_WAY && d.atUs < UNTIL,
  ).length;

const isSorted = (numbers: readonly number[]): boolean =>
  numbers.every((n, i) => i === 0 || n > (numbers[i - 1] as number));

function run(faults: readonly PlannedFault[], untilMs = 500): Stage {
  const s = stage(faults);
  s.kernel.run(untilMs * MS);
  return s;
}

describe('faults of machines', () => {
  test('a crash takes the machine down and brings it back', () => {
    const s = stage([fault('crash')]);
    s.kernel.run(200 * MS);
    expect(s.sim.machine('s1').state).toBe('down');
    s.kernel.run(400 * MS);
    expect(s.sim.machine('s1').state).toBe('up');
    expect(s.sim.machine('s1').incarnation).toBe(2);
    expect(s.story('crash')).toEqual(['drawn@0', 'armed@100', 'bitten@100', 'ended@300']);
    const states = s.facts.filter((f) => f.kind === 'machine' && f.why === 'crash');
    expect(states.map((f) => (f as FactOf<'machine'>).state)).toEqual(['down', 'up']);
  });

  test('a pause stops a machine and lets it go on in the same incarnation', () => {
    const s = run([fault('pause')]);
    expect(between(s, 's1', 's2')).toBe(0);
    expect(s.sim.machine('s1')).toMatchObject({ state: 'up', incarnation: 1 });
    expect(s.story('pause')).toEqual(['drawn@0', 'armed@100', 'bitten@100', 'ended@300']);
  });

  test('a second crash finds the machine down: it does not bite and brings nothing back', () => {
    const later = {
      id: 'later',
      start: { kind: 'at', atUs: 150 * MS },
      durationUs: 50 * MS,
    } as const;
    const s = stage([fault('crash'), fault('crash', later)]);
    s.kernel.run(250 * MS);
    expect(s.sim.machine('s1').state).toBe('down');
    expect(s.story('later')).toEqual(['drawn@0', 'armed@150', 'ended@200']);
    s.kernel.run(301 * MS);
    expect(s.sim.machine('s1').state).toBe('up');
  });

  test('a crash ends a pause, whose own end is then not mistaken for that of the next one', () => {
    const at = (ms: number) => ({ kind: 'at', atUs: ms * MS }) as const;
    const s = stage([
      fault('pause', { id: 'first' }),
      fault('crash', { start: at(150), durationUs: 50 * MS }),
      fault('pause', { id: 'second', start: at(250) }),
    ]);
    s.kernel.run(220 * MS);
    expect(s.sim.machine('s1').state).toBe('up');
    s.kernel.run(350 * MS);
    expect(s.sim.machine('s1').state).toBe('paused');
    expect(s.story('first')).toContain('ended@300');
    s.kernel.run(460 * MS);
    expect(s.sim.machine('s1')).toMatchObject({ state: 'up', incarnation: 2 });
  });

  test('slow CPUs multiply, and are as fast as before when all is over', () => {
    const slow = (id: string, factor: number, ms: number) =>
      fault('slow-cpu', { id, params: { factor }, start: { kind: 'at', atUs: ms * MS } });
    const s = stage([slow('a', 3, 100), slow('b', 5, 200)]);
    const factors: number[] = [];
    const machine = s.sim.machine('s1');
    const set = machine.setSlowdown.bind(machine);
    machine.setSlowdown = (factor) => {
      factors.push(factor);
      set(factor);
    };
    s.kernel.run(500 * MS);
    expect(factors).toEqual([3, 15, 5, 1]);
    expect(s.story('a')).toEqual(['drawn@0', 'armed@100', 'bitten@100', 'ended@300']);
  });
});

describe('faults of the network', () => {
  test('a partition cuts a machine off from everybody, both ways', () => {
    const s = run([fault('partition')]);
    for (const other of ['s2', 'store', 'w1']) {
      expect(between(s, 's1', other)).toBe(0);
      expect(between(s, other, 's1')).toBe(0);
    }
    expect(between(s, 's2', 's3')).toBeGreaterThan(10);
    expect(between(s, 's1', 's1')).toBeGreaterThan(10);
    expect(s.delivered.some((d) => d.from === 's1' && d.atUs > UNTIL)).toBe(true);
    const [, armed, bitten, ended] = s.story('partition');
    expect([armed, ended]).toEqual(['armed@100', 'ended@300']);
    expect(bitten).toMatch(/^bitten@1[01]\d$/);
  });

  test('a partition with a peer cuts one link only', () => {
    const s = run([fault('partition', { peer: named('store') })]);
    expect(between(s, 's1', 'store') + between(s, 'store', 's1')).toBe(0);
    expect(between(s, 's1', 's2')).toBeGreaterThan(10);
    const armed = s.facts.find((f) => f.kind === 'fault' && f.event === 'armed');
    expect(armed).toMatchObject({ whom: ['s1', 'store'] });
  });

  test('a one-way partition loses what is sent, or what is received', () => {
    const sends = run([fault('one-way-partition', { params: { direction: 1 } })]);
    expect(between(sends, 's1', 's2')).toBe(0);
    expect(between(sends, 's2', 's1')).toBeGreaterThan(10);
    const hears = run([fault('one-way-partition', { params: { direction: 0 } })]);
    expect(between(hears, 's1', 's2')).toBeGreaterThan(10);
    expect(between(hears, 's2', 's1')).toBe(0);
  });

  test('loss takes its share', () => {
    const s = run([fault('loss', { durationUs: 2_000 * MS, params: { lossPpm: 500_000 } })], 2_100);
    const arrived = (to: string): number =>
      s.delivered.filter((d) => d.from === 's1' && d.to === to && d.atUs > FROM).length;
    const control = s.delivered.filter((d) => d.from === 's2' && d.to === 's3' && d.atUs > FROM);
    expect(arrived('s2') / control.length).toBeGreaterThan(0.35);
    expect(arrived('s2') / control.length).toBeLessThan(0.65);
    expect(s.story('loss')).toHaveLength(4);
  });

  test('delay holds messages back, in their order', () => {
    const s = run([fault('delay', { params: { delayUs: 50 * MS } })]);
    const link = s.delivered.filter((d) => d.from === 's1' && d.to === 's2');
    const held = link.filter((d) => d.atUs > FROM + UNDER_WAY && d.atUs < UNTIL);
    expect(held[0]?.atUs).toBeGreaterThan(FROM + 50 * MS);
    expect(isSorted(held.map(({ round }) => round))).toBe(true);
    expect(s.story('delay')).toHaveLength(4);
    const none = run([fault('delay', { params: { delayUs: 0 } })]);
    expect(none.story('delay')).toEqual(['drawn@0', 'armed@100', 'ended@300']);
  });

  test('jitter lets messages overtake each other', () => {
    const s = run([fault('delay', { params: { delayUs: 0, jitterUs: 60 * MS } })]);
    const link = s.delivered.filter((d) => d.from === 's2' && d.to === 's1');
    expect(isSorted(link.map(({ round }) => round))).toBe(false);
    expect(s.story('delay')).toHaveLength(4);
  });

  test('duplication delivers twice', () => {
    const s = run([fault('duplicate', { params: { duplicatePpm: 1_000_000 } })]);
    expect(between(s, 's1', 's2')).toBeGreaterThan(1.8 * between(s, 's3', 's2'));
    expect(s.story('duplicate')).toHaveLength(4);
  });
});

describe('faults of clocks', () => {
  test('rates add up while they last, and the clock has its own rate again', () => {
    const rate = (id: string, ratePpm: number, ms: number) =>
      fault('clock-rate', { id, params: { ratePpm }, start: { kind: 'at', atUs: ms * MS } });
    const s = stage([rate('fast', 400, 100), rate('slow', -100, 200)]);
    const seen = [150, 250, 350, 450].map((ms) => {
      s.kernel.run(ms * MS);
      return s.sim.machine('s1').clock.ratePpm - OWN_RATE_PPM;
    });
    expect(seen).toEqual([400, 300, -100, 0]);
    expect(s.story('fast')).toEqual(['drawn@0', 'armed@100', 'bitten@100', 'ended@300']);
  });

  test('a wall step lasts until the heal, which takes back what a bad rate did as well', () => {
    const s = stage([
      fault('clock-step', { params: { stepUs: -70 * MS }, durationUs: 0 }),
      fault('clock-rate', { params: { ratePpm: 100_000 } }),
    ]);
    s.kernel.run(400 * MS);
    const { clock } = s.sim.machine('s1');
    // 200 ms at 10 % fast are 20 ms.
    const expected = OWN_WALL_ERROR_US - 70 * MS + 20 * MS;
    expect(Math.abs(clock.wallErrorUs() - expected)).toBeLessThan(50);
    expect(s.story('clock-step')).toEqual(['drawn@0', 'armed@100', 'bitten@100']);
    s.injector.healAll();
    expect(Math.abs(clock.wallErrorUs() - OWN_WALL_ERROR_US)).toBeLessThan(50);
    expect(s.story('clock-step').at(-1)).toBe('ended@400');
  });
});

describe('whom it hits', () => {
  const whom = (s: Stage): readonly string[] | undefined =>
    s.facts
      .filter((f) => f.kind === 'fault')
      .filter((f) => f.event === 'armed')
      .map((f) => f.whom.join())
      .slice(-1);
  const role = (name: 'leader' | 'follower' | 'last-dispatcher'): Target => ({
    by: 'role',
    role: name,
  });
  const LEADER = { kind: 'role', role: 'leader', epoch: 1 } as const;
  const FOLLOWER = { kind: 'role', role: 'follower', epoch: 1 } as const;
  const DISPATCHED = {
    kind: 'dispatched',
    job: 'j',
    token: { epoch: 1, attempt: 1 },
    worker: 'w1',
  } as const;

  test('the leader is the latest that claims it and has not said otherwise', () => {
    const hit = (say: (s: Stage) => void): readonly string[] | undefined => {
      const s = stage([fault('slow-cpu', { target: role('leader'), params: { factor: 2 } })]);
      say(s);
      s.kernel.run(150 * MS);
      return whom(s);
    };
    expect(hit(() => {})).toEqual(['s1']);
    expect(hit((s) => s.say('s3', DISPATCHED))).toEqual(['s3']);
    const two = (s: Stage): void => {
      s.say('s2', LEADER);
      s.say('s3', LEADER);
    };
    expect(hit(two)).toEqual(['s3']);
    expect(
      hit((s) => {
        two(s);
        s.say('s3', FOLLOWER);
      }),
    ).toEqual(['s2']);
    expect(
      hit((s) => {
        two(s);
        s.sim.machine('s3').crash('test');
      }),
    ).toEqual(['s2']);
  });

  test('a follower is another member, one that is up', () => {
    const s = stage([fault('slow-cpu', { target: role('follower'), params: { factor: 2 } })]);
    s.say('s2', LEADER);
    s.sim.machine('s3').crash('test');
    s.kernel.run(150 * MS);
    expect(whom(s)).toEqual(['s1']);
  });

  test('an index counts machines of a role, modulo how many there are', () => {
    const target: Target = { by: 'index', role: 'worker', index: 5 };
    expect(whom(run([fault('crash', { target })]))).toEqual(['w2']);
  });

  test('without a target a fault is drawn and never begins', () => {
    const nobody: Target = { by: 'index', role: 'client', index: 0 };
    for (const more of [{ target: nobody }, { peer: nobody }, { peer: role('leader') }]) {
      const s = run([fault('partition', more)]);
      expect(s.story('partition')).toEqual(['drawn@0']);
      expect(between(s, 's1', 's2')).toBeGreaterThan(10);
    }
  });

  test('an anchored fault begins after the nth fact, never inside it', () => {
    const s = stage([
      fault('crash', {
        id: 'now',
        start: { kind: 'anchor', after: 'dispatched', nth: 2, delayUs: 0 },
        target: role('last-dispatcher'),
      }),
      fault('crash', {
        id: 'later',
        start: { kind: 'anchor', after: 'leader-elected', nth: 1, delayUs: 30 * MS },
        target: role('leader'),
      }),
    ]);
    s.kernel.run(20 * MS);
    s.say('s2', DISPATCHED);
    s.say('s3', LEADER);
    s.kernel.run(40 * MS);
    expect(s.story('now')).toEqual(['drawn@0']);
    s.say('s2', DISPATCHED);
    expect(s.sim.machine('s2').state).toBe('up');
    s.kernel.run(45 * MS);
    expect(s.story('now').slice(1)).toEqual(['armed@40', 'bitten@40']);
    s.kernel.run(55 * MS);
    expect(s.story('later').slice(1)).toEqual(['armed@50', 'bitten@50']);
    expect(s.sim.machine('s3').state).toBe('down');
  });

  test('anchors count accepted effects and submits, and no repeats or refusals', () => {
    const anchored = (after: 'effect-accepted' | 'submit-accepted') =>
      fault('crash', { id: after, start: { kind: 'anchor', after, nth: 2, delayUs: 0 } });
    const s = stage([anchored('effect-accepted'), anchored('submit-accepted')]);
    const effect = (accepted: boolean, repeat: boolean): void =>
      s.recorder.record({
        kind: 'effect-arrived',
        at: s.kernel.now,
        worker: 'w1',
        job: 'j',
        effect: 'e',
        token: { epoch: 1, attempt: 1 },
        sink: 'token',
        fenced: true,
        accepted,
        repeat,
      });
    const answer = (kind: 'ok' | 'unknown', request: 'submit' | 'status'): void =>
      s.recorder.record({
        kind: 'answered',
        at: s.kernel.now,
        askedAt: virtualUs(0),
        client: 'c1',
        op: 1,
        answer: { kind },
        request:
          request === 'status'
            ? { kind: 'status', job: 'j' }
            : {
                kind: 'submit',
                job: 'j',
                delayUs: 0,
                maxAttempts: 1,
                backoffUs: 0,
                backoffMaxUs: 0,
                doubles: false,
                timeoutUs: 1,
                queue: 'default',
                priority: 0,
                sink: 'none',
                delivery: 'at-least-once',
              },
      });
    effect(true, false);
    effect(true, true);
    effect(false, false);
    answer('ok', 'submit');
    answer('unknown', 'submit');
    answer('ok', 'status');
    s.kernel.run(20 * MS);
    expect([...s.story('effect-accepted'), ...s.story('submit-accepted')]).toHaveLength(2);
    effect(true, false);
    answer('ok', 'submit');
    s.kernel.run(30 * MS);
    expect(s.story('effect-accepted')).toContain('armed@20');
    expect(s.story('submit-accepted')).toContain('armed@20');
  });
});
