import { expect, test } from 'vitest';
import { boundedCatchUp } from '../../src/checkers/bounded-catch-up.ts';
import type { Fact } from '../../src/history/fact.ts';
import { SECOND } from '../../src/lib/units.ts';
import * as f from '../support/facts.ts';

type Options = NonNullable<Parameters<typeof f.putOf>[1]>;

// A tick is late after 30 s; ε is 1 s.
const put = (options: Options = {}) => f.asked(1, f.putOf('backup', options));
const decided = (s: number, dueS: number, options: { who?: string; action?: 'skip' } = {}) =>
  f.testified(s, options.who ?? 'scheduler-1', {
    kind: 'tick-decided',
    tick: f.tickAt(dueS),
    action: options.action ?? 'run',
    reason: 'planted',
  });
const began = (s: number, dueS: number, attempt = 1) =>
  f.began(s, `t${dueS}`, { tick: f.tickAt(dueS), token: f.token(1, attempt) });
const verdictOn = (...facts: readonly Fact[]) =>
  f.verdictOn(boundedCatchUp, [f.runBegan(), ...facts]);

test('holds where ticks begin within the window, whatever the policy', () => {
  for (const late of ['skip', 'once', 'all'] as const) {
    expect(verdictOn(put({ late }), decided(31, 10), began(41, 10)).kind).toBe('held');
  }
});

test('with skip, breaks as soon as a tick found late is to run', () => {
  const wrong = decided(42, 10);
  const what = `tick backup@${f.tickAt(10).nominalUs} was found 32 s late and was to run`;
  expect(verdictOn(put({ late: 'skip' }), wrong)).toEqual({
    kind: 'broken',
    at: f.at(42),
    summary: `${what}; its schedule skips such ticks`,
    facts: [wrong],
  });
  const right = [decided(42, 10, { action: 'skip' }), decided(42, 12), began(43, 12)];
  expect(verdictOn(put({ late: 'skip' }), ...right).kind).toBe('held');
  expect(verdictOn(put({ late: 'all', catchUpMax: 0 }), wrong).kind).toBe('broken');
});

test('jitter is allowed on top of the window', () => {
  const facts = [decided(42, 10), began(43, 10)];
  expect(verdictOn(put({ late: 'skip', jitterUs: 5 * SECOND }), ...facts).kind).toBe('held');
});

test('with once, one of those found late together begins', () => {
  const [one, two] = [decided(100, 10), decided(100, 20)];
  expect(verdictOn(put(), one, two, began(101, 20)).kind).toBe('held');
  const second = began(102, 10);
  const summary = '2 ticks of backup that were found late together began; its schedule allows 1';
  expect(verdictOn(put(), one, two, began(101, 20), second)).toEqual({
    kind: 'broken',
    at: f.at(102),
    summary,
    facts: [one, one, second],
  });
});

test('with all, as many begin as are caught up on', () => {
  const facts = [put({ late: 'all', catchUpMax: 2 })];
  for (const dueS of [10, 20, 30]) facts.push(decided(100, dueS) as never);
  const begun = [began(101, 10), began(101, 20)];
  expect(verdictOn(...facts, ...begun).kind).toBe('held');
  expect(verdictOn(...facts, ...begun, began(101, 30)).kind).toBe('broken');
});

test.each<[string, readonly Fact[]]>([
  ['further attempts', [decided(100, 10), began(101, 10), began(110, 10, 2)]],
  ['ticks found in time', [decided(100, 10), decided(100, 75), began(101, 10), began(102, 75)]],
  [
    'what another outage left',
    [decided(100, 10), began(101, 10), decided(131, 95), began(132, 95)],
  ],
  [
    'what others decide',
    [decided(100, 10), began(101, 10), decided(102, 20, { who: 'scheduler-2' }), began(103, 20)],
  ],
])('%s are not counted with those found late together', (_, facts) => {
  expect(verdictOn(put(), ...facts).kind).toBe('held');
});

test('a tick decided again counts where it was decided last', () => {
  const first = [decided(100, 10), decided(101, 20)];
  const again = [decided(102, 20, { who: 'scheduler-2' })];
  expect(verdictOn(put(), ...first, ...again, began(103, 10), began(104, 20)).kind).toBe('held');
});

test('with a spacing, late ticks begin no closer, whoever waits', () => {
  const policy = put({ late: 'all', spacingUs: 10 * SECOND });
  const decisions = [decided(100, 10), decided(100, 20), decided(100, 30)];
  const calm = [began(100, 10), began(108, 20), began(118, 30)];
  expect(verdictOn(policy, ...decisions, ...calm).kind).toBe('held');
  // Nobody was free at first: those that waited may begin at once.
  const full = [began(119, 10), began(119, 20), began(119, 30)];
  expect(verdictOn(policy, ...decisions, ...full).kind).toBe('held');
  const soon = began(107, 20);
  const verdict = verdictOn(policy, ...decisions, began(100, 10), soon);
  expect(verdict).toMatchObject({ kind: 'broken', facts: [decisions[0], decisions[1], soon] });
});

test('of several policies the most lenient is judged by', () => {
  const facts = [decided(100, 10), decided(100, 20), began(101, 10), began(101, 20)];
  const lenient = put({ late: 'all', windowUs: 60 * SECOND });
  expect(verdictOn(put({ late: 'skip', spacingUs: SECOND }), lenient, ...facts).kind).toBe('held');
  expect(verdictOn(lenient, put({ late: 'skip' }), ...facts).kind).toBe('held');
});

test.each<[string, readonly Fact[]]>([
  ['that buffer', [put({ overlap: 'buffer', late: 'skip' }), decided(50, 10), began(51, 10)]],
  [
    'that were put so as to buffer once',
    [put({ overlap: 'buffer' }), put({ late: 'skip' }), decided(50, 10)],
  ],
  ['that nobody puts', [decided(50, 10), began(51, 10)]],
])('schedules %s are not judged', (_, facts) => {
  expect(verdictOn(...facts).kind).toBe('vacuous');
});

test('nothing is held by words: a late beginning of a tick decided in time shows nothing', () => {
  expect(verdictOn(put(), decided(11, 10), began(50, 10)).kind).toBe('vacuous');
  expect(verdictOn(put(), decided(42, 10)).kind).toBe('vacuous');
});

test('is excused by a wall clock beyond its bound', () => {
  const wrong = f.assumptionFailed(3, 'wall-error');
  expect(verdictOn(put({ late: 'skip' }), wrong, decided(50, 10)).kind).toBe('excused');
});
