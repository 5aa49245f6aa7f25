import { expect, test } from 'vitest';
import { noInvention } from '../../src/checkers/no-invention.ts';
import * as f from '../support/facts.ts';

const tick = f.tickAt(5);

test('holds for jobs and ticks that were asked for, answered or not', () => {
  const facts = [...f.put(1), f.submit(2, 'a'), f.began(3, 'a'), f.began(5, 't', { tick })];
  expect(f.verdictOn(noInvention, facts).kind).toBe('held');
});

test('breaks for a job that nobody asked for', () => {
  const invented = f.began(3, 'b');
  const verdict = f.verdictOn(noInvention, [f.submit(2, 'a'), invented]);
  expect(verdict).toMatchObject({ kind: 'broken', at: f.at(3), facts: [invented] });
});

test('breaks for a job that begins before it is asked for', () => {
  const early = f.began(1, 'a');
  expect(f.verdictOn(noInvention, [early, f.submit(2, 'a')])).toMatchObject({ facts: [early] });
});

test('breaks for a tick of a schedule that nobody put', () => {
  const invented = f.began(5, 't', { tick: f.tickAt(5, 'unheard') });
  const verdict = f.verdictOn(noInvention, [...f.put(1), f.began(5, 't', { tick }), invented]);
  expect(verdict).toMatchObject({ kind: 'broken', facts: [invented] });
});

test('is vacuous when nothing began', () => {
  expect(f.verdictOn(noInvention, [f.submit(2, 'a')]).kind).toBe('vacuous');
});
