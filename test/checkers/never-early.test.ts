import { expect, test } from 'vitest';
import { neverEarly } from '../../src/checkers/never-early.ts';
import * as f from '../support/facts.ts';

const delayed = f.submit(1, 'a', { delayUs: f.at(10) });

test('holds when jobs wait for their delay and ticks for their time, up to ε', () => {
  const facts = [
    f.runBegan(),
    delayed,
    f.began(10, 'a'),
    f.began(12, 't', { tick: f.tickAt(13) }),
    f.due(13),
  ];
  expect(f.verdictOn(neverEarly, facts).kind).toBe('held');
});

test('breaks when a delay is cut short', () => {
  const early = f.began(9.9, 'a');
  expect(f.verdictOn(neverEarly, [f.runBegan(), delayed, early])).toEqual({
    kind: 'broken',
    at: f.at(9.9),
    summary: 'job a began 1.1 s before its delay was over',
    facts: [delayed, early],
  });
});

test('a second ask of a job that has begun does not restart its delay', () => {
  const again = f.submit(12, 'a', { delayUs: f.at(10) });
  const retry = f.began(13, 'a', { token: f.token(1, 2) });
  expect(
    f.verdictOn(neverEarly, [f.runBegan(), delayed, f.began(11, 'a'), again, retry]).kind,
  ).toBe('held');
});

test('breaks when a tick begins before it is due', () => {
  const early = f.began(3, 't', { tick: f.tickAt(5) });
  const verdict = f.verdictOn(neverEarly, [f.runBegan(), early, f.due(5)]);
  expect(verdict).toMatchObject({ kind: 'broken', at: f.at(3), facts: [early] });
});

test('breaks when a tick begins that was never due', () => {
  const invented = f.began(6, 't', { tick: f.tickAt(6) });
  const verdict = f.verdictOn(neverEarly, [f.runBegan(), f.due(5), invented, f.phase(9, 'end')]);
  expect(verdict).toMatchObject({ kind: 'broken', at: f.at(6), facts: [invented] });
  expect(verdict).toHaveProperty('summary', expect.stringContaining('was never due'));
});

test('a tick due after the last fact is left out', () => {
  const last = f.began(9.5, 't', { tick: f.tickAt(10) });
  expect(f.verdictOn(neverEarly, [f.runBegan(), last]).kind).toBe('held');
});

test('is excused when a wall clock had left its bound before, not when it did after', () => {
  const early = [f.runBegan(), delayed, f.began(5, 'a')];
  const before = [f.runBegan(), delayed, f.assumptionFailed(4, 'wall-error'), f.began(5, 'a')];
  expect(f.verdictOn(neverEarly, before).kind).toBe('excused');
  expect(f.verdictOn(neverEarly, [...early, f.assumptionFailed(6, 'wall-error')]).kind).toBe(
    'broken',
  );
});

test('is vacuous when nothing began', () => {
  expect(f.verdictOn(neverEarly, [f.runBegan(), delayed]).kind).toBe('vacuous');
});

test('breaks when a job begins before the instant asked for, unless it is to run now', () => {
  const ask = f.submit(1, 'a', { atUs: f.tickAt(20).nominalUs, delayUs: f.at(2) });
  const early = f.began(18, 'a');
  expect(f.verdictOn(neverEarly, [f.runBegan(), ask, early])).toMatchObject({
    summary: 'job a began 2 s before its time',
    facts: [ask, early],
  });
  expect(f.verdictOn(neverEarly, [f.runBegan(), ask, f.began(19.5, 'a')]).kind).toBe('held');
  const now = f.asked(10, { kind: 'run-now', job: 'a' });
  expect(f.verdictOn(neverEarly, [f.runBegan(), ask, now, early]).kind).toBe('held');
});

test('a tick may be due under whichever version of its schedule was put in time', () => {
  const put = (s: number) => f.asked(s, f.putOf('backup', { revision: 2 }));
  const ran = [f.due(5, { revision: 2 }), f.began(9, 't', { tick: f.tickAt(5) })] as const;
  const [due, began] = ran;
  expect(f.verdictOn(neverEarly, [f.runBegan(), put(4), due, began]).kind).toBe('held');
  // The clock of who decides may be behind by ε.
  expect(f.verdictOn(neverEarly, [f.runBegan(), due, put(6), began]).kind).toBe('held');
  const late = [f.runBegan(), due, put(8), began];
  expect(f.verdictOn(neverEarly, late)).toMatchObject({ kind: 'broken', facts: [began] });
});

test('a tick may be due under any version of its schedule that was asked for in time', () => {
  const [due, ran] = [f.due(5, { revision: 2 }), f.began(8, 't', { tick: f.tickAt(5) })];
  const put = (s: number) => f.asked(s, f.putOf('backup', { revision: 2 }));
  expect(f.verdictOn(neverEarly, [f.runBegan(), put(1), due, ran]).kind).toBe('held');
  expect(f.verdictOn(neverEarly, [f.runBegan(), due, put(6), ran]).kind).toBe('held');
  expect(f.verdictOn(neverEarly, [f.runBegan(), due, put(6.1), ran])).toMatchObject({
    kind: 'broken',
    facts: [ran],
  });
});
