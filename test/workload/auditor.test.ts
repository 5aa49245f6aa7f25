import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SECOND, wallUs } from '../../src/lib/units.ts';
import type {
  ApiCall,
  ApiResult,
  ListedJob,
  ListedSchedule,
  ListedSkip,
} from '../../src/scheduler/api.ts';
import { createAuditor } from '../../src/workload/auditor.ts';
import { FakeHost, FakeMachine } from '../support/fake-host.ts';
import { answerTo, clockOf, testHarness } from './fixtures.ts';

const MEMBERS = ['s1', 's2', 's3'];
const JOBS: readonly ListedJob[] = Array.from({ length: 25 }, (_, i) => {
  const job = `j-${String(i).padStart(3, '0')}`;
  const listed = { job, state: 'succeeded', attempts: 1 } as const;
  return i === 3 ? { ...listed, tick: { schedule: 's', nominalUs: wallUs(5) } } : listed;
});
const SKIPS: readonly ListedSkip[] = Array.from({ length: 13 }, (_, i) => {
  return { tick: { schedule: 's', nominalUs: wallUs(i) }, reason: 'late' };
});

const SCHEDULES: readonly ListedSchedule[] = Array.from({ length: 11 }, (_, i) => {
  const schedule = `s-${String(i).padStart(2, '0')}`;
  return { schedule, revision: i + 1, standing: i === 2 ? 'paused' : 'active' };
});

/** A page of the lists above, as a member that leads would give it. */
function page(call: ApiCall): ApiResult {
  const { request } = call;
  if (request.kind === 'list-jobs') {
    const from = JOBS.findIndex((one) => one.job > request.after);
    const jobs = from < 0 ? [] : JOBS.slice(from, from + request.limit);
    const last = jobs.at(-1)?.job;
    return from + request.limit < JOBS.length && last !== undefined
      ? { kind: 'jobs', jobs, next: last }
      : { kind: 'jobs', jobs };
  }
  if (request.kind === 'list-schedules') {
    const schedules = SCHEDULES.filter((one) => one.schedule > request.after);
    const some = schedules.slice(0, request.limit);
    const last = some.at(-1)?.schedule;
    return some.length < schedules.length && last !== undefined
      ? { kind: 'schedules', schedules: some, next: last }
      : { kind: 'schedules', schedules: some };
  }
  if (request.kind !== 'list-skips') throw new Error(`an auditor asked ${request.kind}`);
  const from = request.after === '' ? 0 : Number(request.after);
  const to = from + request.limit;
  const skips = SKIPS.slice(from, to);
  return to < SKIPS.length ? { kind: 'skips', skips, next: String(to) } : { kind: 'skips', skips };
}

const auditorOf = (readsSchedules = false) => {
  const host = new FakeHost('auditor');
  const harness = testHarness(clockOf(host));
  const when = { beginAfterUs: 10 * SECOND, readsSchedules };
  const options = { members: MEMBERS, harness, ...when, pageLimit: 10 };
  const machine = new FakeMachine('auditor', createAuditor(options), host);
  machine.start();
  /** Answers what was sent, as `reply` says, until nothing more is sent. */
  const serve = (
    reply: (to: string, call: ApiCall) => ApiResult | undefined = (_, c) => page(c),
  ) => {
    for (let sent = host.takeSent(); sent.length > 0; sent = host.takeSent()) {
      for (const { to, message } of sent) {
        const result = reply(to, message as ApiCall);
        if (result !== undefined) machine.deliver(to, answerTo(message as ApiCall, result));
      }
    }
  };
  return { host, harness, machine, serve };
};
const readAll = (harness: ReturnType<typeof testHarness>) => {
  expect(harness.of('audited-job').map(({ kind: _k, at: _a, ...job }) => job)).toEqual(JOBS);
  expect(harness.of('audited-skip').map(({ kind: _k, at: _a, ...skip }) => skip)).toEqual(SKIPS);
  expect(harness.of('audit-ended').map((fact) => fact.complete)).toEqual([true]);
};

test('begins at its time, reads every page of jobs and skips, and ends complete', () => {
  const { machine, harness, host, serve } = auditorOf();
  machine.advance(10 * SECOND - 1);
  expect(host.takeSent()).toEqual([]);
  machine.advance(1);
  serve();
  readAll(harness);
  expect(harness.facts.at(-1)?.kind).toBe('audit-ended');
  machine.advance(100 * SECOND);
  expect(host.takeSent()).toEqual([]);
  expect(harness.of('audit-ended')).toHaveLength(1);
});

test('schedules are read when told, after everything else, with their standing', () => {
  const { machine, harness, serve } = auditorOf(true);
  machine.advance(10 * SECOND);
  serve();
  readAll(harness);
  const read = harness.of('audited-schedule').map(({ kind: _k, at: _a, ...rest }) => rest);
  expect(read).toEqual(SCHEDULES);
  expect(harness.facts.slice(-12, -1).map(({ kind }) => kind)).toEqual(
    SCHEDULES.map(() => 'audited-schedule'),
  );
});

