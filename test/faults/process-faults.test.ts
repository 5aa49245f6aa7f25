/** What each kind of trouble with processes does, on a small cluster that chatters and writes. */
import { describe, expect, test } from 'vitest';
import type { FactOf } from '../../src/history/fact.ts';
import { MS } from '../../src/lib/units.ts';
import { fault, named, type Stage, stage } from './stage.ts';

const at = (ms: number) => ({ kind: 'at', atUs: ms * MS }) as const;
const WHOLE = ['drawn@0', 'armed@100', 'bitten@100', 'ended@300'];

/** What became of a machine: `up 2 @300`, in milliseconds. */
const states = ({ facts }: Stage, name: string): readonly string[] =>
  facts
    .filter((f): f is FactOf<'machine'> => f.kind === 'machine' && f.machine === name)
    .map((f) => `${f.state} ${f.incarnation} @${Math.floor(f.at / MS)}`);

const failures = ({ facts }: Stage): readonly string[] =>
  facts
    .filter((f): f is FactOf<'assumption-failed'> => f.kind === 'assumption-failed')
    .map((f) => `${f.assumption} ${f.machine}`);

function run(faults: Parameters<typeof stage>[0], untilMs = 600): Stage {
  const s = stage(faults);
  s.kernel.run(untilMs * MS);
  return s;
}

describe('outages', () => {
  test('a kill is a crash whose disk keeps what was written', () => {
    const s = stage([fault('kill')]);
    const { disk } = s.sim.machine('s1');
    s.kernel.run(90 * MS);
    disk.append('f', 'not synced');
    s.kernel.run(600 * MS);
    expect(disk.recover().files.get('f')).toEqual([{ kind: 'intact', data: 'not synced' }]);
    expect(states(s, 's1')).toEqual(['up 1 @0', 'down 1 @100', 'up 2 @300']);
    expect(s.story('kill')).toEqual(WHOLE);
  });

  test('several targets are all hit, and each bite is of one machine', () => {
    const s = run([fault('crash', { target: { by: 'share', role: 'scheduler', share: 'all' } })]);
    for (const name of ['s1', 's2', 's3']) {
      expect(states(s, name)).toEqual(['up 1 @0', 'down 1 @100', 'up 2 @300']);
    }
    expect(s.story('crash')).toEqual(WHOLE);
  });

  test('a crash at a write waits for one, and comes before its sync is answered', () => {
    const s = run([fault('crash-at-write')], 250);
    expect(states(s, 's1')).toEqual(['up 1 @0']);
    const synced: string[] = [];
    s.sim.onSynced(({ name }) => synced.push(name));
    s.write('s1');
    s.kernel.run(290 * MS);
    expect(synced).toEqual([]);
    s.kernel.run(600 * MS);
    expect(states(s, 's1')).toEqual(['up 1 @0', 'down 1 @250', 'up 2 @300']);
    expect(s.story('crash-at-write')).toEqual([
      ...['drawn@0', 'armed@100', 'bitten@250', 'ended@300'],
    ]);
  });

  test('a crash at a write that never comes does not bite', () => {
    const s = run([fault('crash-at-write')]);
    s.write('s1');
    s.kernel.run(700 * MS);
    expect(s.story('crash-at-write')).toEqual(['drawn@0', 'armed@100', 'ended@300']);
    expect(states(s, 's1')).toEqual(['up 1 @0']);
  });

  test('crashes in recovery come before the program is ready; the last start is left alone', () => {
    const s = run([fault('crash-in-recovery', { durationUs: 400 * MS, params: { times: 3 } })]);
    const log = states(s, 's1');
    expect(log.filter((line) => line.startsWith('up'))).toEqual([
      ...['up 1 @0', 'up 2 @200', 'up 3 @300', 'up 4 @400', 'up 5 @500'],
    ]);
    expect(log.filter((line) => line.startsWith('down'))).toHaveLength(4);
    expect(s.delivered.some((d) => d.from === 's1' && d.atUs > 110 * MS && d.atUs < 540 * MS)).toBe(
      false,
    );
    expect(s.sim.machine('s1').state).toBe('up');
  });

  test('a stop ends the program, and the supervisor leaves it down until the fault ends', () => {
    const s = run(
      [fault('stop', { params: { deadlineUs: 50 * MS }, durationUs: 2_000 * MS })],
      2_200,
    );
    expect(states(s, 's1')).toEqual(['up 1 @0', 'down 1 @100', 'up 2 @2100']);
  });

  test('a program that will not stop is killed at the deadline, or when the fault ends', () => {
    const deaf = { params: { deadlineUs: 50 * MS } };
    const stalled = fault('stall', { id: 'busy', start: at(90), durationUs: 400 * MS });
    expect(states(run([stalled, fault('stop', deaf)]), 's1').slice(0, 3)).toEqual([
      ...['up 1 @0', 'down 1 @150', 'up 2 @300'],
    ]);
    const short = { ...deaf, durationUs: 20 * MS };
    expect(states(run([stalled, fault('stop', short)]), 's1').slice(0, 3)).toEqual([
      ...['up 1 @0', 'down 1 @120', 'up 2 @120'],
    ]);
  });

  test('a stop that a crash overtakes leaves the machine to the crash', () => {
    const s = run([
      fault('stall', { id: 'busy', start: at(90), durationUs: 400 * MS }),
      fault('stop', { params: { deadlineUs: 100 * MS } }),
      fault('crash', { start: at(150), durationUs: 300 * MS }),
    ]);
    expect(states(s, 's1')).toEqual(['up 1 @0', 'down 1 @150', 'up 2 @450']);
  });

  test('a storm of restarts goes on until it ends', () => {
    const params = { everyUs: 60 * MS, downUs: 10 * MS };
    const s = run([fault('restart-storm', { params })]);
    const downs = states(s, 's1').filter((line) => line.startsWith('down'));
    expect(downs).toEqual(['down 1 @100', 'down 2 @160', 'down 3 @220', 'down 4 @280']);
    expect(states(s, 's1').at(-1)).toBe('up 5 @290');
  });

  test('a wipe empties the disk, which matters where it held the book', () => {
    const wiped = (name: string): Stage => {
      const s = stage([fault('wipe', { target: named(name) })]);
      s.write(name);
      s.kernel.run(600 * MS);
      expect(s.sim.machine(name).disk.recover().files.size).toBe(0);
      expect(states(s, name)).toEqual(['up 1 @0', 'down 1 @100', 'up 2 @300']);
      return s;
    };
    expect(failures(wiped('store'))).toEqual(['store-durable store']);
    expect(failures(wiped('s1'))).toEqual([]);
    expect(failures(run([fault('wipe', { target: named('store') })]))).toEqual([]);
  });

  test('a wipe of a machine that is down bites only where there was something to lose', () => {
    const faults = [fault('crash', { start: at(50) }), fault('wipe')];
    expect(run(faults).story('wipe')).toEqual(['drawn@0', 'armed@100', 'ended@300']);
    const s = stage(faults);
    s.sim.machine('s1').disk.append('f', 1);
    s.write('s1');
    s.kernel.run(600 * MS);
    expect(s.story('wipe')).toEqual(WHOLE);
    expect(states(s, 's1')).toEqual(['up 1 @0', 'down 1 @50', 'up 2 @250']);
  });
});

