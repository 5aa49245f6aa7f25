import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Message } from '../../../src/host/host.ts';
import { MS, SECOND } from '../../../src/lib/units.ts';

import { BEAT_US, LEADER, LEDGER, MEMBERS, token, WorkerLab } from './lab.ts';

const RESEND_US = 500 * MS;

test('nothing is said or run before the incarnation is durable', () => {
  const lab = new WorkerLab();
  lab.machine.start();
  lab.run('j', token(1, 1));
  expect(lab.machine.host.takeSent()).toEqual([]);
  lab.machine.answerDisk();
  expect(lab.beats()).toMatchObject([{ epoch: 0, capacity: 2, holding: [] }]);
  expect(lab.bodies).toEqual([]);
});

test('an incarnation that cannot be written ends the process', () => {
  const lab = new WorkerLab();
  lab.machine.start();
  lab.machine.answerDisk({ kind: 'failed', reason: 'full' });
  expect(lab.machine.host.exits).toEqual(['the incarnation could not be written: failed']);
});

test('a whole attempt: body, effect, report, acknowledged, forgotten', () => {
  const lab = new WorkerLab().up();
  lab.lead(1);
  lab.run('j', token(1, 1));
  expect(lab.bodies).toEqual(['began j 1.1']);
  lab.machine.host.takeSent();
  lab.machine.advance(SECOND - 1);
  expect(lab.effects()).toEqual([]);
  lab.machine.advance(1);
  const sent = lab.machine.host.takeSent().filter(({ message }) => message.kind !== 'beat');
  expect(sent.map(({ to }) => to)).toEqual([LEDGER]);
  expect(sent[0]?.message).toMatchObject({ id: 'j/1.1/done', sink: 'token', fenced: true });
  lab.acceptEffect('j/1.1/done');
  expect(lab.reports()).toEqual([{ job: 'j', token: token(1, 1), how: 'succeeded' }]);
  lab.acknowledge('j', token(1, 1));
  lab.machine.advance(4 * BEAT_US);
  expect(lab.reports()).toEqual([]);
  expect(lab.bodies).toEqual(['began j 1.1', 'succeeded j 1.1']);
});

test('a repeated run starts nothing: held, waiting for the ledger, reported or forgotten', () => {
  const lab = new WorkerLab().up();
  const again = () => lab.run('j', token(1, 1));
  again();
  again();
  lab.machine.advance(SECOND);
  again();
  lab.acceptEffect('j/1.1/done');
  again();
  lab.acknowledge('j', token(1, 1));
  lab.machine.host.takeSent();
  again();
  expect(lab.bodies).toEqual(['began j 1.1', 'succeeded j 1.1']);
  // Whoever sends it after the end does not know of the end, and is told of one.
  expect(lab.reports()).toMatchObject([{ how: 'stopped' }]);
});

test('a run meant for another incarnation is ignored', () => {
  const lab = new WorkerLab().up(4);
  const mine = lab.incarnation;
  lab.run('old', token(1, 1), { incarnation: mine - 1 });
  lab.run('new', token(1, 1), { incarnation: mine + 1 });
  lab.run('mine', token(1, 1), { incarnation: mine });
  expect(lab.bodies).toEqual(['began mine 1.1']);
});

test('told of a later life it goes beyond it, once that is durable', () => {
  const later = new WorkerLab().up(6).incarnation;
  const lab = new WorkerLab().up();
  const own = lab.incarnation;
  expect(later).toBeGreaterThan(own);
  lab.run('j', token(1, 1));
  const newest = (stamp: number): void =>
    lab.tell({ kind: 'beat-ack', v: 1, epoch: 1, newest: stamp } as Message);
  newest(own);
  newest(own - 1);
  expect(lab.machine.host.openRequests).toEqual([]);
  newest(later);
  newest(later);
  expect(lab.machine.host.openRequests).toHaveLength(1);
  lab.machine.advance(BEAT_US);
  expect(lab.beats().at(-1)).toMatchObject({ incarnation: own });
  lab.machine.answerDisk();
  const [beat] = lab.beats();
  expect(beat?.incarnation).toBeGreaterThan(later);
  expect(beat?.holding).toEqual([{ job: 'j', token: token(1, 1) }]);
});

test('every beat tells what the worker is good for', () => {
  const lab = new WorkerLab({ tags: ['gpu', 'eu'] }).up();
  expect(lab.beats()).toMatchObject([{ tags: ['gpu', 'eu'] }]);
  expect(Object.hasOwn(new WorkerLab().up().beats()[0] as object, 'tags')).toBe(false);
});

