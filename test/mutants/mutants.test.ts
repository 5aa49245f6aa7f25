import { describe, expect, test } from 'vitest';
import type { Mutant } from '../../src/mutants/mutant.ts';
import { MUTANTS } from '../../src/mutants/mutants.ts';
import { DESIGNS, selectDesign } from '../../src/scenario/registry.ts';
import { LEASE_PARTS } from '../../src/scheduler/designs/lease/lease.ts';
import { RAFT_PARTS } from '../../src/scheduler/designs/raft/raft.ts';
import { SAMPLING_PARTS } from '../../src/scheduler/designs/sampling/parts.ts';
import { SHARDED_PARTS } from '../../src/scheduler/designs/sharded/sharded.ts';
import { SAFE_PARTS } from '../../src/scheduler/parts/engine.ts';
import { OPTIMISTIC_PARTS } from '../../src/scheduler/parts/optimistic/optimist.ts';
import { ROWS_PARTS } from '../../src/scheduler/parts/rows/parts.ts';
import { WORKER_PARTS } from '../../src/scheduler/worker/worker.ts';

type Parts = Readonly<Record<string, unknown>>;

/** What a mutant replaces one of, by whose mutant it is. */
const RIGHT: Readonly<Record<Mutant['of'], readonly Parts[]>> = {
  engine: [{ ...SAFE_PARTS }],
  lease: [{ ...LEASE_PARTS }],
  rows: [{ ...ROWS_PARTS }],
  raft: [{ ...RAFT_PARTS }],
  sampling: [{ ...SAMPLING_PARTS }],
  optimistic: [{ ...OPTIMISTIC_PARTS }],
  sharded: [{ ...SHARDED_PARTS }],
  any: [{ ...SAFE_PARTS }, { ...ROWS_PARTS }],
  worker: [{ ...WORKER_PARTS }],
};

/** The design as it is, or with the options without which the mutant would change nothing. */
function hostOf(design: string, mutant: string): string {
  const selected = selectDesign(`${design}~${mutant}`);
  const hint = selected.kind === 'failed' ? selected.error[0]?.hint : undefined;
  return hint?.split('~')[0] ?? design;
}

describe.each(MUTANTS)('$name', (mutant) => {
  const { name, sentence, source, parts } = mutant;

  test('replaces exactly one part of its design', () => {
    const replaced = Object.entries(parts);
    expect(replaced.length).toBe(1);
    for (const right of RIGHT[mutant.of]) {
      for (const [part, wrong] of replaced) {
        expect(Object.keys(right)).toContain(part);
        expect(wrong).not.toBe(right[part]);
      }
    }
  });

  test('says what it does wrong, and who did it', () => {
    expect(sentence).toMatch(/^[A-Z].*\.$/);
    expect(source).toMatch(/^[\w./-]+#\d+$/);
  });

  test('is selected like a design, and promises what its design promises', () => {
    const hosts = DESIGNS.filter(({ mutants }) => mutants.includes(mutant));
    expect(hosts.length).toBeGreaterThan(0);
    for (const { name: design } of hosts) {
      const host = hostOf(design, name);
      const [selected, right] = [selectDesign(`${host}~${name}`), selectDesign(host)];
      if (selected.kind === 'failed' || right.kind === 'failed') throw new Error(design);
      const { build: _, workerParts: own, coreSchedulers: core, ...said } = selected.value;
      const { build: __, workerParts, coreSchedulers: rightCore, ...promised } = right.value;
      expect(own !== workerParts).toBe(mutant.of === 'worker');
      expect(said).toEqual({ ...promised, name: `${host}~${name}` });
      for (const members of [1, 2, 3, 5]) expect(core(members)).toBe(rightCore(members));
    }
  });
});

test('names are unique', () => {
  expect(new Set(MUTANTS.map(({ name }) => name)).size).toBe(MUTANTS.length);
});

test('every root cause has a mutant', () => {
  expect(new Set(MUTANTS.map(({ cause }) => cause)).size).toBe(9);
});

test('a mutant of the lease is none of a design without one', () => {
  const selected = selectDesign('single~no-self-fence');
  expect(selected).toMatchObject({ kind: 'failed' });
  expect(selectDesign('lease~no-self-fense')).toMatchObject({
    error: [{ problem: "there is no mutant of lease called 'no-self-fense'" }],
  });
});