describe('standstills', () => {
  test('a suspension is a pause that breaks the trust in a lease', () => {
    const s = stage([fault('suspend')]);
    s.kernel.run(100 * MS);
    const before = s.sim.machine('s1').clock.readMonotonicUs();
    s.kernel.run(299 * MS);
    expect(s.sim.machine('s1').clock.readMonotonicUs()).toBe(before);
    s.kernel.run(600 * MS);
    expect(states(s, 's1')).toEqual(['up 1 @0', 'paused 1 @100', 'resumed 1 @300']);
    expect(failures(s)).toEqual(['suspend s1']);
    expect(failures(run([fault('suspend', { target: named('w1') })]))).toEqual([]);
  });

  test('a stall keeps a machine up that handles nothing, and bites when it ends', () => {
    const s = run([fault('stall')]);
    expect(states(s, 's1')).toEqual(['up 1 @0']);
    const sent = s.delivered.filter((d) => d.from === 's1').map((d) => d.atUs);
    expect(sent.filter((us) => us > 102 * MS && us < 300 * MS)).toEqual([]);
    expect(sent.some((us) => us > 300 * MS)).toBe(true);
    expect(s.story('stall')).toEqual(['drawn@0', 'armed@100', 'bitten@300', 'ended@300']);
    const none = run([fault('stall', { durationUs: 0 })]);
    expect(none.story('stall')).toEqual(['drawn@0', 'armed@100', 'ended@100']);
  });

  test('a processor slower by a million is as fast as ever after the fault', () => {
    const s = run([fault('slow-cpu', { params: { factor: 1_000_000 } })]);
    const sent = s.delivered.filter((d) => d.from === 's1' && d.atUs > 302 * MS);
    expect(sent.length).toBeGreaterThan(20);
    expect(s.sim.machine('s1').cpu.busyUntilUs).toBeLessThanOrEqual(600 * MS);
  });
});