test('a beat tells the latest term that was heard of', () => {
  const lab = new WorkerLab().up();
  lab.lead(7);
  lab.machine.host.takeSent();
  lab.machine.advance(BEAT_US);
  expect(lab.beats().at(-1)).toMatchObject({ epoch: 7 });
});

test('a member that it was not told of is found by its roll-call or a redirect', () => {
  for (const find of ['roll-call', 'redirect'] as const) {
    const lab = new WorkerLab().up();
    lab.machine.host.takeSent();
    const name = 'scheduler-2b';
    if (find === 'roll-call') lab.tell({ kind: 'roll-call', v: 1, epoch: 2 } as Message, name);
    else lab.tell({ kind: 'not-leader', v: 1, leader: name } as Message);
    expect(lab.machine.host.takeSent().map(({ to }) => to)).toEqual([name]);
  }
});

test('fenced, a run of an older epoch is refused; unfenced, it runs', () => {
  const lab = new WorkerLab().up();
  lab.lead(3, 'scheduler-2');
  lab.machine.host.takeSent();
  lab.run('fenced', token(2, 1));
  const [refusal] = lab.machine.host.takeSent();
  expect(refusal?.to).toBe(LEADER);
  expect(refusal?.message).toMatchObject({ kind: 'finished', how: 'refused' });
  lab.run('unfenced', token(2, 1), { launch: { fenced: false } });
  expect(lab.bodies).toEqual(['began unfenced 2.1']);
});

test('fenced, an older attempt of a job is over, begun or not; a newer one ends it', () => {
  const lab = new WorkerLab().up();
  lab.run('j', token(1, 2));
  lab.run('j', token(1, 1));
  expect(lab.reports()).toMatchObject([{ token: token(1, 1), how: 'stopped' }]);
  lab.run('j', token(2, 3));
  expect(lab.bodies).toEqual(['began j 1.2', 'stopped j 1.2', 'began j 2.3']);
  lab.run('j', token(1, 2));
  expect(lab.bodies).toHaveLength(3);
});

test('a run again under a newer epoch with the old token is the same launch', () => {
  const lab = new WorkerLab().up();
  lab.run('j', token(1, 1));
  lab.lead(2, 'scheduler-2');
  lab.run('j', token(1, 1), { epoch: 2 });
  expect(lab.bodies).toEqual(['began j 1.1']);
  expect(lab.reports()).toEqual([]);
});

test('a copy of a run that was held up is not refused while its attempt is held', () => {
  // Its sender, restarted under the same name, would take the refusal for "never began".
  const lab = new WorkerLab().up();
  lab.run('j', token(1, 1));
  lab.lead(2);
  lab.machine.host.takeSent();
  lab.run('j', token(1, 1));
  expect(lab.reports()).toEqual([]);
  lab.machine.advance(SECOND);
  lab.acceptEffect('j/1.1/done');
  lab.acknowledge('j', token(1, 1));
  lab.machine.host.takeSent();
  lab.run('j', token(1, 1));
  expect(lab.reports()).toMatchObject([{ how: 'stopped' }]);
});

test('what was refused never begins later: a copy of the run is refused again', () => {
  // The scheduler that heard the refusal launches the job again elsewhere.
  const lab = new WorkerLab({ slots: 1 }).up();
  lab.run('first', token(1, 1));
  lab.run('second', token(1, 1));
  expect(lab.reports()).toMatchObject([{ job: 'second', how: 'refused' }]);
  lab.tell({ kind: 'stop', v: 1, job: 'first', token: token(1, 1) } as Message);
  lab.run('second', token(1, 1));
  expect(lab.reports()).toMatchObject([{ job: 'second', how: 'refused' }]);
  lab.run('second', token(1, 2));
  expect(lab.bodies).toEqual(['began first 1.1', 'stopped first 1.1', 'began second 1.2']);
});

test('a refusal for an older epoch stands when the next leader sends the same launch', () => {
  const lab = new WorkerLab().up();
  lab.lead(2, 'scheduler-2');
  lab.run('j', token(1, 1));
  lab.run('j', token(1, 1), { epoch: 2 });
  expect(lab.reports().map(({ how }) => how)).toEqual(['refused', 'refused']);
  expect(lab.bodies).toEqual([]);
});

test('no more bodies at a time than slots; effects and reports take none', () => {
  const lab = new WorkerLab({ slots: 2 }).up();
  for (const job of ['a', 'b', 'c']) lab.run(job, token(1, 1));
  expect(lab.reports()).toMatchObject([{ job: 'c', how: 'refused' }]);
  lab.machine.advance(SECOND);
  lab.run('d', token(1, 1));
  expect(lab.bodies.filter((each) => each.startsWith('began'))).toHaveLength(3);
});

