/** What the tests of this room share: a harness that keeps the facts, and a small demand. */
import type { Evidence, FactOf } from '../../src/history/fact.ts';
import { hashedRandom, type Streams } from '../../src/lib/random.ts';
import { MINUTE, MS, SECOND, virtualUs } from '../../src/lib/units.ts';
import type { ApiAnswer, ApiCall, ApiResult, JobSpec } from '../../src/scheduler/api.ts';
import type { Demand } from '../../src/workload/demand.ts';
import type { Harness } from '../../src/workload/workload.ts';
import type { FakeHost } from '../support/fake-host.ts';

export interface TestHarness extends Harness {
  readonly facts: Evidence[];
  of<K extends Evidence['kind']>(kind: K): readonly FactOf<K>[];
}

/** True time is the host's clock since it was made, or a number that the test sets. */
export function testHarness(nowUs: () => number = () => 0): TestHarness {
  const facts: Evidence[] = [];
  return {
    facts,
    record: (fact) => void facts.push(fact),
    now: () => virtualUs(nowUs()),
    of: <K extends Evidence['kind']>(kind: K) =>
      facts.filter((fact) => fact.kind === kind) as unknown as readonly FactOf<K>[],
  };
}

/** True time for a program on this host: its local clock, counted from 0. */
export const clockOf = (host: FakeHost): (() => number) => {
  const zeroUs = host.nowUs;
  return () => host.nowUs - zeroUs;
};

export const streamsOf = (seed: string): Streams => ({
  stream: (...path) => hashedRandom(seed, ...path),
});

export const DEMAND: Demand = {
  clients: 3,
  arrivals: { kind: 'poisson', perSecond: 50 },
  delayedPpm: 200_000,
  delayUsMax: 5 * SECOND,
  statusPpm: 100_000,
  cancelPpm: 50_000,
  runUsMean: 200 * MS,
  sinks: ['none', 'token', 'key'],
  delivery: 'at-least-once',
  retry: { maxAttempts: 3, backoff: 'fixed', baseUs: SECOND, maxUs: MINUTE },
  timeoutUs: 10 * SECOND,
};

export const SPEC: JobSpec = {
  queue: 'default',
  delayUs: 0,
  retry: DEMAND.retry,
  timeoutUs: 10 * SECOND,
  delivery: 'at-least-once',
  sink: 'token',
};

export const answerTo = (call: ApiCall, result: ApiResult): ApiAnswer => ({
  kind: 'api-answer',
  v: 1,
  op: call.op,
  result,
});
