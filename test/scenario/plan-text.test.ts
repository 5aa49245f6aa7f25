import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { drawPlan } from '../../src/faults/draw.ts';
import { planProblems } from '../../src/faults/plan-problems.ts';
import { PROFILES } from '../../src/faults/profiles.ts';
import { createRng } from '../../src/kernel/rng.ts';
import { SECOND } from '../../src/lib/units.ts';
import { parsePlan } from '../../src/scenario/fault-text.ts';
import { printPlan } from '../../src/scenario/print.ts';

const anyPlan = fc
  .record({
    profile: fc.constantFrom(...PROFILES),
    intensity: fc.constantFrom(0.5, 1, 4),
    seed: fc.nat(),
    workers: fc.nat(4),
    clients: fc.nat(3),
    members: fc.integer({ min: 1, max: 5 }),
    submitsPerSecond: fc.constantFrom(0, 0.2, 3),
  })
  .map(({ seed, ...cluster }) =>
    drawPlan({
      ...cluster,
      random: createRng(`${seed}`).stream('plan'),
      chaosFromUs: 10 * SECOND,
      chaosUntilUs: 130 * SECOND,
    }),
  );

const problemsOf = (text: string) => {
  const parsed = parsePlan(text, 'plan.yaml');
  if (parsed.kind === 'ok') throw new Error('this plan was not meant to be sound');
  return parsed.error.map((p) => `${p.file}:${p.line}:${p.column} ${p.path}: ${p.problem}`);
};

test('any plan that a profile draws is sound, and prints and parses back to itself', () => {
  fc.assert(
    fc.property(anyPlan, (plan) => {
      expect(planProblems(plan)).toEqual([]);
      const text = printPlan(plan);
      const parsed = parsePlan(text);
      expect(parsed).toEqual({ kind: 'ok', value: plan });
      if (parsed.kind === 'ok') expect(printPlan(parsed.value)).toBe(text);
    }),
    { numRuns: 300 },
  );
});

describe('a plan from a file', () => {
  test('may leave out what has a default, and may be written by hand', () => {
    const parsed = parsePlan(
      '- {kind: loss, target: leader, at: 20s, for: 5s, params: {loss: 5%}}',
    );
    expect(parsed).toEqual({
      kind: 'ok',
      value: {
        faults: [
          {
            id: 'f1',
            kind: 'loss',
            target: { by: 'role', role: 'leader' },
            start: { kind: 'at', atUs: 20 * SECOND },
            durationUs: 5 * SECOND,
            params: { lossPpm: 50_000 },
          },
        ],
      },
    });
  });

  test('has every problem told with its place', () => {
    const text = `- {kind: crash, target: leader, at: 20s, for: 5s, parms: {}}
- {kind: los, target: leader, at: 20s, for: 5s}
- kind: loss
  target: leader
  at: 20
  for: 5s
`;
    expect(problemsOf(text)).toEqual([
      'plan.yaml:1:51 0.parms: there is no such key',
      'plan.yaml:2:10 1.kind: "los" is not known here',
      'plan.yaml:5:7 2.at: 20 has no unit of time',
    ]);
  });

  test('has its numbers checked, and its ids', () => {
    const text = `- {id: a, kind: loss, target: leader, at: 20s, for: 5s, params: {loss: 500%}}
- {id: a, kind: crash, target: leader, at: 20s, for: 5s}
`;
    expect(problemsOf(text)).toEqual([
      'plan.yaml:1:72 0.params.loss: 5000000 is not within 0 to 1000000',
      "plan.yaml:2:8 1.id: 'a' names two faults",
    ]);
    const unknown = '- {kind: loss, target: leader, at: 20s, for: 5s, params: {lost: 5%}}';
    expect(problemsOf(unknown)).toEqual([
      'plan.yaml:1:65 0.params.lost: a loss has no such number',
    ]);
  });

  test('is a list, and nothing else', () => {
    expect(problemsOf('faults: []')).toEqual(['plan.yaml:1:1 : a mapping is not a plan']);
    expect(problemsOf('')).toEqual(['plan.yaml:1:1 : the file holds nothing']);
    expect(problemsOf('- [')[0]).toMatch(/^plan\.yaml:1:\d+ : not valid YAML/);
  });
});