test('effects are sent again until the ledger answers, under the same id', () => {
  const lab = new WorkerLab().up();
  lab.plan = { runUs: SECOND, outcome: 'succeeded', effects: ['one', 'two'] };
  lab.run('j', token(1, 1));
  lab.machine.advance(SECOND);
  expect(lab.effects().map(({ id }) => id)).toEqual(['j/1.1/one', 'j/1.1/two']);
  lab.acceptEffect('j/1.1/one');
  lab.acceptEffect('j/1.1/one');
  expect(lab.reports()).toEqual([]);
  lab.machine.advance(4 * RESEND_US);
  expect(new Set(lab.effects().map(({ id }) => id))).toEqual(new Set(['j/1.1/two']));
  lab.acceptEffect('j/1.1/two');
  expect(lab.reports()).toMatchObject([{ how: 'succeeded' }]);
  lab.machine.advance(10 * RESEND_US);
  expect(lab.effects()).toEqual([]);
});

test('nothing is sent again before a whole period has passed', () => {
  const lab = new WorkerLab().up();
  lab.lead(1);
  lab.run('j', token(1, 1));
  lab.machine.advance(SECOND);
  lab.machine.host.takeSent();
  lab.machine.advance(RESEND_US - 1);
  expect(lab.effects()).toEqual([]);
});

test('a report is sent until it is acknowledged, to whoever leads by then', () => {
  const lab = new WorkerLab().up();
  lab.plan = { runUs: SECOND, outcome: 'failed', effects: [] };
  lab.lead(1);
  lab.run('j', token(1, 1));
  lab.machine.advance(SECOND);
  expect(lab.reports()).toMatchObject([{ how: 'failed' }]);
  lab.lead(2, 'scheduler-3');
  lab.machine.host.takeSent();
  lab.machine.advance(3 * RESEND_US);
  const to = lab.machine.host.takeSent().filter(({ message }) => message.kind === 'finished');
  expect(to.length).toBeGreaterThan(0);
  expect(new Set(to.map((each) => each.to))).toEqual(new Set(['scheduler-3']));
  lab.acknowledge('j', token(1, 2));
  lab.machine.advance(2 * RESEND_US);
  expect(lab.reports().length).toBeGreaterThan(0);
  lab.acknowledge('j', token(1, 1));
  lab.machine.advance(10 * RESEND_US);
  expect(lab.reports()).toEqual([]);
});

test('a refused token: a newer attempt has the job; a refused key: it is done', () => {
  const how = (sink: 'token' | 'key') => {
    const lab = new WorkerLab().up();
    lab.run('j', token(1, 1), { launch: { sink } });
    lab.machine.advance(SECOND);
    lab.acceptEffect('j/1.1/done', false);
    return lab.reports().map((report) => report.how);
  };
  expect(how('token')).toEqual(['stopped']);
  expect(how('key')).toEqual(['succeeded']);
});

test('ids with slashes find their attempt', () => {
  const lab = new WorkerLab().up();
  lab.run('a/b/c', token(1, 1));
  lab.machine.advance(SECOND);
  lab.acceptEffect('a/b/c/1.1/done');
  expect(lab.reports()).toMatchObject([{ job: 'a/b/c', how: 'succeeded' }]);
});

test('a body that overruns is stopped at its timeout, has no effect, and is reported so', () => {
  const lab = new WorkerLab().up();
  lab.plan = { runUs: 30 * SECOND, outcome: 'succeeded', effects: ['done'] };
  lab.run('j', token(1, 1), { launch: { timeoutUs: 3 * SECOND } });
  lab.machine.advance(3 * SECOND);
  expect(lab.bodies).toEqual(['began j 1.1', 'stopped j 1.1']);
  const kinds = lab.machine.host.takeMessages().map(({ kind }) => kind);
  expect(kinds).toContain('finished');
  expect(kinds).not.toContain('effect');
});

test('stop ends exactly the attempt it names and frees its slot', () => {
  const lab = new WorkerLab({ slots: 1 }).up();
  const stop = (epoch: number, attempt: number): void =>
    lab.tell({ kind: 'stop', v: 1, job: 'j', token: { epoch, attempt } } as Message);
  lab.run('j', token(1, 2));
  stop(1, 1);
  stop(2, 2);
  expect(lab.bodies).toEqual(['began j 1.2']);
  stop(1, 2);
  stop(1, 2);
  expect(lab.bodies).toEqual(['began j 1.2', 'stopped j 1.2']);
  lab.run('k', token(1, 1));
  lab.machine.advance(5 * SECOND);
  expect(lab.bodies).toEqual(['began j 1.2', 'stopped j 1.2', 'began k 1.1', 'succeeded k 1.1']);
  expect(lab.reports().every(({ job }) => job === 'k')).toBe(true);
});

