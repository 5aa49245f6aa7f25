import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compareTokens, type SinkKind, type Token } from '../../src/history/fact.ts';
import { wallUs } from '../../src/lib/units.ts';
import type { EffectAck, EffectRequest } from '../../src/scheduler/api.ts';
import { createLedger } from '../../src/workload/ledger.ts';
import { FakeMachine } from '../support/fake-host.ts';
import { testHarness } from './fixtures.ts';

const effect = (changes: Partial<EffectRequest> = {}): EffectRequest => ({
  kind: 'effect',
  v: 1,
  id: 'e1',
  job: 'j-1',
  effect: 'done',
  token: { epoch: 1, attempt: 1 },
  sink: 'token',
  fenced: true,
  ...changes,
});
const ledgerOf = () => {
  const harness = testHarness(() => 9);
  const machine = new FakeMachine('ledger', createLedger(harness));
  machine.start();
  const give = (request: EffectRequest, from = 'w1'): boolean => {
    machine.deliver(from, request);
    const [ack, ...more] = machine.host.takeMessages<EffectAck>(from);
    expect(more).toEqual([]);
    expect(ack?.id).toBe(request.id);
    return ack?.accepted === true;
  };
  return { harness, machine, give };
};

test('a newer token shuts out older ones; the same one may come again', () => {
  const { give, harness } = ledgerOf();
  expect(give(effect({ id: 'a', token: { epoch: 2, attempt: 1 } }))).toBe(true);
  expect(give(effect({ id: 'b', token: { epoch: 1, attempt: 9 } }))).toBe(false);
  expect(give(effect({ id: 'c', token: { epoch: 2, attempt: 1 } }))).toBe(true);
  expect(give(effect({ id: 'd', job: 'j-2', token: { epoch: 1, attempt: 1 } }))).toBe(true);
  const facts = harness.of('effect-arrived');
  expect(facts.map((fact) => fact.reason)).toEqual([
    undefined,
    'stale token',
    undefined,
    undefined,
  ]);
});

test('a retransmission gets the first answer, whatever came between', () => {
  const { give, harness } = ledgerOf();
  const first = effect({ id: 'a', token: { epoch: 1, attempt: 1 } });
  expect(give(first)).toBe(true);
  expect(give(effect({ id: 'b', token: { epoch: 2, attempt: 2 } }))).toBe(true);
  expect(give(first)).toBe(true);
  const late = effect({ id: 'c', token: { epoch: 1, attempt: 2 } });
  expect(give(late)).toBe(false);
  expect(give(late)).toBe(false);
  expect(harness.of('effect-arrived').map((fact) => fact.repeat)).toEqual([
    false,
    false,
    true,
    false,
    true,
  ]);
});

test('the same id from another worker is no retransmission', () => {
  const { give, harness } = ledgerOf();
  expect(give(effect({ sink: 'key' }), 'w1')).toBe(true);
  expect(give(effect({ sink: 'key' }), 'w2')).toBe(false);
  expect(harness.of('effect-arrived').map((fact) => fact.repeat)).toEqual([false, false]);
});

test('a key is used once per job and name of effect, by whatever token', () => {
  const { give } = ledgerOf();
  expect(give(effect({ id: 'a', sink: 'key' }))).toBe(true);
  expect(give(effect({ id: 'b', sink: 'key', token: { epoch: 9, attempt: 9 } }))).toBe(false);
  expect(give(effect({ id: 'c', sink: 'key', effect: 'other' }))).toBe(true);
  expect(give(effect({ id: 'd', sink: 'key', job: 'j-2' }))).toBe(true);
});

test('a tick is one key, whatever its job is called', () => {
  const { give } = ledgerOf();
  const tick = { schedule: 's', nominalUs: wallUs(60) };
  const next = { schedule: 's', nominalUs: wallUs(120) };
  expect(give(effect({ id: 'a', sink: 'key', job: 's@60', tick }))).toBe(true);
  expect(give(effect({ id: 'b', sink: 'key', job: 'other', tick }))).toBe(false);
  expect(give(effect({ id: 'c', sink: 'key', job: 's@60', tick: next }))).toBe(true);
});

test.each([
  { sink: 'none', fenced: true },
  { sink: 'token', fenced: false },
  { sink: 'key', fenced: false },
] as const)('sink $sink, fenced $fenced: every arrival counts, copies too', (part) => {
  const { give, harness } = ledgerOf();
  for (const epoch of [5, 1, 1])
    expect(give(effect({ ...part, token: { epoch, attempt: 1 } }))).toBe(true);
  const facts = harness.of('effect-arrived');
  expect(facts.map((fact) => [fact.accepted, fact.repeat])).toEqual(Array(3).fill([true, false]));
});

test('an unfenced arrival does not raise the bar for fenced ones', () => {
  const { give } = ledgerOf();
  give(effect({ id: 'a', fenced: false, token: { epoch: 9, attempt: 1 } }));
  expect(give(effect({ id: 'b', token: { epoch: 1, attempt: 1 } }))).toBe(true);
});

test('a restart forgets nothing', () => {
  const { give, machine } = ledgerOf();
  give(effect({ id: 'a', token: { epoch: 2, attempt: 1 } }));
  machine.start();
  expect(give(effect({ id: 'b', token: { epoch: 1, attempt: 1 } }))).toBe(false);
  expect(give(effect({ id: 'a', token: { epoch: 2, attempt: 1 } }))).toBe(true);
});

test('the fact says all that was presented, and who presented it', () => {
  const { give, harness } = ledgerOf();
  const tick = { schedule: 's', nominalUs: wallUs(60) };
  give(effect({ tick }), 'w7');
  expect(harness.facts).toEqual([
    {
      kind: 'effect-arrived',
      at: 9,
      worker: 'w7',
      job: 'j-1',
      tick,
      effect: 'done',
      token: { epoch: 1, attempt: 1 },
      sink: 'token',
      fenced: true,
      accepted: true,
      repeat: false,
    },
  ]);
});

test('other messages are ignored', () => {
  const { machine, harness } = ledgerOf();
  machine.deliver('w1', { kind: 'beat' });
  expect(machine.host.takeSent()).toEqual([]);
  expect(harness.facts).toEqual([]);
});

const arrival = fc.record({
  id: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
  job: fc.constantFrom('j-1', 'j-2'),
  effect: fc.constantFrom('done', 'other'),
  sink: fc.constantFrom<SinkKind>('none', 'token', 'key'),
  fenced: fc.boolean(),
  token: fc.record({ epoch: fc.nat(3), attempt: fc.nat(3) }),
});

test('whatever arrives: tokens never go back, keys are used once, repeats repeat', () => {
  fc.assert(
    fc.property(fc.array(arrival, { maxLength: 60 }), (arrivals) => {
      const { give, harness } = ledgerOf();
      for (const one of arrivals) give(effect(one));
      const facts = harness.of('effect-arrived');
      expect(facts.length).toBe(arrivals.length);
      const highest = new Map<string, Token>();
      const used = new Set<string>();
      for (const fact of facts) {
        const checked = fact.fenced && fact.sink !== 'none';
        if (!checked) expect(fact.accepted).toBe(true);
        if (!checked || fact.repeat || !fact.accepted) continue;
        if (fact.sink === 'token') {
          const before = highest.get(fact.job) ?? fact.token;
          expect(compareTokens(fact.token, before)).toBeGreaterThanOrEqual(0);
          highest.set(fact.job, fact.token);
        } else {
          const key = `${fact.job}/${fact.effect}`;
          expect(used.has(key)).toBe(false);
          used.add(key);
        }
      }
    }),
  );
});
