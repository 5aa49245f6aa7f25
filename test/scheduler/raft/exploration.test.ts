/**
 * Raft, walked: every order of events of three members within bounds keeps what Raft promises, and
 * each wrong rule breaks it somewhere near. `HUNT=1` walks farther.
 */
import { expect, test } from 'vitest';
import { type SearchResult, search } from '../../../src/explore/model/search.ts';
import { required } from '../../../src/lib/assert.ts';
import { MUTANTS } from '../../../src/mutants/mutants.ts';
import { RAFT_RULES, type RaftRules } from '../../../src/scheduler/parts/raft/rules.ts';
import { BOUNDS, DEEP, worldOf } from '../../support/raft-bounds.ts';
import type { Packed, RaftBound } from '../../support/raft-world.ts';

const walk = (bound: RaftBound, rules: Partial<RaftRules> = {}): SearchResult<Packed> =>
  search(worldOf(bound, rules), bound);

/** Says how far it went; a bound that is reached before the end is said as well. */
function account({ name }: RaftBound, { kind, states, transitions, depth }: SearchResult<Packed>) {
  const how = kind === 'incomplete' ? 'the nearest' : 'all';
  process.stdout.write(
    `${name}: ${how} ${states} states, ${transitions} moves, up to ${depth} in a row\n`,
  );
}

const WALKS = process.env['HUNT'] === '1' ? [...BOUNDS, ...DEEP] : BOUNDS;

test.each(WALKS)(
  '$name: every order of events keeps what Raft promises',
  (bound) => {
    const result = walk(bound);
    account(bound, result);
    const found = result.kind === 'broken' ? [result.trace.why, ...result.trace.moves] : [];
    expect(found).toEqual([]);
    expect(result.states).toBeGreaterThan(1_000);
  },
  3_600_000,
);

/** Mutants of rules; in these walks no time passes, so leases are beyond them. */
const WALKED = MUTANTS.filter(
  ({ of, parts }) =>
    of === 'raft' &&
    Object.keys(parts).some((part) => part in RAFT_RULES && part !== 'leaseUntilUs'),
);

/** Mutant, where it is found, what it breaks, and after how many moves. */
const KILLS: readonly (readonly [string, string, string, number])[] = [
  [
    'commit-of-earlier-term',
    'elections after two leaders whom nobody followed',
    'm2 lacks entry 1, committed, and m2,m3 may elect it',
    9,
  ],
  [
    'two-changes-at-a-time',
    'two changes of members, and an election',
    'm2 lacks entry 3, committed, and m2,m3 may elect it',
    2,
  ],
  [
    'vote-not-persisted',
    'an election, and a voter that ends at any time',
    'm3 votes for m1 and for m2 in term 1',
    5,
  ],
  [
    'double-vote-after-restart',
    'an election, and a voter that ends at any time',
    'm3 votes for m1 and for m2 in term 1',
    6,
  ],
];

test.each(KILLS)('%s is found: %s', (mutant, name, why, moves) => {
  const { parts } = required(
    WALKED.find((each) => each.name === mutant),
    mutant,
  );
  const bound = required(
    BOUNDS.find((each) => each.name === name),
    name,
  );
  const result = walk(bound, parts as Partial<RaftRules>);
  expect(result.kind).toBe('broken');
  if (result.kind !== 'broken') return;
  process.stdout.write(
    `${[`${mutant}: ${result.trace.why}`, ...result.trace.moves].join('\n  ')}\n`,
  );
  expect(result.trace.why).toMatch(why);
  expect(result.trace.moves).toHaveLength(moves);
});

test('every mutant of a rule is walked', () => {
  expect(KILLS.map(([mutant]) => mutant)).toEqual(WALKED.map(({ name }) => name));
});
