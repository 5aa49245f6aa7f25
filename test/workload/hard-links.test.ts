/**
 * Clients, ledger and auditor on bad links: machines of the harness are hit like all others, and
 * what they saw must still be what happened.
 */
import { describe, expect, test } from 'vitest';
import type { PlannedFault, Target } from '../../src/faults/plan.ts';
import type { Fact, FactKind, FactOf } from '../../src/history/fact.ts';
import { ALL_KINDS } from '../../src/history/history.ts';
import { chancePpm, hashedRandom, intBetween } from '../../src/lib/random.ts';
import { MS, SECOND } from '../../src/lib/units.ts';
import { assembleRun } from '../../src/scenario/assemble.ts';
import type { NetworkRule } from '../../src/sim/network.ts';
import { preparedOf, scenarioOf } from '../support/runs.ts';

const SCENARIO = scenarioOf(`
cluster: {members: 3, workers: 3, slots: 4}
workload:
  clients: 2
  arrivals: {rate: 4/s}
  status: 20%
  cancel: 5%
  run: 200ms
  sinks: [token, key]
  schedules: [{name: every-3s, every: 3s}]
phases: {warmUp: 5s, chaos: 30s}
`);

interface Seen {
  of<K extends FactKind>(kind: K): readonly FactOf<K>[];
}

/** A run under given faults, and under a rule of the network from its first moment to its last. */
function seenUnder(design: string, faults: readonly PlannedFault[], rule?: NetworkRule): Seen {
  const facts: Fact[] = [];
  const fold = { listens: ALL_KINDS, onFact: (fact: Fact) => void facts.push(fact) };
  const prepared = preparedOf({ ...SCENARIO, faults: { kind: 'given', faults } }, design);
  const run = assembleRun(prepared, { seed: '1', folds: [fold], checked: true });
  if (rule !== undefined) run.sim.network.install(rule);
  run.execute();
  return {
    of: <K extends FactKind>(kind: K) =>
      facts.filter((fact): fact is FactOf<K> => fact.kind === kind),
  };
}

/** Every asked operation is answered once, and the audit lists every job once. */
function expectSoundEvidence({ of }: Seen): void {
  const asked = of('asked').map(({ op }) => op);
  const answered = of('answered').map(({ op }) => op);
  expect(asked.length).toBeGreaterThan(100);
  expect(new Set(asked).size).toBe(asked.length);
  expect(new Set(answered).size).toBe(answered.length);
  const never = new Set(answered);
  expect(asked.filter((op) => !never.has(op))).toEqual([]);
  expect(of('audit-ended')).toMatchObject([{ complete: true }]);
  const listed = of('audited-job').map(({ job }) => job);
  expect(new Set(listed).size).toBe(listed.length);
  const accepted = of('answered').flatMap(({ request, answer }) =>
    request.kind === 'submit' && answer.kind === 'ok' ? [request.job] : [],
  );
  const known = new Set(listed);
  expect(accepted.filter((job) => !known.has(job))).toEqual([]);
}

/** What the ledger answered: one effect at most per key, tokens in order, repeats as before. */
function expectSoundLedger({ of }: Seen): void {
  const keyed = of('effect-arrived').filter(({ sink, fenced }) => fenced && sink === 'key');
  const accepted = keyed.filter((fact) => fact.accepted && !fact.repeat).map(({ job }) => job);
  expect(accepted.length).toBeGreaterThan(20);
  expect(new Set(accepted).size).toBe(accepted.length);
  const ended = of('audited-job').filter(({ state }) => state === 'succeeded');
  const arrived = new Set(of('effect-arrived').map(({ job }) => job));
  expect(ended.filter(({ job }) => !arrived.has(job))).toEqual([]);
}

/** Of everything between everybody: a tenth is lost, a tenth comes twice, all comes late. */
function hardship(seed: string): NetworkRule {
  const random = hashedRandom('hardship', seed);
  return {
    id: 'hardship',
    judge: () => (chancePpm(random, 100_000) ? 'drop' : intBetween(random, 0, 60 * MS)),
    copies: () => (chancePpm(random, 100_000) ? 1 : 0),
  };
}

describe.each(['single', 'lease'])('%s', (design) => {
  test.each(['a', 'b', 'c'])('loss, delay and repeats of everything, all the time (%s)', (seed) => {
    const seen = seenUnder(design, [], hardship(seed));
    expectSoundEvidence(seen);
    expectSoundLedger(seen);
    expect(seen.of('effect-arrived').some(({ repeat }) => repeat)).toBe(true);
  });
});

const cut = (target: Target): PlannedFault => ({
  id: 'cut',
  kind: 'partition',
  target,
  start: { kind: 'at', atUs: 10 * SECOND },
  durationUs: 10 * SECOND,
  params: {},
});
const during = ({ at }: { readonly at: number }): boolean => at > 11 * SECOND && at < 20 * SECOND;

describe.each(['single', 'lease'])('%s', (design) => {
  test('effects wait for a ledger that is cut off, and are then delivered', () => {
    const seen = seenUnder(design, [cut({ by: 'index', role: 'ledger', index: 0 })]);
    expect(seen.of('effect-arrived').filter(during)).toEqual([]);
    const waiting = seen
      .of('body-ended')
      .filter((fact) => during(fact) && fact.how === 'succeeded');
    expect(waiting.length).toBeGreaterThan(3);
    const cancelled = new Set(
      seen.of('audited-job').flatMap(({ job, state }) => (state === 'cancelled' ? [job] : [])),
    );
    const late = new Set(
      seen.of('effect-arrived').flatMap(({ job, at }) => (at >= 20 * SECOND ? [job] : [])),
    );
    expect(waiting.filter(({ job }) => !late.has(job) && !cancelled.has(job))).toEqual([]);
    expectSoundEvidence(seen);
    expectSoundLedger(seen);
  });

  test('a client that is cut off knows nothing for sure, and goes on afterwards', () => {
    const seen = seenUnder(design, [cut({ by: 'index', role: 'client', index: 0 })]);
    const answers = seen.of('answered').filter(({ client }) => client === 'client-1');
    const lost = answers.filter(({ askedAt }) => askedAt > 10 * SECOND && askedAt < 15 * SECOND);
    expect(lost.length).toBeGreaterThan(3);
    expect(lost.filter(({ answer }) => answer.kind !== 'unknown')).toEqual([]);
    const after = answers.filter(({ askedAt }) => askedAt > 21 * SECOND);
    expect(after.filter(({ answer }) => answer.kind === 'ok').length).toBeGreaterThan(20);
    const others = seen.of('answered').filter(({ client }) => client === 'client-2');
    expect(others.filter(({ answer }) => answer.kind === 'unknown')).toEqual([]);
    expectSoundEvidence(seen);
  });

  test('a ledger that pauses or restarts remembers what it accepted', () => {
    const at = (kind: 'pause' | 'crash', atS: number): PlannedFault => ({
      ...cut({ by: 'index', role: 'ledger', index: 0 }),
      id: kind,
      kind,
      start: { kind: 'at', atUs: atS * SECOND },
      durationUs: 3 * SECOND,
    });
    const seen = seenUnder(design, [at('pause', 8), at('crash', 16)], hardship('restarts'));
    expectSoundEvidence(seen);
    expectSoundLedger(seen);
  });
});
