import { expect, test } from 'vitest';
import { completes } from '../../src/checkers/completes.ts';
import type { Fact } from '../../src/history/fact.ts';
import * as f from '../support/facts.ts';

const CONTEXT = { ...f.CONTEXT, answersAtEnd: true } as const;
const BOUND_S = CONTEXT.recoverBoundUs / 1e6;
const FROM_S = 10 + BOUND_S;
const UNTIL_S = FROM_S + 3 * BOUND_S;

function verdictOn(facts: readonly Fact[]) {
  const judge = completes.judge(CONTEXT);
  const all = [f.phase(10, 'heal'), ...facts, f.phase(UNTIL_S, 'audit')];
  for (const fact of all) if (judge.listens.includes(fact.kind)) judge.onFact(fact);
  return judge.verdict();
}

const submit = f.submitOf('a');
const told = (s: number, kind: 'unknown' | 'fail'): Fact =>
  f.answered(s, submit, kind === 'fail' ? { kind, reason: 'x: y' } : { kind });

test('holds where the end is what the client was told', () => {
  const [asked, ok] = f.asks(FROM_S + 1, submit, { kind: 'ok', state: 'dead', attempts: 1 });
  expect(verdictOn([asked, ok]).kind).toBe('held');
});

test('breaks where a job was accepted before it had ended', () => {
  const [asked, ok] = f.asks(1, submit, { kind: 'ok', state: 'waiting', attempts: 0 });
  expect(verdictOn([asked, ok])).toMatchObject({
    kind: 'broken',
    summary: 'job a was accepted, and is waiting',
  });
});

test('breaks where a job does not begin before the audit, though there was time', () => {
  const asked = f.asked(FROM_S + 1, submit);
  expect(verdictOn([asked, told(FROM_S + 5, 'unknown')])).toMatchObject({ kind: 'broken' });
  expect(verdictOn([asked, told(FROM_S + 5, 'fail')]).kind).toBe('vacuous');
  expect(verdictOn([f.asked(UNTIL_S - 1, submit)]).kind).toBe('vacuous');
});

test('breaks where its client waited and did not hear that it succeeded', () => {
  const at = FROM_S + 1;
  const ran = [f.asked(at, submit), f.began(at + 1, 'a'), f.ended(at + 2, 'a', 'succeeded')];
  expect(verdictOn([...ran, told(at + 5, 'unknown')])).toMatchObject({ kind: 'broken' });
  expect(verdictOn([...ran, told(at + 3, 'unknown')]).kind).toBe('vacuous');
});
