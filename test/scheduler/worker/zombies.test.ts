import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SECOND } from '../../../src/lib/units.ts';
import type { BodyRun } from '../../../src/scheduler/api.ts';
import { brokenOf, bundled, preparedOf, runTwice } from '../../support/runs.ts';
import { BEAT_US, token, WorkerLab } from './lab.ts';

const RESEND_US = 0.5 * SECOND;
const STUBBORN: BodyRun = {
  runUs: 10 * SECOND,
  outcome: 'succeeded',
  effects: ['done'],
  ignoresStop: true,
};

/** One slot, in which a body runs that ignores every stop. */
function stubborn(options: { drainUs?: number; slots?: number } = {}): WorkerLab {
  const lab = new WorkerLab({ slots: 1, ...options }).up();
  lab.lead(1);
  lab.plan = STUBBORN;
  lab.run('j', token(1, 1));
  lab.machine.host.takeSent();
  return lab;
}

test('given up, a body works on in its slot; nobody is told, but its effects are sent', () => {
  const lab = stubborn();
  lab.machine.advance(3 * SECOND);
  lab.stop('j', token(1, 1));
  lab.lead(1);
  expect(lab.bodies).toEqual(['began j 1.1']);
  lab.machine.host.takeSent();
  lab.run('k', token(1, 1));
  expect(lab.ends()).toEqual(['k refused']);
  lab.machine.advance(2 * SECOND);
  expect(lab.beats().at(-1)).toMatchObject({ capacity: 0, holding: [] });
  lab.machine.advance(5 * SECOND - 1);
  expect(lab.effects()).toEqual([]);
  lab.machine.advance(1);
  expect(lab.bodies).toEqual(['began j 1.1', 'succeeded j 1.1']);
  expect(lab.effects()).toMatchObject([{ id: 'j/1.1/done', token: token(1, 1), fenced: true }]);
  lab.machine.advance(BEAT_US);
  expect(lab.beats().at(-1)).toMatchObject({ capacity: 1 });
  lab.run('k', token(1, 2));
  expect(lab.bodies.at(-1)).toBe('began k 1.2');
});

test('the ledger’s answer is waited for, whatever it is, and no report follows', () => {
  for (const isAccepted of [true, false]) {
    const lab = stubborn();
    lab.stop('j', token(1, 1));
    lab.machine.advance(10 * SECOND);
    lab.machine.host.takeSent();
    lab.machine.advance(4 * RESEND_US);
    expect(new Set(lab.effects().map(({ id }) => id))).toEqual(new Set(['j/1.1/done']));
    lab.acceptEffect('j/1.1/done', isAccepted);
    lab.machine.advance(10 * RESEND_US);
    expect(lab.machine.host.takeMessages().filter(({ kind }) => kind !== 'beat')).toEqual([]);
  }
});

test('one that fails ends without a word', () => {
  const lab = new WorkerLab({ slots: 1 }).up();
  lab.plan = { ...STUBBORN, outcome: 'failed', effects: [] };
  lab.run('j', token(1, 1));
  lab.stop('j', token(1, 1));
  lab.machine.host.takeSent();
  lab.machine.advance(20 * SECOND);
  expect(lab.bodies).toEqual(['began j 1.1', 'failed j 1.1']);
  expect(lab.machine.host.takeMessages().filter(({ kind }) => kind !== 'beat')).toEqual([]);
});

test('given up by the worker itself, the attempt is reported while its body works on', () => {
  const over = { timeoutUs: 4 * SECOND };
  const silent = { heartbeatUs: 4 * SECOND };
  for (const [why, changes] of [
    ['timeout', over],
    ['heartbeat', silent],
  ] as const) {
    const lab = new WorkerLab({ slots: 1 }).up();
    lab.lead(1);
    lab.plan = { ...STUBBORN, silentFromUs: 0 };
    lab.run('j', token(1, 1), { launch: changes });
    lab.machine.advance(4 * SECOND);
    expect(lab.ends()).toEqual([`j stopped: ${why}`]);
    expect(lab.bodies).toEqual(['began j 1.1']);
    // Its effects may be answered while the report is not: each is its own affair.
    lab.machine.advance(6 * SECOND);
    expect(lab.bodies).toEqual(['began j 1.1', 'succeeded j 1.1']);
    lab.machine.host.takeSent();
    lab.acceptEffect('j/1.1/done');
    lab.machine.advance(4 * RESEND_US);
    expect(new Set(lab.ends())).toEqual(new Set([`j stopped: ${why}`]));
    lab.acknowledge('j', token(1, 1));
    lab.machine.advance(10 * SECOND);
    expect(lab.machine.host.takeMessages().filter(({ kind }) => kind !== 'beat')).toEqual([]);
  }
});

test('a later attempt of the same job runs beside it, each with its own token', () => {
  const lab = stubborn({ slots: 2 });
  lab.machine.advance(SECOND);
  lab.run('j', token(2, 2));
  lab.run('j', token(1, 1));
  expect(lab.bodies).toEqual(['began j 1.1', 'began j 2.2']);
  lab.machine.advance(9 * SECOND);
  expect(lab.effects().map(({ id }) => id)).toEqual(['j/1.1/done']);
  lab.acceptEffect('j/1.1/done', false);
  lab.machine.advance(SECOND);
  expect(lab.effects().map(({ id }) => id)).toEqual(['j/2.2/done']);
  lab.acceptEffect('j/2.2/done');
  expect(lab.ends()).toEqual(['j succeeded']);
});

