import { describe, expect, test } from 'vitest';
import { required } from '../../../src/lib/assert.ts';
import type { RaftMessage, SnapshotPage } from '../../../src/scheduler/parts/raft/messages.ts';
import { RaftLab } from '../../support/raft-lab.ts';
import { type Mail, TIMELESS } from '../../support/raft-machine.ts';

const TRIO = ['m1', 'm2', 'm3'];
const to = (name: string) => (mail: Mail) => mail.to === name;
const touches = (name: string) => (mail: Mail) => mail.to === name || mail.from === name;
const isKind = (kind: RaftMessage['kind']) => (mail: Mail) => mail.message.kind === kind;

function led(more: ConstructorParameters<typeof RaftLab>[1] = {}): RaftLab {
  const lab = new RaftLab(TRIO, more);
  lab.elect('m1');
  return lab;
}

/** m3 has heard of nothing since, and a snapshot of three pages stands for it. */
function behind(): RaftLab {
  const lab = led({ rowsPerEntry: 400 });
  for (const data of [1, 2]) {
    lab.do('m1', { kind: 'propose', data });
    lab.settle(touches('m3'));
  }
  lab.do('m1', { kind: 'compact' });
  lab.do('m1', { kind: 'beat' });
  return lab;
}

const hasAll = (lab: RaftLab, name: string): boolean =>
  lab.at(name).raft.applied === lab.at('m1').raft.applied;

describe('a snapshot', () => {
  test('goes to who needs what the log no longer has, page by page', () => {
    const lab = behind();
    const pages: number[] = [];
    lab.settle(({ message }) => {
      if (message.kind === 'raft-snapshot-page') pages.push(message.page);
      return false;
    });
    expect(pages).toEqual([0, 1, 2]);
    expect(hasAll(lab, 'm3')).toBe(true);
  });

  test('arrives although each page is lost once and comes twice', () => {
    const lab = behind();
    const lost = new Set<number>();
    for (let beats = 0; beats < 9 && !hasAll(lab, 'm3'); beats++) {
      const twice = lab.mail.find(isKind('raft-snapshot-page'));
      lab.settle(({ message }) => {
        const { kind, page } = message as SnapshotPage;
        if (kind !== 'raft-snapshot-page' || lost.has(page)) return false;
        lost.add(page);
        return true;
      });
      if (twice !== undefined) lab.hear(twice);
      lab.do('m1', { kind: 'beat' });
    }
    expect([...lost]).toEqual([0, 1, 2]);
    expect(hasAll(lab, 'm3')).toBe(true);
  });

  test('a first page that comes again does not undo the others', () => {
    const lab = behind();
    let first: Mail | undefined;
    const isLast = ({ message }: Mail): boolean => {
      if (message.kind !== 'raft-snapshot-page') return false;
      return message.isLast;
    };
    lab.settle((mail) => {
      if (mail.message.kind === 'raft-snapshot-page') first ??= mail;
      return isLast(mail);
    });
    lab.hear(required(first, 'a first page'));
    for (let beats = 0; beats < 3; beats++) {
      lab.do('m1', { kind: 'beat' });
      lab.settle();
    }
    expect(hasAll(lab, 'm3')).toBe(true);
  });

  test('begins again for a follower that began again, and is kept by one that has it', () => {
    const lab = behind();
    lab.settle(({ message }) => message.kind === 'raft-snapshot-page' && message.page === 1);
    lab.restart('m3');
    lab.do('m1', { kind: 'beat' });
    lab.settle();
    expect(hasAll(lab, 'm3')).toBe(true);
    lab.restart('m3');
    expect(lab.at('m3').raft.applied).toBe(lab.at('m1').raft.applied);
  });
});

