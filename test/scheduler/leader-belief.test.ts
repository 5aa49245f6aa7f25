import { expect, test } from 'vitest';
import { InvariantBroken } from '../../src/lib/assert.ts';
import { LeaderBelief } from '../../src/scheduler/leader-belief.ts';

const MEMBERS = ['s1', 's2', 's3'];

test('silence of the believed leader moves on in turn, round and round', () => {
  const belief = new LeaderBelief(MEMBERS, 's2');
  expect(['s2', 's3', 's1'].map((member) => belief.silent(member))).toEqual(['s3', 's1', 's2']);
});

test('silence of another member changes nothing: the belief has moved on already', () => {
  const belief = new LeaderBelief(MEMBERS, 's1');
  expect(belief.silent('s3')).toBe('s1');
  expect(belief.believed).toBe('s1');
});

test('a redirect is believed, but for one to nobody or to itself', () => {
  const belief = new LeaderBelief(MEMBERS, 's1');
  expect(belief.redirected('s1', 's3')).toEqual({ member: 's3', named: true });
  expect(belief.redirected('s3', 's3')).toEqual({ member: 's1', named: false });
  expect(belief.redirected('s1', undefined)).toEqual({ member: 's2', named: false });
  expect(belief.redirected('s2', 's2b')).toEqual({ member: 's2b', named: true });
  expect(belief.redirected('s2b', undefined)).toEqual({ member: 's1', named: false });
});

test('whoever answers is believed, if it is a member', () => {
  const belief = new LeaderBelief(MEMBERS, 's1');
  belief.answered('s2');
  belief.answered('stranger');
  expect(belief.believed).toBe('s2');
});

test('a lone member is asked again', () => {
  const belief = new LeaderBelief(['s1'], 's1');
  expect(belief.silent('s1')).toBe('s1');
  expect(belief.redirected('s1', undefined).member).toBe('s1');
});

test('the first guess must be a member', () => {
  expect(() => new LeaderBelief(MEMBERS, 's9')).toThrow(InvariantBroken);
});