test('unfenced, a copy of its launch that comes after a newer one does not begin it again', () => {
  const lab = stubborn({ slots: 3 });
  lab.run('j', token(1, 2), { launch: { fenced: false } });
  lab.stop('j', token(1, 2));
  lab.machine.host.takeSent();
  lab.run('j', token(1, 1), { launch: { fenced: false } });
  expect(lab.bodies).toEqual(['began j 1.1', 'began j 1.2']);
  expect(lab.ends()).toEqual(['j stopped']);
});

test('a drain waits for it as for any body, and not longer: it ends with the process', () => {
  const patient = stubborn({ drainUs: 12 * SECOND });
  patient.stop('j', token(1, 1));
  patient.machine.stop();
  patient.machine.advance(10 * SECOND);
  expect(patient.machine.host.exits).toEqual([]);
  patient.acceptEffect('j/1.1/done');
  expect(patient.machine.host.exits).toEqual(['stopped']);

  const hasty = stubborn({ drainUs: 5 * SECOND });
  hasty.machine.stop();
  hasty.machine.advance(5 * SECOND);
  expect(hasty.ends()).toEqual(['j stopped: drain']);
  hasty.acknowledge('j', token(1, 1));
  expect(hasty.machine.host.exits).toEqual(['stopped']);
  expect(hasty.bodies).toEqual(['began j 1.1']);
});

test('a cluster full of them keeps every promise: the ledger decides whose effect counts', () => {
  const { scenario } = bundled('hard-ends');
  const manners = { zombiePpm: 500_000, runUsMean: 600_000, timeoutUs: 1.2 * SECOND };
  const workload = { ...scenario.workload, ...manners };
  const newest = new Map<string, number>();
  let late = 0;
  let refused = 0;
  const result = runTwice(preparedOf({ ...scenario, workload }, 'lease'), '1', {
    onFact: (fact) => {
      if (fact.kind === 'body-began') newest.set(fact.job, fact.token.attempt);
      const isLate = fact.kind === 'body-ended' && fact.token.attempt < (newest.get(fact.job) ?? 0);
      if (isLate && fact.how !== 'stopped') late += 1;
      if (fact.kind === 'effect-arrived' && !fact.accepted && !fact.repeat) refused += 1;
    },
  });
  expect(late).toBeGreaterThan(5);
  expect(refused).toBeGreaterThan(5);
  expect(brokenOf(result)).toEqual({});
});

test('whatever is asked: never more bodies than slots, each with one beginning and one end', () => {
  const events = fc.array(
    fc.record({
      what: fc.constantFrom('run', 'run', 'stop', 'ack', 'effect', 'wait', 'drain'),
      job: fc.constantFrom('a', 'b', 'c'),
      attempt: fc.integer({ min: 1, max: 4 }),
      runS: fc.integer({ min: 0, max: 8 }),
      silentS: fc.option(fc.integer({ min: 0, max: 8 }), { nil: undefined }),
      isStubborn: fc.boolean(),
      fenced: fc.boolean(),
    }),
    { maxLength: 60 },
  );
  fc.assert(
    fc.property(events, fc.integer({ min: 1, max: 3 }), (list, slots) => {
      const lab = new WorkerLab({ slots, drainUs: 4 * SECOND }).up();
      for (const { what, job, attempt, runS, silentS, isStubborn, fenced } of list) {
        if (lab.machine.host.exits.length > 0) break;
        const of = token(1, attempt);
        const silence = silentS === undefined ? {} : { silentFromUs: silentS * SECOND };
        lab.plan = { ...STUBBORN, runUs: runS * SECOND, ignoresStop: isStubborn, ...silence };
        const launch = { fenced, timeoutUs: 5 * SECOND, heartbeatUs: 3 * SECOND };
        if (what === 'run') lab.run(job, of, { launch });
        else if (what === 'stop') lab.stop(job, of);
        else if (what === 'ack') lab.acknowledge(job, of);
        else if (what === 'effect') lab.acceptEffect(`${job}/1.${attempt}/done`);
        else if (what === 'wait') lab.machine.advance(SECOND);
        else lab.machine.stop();
        const began = lab.bodies.filter((each) => each.startsWith('began'));
        expect(2 * began.length - lab.bodies.length).toBeLessThanOrEqual(slots);
        expect(lab.bodies.length - began.length).toBeLessThanOrEqual(began.length);
        for (const { capacity, holding } of lab.beats()) {
          expect(capacity).toBeLessThanOrEqual(slots);
          expect(new Set(holding.map((each) => each.job)).size).toBe(holding.length);
        }
      }
      if (lab.machine.host.exits.length > 0) return;
      // Left alone, every body comes to one end.
      lab.machine.advance(20 * SECOND);
      const key = (each: string): string => each.slice(each.indexOf(' ') + 1);
      const began = lab.bodies.filter((each) => each.startsWith('began')).map(key);
      const ended = lab.bodies.filter((each) => !each.startsWith('began')).map(key);
      expect(ended.sort()).toEqual(began.sort());
    }),
    { numRuns: 300 },
  );
});
