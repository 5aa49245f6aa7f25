import { expect, test } from 'vitest';
import { capacity } from '../../src/checkers/capacity.ts';
import type { Fact } from '../../src/history/fact.ts';
import * as f from '../support/facts.ts';

// Two slots each.
const two = [f.began(1, 'a'), f.began(2, 'b')];

test('holds while no more bodies run than there are slots, on each worker', () => {
  const other = f.began(3, 'c', { worker: 'worker-2' });
  const facts = [...two, other, f.ended(4, 'a', 'stopped'), f.began(4, 'd')];
  expect(f.verdictOn(capacity, facts).kind).toBe('held');
});

test('breaks when one more begins, and shows all that run', () => {
  const third = f.began(3, 'c');
  expect(f.verdictOn(capacity, [...two, third])).toEqual({
    kind: 'broken',
    at: f.at(3),
    summary: 'worker-1 runs 3 bodies in 2 slots',
    facts: [...two, third],
  });
});

test('breaks beside zombies: what was given up, or is told to stop, runs until it ends', () => {
  const facts = [...two, f.lost(3, 'a'), f.began(3.1, 'c')];
  expect(f.verdictOn(capacity, facts).kind).toBe('broken');
  // The end of another attempt is no end of this one.
  const other = f.ended(3, 'a', 'stopped', { token: f.token(1, 2) });
  expect(f.verdictOn(capacity, [...two, other, f.began(3.1, 'c')]).kind).toBe('broken');
});

test('bodies go down with their machine', () => {
  const down = f.machine(3, 'worker-1', 'down', { role: 'worker' });
  expect(f.verdictOn(capacity, [...two, down, f.began(4, 'c')]).kind).toBe('held');
  const paused = f.machine(3, 'worker-1', 'paused', { role: 'worker' });
  expect(f.verdictOn(capacity, [...two, paused, f.began(4, 'c')]).kind).toBe('broken');
});

test('a worker that ever had a second copy is left out, and no other one is', () => {
  const copy = f.machine(0.5, "worker-1'2", 'up', { role: 'worker' });
  expect(f.verdictOn(capacity, [copy, ...two, f.began(3, 'c')]).kind).toBe('held');
  const others = ['a', 'b', 'c'].map((job) => f.began(3, job, { worker: 'worker-2' }));
  expect(f.verdictOn(capacity, [copy, ...others]).kind).toBe('broken');
});

test('is excused when a second copy was not to be reckoned with, vacuous without bodies', () => {
  const copies = f.assumptionFailed(0, 'single-copy');
  expect(f.verdictOn(capacity, [copies, ...two, f.began(3, 'c')]).kind).toBe('excused');
  expect(f.verdictOn(capacity, [f.submit(1, 'a')]).kind).toBe('vacuous');
});

const asks = (s: number, job: string, room: { cpu?: number; gang?: number }): Fact =>
  f.asked(
    s,
    f.submitOf(job, {
      ...(room.cpu === undefined ? {} : { resources: { cpu: room.cpu, memory: 10 } }),
      ...(room.gang === undefined ? {} : { gang: room.gang }),
    }),
  );

test('what bodies and parts of gangs take up is added, on workers that say what they have', () => {
  const context = { ...f.CONTEXT, slots: 9, resources: { cpu: 1_000, memory: 100 } };
  const part = (s: number, job: string, kind: 'part-began' | 'part-ended'): Fact => {
    return { kind, at: f.at(s), worker: 'worker-1', job, token: f.token(1, 1), part: 1 };
  };
  const facts = [asks(1, 'a', { cpu: 600 }), asks(1, 'b', { cpu: 500 }), f.began(2, 'a')];
  const both = [...facts, part(3, 'b', 'part-began')];
  expect(f.verdictOn(capacity, both, context)).toMatchObject({
    kind: 'broken',
    summary: 'worker-1 has 1000 m of a core, and 1100 are taken',
  });
  expect(f.verdictOn(capacity, both, { ...f.CONTEXT, slots: 9 }).kind).toBe('held');
  expect(f.verdictOn(capacity, both, { ...f.CONTEXT, slots: 1 }).kind).toBe('broken');
  const after = [...facts, f.ended(3, 'a', 'stopped'), part(3, 'b', 'part-began')];
  expect(f.verdictOn(capacity, [...after, part(4, 'b', 'part-ended')], context).kind).toBe('held');
});

test('a gang that is granted in part breaks it, and so does one on a worker twice', () => {
  const grant = (...parts: string[]): Fact =>
    f.testified(2, 'scheduler-1', {
      kind: 'dispatched',
      job: 'a',
      token: f.token(1, 1),
      worker: 'worker-1',
      parts,
    });
  const verdict = (fact: Fact) =>
    f.verdictOn(capacity, [asks(1, 'a', { gang: 3 }), fact, f.began(3, 'a')]);
  expect(verdict(grant('worker-2', 'worker-3')).kind).toBe('held');
  for (const fact of [grant('worker-2'), grant('worker-2', 'worker-2'), grant()]) {
    expect(verdict(fact).kind).toBe('broken');
  }
});
