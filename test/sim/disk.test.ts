import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RecoveredRecord } from '../../src/host/host.ts';
import { LOG_FILE } from '../../src/host/step.ts';
import { SECOND } from '../../src/lib/units.ts';
import type { Machine } from '../../src/sim/machine.ts';
import { type Lab, lab, scripted } from './lab.ts';

interface Bench extends Lab {
  readonly machine: Machine;
  /** Tokens answered, and the records of the last read. */
  readonly answered: string[];
  readonly reads: (readonly RecoveredRecord[])[];
  /** What every start found in the file `f`. */
  readonly found: (readonly RecoveredRecord[])[];
}

function bench(seed: string): Bench {
  const made = lab(seed);
  const answered: string[] = [];
  const reads: (readonly RecoveredRecord[])[] = [];
  const found: (readonly RecoveredRecord[])[] = [];
  const factory = scripted({
    onStart: (_, recovered) => {
      found.push(recovered.files.get('f') ?? []);
    },
    onDisk: (_, token, outcome) => {
      answered.push(token);
      if (outcome.kind === 'data') reads.push(outcome.records);
    },
  });
  const machine = made.sim.add({ name: 'm', role: 'scheduler', factory });
  made.sim.startAll();
  return { ...made, machine, answered, reads, found };
}

const write = (machine: Machine, from: number, to: number): void => {
  for (let n = from; n < to; n++) machine.disk.append('f', n);
};
const whole = (records: readonly RecoveredRecord[]): number[] =>
  records.flatMap((record) => (record.kind === 'intact' ? [record.data as number] : []));
const range = (n: number): number[] => [...Array(n).keys()];

describe('SimDisk', () => {
  it('keeps, at every crash, all that was synced, in its place', () => {
    const count = fc.integer({ min: 0, max: 12 });
    const rounds = fc.array(fc.record({ count, sync: fc.boolean(), waitUs: fc.nat(700) }));
    fc.assert(
      fc.property(fc.nat(), rounds, (seed, parts) => {
        const { kernel, machine, answered, found } = bench(String(seed));
        let written = 0;
        const lengthAt = new Map<string, number>();
        for (const part of parts) {
          write(machine, written, written + part.count);
          written += part.count;
          const token = String(lengthAt.size);
          if (part.sync) {
            machine.disk.sync('f', token, kernel.now);
            lengthAt.set(token, written);
          }
          kernel.run(kernel.now + part.waitUs);
        }
        machine.crash('test');
        machine.restart('test');
        const durable = Math.max(0, ...answered.map((token) => lengthAt.get(token)!));
        const records = found.at(-1)!;
        expect(whole(records.slice(0, durable))).toEqual(range(durable));
        const rest = whole(records.slice(durable));
        expect(new Set(rest).size).toBe(rest.length);
        for (const n of rest) expect(n >= durable && n < written).toBe(true);
        expect(records.length).toBeLessThanOrEqual(written);
      }),
    );
  });

  it('leaves of unsynced records all, none, some, torn and reordered ones, over seeds', () => {
    const seen = new Set<string>();
    for (const seed of range(100)) {
      const { machine, found } = bench(String(seed));
      write(machine, 0, 6);
      machine.crash('test');
      machine.restart('test');
      const records = found.at(-1)!;
      const kept = whole(records);
      const isSorted = kept.every((n, i) => i === 0 || n > kept[i - 1]!);
      seen.add(kept.length === 6 ? 'all' : kept.length === 0 ? 'none' : 'some');
      if (kept.length < records.length) seen.add('torn');
      if (!isSorted) seen.add('reordered');
    }
    expect([...seen].sort()).toEqual(['all', 'none', 'reordered', 'some', 'torn']);
  });

  it('may keep or lose a sync that was in flight', () => {
    const lengths = new Set<number>();
    for (const seed of range(60)) {
      const { kernel, machine, found, answered } = bench(String(seed));
      write(machine, 0, 1);
      machine.disk.sync('f', 's', 0);
      kernel.run(100);
      machine.crash('test');
      kernel.run(SECOND);
      machine.restart('test');
      kernel.run(2 * SECOND);
      expect(answered).toEqual([]);
      lengths.add(whole(found.at(-1)!).length);
    }
    expect(lengths).toEqual(new Set([0, 1]));
  });

  it('replaces a file as a whole: the old or the new, and the new once answered', () => {
    const seen = new Set<string>();
    for (const seed of range(60)) {
      const { kernel, machine, answered, found } = bench(String(seed));
      write(machine, 0, 3);
      machine.disk.sync('f', 's', 0);
      kernel.run(SECOND);
      machine.disk.replace('f', [10, 11], 'r', kernel.now);
      kernel.run(SECOND + 350);
      machine.crash('test');
      machine.restart('test');
      const text = whole(found.at(-1)!).join();
      expect(['0,1,2', '10,11']).toContain(text);
      if (answered.includes('r')) expect(text).toBe('10,11');
      seen.add(`${answered.includes('r')} ${text}`);
    }
    expect(seen).toEqual(new Set(['true 10,11', 'false 10,11', 'false 0,1,2']));
  });

  it('keeps appends after a replacement behind it, and what is synced there', () => {
    const { kernel, machine, found, answered } = bench('behind');
    write(machine, 0, 3);
    machine.disk.replace('f', [10, 11], 'r', 0);
    write(machine, 12, 14);
    machine.disk.sync('f', 's', 0);
    kernel.run(SECOND);
    expect(answered).toEqual(['r', 's']);
    machine.crash('test');
    machine.restart('test');
    expect(whole(found.at(-1)!)).toEqual([10, 11, 12, 13]);
  });

  it('serves requests in order, one at a time, and reads what was there when asked', () => {
    const { kernel, machine, answered, reads } = bench('order');
    const times: number[] = [];
    write(machine, 0, 2);
    machine.disk.sync('f', '0', 0);
    machine.disk.read('f', '1', 0);
    write(machine, 2, 3);
    for (let n = 2; n < 6; n++) machine.disk.sync('f', String(n), 0);
    while (kernel.step()) times.push(kernel.now);
    expect(answered).toEqual(['0', '1', '2', '3', '4', '5']);
    expect(reads.map(whole)).toEqual([[0, 1]]);
    times.slice(2).forEach((at, i) => {
      expect(at - times[i + 1]!).toBeGreaterThanOrEqual(200);
      expect(at - times[i + 1]!).toBeLessThanOrEqual(500);
    });
  });

  it('holds back what waits for a sync until it is durable', () => {
    const { kernel, sim } = lab('step');
    const got: number[] = [];
    const durable: boolean[] = [];
    const log: (readonly RecoveredRecord[])[] = [];
    const message = { kind: 'reply' };
    const factory = scripted({
      onStart: (_, recovered) => {
        log.push(recovered.files.get(LOG_FILE) ?? []);
        const afterSync = [{ kind: 'send', to: 'peer', message } as const];
        return { now: [], persist: [{ v: 1, n: log.length }], afterSync };
      },
    });
    const machine = sim.add({ name: 'm', role: 'scheduler', factory });
    const peer = scripted({
      onMessage: () => {
        got.push(kernel.now);
      },
    });
    sim.add({ name: 'peer', role: 'client', factory: peer });
    sim.startAll();
    kernel.run(SECOND);
    expect(got).toHaveLength(1);
    expect(got[0]).toBeGreaterThanOrEqual(200 + 1_000);
    machine.crash('test');
    machine.restart('test');
    durable.push(log[1]?.[0]?.kind === 'intact');
    expect(durable).toEqual([true]);
  });
});
