/**
 * Long drawn runs of groups of three and five: members that time out, end and lose what was not
 * synced, machines that join and are removed, messages late, twice or never; nothing but the
 * invariants is asked for, and in the end that a calm group still works.
 *
 *     RAFT_SEED=7 npx vitest run test/scheduler/raft/long-run.test.ts   does one of them again
 */
import { expect, test } from 'vitest';
import { hashedRandom, pick, type Random } from '../../../src/lib/random.ts';
import { RAFT_RULES, type RaftRules } from '../../../src/scheduler/parts/raft/rules.ts';
import { RaftLab } from '../../support/raft-lab.ts';
import { TIMELESS } from '../../support/raft-machine.ts';

const SEED = process.env['RAFT_SEED'];
const isHunt = process.env['HUNT'] === '1';
const SEEDS =
  SEED === undefined ? Array.from({ length: isHunt ? 100 : 8 }, (_, i) => `${i + 1}`) : [SEED];
const AGAIN = 'RAFT_SEED=<seed> npx vitest run test/scheduler/raft/long-run.test.ts does it again';
const STEPS = isHunt ? 6_000 : 1_500;

/** Time goes slower than in the walks, so that members are found dead and learners found ready. */
const OPTIONS = { ...TIMELESS, deadUs: 6_000_000, inFlightMax: 3 };
const BEAT_US = 700_000;
const MACHINES_MAX = 7;

/** A message arrives, in order or not, and perhaps again; or it never does. */
function deliver(lab: RaftLab, random: Random): void {
  const chance = random.below(20);
  const nth = chance < 14 ? 0 : random.below(lab.mail.length + 1);
  const [mail] = chance === 19 ? lab.mail.slice(nth, nth + 1) : lab.mail.splice(nth, 1);
  if (mail !== undefined && chance !== 0) lab.hear(mail);
}

/** One thing that may happen, drawn. */
function happen(lab: RaftLab, random: Random, step: number): void {
  const chance = random.below(1_000);
  if (chance < 650) return deliver(lab, random);
  const name = pick(random, [...lab.machines.keys()]);
  const { raft, unsynced } = lab.at(name);
  if (chance < 850) lab.do(name, { kind: 'sync' });
  else if (chance < 860) lab.do(name, { kind: 'timeout' });
  else if (chance < 868) lab.restart(name, random.below(unsynced + 1));
  else if (chance < 875 && unsynced === 0 && raft.commit > raft.log.base.index) {
    lab.do(name, { kind: 'compact' });
  } else if (chance < 877 && lab.machines.size < MACHINES_MAX) lab.begin(`n${step}`);
  else if (raft.role === 'leader') {
    lab.do(name, { kind: 'wait', us: BEAT_US });
    lab.do(name, chance < 950 ? { kind: 'beat' } : { kind: 'propose', data: step });
  }
}

function run(seed: string, size: number, rules: RaftRules = RAFT_RULES): RaftLab {
  const random = hashedRandom(seed, 'raft', size);
  const voters = Array.from({ length: size }, (_, i) => `m${i + 1}`);
  const isPre = random.below(2) === 0;
  const options = { ...OPTIONS, preVote: isPre, entriesMax: 1 + random.below(3) };
  const lab = new RaftLab(voters, { rules, options });
  for (let step = 0; step < STEPS; step++) {
    try {
      happen(lab, random, step);
    } catch (error) {
      throw new Error(`seed ${seed}, ${size} members, step ${step}: ${String(error)}; ${AGAIN}`);
    }
  }
  return lab;
}

/** Everybody hears everybody, and each that still waits for a leader stands in turn. */
function calm(lab: RaftLab): void {
  for (let round = 0; round < 20; round++) {
    lab.settle();
    for (const [name, { raft }] of lab.machines) {
      if (raft.role === 'leader') lab.do(name, { kind: 'beat' });
      else if (lab.leaders.length === 0) lab.do(name, { kind: 'timeout' });
      lab.settle();
    }
  }
}

const seen = { elections: 0, changes: 0, snapshots: 0 };

test.each(SEEDS.flatMap((seed) => [3, 5].map((size) => ({ seed, size }))))(
  'seed $seed: $size members',
  ({ seed, size }) => {
    const lab = run(seed, size);
    expect(run(seed, size).past).toEqual(lab.past);
    const before = lab.past.last.index;
    seen.elections += Object.keys(lab.past.leaders).length;
    seen.changes += lab.past.configs.length - 1;
    for (const { raft } of lab.machines.values()) seen.snapshots += raft.log.base.index > 0 ? 1 : 0;
    calm(lab);
    const [leader = 'nobody'] = lab.leaders;
    expect(lab.leaders).toEqual([leader]);
    lab.do(leader, { kind: 'propose', data: 'in the end' });
    lab.settle();
    expect(lab.at(leader).acknowledged.at(-1)).toBe('in the end');
    expect(lab.past.last.index).toBeGreaterThan(before);
  },
);

test('wrong rules are found this way, too', () => {
  const wrong: Partial<RaftRules> = { grantsVote: () => true };
  const found = SEEDS.filter((seed) => {
    try {
      run(seed, 3, { ...RAFT_RULES, ...wrong });
      return false;
    } catch {
      return true;
    }
  });
  expect(found).not.toEqual([]);
});

test('the runs were not empty', () => {
  for (const count of Object.values(seen)) expect(count).toBeGreaterThanOrEqual(SEEDS.length);
});
