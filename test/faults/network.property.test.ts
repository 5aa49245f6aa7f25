/** What holds for every plan of network faults, whatever their numbers and however they overlap. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { infoOf } from '../../src/faults/faults.ts';
import { NETWORK_KINDS, type NetworkKind } from '../../src/faults/plan.ts';
import { MS } from '../../src/lib/units.ts';
import { anyNetworkFault, anyNetworkPlan, type Journey, watched } from './network-watch.ts';

const LATENCY_US = { min: 200, max: 800 };
const FOR_GOOD: NetworkKind = 'slow-pair';
const PASSING = NETWORK_KINDS.filter((kind) => kind !== FOR_GOOD);
const SINGLE = NETWORK_KINDS.filter((kind) => kind !== 'duplicate');

const tookUs = ({ departAtUs, arrivals }: Journey): number[] =>
  arrivals.map((atUs) => atUs - departAtUs);

/** It arrived, once, not before its time and after no more than this. */
const isOnce = (journey: Journey, mostUs: number): boolean => {
  const took = tookUs(journey);
  return took.length === 1 && took.every((us) => us >= LATENCY_US.min && us <= mostUs);
};

test('a healed network delivers everything sent after the heal, once and in time', () => {
  fc.assert(
    fc.property(anyNetworkPlan(PASSING), fc.integer({ min: 1, max: 2_500 }), (faults, healMs) => {
      const s = watched(faults);
      s.kernel.run(healMs * MS);
      s.injector.healAll();
      s.kernel.run((healMs + 200) * MS);
      const untilUs = s.kernel.now - 5 * MS;
      const after = s.journeys.filter(
        ({ sentAtUs }) => sentAtUs > healMs * MS && sentAtUs < untilUs,
      );
      expect(after.length).toBeGreaterThan(300);
      expect(after.filter((journey) => !isOnce(journey, LATENCY_US.max))).toEqual([]);
    }),
    { numRuns: 80 },
  );
}, 60_000);

test('a pair that is slow for good delivers everything after the heal, once, later', () => {
  fc.assert(
    fc.property(anyNetworkPlan(), anyNetworkFault([FOR_GOOD]), (others, pair) => {
      const faults = [...others, { id: 'pair', ...pair }];
      const s = watched(faults);
      const healUs = 1_500 * MS;
      s.kernel.run(healUs);
      s.injector.healAll();
      const slow = faults.filter(({ kind }) => kind === FOR_GOOD);
      const most = slow.reduce((sum, { params }) => sum + (params['delayUs'] ?? 0), 0);
      s.kernel.run(healUs + 100 * MS + most + 2 * MS);
      const after = s.journeys.filter(
        ({ sentAtUs }) => sentAtUs > healUs && sentAtUs < healUs + 100 * MS,
      );
      expect(after.filter((journey) => !isOnce(journey, LATENCY_US.max + most))).toEqual([]);
      const isArmed = s.story('pair').length > 1;
      const isSlow = after.some((journey) => (tookUs(journey)[0] ?? 0) > LATENCY_US.max);
      if (isArmed && (pair.params['delayUs'] ?? 0) > LATENCY_US.max) expect(isSlow).toBe(true);
    }),
    { numRuns: 40 },
  );
}, 60_000);

test('nothing arrives twice but by duplication, and nothing before its time', () => {
  fc.assert(
    fc.property(anyNetworkPlan(SINGLE), (faults) => {
      const s = watched(faults);
      s.kernel.run(1_800 * MS);
      s.injector.healAll();
      s.kernel.run(2_500 * MS);
      const isOdd = (journey: Journey): boolean =>
        journey.arrivals.length > 0 && !isOnce(journey, Number.POSITIVE_INFINITY);
      expect(s.journeys.filter(isOdd)).toEqual([]);
    }),
    { numRuns: 40 },
  );
}, 60_000);

/** What each message took, link by link; the same in every run where no fault had a say. */
function courses(faults: Parameters<typeof watched>[0]): Map<string, readonly number[]> {
  const s = watched(faults);
  s.kernel.run(2_050 * MS);
  const early = s.journeys.filter(({ sentAtUs }) => sentAtUs < 2_000 * MS);
  const found = new Map<string, readonly number[]>(
    early.map((j) => [`${j.from}>${j.to} ${j.round}`, tookUs(j)]),
  );
  for (const { id } of faults) {
    found.set(`${id} has bitten`, s.story(id).some((text) => text.startsWith('bitten')) ? [1] : []);
  }
  return found;
}

test('a fault bites exactly if it changed what became of a message', () => {
  const calm = courses([]);
  fc.assert(
    fc.property(anyNetworkFault(), (fault) => {
      const stormy = courses([{ id: 'f', ...fault }]);
      const hasBitten = stormy.get('f has bitten')?.length === 1;
      const changed = [...calm].filter(([key, took]) => {
        const other = stormy.get(key);
        // Rounds are counted: a machine that hears less is a little faster.
        return other !== undefined && String(other) !== String(took);
      });
      expect([hasBitten, changed[0]?.[0]]).toEqual([changed.length > 0, changed[0]?.[0]]);
    }),
    { numRuns: 120 },
  );
}, 60_000);

test('what has a direction leaves the other one alone', () => {
  const directed = NETWORK_KINDS.filter((kind) => infoOf(kind).params['direction'] !== undefined);
  expect(directed.length).toBeGreaterThan(12);
  const calm = courses([]);
  fc.assert(
    fc.property(anyNetworkFault(directed), fc.nat(1), (fault, direction) => {
      const target = { by: 'name', name: 's1' } as const;
      const { peer: _, ...rest } = fault;
      const params = { ...fault.params, direction };
      const stormy = courses([{ id: 'f', ...rest, target, params }]);
      const side = direction === 1 ? /^s1>/ : />s1 /;
      const hit = [...calm].filter(
        ([key, took]) => !side.test(key) && String(stormy.get(key) ?? took) !== String(took),
      );
      expect(hit).toEqual([]);
    }),
    { numRuns: 60 },
  );
}, 60_000);

test('the same plan and seed give the same run, step by step', () => {
  fc.assert(
    fc.property(anyNetworkPlan(), (faults) => {
      const fingerprint = (): string => {
        const s = watched(faults);
        s.kernel.run(1_200 * MS);
        s.injector.healAll();
        s.kernel.run(1_500 * MS);
        return s.kernel.fingerprint();
      };
      expect(fingerprint()).toBe(fingerprint());
    }),
    { numRuns: 40 },
  );
}, 60_000);
