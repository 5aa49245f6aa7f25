import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeFact, decodeFacts, encodeFact, encodeFacts } from '../../src/history/codec.ts';
import type { Fact } from '../../src/history/fact.ts';
import { ALL_KINDS } from '../../src/history/history.ts';
import { BadInput, type Problem } from '../../src/lib/outcome.ts';
import { virtualUs } from '../../src/lib/units.ts';
import { fact, factsInOrder } from '../support/fact-arbitraries.ts';

const phase: Fact = { kind: 'phase', at: virtualUs(5), phase: 'chaos' };

/** What is wrong with this text. */
function problemsOf(text: string, file?: string): readonly Problem[] {
  try {
    decodeFacts(text, file);
  } catch (error) {
    if (error instanceof BadInput) return error.problems;
    throw error;
  }
  return [];
}

test('a fact is one line, and comes back as it was', () => {
  fc.assert(
    fc.property(fact, (each) => {
      const line = encodeFact(each);
      expect(line).not.toMatch(/[\n\r]/);
      expect(decodeFact(line)).toEqual({ kind: 'ok', value: each });
    }),
    { numRuns: 1_000 },
  );
});

test('a history comes back as it was, empty lines or not', () => {
  fc.assert(
    fc.property(factsInOrder, (facts) => {
      const text = encodeFacts(facts);
      expect(decodeFacts(text)).toEqual(facts);
      expect(decodeFacts(text.replaceAll('\n', '\r\n\r\n'))).toEqual(facts);
      expect(encodeFacts(decodeFacts(text))).toBe(text);
    }),
  );
});

test('equal facts give equal bytes, whatever the order of their keys', () => {
  const line = encodeFact({ phase: 'chaos', at: virtualUs(5), kind: 'phase' });
  expect(line).toBe(encodeFact(phase));
  expect(line).toBe('{"at":5,"kind":"phase","phase":"chaos"}');
});

test('the arbitraries make every kind of fact', () => {
  const seen = new Set(fc.sample(fact, { numRuns: 3_000, seed: 1 }).map((each) => each.kind));
  expect([...seen].sort()).toEqual([...ALL_KINDS].sort());
});

test('all problems are named at once, each with its line', () => {
  const text = [
    encodeFact(phase),
    'nonsense',
    '{"kind":"phase","at":6,"phase":"lunch"}',
    '',
    '{"kind":"phase","at":-1.5,"phase":"chaos","extra":1}',
    '{"kind":"party","at":7}',
    '[]',
  ].join('\n');
  const problems = problemsOf(text, 'facts.txt');
  expect(problems.map((p) => [p.file, p.line, p.path])).toEqual([
    ['facts.txt', 2, ''],
    ['facts.txt', 3, 'phase'],
    ['facts.txt', 5, 'at'],
    ['facts.txt', 5, 'extra'],
    ['facts.txt', 6, 'kind'],
    ['facts.txt', 7, ''],
  ]);
  expect(problems[0]?.problem).toMatch(/^not JSON/);
  expect(problems[1]?.problem).toBe(
    '"lunch" where one of warm-up, chaos, heal, quiescence, audit, end is expected',
  );
});

test('a missing key is named by its path', () => {
  const line =
    '{"kind":"body-began","at":1,"worker":"w","job":"j","token":{"epoch":1},' +
    '"delivery":"at-least-once"}';
  expect(problemsOf(line)).toEqual([
    { path: 'token.attempt', problem: 'nothing where an integer is expected', line: 1 },
  ]);
  const list = '{"kind":"fault","at":1,"fault":"f","faultKind":"c","event":"armed","whom":[1]}';
  expect(problemsOf(list).map((p) => p.path)).toEqual(['whom.0']);
});

test('facts out of the order of time are a problem', () => {
  const text = encodeFacts([phase, { ...phase, at: virtualUs(4) }]);
  expect(problemsOf(text)).toMatchObject([{ path: 'at', line: 2 }]);
});

/** Keys of facts that may be left out. */
const OPTIONAL = ['tick', 'reason', 'wallRatePpm', 'hostile'];

test('a fact with one key dropped or spoiled is refused', () => {
  fc.assert(
    fc.property(fact, fc.nat(), (each, which) => {
      const keys = Object.keys(each).filter((key) => !OPTIONAL.includes(key));
      const key = keys[which % keys.length]!;
      const { [key]: _, ...rest } = { ...each } as Record<string, unknown>;
      expect(decodeFact(JSON.stringify(rest)).kind).toBe('failed');
      expect(decodeFact(JSON.stringify({ ...rest, [key]: null })).kind).toBe('failed');
    }),
  );
});