describe('members', () => {
  const STABLE_US = 2_000_000;
  const DEAD_US = 5_000_000;

  /** Time passes at the leader, heartbeat by heartbeat. */
  function pass(lab: RaftLab, us: number, isLost: (mail: Mail) => boolean): void {
    for (let passed = 0; passed < us; passed += STABLE_US / 4) {
      lab.do('m1', { kind: 'wait', us: STABLE_US / 4 });
      lab.do('m1', { kind: 'beat' });
      lab.settle(isLost);
    }
  }

  test('a new machine joins, learns, votes, and takes the place of the one that is gone', () => {
    const lab = led({ options: { ...TIMELESS, deadUs: DEAD_US } });
    lab.do('m1', { kind: 'propose', data: 1 });
    lab.settle();
    lab.begin('m4');
    lab.settle(touches('m3'));
    expect(lab.at('m1').raft.config).toEqual({ voters: TRIO, learners: ['m4'] });
    pass(lab, 2 * STABLE_US, touches('m3'));
    expect(lab.at('m4').raft.config.voters).toEqual([...TRIO, 'm4']);
    pass(lab, DEAD_US, touches('m3'));
    expect(lab.at('m4').raft.config.voters).toEqual(['m1', 'm2', 'm4']);
    lab.settle();
    // It is voted for, and the one that is out is not heard.
    lab.do('m4', { kind: 'timeout' });
    lab.settle();
    expect(lab.leaders).toEqual(['m4']);
  });

  test('a learner has no vote, and counts for no majority', () => {
    const lab = led();
    lab.begin('m4');
    lab.settle();
    lab.do('m4', { kind: 'timeout' });
    expect(lab.at('m4').raft.role).toBe('follower');
    lab.do('m1', { kind: 'propose', data: 1 });
    lab.settle((mail) => touches('m2')(mail) || touches('m3')(mail));
    expect(lab.at('m1').acknowledged).toEqual([]);
  });

  test('nobody is taken in before the last change is committed', () => {
    const lab = led();
    lab.begin('m4');
    lab.begin('m5');
    lab.settle((mail) => mail.message.kind === 'raft-append');
    expect(lab.at('m1').raft.config.learners).toEqual(['m4']);
  });
});

describe('a leader', () => {
  test('hands over without anybody waiting for an election timeout', () => {
    const lab = led();
    lab.do('m1', { kind: 'propose', data: 1 });
    expect(lab.at('m1').raft.leading?.transfer()).toBe(true);
    const before = TRIO.map((name) => lab.at(name).nowUs);
    // The word to stand leaves when the follower has everything.
    lab.settle();
    lab.do('m1', { kind: 'beat' });
    lab.settle();
    expect(lab.leaders).toHaveLength(1);
    expect(lab.leaders).not.toContain('m1');
    expect(TRIO.map((name) => lab.at(name).nowUs)).toEqual(before);
  });

  test('answers a read by index when a majority has answered a round that began after it', () => {
    const lab = led();
    const read: string[] = [];
    lab.at('m1').raft.leading?.read(() => read.push('first'));
    lab.do('m1', { kind: 'wait', us: 0 });
    expect(read).toEqual([]);
    lab.settle(to('m1'));
    expect(read).toEqual([]);
    lab.do('m1', { kind: 'beat' });
    lab.settle(touches('m3'));
    expect(read).toEqual(['first']);
  });

  test('answers a read by its lease at once, and after the lease by a round', () => {
    const lab = led({ options: { ...TIMELESS, reads: 'lease' } });
    lab.do('m1', { kind: 'beat' });
    lab.settle();
    const read: number[] = [];
    const ask = (n: number): void => lab.at('m1').raft.leading?.read(() => read.push(n));
    ask(1);
    expect(read).toEqual([1]);
    lab.do('m1', { kind: 'wait', us: TIMELESS.electionMinUs });
    ask(2);
    expect(read).toEqual([1]);
    lab.do('m1', { kind: 'wait', us: 0 });
    lab.settle();
    expect(read).toEqual([1, 2]);
  });

  test('trusts its lease no longer once it hands over', () => {
    const lab = led({ options: { ...TIMELESS, reads: 'lease' } });
    lab.do('m1', { kind: 'beat' });
    lab.settle();
    const read: number[] = [];
    lab.at('m1').raft.leading?.transfer();
    lab.at('m1').raft.leading?.read(() => read.push(1));
    expect(read).toEqual([]);
  });

  test('does not count its own disk before that has answered', () => {
    const lab = led();
    lab.do('m1', { kind: 'propose', data: 1 });
    for (let mail = lab.takeMail(to('m2')); mail !== undefined; mail = lab.takeMail(to('m2'))) {
      lab.hear(mail);
    }
    lab.do('m2', { kind: 'sync' });
    lab.hear(required(lab.takeMail(to('m1')), 'an answer'));
    expect(lab.at('m1').acknowledged).toEqual([]);
    lab.do('m1', { kind: 'sync' });
    expect(lab.at('m1').acknowledged).toEqual([1]);
  });
});
