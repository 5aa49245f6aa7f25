import { expect, test } from 'vitest';
import type { DiskKind, PlannedFault } from '../../src/faults/plan.ts';
import { MS, SECOND } from '../../src/lib/units.ts';
import { fault, named, type Stage, stage } from './stage.ts';

/** Something on the disk of a machine, synced. */
function write({ sim, kernel }: Stage, name: string, records: number): void {
  const { disk } = sim.machine(name);
  for (let n = 0; n < records; n++) disk.append('f', n);
  disk.sync('f', 'test', kernel.now);
}
const found = ({ sim }: Stage, name: string): readonly unknown[] =>
  (sim.machine(name).disk.recover().files.get('f') ?? []).map((place) =>
    place.kind === 'intact' ? place.data : 'damaged',
  );
const failures = ({ facts }: Stage): readonly string[] =>
  facts.flatMap((f) => (f.kind === 'assumption-failed' ? [`${f.assumption} ${f.machine}`] : []));
const crash = ({ sim }: Stage, name: string): void => {
  sim.machine(name).crash('test');
  sim.machine(name).restart('test');
};
const disk = (kind: DiskKind, more: Partial<PlannedFault> = {}): PlannedFault =>
  fault(kind, { target: named('store'), start: { kind: 'at', atUs: 3 * SECOND }, ...more });
/** A store whose three records are at rest when the fault begins. */
function rested(...faults: readonly PlannedFault[]): Stage {
  const s = stage(faults);
  write(s, 'store', 3);
  s.kernel.run(3 * SECOND + 100 * MS);
  return s;
}

test('rot damages what is at rest, for good; it breaks an assumption where the book is', () => {
  const s = rested(disk('bit-rot', { params: { records: 1 } }));
  expect(found(s, 'store').filter((r) => r === 'damaged')).toHaveLength(1);
  expect(failures(s)).toEqual(['disk-damage store']);
  s.kernel.run(4 * SECOND);
  s.injector.healAll();
  expect(found(s, 'store').filter((r) => r === 'damaged')).toHaveLength(1);
  expect(s.story('bit-rot')).toEqual(['drawn@0', 'armed@3000', 'bitten@3000', 'ended@3200']);
});

test('rot of what nobody keeps excuses nobody, and of nothing does not bite', () => {
  const worker = disk('bit-rot', { id: 'w', target: named('w1'), params: { records: 9 } });
  const empty = disk('bit-rot', { id: 'e', target: named('w2'), params: { records: 9 } });
  const s = stage([worker, empty]);
  write(s, 'w1', 1);
  s.kernel.run(4 * SECOND);
  expect(failures(s)).toEqual([]);
  expect(s.story('w')).toContain('bitten@3000');
  expect(s.story('e')).toEqual(['drawn@0', 'armed@3000', 'ended@3200']);
});

test('a write that went astray leaves two holes, one of them at the next start', () => {
  const s = rested(disk('misdirected-write', { params: { writes: 1 } }));
  write(s, 'store', 1);
  s.kernel.run(3 * SECOND + 150 * MS);
  expect(found(s, 'store')).toHaveLength(4);
  expect(found(s, 'store').filter((r) => r === 'damaged')).toHaveLength(1);
  expect(failures(s)).toEqual(['disk-damage store']);
  s.kernel.run(9 * SECOND);
  crash(s, 'store');
  expect(found(s, 'store')).toHaveLength(3);
  expect(failures(s)).toEqual(['disk-damage store']);
});

test('a phantom write is there until the next start; a young one may leave no trace', () => {
  const s = rested(disk('phantom-write', { params: { writes: 1 } }));
  write(s, 'store', 1);
  write(s, 'store', 1);
  s.kernel.run(3 * SECOND + 150 * MS);
  expect(failures(s)).toEqual([]);
  crash(s, 'store');
  expect(found(s, 'store')).toHaveLength(4);
  expect(failures(s)).toEqual(['disk-damage store', 'store-durable store']);
});

test('a lie is found out at a crash, even after the fault; an honest sync makes it true', () => {
  for (const isHonestInTime of [false, true]) {
    const s = rested(disk('lying-sync'));
    write(s, 'store', 1);
    s.kernel.run(4 * SECOND);
    expect(s.story('lying-sync')).toContain('bitten@3100');
    if (isHonestInTime) write(s, 'store', 1);
    s.kernel.run(5 * SECOND);
    crash(s, 'store');
    expect(found(s, 'store')).toHaveLength(isHonestInTime ? 5 : 3);
    expect(failures(s)).toEqual(isHonestInTime ? [] : ['store-durable store', 'disk-damage store']);
  }
});

test('an old snapshot takes the machine down, its disk back, and brings it up when it ends', () => {
  const s = stage([disk('old-snapshot', { params: { ageUs: SECOND } })]);
  write(s, 'store', 1);
  s.kernel.run(2 * SECOND + 500 * MS);
  write(s, 'store', 2);
  s.kernel.run(3 * SECOND + 100 * MS);
  expect(s.sim.machine('store').state).toBe('down');
  expect(failures(s)).toEqual(['store-durable store']);
  s.kernel.run(3 * SECOND + 300 * MS);
  expect(s.sim.machine('store').state).toBe('up');
  expect(found(s, 'store')).toEqual([0]);
});

test('an old snapshot of what did not change is a crash, and bites nobody', () => {
  const s = rested(disk('old-snapshot', { params: { ageUs: SECOND } }));
  s.kernel.run(4 * SECOND);
  expect(s.sim.machine('store').incarnation).toBe(2);
  expect(s.story('old-snapshot')).toEqual(['drawn@0', 'armed@3000', 'ended@3200']);
  expect(failures(s)).toEqual([]);
});

test('who brought the machine up meanwhile is not brought up twice', () => {
  const s = rested(disk('old-snapshot', { params: { ageUs: SECOND } }));
  s.sim.machine('store').restart('test');
  s.sim.machine('store').crash('test');
  s.kernel.run(4 * SECOND);
  expect(s.sim.machine('store').state).toBe('down');
});

test('stalls, slowness, refusals and failed reads bite when they change something, and end', () => {
  const faults = [
    disk('disk-stall'),
    disk('slow-disk', { params: { factor: 100 } }),
    disk('disk-full'),
    disk('sync-fail', { params: { failPpm: 1_000_000 } }),
    disk('read-error', { params: { errorPpm: 1_000_000 } }),
  ];
  for (const each of faults) {
    const quiet = rested(each);
    quiet.kernel.run(4 * SECOND);
    expect(quiet.story(each.kind)).toEqual(['drawn@0', 'armed@3000', 'ended@3200']);
    const busy = rested(each);
    write(busy, 'store', 1);
    busy.kernel.run(3 * SECOND + 150 * MS);
    crash(busy, 'store');
    busy.kernel.run(5 * SECOND);
    expect(busy.story(each.kind)[2]).toMatch(/^bitten@31/);
    expect(busy.sim.machine('store').disk.recover().unreadable).toBeUndefined();
    expect(busy.sim.machine('store').disk.slowness).toBe(1);
    expect(busy.sim.machine('store').state).toBe('up');
    expect(failures(busy)).toEqual([]);
  }
});
