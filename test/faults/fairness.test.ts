import { describe, expect, test } from 'vitest';
import { type ClockTruth, watchFairness } from '../../src/faults/fairness.ts';
import type { Fact, FactOf } from '../../src/history/fact.ts';
import { ALL_KINDS, Recorder } from '../../src/history/history.ts';
import { MS, SECOND, virtualUs, wallUs } from '../../src/lib/units.ts';

const clock = (atUs: number, machine: string, ratePpm: number, wallErrorUs: number): Fact => ({
  kind: 'clock',
  at: virtualUs(atUs),
  machine,
  ratePpm,
  wallErrorUs,
});
const phase = (atUs: number): Fact => ({ kind: 'phase', at: virtualUs(atUs), phase: 'chaos' });
const BEGAN: Fact = { kind: 'run-began', at: virtualUs(0), startWallUs: wallUs(0), machines: [] };

function failures(facts: readonly Fact[], initial: readonly ClockTruth[] = []) {
  const recorder = new Recorder();
  const failed: FactOf<'assumption-failed'>[] = [];
  const order: string[] = [];
  const members = new Set(['s1', 's2']);
  const assumes = { ratePpmMax: 500, wallErrorUsMax: 500 * MS, singleCopy: true, noSuspend: true };
  recorder.subscribe(watchFairness({ recorder, assumes, members, initial }));
  recorder.subscribe({
    listens: ALL_KINDS,
    onFact: (fact) => {
      order.push(fact.kind);
      if (fact.kind === 'assumption-failed') failed.push(fact);
    },
  });
  for (const fact of facts) recorder.record(fact);
  return { order, failed: failed.map((f) => `${f.at} ${f.assumption} ${f.machine}: ${f.detail}`) };
}

describe('watchFairness', () => {
  test('says nothing while clocks are within bounds, at the bound included', () => {
    const { failed } = failures([
      BEGAN,
      clock(1, 's1', 500, 500 * MS),
      clock(2, 's1', 0, 0),
      clock(3, 's2', -500, -500 * MS),
      clock(4, 's2', 0, 0),
      phase(90 * SECOND),
    ]);
    expect(failed).toEqual([]);
  });

  test('records each assumption once per machine, before judges hear of the fact', () => {
    const { failed, order } = failures([
      clock(1, 's1', 501, 0),
      clock(2, 's1', 700, 0),
      clock(3, 's1', 0, -600 * MS),
      clock(4, 's1', 0, 900 * MS),
      clock(5, 's2', 0, 501 * MS),
    ]);
    expect(failed).toEqual([
      '1 rate-error s1: rate off by 501 ppm, assumed within 500 ppm',
      '3 wall-error s1: wall clock off by -600 ms, assumed within 500 ms',
      '5 wall-error s2: wall clock off by 501 ms, assumed within 500 ms',
    ]);
    expect(order.slice(0, 2)).toEqual(['assumption-failed', 'clock']);
  });

  test('does not mind the clocks of machines that the design does not rely on', () => {
    expect(failures([clock(1, 'worker-1', 9_000, SECOND)]).failed).toEqual([]);
  });

  test('checks what clocks are like when the run begins', () => {
    const initial = [
      { machine: 's1', ratePpm: 600, wallErrorUs: 0 },
      { machine: 's2', ratePpm: 0, wallErrorUs: -SECOND },
    ];
    expect(failures([BEGAN], initial).failed.map((line) => line.split(':')[0])).toEqual([
      '0 rate-error s1',
      '0 wall-error s2',
    ]);
  });

  test('notices a wall clock that drifts out of bounds, at the first fact from then on', () => {
    // 400 ppm take 250 s from 400 ms to 500 ms.
    const before = [clock(0, 's1', 400, 400 * MS), phase(250 * SECOND)];
    expect(failures(before).failed).toEqual([]);
    const after = [...before, phase(260 * SECOND), phase(270 * SECOND)];
    expect(failures(after).failed).toEqual([
      '260000000 wall-error s1: wall clock off by 504 ms, assumed within 500 ms',
    ]);
    const other = [clock(0, 's1', -400, 400 * MS), phase(2_000 * SECOND)];
    expect(failures(other).failed).toEqual([]);
  });

  test('counts with what slews a wall clock or stops it, not with the oscillator', () => {
    const slewed = (wallRatePpm: number, untilUs: number) =>
      failures([{ ...clock(0, 's1', 0, 100 * MS), wallRatePpm } as Fact, phase(untilUs)]).failed;
    // 50,000 ppm take 8 s from 100 ms to 500 ms; a clock at a standstill takes 600 ms to -500 ms.
    expect(slewed(50_000, 8 * SECOND)).toEqual([]);
    expect(slewed(50_000, 8 * SECOND + 20)).toEqual([
      '8000020 wall-error s1: wall clock off by 500 ms, assumed within 500 ms',
    ]);
    expect(slewed(-1_000_000, 600 * MS)).toEqual([]);
    expect(slewed(-1_000_000, 600 * MS + 1)).toEqual([
      '600001 wall-error s1: wall clock off by -500 ms, assumed within 500 ms',
    ]);
    // Led exactly against its oscillator, a clock stays where it is; that is no rate error of it.
    const held = { ...clock(0, 's1', 400, 499 * MS), wallRatePpm: 0 } as Fact;
    expect(failures([held, phase(9_000 * SECOND)]).failed).toEqual([]);
  });
});
