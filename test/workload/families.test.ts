import { expect, test } from 'vitest';
import { SECOND, wallUs } from '../../src/lib/units.ts';
import type { JobSpec } from '../../src/scheduler/api.ts';
import { type Demand, familySize } from '../../src/workload/demand.ts';
import { planWorkload } from '../../src/workload/workload.ts';
import { DEMAND, streamsOf } from './fixtures.ts';

const FAMILIES = { sharePpm: 100_000, children: 3, depth: 2, onFailed: 'drawn' } as const;

interface Submitted {
  readonly atUs: number;
  readonly client: number;
  readonly spec: JobSpec;
}

function submitsOf(changes: Partial<Demand>, endS = 65): ReadonlyMap<string, Submitted> {
  const plan = planWorkload({
    workload: { ...DEMAND, families: FAMILIES, ...changes },
    rng: streamsOf('7'),
    startUs: 5 * SECOND,
    endUs: endS * SECOND,
    startWallUs: wallUs(0),
    schedules: [],
  });
  const submits = new Map<string, Submitted>();
  for (const { atUs, client, request } of plan) {
    if (request.kind !== 'submit') continue;
    expect(submits.has(request.job), request.job).toBe(false);
    submits.set(request.job, { atUs, client, spec: request.spec });
  }
  return submits;
}

test('children are asked for after their parents, by the same client', () => {
  const submits = submitsOf({});
  let children = 0;
  for (const { atUs, client, spec } of submits.values()) {
    for (const parent of spec.parents ?? []) {
      children++;
      expect(submits.get(parent)?.atUs).toBeLessThan(atUs);
      expect(submits.get(parent)?.client).toBe(client);
    }
  }
  expect(children).toBeGreaterThan(1_000);
});

test('a family fans out into rows, and a last job waits for the ends of all', () => {
  const submits = submitsOf({});
  const parentsOf = (job: string) => submits.get(job)?.spec.parents;
  const roots = [...submits.keys()].filter((job) => submits.has(`${job}.last`));
  // A tenth of about 3000.
  expect(roots.length).toBeGreaterThan(240);
  expect(roots.length).toBeLessThan(360);
  for (const root of roots) {
    expect(parentsOf(root)).toBeUndefined();
    expect(parentsOf(`${root}.1.1`)).toEqual([root]);
    expect(parentsOf(`${root}.3.2`)).toEqual([`${root}.3.1`]);
    expect(parentsOf(`${root}.last`)).toEqual([1, 2, 3].map((row) => `${root}.${row}.2`));
    const members = [...submits.keys()].filter((job) => job.startsWith(`${root}.`));
    expect(members.length + 1).toBe(familySize(FAMILIES));
  }
});

test('what becomes of orphans is as asked, or drawn', () => {
  const policies = (onFailed: 'cancel' | 'run' | 'drawn') => {
    const specs = [...submitsOf({ families: { ...FAMILIES, onFailed } }).values()];
    const children = specs.filter(({ spec }) => spec.parents !== undefined);
    return new Set(children.map(({ spec }) => spec.onFailedParent ?? 'cancel'));
  };
  expect(policies('cancel')).toEqual(new Set(['cancel']));
  expect(policies('run')).toEqual(new Set(['run']));
  expect(policies('drawn')).toEqual(new Set(['cancel', 'run']));
});

test('no unique key may orphan a family, and its parents stand even where time is short', () => {
  const submits = submitsOf({ unique: { sharePpm: 1_000_000, keys: 5 } }, 6);
  for (const [job, { spec }] of submits) {
    const isFamily = spec.parents !== undefined || submits.has(`${job}.1.1`);
    if (isFamily) expect(spec.uniqueKey, job).toBeUndefined();
    for (const parent of spec.parents ?? []) expect(submits.has(parent)).toBe(true);
  }
  expect([...submits.values()].some(({ spec }) => spec.uniqueKey !== undefined)).toBe(true);
});

test('families change nothing about the jobs that arrive', () => {
  const without = planWorkload({
    workload: DEMAND,
    rng: streamsOf('7'),
    startUs: 5 * SECOND,
    endUs: 65 * SECOND,
    startWallUs: wallUs(0),
    schedules: [],
  });
  const submits = submitsOf({});
  for (const { atUs, request } of without) {
    if (request.kind !== 'submit') continue;
    expect(submits.get(request.job)).toMatchObject({ atUs, spec: request.spec });
  }
});
