import { describe, expect, it } from 'vitest';
import type { DiskOutcome, Recovered, RecoveredRecord } from '../../src/host/host.ts';
import { hashedRandom } from '../../src/lib/random.ts';
import { MS, SECOND } from '../../src/lib/units.ts';
import type { Machine } from '../../src/sim/machine.ts';
import { type Lab, lab, scripted } from './lab.ts';

interface Bench extends Lab {
  readonly machine: Machine;
  readonly answers: (readonly [token: string, outcome: DiskOutcome, atUs: number])[];
  /** What every start found. */
  readonly found: Recovered[];
}

function bench(seed = 'rules'): Bench {
  const made = lab(seed);
  const answers: Bench['answers'] = [];
  const found: Recovered[] = [];
  const factory = scripted({
    onStart: (_, recovered) => void found.push(recovered),
    onDisk: (_, token, outcome) => void answers.push([token, outcome, made.kernel.now]),
  });
  const machine = made.sim.add({ name: 'm', role: 'store', factory });
  made.sim.startAll();
  return { ...made, machine, answers, found };
}

const write = ({ machine, kernel }: Bench, token: string, ...records: readonly unknown[]): void => {
  for (const record of records) machine.disk.append('f', record);
  machine.disk.sync('f', token, kernel.now);
};
const again = ({ machine }: Bench): void => {
  machine.crash('test');
  machine.restart('test');
};
const whole = (records: readonly RecoveredRecord[] | undefined): unknown[] =>
  (records ?? []).map((record) => (record.kind === 'intact' ? record.data : 'damaged'));
const lastFound = ({ found }: Bench): unknown[] => whole(found.at(-1)?.files.get('f'));
const kinds = ({ answers }: Bench): string[] => answers.map(([, { kind }]) => kind);
const over = <T>(seeds: number, run: (seed: string) => T): Set<T> =>
  new Set(Array.from({ length: seeds }, (_, i) => run(String(i))));

const NO_SPACE = { kind: 'failed', reason: 'no space', keptPpm: 0 } as const;

describe('writes that fail', () => {
  it('refuses on a full disk what was appended before it was full; what was synced stays', () => {
    const b = bench();
    write(b, 'a', 1, 2);
    b.kernel.run(SECOND);
    b.machine.disk.append('f', 3);
    const isFullNoMore = b.machine.disk.addRule({ onWrite: () => NO_SPACE });
    write(b, 'b', 4);
    b.machine.disk.replace('g', ['new'], 'c', b.kernel.now);
    // Nothing to write: nothing to refuse.
    b.machine.disk.sync('g', 'd', b.kernel.now);
    b.kernel.run(2 * SECOND);
    expect(kinds(b)).toEqual(['ok', 'failed', 'failed', 'ok']);
    isFullNoMore();
    write(b, 'e', 5);
    b.kernel.run(3 * SECOND);
    expect(kinds(b).at(-1)).toBe('ok');
    again(b);
    expect(lastFound(b).filter((r) => r !== 'damaged')).toEqual([1, 2, 5]);
    expect(b.found.at(-1)?.files.get('g')).toEqual([]);
  });

  it('leaves of a failed sync some, for good; a later ok covers only what came later', () => {
    const kept = over(40, (seed) => {
      const b = bench(seed);
      const fate = { kind: 'failed', reason: 'broken', keptPpm: 500_000 } as const;
      const end = b.machine.disk.addRule({ onWrite: () => fate });
      write(b, 'a', 1);
      b.kernel.run(SECOND);
      end();
      write(b, 'b', 2);
      b.kernel.run(2 * SECOND);
      expect(kinds(b)).toEqual(['failed', 'ok']);
      const before = JSON.stringify(b.machine.disk.recover().files.get('f'));
      again(b);
      expect(lastFound(b).at(-1)).toBe(2);
      expect(JSON.stringify(b.found.at(-1)?.files.get('f'))).toBe(before);
      return lastFound(b).join();
    });
    expect(kept).toEqual(new Set(['1,2', '2', 'damaged,2']));
  });

  it('appends behind the old file when a replacement fails', () => {
    const b = bench();
    write(b, 'a', 1);
    b.kernel.run(SECOND);
    const end = b.machine.disk.addRule({ onWrite: () => NO_SPACE });
    b.machine.disk.replace('f', [10, 11, 12], 'r', b.kernel.now);
    b.kernel.run(SECOND + 1);
    write(b, 's', 2);
    b.machine.disk.read('f', 't', b.kernel.now);
    while (b.answers.length < 2) b.kernel.step();
    end();
    b.kernel.run(2 * SECOND);
    expect(kinds(b)).toEqual(['ok', 'failed', 'ok', 'data']);
    const [, outcome] = b.answers.at(-1)!;
    expect(outcome.kind === 'data' && whole(outcome.records)).toEqual([1, 2]);
    again(b);
    expect(lastFound(b)).toEqual([1, 2]);
  });
});

