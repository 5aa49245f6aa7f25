import { expect, test } from 'vitest';
import { parseScenario } from '../../src/scenario/schema.ts';

const HEAD = 'apiVersion: seaworthy/v1\nname: x\nwhy: A test.\n';

function problems(text: string): readonly string[] {
  const read = parseScenario(HEAD + text, 'x.yaml', { claims: ['no-loss', 'tick-once'] });
  if (read.kind === 'ok') return [];
  return read.error.map(({ line, column, path, problem, hint }) =>
    [`${line}:${column} ${path}: ${problem}`, ...(hint === undefined ? [] : [hint])].join(' | '),
  );
}

test('who fails is among the designs, and fails at a claim or a threshold', () => {
  const text = 'designs: [lease, lease~late]\nslo: {goodput: ">= 1"}\n';
  expect(problems(`${text}breaks: {lease~late: [tick-once, goodput]}\n`)).toEqual([]);
  expect(problems(`${text}breaks: {lease~lat: [tick-onc]}\n`)).toEqual([
    '6:21 breaks.lease~lat: "lease~lat" is not among the designs | did you mean \'lease~late\'?',
    '6:22 breaks.lease~lat.0: there is no claim or threshold "tick-onc" | ' +
      "did you mean 'tick-once'?",
  ]);
});

test('what is no list of names is refused', () => {
  expect(problems('breaks: {lease: []}\n').length).toBe(1);
  expect(problems('breaks: {lease: tick-once}\n').length).toBe(1);
  expect(problems('breaks: [lease]\n').length).toBe(1);
  expect(problems('breaks: {lease: [7]}\n').length).toBe(1);
  expect(problems('breaks: 7\n').length).toBe(1);
});
