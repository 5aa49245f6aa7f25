import { describe, expect, test } from 'vitest';
import { accountOf } from '../../../src/explore/model/account.ts';
import type { Bound, TimeBound } from '../../../src/explore/model/bounds.ts';
import { BOUNDS, EXCLUSION, PATIENCE, TOKENS } from '../../../src/explore/model/bounds.ts';
import type { Check } from '../../../src/explore/model/check.ts';
import { checkable, checkElection, WALKED_MUTANTS } from '../../../src/explore/model/check.ts';
import { MUTANTS } from '../../../src/mutants/mutants.ts';
import { stepElector } from '../../../src/scheduler/parts/elector.ts';

const walk = (selection: string, bound: Bound): Check => {
  const asked = checkable(selection);
  if (asked.kind === 'failed') throw new Error(JSON.stringify(asked.error));
  return checkElection(asked.value.step, bound);
};

const TWO = 'm0 and m1 lead at the same time';

/** What was found, and after how many moves. */
const found = ({ result }: Check): unknown =>
  result.kind === 'broken' ? [result.trace.why, result.trace.moves.length] : result.kind;

/** The ticks of exclusion, with something else about them. */
const within = (time: Partial<Extract<TimeBound, { kind: 'ticks' }>>, more = {}): Bound =>
  ({ ...EXCLUSION, ...more, time: { ...EXCLUSION.time, ...time } }) as Bound;

describe('three members, all orders of events', () => {
  test.each([
    [PATIENCE, 24_462, 47_527, 35],
    [EXCLUSION, 598_606, 1_367_070, 28],
    [TOKENS, 340_580, 2_840_051, 31],
  ])('nothing is found in the election as it is: $name', (bound, states, transitions, depth) => {
    const { result } = checkElection(stepElector, bound);
    expect(result).toEqual({ kind: 'held', states, transitions, depth });
  });

  test.each([
    ['no-self-fence', EXCLUSION, TWO, 20],
    ['no-stop-callback', EXCLUSION, TWO, 22],
    ['token-reset-on-release', TOKENS, 'epoch 1 is given twice', 8],
    ['wall-clock-lease', EXCLUSION, TWO, 9],
    ['negative-elapsed', EXCLUSION, TWO, 19],
    ['expiry-means-shutdown', TOKENS, 'm0 waits for nothing, and will never stand again', 8],
    ['leader-without-duties', TOKENS, 'm0 holds the lease, and does not lead', 5],
    ['impatient-leader', PATIENCE, 'm0 stops leading, though every call was answered in time', 9],
  ])('%s is found', (mutant, bound, why, moves) => {
    expect(found(walk(`lease~${mutant}`, bound))).toEqual([why, moves]);
  });
});

test('every mutant of the election is walked, and others of leases are refused', () => {
  const ofLeases = MUTANTS.filter((mutant) => mutant.of === 'lease').map(({ name }) => name);
  const others = ofLeases.filter((name) => !WALKED_MUTANTS.includes(name));
  // The first changes the commits of a term, the second how its book is read back.
  expect(others).toEqual(['unfenced-metadata-write', 'no-reset-on-demotion']);
  expect(WALKED_MUTANTS).toHaveLength(8);
  for (const name of [...others, 'fire-then-advance']) {
    expect(checkable(`lease~${name}`)).toMatchObject({ kind: 'failed' });
  }
  for (const name of ['single', 'lease:river', 'lease+replica=async', 'lease~wall-clok-lease']) {
    expect(checkable(name)).toMatchObject({ kind: 'failed' });
  }
});

describe('what the lease alone does not stand', () => {
  const none = { mishaps: 0, kinds: [] };

  test('a leader that is paused between two renewals', () => {
    const bound = within({}, { kinds: ['pause'] });
    expect(found(checkElection(stepElector, bound))).toEqual([TWO, 19]);
  });

  test('an answer to a claim that is under way for longer than the deadline leaves', () => {
    const bound = within({ answerTicks: 2, ticks: 9 }, { kinds: ['cut'] });
    expect(found(checkElection(stepElector, bound))).toEqual([TWO, 20]);
  });

  test('clocks that are further apart than assumed', () => {
    const bound = within({ ratesPpm: [-300_000, 300_000, 300_000] }, { kinds: ['cut'] });
    expect(found(checkElection(stepElector, bound))).toEqual([TWO, 16]);
    expect(found(checkElection(stepElector, { ...bound, ...none }))).toBe('held');
  });
});

describe('members that are alike may change places', () => {
  const small: Bound = { ...TOKENS, mishaps: 0, kinds: [] };
  test.each([
    ['lease', PATIENCE],
    ['lease~impatient-leader', PATIENCE],
    ['lease~wall-clock-lease', EXCLUSION],
    ['lease', { ...small, members: 2 }],
    ['lease~leader-without-duties', TOKENS],
    ['lease~token-reset-on-release', { ...TOKENS, members: 2 }],
  ])('%s: the same is found among fewer states', (selection, bound) => {
    const asked = checkable(selection);
    if (asked.kind === 'failed') throw new Error(selection);
    const [alike, apart] = [true, false].map((has) => checkElection(asked.value.step, bound, has));
    const verdict = (check: Check | undefined): unknown =>
      check?.result.kind === 'broken' ? check.result.trace.moves.length : check?.result.kind;
    expect(verdict(alike)).toEqual(verdict(apart));
    expect(alike?.result.states).toBeLessThan(apart?.result.states as number);
  });
});

test('a walk that is cut short says so, and the same walk says the same', () => {
  for (const bound of BOUNDS) {
    const short = { ...bound, statesMax: 2_000 };
    const [once, again] = [1, 2].map(() => checkElection(stepElector, short));
    expect(once).toEqual(again);
    expect(once?.result).toMatchObject({ kind: 'incomplete', states: 2_000 });
    expect(accountOf(once as Check)).toContain('incomplete: 2000 states');
  }
});