describe('syncs that lie', () => {
  const lying = (b: Bench, lost: string[]): (() => void) =>
    b.machine.disk.addRule({ onWrite: () => ({ kind: 'lied', onLost: () => lost.push('lost') }) });

  it('loses at a crash all that was not honestly synced, and says so', () => {
    const b = bench();
    const lost: string[] = [];
    write(b, 'a', 1);
    b.kernel.run(SECOND);
    lying(b, lost);
    write(b, 'b', 2);
    b.kernel.run(2 * SECOND);
    b.machine.disk.replace('g', ['new'], 'c', b.kernel.now);
    b.kernel.run(3 * SECOND);
    expect(kinds(b)).toEqual(['ok', 'ok', 'ok']);
    expect(whole(b.machine.disk.recover().files.get('f'))).toEqual([1, 2]);
    again(b);
    expect(lastFound(b)).toEqual([1]);
    expect(b.found.at(-1)?.files.get('g')).toEqual([]);
    expect(lost).toHaveLength(2);
  });

  it('loses nothing when a later sync was honest', () => {
    const b = bench();
    const lost: string[] = [];
    const end = lying(b, lost);
    b.machine.disk.replace('f', [1], 'a', 0);
    b.kernel.run(SECOND);
    end();
    write(b, 'b', 2);
    b.kernel.run(2 * SECOND);
    again(b);
    expect(lastFound(b)).toEqual([1, 2]);
    expect(lost).toEqual([]);
  });

  it('loses nothing when only the process is killed', () => {
    const b = bench();
    const lost: string[] = [];
    lying(b, lost);
    b.machine.disk.replace('f', [1], 'a', 0);
    b.kernel.run(SECOND);
    b.machine.disk.append('f', 2);
    b.machine.kill('test');
    b.machine.restart('test');
    expect(lastFound(b)).toEqual([1, 2]);
    again(b);
    expect(lastFound(b)).toEqual([]);
    expect(lost).toEqual(['lost']);
  });
});

describe('time', () => {
  it('answers nothing while it stalls, then all in order; a start finds it unreadable', () => {
    const b = bench();
    write(b, 'a', 1);
    b.kernel.run(1);
    let held = 0;
    const ends = [0, 1].map(() => b.machine.disk.stall(() => void held++));
    expect(held).toBe(2);
    write(b, 'b', 2);
    b.kernel.run(SECOND);
    expect(b.answers).toEqual([]);
    ends[0]!();
    b.kernel.run(2 * SECOND);
    expect(b.answers).toEqual([]);
    const { unreadable } = b.machine.disk.recover();
    expect([...(unreadable ?? [])]).toEqual(['f']);
    ends[1]!();
    b.kernel.run(3 * SECOND);
    expect(b.answers.map(([token]) => token)).toEqual(['a', 'b']);
    expect(b.machine.disk.recover().unreadable).toBeUndefined();
  });

  it('forgets at a crash what it held back', () => {
    const b = bench();
    const end = b.machine.disk.stall(() => {});
    write(b, 'a', 1);
    b.kernel.run(SECOND);
    again(b);
    end();
    b.kernel.run(20 * SECOND);
    expect(b.answers).toEqual([]);
  });

  it('takes longer by the product of all factors, and no longer than they last', () => {
    const spanOf = (...factors: readonly number[]): number => {
      const b = bench();
      for (const factor of factors) b.machine.disk.addRule({ factor });
      write(b, 'a', 1);
      b.kernel.run(100 * SECOND);
      return b.answers[0]![2];
    };
    const once = spanOf();
    expect(spanOf(10)).toBe(10 * once);
    expect(spanOf(10, 2.5)).toBe(25 * once);
    const b = bench();
    const end = b.machine.disk.addRule({ factor: 1e6 });
    write(b, 'a', 1);
    write(b, 'b', 2);
    b.kernel.run(SECOND);
    end();
    b.kernel.run(SECOND + 2 * MS);
    expect(b.answers.map(([token]) => token)).toEqual(['a', 'b']);
  });
});

