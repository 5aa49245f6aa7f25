/** Wrong parts of Raft members that no client sees within reason, and that are seen here. */
import { describe, expect, test } from 'vitest';
import { required } from '../../../src/lib/assert.ts';
import { MUTANTS } from '../../../src/mutants/mutants.ts';
import { selectDesign } from '../../../src/scenario/registry.ts';
import { RAFT_PARTS, type RaftParts } from '../../../src/scheduler/designs/raft/raft.ts';
import { RaftState } from '../../../src/scheduler/designs/raft/state.ts';
import { inShort } from '../../../src/scheduler/parts/answered.ts';
import { RAFT_RULES, type RaftRules } from '../../../src/scheduler/parts/raft/rules.ts';
import { RaftLab } from '../../support/raft-lab.ts';
import { type Mail, TIMELESS } from '../../support/raft-machine.ts';

const partsOf = (mutant: string): Partial<RaftParts> =>
  required(
    MUTANTS.find(({ name }) => name === mutant),
    mutant,
  ).parts as Partial<RaftParts>;

const E = TIMELESS.electionMinUs;
const isFrom = (name: string) => (mail: Mail) => mail.from === name || mail.to === name;

/**
 * What the followers of m1 answer is under way for nearly an election timeout; meanwhile they miss
 * it, and m2 leads. Whether m1 then answers a read at once, beside what m2 has committed.
 */
function readsBeside(rules: Partial<RaftRules>): boolean {
  const options = { ...TIMELESS, reads: 'lease' } as const;
  const lab = new RaftLab(['m1', 'm2', 'm3'], { options, rules: { ...RAFT_RULES, ...rules } });
  lab.elect('m1');
  lab.do('m1', { kind: 'wait', us: E });
  lab.do('m1', { kind: 'beat' });
  const late: Mail[] = [];
  lab.settle((mail) => mail.to === 'm1' && late.push(mail) > 0);
  lab.do('m1', { kind: 'wait', us: E - 1 });
  for (const mail of late) lab.hear(mail);
  lab.do('m3', { kind: 'wait', us: E });
  lab.do('m2', { kind: 'timeout' });
  lab.settle(isFrom('m1'));
  lab.do('m2', { kind: 'propose', data: 'newer' });
  lab.settle(isFrom('m1'));
  expect(lab.at('m2').acknowledged).toEqual(['newer']);
  lab.do('m1', { kind: 'wait', us: 2 });
  let isRead = false;
  lab.at('m1').raft.leading?.read(() => (isRead = true));
  return isRead;
}

describe('a lease', () => {
  test('is over when another may lead', () => {
    expect(readsBeside({})).toBe(false);
  });

  test('that counts from the answer is not: lease-from-the-answer', () => {
    expect(readsBeside(partsOf('lease-from-the-answer'))).toBe(true);
  });

  test('is changed only where reads go by it', () => {
    const hint = 'raft:paper+reads=lease~lease-from-the-answer';
    const refused = selectDesign('raft:paper~lease-from-the-answer');
    expect(refused).toMatchObject({ kind: 'failed', error: [{ hint }] });
    expect(selectDesign(hint).kind).toBe('ok');
  });
});

/** Whether a request that was answered is known to a member that had the state by a snapshot. */
function knowsAgain(rowsOf: RaftParts['rowsOf']): boolean {
  const request = { kind: 'trigger', schedule: 'nightly', job: 'j1' } as const;
  const state = new RaftState(rowsOf);
  const result = { kind: 'ok' } as const;
  const entry = { kind: 'answered', client: 'c1', op: 7, request: inShort(request), result };
  state.apply({ index: 1, term: 1, command: { kind: 'data', data: [entry] } });
  expect(state.answers.find('c1', 7, request)).toEqual(result);
  const other = new RaftState(rowsOf);
  other.restore(state.rows());
  return other.answers.find('c1', 7, request) !== undefined;
}

describe('a snapshot', () => {
  test('holds what clients were answered', () => {
    expect(knowsAgain(RAFT_PARTS.rowsOf)).toBe(true);
  });

  test('or a request that comes again counts again: snapshot-forgets-sessions', () => {
    expect(knowsAgain(required(partsOf('snapshot-forgets-sessions').rowsOf, 'rows'))).toBe(false);
  });
});