describe('machines that are others than they were', () => {
  test('a replacement comes at the end, and the old machine never again', () => {
    const s = stage([
      fault('crash', { start: at(50), durationUs: 300 * MS }),
      fault('replace', { target: named('store') }),
      fault('replace', { id: 'two', target: named('store'), start: at(150) }),
      fault('replace', { id: 'three' }),
    ]);
    s.write('store');
    s.kernel.run(600 * MS);
    expect(s.sim.machines.map(({ name }) => name).slice(0, 4)).toEqual([
      ...['s1b', 's2', 's3', 'store-b'],
    ]);
    expect(states(s, 'store')).toEqual(['up 1 @0', 'down 1 @100']);
    expect(states(s, 'store-b')).toEqual(['up 1 @300']);
    expect(states(s, 's1')).toEqual(['up 1 @0', 'down 1 @50']);
    expect(states(s, 's1b')).toEqual(['up 1 @300']);
    expect(failures(s)).toEqual(['store-durable store']);
    expect(s.story('two')).toEqual(['drawn@0', 'armed@150', 'ended@350']);
    expect(s.story('three')).toEqual(WHOLE);
  });

  test('what is lost with a machine in a keeper’s place is the keeper’s', () => {
    const s = stage([
      fault('replace', { target: named('store') }),
      fault('wipe', { target: named('store-b'), start: at(400) }),
    ]);
    s.kernel.run(390 * MS);
    s.write('store-b');
    s.kernel.run(700 * MS);
    expect(failures(s)).toEqual(['store-durable store-b']);
  });

  test('a second copy answers under the name while the fault lasts', () => {
    const s = run([fault('second-copy'), fault('second-copy', { id: 'w', target: named('w1') })]);
    expect(states(s, "s1'")).toEqual(['up 1 @100', 'down 1 @300']);
    const sent = (from: number, until: number): number =>
      s.delivered.filter(
        (d) => d.from === 's1' && d.to === 's2' && d.atUs > from * MS && d.atUs < until * MS,
      ).length;
    expect(sent(170, 300)).toBeGreaterThan(1.7 * sent(370, 500));
    expect(failures(s)).toEqual(['single-copy s1']);
    expect(s.story('second-copy')).toEqual(WHOLE);
    expect(failures(run([fault('second-copy', { target: named('store') })]))).toEqual([
      ...['single-copy store', 'store-durable store'],
    ]);
  });

  test('unequal settings last from a restart to the next one', () => {
    const s = run([fault('unequal-config', { params: { factor: 3 } })], 900);
    expect(states(s, 's1')).toEqual([
      ...['up 1 @0', 'down 1 @100', 'up 2 @100', 'down 2 @300', 'up 3 @300'],
    ]);
    const gaps = (from: number, until: number): number =>
      s.delivered.filter(
        (d) => d.from === 's1' && d.to === 's2' && d.atUs > from * MS && d.atUs < until * MS,
      ).length;
    expect(gaps(160, 300)).toBeLessThanOrEqual(5);
    expect(gaps(460, 600)).toBeGreaterThanOrEqual(13);
    expect(s.story('unequal-config')).toEqual(WHOLE);
  });

  test('unequal settings bite nobody who has none, or the same', () => {
    const none = run([fault('unequal-config', { target: named('w1'), params: { factor: 3 } })]);
    expect(none.story('unequal-config')).toEqual(['drawn@0', 'armed@100', 'ended@300']);
    const store = run([fault('unequal-config', { target: named('store'), params: { factor: 3 } })]);
    expect(store.story('unequal-config')).toEqual(['drawn@0']);
    const same = run([fault('unequal-config', { params: { factor: 1 } })]);
    expect(same.story('unequal-config')).toEqual(['drawn@0', 'armed@100', 'ended@300']);
    expect(states(same, 's1')).toEqual(['up 1 @0']);
  });

  test('a machine that is down has other settings from its next start on', () => {
    const s = run([
      fault('crash', { start: at(50), durationUs: 100 * MS }),
      fault('unequal-config', { params: { factor: 2 } }),
    ]);
    expect(s.story('unequal-config')).toEqual([
      ...['drawn@0', 'armed@100', 'bitten@300', 'ended@300'],
    ]);
    expect(states(s, 's1')).toEqual([
      ...['up 1 @0', 'down 1 @50', 'up 2 @150', 'down 2 @300', 'up 3 @300'],
    ]);
  });
});
