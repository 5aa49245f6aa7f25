import { describe, expect, test } from 'vitest';
import { InvariantBroken } from '../../../src/lib/assert.ts';
import { Ballot } from '../../../src/scheduler/parts/raft/ballot.ts';
import {
  configOf,
  promoted,
  type RaftConfig,
  reachedByMajority,
  withLearner,
  without,
} from '../../../src/scheduler/parts/raft/config.ts';
import {
  type RaftRecord,
  recordsOf,
  recoverRaft,
} from '../../../src/scheduler/parts/raft/durable.ts';
import type { Appended, Command, LogEntry } from '../../../src/scheduler/parts/raft/messages.ts';
import { answered, newProgress, sent } from '../../../src/scheduler/parts/raft/progress.ts';
import { RaftLog } from '../../../src/scheduler/parts/raft/raft-log.ts';
import {
  committedBy,
  grantsVote,
  isAsUpToDate,
  leaseUntilUs,
  mayChange,
} from '../../../src/scheduler/parts/raft/rules.ts';

const THREE = configOf(['a', 'b', 'c']);
const FOUR = configOf(['a', 'b', 'c', 'd']);
const at = (index: number, term: number, command: Command = { kind: 'no-op' }): LogEntry => ({
  index,
  term,
  command,
});
const configAt = (index: number, term: number, config: RaftConfig): LogEntry =>
  at(index, term, { kind: 'config', config });

describe('rules', () => {
  test('a log of a later term is ahead, and of the same term the longer one', () => {
    expect(isAsUpToDate({ index: 1, term: 3 }, { index: 9, term: 2 })).toBe(true);
    expect(isAsUpToDate({ index: 8, term: 2 }, { index: 9, term: 2 })).toBe(false);
    expect(isAsUpToDate({ index: 9, term: 2 }, { index: 9, term: 2 })).toBe(true);
  });

  test('one vote in a term, again for the same, and for no log that lacks something', () => {
    const last = { index: 2, term: 1 };
    const vote = { hard: { term: 2 }, last, candidate: 'b', term: 2, candidateLast: last };
    expect(grantsVote(vote)).toBe(true);
    expect(grantsVote({ ...vote, hard: { term: 2, vote: 'b' } })).toBe(true);
    expect(grantsVote({ ...vote, hard: { term: 2, vote: 'c' } })).toBe(false);
    expect(grantsVote({ ...vote, hard: { term: 3 } })).toBe(false);
    expect(grantsVote({ ...vote, candidateLast: { index: 1, term: 1 } })).toBe(false);
  });

  test('a majority commits an entry of the own term, and with it what is before', () => {
    const match: Readonly<Record<string, number>> = { a: 3, b: 2, c: 0 };
    const matchOf = (voter: string): number => match[voter] ?? 0;
    const terms = [0, 1, 1, 4];
    const asked = { config: THREE, commit: 0, matchOf, termAt: (i: number) => terms[i] };
    expect(committedBy({ ...asked, term: 4 })).toBe(0);
    expect(committedBy({ ...asked, term: 1 })).toBe(2);
    expect(committedBy({ ...asked, term: 1, commit: 2 })).toBe(2);
    expect(reachedByMajority(FOUR, matchOf)).toBe(0);
  });

  test('members change when the last change is committed, and an entry of the term', () => {
    expect(mayChange({ configIndex: 4, commit: 4, termIndex: 3 })).toBe(true);
    expect(mayChange({ configIndex: 5, commit: 4, termIndex: 3 })).toBe(false);
    expect(mayChange({ configIndex: 0, commit: 4, termIndex: 5 })).toBe(false);
  });

  test('a lease counts from when the round left, less what two clocks may disagree', () => {
    const lease = { sentUs: 7, answeredUs: 900_000, electionMinUs: 1_000_000, ratePpmMax: 500 };
    expect(leaseUntilUs(lease)).toBe(999_007);
  });
});

describe('members', () => {
  test('are learners first, and then have a vote', () => {
    const learning = withLearner(THREE, 'd');
    expect(learning).toEqual({ voters: ['a', 'b', 'c'], learners: ['d'] });
    expect(promoted(learning, 'd')).toEqual(FOUR);
    expect(without(FOUR, 'a').voters).toEqual(['b', 'c', 'd']);
  });

  test('are no members twice, and the last voter stays', () => {
    expect(() => withLearner(THREE, 'a')).toThrow(InvariantBroken);
    expect(() => promoted(THREE, 'a')).toThrow(InvariantBroken);
    expect(() => without(configOf(['a']), 'a')).toThrow(InvariantBroken);
  });
});

describe('a ballot', () => {
  const round = { isPre: false, term: 2, number: 5 };

  test('is won by a majority with the own vote in it, once', () => {
    const ballot = new Ballot('a', THREE, round);
    expect([ballot.granted('b'), ballot.granted('c'), ballot.granted('x')]).toEqual([
      false,
      false,
      false,
    ]);
    expect([ballot.granted('a'), ballot.granted('b')]).toEqual([true, false]);
  });

  test('is lost when no majority is left', () => {
    const ballot = new Ballot('a', THREE, round);
    expect([ballot.refused('x'), ballot.refused('b'), ballot.refused('b')]).toEqual([
      false,
      false,
      false,
    ]);
    expect(ballot.refused('c')).toBe(true);
  });
});

