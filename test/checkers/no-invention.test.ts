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

test('a success that is told took place: a body succeeded, and its effect was accepted', () => {
  const facts = [f.submit(1, 'a'), f.began(2, 'a'), f.ended(3, 'a'), f.effect(4, 'a')];
  const told = [f.status(5, 'a', 'succeeded'), f.audited(9, 'a', 'succeeded')];
  expect(f.verdictOn(noInvention, [...facts, ...told]).kind).toBe('held');
});

test.each([
  ['a client', f.status(5, 'a', 'succeeded')],
  ['the audit', f.audited(9, 'a', 'succeeded')],
])('breaks when %s is told of a success, and no body succeeded', (_, told) => {
  const failed = [f.submit(1, 'a'), f.began(2, 'a'), f.ended(3, 'a', 'failed')];
  const verdict = f.verdictOn(noInvention, [...failed, told]);
  expect(verdict).toMatchObject({ kind: 'broken', facts: [told] });
});

test('breaks when a job succeeded without its effect, unless its sink checks nothing', () => {
  const facts = [f.began(2, 'a'), f.ended(3, 'a')];
  const refused = f.effect(4, 'a', { accepted: false });
  const listed = f.audited(9, 'a', 'succeeded');
  const verdict = f.verdictOn(noInvention, [f.submit(1, 'a'), ...facts, refused, listed]);
  expect(verdict).toMatchObject({ kind: 'broken', facts: [listed] });
  const asked = f.submit(1, 'a', { sink: 'none' });
  expect(f.verdictOn(noInvention, [asked, ...facts, listed]).kind).toBe('held');
});

test('a tick without an accepted effect is no success either', () => {
  const body = [f.began(5, 't', { tick }), f.ended(6, 't', 'succeeded', { tick })];
  const facts = [...f.put(1), f.due(5), ...body];
  const listed = f.audited(9, 't', 'succeeded', { tick });
  expect(f.verdictOn(noInvention, [...facts, f.effect(7, 't', { tick }), listed]).kind).toBe(
    'held',
  );
  const refused = f.effect(7, 't', { tick, accepted: false });
  expect(f.verdictOn(noInvention, [...facts, refused, listed])).toMatchObject({ facts: [listed] });
});

test('a triggered job was asked for, and its effects are not known', () => {
  const trigger = f.asked(2, { kind: 'trigger', schedule: 'backup', job: 'a' });
  const facts = [trigger, f.began(3, 'a'), f.ended(4, 'a'), f.audited(9, 'a', 'succeeded')];
  expect(f.verdictOn(noInvention, facts).kind).toBe('held');
});

test('a schedule that had ticks without a sink once may have successes without effects', () => {
  const body = [f.began(5, 't', { tick }), f.ended(6, 't', 'succeeded', { tick })];
  const dues = [f.due(5, { sink: 'none' }), f.due(5, { revision: 2 })];
  const listed = f.audited(9, 't', 'succeeded', { tick });
  expect(f.verdictOn(noInvention, [...f.put(1), ...dues, ...body, listed]).kind).toBe('held');
});
