import { expect, test } from 'vitest';
import { terminalAbsorbs } from '../../src/checkers/terminal-absorbs.ts';
import * as f from '../support/facts.ts';

const told = f.status(5, 'a', 'succeeded');
const whole = f.auditEnded(20);

test('holds when later answers and the audit say the same', () => {
  const facts = [f.status(4, 'a', 'running'), told, f.status(6, 'a', 'succeeded')];
  const audit = [f.audited(19, 'a', 'succeeded'), whole];
  expect(f.verdictOn(terminalAbsorbs, [...facts, ...audit]).kind).toBe('held');
});

test('breaks when a later request is told that it runs', () => {
  const back = f.status(9, 'a', 'running', 6);
  expect(f.verdictOn(terminalAbsorbs, [told, back, whole])).toEqual({
    kind: 'broken',
    at: f.at(9),
    summary: 'job a was succeeded and then running',
    facts: [told, back],
  });
});

test('a request that was under way may be told older news, but no other end', () => {
  const older = f.status(9, 'a', 'running', 4);
  const same = f.audited(19, 'a', 'succeeded');
  expect(f.verdictOn(terminalAbsorbs, [told, older, same, whole]).kind).toBe('held');
  const other = f.status(9, 'a', 'dead', 4);
  expect(f.verdictOn(terminalAbsorbs, [told, other, same, whole]).kind).toBe('broken');
});

test('breaks when the audit lists another state', () => {
  const [cancel, listed] = [f.cancelled(5, 'a'), f.audited(19, 'a', 'succeeded')];
  const verdict = f.verdictOn(terminalAbsorbs, [cancel, listed, whole]);
  expect(verdict).toMatchObject({ kind: 'broken', facts: [cancel, listed] });
});

test('is unknown when nothing was heard of the job again, for want of an audit', () => {
  expect(f.verdictOn(terminalAbsorbs, [told, f.auditEnded(20, false)]).kind).toBe('unknown');
});

test('is vacuous when nobody was told of an end', () => {
  const facts = [f.status(4, 'a', 'running'), f.audited(19, 'a', 'dead'), whole];
  expect(f.verdictOn(terminalAbsorbs, facts).kind).toBe('vacuous');
});

test('is excused where reads rest on a lease and a clock ran too fast', () => {
  const facts = [told, f.assumptionFailed(6, 'rate-error'), f.status(9, 'a', 'running')];
  expect(f.verdictOn(terminalAbsorbs, facts).kind).toBe('excused');
});

test('a dead job may come back once a retry of it was asked for, a succeeded one may not', () => {
  const retry = f.asked(6, { kind: 'retry', job: 'a', attempts: 3 });
  const [dead, runs] = [f.status(5, 'a', 'dead'), f.status(9, 'a', 'running')];
  const done = [f.status(12, 'a', 'succeeded'), f.audited(19, 'a', 'succeeded'), whole];
  expect(f.verdictOn(terminalAbsorbs, [dead, retry, runs, ...done]).kind).toBe('held');
  const later = f.asked(10, { kind: 'retry', job: 'a', attempts: 3 });
  expect(f.verdictOn(terminalAbsorbs, [dead, runs, later, ...done]).kind).toBe('broken');
  expect(f.verdictOn(terminalAbsorbs, [told, retry, runs, whole]).kind).toBe('broken');
  // That it was dead may be heard of late.
  const late = f.status(13, 'a', 'dead', 5.5);
  expect(f.verdictOn(terminalAbsorbs, [dead, retry, done[0]!, late, done[1]!, whole]).kind).toBe(
    'held',
  );
});

test('a job that may have been forgotten says nothing of the one made anew', () => {
  const short = f.submit(1, 'a', { retainUs: f.at(10) });
  const again = f.status(15, 'a', 'running');
  expect(f.verdictOn(terminalAbsorbs, [short, told, again, whole]).kind).toBe('vacuous');
  const early = f.status(8, 'a', 'running');
  expect(f.verdictOn(terminalAbsorbs, [short, told, early, whole]).kind).toBe('broken');
});