describe('progress', () => {
  const match = (index: number): Appended =>
    ({ outcome: { kind: 'match', index } }) as unknown as Appended;
  const gap = (prev: number, hint: number): Appended =>
    ({ outcome: { kind: 'gap', prev, hint } }) as unknown as Appended;

  test('probes back to where the logs meet, and then streams', () => {
    const probing = answered(newProgress(9, 0), gap(8, 3));
    expect(probing).toMatchObject({ mode: 'probe', next: 4, match: 0 });
    const streaming = sent(answered(probing, match(3)), 2);
    expect(streaming).toMatchObject({ mode: 'stream', match: 3, next: 6, inFlight: 1 });
    expect(answered(streaming, match(5))).toMatchObject({ match: 5, next: 6, inFlight: 0 });
  });

  test('never goes back behind what is known to match', () => {
    const streaming = answered(newProgress(9, 0), match(8));
    expect(answered(streaming, gap(5, 2))).toBe(streaming);
    expect(answered(streaming, match(4))).toMatchObject({ match: 8, next: 9 });
    const lost = answered(sent(streaming, 4), gap(12, 8));
    expect(lost).toMatchObject({ mode: 'probe', match: 8, next: 9, inFlight: 0 });
  });

  test('goes back where a disk has forgotten what it had', () => {
    const streaming = answered(newProgress(9, 0), match(8));
    expect(answered(streaming, gap(8, 0))).toMatchObject({ mode: 'probe', match: 0, next: 1 });
  });

  test('an answer to an earlier probe says nothing of the present one', () => {
    const probing = answered(newProgress(9, 0), gap(8, 3));
    expect(answered(probing, gap(8, 3))).toBe(probing);
  });
});

describe('the log', () => {
  const FIVE = configOf(['a', 'b', 'c', 'd', 'e']);
  const filled = (): RaftLog => {
    const log = new RaftLog(THREE);
    log.append([at(1, 1), configAt(2, 1, FOUR), at(3, 2), configAt(4, 2, FIVE)]);
    return log;
  };

  test('knows the configuration that is in force, also after a cut', () => {
    const log = filled();
    expect([log.config, log.configIndex, log.configAt(3)]).toEqual([FIVE, 4, FOUR]);
    log.cut(3);
    expect([log.config, log.configIndex, log.last]).toEqual([
      FOUR,
      2,
      at(2, 1, log.entryAt(2).command),
    ]);
    log.cut(1);
    expect([log.config, log.last.index]).toEqual([THREE, 0]);
  });

  test('keeps terms and configurations through a snapshot', () => {
    const log = filled();
    log.compact(3);
    expect([log.base, log.length, log.config]).toEqual([{ index: 3, term: 2 }, 1, FIVE]);
    expect([2, 3, 4, 5].map((index) => log.termAt(index))).toEqual([undefined, 2, 2, undefined]);
    log.cut(4);
    expect([log.config, log.configIndex, log.last]).toEqual([FOUR, 3, { index: 3, term: 2 }]);
    expect(() => log.cut(3)).toThrow(InvariantBroken);
  });

  test('gives what is there, whatever it was asked for before', () => {
    const indices = (log: RaftLog): readonly number[] => log.from(3, 9).map(({ index }) => index);
    const log = filled();
    expect([indices(log), indices(log)]).toEqual([
      [3, 4],
      [3, 4],
    ]);
    log.append([at(5, 2)]);
    expect(indices(log)).toEqual([3, 4, 5]);
    log.cut(4);
    expect(indices(log)).toEqual([3]);
    log.append([at(4, 3)]);
    log.compact(2);
    expect(indices(log)).toEqual([3, 4]);
    log.reset({ index: 2, term: 1 }, THREE);
    expect(indices(log)).toEqual([]);
  });

  test('has no holes, and terms never decrease in it', () => {
    expect(() => filled().append([at(6, 2)])).toThrow(InvariantBroken);
    expect(() => filled().append([at(5, 1)])).toThrow(InvariantBroken);
  });
});

describe('the disk', () => {
  const RECORDS: readonly RaftRecord[] = [
    { kind: 'hard', term: 1, vote: 'a' },
    { kind: 'entries', entries: [at(1, 1), at(2, 1), at(3, 1)] },
    { kind: 'hard', term: 2 },
    { kind: 'entries', entries: [configAt(2, 2, FOUR)] },
  ];

  test('what is written at an index takes the place of all from there on', () => {
    const { hard, log, rows } = recoverRaft(RECORDS, THREE);
    expect([hard, log.last.index, log.config, rows]).toEqual([{ term: 2 }, 2, FOUR, []]);
  });

  test('a snapshot takes the place of all, but for the vote', () => {
    const snapshot = {
      kind: 'snapshot',
      last: { index: 9, term: 2 },
      config: FOUR,
      rows: [1],
    } as const;
    const { hard, log, rows } = recoverRaft([...RECORDS, snapshot], THREE);
    expect([hard, log.last, log.length, log.config, rows]).toEqual([
      { term: 2 },
      snapshot.last,
      0,
      FOUR,
      [1],
    ]);
  });

  test('is the same after it was written anew', () => {
    const durable = recoverRaft(RECORDS, THREE);
    durable.log.compact(1);
    const again = recoverRaft(recordsOf(durable), configOf([]));
    expect([...recordsOf(again)]).toEqual([...recordsOf(durable)]);
    expect([again.log.base.index, again.log.last.index, again.log.config]).toEqual([1, 2, FOUR]);
  });
});