test('beats list what is held until its report is acknowledged', () => {
  const lab = new WorkerLab().up();
  lab.lead(1);
  lab.run('j', token(1, 1));
  lab.machine.advance(BEAT_US);
  lab.lead(1);
  expect(lab.beats().at(-1)?.holding).toEqual([{ job: 'j', token: token(1, 1) }]);
  lab.acceptEffect('j/1.1/done');
  lab.acknowledge('j', token(1, 1));
  lab.machine.advance(BEAT_US);
  expect(lab.beats().at(-1)?.holding).toEqual([]);
});

test('a silent leader is left for the next member in turn; a roll-call is answered at once', () => {
  const lab = new WorkerLab().up();
  lab.lead(1);
  lab.machine.host.takeSent();
  lab.machine.advance(5 * BEAT_US);
  const asked = lab.machine.host.takeSent().map(({ to }) => to);
  expect(new Set(asked)).toEqual(new Set(MEMBERS));
  lab.tell({ kind: 'roll-call', v: 1, epoch: 2 } as Message, 'scheduler-3');
  expect(lab.machine.host.takeSent().map(({ to }) => to)).toEqual(['scheduler-3']);
});

test('an older leader is not believed once a newer one was heard', () => {
  const lab = new WorkerLab().up();
  lab.lead(5, 'scheduler-2');
  lab.lead(4, 'scheduler-1');
  lab.machine.host.takeSent();
  lab.machine.advance(BEAT_US);
  expect(lab.machine.host.takeSent()[0]?.to).toBe('scheduler-2');
});

test('members that point at each other do not keep a worker running', () => {
  const lab = new WorkerLab().up();
  let beats = 0;
  const point = (from: string, leader: string): void => {
    lab.tell({ kind: 'not-leader', v: 1, leader } as Message, from);
    beats += lab.beats().length;
  };
  lab.machine.host.takeSent();
  for (let i = 0; i < 50; i++) {
    point('scheduler-1', 'scheduler-2');
    point('scheduler-2', 'scheduler-1');
  }
  expect(beats).toBeLessThanOrEqual(2);
  point('scheduler-1', 'nobody');
  lab.machine.advance(10 * SECOND);
  expect(lab.beats().length).toBeGreaterThan(5);
});

test('whatever copies arrive in any order: a token begins once, never after a refusal', () => {
  const events = fc.array(
    fc.record({
      what: fc.constantFrom('run', 'run', 'stop', 'ack', 'effect', 'lead', 'wait'),
      job: fc.constantFrom('a', 'b', 'c'),
      epoch: fc.integer({ min: 1, max: 3 }),
      attempt: fc.integer({ min: 1, max: 3 }),
    }),
    { maxLength: 60 },
  );
  fc.assert(
    fc.property(events, fc.integer({ min: 1, max: 2 }), (list, slots) => {
      const lab = new WorkerLab({ slots }).up();
      const refused = new Set<string>();
      const newest = new Map<string, number>();
      for (const { what, job, epoch, attempt } of list) {
        const began = lab.bodies.length;
        const of = token(epoch, attempt);
        if (what === 'run') lab.run(job, of);
        else if (what === 'lead') lab.lead(epoch);
        else if (what === 'wait') lab.machine.advance(SECOND);
        else if (what === 'effect') lab.acceptEffect(`${job}/${epoch}.${attempt}/done`);
        else if (what === 'ack') lab.acknowledge(job, of);
        else lab.tell({ kind: 'stop', v: 1, job, token: of } as Message);
        for (const each of lab.bodies.slice(began)) {
          if (!each.startsWith('began')) continue;
          const key = `${job} ${epoch}.${attempt}`;
          expect(each).toBe(`began ${key}`);
          expect(refused.has(key)).toBe(false);
          expect(epoch * 10 + attempt).toBeGreaterThan(newest.get(job) ?? 0);
          newest.set(job, epoch * 10 + attempt);
        }
        for (const report of lab.reports()) {
          const { epoch: e, attempt: a } = report.token;
          const key = `${report.job} ${e}.${a}`;
          if (report.how !== 'refused') continue;
          expect(lab.bodies).not.toContain(`began ${key}`);
          refused.add(key);
        }
      }
      expect(lab.bodies.filter((each) => each.startsWith('began')).length).toBe(
        new Set(lab.bodies.filter((each) => each.startsWith('began'))).size,
      );
    }),
    { numRuns: 300 },
  );
});