describe('what is at rest', () => {
  const rot = ({ machine }: Bench, records: number): number =>
    machine.disk.rot(hashedRandom('rot'), records);

  it('rots, and is read as damaged, now and after a crash', () => {
    const b = bench();
    write(b, 'a', 1, 2, 3);
    b.kernel.run(2 * SECOND);
    expect(rot(b, 1)).toBe(1);
    b.machine.disk.read('f', 'r', b.kernel.now);
    b.kernel.run(3 * SECOND);
    const [, outcome] = b.answers.at(-1)!;
    const found = outcome.kind === 'data' ? whole(outcome.records) : [];
    expect(found.filter((r) => r === 'damaged')).toHaveLength(1);
    again(b);
    expect(lastFound(b)).toEqual(found);
    expect(rot(b, 100)).toBeLessThanOrEqual(2);
  });

  it('was synced a second ago, a second before the crash, and not while all stood still', () => {
    const b = bench();
    expect(rot(b, 9)).toBe(0);
    b.kernel.run(5 * SECOND);
    write(b, 'a', 1);
    b.kernel.run(5 * SECOND + 999 * MS);
    expect(rot(b, 9)).toBe(0);
    b.machine.pause('test');
    b.kernel.run(20 * SECOND);
    expect(rot(b, 9)).toBe(0);
    b.machine.crash('test');
    b.kernel.run(30 * SECOND);
    expect(rot(b, 9)).toBe(0);
    b.machine.restart('test');
    write(b, 'b', 2);
    b.kernel.run(40 * SECOND);
    b.machine.crash('test');
    expect(rot(b, 9)).toBe(2);
  });

  it('is not what a stalled disk has just written, nor what came before a failed write', () => {
    const b = bench();
    b.kernel.run(5 * SECOND);
    write(b, 'a', 1);
    b.kernel.run(5 * SECOND + 10 * MS);
    const end = b.machine.disk.stall(() => {});
    write(b, 'b', 2);
    b.kernel.run(20 * SECOND);
    expect(rot(b, 9)).toBe(0);
    b.machine.disk.addRule({ onWrite: () => NO_SPACE });
    end();
    b.kernel.run(20 * SECOND + 900 * MS);
    expect(rot(b, 9)).toBe(0);
    b.kernel.run(22 * SECOND);
    expect(rot(b, 9)).toBe(1);
  });
});

describe('writes that miss, and disks put back', () => {
  it('shows a record that never was written until the next crash, and then tells', () => {
    const b = bench();
    const gone: boolean[] = [];
    let left = 1;
    b.machine.disk.addRule({
      onWritten: (records) =>
        left-- === 1
          ? { place: records - 1, onGone: (isYoung) => void gone.push(isYoung) }
          : undefined,
    });
    write(b, 'a', 1, 2);
    b.kernel.run(SECOND);
    write(b, 'b', 3);
    b.kernel.run(5 * SECOND);
    b.machine.kill('test');
    b.machine.restart('test');
    expect(lastFound(b)).toEqual([1, 2, 3]);
    again(b);
    expect(lastFound(b)).toEqual([1, 3]);
    expect(gone).toEqual([false]);
  });

  it('goes back to what was durable then, files that were not yet there included', () => {
    const b = bench();
    b.machine.disk.keepMoments();
    write(b, 'a', 1);
    b.kernel.run(SECOND);
    write(b, 'b', 2);
    b.machine.disk.append('f', 3);
    b.machine.disk.replace('g', ['new'], 'r', b.kernel.now);
    b.kernel.run(2 * SECOND);
    b.machine.crash('test');
    expect(b.machine.disk.goBackTo(SECOND)).toBe(true);
    b.machine.restart('test');
    expect(lastFound(b)).toEqual([1]);
    expect(b.found.at(-1)?.files.get('g')).toEqual([]);
    b.machine.crash('test');
    expect(b.machine.disk.goBackTo(SECOND)).toBe(false);
    expect(b.machine.disk.goBackTo(-1)).toBe(true);
    b.machine.restart('test');
    expect(lastFound(b)).toEqual([]);
  });

  it('fails single reads, and files at a start, when told to', () => {
    const b = bench();
    write(b, 'a', 1);
    b.kernel.run(SECOND);
    const end = b.machine.disk.addRule({ failsRead: () => true });
    b.machine.disk.read('f', 'r', b.kernel.now);
    b.kernel.run(2 * SECOND);
    expect(kinds(b)).toEqual(['ok', 'failed']);
    again(b);
    // The program is not begun; its supervisor tries again.
    expect(b.found).toHaveLength(1);
    expect(b.machine.state).toBe('down');
    end();
    b.kernel.run(4 * SECOND);
    expect(lastFound(b)).toEqual([1]);
  });
});