test('a scheduler that cannot list schedules leaves the audit incomplete', () => {
  const { machine, harness, serve } = auditorOf(true);
  machine.advance(10 * SECOND);
  serve((_, call) =>
    call.request.kind === 'list-schedules'
      ? { kind: 'error', field: 'kind', reason: 'unknown request' }
      : page(call),
  );
  expect(harness.of('audited-schedule')).toEqual([]);
  expect(harness.of('audit-ended')[0]).toMatchObject({
    complete: false,
    reason: 'list-schedules was refused: kind: unknown request',
  });
});

test('a silent member is left for the next', () => {
  const { machine, harness, serve } = auditorOf();
  machine.advance(10 * SECOND);
  for (let i = 0; i < 4; i++) {
    serve((to, call) => (to === 's2' ? page(call) : undefined));
    machine.advance(SECOND);
  }
  readAll(harness);
});

test('redirects are followed', () => {
  const { machine, harness, serve } = auditorOf();
  machine.advance(10 * SECOND);
  for (let i = 0; i < 4; i++) {
    serve((to, call) => (to === 's3' ? page(call) : { kind: 'redirect', leader: 's3' }));
    machine.advance(SECOND / 2);
  }
  readAll(harness);
});

test('a redirect from a member that was asked before is ignored', () => {
  const { machine, host } = auditorOf();
  machine.advance(10 * SECOND);
  const [first] = host.takeSent();
  machine.advance(SECOND);
  const [second] = host.takeSent();
  expect(second?.to).not.toBe(first?.to);
  const call = first?.message as ApiCall;
  machine.deliver(String(first?.to), answerTo(call, { kind: 'redirect' }));
  expect(host.takeSent()).toEqual([]);
  // The member asked now has its second.
  machine.advance(SECOND / 2);
  expect(host.takeSent()).toEqual([]);
  machine.advance(SECOND / 2);
  expect(host.takeSent()).toHaveLength(1);
});

test('a restart after the end asks for nothing', () => {
  const { machine, harness, host, serve } = auditorOf();
  machine.advance(10 * SECOND);
  serve();
  machine.start();
  machine.advance(100 * SECOND);
  expect(host.takeSent()).toEqual([]);
  readAll(harness);
});

test('with nobody there it ends incomplete at its bound', () => {
  const { machine, harness } = auditorOf();
  machine.advance(100 * SECOND);
  expect(harness.facts).toEqual([
    {
      kind: 'audit-ended',
      at: 40 * SECOND,
      complete: false,
      reason: 'list-jobs was not answered to the end in time',
    },
  ]);
});

test('a refusal ends it, with the reason', () => {
  const { machine, harness, serve } = auditorOf();
  machine.advance(10 * SECOND);
  serve(() => ({ kind: 'error', field: 'kind', reason: 'not known' }));
  expect(harness.of('audit-ended')[0]).toMatchObject({
    complete: false,
    reason: 'list-jobs was refused: kind: not known',
  });
});

test('a cursor that stands still ends it', () => {
  const { machine, harness, serve } = auditorOf();
  machine.advance(10 * SECOND);
  serve(() => ({ kind: 'jobs', jobs: JOBS.slice(0, 1), next: 'j-000' }));
  expect(harness.of('audit-ended').map((fact) => fact.complete)).toEqual([false]);
  expect(harness.of('audited-job')).toHaveLength(2);
});

test('copies of answers are read once', () => {
  const { machine, harness, host } = auditorOf();
  machine.advance(10 * SECOND);
  for (let sent = host.takeSent(); sent.length > 0; sent = host.takeSent()) {
    for (const { to, message } of sent) {
      const answer = answerTo(message as ApiCall, page(message as ApiCall));
      machine.deliver(to, answer);
      machine.deliver(to, answer);
    }
  }
  readAll(harness);
});

test('a restart goes on where it was, and the bound still counts from the beginning', () => {
  const { machine, harness, host, serve } = auditorOf();
  machine.advance(10 * SECOND);
  const [first] = host.takeSent();
  machine.deliver('s1', answerTo(first?.message as ApiCall, page(first?.message as ApiCall)));
  machine.start();
  serve();
  readAll(harness);

  const late = auditorOf();
  late.machine.advance(30 * SECOND);
  late.machine.start();
  late.machine.advance(30 * SECOND);
  expect(late.harness.of('audit-ended').map((fact) => fact.at)).toEqual([40 * SECOND]);
});

test('whoever answers, repeats or keeps silent: nothing twice, one end', () => {
  const behaviour = fc.constantFrom('page', 'silent', 'redirect', 'twice', 'restart');
  fc.assert(
    fc.property(fc.array(behaviour, { maxLength: 60 }), (behaviours) => {
      const { machine, harness, host } = auditorOf();
      machine.advance(10 * SECOND);
      for (const how of behaviours) {
        for (const { to, message } of host.takeSent()) {
          const call = message as ApiCall;
          const answer = answerTo(call, how === 'redirect' ? { kind: how } : page(call));
          if (how === 'restart') machine.start();
          else if (how !== 'silent') machine.deliver(to, answer);
          if (how === 'twice') machine.deliver(to, answer);
        }
        machine.advance(SECOND / 10);
      }
      machine.advance(100 * SECOND);
      const jobs = harness.of('audited-job').map((fact) => fact.job);
      expect(new Set(jobs).size).toBe(jobs.length);
      const [end, ...more] = harness.of('audit-ended');
      expect(more).toEqual([]);
      if (end?.complete === true) readAll(harness);
    }),
  );
});
