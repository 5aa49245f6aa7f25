/** A client on a stage of its own: what it sends is seen, and what it is answered is said. */
import { required } from '../../src/lib/assert.ts';
import { HOUR, SECOND, wallUs } from '../../src/lib/units.ts';
import type { ApiCall, ApiResult } from '../../src/scheduler/api.ts';
import { createClient } from '../../src/workload/client.ts';
import { createKnobs, KNOBS_TURNED } from '../../src/workload/knobs.ts';
import type { PlannedOp } from '../../src/workload/workload.ts';
import { FakeHost, FakeMachine } from '../support/fake-host.ts';
import { answerTo, clockOf, DEMAND, SPEC, testHarness } from './fixtures.ts';

export const MEMBERS = ['s1', 's2', 's3'];
export const submit = (atUs: number, job: string): PlannedOp => {
  return { atUs, client: 0, request: { kind: 'submit', job, spec: SPEC } };
};
export const put = (atUs: number): PlannedOp => {
  const timing = { kind: 'interval', everyUs: SECOND, anchorUs: wallUs(0) } as const;
  const misfire = { late: 'once', windowUs: SECOND, catchUpMax: 1 } as const;
  const spec = { timing, misfire, startUs: wallUs(0), endUs: wallUs(HOUR), job: SPEC };
  return { atUs, client: 0, request: { kind: 'put-schedule', schedule: 'nightly', spec } };
};
export const clientOf = (plan: readonly PlannedOp[], members: readonly string[] = MEMBERS) => {
  const host = new FakeHost('c1');
  const harness = testHarness(clockOf(host));
  const timeoutUs = 4 * SECOND;
  const limits = { firstOp: 200, healUs: HOUR, jobsMax: 100 };
  const all = createKnobs({ demand: DEMAND, clients: ['c0', 'c1'], ...limits });
  const knobs = required(all.clients.get('c1'), 'its knobs');
  const factory = createClient({ plan, members, timeoutUs, harness, opBase: 100, knobs });
  const machine = new FakeMachine('c1', factory, host);
  machine.start();
  /** What was sent since last asked, as (member, number of operation). */
  const sent = () => host.takeSent().map(({ to, message }) => [to, (message as ApiCall).op]);
  const answer = (from: string, op: number, result: ApiResult) =>
    machine.deliver(from, { ...answerTo({ op } as ApiCall, result) });
  const turned = () => machine.deliver('operator', KNOBS_TURNED);
  return { host, harness, machine, sent, answer, knobs, turned };
};
export const OK: ApiResult = { kind: 'ok', state: 'waiting' };
export const target = (sent: readonly (readonly (string | number)[])[]): string =>
  String(sent[0]?.[0]);
export const nextOf = (member: string): string =>
  MEMBERS[(MEMBERS.indexOf(member) + 1) % MEMBERS.length] as string;
